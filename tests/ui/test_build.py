from __future__ import annotations

import importlib.util
import subprocess
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


def load_tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("build_tool", ROOT / "tools/hatch_build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


build = load_tool()


def test_a_digest_changes_with_a_files_name_and_with_its_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build, "ROOT", tmp_path)
    source = tmp_path / "main.ts"
    source.write_text("one")
    first = build.digest([tmp_path])
    assert build.digest([tmp_path]) == first
    source.write_text("two")
    second = build.digest([tmp_path])
    source.rename(tmp_path / "other.ts")
    assert len({first, second, build.digest([tmp_path])}) == 3


def test_where_no_node_is_installed_the_wheels_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    npm, environment = build.find_node()
    said = subprocess.run([*npm, "--version"], env=environment, capture_output=True, text=True, check=True)
    assert said.stdout[0].isdigit()


def test_a_build_that_fails_says_what_npm_said(monkeypatch: pytest.MonkeyPatch) -> None:
    npm, environment = build.find_node()
    with pytest.raises(build.BuildError, match="no-such-script"):
        build._run([*npm, "run", "no-such-script"], environment)


def test_the_lock_names_no_registry() -> None:
    lock = (ROOT / "frontend/package-lock.json").read_text()
    assert '"resolved"' not in lock

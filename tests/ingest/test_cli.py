"""The commands: exit codes that mean something, JSON for machines."""

from __future__ import annotations

import json
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from siyanat.cameras import models as cameras
from siyanat.evidence import models as evidence
from siyanat.evidence import store
from siyanat.ingest import cli
from tests.ingest import files


def call(command: click.Command, *arguments: str) -> tuple[int, list[dict[str, object]]]:
    result = CliRunner().invoke(command, [*arguments, "--json"])
    return result.exit_code, [json.loads(line) for line in result.stdout.splitlines() if line.startswith("{")]


def test_ingest_answers_0_when_all_is_sealed_and_1_when_something_was_quarantined(
    camera: cameras.Camera, tmp_path: Path
) -> None:
    folder = tmp_path / "card"
    files.clip(folder / "BWC-7" / "a.mp4")
    code, lines = call(cli.ingest, str(folder), "--unit", "A", "--receipts")
    assert (code, [line.get("outcome") for line in lines]) == (0, ["sealed", None])
    assert lines[-1]["summary"] == {"sealed": 1, "known": 0, "quarantined": 0, "refused": 0}
    (folder / "letter.mp4").write_text("no film")
    code, lines = call(cli.ingest, str(folder), "--unit", "A", "--receipts")
    assert (code, [line.get("outcome") for line in lines]) == (1, ["quarantined", "known", None])


def test_an_unknown_unit_is_a_wrong_call(camera: cameras.Camera, tmp_path: Path) -> None:
    assert call(cli.ingest, str(tmp_path), "--unit", "NONE")[0] == 2


@pytest.mark.parametrize("level", store.LEVELS)
def test_verify_answers_1_on_damage(camera: cameras.Camera, tmp_path: Path, level: str) -> None:
    files.clip(tmp_path / "card" / "BWC-7" / "a.mp4")
    call(cli.ingest, str(tmp_path / "card"), "--unit", "A")
    assert call(cli.verify, "--level", level) == (0, [_clean(level)])
    store.path_of(evidence.Recording.objects.get().sha256).unlink()
    code, lines = call(cli.verify, "--level", level)
    assert (code, lines[0]["clean"]) == (1, False)


def _clean(level: str) -> dict[str, object]:
    size = evidence.Recording.objects.get().size_bytes
    return {
        "level": level, "checked": 1, "checked_bytes": size, "findings": [], "set_aside": [], "clean": True,
    }  # fmt: skip

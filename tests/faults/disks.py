"""A small disk of a test's own, which can be filled to its last byte."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

MEGABYTE = 1024 * 1024


class Disk:
    """A disk of 96 MB that can be filled to its last byte."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.filler = folder / "something-else"

    def fill(self) -> None:
        for size in (MEGABYTE, 4096, 1):
            with self.filler.open("ab", buffering=0) as stream, contextlib.suppress(OSError):
                while stream.write(b"\0" * size):
                    pass
        assert not os.statvfs(self.folder).f_bavail

    def make_room(self) -> None:
        self.filler.unlink()

    def parts(self) -> list[str]:
        """What is neither sealed nor an upload under way."""
        kept = {"uploads", "aside"}
        return [
            str(path)
            for path in self.folder.rglob("*")
            if path.is_file() and (path.suffix == ".part" or ".part" in path.name)
            if not kept & {parent.name for parent in path.parents}
        ]


@contextlib.contextmanager
def mounted(folder: Path) -> Iterator[Disk]:
    """A disk of 96 MB at ``folder``; without the right to mount the test is skipped."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=96m", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a small disk of its own needs the right to mount")
    try:
        yield Disk(folder)
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)

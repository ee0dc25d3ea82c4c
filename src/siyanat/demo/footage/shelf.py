"""Files that are whole or absent: written beside their place under a hidden name, then renamed.

A process killed in the middle leaves a hidden part behind, which ``sweep`` removes; it never leaves half
a file under a real name.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

_PARTS = ".composing"


@contextlib.contextmanager
def part_of(path: Path) -> Iterator[Path]:
    """Give a place to write to; what stands there afterwards becomes ``path``, unless the block raised."""
    parts = path.parent / _PARTS
    parts.mkdir(parents=True, exist_ok=True)
    part = parts / f"{os.getpid()}-{path.name}"
    try:
        yield part
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def put_bytes(path: Path, content: bytes) -> None:
    """Write a small file at once."""
    with part_of(path) as part:
        part.write_bytes(content)


def sweep(folder: Path) -> None:
    """Remove the parts that a killed run has left under ``folder``."""
    for parts in folder.glob(f"**/{_PARTS}"):
        for part in parts.iterdir():
            part.unlink(missing_ok=True)
        parts.rmdir()

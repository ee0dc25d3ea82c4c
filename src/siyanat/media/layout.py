"""Where a file must end by its own header: tells a file cut short from a whole one without decoding.

Reads only a few bytes of box and chunk headers. It knows three families (ISO base media, Matroska, RIFF); for
others it says nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

_BOXES = frozenset(
    {b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot", b"moof", b"styp", b"sidx", b"uuid"}
)
_EBML = b"\x1a\x45\xdf\xa3"
_SEGMENT = 0x18538067
_MAX_BOXES = 200_000


@dataclass(frozen=True, slots=True)
class Layout:
    """``family`` is iso, matroska, riff or None; ``has_moov`` matters to iso alone; ``missing_bytes``
    are those that the header promises beyond the end of the file."""

    family: str | None
    has_moov: bool
    missing_bytes: int


def read_layout(path: Path) -> Layout:
    """Read the outermost headers of the file at ``path``."""
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(12)
        if head[4:8] in _BOXES:
            return _iso(file, size)
        if head[:4] == _EBML:
            return Layout("matroska", has_moov=False, missing_bytes=_matroska_missing(file, size))
        if head[:4] == b"RIFF":
            promised = int.from_bytes(head[4:8], "little") + 8
            known = promised > 8 and promised < 0xFFFFFFFF
            return Layout("riff", has_moov=False, missing_bytes=max(0, promised - size) if known else 0)
    return Layout(None, has_moov=False, missing_bytes=0)


def _iso(file: BinaryIO, size: int) -> Layout:
    has_moov, missing = False, 0
    for kind, end in _boxes(file, size):
        whole = end <= size
        has_moov = has_moov or (kind == b"moov" and whole)
        missing = max(missing, end - size)
    return Layout("iso", has_moov=has_moov, missing_bytes=missing)


def _boxes(file: BinaryIO, size: int) -> Iterator[tuple[bytes, int]]:
    """Yield (kind, end offset) of each outermost box; an end past the file is a box cut short."""
    at = 0
    for _ in range(_MAX_BOXES):
        file.seek(at)
        header = file.read(16)
        if len(header) < 8 or not any(header):
            return
        length = int.from_bytes(header[:4], "big")
        if length == 1:
            length = int.from_bytes(header[8:16], "big")
        elif length == 0:
            length = size - at
        if length < 8:
            return
        yield header[4:8], at + length
        at += length


def _matroska_missing(file: BinaryIO, size: int) -> int:
    file.seek(4)
    header_length, _ = _ebml_number(file)
    file.seek(header_length, 1)
    if int.from_bytes(file.read(4), "big") != _SEGMENT:
        return 0
    length, width = _ebml_number(file)
    if width == 0 or length == (1 << 7 * width) - 1:  # all ones: length unknown, a live recording
        return 0
    return max(0, file.tell() + length - size)


def _ebml_number(file: BinaryIO) -> tuple[int, int]:
    """A variable-length number and its width in bytes (RFC 8794, section 4); width 0 at the end."""
    first = file.read(1)
    if not first or not first[0]:
        return 0, 0
    width = 9 - first[0].bit_length()
    rest = file.read(width - 1)
    return int.from_bytes(bytes([first[0] & ((1 << 8 - width) - 1)]) + rest, "big"), width

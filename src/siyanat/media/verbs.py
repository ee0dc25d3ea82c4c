"""What a child can be asked by name: the functions of this room in terms that JSON can carry.

Runs inside the child only; ``guarded`` is the typed face for everybody else.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from siyanat.media import check, segments, stills
from siyanat.media import cut as cutting
from siyanat.media import probe as probing
from siyanat.media import scan as scanning


def probe(*, path: str, received_at: str | None = None) -> dict[str, Any]:
    """``probe.probe`` as JSON."""
    received = datetime.datetime.fromisoformat(received_at) if received_at else None
    return probing.probe(Path(path), received_at=received).as_json()


def scan_totals(*, path: str, on_progress: Callable[[int], None] | None = None) -> dict[str, Any]:
    """One pass over the file that keeps the totals only."""
    totals = scanning.scan(
        Path(path), on_frame=lambda _: None, on_sound=lambda _: None, on_progress=on_progress
    )
    return asdict(totals)


def make_segment(*, path: str, segment: dict[str, Any]) -> bytes:
    """``segments.make_segment``."""
    return segments.make_segment(Path(path), segments.Segment.from_json(segment))


def check_segment(*, path: str, segment: dict[str, Any]) -> dict[str, Any]:
    """``check.check_segment`` as JSON."""
    return asdict(check.check_segment(Path(path), segments.Segment.from_json(segment)))


def thumbnail(*, path: str, at_ms: int, width: int = 320, near: dict[str, Any] | None = None) -> bytes:
    """``stills.thumbnail``."""
    place = segments.Segment.from_json(near) if near else None
    return stills.thumbnail(Path(path), at_ms=at_ms, width=width, near=place)


def cut(*, path: str, out: str, start_ms: int, end_ms: int) -> dict[str, Any]:
    """``cut.cut`` as JSON."""
    return asdict(cutting.cut(Path(path), Path(out), start_ms=start_ms, end_ms=end_ms))

"""What a child can be asked by name: the functions of this room in terms that JSON can carry.

Runs inside the child only; ``guarded`` is the typed face for everybody else.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

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

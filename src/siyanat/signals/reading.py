"""The verb that runs in the media child: one pass over a recording, as JSON types. Knows no database."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from siyanat.analysis import run

VERB = "siyanat.signals.reading.analyze"


def analyze(path: str, on_progress: Callable[[int], None] | None = None) -> dict[str, Any]:
    """Analyze the file at ``path``; see ``analysis.run.analyze``."""
    return run.analyze(Path(path), on_progress=on_progress).to_dict()

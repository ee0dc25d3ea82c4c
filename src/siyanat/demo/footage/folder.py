"""Somebody's own clips as the stock that patrols are composed of. Reads the folder, changes nothing in it."""

from __future__ import annotations

from pathlib import Path

from siyanat.demo.footage import clips, plan, scenes
from siyanat.lib import errors

# 8.5 minutes of different footage: encoded within about a minute.
MAX_SEGMENTS = 40


def use_folder(folder: Path) -> plan.Stock:
    """Return a stock of stretches of 12.8 s, taken evenly from every readable clip under ``folder``.

    Each stretch is brought into the common form once, when a file first needs it; its own sound is kept.

    :raises errors.Refusal: when the folder is absent or holds no clip that FFmpeg reads.
    """
    if not folder.is_dir():
        raise errors.Refusal("demo.folder_absent", folder=str(folder))
    stretches: list[tuple[Path, int]] = []
    for path in sorted(p for p in folder.rglob("*") if p.is_file() and not p.name.startswith(".")):
        length = clips.measure_clip(path)
        if length is not None:
            stretches += [(path, start) for start in _starts(length)]
    if not stretches:
        raise errors.Refusal("demo.folder_without_clips", folder=str(folder))
    step = max(1, -(-len(stretches) // MAX_SEGMENTS))
    return plan.Stock(own=tuple(stretches[::step]))


def _starts(length_ms: int) -> range:
    """Return where stretches start: whole ones only, or a single one of a clip that is too short for that."""
    whole = max(1, length_ms // scenes.SEGMENT_MS)
    return range(0, whole * scenes.SEGMENT_MS, scenes.SEGMENT_MS)

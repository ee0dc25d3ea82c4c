"""Footage of one short patrol, encoded once and laid into the dock as its cameras would: real files, real gaps.

Tonight's shift is four minutes. Arash films minutes 0 to 1 and 1:30 to 3; the half minute between is a battery that
was swapped, the last minute nobody explains. Babak films all four. Somebody's hand lies on Arash's lens for a while.
"""

from __future__ import annotations

import datetime as dt
import functools
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from siyanat.media import compose
from tests.ingest import files

FPS = 5
LENGTH = dt.timedelta(minutes=4)
SWAP = (60, 90)  # seconds of the shift: the battery is swapped
UNEXPLAINED = (180, 240)  # seconds of the shift: nobody knows
COVERED = range(15, 40)  # seconds of the first file: a hand on the lens
CLIPS = {"arash": ((0, 60), (90, 180)), "babak": ((0, 240),)}  # from, to: seconds of the shift


@functools.cache
def clip_bytes(seconds: int, seed: int) -> bytes:
    """A file of so many seconds: a bar that walks before a noisy wall, a tone that rises and falls over a street's hiss."""
    time = np.arange(seconds * 16_000) / 16_000
    hiss = np.random.default_rng(seed).normal(0, 0.01, time.size)
    sound = (hiss + (0.06 + 0.03 * np.sin(time / 3)) * np.sin(2 * np.pi * (260 + 40 * seed) * time)).astype(
        np.float32
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "clip.mp4"
        compose.encode_clip(
            path, frames=_pictures(seconds, seed), sound=sound, fps=FPS, gop=2 * FPS, bitrate=90_000
        )
        return path.read_bytes()


def _pictures(seconds: int, seed: int) -> Iterator[npt.NDArray[np.uint8]]:
    wall = np.random.default_rng(seed).integers(60, 150, (96, 128, 3), dtype=np.uint8)
    for number in range(seconds * FPS):
        if seed == 0 and number // FPS in COVERED:
            yield np.full((96, 128, 3), 6, dtype=np.uint8)
            continue
        picture = np.roll(wall, number // 3, axis=1)
        left = number * 2 % 112
        picture[20:80, left : left + 16] = 230
        yield picture


def lay_out(folder: Path, *, starts_at: dt.datetime, serials: dict[str, str]) -> int:
    """Lay the patrol's files into the dock, by camera, each with its camera's clock beside it; how many."""
    laid = 0
    for name, spans in CLIPS.items():
        for first, last in spans:
            path = folder / serials[name] / f"{first:04d}.mp4"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(clip_bytes(last - first, laid))
            files.sidecar(path, started_at=(starts_at + dt.timedelta(seconds=first)).isoformat())
            laid += 1
    return laid

"""Pictures and sound out of the user's own clips, in the form that segments are made of. Reads only."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt

from siyanat.demo.footage import sources
from siyanat.lib import errors


def measure_clip(path: Path) -> int | None:
    """Return a clip's length in milliseconds, or None when it holds no picture that can be read."""
    try:
        with av.open(path) as container:
            if not container.streams.video or not container.duration:
                return None
            return container.duration // 1000
    except (av.error.FFmpegError, OSError):
        return None


def read_pictures(path: Path, *, start_ms: int, rate: int, count: int) -> Iterator[sources.Picture]:
    """Yield ``count`` pictures from ``start_ms`` at ``rate`` a second; a clip's last is held to fill up.

    :raises errors.Refusal: when not one picture can be decoded there.
    """
    last: sources.Picture | None = None
    given = 0
    with av.open(path) as container:
        stream = container.streams.video[0]
        container.seek(start_ms * 1000)
        for frame in container.decode(stream):
            due = int(((frame.time or 0.0) - start_ms / 1000) * rate) + 1
            if due <= given:
                continue
            last = sources.cut_picture(frame)
            for _ in range(min(due, count) - given):
                yield last
            given = min(due, count)
            if given == count:
                return
    if last is None:
        raise errors.Refusal("demo.clip_unreadable", file=str(path), at_ms=start_ms)
    for _ in range(count - given):
        yield last


def read_sound(path: Path, *, start_ms: int, rate: int, count: int) -> npt.NDArray[np.float64] | None:
    """Return ``count`` samples (mono, -1 to 1) from ``start_ms``; None when no sound is there."""
    with av.open(path) as container:
        if not container.streams.audio:
            return None
        resampler = av.AudioResampler(format="flt", layout="mono", rate=rate)
        container.seek(start_ms * 1000)
        skip: int | None = None
        parts: list[npt.NDArray[np.float32]] = []
        have = 0
        for frame in container.decode(container.streams.audio[0]):
            if skip is None:
                skip = max(0, round((start_ms / 1000 - (frame.time or 0.0)) * rate))
            parts += [piece.to_ndarray()[0] for piece in resampler.resample(frame)]
            have = sum(len(part) for part in parts)
            if have >= skip + count:
                break
    if not parts or have <= (skip or 0):
        return None
    sound = np.concatenate(parts)[skip or 0 :][:count].astype(np.float64)
    return np.pad(sound, (0, count - len(sound)))

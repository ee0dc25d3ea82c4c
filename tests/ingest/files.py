"""Small real files as cameras write them, and each kind of bad one."""

from __future__ import annotations

import datetime as dt
import json
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from tests import cast as cast_module

STARTED_AT = cast_module.NOW - 9 * cast_module.HOUR  # an hour into the cast's shift


def clip(
    path: Path,
    *,
    seconds: float = 2,
    started_at: dt.datetime | None = STARTED_AT,
    serial: str = "",
    codec: str = "mpeg4",
    seed: int = 0,
) -> Path:
    """A small picture that moves, in the container that the name asks for."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w") as out:
        if started_at is not None:
            out.metadata["creation_time"] = started_at.isoformat()
        if serial:
            out.metadata["comment"] = f"serial={serial}"
        stream = out.add_stream(codec, rate=10, options={"g": "10"})
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        stream.time_base = Fraction(1, 10)
        noise = np.random.default_rng(seed).integers(0, 255, (48, 64, 3), dtype=np.uint8)
        for number in range(round(seconds * 10)):
            frame = av.VideoFrame.from_ndarray(np.roll(noise, number, axis=1), format="rgb24")
            frame.pts = number
            out.mux(stream.encode(frame))
        out.mux(stream.encode())
    return path


def sound_only(path: Path) -> Path:
    """A second of a tone, without a picture."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w") as out:
        out.metadata["creation_time"] = STARTED_AT.isoformat()
        stream = out.add_stream("aac", rate=16000, layout="mono")
        tone = (np.sin(np.arange(16000) / 10) * 0.3).astype(np.float32).reshape(1, -1)
        for at in range(0, 15360, 1024):
            frame = av.AudioFrame.from_ndarray(tone[:, at : at + 1024], format="fltp", layout="mono")
            frame.sample_rate, frame.pts = 16000, at
            out.mux(stream.encode(frame))
        out.mux(stream.encode())
    return path


def no_frames(path: Path) -> Path:
    """A valid container whose picture stream has no frame."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w", format="avi") as out:
        stream = out.add_stream("mjpeg", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuvj420p"
        out.metadata["creation_time"] = STARTED_AT.isoformat()
        out.start_encoding()
    return path


def sidecar(path: Path, **facts: object) -> Path:
    """A sidecar beside ``path``."""
    beside = path.with_name(path.name + ".json")
    beside.write_text(json.dumps(facts, default=str))
    return beside

"""Measures and small clips for the detectors' tests, made of arrays and of generated media."""

from __future__ import annotations

import fractions
import itertools
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt

from siyanat.analysis import measures, picture_meter, sound_meter

Samples = npt.NDArray[np.float32]
Picture = npt.NDArray[np.uint8]

RATE = 16_000


def hear(samples: Samples, *, clipped: float = 0.0, starts_ms: int = 0) -> measures.Sound:
    """Samples through the meter, a second at a time as the scan gives them."""
    meter = sound_meter.SoundMeter()
    for first in range(0, len(samples), RATE):
        part = samples[first : first + RATE]
        meter.hear(at_ms=starts_ms + first // 16, samples=part, clipped=clipped)
    return meter.finish()


def see(
    pictures: Iterable[Picture], *, every_ms: int = 2_000, sizes: Iterable[int] = itertools.repeat(40_000)
) -> measures.Pictures:
    """Gray pictures [90, 160] through the meter; ``sizes``: bytes of the key frames, all alike unless given."""
    meter = picture_meter.PictureMeter()
    for number, (gray, size) in enumerate(zip(pictures, sizes, strict=False)):
        meter.see(at_ms=number * every_ms, gray=gray, packet_bytes=size)
    return meter.finish()


def measured(*, samples: Samples | None = None, pictures: Iterable[Picture] = ()) -> measures.Measures:
    """Measures of a recording of sound, of pictures or of both."""
    seen = see(pictures)
    heard = hear(samples if samples is not None else np.empty(0, dtype=np.float32))
    length = max(len(seen.at_ms) * 2_000, len(samples) // 16 if samples is not None else 0)
    return measures.Measures(
        duration_ms=length,
        pictures=seen,
        sound=heard,
        has_video=len(seen.at_ms) > 0,
        has_sound=samples is not None,
    )


def street(number: int, *, height: int = 90, width: int = 160) -> Picture:
    """What a walking camera sees: the same houses, moved with each number, with sensor noise."""
    random = np.random.default_rng(5)
    coarse = random.integers(30, 220, (height // 9 + 1, width // 16 + 1)).astype(np.float32)
    scene = coarse.repeat(9, axis=0).repeat(16, axis=1)[:height, :width]
    scene = scene + random.normal(0, 14, scene.shape)
    moved = np.roll(scene, (number * 3 % height, number * 5 % width), axis=(0, 1))
    noise = np.random.default_rng(number).normal(0, 2, scene.shape)
    return np.clip(moved + noise, 0, 255).astype(np.uint8)


def hand(number: int, *, height: int = 90, width: int = 160) -> Picture:
    """A palm over the lens: one tone with a soft gradient."""
    tone = 70 + np.linspace(0, 12, width)[None, :] + np.linspace(0, 6, height)[:, None]
    return np.clip(tone + np.random.default_rng(number).normal(0, 0.6, tone.shape), 0, 255).astype(np.uint8)


def night(number: int, *, height: int = 90, width: int = 160) -> Picture:
    """No light at all."""
    noise = np.random.default_rng(number).normal(6, 1.5, (height, width))
    return np.clip(noise, 0, 255).astype(np.uint8)


def breath(number: int) -> Picture:
    """The street through a fogged lens: contrast without edges."""
    scene = street(number).astype(np.float32)
    for _ in range(60):
        scene = (scene + np.roll(scene, 1, 0) + np.roll(scene, -1, 0)) / 3
        scene = (scene + np.roll(scene, 1, 1) + np.roll(scene, -1, 1)) / 3
    stretched = (scene - scene.mean()) * (40 / scene.std()) + 120
    return np.clip(stretched, 0, 255).astype(np.uint8)


def write_clip(path: Path, *, pictures: Iterable[Picture], samples: Samples, fps: int = 5) -> None:
    """An MP4 of gray pictures (H.264, a key frame every 2 s) and sound (AAC)."""
    with av.open(str(path), "w") as container:
        video: Any = container.add_stream("libx264", rate=fps)
        audio: Any = container.add_stream("aac", rate=RATE)
        audio.layout = "mono"
        frames = list(pictures)
        video.height, video.width, video.pix_fmt = *frames[0].shape, "yuv420p"
        video.options = {
            "preset": "ultrafast",
            "crf": "20",
            "g": str(2 * fps),
            "bf": "0",
            "sc_threshold": "0",
        }
        for gray in frames:
            container.mux(
                video.encode(av.VideoFrame.from_ndarray(gray, format="gray").reformat(format="yuv420p"))
            )
        for first in range(0, len(samples), 1024):
            part = np.ascontiguousarray(samples[None, first : first + 1024])
            frame = av.AudioFrame.from_ndarray(part, format="fltp", layout="mono")
            frame.sample_rate, frame.pts, frame.time_base = RATE, first, fractions.Fraction(1, RATE)
            container.mux(audio.encode(frame))
        container.mux(video.encode(None))
        container.mux(audio.encode(None))

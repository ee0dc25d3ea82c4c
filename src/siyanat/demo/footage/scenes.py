"""The pictures of a segment: a real shot or the alley, seen by a camera that hangs on a walking person.

Every segment has 192 pictures (12.8 s at 15 a second) of 640x360 in planar 4:2:0. Its motion is periodic in
that length, so that segments of one scene follow one another without a jump. Deterministic by ``VideoSpec``.
Renders only; it neither encodes nor writes.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt

from siyanat.demo.footage import alley, clips, sources

RATE = 15
FRAMES = 192
SEGMENT_MS = FRAMES * 1000 // RATE

Lens = Literal["clear", "covered", "frozen"]
Plane = npt.NDArray[np.uint8]

# Pixels across and down, steps a segment: standing people breathe and sway, walking ones bob, a car trembles.
_GAIT = {"walk": (9.0, 7.0, 23), "stand": (5.0, 3.0, 3), "car": (2.0, 4.0, 61), "still": (0.0, 0.0, 1)}
_GAITS = {"alley": "walk", "car": "car", "wall": "still", "clip": "still"}


@dataclass(frozen=True, slots=True)
class VideoSpec:
    """What one segment shows. ``clip`` and ``clip_ms`` name a stretch of the user's own footage."""

    scene: str
    light: Literal["day", "night"]
    lens: Lens = "clear"
    seed: int = 0
    clip: Path | None = None
    clip_ms: int = 0


def render_frames(spec: VideoSpec) -> Iterator[Plane]:
    """Yield the segment's 192 pictures, each uint8 of shape (540, 640): luma over both chroma planes."""
    rng = np.random.default_rng([spec.seed, 71])
    if spec.lens == "covered":
        yield from _covered_frames(rng, spec.light)
        return
    finished = _finished_frames(spec, rng)
    if spec.lens == "frozen":
        still = next(finished)
        for _ in range(FRAMES):
            yield still
        return
    yield from finished


def _finished_frames(spec: VideoSpec, rng: np.random.Generator) -> Iterator[Plane]:
    path = _shake_path(_GAITS.get(spec.scene, "stand"), rng)
    gain = _gain_map(spec)
    tone, tint = _tone_tables(spec, rng)
    noise = 0.0 if spec.clip else 3.0 if spec.light == "night" else 1.2
    grain = rng.normal(0, noise, (4, sources.HEIGHT, sources.WIDTH))
    grains = grain.astype(np.int16)
    for number, picture in enumerate(_base_pictures(spec)):
        dx, dy = path[number]
        top, left = sources.MARGIN_Y + dy, sources.MARGIN_X + dx
        luma = tone[picture.luma[top : top + sources.HEIGHT, left : left + sources.WIDTH]]
        noisy = ((luma * gain) >> 8).astype(np.int16) + 16
        noisy += np.roll(grains[number % 4], int(rng.integers(0, sources.WIDTH)), axis=1)
        top, left = top // 2, left // 2
        half = picture.chroma[:, top : top + sources.HEIGHT // 2, left : left + sources.WIDTH // 2]
        colour = np.stack((tint[0][half[0]], tint[1][half[1]]))
        yield _join_planes(np.clip(noisy, 16, 235).astype(np.uint8), colour)


def _join_planes(luma: Plane, colour: Plane) -> Plane:
    return np.concatenate((luma, colour.reshape(-1, sources.WIDTH)))


def _base_pictures(spec: VideoSpec) -> Iterator[sources.Picture]:
    if spec.clip is not None:
        return clips.read_pictures(spec.clip, start_ms=spec.clip_ms, rate=RATE, count=FRAMES)
    if spec.scene in {"alley", "wall"}:
        return alley.walk_pictures(spec.seed, light=spec.light, frames=FRAMES, walking=spec.scene == "alley")
    return _looped_shot(spec)


def _looped_shot(spec: VideoSpec) -> Iterator[sources.Picture]:
    """Repeat a shot for the whole segment, its end dissolving into its start."""
    shot = sources.SHOTS[spec.scene]
    across = (0.15, 0.5, 0.85, 0.35, 0.65)[spec.seed % 5]
    mirrored = spec.scene != "rank" and spec.seed % 4 >= 2
    pictures = sources.load_shot(spec.scene, across, mirrored)
    fade = min(8, len(pictures) // 4)
    loop = len(pictures) - fade
    turns = max(1, round(FRAMES / RATE * 25 * shot.speed / loop))
    for number in range(FRAMES):
        place = (number * turns * loop // FRAMES + spec.seed * 7) % loop
        yield _dissolve(pictures, place, loop=loop, fade=fade)


def _dissolve(pictures: tuple[sources.Picture, ...], place: int, *, loop: int, fade: int) -> sources.Picture:
    if place >= fade:
        return pictures[place]
    new, old = pictures[place], pictures[loop + place]
    weight = np.uint16(256 * (place + 1) // (fade + 1))
    rest = np.uint16(256 - weight)

    def mix(a: Plane, b: Plane) -> Plane:
        return ((a * weight + b * rest) >> 8).astype(np.uint8)

    return sources.Picture(mix(new.luma, old.luma), mix(new.chroma, old.chroma))


def _shake_path(gait: str, rng: np.random.Generator) -> npt.NDArray[np.int_]:
    """Return even offsets (192, 2) in pixels, periodic over the segment."""
    across, down, steps = _GAIT[gait]
    turn = 2 * np.pi * np.arange(FRAMES) / FRAMES
    phase = rng.uniform(0, 2 * np.pi, 6)
    sway = np.sin(2 * turn + phase[0]) + 0.6 * np.sin(5 * turn + phase[1])
    sway += 0.3 * np.sin(11 * turn + phase[2])
    bob = np.abs(np.sin(steps * turn / 2 + phase[3])) - 0.6 + 0.5 * np.sin(3 * turn + phase[4])
    glance = 24 * np.exp(-(((turn - phase[5]) / 0.35) ** 2)) if gait == "stand" else 0 * turn
    path = np.stack((across * sway * 1.6 + glance, down * bob * 2.2), axis=1)
    limit = np.array((sources.MARGIN_X, sources.MARGIN_Y)) - 4
    even: npt.NDArray[np.int_] = (np.clip(path, -limit, limit) / 2).round().astype(np.int_) * 2
    return even


@functools.lru_cache(maxsize=8)
def _vignette(strength: float) -> npt.NDArray[np.float64]:
    y, x = np.mgrid[-1 : 1 : sources.HEIGHT * 1j, -1 : 1 : sources.WIDTH * 1j]
    return np.asarray(1 - strength * (0.6 * x**2 + 0.4 * y**2))


def _gain_map(spec: VideoSpec) -> npt.NDArray[np.uint16]:
    """Return what the optics let through, in 256ths."""
    if spec.clip is not None:
        return np.full((sources.HEIGHT, sources.WIDTH), 256, np.uint16)
    if spec.light == "day" or spec.scene in {"alley", "wall"}:
        return (_vignette(0.35) * 256).astype(np.uint16)
    y, x = np.mgrid[-1 : 1 : sources.HEIGHT * 1j, -1 : 1 : sources.WIDTH * 1j]
    lamp = 0.6 + 0.45 * np.exp(-((x - 0.2) ** 2 + (y - 0.25) ** 2) / 0.35)
    return np.asarray(np.clip(_vignette(0.6) * lamp * 256, 0, 256), np.uint16)


def _tone_tables(spec: VideoSpec, rng: np.random.Generator) -> tuple[Plane, tuple[Plane, Plane]]:
    """Return tables for luma (above black) and both chroma planes: exposure by day, lamp light by night."""
    level = np.arange(256, dtype=np.float64)
    light = np.clip((level - 16) / 219, 0, 1)
    if spec.clip is not None:  # what its camera saw, unchanged
        gamma, reach, saturation, warm = 1.0, 219.0, 1.0, 0.0
    elif spec.light == "day" or spec.scene in {"alley", "wall"}:
        gamma, reach, saturation, warm = float(rng.uniform(0.85, 1.1)), 219.0, 0.9, 0.0
    else:
        gamma, reach, saturation, warm = 1.45, 205.0, 0.5, 4.0
    tone = reach * light**gamma
    blue = 128 + (level - 128) * saturation - warm
    red = 128 + (level - 128) * saturation + warm / 2
    return _table(tone), (_table(blue), _table(red))


def _table(values: npt.NDArray[np.float64]) -> Plane:
    return np.clip(values.round(), 0, 255).astype(np.uint8)


def _covered_frames(rng: np.random.Generator, light: Literal["day", "night"]) -> Iterator[Plane]:
    """Yield a covered lens: by day the light that a hand lets through, by night nearly black."""
    y, x = np.mgrid[-1 : 1 : sources.HEIGHT * 1j, -1 : 1 : sources.WIDTH * 1j]
    side = 1.6 * float(rng.choice((-1, 1)))
    leak = np.exp(-((x - side) ** 2 + (y - 0.8) ** 2) / 0.8) * 18
    through = 34.0 if light == "day" else 1.0
    colour = np.full((2, sources.HEIGHT // 2, sources.WIDTH // 2), 128, np.uint8)
    colour[1] += 14 if light == "day" else 4
    for number in range(FRAMES):
        breath = 0.6 + 0.4 * np.sin(2 * np.pi * 3 * number / FRAMES)
        yield _join_planes((16 + through + leak * breath).astype(np.uint8), colour)

"""A walk through a narrow alley: photographed brick and gravel in perspective, by daylight or by torch.

The alley is computed, its surfaces are photographs (see ``sources``). It repeats after one segment, so that
segments join without a jump. Renders only.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from siyanat.demo.footage import sources

Ints = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]

_WIDE = sources.WIDTH + 2 * sources.MARGIN_X
_HIGH = sources.HEIGHT + 2 * sources.MARGIN_Y
_FOCAL = 430.0  # pixels: about 73 degrees across
_EYE, _HALF_WIDTH, _WALL_TOP = 1.35, 1.7, 3.6  # metres; the camera hangs on the chest
_TEXELS = 140.0  # a metre
_LONG, _TALL, _LEVELS = 2048, 1024, 6  # the surfaces' maps: along, across, sizes


@dataclass(frozen=True, slots=True)
class _View:
    """For every pixel: start in the atlas, place along and across, its map's size, and the light on it."""

    offset: Ints
    along: Ints
    across: Ints
    long: Ints
    tall: Ints
    level: Ints
    light: Floats
    glow: Floats


def walk_pictures(
    seed: int, *, light: Literal["day", "night"], frames: int, walking: bool
) -> Iterator[sources.Picture]:
    """Yield ``frames`` pictures of one turn through the alley, or of one wall when not walking."""
    view = _look(light, walking)
    atlas = _atlas(seed % 3)
    chroma = _colours(light, walking)
    start = seed * 331
    for number in range(frames):
        step = start + (_LONG * number // frames if walking else 0)
        place = ((view.along + step) >> view.level) % view.long * view.tall + view.across
        luma = 16 + atlas[view.offset + place] * view.light + view.glow
        yield sources.Picture(luma.astype(np.uint8), chroma)


@functools.lru_cache(maxsize=4)
def _geometry(walking: bool) -> tuple[Floats, Floats, Floats, npt.NDArray[np.int8]]:  # noqa: FBT001 (cache key)
    """Return depth, and metres along and across, and the surface (0 wall, 1 ground, 2 sky) of each pixel."""
    y, x = np.mgrid[0:_HIGH, 0:_WIDE].astype(np.float64)
    if not walking:  # turned to the wall at arm's length
        metres_x, metres_y = (x - _WIDE / 2) / _FOCAL * 1.4, (y - _HIGH / 2) / _FOCAL * 1.4
        return np.full_like(x, 1.4), metres_x + 4.5, _EYE - metres_y, np.zeros(x.shape, np.int8)
    ray_x, ray_y = (x - _WIDE / 2) / _FOCAL, (y - _HIGH * 0.47) / _FOCAL
    to_wall = _HALF_WIDTH / np.maximum(np.abs(ray_x), 1e-3)
    to_ground = np.where(ray_y > 0, _EYE / np.maximum(ray_y, 1e-3), 1e9)
    depth = np.minimum(np.minimum(to_wall, to_ground), 60.0)
    surface = np.where(to_ground < to_wall, 1, 0).astype(np.int8)
    height = _EYE - ray_y * depth
    surface[(height > _WALL_TOP) & (surface == 0)] = 2
    across = np.where(surface == 1, ray_x * depth + 3.0, height)
    along = depth + np.where(ray_x > 0, 5.2, 0.0) * (surface == 0)
    return depth, along, across, surface


@functools.lru_cache(maxsize=4)
def _look(light: str, walking: bool) -> _View:  # noqa: FBT001 (cache key)
    depth, along, across, surface = _geometry(walking)
    footprint = depth * _TEXELS / _FOCAL * np.sqrt(np.maximum(depth / _HALF_WIDTH, 1.0) if walking else 1.0)
    level = np.clip(np.log2(np.maximum(footprint, 1.0)) + 0.6, 0, _LEVELS - 1).astype(np.int32)
    sizes = np.array([_LONG * _TALL >> (2 * n) for n in range(_LEVELS)])
    starts = np.concatenate(([0], np.cumsum(sizes)))
    long, tall = (np.int32(_LONG) >> level), (np.int32(_TALL) >> level)
    brightness, glow = _lighting(light, depth, surface)
    return _View(
        offset=(starts[level] + (surface == 1) * starts[-1]).astype(np.int32),
        along=(along * _TEXELS).astype(np.int32),
        across=((across * _TEXELS).astype(np.int32) >> level) % tall,
        long=long,
        tall=tall,
        level=level,
        light=brightness,
        glow=glow,
    )


def _lighting(light: str, depth: Floats, surface: npt.NDArray[np.int8]) -> tuple[Floats, Floats]:
    """Return factor and addend: haze and sky by day, by night a torch that fades with distance."""
    y, x = np.mgrid[-1 : 1 : _HIGH * 1j, -1 : 1 : _WIDE * 1j]
    if light == "day":
        haze = 1 - np.exp(-depth / 22)
        factor = np.where(surface == 1, 0.62, 0.78) * (1 - haze)
        return np.where(surface == 2, 0.0, factor), np.where(surface == 2, 196.0, haze * 150)
    torch = np.exp(-((x - 0.05) ** 2 * 3.2 + (y - 0.22) ** 2 * 3.6))
    factor = (0.09 + 0.91 * torch) / (1 + (depth / 5.5) ** 2)
    return np.where(surface == 2, 0.0, factor * 1.1), np.where(surface == 2, 9.0, 2.0)


@functools.lru_cache(maxsize=4)
def _colours(light: str, walking: bool) -> npt.NDArray[np.uint8]:  # noqa: FBT001 (cache key)
    surface = _geometry(walking)[3][::2, ::2]
    seen = np.minimum(1.0, _look(light, walking).light[::2, ::2] * 2.2) if light == "night" else 1.0
    blue = np.choose(surface, (-9, -2, 10 if light == "day" else 1))
    red = np.choose(surface, (11, 2, -5 if light == "day" else 0))
    return np.asarray((128 + np.stack((blue * seen, red * seen))).round(), np.uint8)


@functools.lru_cache(maxsize=3)
def _atlas(seed: int) -> npt.NDArray[np.uint8]:
    """Return wall and ground in every size, flattened one after another."""
    rng = np.random.default_rng([seed, 17])
    wall = _stained(np.tile(_half(sources.load_texture("brick.png").astype(np.float64)), (8, 4)), rng)
    _set_openings(wall, rng)
    ground = _stained(np.tile(sources.load_texture("gravel.png"), (4, 2)), rng) * 0.8
    ground[:, 400:440] *= 0.55  # the gutter
    return np.concatenate([size.ravel() for surface in (wall, ground) for size in _halved(surface)])


def _stained(texture: npt.NDArray[np.generic], rng: np.random.Generator) -> Floats:
    """Lay damp and dirt over a repeated texture, so that its repetition can't be seen."""
    coarse = rng.uniform(0.62, 1.12, (_LONG // 128 + 1, _TALL // 128 + 1))
    rows = np.arange(_LONG) / 128
    columns = np.arange(_TALL) / 128
    low = np.stack([np.interp(rows, np.arange(coarse.shape[0]), column) for column in coarse.T], axis=1)
    stain = np.stack([np.interp(columns, np.arange(coarse.shape[1]), row) for row in low])
    return np.asarray(texture.astype(np.float64) * stain)


def _set_openings(wall: Floats, rng: np.random.Generator) -> None:
    """Set doors and barred windows into a wall map (along, height)."""
    for start in (120, 760, 1400):
        first = start + int(rng.integers(0, 160))
        if rng.random() < 0.6:
            wall[first : first + 140, : int(2.1 * _TEXELS)] = 46
            wall[first + 8 : first + 132, 8 : int(2.0 * _TEXELS)] = 70
            wall[first + 66 : first + 72, 8 : int(2.0 * _TEXELS)] = 40
        else:
            low, high = int(1.3 * _TEXELS), int(2.5 * _TEXELS)
            wall[first : first + 180, low:high] = 28
            wall[first + 10 : first + 170 : 20, low:high] = 105
            wall[first - 10 : first + 190, low - 12 : low] = 150


def _halved(surface: Floats) -> Iterator[npt.NDArray[np.uint8]]:
    for _ in range(_LEVELS):
        yield np.clip(surface, 0, 219).astype(np.uint8)
        surface = _half(surface)


def _half(surface: Floats) -> Floats:
    return (surface[::2, ::2] + surface[1::2, ::2] + surface[::2, 1::2] + surface[1::2, 1::2]) / 4

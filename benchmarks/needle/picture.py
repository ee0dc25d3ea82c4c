"""The picture of a composed patrol: short clips encoded once a run, their packets joined into hours.

A scene is looked at through a window that moves as a worn camera does; states of the lens are done to it. A clip
runs forward and back, so that its repetition shows no cut.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt

from benchmarks.needle import script as scripts
from benchmarks.needle import sources
from siyanat.media import compose

FPS, GOP, CLIP_S = 30, 60, 10
FRAMES = FPS * CLIP_S
MARGIN = 1.25
"""How much larger than the window a scene is, in both directions."""
STILL, WALK, RUN = "still", "walk", "run"
_SWAY = {STILL: (0.4, 0.004, 0.0), WALK: (1.8, 0.012, 0.004), RUN: (2.8, 0.05, 0.02)}
"""Steps a second (even numbers of them in a clip), their height and their jitter as shares of the picture."""

Picture = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Clip:
    """What a clip shows: enough to render it, and its name in the library."""

    kind: str  # scene, or a kind of incident
    scene: sources.Part | None
    gait: str
    is_night: bool
    variant: int = 0

    @property
    def name(self) -> str:
        """The file's name without its suffix."""
        scene = (
            "none" if self.scene is None else f"{self.scene.source.replace('/', '_')}-{self.scene.path.stem}"
        )
        return f"{self.kind}-{scene}-{self.gait}-{'night' if self.is_night else 'day'}-{self.variant}"


def reel(script: scripts.Script) -> list[Clip]:
    """The clips of the patrol in order, 10 s each."""
    clips: list[Clip] = []
    stretches = iter(script.stretches)
    stretch = next(stretches)
    for at in range(0, script.seconds, CLIP_S):
        while stretch.ends_s <= at:
            stretch = next(stretches)
        clips.append(_clip_at(script, stretch, at))
    return clips


def align(script: scripts.Script) -> None:
    """Move picture incidents onto the clips' grid, so that what is written is what is shown."""
    for place, event in enumerate(script.incidents):
        if event.kind in scripts.PICTURE_KINDS:
            starts = round(event.starts_s / CLIP_S) * CLIP_S
            length = max(CLIP_S, round((event.ends_s - event.starts_s) / CLIP_S) * CLIP_S)
            script.incidents[place] = scripts.Event(
                event.kind, starts, starts + length, event.part, event.snr_db, event.extra_db, event.variant
            )


def _clip_at(script: scripts.Script, stretch: scripts.Stretch, at: int) -> Clip:
    for event in script.incidents:
        if event.kind in scripts.PICTURE_KINDS and event.starts_s <= at < event.ends_s:
            gait = RUN if event.kind == "running" else stretch.gait
            scene = event.part if event.kind == "fight" else stretch.scene
            return Clip(event.kind, scene, gait, script.is_night, event.variant % 3)
    return Clip("scene", stretch.scene, stretch.gait, script.is_night)


def encode(clip: Clip, folder: Path, *, height: int) -> Path:
    """The clip's file, made when it is not there yet."""
    path = folder / f"{clip.name}.mp4"
    if not path.exists():
        temporary = path.with_suffix(".part.mp4")
        compose.encode_clip(
            temporary, frames=render(clip, height), sound=None, fps=FPS, gop=GOP, bitrate=0,
            codec_options={"preset": "superfast", "crf": "27", "x264-params": _rate(height)},
        )  # fmt: skip
        temporary.rename(path)
    return path


def _rate(height: int) -> str:
    """Even quality under a cap, as cameras encode: 2.4 Mbit/s at 720 lines, in proportion below."""
    most = 2_400 * height * height // (720 * 720)
    return f"keyint={GOP}:min-keyint={GOP}:scenecut=0:vbv-maxrate={most}:vbv-bufsize={2 * most}"


def render(clip: Clip, height: int) -> Iterator[Picture]:
    """Pictures uint8 [height, width, 3]."""
    random = np.random.default_rng([FRAMES, clip.variant, *clip.name.encode()])
    if clip.kind == "lens_covered":
        yield from _covered(random, height, clip.is_night)
        return
    if clip.kind == "lens_dark":
        yield from _dark(random, height)
        return
    shown = _worn(clip, random, height)
    if clip.kind == "lens_frozen":
        still = next(shown)
        for _ in range(FRAMES):
            yield still
    elif clip.kind == "lens_blurred":
        yield from (_blurred(picture, 6 + 3 * clip.variant) for picture in shown)
    elif clip.kind == "turned_away":
        yield from _turned(random, next(shown))
    else:
        yield from shown


def _worn(clip: Clip, random: np.random.Generator, height: int) -> Iterator[Picture]:
    """The scene through the moving window, by day or by night."""
    assert clip.scene is not None
    scene = _frames(clip.scene.path, height)
    width = height * 16 // 9
    tall, wide = scene[0].shape[:2]
    pace, step, jitter = _SWAY[clip.gait]
    wander = _wander(random, 0.0015 if clip.gait == STILL else 0.005)
    turns = max(1, round(FRAMES / (4 * (len(scene) - 1)))) * 2 * (len(scene) - 1) / FRAMES
    for number in range(FRAMES):
        phase = 2 * np.pi * pace * number / FPS
        down = step * np.sin(phase) + wander[number, 0] + random.normal(0, jitter)
        right = step * np.sin(phase / 2) + wander[number, 1] + random.normal(0, jitter)
        top = int(np.clip((tall - height) / 2 + down * height, 0, tall - height))
        left = int(np.clip((wide - width) / 2 + right * width, 0, wide - width))
        turn = abs(int(number * turns) % (2 * len(scene) - 2) - (len(scene) - 1))
        picture = scene[turn][top : top + height, left : left + width]
        if clip.gait == RUN:
            picture = _smeared(picture, random)
        yield _lit(picture, random, clip.is_night)


def _wander(random: np.random.Generator, step: float) -> npt.NDArray[np.float64]:
    """A walk in two directions that ends where it began, as shares of the picture's height."""
    walk = np.cumsum(random.normal(0, step, (FRAMES, 2)), axis=0)
    bridged: npt.NDArray[np.float64] = walk - np.linspace(0, 1, FRAMES)[:, None] * walk[-1]
    return bridged


def _lit(picture: Picture, random: np.random.Generator, is_night: bool) -> Picture:
    """Sensor noise; by night a fourth of the light and more noise."""
    noise = _noise(picture.shape[0], picture.shape[1], int(random.integers(8)))
    if not is_night:
        return np.clip(picture.astype(np.int16) + noise, 0, 255).astype(np.uint8)
    return np.clip(picture.astype(np.int16) * 9 // 32 + 4 + 2 * noise, 0, 255).astype(np.uint8)


@functools.lru_cache(maxsize=16)
def _noise(height: int, width: int, number: int) -> npt.NDArray[np.int16]:
    grain = np.random.default_rng(number).normal(0, 2.2, (height, width, 1))
    return np.rint(grain).astype(np.int16)


def _smeared(picture: Picture, random: np.random.Generator) -> Picture:
    """Motion within the exposure."""
    far = int(random.integers(1, 1 + picture.shape[0] // 40))
    wide = picture.astype(np.uint16)
    smeared = (wide + np.roll(wide, far, 0) + np.roll(wide, 2 * far, 0)) // 3
    return smeared.astype(np.uint8)


def _blurred(picture: Picture, radius: int) -> Picture:
    """Three box filters each way."""
    soft = picture.astype(np.float32)
    for axis in (0, 1):
        for _ in range(3):
            total = np.cumsum(
                np.pad(soft, [(radius + 1, radius) if a == axis else (0, 0) for a in range(3)], mode="edge"),
                axis=axis,
            )
            size = soft.shape[axis]
            ahead = np.take(total, range(2 * radius + 1, 2 * radius + 1 + size), axis=axis)
            soft = (ahead - np.take(total, range(size), axis=axis)) / (2 * radius + 1)
    return np.clip(soft, 0, 255).astype(np.uint8)


def _turned(random: np.random.Generator, picture: Picture) -> Iterator[Picture]:
    """The lens faces a wall or cloth near by: a small patch, enlarged, breathing."""
    height, width = picture.shape[:2]
    top, left = int(random.integers(height // 2)), int(random.integers(width // 2))
    patch = picture[top : top + height // 8, left : left + width // 8]
    near = _blurred(
        np.kron(patch, np.ones((9, 9, 1), dtype=np.uint8))[: height + 20, : width + 20], height // 90
    )
    for number in range(FRAMES):
        down, right = (int(10 + 6 * np.sin(2 * np.pi * number / FPS / period)) for period in (3.1, 4.7))
        yield _lit(near[down : down + height, right : right + width], random, is_night=False)


def _covered(random: np.random.Generator, height: int, is_night: bool) -> Iterator[Picture]:
    """A hand or cloth on the lens: one tone, a soft gradient, light at one edge."""
    width = height * 16 // 9
    across, along = np.linspace(0, 1, width)[None, :], np.linspace(0, 1, height)[:, None]
    tone = float(random.uniform(25, 60) if is_night else random.uniform(45, 120))
    tint = np.array([1.0, random.uniform(0.55, 0.9), random.uniform(0.4, 0.8)])
    edge = float(random.uniform(0, 40))
    for number in range(FRAMES):
        breath = 3 * np.sin(2 * np.pi * number / FPS / 3.7)
        plane = tone + breath + 14 * across + 8 * along + edge * np.clip(across - 0.93, 0, None) / 0.07
        yield _lit(np.clip(plane[..., None] * tint, 0, 255).astype(np.uint8), random, is_night=False)


def _dark(random: np.random.Generator, height: int) -> Iterator[Picture]:
    """A pocket: black with noise."""
    width = height * 16 // 9
    level = float(random.uniform(2, 9))
    for _ in range(FRAMES):
        yield _lit(np.full((height, width, 3), int(level), dtype=np.uint8), random, is_night=False)


@functools.lru_cache(maxsize=3)
def _frames(path: Path, height: int) -> list[Picture]:
    """At most five seconds of the film at 15 pictures a second, a quarter larger than the window."""
    tall, wide = int(height * MARGIN) // 2 * 2, int(height * MARGIN * 16 / 9) // 2 * 2
    pictures: list[Picture] = []
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        every = max(1, round(float(stream.average_rate or 15) / 15))
        for number, frame in enumerate(container.decode(stream)):
            if number % every == 0:
                pictures.append(frame.reformat(wide, tall, format="rgb24").to_ndarray())
            if len(pictures) == 75:
                break
    return pictures if len(pictures) > 1 else pictures * 2

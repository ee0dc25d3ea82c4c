"""The sound of a segment: where the microphone is, what is said near it, what happens.

Everything but the words (``speech``) is computed: noise shaped in the frequency domain, periodic in the
segment's length, so segments join without a click. Levels are RMS in dBFS.
Deterministic by ``AudioSpec``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt

from siyanat.demo.footage import clips, lines

Sound = npt.NDArray[np.float64]

RATE = 16_000
PERIOD = 200 * 1024  # 12.8 s: as long as a segment's pictures
LENGTH = 202 * 1024  # two packets more, so that a long join never runs dry
BANG_MS = 5_000  # where in its segment a bang starts

Place = Literal["street", "alley", "car", "room", "dead"]


@dataclass(frozen=True, slots=True)
class AudioSpec:
    """What one segment sounds like. ``talk`` names an entry of ``lines.TALKS``."""

    place: Place
    light: Literal["day", "night"]
    talk: str | None = None
    event: Literal["bang", "covered"] | None = None
    seed: int = 0
    clip: Path | None = None
    clip_ms: int = 0


def render_sound(spec: AudioSpec, spoken: Mapping[lines.Turn, Sound]) -> Sound:
    """Return the segment's samples at 16 kHz, -1 to 1, ``LENGTH`` of them."""
    if spec.place == "dead":
        return np.zeros(LENGTH)
    rng = np.random.default_rng([spec.seed, 29])
    mixed = _surroundings(spec, rng)
    for turn in lines.TALKS[spec.talk] if spec.talk else ():
        _lay(mixed, _through_radio(spoken[turn]) if turn.who == "dispatch" else spoken[turn], turn.at_ms)
    if spec.event == "bang":
        _lay(mixed, _bang(rng), BANG_MS)
    if spec.event == "covered":
        mixed = _band(mixed, 0, 420) * 0.5 + _rubbing(rng)
    mixed = _limited(mixed)
    return np.concatenate((mixed, mixed[: LENGTH - PERIOD]))


def _limited(sound: Sound) -> Sound:
    """Bend what is louder than 0.7, as a recorder's limiter does; nothing reaches 0.98."""
    loud = np.abs(sound)
    return np.asarray(
        np.where(loud > 0.7, np.sign(sound) * (0.7 + 0.28 * np.tanh((loud - 0.7) / 0.28)), sound)
    )


def _surroundings(spec: AudioSpec, rng: np.random.Generator) -> Sound:
    if spec.clip is not None:
        own = clips.read_sound(spec.clip, start_ms=spec.clip_ms, rate=RATE, count=PERIOD)
        if own is not None:
            return own
    night = spec.light == "night"
    if spec.place == "car":
        return _engine(rng, -36) + _noise(rng, 40, 500, -42, tilt=1.0)
    if spec.place == "room":
        return _noise(rng, 60, 2000, -56, tilt=0.8) + _noise(rng, 95, 105, -60)
    quiet = -8 if night else 0
    far = -44 if spec.place == "alley" else -37
    mixed = _noise(rng, 35, 900, far + quiet, tilt=1.1) + _wind(rng, -46)
    mixed += _noise(rng, 50, 7000, -58, tilt=0.4)
    for _ in range(int(rng.integers(0, 2) if night or spec.place == "alley" else rng.integers(1, 4))):
        mixed += _passing_car(rng, (-33 if spec.place == "street" else -42) + quiet / 2)
    if spec.place == "alley":
        mixed += _footsteps(rng, -45)
    if night:
        mixed += _crickets(rng, -50)
    return mixed


def _decibels(sound: Sound, level: float) -> Sound:
    loud = float(np.sqrt(np.mean(sound**2)))
    return sound * (10 ** (level / 20) / loud) if loud > 0 else sound


def _band(sound: Sound, low: float, high: float) -> Sound:
    """Keep what lies between two frequencies, with soft edges."""
    spectrum = np.fft.rfft(sound)
    pitch = np.fft.rfftfreq(len(sound), 1 / RATE)
    gate = 1 / (1 + (pitch / high) ** 8)
    if low > 0:
        gate *= 1 - 1 / (1 + (pitch / low) ** 8)
    return np.asarray(np.fft.irfft(spectrum * gate, len(sound)))


def _noise(rng: np.random.Generator, low: float, high: float, level: float, *, tilt: float = 0.0) -> Sound:
    """Return noise between two frequencies whose amplitude falls as frequency to the power of ``tilt``."""
    pitch = np.fft.rfftfreq(PERIOD, 1 / RATE)
    inside = (pitch >= low) & (pitch <= high)
    amplitude = np.where(inside, np.maximum(pitch, 1.0) ** -tilt, 0.0)
    spectrum = amplitude * np.exp(2j * np.pi * rng.random(len(pitch)))
    return _decibels(np.fft.irfft(spectrum, PERIOD), level)


def _turn() -> Sound:
    return np.asarray(2 * np.pi * np.arange(PERIOD) / PERIOD)


def _wind(rng: np.random.Generator, level: float) -> Sound:
    gusts = 0.55 + 0.45 * np.sin(2 * _turn() + rng.uniform(0, 6)) * np.sin(5 * _turn() + rng.uniform(0, 6))
    return _decibels(_noise(rng, 60, 380, -20, tilt=0.6) * gusts**2, level)


def _passing_car(rng: np.random.Generator, level: float) -> Sound:
    """Return tyres and engine that come and go; the higher part is heard only when near."""
    away = (np.arange(PERIOD) - PERIOD / 2) / RATE
    near = np.exp(-((away / rng.uniform(0.9, 1.6)) ** 2))
    passing = _noise(rng, 90, 600, -20, tilt=0.5) * near
    passing += 0.7 * _noise(rng, 600, 2600, -20, tilt=0.9) * near**3
    peak = float(np.sqrt(np.mean(passing[near > 0.5] ** 2)))
    return np.roll(passing * (10 ** ((level + 6) / 20) / peak), int(rng.integers(0, PERIOD)))


def _footsteps(rng: np.random.Generator, level: float) -> Sound:
    walked = np.zeros(PERIOD)
    fall = np.sin(np.pi * np.arange(1600) / 1600) ** 2  # soft soles: no sudden start
    for step in range(23):
        sole = _band(rng.normal(size=1600), 90, 900 if step % 2 else 700) * fall
        start = (step * PERIOD) // 23 + int(rng.integers(0, 300))
        walked[start : start + 1600] += sole[: PERIOD - start]
    return _decibels(walked, level)


def _crickets(rng: np.random.Generator, level: float) -> Sound:
    seconds = np.arange(PERIOD) / RATE
    song = np.zeros(PERIOD)
    for pitch, pace in ((4350, 2.1875), (4710, 1.71875)):
        phrase = np.sin(2 * np.pi * pace * seconds + pitch) > 0.2
        pulses = (np.sin(2 * np.pi * 31.25 * seconds) > 0) * phrase
        song += np.sin(2 * np.pi * (pitch + rng.uniform(-40, 40)) * seconds) * pulses
    return _decibels(_band(song, 3000, 6500), level)


def _engine(rng: np.random.Generator, level: float) -> Sound:
    wander = 6 * np.sin(3 * _turn() + rng.uniform(0, 6)) + 3 * np.sin(7 * _turn())
    phase = _turn() * 384 + wander  # 30 turns a second
    hum = sum(np.sin(k * phase + rng.uniform(0, 6)) / k for k in (1, 2, 3, 4, 6))
    return _decibels(np.asarray(hum), level)


def _bang(rng: np.random.Generator) -> Sound:
    """Return one report with two echoes from the walls; its peak is close to full scale."""
    seconds = np.arange(RATE) / RATE
    crack = _band(rng.normal(size=RATE), 60, 6000) * np.exp(-seconds / 0.035)
    thump = np.sin(2 * np.pi * 70 * seconds) * np.exp(-seconds / 0.09)
    report = crack / np.abs(crack).max() + 0.5 * thump
    whole = report.copy()
    for delay, share in ((2900, 0.22), (6600, 0.12)):
        whole[delay:] += _band(report, 80, 2200)[:-delay] * share
    return np.asarray(whole / np.abs(whole).max() * 1.3)


def _rubbing(rng: np.random.Generator) -> Sound:
    strokes = np.clip(np.sin(9 * _turn() + rng.uniform(0, 6)) + 0.5 * np.sin(23 * _turn()), 0, None)
    return _decibels(_noise(rng, 40, 900, -20, tilt=0.7) * strokes, -34)


def _through_radio(words: Sound) -> Sound:
    narrow = _band(words, 420, 2600)
    beep = np.sin(2 * np.pi * 1250 * np.arange(2400) / RATE) * 0.05
    return np.concatenate((np.tanh(narrow * 14) * 0.055, np.zeros(1200), beep))


def _lay(mixed: Sound, sound: Sound, at_ms: int) -> None:
    start = at_ms * RATE // 1000
    fitting = sound[: PERIOD - 1600 - start]
    mixed[start : start + len(fitting)] += fitting

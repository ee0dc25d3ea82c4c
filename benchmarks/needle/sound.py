"""The sound of a composed patrol, a minute at a time: bed, talk, look-alikes and incidents, mixed at stated levels."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt

from benchmarks.needle import script as scripts
from benchmarks.needle import sources

RATE = 16_000
BLOCK_S = 60
FADE = RATE // 100
MUFFLED_HZ = 300
MUFFLED_DB = -15.0
SHOT_S = (0.4, 3.5)
"""Kept before and after the loudest instant of a shot's file."""

Samples = npt.NDArray[np.float32]


def write_sound(script: scripts.Script, parts: list[sources.Part], out: Path) -> None:
    """Encode the patrol's sound: AAC, 16 kHz, one channel."""
    with av.open(str(out), "w") as container:
        stream: Any = container.add_stream("aac", rate=RATE, layout="mono")
        stream.codec_context.open()
        size, at = stream.codec_context.frame_size, 0
        rest = np.empty(0, dtype=np.float32)
        for block in compose(script, parts):
            rest = np.concatenate((rest, block))
            for first in range(0, len(rest) - size + 1, size):
                frame = av.AudioFrame.from_ndarray(
                    rest[None, first : first + size], format="fltp", layout="mono"
                )
                frame.sample_rate, frame.pts, frame.time_base = RATE, at, Fraction(1, RATE)
                container.mux(stream.encode(frame))
                at += size
            rest = rest[len(rest) // size * size :]
        container.mux(stream.encode(None))


def compose(script: scripts.Script, parts: list[sources.Part]) -> Iterator[Samples]:
    """Blocks of a minute, float32 in -1..1."""
    usual = _usual_levels(parts)
    events = sorted([*script.talk, *script.look_alikes, *script.incidents], key=lambda event: event.starts_s)
    for first in range(0, script.seconds, BLOCK_S):
        last = min(first + BLOCK_S, script.seconds)
        mixed = _bed(script, first, last)
        for event in events:
            if event.starts_s < last and event.ends_s > first:
                _mix(mixed, first, event, script, usual)
        for event in script.incidents:
            if event.starts_s < last and event.ends_s > first:
                _spoil(mixed, first, event, script.seed)
        yield np.clip(mixed, -1, 1)


@functools.lru_cache(maxsize=600)
def load(path: Path) -> Samples:
    """A file's sound at 16 kHz, one channel; empty when it has none."""
    with av.open(str(path)) as container:
        if not container.streams.audio:
            return np.empty(0, dtype=np.float32)
        resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE)
        frames = [*container.decode(audio=0), None]
        pieces = [piece.to_ndarray()[0] for frame in frames for piece in resampler.resample(frame)]
    return np.concatenate(pieces).astype(np.float32) if pieces else np.empty(0, dtype=np.float32)


def level_dbfs(samples: Samples) -> float:
    """Level of the louder half of the 100 ms stretches: pauses do not count."""
    whole = samples[: len(samples) // 1600 * 1600].reshape(-1, 1600)
    if not len(whole):
        return -96.0
    power = np.sort(np.square(whole, dtype=np.float64).mean(axis=1))
    return float(10 * np.log10(power[len(power) // 2 :].mean() + 1e-12))


def _usual_levels(parts: list[sources.Part]) -> dict[str, float]:
    """The level of each speaker's ordinary talk; of the angry one where no other is known."""
    levels: dict[str, dict[str, list[float]]] = {}
    for part in parts:
        if part.kind in {"talk", "anger"}:
            levels.setdefault(part.source, {}).setdefault(part.kind, []).append(level_dbfs(load(part.path)))
    return {source: float(np.median(by.get("talk") or by["anger"])) for source, by in levels.items()}


def _bed(script: scripts.Script, first: int, last: int) -> Samples:
    """The beds end on end, swelling and falling by 4 dB over minutes, over the microphone's own noise."""
    count = (last - first) * RATE
    random = np.random.default_rng([script.seed, first, script.seconds])
    mixed = random.normal(0, 10 ** (-66 / 20), count).astype(np.float32)
    if not script.bed:
        return mixed + _pink(random, count) * np.float32(10 ** (script.bed_dbfs / 20))
    part = script.bed[first // (8 * BLOCK_S) % len(script.bed)]
    sound = load(part.path)
    whole = np.resize(np.concatenate((sound, sound[::-1])), count)
    swell = 4 * np.sin(2 * np.pi * (first + np.arange(count) / RATE) / 420)
    gain = 10 ** ((script.bed_dbfs - level_dbfs(sound) + swell) / 20)
    return (mixed + whole * gain).astype(np.float32)


def _pink(random: np.random.Generator, count: int) -> Samples:
    spectrum = np.fft.rfft(random.normal(0, 1, count))
    spectrum /= np.sqrt(np.maximum(np.arange(len(spectrum)), 1))
    noise = np.fft.irfft(spectrum, count)
    pink: Samples = (noise / noise.std()).astype(np.float32)
    return pink


def _mix(
    mixed: Samples, first: int, event: scripts.Event, script: scripts.Script, usual: dict[str, float]
) -> None:
    if event.kind == "running":
        steps = _steps(event, script.seed) * np.float32(10 ** (event.extra_db / 20))
        _add(mixed, steps, round((event.starts_s - first) * RATE))
    if event.part is None:
        return
    sound = _heard(event)
    if not len(sound):
        return
    if event.part.kind in {"talk", "anger"}:
        gain_db = script.bed_dbfs + script.talk_snr_db + event.extra_db - usual[event.part.source]
    else:
        gain_db = script.bed_dbfs + event.snr_db + event.extra_db - _loudest_dbfs(sound)
        if event.kind == "gunshot":
            gain_db = max(gain_db, -14.0 - 20 * np.log10(np.abs(sound).max() + 1e-9) + event.snr_db / 2)
    _add(mixed, sound * np.float32(10 ** (gain_db / 20)), round((event.starts_s - first) * RATE))


def _steps(event: scripts.Event, seed: int) -> Samples:
    """What a worn microphone hears of running: 2.8 dull thumps a second, none like the other."""
    random = np.random.default_rng([seed, round(event.starts_s)])
    count = round((event.ends_s - event.starts_s) * RATE)
    thump = _pink(random, RATE // 6) * np.exp(-np.arange(RATE // 6) / (RATE * 0.03)).astype(np.float32)
    steps = np.zeros(count + RATE, dtype=np.float32)
    for number in range(int((event.ends_s - event.starts_s) * 2.8)):
        at = round((number / 2.8 + random.normal(0, 0.015) + 0.05) * RATE)
        steps[at : at + len(thump)] += thump * np.float32(0.05 * 10 ** (random.normal(0, 2) / 20))
    return steps[:count]


def _heard(event: scripts.Event) -> Samples:
    """The sound of an event, as long as the event: repeated, begun anywhere, or cut round the shot."""
    assert event.part is not None
    sound = load(event.part.path)
    count = round((event.ends_s - event.starts_s) * RATE)
    if event.kind == "gunshot" and len(sound):
        top = int(np.abs(sound).argmax())
        return sound[max(0, top - round(SHOT_S[0] * RATE)) : top + round(SHOT_S[1] * RATE)][:count]
    if event.kind in {"talk", "anger", "siren", "fight"} and len(sound):
        begin = round(event.starts_s * 7919) % max(1, len(sound) - count) if len(sound) > count else 0
        return np.resize(sound[begin:], count)
    return sound[:count]


def _loudest_dbfs(sound: Samples) -> float:
    seconds = np.resize(sound, max(len(sound), RATE))[: max(len(sound), RATE) // RATE * RATE].reshape(
        -1, RATE
    )
    return float(10 * np.log10(np.square(seconds, dtype=np.float64).mean(axis=1).max() + 1e-12))


def _add(mixed: Samples, sound: Samples, at: int) -> None:
    """Add ``sound`` at sample ``at`` of the block, what lies outside left out; its ends are faded."""
    if len(sound) > 2 * FADE:
        sound = sound.copy()
        sound[:FADE] *= np.linspace(0, 1, FADE, dtype=np.float32)
        sound[-FADE:] *= np.linspace(1, 0, FADE, dtype=np.float32)
    begin, end = max(at, 0), min(at + len(sound), len(mixed))
    if begin < end:
        mixed[begin:end] += sound[begin - at : end - at]


def _spoil(mixed: Samples, first: int, event: scripts.Event, seed: int) -> None:
    """What happens to the microphone itself."""
    begin = max(0, round((event.starts_s - first) * RATE))
    end = min(len(mixed), round((event.ends_s - first) * RATE))
    if event.kind == "microphone_covered" and end > begin:
        spectrum = np.fft.rfft(mixed[begin:end])
        hz = np.fft.rfftfreq(end - begin, 1 / RATE)
        spectrum *= 10 ** (MUFFLED_DB / 20) / np.sqrt(1 + (hz / MUFFLED_HZ) ** 6)
        mixed[begin:end] = np.fft.irfft(spectrum, end - begin)
    elif event.kind == "sudden_silence" and end > begin:
        noise_dbfs = -120.0 if event.variant % 2 else -78.0
        random = np.random.default_rng([seed, first])
        mixed[begin:end] = random.normal(0, 10 ** (noise_dbfs / 20), end - begin)

"""Detectors of how much sound there is: loud, clipped, silent, dead.

They know nothing of what is heard; levels are dBFS.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

import numpy as np

from siyanat.analysis import detector, measures, runs

FRAME_MS = 32
BASS, TREBLE = slice(0, 2), slice(4, 9)
"""Bands below 300 Hz, and from 800 to 5000 Hz."""


@dataclasses.dataclass(frozen=True, slots=True)
class LevelParameters:
    """dB above the running median of ``recent_seconds``; times in ms."""

    above_enter: float = 20
    above_stay: float = 14
    least_dbfs: float = -32
    recent_seconds: float = 300
    shortest_ms: float = 1_000


class Level(detector.Detector):
    """Much louder than the minutes before at this microphone, for a second or more."""

    name = "level"
    version = "1"
    source = "sound"

    def __init__(self, parameters: LevelParameters = LevelParameters()) -> None:
        self.parameters = parameters

    def find(self, measured: measures.Measures) -> Iterable[detector.Finding]:
        """Yield ``loud`` by the second."""
        rule = self.parameters
        level = level_by_second(measured)
        usual = runs.running_median(level, window=int(rule.recent_seconds))
        above = level - usual
        heard = level >= rule.least_dbfs
        for first, end in runs.hysteresis(
            enter=(above >= rule.above_enter) & heard, stay=(above >= rule.above_stay) & heard, bridge=1
        ):
            if (end - first) * 1000 < rule.shortest_ms:
                continue
            most = float(above[first:end].max())
            yield self.finding(
                kind="loud",
                starts_ms=first * 1000,
                ends_ms=min(end * 1000, measured.duration_ms),
                score=runs.ramp(most, low=rule.above_stay, high=40),
                evidence={"level_dbfs": float(level[first:end].max()), "above_usual_db": most},
            )


@dataclasses.dataclass(frozen=True, slots=True)
class ClippingParameters:
    """Share of samples at full scale in a second; times in ms."""

    share_enter: float = 0.005
    share_stay: float = 0.001
    shortest_ms: float = 2_000


class Clipping(detector.Detector):
    """The microphone is overdriven: what is said then may not be understood."""

    name = "clipping"
    version = "1"
    source = "sound"

    def __init__(self, parameters: ClippingParameters = ClippingParameters()) -> None:
        self.parameters = parameters

    def find(self, measured: measures.Measures) -> Iterable[detector.Finding]:
        """Yield ``clipping`` by the second."""
        rule, sound = self.parameters, measured.sound
        share = runs.per_second(sound.at_ms, sound.clipped_share, seconds=measured.seconds, how="mean")
        for first, end in runs.hysteresis(
            enter=share >= rule.share_enter, stay=share >= rule.share_stay, bridge=1
        ):
            if (end - first) * 1000 < rule.shortest_ms:
                continue
            most = float(share[first:end].max())
            yield self.finding(
                kind="clipping",
                starts_ms=first * 1000,
                ends_ms=min(end * 1000, measured.duration_ms),
                score=runs.ramp(most, low=0.0, high=0.05),
                evidence={"clipped_share": most, "seconds": float(end - first)},
            )


@dataclasses.dataclass(frozen=True, slots=True)
class SilenceParameters:
    """dBFS; times in ms."""

    quiet_enter_dbfs: float = -66
    quiet_stay_dbfs: float = -60
    sudden_db: float = 20
    around_seconds: float = 601
    dead_dbfs: float = -86
    quiet_shortest_ms: float = 10_000
    dead_shortest_ms: float = 3_000


class Silence(detector.Detector):
    """No sound where a street or a room always has some; dead when there is not even the microphone's own
    noise.
    """

    name = "silence"
    version = "2"
    source = "sound"

    def __init__(self, parameters: SilenceParameters = SilenceParameters()) -> None:
        self.parameters = parameters

    def find(self, measured: measures.Measures) -> Iterable[detector.Finding]:
        """Yield ``microphone_dead`` (no track at all, gaps, digital silence) and ``silence``."""
        if not measured.has_sound or len(measured.sound.at_ms) == 0:
            yield self.finding(
                kind="microphone_dead",
                starts_ms=0,
                ends_ms=measured.duration_ms,
                score=1.0,
                evidence={"no_sound": 1.0},
            )
            return
        yield from self._gaps(measured)
        dead: runs.Flags = measured.sound.level_db <= self.parameters.dead_dbfs
        yield from self._stretches(
            measured, dead, dead, kind="microphone_dead", least_ms=self.parameters.dead_shortest_ms
        )
        level = measured.sound.level_db
        enter = (level <= self.parameters.quiet_enter_dbfs) & ~dead
        stay = (level <= self.parameters.quiet_stay_dbfs) & ~dead
        yield from self._stretches(
            measured, enter, stay, kind="silence", least_ms=self.parameters.quiet_shortest_ms
        )

    def _gaps(self, measured: measures.Measures) -> Iterable[detector.Finding]:
        """Stretches for which the file holds no sound although it has a sound track."""
        at_ms = np.concatenate(([0], measured.sound.at_ms, [measured.duration_ms]))
        reached = np.concatenate(([0], measured.sound.at_ms + FRAME_MS))
        for row in np.flatnonzero(at_ms[1:] - reached > self.parameters.dead_shortest_ms):
            yield self.finding(
                kind="microphone_dead",
                starts_ms=int(reached[row]),
                ends_ms=int(at_ms[row + 1]),
                score=1.0,
                evidence={"no_sound": 1.0},
            )

    def _stretches(
        self, measured: measures.Measures, enter: runs.Flags, stay: runs.Flags, *, kind: str, least_ms: float
    ) -> Iterable[detector.Finding]:
        at_ms, level = measured.sound.at_ms, measured.sound.level_db
        usual = runs.around_median(level_by_second(measured), window=int(self.parameters.around_seconds))
        for first, end in runs.hysteresis(enter=enter, stay=stay, bridge=3):
            starts_ms, ends_ms = int(at_ms[first]), int(at_ms[end - 1]) + FRAME_MS
            if ends_ms - starts_ms < least_ms:
                continue
            mean = float(level[first:end].mean())
            fell = float(np.median(usual[starts_ms // 1000 : -(-ends_ms // 1000)])) - mean
            score = 0.5 + 0.5 * runs.ramp(ends_ms - starts_ms, low=least_ms, high=60_000)
            if (
                kind == "silence"
            ):  # a quiet room is quiet for long: what counts is how far the sound has fallen
                score = runs.ramp(fell, low=4, high=self.parameters.sudden_db)
            yield self.finding(
                kind=kind,
                starts_ms=starts_ms,
                ends_ms=min(ends_ms, measured.duration_ms),
                score=score,
                evidence={
                    "level_dbfs": mean,
                    "fell_db": fell,
                    "seconds": (ends_ms - starts_ms) / 1000,
                },
            )


@dataclasses.dataclass(frozen=True, slots=True)
class CoveredParameters:
    """dB below the usual of ``around_seconds``; times in ms."""

    treble_enter_db: float = 15
    treble_stay_db: float = 9
    beyond_bass_db: float = 6
    around_seconds: float = 361
    shortest_ms: float = 8_000


class MicrophoneCovered(detector.Detector):
    """The treble is gone and the bass is still there: cloth or a hand over the microphone."""

    name = "microphone_covered"
    version = "1"
    source = "sound"

    def __init__(self, parameters: CoveredParameters = CoveredParameters()) -> None:
        self.parameters = parameters

    def find(self, measured: measures.Measures) -> Iterable[detector.Finding]:
        """Yield ``microphone_covered`` by the second."""
        rule = self.parameters
        treble, bass = (_band_change(measured, part, int(rule.around_seconds)) for part in (TREBLE, BASS))
        muffled = treble <= bass - rule.beyond_bass_db
        covered = runs.hysteresis(
            enter=muffled & (treble <= -rule.treble_enter_db), stay=treble <= -rule.treble_stay_db, bridge=3
        )
        for first, end in covered:
            lost, kept = float(-np.median(treble[first:end])), float(-np.median(bass[first:end]))
            if (end - first) * 1000 < rule.shortest_ms or lost - kept < rule.beyond_bass_db:
                continue
            yield self.finding(
                kind="microphone_covered",
                starts_ms=first * 1000,
                ends_ms=min(end * 1000, measured.duration_ms),
                score=runs.ramp(lost - kept, low=2, high=20),
                evidence={"treble_lost_db": lost, "bass_lost_db": kept},
            )


def _band_change(measured: measures.Measures, part: slice, window: int) -> measures.Floats:
    """Level of some bands in each second against the median around it, dB."""
    sound = measured.sound
    level = sound.bands[:, part].astype(np.float32).mean(axis=1) * measures.TICK_STEP_DB
    by_second = runs.per_second(sound.at_ms, level, seconds=measured.seconds, how="mean")
    change: measures.Floats = by_second - runs.around_median(by_second, window=window)
    return change


def level_by_second(measured: measures.Measures) -> measures.Floats:
    """dBFS of each second by mean power; the floor where there is no sound."""
    sound = measured.sound
    power = np.power(10, sound.level_db / 10).astype(np.float32)
    mean = runs.per_second(sound.at_ms, power, seconds=measured.seconds, how="mean")
    level: measures.Floats = np.maximum(10 * np.log10(mean + 1e-12), measures.FLOOR_DB).astype(np.float32)
    return level

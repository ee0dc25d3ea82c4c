"""Detectors of what changes in the picture: a surge of motion, a commotion, a change of scene.

Judged against the recording's own last minutes, since a worn camera always moves.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

import numpy as np

from siyanat.analysis import detector, measures, runs


@dataclasses.dataclass(frozen=True, slots=True)
class MotionParameters:
    """Shares of moved pixels 0..1; ``recent_frames`` key frames make the background; times in ms."""

    above_enter: float = 0.28
    above_stay: float = 0.16
    recent_frames: float = 150
    shortest_ms: float = 3_000
    bridge_frames: float = 2


class Motion(detector.Detector):
    """Far more of the picture moves than in the minutes before: running, a struggle, a fall."""

    name = "motion"
    version = "1"
    source = "picture"

    def __init__(self, parameters: MotionParameters = MotionParameters()) -> None:
        self.parameters = parameters

    def find(self, measured: measures.Measures) -> Iterable[detector.Finding]:
        """Yield ``motion`` where the share of moved pixels rises above its running median."""
        rule, pictures = self.parameters, measured.pictures
        usual = runs.running_median(pictures.moved_share, window=int(rule.recent_frames))
        above = pictures.moved_share - usual
        ends_ms = pictures.ends_ms(measured.duration_ms)
        surges = runs.hysteresis(
            enter=above >= rule.above_enter, stay=above >= rule.above_stay, bridge=int(rule.bridge_frames)
        )
        for first, end in surges:
            # A difference belongs to the time between its two frames.
            starts_ms = int(pictures.at_ms[max(first - 1, 0)])
            if end - first < 2 or ends_ms[end - 1] - starts_ms < rule.shortest_ms:
                continue
            mean = float(above[first:end].mean())
            yield self.finding(
                kind="motion",
                starts_ms=starts_ms,
                ends_ms=int(ends_ms[end - 1]),
                score=runs.ramp(mean, low=rule.above_stay / 2, high=0.7),
                evidence={"moved_share": float(pictures.moved_share[first:end].mean()), "above_usual": mean},
            )


@dataclasses.dataclass(frozen=True, slots=True)
class CommotionParameters:
    """Shares of the usual bytes between key frames, which ``around_seconds`` make; times in ms."""

    times_enter: float = 1.45
    times_stay: float = 1.2
    smooth_seconds: float = 3
    around_seconds: float = 181
    shortest_ms: float = 4_000
    longest_ms: float = 60_000


class Commotion(detector.Detector):
    """For some seconds the encoder needs far more bytes than around: running, a fall, a struggle, a crowd.

    Costs no decoding. Cameras that encode at a constant rate show nothing here; what lasts is another scene.
    """

    name = "commotion"
    version = "1"
    source = "picture"

    def __init__(self, parameters: CommotionParameters = CommotionParameters()) -> None:
        self.parameters = parameters

    def find(self, measured: measures.Measures) -> Iterable[detector.Finding]:
        """Yield ``commotion`` by the second."""
        rule, between = self.parameters, measured.between_bytes
        width = int(rule.smooth_seconds)
        if len(between) < 2 * width:
            return
        smooth = np.convolve(between, np.ones(width) / width, mode="same").astype(np.float32)
        usual = np.maximum(runs.around_median(smooth, window=int(rule.around_seconds)), 1.0)
        times = smooth / usual
        for first, end in runs.hysteresis(
            enter=times >= rule.times_enter, stay=times >= rule.times_stay, bridge=1
        ):
            if not rule.shortest_ms <= (end - first) * 1000 <= rule.longest_ms:
                continue
            most = float(np.sort(times[first:end])[-width:].mean())
            yield self.finding(
                kind="commotion",
                starts_ms=first * 1000,
                ends_ms=min(end * 1000, measured.duration_ms),
                score=runs.ramp(most, low=rule.times_stay, high=2.4),
                evidence={"times_usual_bytes": most, "seconds": float(end - first)},
            )


@dataclasses.dataclass(frozen=True, slots=True)
class SceneParameters:
    """Histogram distance 0..1; times in ms."""

    shift_least: float = 0.45
    times_usual: float = 3.0
    recent_frames: float = 60
    apart_ms: float = 20_000


class SceneChange(detector.Detector):
    """Another place or light at once: the histogram jumps, and not because it keeps jumping."""

    name = "scene_change"
    version = "1"
    source = "picture"

    def __init__(self, parameters: SceneParameters = SceneParameters()) -> None:
        self.parameters = parameters

    def find(self, measured: measures.Measures) -> Iterable[detector.Finding]:
        """Yield ``scene_change`` at the frame after the jump, one at most every ``apart_ms``."""
        rule, pictures = self.parameters, measured.pictures
        usual = runs.running_median(pictures.shift, window=int(rule.recent_frames))
        jumps = np.flatnonzero(
            (pictures.shift >= rule.shift_least) & (pictures.shift >= rule.times_usual * usual)
        )
        ends_ms = pictures.ends_ms(measured.duration_ms)
        last_ms = -rule.apart_ms
        for row in jumps:
            at_ms = int(pictures.at_ms[row])
            if at_ms - last_ms < rule.apart_ms:
                continue
            last_ms = at_ms
            shift = float(pictures.shift[row])
            yield self.finding(
                kind="scene_change",
                starts_ms=at_ms,
                ends_ms=int(ends_ms[row]),
                score=runs.ramp(shift, low=rule.shift_least - 0.15, high=1.0),
                evidence={"histogram_shift": shift, "usual_shift": float(usual[row])},
            )

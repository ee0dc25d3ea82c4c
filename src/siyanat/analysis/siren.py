"""Detector of sirens: one strong tone that glides up and down for seconds, and is no voice.

A horn is a tone that stays; a child that cries glides, too, and may be told as a siren: both deserve ears.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

import numpy as np

from siyanat.analysis import detector, measures, runs

WINDOW_FRAMES = 94
"""About three seconds of frames of 32 ms: a wail or two of a yelp."""
STEP_FRAMES = 31


@dataclasses.dataclass(frozen=True, slots=True)
class SirenParameters:
    """Shares 0..1, Hz a frame and Hz, times in ms."""

    tone_share: float = 0.4
    glide_most_hz: float = 100
    glide_range_hz: float = 250
    speech_most: float = 0.6
    tonal_enter: float = 0.45
    tonal_stay: float = 0.30
    shortest_ms: float = 4_000


class Siren(detector.Detector):
    """Most frames hold one tone that moves a little from frame to frame and far over three seconds."""

    name = "siren"
    version = "1"
    source = "sound"

    def __init__(self, parameters: SirenParameters = SirenParameters()) -> None:
        self.parameters = parameters

    def find(self, measured: measures.Measures) -> Iterable[detector.Finding]:
        """Yield ``siren``."""
        rule, sound = self.parameters, measured.sound
        if len(sound.at_ms) < 2 * WINDOW_FRAMES:
            return
        share, reach = self._glides(sound)
        gliding = reach >= rule.glide_range_hz
        for first, end in runs.hysteresis(
            enter=gliding & (share >= rule.tonal_enter), stay=share >= rule.tonal_stay, bridge=1
        ):
            starts_ms = int(sound.at_ms[first * STEP_FRAMES])
            ends_ms = int(sound.at_ms[min((end - 1) * STEP_FRAMES + WINDOW_FRAMES, len(sound.at_ms) - 1)])
            if ends_ms - starts_ms < rule.shortest_ms:
                continue
            most = float(share[first:end].max())
            yield self.finding(
                kind="siren",
                starts_ms=starts_ms,
                ends_ms=min(ends_ms, measured.duration_ms),
                score=runs.ramp(most, low=rule.tonal_stay, high=0.75),
                evidence={"tonal_share": most, "glide_hz": float(np.median(reach[first:end]))},
            )

    def _glides(self, sound: measures.Sound) -> tuple[measures.Floats, measures.Floats]:
        """For each window: the share of frames with a gliding tone, and how far the tone goes, in Hz."""
        rule = self.parameters
        step = np.abs(np.diff(sound.peak_hz, prepend=sound.peak_hz[:1]))
        tone = (sound.peak_share >= rule.tone_share) & (sound.speech < rule.speech_most)
        tone &= step <= rule.glide_most_hz
        tones = np.lib.stride_tricks.sliding_window_view(tone, WINDOW_FRAMES)[::STEP_FRAMES]
        share = tones.mean(axis=1, dtype=np.float32)
        reach = np.zeros(len(share), dtype=np.float32)
        pitches = np.lib.stride_tricks.sliding_window_view(sound.peak_hz, WINDOW_FRAMES)[::STEP_FRAMES]
        for row in np.flatnonzero(share >= rule.tonal_stay):
            low, high = np.percentile(pitches[row][tones[row]], [10, 90])
            reach[row] = high - low
        return share, reach

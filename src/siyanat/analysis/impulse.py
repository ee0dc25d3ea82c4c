"""Detector of bangs: a shot, a blow on metal, glass; against clicks of a connector and words spoken near the
microphone.

It looks at the peak envelope, its bass taken off, in ticks of 2 ms, and says that there was a bang, not what
made it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

import numpy as np

from siyanat.analysis import detector, measures, runs

TICK_MS = 2


@dataclasses.dataclass(frozen=True, slots=True)
class ImpulseParameters:
    """Peak levels in dB of full scale after pre-emphasis; times in ms."""

    peak_least_db: float = -20
    rise_least_db: float = 12
    rise_ms: float = 12
    above_background_db: float = 14
    background_ms: float = 400
    background_least_dbfs: float = -60
    decay_db: float = 12
    decay_least_ms: float = 14
    decay_most_ms: float = 700
    apart_ms: float = 150
    score_least: float = 0.4
    speech_least: float = 0.3
    speech_ms: float = 480
    beyond_none_db: float = 4
    beyond_full_db: float = 18
    around_ms: float = 4_000
    spread_full_db: float = 14
    spread_none_db: float = 24


class Impulse(detector.Detector):
    """Rises by 12 dB within 12 ms, far above the last 400 ms, rings off, and has all of the spectrum: a click is
    gone at once, a word stays and has no treble, a tick has no bass.
    """

    name = "impulse"
    version = "2"
    source = "sound"

    def __init__(self, parameters: ImpulseParameters = ImpulseParameters()) -> None:
        self.parameters = parameters

    def find(self, measured: measures.Measures) -> Iterable[detector.Finding]:
        """Yield ``impulse``; shots in a row that are less than a second apart become one finding with their
        count.
        """
        hits = list(self._hits(measured.sound))
        group: list[tuple[int, dict[str, float], float]] = []
        for hit in hits:
            if group and hit[0] - group[-1][0] > 1000:
                yield self._joined(group, measured.duration_ms)
                group = []
            group.append(hit)
        if group:
            yield self._joined(group, measured.duration_ms)

    def _joined(self, group: list[tuple[int, dict[str, float], float]], duration_ms: int) -> detector.Finding:
        strongest = max(group, key=lambda hit: hit[2])
        last_ms = group[-1][0] + int(group[-1][1]["decay_ms"])
        return self.finding(
            kind="impulse",
            starts_ms=group[0][0],
            ends_ms=max(min(last_ms, duration_ms), group[0][0] + TICK_MS),
            score=strongest[2],
            evidence=strongest[1] | {"count": float(len(group))},
        )

    def _hits(self, sound: measures.Sound) -> Iterable[tuple[int, dict[str, float], float]]:
        rule = self.parameters
        level = sound.ticks.astype(np.int16)
        last, tried = -10_000, -1
        for tick in self._candidates(level):
            top = int(tick) + int(level[tick : tick + 10].argmax())
            if (tick - last) * TICK_MS < rule.apart_ms or top == tried:
                continue
            tried = top  # the ticks of one flank lead to one peak
            facts = self._facts(level, int(tick), top)
            if facts is None:
                continue
            facts["beyond_speech_db"] = self._beyond_speech(sound, level, int(tick), facts)
            facts["spread_db"] = _spread(sound, int(tick) // measures.TICKS_A_FRAME)
            last = int(tick)
            score = self._score(facts)
            if score < rule.score_least:
                continue
            at_ms = (
                int(sound.at_ms[tick // measures.TICKS_A_FRAME])
                + int(tick % measures.TICKS_A_FRAME) * TICK_MS
            )
            yield at_ms, facts, score

    def _candidates(self, level: np.ndarray[tuple[int], np.dtype[np.int16]]) -> measures.Ints:
        """Ticks that are loud and rise steeply: a cheap sieve over the whole envelope."""
        rule = self.parameters
        reach = int(rule.rise_ms / TICK_MS)
        if len(level) <= reach:
            return np.empty(0, dtype=np.int64)
        least = (rule.peak_least_db - measures.FLOOR_DB) / measures.TICK_STEP_DB
        steep = level[reach:] - level[:-reach] >= rule.rise_least_db / measures.TICK_STEP_DB
        found: measures.Ints = np.flatnonzero(steep & (level[reach:] >= least)) + reach
        return found

    def _facts(
        self, level: np.ndarray[tuple[int], np.dtype[np.int16]], tick: int, top: int
    ) -> dict[str, float] | None:
        """Peak, background, rise and decay of one candidate; None when one of them rules it out."""
        rule = self.parameters
        peak = float(level[top])
        before = level[
            max(0, tick - int(rule.background_ms / TICK_MS)) : max(tick - int(rule.rise_ms / TICK_MS), 1)
        ]
        # After digital silence every word would stand 90 dB above; no real place is quieter than this.
        floor = (rule.background_least_dbfs - measures.FLOOR_DB) / measures.TICK_STEP_DB
        ninth = len(before) * 9 // 10
        background = max(float(np.partition(before, ninth)[ninth]), floor)
        after = level[top : top + int(2 * rule.decay_most_ms / TICK_MS)]
        # Three ticks in a row below: ringing crosses the line many times before it is over.
        below = after < peak - rule.decay_db / measures.TICK_STEP_DB
        settled = below[:-2] & below[1:-1] & below[2:] if len(below) > 2 else below
        decay = int(settled.argmax()) if settled.any() else len(after)
        above_db = (peak - background) * measures.TICK_STEP_DB
        decay_ms = decay * TICK_MS
        if above_db < rule.above_background_db or not rule.decay_least_ms <= decay_ms <= rule.decay_most_ms:
            return None
        low = level[max(0, top - 25) : top + 1]
        rise_ms = (
            float((len(low) - 1 - np.flatnonzero(low <= peak - 20)[-1]) * TICK_MS)
            if (low <= peak - 20).any()
            else 50.0
        )
        return {
            "sharp_peak_db": peak * measures.TICK_STEP_DB + measures.FLOOR_DB,
            "above_background_db": above_db,
            "rise_ms": rise_ms,
            "decay_ms": float(decay_ms),
        }

    def _beyond_speech(
        self,
        sound: measures.Sound,
        level: np.ndarray[tuple[int], np.dtype[np.int16]],
        tick: int,
        facts: dict[str, float],
    ) -> float:
        """How far it stands above the speech around it, in dB; the full measure where nobody speaks: a consonant's
        burst is hardly louder than the words beside it.
        """
        rule = self.parameters
        frame = tick // measures.TICKS_A_FRAME
        near = int(rule.speech_ms / 32)
        speech = sound.speech[max(0, frame - near) : frame + 1 + near]
        if len(speech) == 0 or speech.mean() < rule.speech_least:
            return float(rule.beyond_full_db)
        reach = int(rule.around_ms / TICK_MS)
        ring = int(rule.decay_most_ms / TICK_MS / 2)
        around = np.concatenate(
            (level[max(0, tick - reach) : max(0, tick - 10)], level[tick + ring : tick + reach])
        )
        if not len(around):
            return float(rule.beyond_full_db)
        usual = float(np.percentile(around, 98)) * measures.TICK_STEP_DB + measures.FLOOR_DB
        return facts["sharp_peak_db"] - usual

    def _score(self, facts: dict[str, float]) -> float:
        """Near full scale, steep, far above the background, ringing: weights by what tells shots from barks
        and ticks.
        """
        rule = self.parameters
        whole = runs.ramp(facts["spread_db"], low=rule.spread_none_db, high=rule.spread_full_db)
        alone = runs.ramp(facts["beyond_speech_db"], low=rule.beyond_none_db, high=rule.beyond_full_db)
        return (
            (0.3 + 0.7 * whole)
            * (0.2 + 0.8 * alone)
            * (
                0.35 * runs.ramp(facts["sharp_peak_db"], low=-16, high=-2)
                + 0.30 * runs.ramp(facts["rise_ms"], low=16, high=6)
                + 0.20 * runs.ramp(facts["above_background_db"], low=12, high=35)
                + 0.15 * runs.ramp(facts["decay_ms"], low=10, high=60)
            )
        )


def _spread(sound: measures.Sound, frame: int) -> float:
    """How far apart bass, middle and treble of a bang stand, in dB: a shot has all three, words and ticks have not."""
    bands = sound.bands[frame : frame + 2].max(axis=0).astype(np.float32) * measures.TICK_STEP_DB
    parts = (bands[0:3].mean(), bands[3:7].mean(), bands[7:10].mean())
    return float(max(parts) - min(parts))

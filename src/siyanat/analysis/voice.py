"""Detectors of speech: that somebody speaks, and that a voice is raised against what this microphone heard
before.

The comparison is with the last minutes of speech at the same microphone, whoever spoke; only differences
leave this module. No voice is recognised and nothing that could recognise one is kept.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from siyanat.analysis import detector, measures, runs

FRAME_MS = 32


@dataclasses.dataclass(frozen=True, slots=True)
class SpeechParameters:
    """Probabilities of the speech model; times in ms."""

    enter: float = 0.5
    stay: float = 0.35
    shortest_ms: float = 250
    bridge_ms: float = 1_500


class Speech(detector.Detector):
    """Somebody speaks; pauses of a breath belong to it."""

    name = "speech"
    version = "1"
    source = "sound"

    def __init__(self, parameters: SpeechParameters = SpeechParameters()) -> None:
        self.parameters = parameters

    def find(self, measured: measures.Measures) -> Iterable[detector.Finding]:
        """Yield ``speech`` with its mean probability as score."""
        rule, sound = self.parameters, measured.sound
        heard = runs.hysteresis(
            enter=sound.speech >= rule.enter,
            stay=sound.speech >= rule.stay,
            bridge=int(rule.bridge_ms / FRAME_MS),
        )
        for first, end in heard:
            spoken = int((sound.speech[first:end] >= rule.stay).sum()) * FRAME_MS
            if spoken < rule.shortest_ms:
                continue
            yield self.finding(
                kind="speech",
                starts_ms=int(sound.at_ms[first]),
                ends_ms=min(int(sound.at_ms[end - 1]) + FRAME_MS, measured.duration_ms),
                score=float(sound.speech[first:end].mean()),
                evidence={"speech_s": spoken / 1000},
            )


@dataclasses.dataclass(frozen=True, slots=True)
class RaisedParameters:
    """Differences that count as full; a second counts with enough speech frames.

    Effort shows in pitch and in the balance of the spectrum, whatever the distance; level depends on it and counts
    least (Lienard & Di Benedetto 1999; Banse & Scherer 1996).
    """

    level_db_full: float = 10.0
    pitch_semitones_full: float = 8.0
    balance_db_full: float = 8.0
    level_weight: float = 0.1
    pitch_weight: float = 0.4
    balance_weight: float = 0.5
    smooth_seconds: float = 5
    effort_least: float = 0.45
    effort_full: float = 0.95
    score_enter: float = 0.3
    score_stay: float = 0.1
    recent_speech_seconds: float = 90
    frames_a_second: float = 8
    least_speech_seconds: float = 8
    shortest_ms: float = 2_000


class RaisedVoice(detector.Detector):
    """Speech of several seconds that is higher and sharper than the recent speech at this microphone."""

    name = "raised_voice"
    version = "2"
    source = "sound"

    def __init__(self, parameters: RaisedParameters = RaisedParameters()) -> None:
        self.parameters = parameters

    def find(self, measured: measures.Measures) -> Iterable[detector.Finding]:
        """Yield ``raised_voice`` by the second."""
        rule = self.parameters
        raised = self.by_second(measured)
        for first, end in runs.hysteresis(
            enter=raised.score >= rule.score_enter, stay=raised.score >= rule.score_stay, bridge=2
        ):
            if (end - first) * 1000 < rule.shortest_ms:
                continue
            part = slice(first, end)
            spoken = raised.spoken[part]
            yield self.finding(
                kind="raised_voice",
                starts_ms=first * 1000,
                ends_ms=min(end * 1000, measured.duration_ms),
                score=float(
                    np.sort(raised.score[part])[-3:].mean()
                ),  # one loud second in a row of quiet ones counts less
                evidence={
                    "level_above_db": float(raised.level[part][spoken].mean()),
                    "pitch_above_semitones": float(raised.pitch[part][spoken].mean()),
                    "balance_above_db": float(raised.balance[part][spoken].mean()),
                    "speech_s": float(spoken.sum()),
                },
            )

    def by_second(self, measured: measures.Measures) -> RaisedSeconds:
        """Score and differences for each second; 0 where nobody speaks or too little was heard to compare
        with.
        """
        rule = self.parameters
        facts = _speech_seconds(measured, least_frames=int(rule.frames_a_second))
        spoken: runs.Flags = np.isfinite(facts.sum(axis=1))
        above = np.zeros_like(facts)
        if spoken.sum() >= rule.least_speech_seconds:
            window = int(rule.recent_speech_seconds)
            for column in range(facts.shape[1]):
                values = facts[spoken, column]
                above[spoken, column] = values - runs.running_median(values, window=window)
        level, pitch, balance = above.T
        effort = (
            rule.level_weight * np.clip(level / rule.level_db_full, -0.5, 1.2)
            + rule.pitch_weight * np.clip(pitch / rule.pitch_semitones_full, -0.5, 1.2)
            + rule.balance_weight * np.clip(balance / rule.balance_db_full, -0.5, 1.2)
        )
        score = np.zeros(len(effort))
        smooth = _smooth(effort[spoken], window=int(rule.smooth_seconds))
        score[spoken] = np.clip((smooth - rule.effort_least) / (rule.effort_full - rule.effort_least), 0, 1)
        return RaisedSeconds(score.astype(np.float32), spoken, level, pitch, balance)


@dataclasses.dataclass(frozen=True, slots=True)
class RaisedSeconds:
    """Per second: the score, whether enough was spoken, and the differences to recent speech."""

    score: measures.Floats
    spoken: runs.Flags
    level: measures.Floats
    pitch: measures.Floats
    balance: measures.Floats


def _speech_seconds(measured: measures.Measures, *, least_frames: int) -> npt.NDArray[np.float32]:
    """Level (dB), pitch (semitones) and balance (dB) of the speech in each second, [seconds, 3]; NaN without
    speech.
    """
    sound, seconds = measured.sound, measured.seconds
    slots = np.clip(sound.at_ms // 1000, 0, max(seconds - 1, 0))
    talking = sound.speech >= 0.5
    facts = np.full((seconds, 3), np.nan, dtype=np.float32)
    enough = np.bincount(slots[talking], minlength=seconds) >= least_frames
    semitones = 12 * np.log2(sound.pitch_hz / 100)
    for column, values in enumerate((sound.level_db, semitones, sound.balance_db)):
        facts[:, column] = _median_by_slot(slots, np.where(talking, values, np.nan), seconds)
    facts[~enough] = np.nan
    return facts


def _smooth(values: npt.NDArray[np.floating[Any]], *, window: int) -> npt.NDArray[np.floating[Any]]:
    """Mean of ``window`` spoken seconds around each: one stressed word is not a raised voice."""
    if len(values) < window:
        return values
    half = window // 2
    padded = np.pad(values, half, mode="edge")
    smoothed: npt.NDArray[np.floating[Any]] = np.convolve(padded, np.ones(window) / window, mode="valid")
    return smoothed


def _median_by_slot(
    slots: measures.Ints, values: npt.NDArray[np.float32], count: int
) -> npt.NDArray[np.float32]:
    """Median of the finite values of each slot; NaN for slots without any."""
    finite = np.isfinite(values)
    slots, values = slots[finite], values[finite]
    order = np.lexsort((values, slots))
    slots, values = slots[order], values[order]
    sizes = np.bincount(slots, minlength=count)
    firsts = np.concatenate(([0], np.cumsum(sizes)[:-1]))
    medians = np.full(count, np.nan, dtype=np.float32)
    held = sizes > 0
    low = values[(firsts + (sizes - 1) // 2)[held]]
    high = values[(firsts + sizes // 2)[held]]
    medians[held] = (low + high) / 2
    return medians

"""Sound in, numbers out: the one place that looks at samples.

Sound is measured by blocks of half a minute and let go. Pitch and balance are taken of speech frames only and
live no longer than the analysis of the file; nothing that could tell one voice from another is handed on.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import numpy.typing as npt

from siyanat.analysis import measures, speech_model

BLOCK = measures.FRAME_SAMPLES * 1024
"""About 33 s: long enough for the model's batch, 2 MiB of samples."""
GAP_MS = 120
"""Timestamps further apart than this are a gap in the sound; less is a container's rounding."""
SPEECH = 0.5
PITCH_WINDOW = 1024
PITCH_FRAMES = 2048
"""Speech frames transformed at once: 32 MiB of spectra."""
LOWEST_HZ, HIGHEST_HZ = 75, 600
VOICED = 0.45
"""Autocorrelation at the period over that at zero: below it a frame counts as unvoiced."""

PRE_EMPHASIS = np.float32(0.95)
"""Share of the sample before that is taken off each sample: a high-pass of 6 dB an octave."""

LOWEST_PEAK_HZ, HIGHEST_PEAK_HZ = 400, 4000
PEAK_BINS = 2
"""Bins to either side of a peak that belong to it: the window's main lobe."""

_WINDOW = np.hanning(PITCH_WINDOW).astype(np.float32)
_SPECTRUM = 2 * PITCH_WINDOW
_BIN_HZ = measures.SAMPLE_RATE / measures.FRAME_SAMPLES
_FRAME_WINDOW = np.hanning(measures.FRAME_SAMPLES).astype(np.float32)
_BAND_BINS = np.ceil(np.array(measures.BAND_EDGES_HZ) / _BIN_HZ).astype(np.int64)
_BAND_SCALE = np.float32(2 / (measures.FRAME_SAMPLES * np.square(_FRAME_WINDOW).sum()))
"""Turns a sum of the power spectrum into a mean square, the window undone."""


@dataclasses.dataclass(slots=True)
class _Rows:
    """The measures of one block."""

    at_ms: measures.Ints
    level_db: measures.Floats
    clipped_share: measures.Floats
    speech: measures.Floats
    pitch_hz: measures.Floats
    balance_db: measures.Floats
    ticks: measures.Bytes
    bands: measures.Bytes
    peak_hz: measures.Floats
    peak_share: measures.Floats


class SoundMeter:
    """Collects blocks of samples, keeps their time line and measures them half a minute at a time."""

    def __init__(self) -> None:
        self._model = speech_model.SpeechModel()
        self._buffer = np.zeros(BLOCK, dtype=np.float32)
        self._filled = 0
        self._clipped: list[tuple[int, int, float]] = []  # (first sample, samples, share) inside the buffer
        self._starts_ms = 0.0
        self._sample_before = np.float32(0)
        self._rows: list[_Rows] = []

    def hear(self, *, at_ms: int, samples: measures.Floats, clipped: float) -> None:
        """Take samples (float32, 16 kHz mono) that begin at ``at_ms``; ``clipped``: share at full scale as
        recorded.
        """
        if len(samples) == 0:
            return
        expected_ms = self._starts_ms + self._filled / 16
        if (
            at_ms - expected_ms > GAP_MS
        ):  # a step back in time is a fault of the container: the stream just goes on
            self._flush()
            self._model.reset()
            self._sample_before = np.float32(0)
            self._starts_ms = float(at_ms)
        taken = 0
        while taken < len(samples):
            piece = samples[taken : taken + BLOCK - self._filled]
            self._buffer[self._filled : self._filled + len(piece)] = piece
            self._clipped.append((self._filled, len(piece), clipped))
            self._filled += len(piece)
            taken += len(piece)
            if self._filled == BLOCK:
                self._flush()

    def finish(self) -> measures.Sound:
        """The measures of all that was heard."""
        self._flush()
        rows = self._rows or [_no_rows()]
        return measures.Sound(
            at_ms=np.concatenate([row.at_ms for row in rows]),
            level_db=np.concatenate([row.level_db for row in rows]),
            clipped_share=np.concatenate([row.clipped_share for row in rows]),
            speech=np.concatenate([row.speech for row in rows]),
            pitch_hz=np.concatenate([row.pitch_hz for row in rows]),
            balance_db=np.concatenate([row.balance_db for row in rows]),
            ticks=np.concatenate([row.ticks for row in rows]),
            bands=np.concatenate([row.bands for row in rows]),
            peak_hz=np.concatenate([row.peak_hz for row in rows]),
            peak_share=np.concatenate([row.peak_share for row in rows]),
        )

    def _flush(self) -> None:
        """Measure what the buffer holds; the last frame is filled up with silence."""
        if not self._filled:
            return
        frames = -(-self._filled // measures.FRAME_SAMPLES)
        samples = self._buffer[: frames * measures.FRAME_SAMPLES]
        samples[self._filled :] = 0
        speech = self._model.hear(samples)
        pitch, balance = _voice(samples, speech)
        bands, peak_hz, peak_share = _spectrum(samples)
        self._rows.append(
            _Rows(
                at_ms=(self._starts_ms + np.arange(frames) * 32).astype(np.int64),
                level_db=_level(samples),
                clipped_share=_spread_out(self._clipped, frames),
                speech=speech,
                pitch_hz=pitch,
                balance_db=balance,
                ticks=_ticks(samples, before=self._sample_before),
                bands=bands,
                peak_hz=peak_hz,
                peak_share=peak_share,
            )
        )
        self._sample_before = samples[self._filled - 1]
        self._starts_ms += self._filled / 16
        self._filled = 0
        self._clipped = []


def _no_rows() -> _Rows:
    """The measures of no sound at all."""
    none = np.empty(0, dtype=np.float32)
    bands = np.empty((0, measures.BANDS), dtype=np.uint8)
    return _Rows(
        none.astype(np.int64), none, none, none, none, none, none.astype(np.uint8), bands, none, none
    )


def _level(samples: measures.Floats) -> measures.Floats:
    """dBFS of each frame."""
    frames = samples.reshape(-1, measures.FRAME_SAMPLES)
    power = np.einsum("ij,ij->i", frames, frames) / measures.FRAME_SAMPLES
    level: measures.Floats = np.maximum(10 * np.log10(power + 1e-12), measures.FLOOR_DB).astype(np.float32)
    return level


def _ticks(samples: measures.Floats, *, before: np.float32) -> measures.Bytes:
    """Peak of each 2 ms in steps of 0.5 dB above the floor, bass taken off; ``before``: the last sample."""
    sharp = samples.copy()
    sharp[1:] -= PRE_EMPHASIS * samples[:-1]
    sharp[0] -= PRE_EMPHASIS * before
    np.abs(sharp, out=sharp)
    peaks = sharp.reshape(-1, measures.TICK_SAMPLES).max(axis=1)
    steps = (20 * np.log10(peaks + 1e-6) - measures.FLOOR_DB) / measures.TICK_STEP_DB
    ticks: measures.Bytes = np.clip(np.rint(steps), 0, 255).astype(np.uint8)
    return ticks


def _spectrum(samples: measures.Floats) -> tuple[measures.Bytes, measures.Floats, measures.Floats]:
    """Bands, and the place and share of the highest peak, of each frame."""
    frames = samples.reshape(-1, measures.FRAME_SAMPLES) * _FRAME_WINDOW
    transformed = np.fft.rfft(frames, axis=1)
    power = (np.square(transformed.real) + np.square(transformed.imag)).astype(np.float32)
    # Sums by hand: a product of matrices would wake a pool of threads for nothing.
    sums = np.add.reduceat(power, _BAND_BINS, axis=1)[:, : measures.BANDS]
    level = 10 * np.log10(sums * _BAND_SCALE + 1e-12)
    steps = (level - measures.FLOOR_DB) / measures.TICK_STEP_DB
    bands = np.clip(np.rint(steps), 0, 255).astype(np.uint8)
    low, high = (round(hz / _BIN_HZ) for hz in (LOWEST_PEAK_HZ, HIGHEST_PEAK_HZ))
    top = power[:, low:high].argmax(axis=1) + low
    running = np.cumsum(power, axis=1)
    rows = np.arange(len(power))
    peak = running[rows, top + PEAK_BINS] - running[rows, top - PEAK_BINS - 1]
    whole = running[:, high] - running[:, round(300 / _BIN_HZ)]
    share = np.clip(peak / (whole + 1e-12), 0, 1).astype(np.float32)
    return bands, (top * _BIN_HZ).astype(np.float32), share


def _spread_out(pieces: list[tuple[int, int, float]], frames: int) -> measures.Floats:
    """The share clipped, known by piece, for each frame."""
    share = np.zeros(frames, dtype=np.float32)
    for first, count, clipped in pieces:
        if clipped:
            one = first // measures.FRAME_SAMPLES
            end = -(-(first + count) // measures.FRAME_SAMPLES)
            share[one:end] = np.maximum(share[one:end], clipped)
    return share


def _voice(samples: measures.Floats, speech: measures.Floats) -> tuple[measures.Floats, measures.Floats]:
    """Pitch (Hz) and balance (dB) of every second speech frame; NaN elsewhere."""
    pitch = np.full(len(speech), np.nan, dtype=np.float32)
    balance = np.full(len(speech), np.nan, dtype=np.float32)
    chosen = np.flatnonzero(speech >= SPEECH)
    chosen = chosen[(chosen % 2 == 0) & (chosen < len(speech) - 1)]  # a window spans two frames
    if len(chosen) == 0 or len(samples) < PITCH_WINDOW:
        return pitch, balance
    windows = np.lib.stride_tricks.sliding_window_view(samples, PITCH_WINDOW)[:: measures.FRAME_SAMPLES]
    for first in range(0, len(chosen), PITCH_FRAMES):
        part = chosen[first : first + PITCH_FRAMES]
        pitch[part], balance[part] = _pitch_and_balance(windows[part] * _WINDOW)
    return pitch, balance


def _pitch_and_balance(windows: measures.Floats) -> tuple[measures.Floats, measures.Floats]:
    """Pitch by the autocorrelation divided by that of the window (Boersma 1993); alpha ratio of the same
    spectrum.
    """
    spectrum = np.fft.rfft(windows, n=_SPECTRUM, axis=1)
    power = np.square(spectrum.real) + np.square(spectrum.imag)
    hz = _SPECTRUM / measures.SAMPLE_RATE
    low = power[:, round(50 * hz) : round(1000 * hz)].sum(axis=1)
    high = power[:, round(1000 * hz) : round(5000 * hz)].sum(axis=1)
    balance = 10 * np.log10((high + 1e-9) / (low + 1e-9))
    shortest, longest = measures.SAMPLE_RATE // HIGHEST_HZ, measures.SAMPLE_RATE // LOWEST_HZ
    echo = np.fft.irfft(power, n=_SPECTRUM, axis=1)[:, : longest + 1]
    likeness = echo[:, shortest:] / (echo[:, :1] + 1e-9) / _window_echo()[shortest : longest + 1]
    best = likeness.max(axis=1)
    # The shortest period nearly as good as the best: the best alone would often be two periods.
    period = np.argmax(likeness >= 0.9 * best[:, None], axis=1)
    period = _climb(likeness, period)
    pitch = np.where(best >= VOICED, measures.SAMPLE_RATE / (period + shortest), np.nan)
    return pitch.astype(np.float32), balance.astype(np.float32)


def _climb(likeness: npt.NDArray[np.floating[Any]], start: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """From the first lag near the best one, the top of its hill (at most 16 lags on)."""
    rows = np.arange(len(start))
    lags = np.minimum(start[:, None] + np.arange(16), likeness.shape[1] - 1)
    climbed: npt.NDArray[np.int64] = lags[rows, np.argmax(likeness[rows[:, None], lags], axis=1)]
    return climbed


def _window_echo() -> measures.Floats:
    """Autocorrelation of the window itself, 1 at lag zero."""
    spectrum = np.fft.rfft(_WINDOW, n=_SPECTRUM)
    echo = np.fft.irfft(np.abs(spectrum) ** 2, n=_SPECTRUM)
    normed: measures.Floats = (echo / echo[0]).astype(np.float32)
    return normed

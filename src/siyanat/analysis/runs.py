"""Arithmetic on sequences that several detectors share: hysteresis, running medians, smooth scores.

Pure functions of arrays; no thresholds of any detector are kept here.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from siyanat.analysis import measures

Flags = npt.NDArray[np.bool_]


def stretches(flags: Flags) -> list[tuple[int, int]]:
    """The runs of true values as (first, end exclusive)."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], flags, [False])).astype(np.int8)))
    return [(int(first), int(end)) for first, end in edges.reshape(-1, 2)]


def hysteresis(*, enter: Flags, stay: Flags, bridge: int = 0) -> list[tuple[int, int]]:
    """Runs of ``stay`` that hold at least one ``enter``; holes of up to ``bridge`` values inside a run are
    filled.

    A value that qualifies to enter also stays.
    """
    held = stay | enter
    runs = stretches(held)
    joined: list[tuple[int, int]] = []
    for first, end in runs:
        if joined and first - joined[-1][1] <= bridge:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((first, end))
    return [(first, end) for first, end in joined if enter[first:end].any()]


def running_median(values: measures.Floats, *, window: int) -> measures.Floats:
    """Median of the ``window`` values before each one (itself left out).

    The first values, which have too little behind them, are judged against the first ``window`` values of the
    sequence: a recording that starts in the middle of an event still has something to be compared with.
    """
    if len(values) == 0:
        return values.astype(np.float32)
    window = max(1, min(window, len(values)))
    opening = float(np.median(values[:window]))
    views = np.lib.stride_tricks.sliding_window_view(values, window)
    medians = np.empty(len(values), dtype=np.float32)
    medians[:window] = opening
    for first in range(
        0, len(values) - window, 4096
    ):  # by pieces: the sorted copy must not grow with the file
        last = min(first + 4096, len(values) - window)
        medians[window + first : window + last] = np.median(views[first:last], axis=1)
    return medians


def around_median(values: measures.Floats, *, window: int) -> measures.Floats:
    """Median of the ``window`` values around each one (odd, itself included); near the ends, of what is there.

    A state that lasts longer than half the window becomes its own usual: choose the window accordingly.
    """
    half = min(window, len(values)) // 2
    if half == 0:
        return values.astype(np.float32)
    padded = np.pad(values, half, mode="reflect" if len(values) > half else "edge")
    views = np.lib.stride_tricks.sliding_window_view(padded, 2 * half + 1)
    medians = np.empty(len(values), dtype=np.float32)
    for first in range(0, len(values), 4096):
        medians[first : first + 4096] = np.median(views[first : first + 4096], axis=1)
    return medians


def ramp(value: float, *, low: float, high: float) -> float:
    """0 at ``low``, 1 at ``high``, straight between (``high`` may be the smaller)."""
    return min(max((value - low) / (high - low), 0.0), 1.0)


def per_second(at_ms: measures.Ints, values: measures.Floats, *, seconds: int, how: str) -> measures.Floats:
    """``values`` gathered by the second in which they begin: ``mean`` or ``max``; 0 where there is none."""
    slots = np.clip(at_ms // 1000, 0, max(seconds - 1, 0))
    gathered = np.zeros(seconds, dtype=np.float32)
    if seconds == 0 or len(values) == 0:
        return gathered
    if how == "max":
        np.maximum.at(gathered, slots, values)
    else:
        sums = np.bincount(slots, weights=values, minlength=seconds)
        gathered += (sums / np.maximum(np.bincount(slots, minlength=seconds), 1)).astype(np.float32)
    return gathered

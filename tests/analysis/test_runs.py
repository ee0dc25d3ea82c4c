from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from siyanat.analysis import runs

FLAGS = st.lists(st.integers(0, 2), max_size=60)


@given(FLAGS)
def test_every_value_that_enters_is_inside_one_run_and_every_run_has_one(values: list[int]) -> None:
    levels = np.array(values, dtype=np.int64)
    found = runs.hysteresis(enter=levels >= 2, stay=levels >= 1)
    inside = np.zeros(len(levels), dtype=bool)
    for first, end in found:
        assert (levels[first:end] >= 1).all()
        assert (levels[first:end] == 2).any()
        inside[first:end] = True
    assert inside[levels == 2].all()


@given(st.lists(st.floats(-100, 100, width=32), min_size=1, max_size=80), st.integers(1, 20))
def test_the_running_median_looks_only_back(values: list[float], window: int) -> None:
    array = np.array(values, dtype=np.float32)
    medians = runs.running_median(array, window=window)
    for row in range(min(window, len(array)), len(array)):
        assert medians[row] == np.float32(np.median(array[row - window : row]))


def test_seconds_gather_what_begins_in_them() -> None:
    at_ms = np.array([0, 500, 1_000, 3_900], dtype=np.int64)
    values = np.array([1, 3, 5, 7], dtype=np.float32)
    assert runs.per_second(at_ms, values, seconds=4, how="mean").tolist() == [2, 5, 0, 7]
    assert runs.per_second(at_ms, values, seconds=4, how="max").tolist() == [3, 5, 0, 7]

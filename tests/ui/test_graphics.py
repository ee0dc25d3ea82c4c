from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siyanat.ui import graphics
from tests.ui import pages

HOUR = dt.timedelta(hours=1)


@given(st.lists(st.tuples(st.integers(-200, 700), st.integers(1, 300)), max_size=12))
def test_every_segment_lies_inside_the_window(cuts: list[tuple[int, int]]) -> None:
    spans = [
        {
            "kind": "recorded",
            "starts_at": pages.NOW + dt.timedelta(minutes=begin),
            "ends_at": pages.NOW + dt.timedelta(minutes=begin + length),
        }
        for begin, length in cuts
    ]
    for part in graphics.timeline_segments(spans, starts_at=pages.NOW, ends_at=pages.NOW + 8 * HOUR):
        assert part.x >= 0
        assert part.width > 0
        assert part.x + part.width <= 100.02


@given(st.integers(0, 600), st.integers(0, 600), st.integers(0, 600))
def test_a_bar_is_filled_and_hides_no_part(recorded: int, excused: int, unexplained: int) -> None:
    parts = [("recorded", recorded), ("excused", excused), ("unexplained", unexplained)]
    segments = graphics.bar_segments(parts)
    if not recorded + excused + unexplained:
        assert segments == []
        return
    assert sum(part.width for part in segments) == pytest.approx(100, abs=0.05)
    assert all((part.width > 0) == (amount > 0) for part, (_, amount) in zip(segments, parts, strict=True))


@given(st.integers(60, 30 * 86_400))
def test_ticks_are_few_round_and_inside(length: int) -> None:
    ends_at = pages.NOW + dt.timedelta(seconds=length)
    ticks = graphics.time_ticks(starts_at=pages.NOW, ends_at=ends_at)
    assert len(ticks) <= 10
    assert all(pages.NOW <= tick.at <= ends_at for tick in ticks)


def test_ticks_of_a_shift_fall_on_whole_hours_in_tehran() -> None:
    ticks = graphics.time_ticks(starts_at=pages.NOW, ends_at=pages.NOW + 8 * HOUR)
    assert [(tick.at + dt.timedelta(hours=3.5)).minute for tick in ticks] == [0] * 8


def test_a_funnel_marks_only_what_chance_does_not_explain() -> None:
    rows = [{"label": str(n), "size": 200, "events": 10} for n in range(9)]
    plot = graphics.funnel([*rows, {"label": "far", "size": 200, "events": 40}])
    assert plot is not None
    assert [point.label for point in plot.points if point.outside] == ["far"]


def test_a_funnel_needs_something_to_compare() -> None:
    assert graphics.funnel([{"label": "new", "size": 0, "events": 0}]) is None


def test_a_flat_course_is_a_line_in_the_middle() -> None:
    assert graphics.sparkline_points([3, 3, 3]) == "0.0,50.0 500.0,50.0 1000.0,50.0"

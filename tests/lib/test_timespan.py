import datetime as dt
import zoneinfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siyanat.lib import errors, timespan

START = dt.datetime(2026, 3, 20, 20, 30, tzinfo=dt.UTC)
LENGTH = 40


def at(second: int) -> dt.datetime:
    return START + dt.timedelta(seconds=second)


def span(first: int, last: int) -> timespan.Span:
    return timespan.Span(at(first), at(last))


def seconds(spans: timespan.SpanSet) -> set[int]:
    """The whole seconds of a set, by asking each of them."""
    return {second for second in range(-5, LENGTH + 5) if at(second) in spans}


PAIRS = st.tuples(st.integers(0, LENGTH), st.integers(0, LENGTH)).map(sorted)
SPANS = PAIRS.map(lambda pair: span(*pair))
SETS = st.lists(SPANS, max_size=8).map(timespan.SpanSet)


@given(spans=st.lists(SPANS, max_size=8))
def test_a_set_holds_the_moments_of_its_spans_in_normal_form(spans: list[timespan.Span]) -> None:
    made = timespan.SpanSet(spans)
    assert seconds(made) == {s for s in range(-5, LENGTH + 5) if any(at(s) in one for one in spans)}
    edges = [edge for one in made for edge in (one.starts_at, one.ends_at)]
    assert edges == sorted(set(edges))
    assert timespan.SpanSet(reversed(made.spans)) == made


@given(left=SETS, right=SETS)
def test_the_algebra_agrees_with_sets_of_seconds(left: timespan.SpanSet, right: timespan.SpanSet) -> None:
    assert seconds(left | right) == seconds(left) | seconds(right)
    assert seconds(left & right) == seconds(left) & seconds(right)
    assert seconds(left - right) == seconds(left) - seconds(right)
    assert (left - right).total() + (left & right).total() == left.total()
    assert left.total() == dt.timedelta(seconds=len(seconds(left)))
    assert timespan.union([left, right, left]) == left | right


@given(spans=SETS, within=SPANS)
def test_covered_and_uncovered_make_up_the_whole(spans: timespan.SpanSet, within: timespan.Span) -> None:
    inside, gaps = spans.clipped(within), spans.complement(within=within)
    assert not inside & gaps
    assert (inside | gaps) == timespan.SpanSet([within])
    assert spans.covers(within) == (not gaps)


@given(spans=SETS, up_to=st.integers(0, 10))
def test_bridging_closes_inner_gaps_up_to_a_length_and_no_others(spans: timespan.SpanSet, up_to: int) -> None:
    bridged = spans.bridged(up_to=dt.timedelta(seconds=up_to))
    assert not spans - bridged
    assert bridged.bounds() == spans.bounds()
    gaps = [b.starts_at - a.ends_at for a, b in zip(bridged.spans, bridged.spans[1:], strict=False)]
    assert all(gap > dt.timedelta(seconds=up_to) for gap in gaps)
    assert all(gap.duration <= dt.timedelta(seconds=up_to) for gap in bridged - spans)


@given(one=SPANS, other=SPANS)
def test_spans_overlap_when_they_share_a_moment(one: timespan.Span, other: timespan.Span) -> None:
    shared = {s for s in range(LENGTH) if at(s) in one and at(s) in other}
    assert one.overlaps(other) == bool(shared) == (one.intersection(other) is not None)


def test_the_end_does_not_belong_to_a_span() -> None:
    assert at(0) in span(0, 10)
    assert at(10) not in span(0, 10)
    assert not span(0, 10).overlaps(span(10, 20))
    assert timespan.SpanSet([span(0, 10), span(10, 20)]).spans == (span(0, 20),)


def test_minutes_are_rounded_down_once_over_the_sum() -> None:
    halves = timespan.SpanSet([span(0, 30), span(100, 130), span(200, 259)])
    assert halves.minutes() == 1


def test_a_span_that_ends_before_it_starts_breaks_a_promise() -> None:
    with pytest.raises(errors.BrokenPromise, match=r"timespan.backwards"):
        span(1, 0)


def test_spans_are_kept_in_utc_whatever_zone_they_come_in() -> None:
    tehran = zoneinfo.ZoneInfo("Asia/Tehran")
    assert timespan.Span(at(0).astimezone(tehran), at(9).astimezone(tehran)) == span(0, 9)


def test_a_span_moves_by_a_clock_drift() -> None:
    assert span(0, 9).shifted(dt.timedelta(seconds=5)) == span(5, 14)


def test_minute_marks_count_whole_minutes_from_the_start() -> None:
    assert timespan.minute_marks(span(0, 150)) == [at(0), at(60)]

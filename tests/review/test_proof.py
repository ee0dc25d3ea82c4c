"""The arithmetic of believing, whatever is claimed."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from siyanat.lib import timespan
from siyanat.review import policy, proof

START = dt.datetime(2026, 11, 20, tzinfo=dt.UTC)
SECOND = dt.timedelta(seconds=1)


def span(start: int, length: int) -> timespan.Span:
    return timespan.Span(START + start * SECOND, START + (start + length) * SECOND)


spans = st.builds(span, st.integers(0, 3600), st.integers(0, 600))
reports = st.lists(
    st.tuples(st.integers(0, 200), st.lists(st.builds(proof.Claim, spans, st.floats(-1, 12)), max_size=5)),
    max_size=12,
)


@given(reports=reports, served=st.lists(spans, max_size=6))
def test_never_more_than_the_clock_allows_and_never_what_was_not_served(
    reports: list[tuple[int, list[proof.Claim]]], served: list[timespan.Span]
) -> None:
    sent = timespan.SpanSet(served)
    now, allowance, total = START, proof.first_allowance(START), timespan.ZERO
    for after, claims in reports:
        now += after * SECOND
        believed, allowance = proof.believe(claims, served=sent, allowance=allowance.filled(now))
        total += sum((claim.span.duration for claim in believed), timespan.ZERO)
        assert all(sent.covers(claim.span) for claim in believed)
        assert all(0 < claim.rate <= policy.HIGHEST_RATE for claim in believed)
        assert allowance.left_ms >= 0
    assert total <= (now - START + policy.FIRST_ALLOWANCE) * policy.HIGHEST_RATE


@given(seconds=st.integers(1, 400), rate=st.floats(0.25, 8), every=st.integers(1, 20))
def test_an_honest_player_is_believed_to_the_last_second(seconds: int, rate: float, every: int) -> None:
    sent = timespan.SpanSet([span(0, 10_000)])
    now, allowance, watched = START, proof.first_allowance(START), timespan.SpanSet()
    at = START
    for _ in range(0, seconds, every):
        now, until = now + every * SECOND, at + every * rate * SECOND
        believed, allowance = proof.believe(
            [proof.Claim(timespan.Span(at, until), rate)], served=sent, allowance=allowance.filled(now)
        )
        watched |= timespan.SpanSet(claim.span for claim in believed)
        at = until
    assert watched.total() >= at - START - SECOND / 100


def test_the_clock_adds_nothing_for_a_long_silence() -> None:
    empty = proof.Allowance(0, START)
    assert empty.filled(START + 10_000 * SECOND).left_ms == 60_000 * 8
    assert empty.filled(START - SECOND).left_ms == 0


def test_an_item_of_which_ninety_five_percent_were_seen_is_done() -> None:
    playable = timespan.SpanSet([span(0, 100)])
    seen = proof.share_of(span(0, 100), playable=playable, watched=timespan.SpanSet([span(0, 95)]))
    short = proof.share_of(span(0, 100), playable=playable, watched=timespan.SpanSet([span(0, 94)]))
    none = proof.share_of(span(200, 100), playable=playable, watched=timespan.SpanSet())
    assert (seen.is_enough, short.is_enough, none.is_enough) == (True, False, True)

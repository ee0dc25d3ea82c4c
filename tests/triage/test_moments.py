from __future__ import annotations

import datetime as dt
import itertools
import random

from hypothesis import given
from hypothesis import strategies as st

from siyanat.lib import timespan
from siyanat.triage import moments

NOON = dt.datetime(2026, 3, 21, 12, 0, tzinfo=dt.UTC)
POLICY = moments.MomentPolicy()


def seconds(value: float) -> dt.datetime:
    return NOON + dt.timedelta(seconds=value)


def sighting(
    kind: str, start: float, end: float, *, score: float = 1.0, bearer: str = "a"
) -> moments.Sighting:
    source = f"{kind}-{start}"
    return moments.Sighting(
        bearer=bearer, kind=kind, starts_at=seconds(start), ends_at=seconds(end), score=score, source=source
    )


SIGHTINGS = st.lists(
    st.builds(
        lambda kind, start, length, score, bearer: sighting(
            kind, start, start + length, score=score, bearer=bearer
        ),
        st.sampled_from([*moments.WEIGHTS, "speech"]),
        st.integers(0, 7_200),
        st.integers(1, 600),
        st.floats(0, 1),
        st.sampled_from(["a", "b"]),
    ),
    max_size=25,
)


@given(SIGHTINGS)
def test_the_score_is_the_sum_of_its_named_components(sightings: list[moments.Sighting]) -> None:
    for moment in moments.rank_moments(sightings, policy=POLICY):
        assert moment.score == sum(moment.components.values())
        assert {reason.code for reason in moment.reasons} <= moment.components.keys()


@given(SIGHTINGS, st.randoms(use_true_random=False))
def test_the_order_of_the_findings_makes_no_difference(
    sightings: list[moments.Sighting], order: random.Random
) -> None:
    shuffled = list(sightings)
    order.shuffle(shuffled)
    assert moments.rank_moments(sightings, policy=POLICY) == moments.rank_moments(shuffled, policy=POLICY)


@given(SIGHTINGS)
def test_every_weighted_finding_is_a_reason_of_some_moment(sightings: list[moments.Sighting]) -> None:
    ranked = moments.rank_moments(sightings, policy=POLICY)
    told = {(moment.bearer, reason.code, reason.starts_at) for moment in ranked for reason in moment.reasons}
    assert told == {(one.bearer, one.kind, one.starts_at) for one in sightings if one.kind != "speech"}


@given(SIGHTINGS)
def test_moments_of_a_bearer_do_not_overlap_and_stay_short(sightings: list[moments.Sighting]) -> None:
    ranked = moments.rank_moments(sightings, policy=POLICY)
    for bearer in ("a", "b"):
        own = sorted((m for m in ranked if m.bearer == bearer), key=lambda m: m.starts_at)
        for earlier, later in itertools.pairwise(own):
            assert earlier.ends_at <= later.starts_at
        assert all(moment.span.duration <= POLICY.longest for moment in own)


@given(SIGHTINGS)
def test_must_see_comes_first_and_then_the_higher_score(sightings: list[moments.Sighting]) -> None:
    ranked = moments.rank_moments(sightings, policy=POLICY)
    keys = [(not moment.must_see, -moment.score) for moment in ranked]
    assert keys == sorted(keys)


def test_context_is_added_before_and_after() -> None:
    (moment,) = moments.rank_moments([sighting("impulse", 100, 101)], policy=POLICY)
    assert (moment.starts_at, moment.ends_at) == (seconds(95), seconds(106))


def test_near_findings_are_one_moment_and_far_ones_two() -> None:
    near = moments.rank_moments(
        [sighting("impulse", 100, 101), sighting("commotion", 108, 115)], policy=POLICY
    )
    assert [moment.components for moment in near] == [{"commotion": 30, "impulse": 50, "together": 8}]
    far = moments.rank_moments(
        [sighting("impulse", 100, 101), sighting("commotion", 200, 210)], policy=POLICY
    )
    assert len(far) == 2


def test_what_does_not_claim_to_deserve_eyes_adds_points_and_no_minutes() -> None:
    bang = sighting("impulse", 100, 101)
    (moment,) = moments.rank_moments([bang, sighting("loud", 90, 140)], policy=POLICY)
    assert (moment.starts_at, moment.ends_at) == (seconds(95), seconds(106))
    assert moment.components == {"impulse": 50, "loud": 10}
    apart = moments.rank_moments([bang, sighting("loud", 300, 310)], policy=POLICY)
    assert [one.components for one in apart] == [{"impulse": 50}, {"loud": 10}]


def test_a_covered_lens_must_be_seen_only_while_somebody_speaks() -> None:
    covered = sighting("lens_covered", 100, 140)
    assert not moments.rank_moments([covered], policy=POLICY)[0].must_see
    moment, end = moments.rank_moments([covered, sighting("speech", 110, 120)], policy=POLICY)
    assert (moment.must_see, end.must_see) == (True, False)
    assert moment.components == {"lens_covered": 45, "with_speech": 3}


def test_only_strong_bangs_and_voices_must_be_seen() -> None:
    for kind, strong, weak in (("impulse", 0.9, 0.7), ("raised_voice", 0.7, 0.5)):
        assert moments.rank_moments([sighting(kind, 10, 12, score=strong)], policy=POLICY)[0].must_see
        assert not moments.rank_moments([sighting(kind, 10, 12, score=weak)], policy=POLICY)[0].must_see


def test_a_pressed_button_and_an_unexplained_stop_must_be_seen() -> None:
    ranked = moments.rank_moments(
        [sighting("button", 10, 11), sighting("unexplained_stop", 900, 901)], policy=POLICY
    )
    assert [(m.must_see, m.starts_at) for m in ranked] == [(True, seconds(5)), (True, seconds(855))]


def test_two_dark_hours_are_looked_at_where_they_begin_and_where_they_end() -> None:
    ranked = moments.rank_moments([sighting("lens_dark", 1_000, 8_200)], policy=POLICY)
    assert sorted((m.starts_at, m.ends_at) for m in ranked) == [
        (seconds(995), seconds(1_013)),
        (seconds(8_187), seconds(8_205)),
    ]
    assert [moment.score for moment in ranked] == [40, 10]


@given(SIGHTINGS)
def test_speech_beside_a_finding_is_told_as_the_spans_say(sightings: list[moments.Sighting]) -> None:
    own = [one for one in sightings if one.bearer == "a"]
    talk = [one.span for one in own if one.kind == "speech"]
    for moment in moments.rank_moments(own, policy=POLICY):
        spans = [timespan.Span(reason.starts_at, reason.ends_at) for reason in moment.reasons]
        beside = any(span.overlaps(spoken) for span in spans for spoken in talk)
        assert ("with_speech" in moment.components) == beside

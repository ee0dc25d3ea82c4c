from __future__ import annotations

import datetime as dt
import fractions
import json
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siyanat.lib import errors, timespan
from siyanat.triage import moments, planning

DAWN = dt.datetime(2026, 3, 21, 4, 0, tzinfo=dt.UTC)
SEED = bytes(range(32))
POLICY = planning.PlanPolicy()
EIGHT_HOURS = 8 * 60
LENGTH_S = EIGHT_HOURS * 60


def minutes(first: float, end: float) -> timespan.Span:
    return timespan.Span(DAWN + dt.timedelta(minutes=first), DAWN + dt.timedelta(minutes=end))


def spans(*pairs: tuple[float, float]) -> timespan.SpanSet:
    return timespan.SpanSet(minutes(first, end) for first, end in pairs)


def moment(
    start_s: int, length_s: int, *, points: int = 20, must_see: bool = False, bearer: str = "a"
) -> moments.Moment:
    starts_at = DAWN + dt.timedelta(seconds=start_s)
    ends_at = starts_at + dt.timedelta(seconds=length_s)
    reason = moments.Reason(
        code="motion", starts_at=starts_at, ends_at=ends_at, must_see=must_see, facts={}, source=str(start_s)
    )
    return moments.Moment(
        bearer=bearer,
        starts_at=starts_at,
        ends_at=ends_at,
        must_see=must_see,
        components={"motion": points},
        reasons=(reason,),
    )


OWED = {"a": spans((0, EIGHT_HOURS)), "b": spans((0, EIGHT_HOURS))}
RECORDED = {"a": spans((0, 200), (230, EIGHT_HOURS)), "b": spans((5, EIGHT_HOURS))}
MOMENTS = st.lists(
    st.builds(
        moment,
        st.integers(-60, LENGTH_S - 1).map(lambda start: max(start, -30)),
        st.integers(31, 180),
        points=st.integers(0, 100),
        must_see=st.booleans(),
        bearer=st.sampled_from(["a", "b"]),
    ),
    max_size=30,
)
SEEDS = st.binary(min_size=32, max_size=32)


def plan(
    found: list[moments.Moment], *, seed: bytes = SEED, policy: planning.PlanPolicy = POLICY
) -> planning.Plan:
    return planning.make_plan(owed=OWED, recorded=RECORDED, moments=found, policy=policy, seed=seed)


def random_items(made: planning.Plan) -> list[planning.Item]:
    return [item for item in made.items if item.kind is planning.Kind.RANDOM]


@given(MOMENTS, SEEDS)
def test_a_plan_keeps_to_its_budget_but_for_must_see_and_says_by_how_much(
    found: list[moments.Moment], seed: bytes
) -> None:
    made = plan(found, seed=seed)
    budget_ms = POLICY.budget // planning.MILLISECOND
    assert made.planned_ms <= budget_ms + made.over_budget_ms
    without = plan([one for one in found if not one.must_see], seed=seed)
    assert without.over_budget_ms == 0
    assert without.planned_ms <= budget_ms


@given(MOMENTS, SEEDS)
def test_every_must_see_moment_is_in_the_plan(found: list[moments.Moment], seed: bytes) -> None:
    made = plan(found, seed=seed)
    must_see = [item for item in made.items if item.kind is planning.Kind.MUST_SEE]
    assert len(must_see) == sum(one.must_see for one in found)
    assert all(item.must_see and item.reasons for item in must_see)


@given(MOMENTS, SEEDS, st.randoms(use_true_random=False))
def test_the_plan_does_not_depend_on_the_order_of_anything(
    found: list[moments.Moment], seed: bytes, order: random.Random
) -> None:
    shuffled = list(found)
    order.shuffle(shuffled)
    turned = planning.make_plan(
        owed=dict(reversed(OWED.items())),
        recorded=dict(reversed(RECORDED.items())),
        moments=shuffled,
        policy=POLICY,
        seed=seed,
    )
    assert json.dumps(turned.to_dict()) == json.dumps(plan(found, seed=seed).to_dict())


@given(MOMENTS, SEEDS)
def test_neither_moments_nor_footage_steer_the_random_sample(
    found: list[moments.Moment], seed: bytes
) -> None:
    drawn = [(item.bearer, item.span) for item in random_items(plan(found, seed=seed))]
    assert drawn == [(item.bearer, item.span) for item in random_items(plan([], seed=seed))]
    unrecorded = planning.make_plan(owed=OWED, recorded={}, moments=[], policy=POLICY, seed=seed)
    assert drawn == [(item.bearer, item.span) for item in random_items(unrecorded)]
    assert all(item.missing for item in unrecorded.items)


@given(MOMENTS, SEEDS)
def test_every_item_lies_inside_the_shift(found: list[moments.Moment], seed: bytes) -> None:
    shift = minutes(0, EIGHT_HOURS)
    for item in plan(found, seed=seed).items:
        assert shift.starts_at <= item.starts_at < item.ends_at <= shift.ends_at


@given(MOMENTS, SEEDS)
def test_what_a_plan_says_of_itself_is_what_its_items_hold(found: list[moments.Moment], seed: bytes) -> None:
    made = plan(found, seed=seed)
    watched = sum(
        (
            (
                timespan.SpanSet(item.span for item in made.items if item.bearer == bearer) & RECORDED[bearer]
            ).total()
            for bearer in ("a", "b")
        ),
        timespan.ZERO,
    )
    assert made.planned_ms == watched // planning.MILLISECOND
    assert made.share_of_shift == fractions.Fraction(made.planned_ms, 2 * LENGTH_S * 1000)
    assert made.random_count == len(random_items(made)) == 16
    assert made.random_population == 960


def test_a_drawn_minute_without_footage_counts_as_drawn_and_missing() -> None:
    owed = {"a": spans((0, 10))}
    policy = planning.PlanPolicy(random_least=10)
    made = planning.make_plan(
        owed=owed, recorded={"a": spans((0, 4), (6.5, 10))}, moments=[], policy=policy, seed=SEED
    )
    assert [item.missing for item in made.items] == [False] * 4 + [True] * 2 + [False] * 4
    assert made.items[6].recorded_ms == 30_000
    assert made.planned_ms == 450_000
    assert {item.inclusion_probability for item in made.items} == {fractions.Fraction(1)}


def test_ranked_moments_fill_the_budget_best_first() -> None:
    found = [moment(start * 200, 180, points=start) for start in range(1, 60)]
    made = plan(found)
    ranked = [item for item in made.items if item.kind is planning.Kind.RANKED]
    assert ranked
    assert {item.components["motion"] for item in ranked} >= {59, 58}
    assert made.planned_ms <= POLICY.budget // planning.MILLISECOND


def test_equal_moments_are_taken_by_time_and_then_by_bearer() -> None:
    policy = planning.PlanPolicy(
        budget=dt.timedelta(seconds=100), random_least=0, random_share=fractions.Fraction(0)
    )
    found = [moment(900, 60, bearer="b"), moment(600, 60, bearer="b"), moment(600, 60, bearer="a")]
    (item,) = plan(found, policy=policy).items
    assert (item.bearer, item.starts_at) == ("a", DAWN + dt.timedelta(minutes=10))


def test_a_longer_sample_begins_with_the_shorter_one() -> None:
    few = plan([], policy=planning.PlanPolicy(random_share=fractions.Fraction(0), random_least=5))
    more = plan([], policy=planning.PlanPolicy(random_share=fractions.Fraction(0), random_least=9))
    assert {item.span for item in few.items} <= {item.span for item in more.items}


def test_a_short_last_clip_belongs_to_the_population() -> None:
    clips = planning.owed_clips({"a": spans((0, 2.5), (10, 11))}, clip=dt.timedelta(minutes=1))
    assert [span.duration.total_seconds() for _, span in clips] == [60, 60, 30, 60]


def test_a_moment_outside_the_shift_is_a_broken_promise() -> None:
    with pytest.raises(errors.BrokenPromise, match="moment_outside_shift"):
        plan([moment(LENGTH_S + 60, 60)])


def test_a_budget_below_the_least_sample_is_refused() -> None:
    with pytest.raises(errors.Refusal, match="budget_below_sample"):
        planning.PlanPolicy(budget=dt.timedelta(minutes=3), random_least=5)


def test_an_empty_shift_has_an_empty_plan() -> None:
    made = planning.make_plan(owed={}, recorded={}, moments=[], policy=POLICY, seed=SEED)
    assert (made.items, made.share_of_shift) == ((), 0)


def test_a_seed_needs_both_secrets_and_differs_by_shift() -> None:
    station, upper = b"s" * 32, b"u" * 32
    seed = planning.derive_seed(commitment_secret=station, upper_secret=upper, shift_id="1")
    assert len(seed) == 32
    assert seed != planning.derive_seed(commitment_secret=station, upper_secret=upper, shift_id="2")
    assert seed != planning.derive_seed(commitment_secret=station, upper_secret=b"v" * 32, shift_id="1")
    assert seed != planning.derive_seed(commitment_secret=b"t" * 32, upper_secret=upper, shift_id="1")
    with pytest.raises(errors.BrokenPromise, match="secret_short"):
        planning.derive_seed(commitment_secret=b"", upper_secret=upper, shift_id="1")


def test_a_commitment_hides_the_secret_and_binds_to_it() -> None:
    assert planning.commit(b"s" * 32) == planning.commit(b"s" * 32)
    assert planning.commit(b"s" * 32) != planning.commit(b"t" * 32)
    assert len(planning.commit(b"s" * 32)) == 64


def test_the_plan_of_a_known_seed_never_changes() -> None:
    made = planning.make_plan(owed={"a": spans((0, 60))}, recorded={}, moments=[], policy=POLICY, seed=SEED)
    assert [int((item.starts_at - DAWN).total_seconds() // 60) for item in made.items] == [1, 6, 10, 34, 55]

from __future__ import annotations

import collections
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
    assert made.planned_ms <= made.budget_ms + made.over_budget_ms
    without = plan([one for one in found if not one.must_see], seed=seed)
    assert without.over_budget_ms == 0
    assert without.planned_ms <= without.budget_ms == made.budget_ms == 28 * 60_000


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
    assert made.random_count == len(random_items(made)) == 20
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
    assert made.planned_ms <= made.budget_ms


SIZES = st.dictionaries(st.text("abcdef", min_size=1, max_size=3), st.integers(0, 900), max_size=6)


@given(SIZES)
def test_every_owed_clip_has_a_chance_of_two_percent_and_every_bearer_a_clip(sizes: dict[str, int]) -> None:
    counts = POLICY.allocate(sizes)
    assert counts.keys() == {bearer for bearer, size in sizes.items() if size}
    for bearer, count in counts.items():
        assert 1 <= count <= sizes[bearer]
        assert fractions.Fraction(count, sizes[bearer]) >= planning.FLOOR == fractions.Fraction(2, 100)
    assert sum(counts.values()) >= min(POLICY.random_least, sum(sizes.values()))


@given(SIZES, st.randoms(use_true_random=False))
def test_no_clip_more_is_drawn_than_the_floor_and_the_least_ask_for(
    sizes: dict[str, int], order: random.Random
) -> None:
    counts = POLICY.allocate(sizes)
    spare = sum(counts.values()) - POLICY.random_least
    for bearer, count in counts.items():
        assert count == 1 or fractions.Fraction(count - 1, sizes[bearer]) < planning.FLOOR or spare <= 0
    turned = list(sizes.items())
    order.shuffle(turned)
    assert POLICY.allocate(dict(turned)) == counts


def test_the_stated_chance_is_that_of_all_seeds() -> None:
    """Five owed minutes, two drawn: over many seeds each pair comes up as often as the others."""
    seeds = [number.to_bytes(32, "big") for number in range(3_000)]
    pairs = collections.Counter(
        frozenset(planning.draw_stratum(seed=seed, bearer="a", population=5, count=2)) for seed in seeds
    )
    assert len(pairs) == 10
    assert (
        sum((count - 300) ** 2 / 300 for count in pairs.values()) < 27.9
    )  # chi-squared, 9 degrees, p = 0.001


def test_the_chance_written_on_an_item_is_how_often_its_minute_is_drawn() -> None:
    owed = {"a": spans((0, 7)), "b": spans((0, 60))}
    seeds, drawn = 2_000, collections.Counter[tuple[str, timespan.Span]]()
    chances: dict[str, fractions.Fraction] = {}
    for number in range(seeds):
        made = planning.make_plan(
            owed=owed, recorded={}, moments=[], policy=POLICY, seed=number.to_bytes(32, "big")
        )
        drawn.update((item.bearer, item.span) for item in made.items)
        chances |= {item.bearer: item.inclusion_probability for item in made.items}
    assert chances == {"a": fractions.Fraction(1, 7), "b": fractions.Fraction(4, 60)}
    for bearer, chance in chances.items():
        for clip in planning.owed_clips(owed[bearer], clip=POLICY.clip):
            spread = 5 * float(seeds * chance * (1 - chance)) ** 0.5
            assert abs(drawn[bearer, clip] - seeds * chance) < spread


def test_what_one_bearer_owes_changes_nothing_in_anothers_draw() -> None:
    alone = planning.make_plan(owed={"a": OWED["a"]}, recorded={}, moments=[], policy=POLICY, seed=SEED)
    both = planning.make_plan(owed=OWED, recorded={}, moments=[], policy=POLICY, seed=SEED)
    assert [one.span for one in alone.items] == [one.span for one in both.items if one.bearer == "a"]


@given(MOMENTS, SEEDS)
def test_which_moments_are_chosen_does_not_depend_on_which_clips_are_drawn(
    found: list[moments.Moment], seed: bytes
) -> None:
    def chosen(made: planning.Plan) -> list[tuple[str, timespan.Span]]:
        return [(item.bearer, item.span) for item in made.items if item.kind is not planning.Kind.RANDOM]

    one, other = plan(found, seed=seed), plan(found, seed=seed[::-1] + b"!")
    assert chosen(one) == chosen(other)
    assert one.strata == other.strata


@given(MOMENTS, SEEDS)
def test_a_plan_knows_what_lies_beside_the_chosen_moments(found: list[moments.Moment], seed: bytes) -> None:
    made = plan(found, seed=seed)
    for stratum in made.strata:
        held = [
            item.span
            for item in made.items
            if item.kind is not planning.Kind.RANDOM and item.bearer == stratum.bearer
        ]
        clips = planning.owed_clips(OWED[stratum.bearer], clip=POLICY.clip)
        touched = {clip for clip in clips if any(clip.overlaps(one) for one in held)}
        assert stratum.chosen == len(touched)
        assert all(
            item.also_chosen == (item.span in touched)
            for item in random_items(made)
            if item.bearer == stratum.bearer
        )


@given(SEEDS)
def test_a_drawn_clip_is_played_with_seconds_around_it_that_hide_its_length(seed: bytes) -> None:
    shift = minutes(0, EIGHT_HOURS)
    for item in random_items(plan([], seed=seed)):
        assert shift.starts_at <= item.shown.starts_at <= item.starts_at
        assert item.ends_at <= item.shown.ends_at <= shift.ends_at
        inner = item.starts_at > shift.starts_at
        assert (1_000 if inner else 0) <= item.lead_ms <= 6_000
        assert item.inclusion_probability == fractions.Fraction(10, 480)


def test_the_sample_never_crowds_out_what_was_found() -> None:
    owed = {name: spans((0, 720)) for name in "abcd"}
    found = [moment(start * 200, 60, bearer=bearer) for start in range(1, 200) for bearer in "abcd"]
    made = planning.make_plan(owed=owed, recorded=owed, moments=found, policy=POLICY, seed=SEED)
    assert made.random_count == 60
    assert made.budget_ms == 68 * 60_000
    ranked = sum(item.recorded_ms for item in made.items if item.kind is planning.Kind.RANKED)
    assert ranked == POLICY.chosen_least // planning.MILLISECOND


def test_equal_moments_are_taken_by_time_and_then_by_bearer() -> None:
    policy = planning.PlanPolicy(
        budget=dt.timedelta(seconds=100), random_least=0, bearer_least=0, chosen_least=timespan.ZERO,
        random_share=fractions.Fraction(0),
    )  # fmt: skip
    found = [moment(900, 60, bearer="b"), moment(600, 60, bearer="b"), moment(600, 60, bearer="a")]
    (item,) = plan(found, policy=policy).items
    assert (item.bearer, item.starts_at) == ("a", DAWN + dt.timedelta(minutes=10))


def test_a_longer_sample_begins_with_the_shorter_one() -> None:
    few = plan([], policy=planning.PlanPolicy(random_share=fractions.Fraction(0), random_least=5))
    more = plan([], policy=planning.PlanPolicy(random_share=fractions.Fraction(0), random_least=9))
    assert {item.span for item in few.items} <= {item.span for item in more.items}


def test_a_short_last_clip_belongs_to_the_population() -> None:
    clips = planning.owed_clips(spans((0, 2.5), (10, 11)), clip=dt.timedelta(minutes=1))
    assert [span.duration.total_seconds() for span in clips] == [60, 60, 30, 60]


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
    assert [int((item.starts_at - DAWN).total_seconds() // 60) for item in made.items] == [23, 25, 46, 52, 55]

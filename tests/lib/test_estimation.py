"""Totals and shares from samples: exact where few were hit, close where many were, never below what was seen."""

from __future__ import annotations

import itertools
import math
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siyanat.lib import errors, estimation, sampling

Stratum = estimation.Stratum
STRATA = st.lists(
    st.integers(1, 60).flatmap(
        lambda size: st.integers(1, size).flatmap(
            lambda drawn: st.integers(0, drawn).map(lambda hits: Stratum(size, drawn, hits))
        )
    ),
    min_size=1,
    max_size=6,
)


def chance_of_at_most(hits: int, sizes: list[tuple[int, int]], bad: tuple[int, ...]) -> float:
    """P(X <= hits) by going through every outcome of every stratum."""
    found: Counter[int] = Counter({0: 1.0})
    for (size, drawn), own in zip(sizes, bad, strict=True):
        ways = math.comb(size, drawn)
        law = {
            k: math.comb(own, k) * math.comb(size - own, drawn - k) / ways
            for k in range(max(0, drawn - (size - own)), min(own, drawn) + 1)
        }
        found = Counter(
            {
                total: sum(p * law[k] for had, p in found.items() for k in law if had + k == total)
                for total in {had + k for had in found for k in law}
            }
        )
    return math.fsum(p for total, p in found.items() if total <= hits)


@pytest.mark.parametrize("sizes", [[(6, 2)], [(6, 2), (4, 2)], [(5, 1), (5, 2), (3, 1)], [(8, 3), (8, 3)]])
def test_exact_bounds_miss_the_truth_in_at_most_five_of_a_hundred_samples_wherever_it_lies(
    sizes: list[tuple[int, int]],
) -> None:
    def bounds(hits: int) -> estimation.Interval:
        strata, left = [], hits
        for size, drawn in sizes:
            strata.append(Stratum(size, drawn, min(left, drawn)))
            left -= strata[-1].hits
        return estimation._exact(strata, 0.0, estimation.ALPHA)

    most = sum(drawn for _size, drawn in sizes)
    for bad in itertools.product(*(range(size + 1) for size, _drawn in sizes)):
        chances = [chance_of_at_most(hits, sizes, bad) for hits in range(-1, most + 1)]
        law = [after - before for before, after in itertools.pairwise(chances)]
        missed = [0.0, 0.0]
        for hits, chance in enumerate(law):
            found = bounds(hits)
            missed[0] += chance * (not found.low <= sum(bad) <= found.high)
            missed[1] += chance * (sum(bad) > found.at_most)
        assert max(missed) <= estimation.ALPHA + 3e-9, bad


@settings(deadline=None)
@given(STRATA)
def test_limits_enclose_the_estimate_and_what_was_seen(strata: list[Stratum]) -> None:
    found = estimation.estimate_total(strata)
    limits, hits = found.interval, sum(one.hits for one in strata)
    unseen = sum(one.population - one.sampled for one in strata)
    assert hits <= limits.low <= limits.high <= hits + unseen
    assert limits.low - 1e-6 <= limits.at_most <= limits.high + 1e-6
    assert limits.low - 1e-6 <= limits.value <= limits.high + 1e-6 or found.is_exact
    assert 0 <= found.rate.low <= found.rate.high <= 1
    assert 0 <= found.unseen_at_most <= 1


@settings(deadline=None)
@given(STRATA, st.randoms(use_true_random=False))
def test_the_order_of_strata_makes_no_difference(strata: list[Stratum], order: object) -> None:
    turned = list(strata)
    order.shuffle(turned)  # type: ignore[attr-defined]
    one, other = estimation.estimate_total(strata), estimation.estimate_total(turned)
    assert one.interval.value == pytest.approx(other.interval.value)
    assert one.interval.high == pytest.approx(other.interval.high)


@given(st.integers(1, 200), st.data())
def test_a_single_stratum_has_the_hypergeometric_bound(population: int, data: st.DataObject) -> None:
    sampled = data.draw(st.integers(1, population))
    bad = data.draw(st.integers(0, min(sampled, estimation.FEW - 1)))
    bound = sampling.upper_bound(population=population, sampled=sampled, bad=bad)
    found = estimation.estimate_total([Stratum(population, sampled, bad)])
    assert found.is_exact
    assert found.interval.at_most == bad + bound.bad_unseen


def test_a_whole_population_leaves_no_doubt() -> None:
    found = estimation.estimate_total([Stratum(30, 30, 7), Stratum(20, 20, 0)])
    assert found.interval == estimation.Interval(7.0, 7, 7, 7)
    assert found.unseen_at_most == 0


def test_an_officer_whose_every_drawn_minute_was_bad_says_nothing_sure_of_the_others() -> None:
    found = estimation.estimate_total([Stratum(480, 10, 10), *[Stratum(480, 10, 0)] * 30])
    assert found.is_exact
    assert found.interval.low < 480 < found.interval.high


def test_unequal_chances_are_weighed() -> None:
    found = estimation.estimate_total([Stratum(1_000, 10, 3), Stratum(100, 50, 30)])
    assert found.interval.value == 1_000 * 0.3 + 60
    assert not found.is_exact


@pytest.mark.parametrize(
    ("count", "low", "high"),
    [(0, 0.0, 3.6889), (1, 0.0253, 5.5716), (3, 0.6187, 8.7673), (4, 1.0899, 10.2416)],
)
def test_few_counts_have_garwoods_limits(count: int, low: float, high: float) -> None:
    """Garwood 1936; the figures stand in every table of exact Poisson limits."""
    assert estimation.poisson_limits(count) == (pytest.approx(low, abs=1e-4), pytest.approx(high, abs=1e-4))


@pytest.mark.parametrize(
    ("hits", "trials", "low", "high"),
    [(0, 10, 0.0, 0.3085), (1, 10, 0.0025, 0.4450), (3, 10, 0.0667, 0.6525), (10, 10, 0.6915, 1.0)],
)
def test_few_hits_have_the_limits_of_clopper_and_pearson(
    hits: int, trials: int, low: float, high: float
) -> None:
    found = estimation.proportion(hits, trials)
    assert (found.low, found.high) == (pytest.approx(low, abs=1e-4), pytest.approx(high, abs=1e-4))


@given(st.integers(1, 60), st.data())
def test_hits_and_misses_change_places(trials: int, data: st.DataObject) -> None:
    hits = data.draw(st.integers(0, trials))
    found, turned = estimation.proportion(hits, trials), estimation.proportion(trials - hits, trials)
    assert found.low == pytest.approx(1 - turned.high, abs=1e-9)


@given(st.floats(0.1, 300), st.floats(0, 600))
def test_the_gamma_function_is_that_of_the_poisson_law(shape: float, at: float) -> None:
    whole = math.ceil(shape)
    law = math.fsum(
        math.exp(-at + k * math.log(at) - math.lgamma(k + 1)) if at else k == 0 for k in range(whole)
    )
    assert estimation.upper_gamma(whole, at) == pytest.approx(law, abs=1e-9)
    assert estimation.upper_gamma(shape, at) <= estimation.upper_gamma(whole, at) + 1e-9


@pytest.mark.parametrize(("first", "second", "both", "total"), [(8, 7, 6, 9.2857), (200, 150, 60, 496.5574)])
def test_chapmans_estimate_is_that_of_his_formula(first: int, second: int, both: int, total: float) -> None:
    found = estimation.capture_recapture(first, second, both)
    assert found.total == pytest.approx(total, abs=1e-4)
    assert first + second - both <= found.low <= found.total <= (found.high or math.inf)


def test_nothing_found_twice_bounds_nothing() -> None:
    found = estimation.capture_recapture(3, 4, 0)
    assert (found.low, found.high) == (7, None)
    assert estimation.capture_recapture(0, 0, 0).share is None


def test_what_is_overlooked_widens_and_raises() -> None:
    total, share = estimation.Interval(500.0, 300.0, 800.0, 750.0), estimation.proportion(18, 24)
    found = estimation.divide(total, share)
    assert found.value == pytest.approx(500 / 0.75)
    assert found.low < 500
    assert found.high > 800 / 0.75
    nothing = estimation.divide(estimation.Interval(0.0, 0.0, 180.0, 150.0), share)
    assert (nothing.value, nothing.low) == (0, 0)
    assert 180 / share.value < nothing.high < 180 / share.low


def test_six_months_of_two_percent_show_one_in_nine() -> None:
    assert estimation.chance_seen([0.02] * 6) == pytest.approx(1 - 0.98**6)
    assert estimation.chance_seen([]) == 0
    assert estimation.chance_seen([0.02, 0.1], sensitivity=0.5) == pytest.approx(1 - 0.99 * 0.95)


def test_what_can_not_be_is_a_broken_promise() -> None:
    for impossible in (
        lambda: Stratum(3, 4, 0),
        lambda: estimation.proportion(2, 1),
        lambda: estimation.capture_recapture(1, 1, 2),
        lambda: estimation.estimate_total([Stratum(5, 0, 0)]),
    ):
        with pytest.raises(errors.BrokenPromise, match="estimation"):
            impossible()

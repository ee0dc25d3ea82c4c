import collections
import fractions
import hashlib
import hmac
import itertools
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siyanat.lib import errors, sampling

SEED = b"a seed of 16 byte"


def counted_tail(population: int, sampled: int, bad: int, total_bad: int) -> fractions.Fraction:
    """P(X <= bad) by looking at every sample there is."""
    samples = list(itertools.combinations(range(population), sampled))
    few = sum(sum(one < total_bad for one in sample) <= bad for sample in samples)
    return fractions.Fraction(few, len(samples))


@settings(max_examples=60, deadline=None)
@given(data=st.data(), population=st.integers(1, 9))
def test_the_bound_is_the_one_found_by_counting_every_sample(data: st.DataObject, population: int) -> None:
    sampled = data.draw(st.integers(0, population))
    bad = data.draw(st.integers(0, sampled))
    possible = range(bad, population - (sampled - bad) + 1)
    worst = max(b for b in possible if counted_tail(population, sampled, bad, b) > sampling.ALPHA)
    bound = sampling.upper_bound(population=population, sampled=sampled, bad=bad)
    assert bound.bad_unseen == worst - bad


@settings(max_examples=150, deadline=None)
@given(data=st.data(), population=st.integers(1, 400))
def test_the_bound_is_the_last_that_whole_numbers_allow(data: st.DataObject, population: int) -> None:
    sampled = data.draw(st.integers(0, population))
    bad = data.draw(st.integers(0, sampled))
    bound = sampling.upper_bound(population=population, sampled=sampled, bad=bad)
    all_samples = math.comb(population, sampled)

    def exceeds(total_bad: int) -> bool:
        return sampling._ways(population, sampled, bad, total_bad) * 20 > all_samples

    assert exceeds(bad + bound.bad_unseen)
    assert bound.bad_unseen == bound.unseen or not exceeds(bad + bound.bad_unseen + 1)
    assert 0 <= bound.share <= 1


def test_the_bound_holds_in_at_least_95_of_100_samples() -> None:
    population, sampled = 60, 20
    for total_bad in range(population + 1):
        missed = sum(
            math.comb(total_bad, k) * math.comb(population - total_bad, sampled - k)
            for k in range(max(0, sampled - population + total_bad), min(sampled, total_bad) + 1)
            if k + sampling.upper_bound(population=population, sampled=sampled, bad=k).bad_unseen < total_bad
        )
        assert missed * 20 <= math.comb(population, sampled)


def test_a_tie_with_alpha_is_decided_by_whole_numbers() -> None:
    # 20 minutes, one sampled and good: with 19 bad, P(X <= 0) is exactly 1/20, which does not exceed it.
    assert sampling.upper_bound(population=20, sampled=1, bad=0).bad_unseen == 18


def test_59_clean_of_many_say_less_than_5_percent_are_bad() -> None:
    share = sampling.upper_bound(population=100_000, sampled=59, bad=0).share
    assert fractions.Fraction(49, 1000) < share < fractions.Fraction(5, 100)


def test_nothing_sampled_says_nothing_and_all_sampled_says_all() -> None:
    assert sampling.upper_bound(population=480, sampled=0, bad=0).share == 1
    assert sampling.upper_bound(population=480, sampled=480, bad=7).share == 0
    assert sampling.upper_bound(population=0, sampled=0, bad=0).share == 0


@pytest.mark.parametrize(("population", "sampled", "bad"), [(5, 6, 0), (5, 3, 4), (5, 3, -1)])
def test_impossible_samples_break_a_promise(population: int, sampled: int, bad: int) -> None:
    with pytest.raises(errors.BrokenPromise, match=r"sampling.impossible"):
        sampling.upper_bound(population=population, sampled=sampled, bad=bad)


@given(seed=st.binary(min_size=16, max_size=32), population=st.integers(0, 500), data=st.data())
def test_a_draw_has_different_indexes_and_begins_with_the_shorter_draw(
    seed: bytes, population: int, data: st.DataObject
) -> None:
    count = data.draw(st.integers(0, population))
    drawn = sampling.draw(seed=seed, population=population, count=count)
    assert len(set(drawn)) == len(drawn) == count
    assert set(drawn) <= set(range(population))
    assert drawn[: count // 2] == sampling.draw(seed=seed, population=population, count=count // 2)


def test_the_draw_is_the_one_that_the_documentation_describes() -> None:
    stream = (
        int.from_bytes(hmac.new(SEED, b"draw-v1" + k.to_bytes(8, "big"), hashlib.sha256).digest(), "big")
        for k in itertools.count()
    )
    places = list(range(50))
    for i in range(10):
        limit = 50 - i
        number = next(n for n in stream if n < limit * (2**256 // limit))
        j = i + number % limit
        places[i], places[j] = places[j], places[i]
    assert sampling.draw(seed=SEED, population=50, count=10) == places[:10]


def test_every_subset_is_drawn_about_equally_often() -> None:
    counts = collections.Counter(
        frozenset(sampling.draw(seed=i.to_bytes(16, "big"), population=5, count=2)) for i in range(5_000)
    )
    assert len(counts) == 10
    assert (
        sum((count - 500) ** 2 / 500 for count in counts.values()) < 27.9
    )  # chi-squared, 9 degrees, p = 0.001


def test_more_than_there_are_can_not_be_drawn() -> None:
    with pytest.raises(errors.BrokenPromise, match=r"sampling.too_many"):
        sampling.draw(seed=SEED, population=3, count=4)


def test_mixed_seeds_depend_on_every_part_and_on_where_it_ends() -> None:
    mixes = {sampling.mix_seeds(parts) for parts in ([b"ab", b"c"], [b"a", b"bc"], [b"abc"], [b"c", b"ab"])}
    assert len(mixes) == 4
    assert sampling.commit_to(b"x") not in mixes


def test_kappa_is_that_of_cohens_formula() -> None:
    pairs = [("yes", "yes")] * 20 + [("yes", "no")] * 5 + [("no", "yes")] * 10 + [("no", "no")] * 15
    agreement = sampling.cohens_kappa(pairs)
    assert agreement.observed == fractions.Fraction(7, 10)
    assert agreement.expected == fractions.Fraction(1, 2)
    assert agreement.kappa == fractions.Fraction(2, 5)


def test_kappa_has_no_value_where_both_say_the_same_of_everything() -> None:
    assert sampling.cohens_kappa([("no", "no")] * 4).kappa is None
    with pytest.raises(errors.BrokenPromise):
        sampling.cohens_kappa([])

"""What a stratified random sample says about all that it was drawn from: totals, shares, and how sure one may be.

Pure arithmetic of counts; no randomness, no database. The formulas with their sources, and what they take for
granted, are in ``docs/explanation/unseen.md``; ``make bench NAME=unseen`` tries by simulation whether the bounds
hold. Two kinds of interval:

* few hits (`FEW`): exact. Whatever the truth is, the interval misses it in at most ``alpha`` of all samples;
* more: mid-P. Exact intervals are wider than they say; these hold in about ``1 - alpha`` of all samples.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterable, Sequence

from siyanat.lib import errors

ALPHA = 0.05
"""One minus the confidence."""

FEW = 5
"""From so many hits on intervals are mid-P: at fewer they would hold in less than 93 of 100 samples."""

LEAST_SKEW = 0.2
"""Skewness is not taken to be less than this part of a Poisson count's: it is estimated from few."""

_STEPS = 100
_SLACK = 1e-9  # a tie with alpha does not exceed it
_TINY = 1e-300
_MOST = 1 << 40  # where a search for an upper bound on a whole number ends


@dataclasses.dataclass(frozen=True, slots=True)
class Stratum:
    """``sampled`` drawn without replacement, each set of them equally likely, out of ``population``; ``hits`` of them
    count.

    :raises errors.BrokenPromise: ``estimation.impossible`` unless ``0 <= hits <= sampled <= population``.
    """

    population: int
    sampled: int
    hits: int

    def __post_init__(self) -> None:
        if not 0 <= self.hits <= self.sampled <= self.population:
            raise errors.BrokenPromise(
                "estimation.impossible", population=self.population, sampled=self.sampled, hits=self.hits
            )

    @property
    def fraction(self) -> float:
        """n / N: the chance of each to be drawn; 0 for an empty stratum."""
        return self.sampled / self.population if self.population else 0.0


@dataclasses.dataclass(frozen=True, slots=True)
class Interval:
    """An estimate between two limits; ``at_most`` is the one-sided upper limit at the same confidence."""

    value: float
    low: float
    high: float
    at_most: float

    def over(self, whole: float) -> Interval:
        """The same as a share of ``whole``; nothing of nothing is 0."""
        if not whole:
            return Interval(0.0, 0.0, 0.0, 0.0)
        return Interval(self.value / whole, self.low / whole, self.high / whole, self.at_most / whole)


@dataclasses.dataclass(frozen=True, slots=True)
class Total:
    """The number of hits in the whole population: ``interval``, and by which of the two ways it was found."""

    population: int
    sampled: int
    hits: int
    interval: Interval
    is_exact: bool

    @property
    def rate(self) -> Interval:
        """As a share of the population."""
        return self.interval.over(self.population)

    @property
    def unseen_at_most(self) -> float:
        """The one-sided upper limit of the share among what was not drawn: (B* - k) / (N - n)."""
        unseen = self.population - self.sampled
        return min(1.0, max(0.0, self.interval.at_most - self.hits) / unseen) if unseen else 0.0


def estimate_total(strata: Iterable[Stratum], *, alpha: float = ALPHA) -> Total:
    """How many hits a population holds, from independent samples of its strata.

    With k_h hits among n_h drawn out of N_h, and f_h = n_h / N_h::

        B^ = sum_h N_h k_h / n_h                                                  (Horvitz and Thompson 1952)

    Fewer than `FEW` hits, or strata that say nothing of their own spread: exact (`_exact`). Otherwise::

        V^ = sum_h N_h^2 (1 - f_h) s_h^2 / n_h,  s_h^2 = n_h p_h (1 - p_h) / (n_h - 1),  p_h = k_h / n_h
        k* = B^^2 / V^,   B^ x (mid-P Poisson limits of k*) / k*                  (Fay and Kim 2017)

    and with less skewness than a Poisson count has (hits heaped in few strata), by a factor r < 1, the limits are those of
    a shifted Poisson variable with the same three moments: l = k* / r^2, B^ + sqrt(V^ / l) (limits of l - l).

    A stratum of a single draw counts ``N_h^2 (1 - f_h) p_h``, which errs on the safe side. Strata of which nothing was
    drawn are refused: nothing can be said of them.

    :raises errors.BrokenPromise: ``estimation.not_drawn``.
    """
    drawn = [one for one in strata if one.population]
    if any(not one.sampled for one in drawn):
        raise errors.BrokenPromise("estimation.not_drawn")
    population, sampled = sum(one.population for one in drawn), sum(one.sampled for one in drawn)
    hits = sum(one.hits for one in drawn)
    value = math.fsum(one.population * one.hits / one.sampled for one in drawn)
    telling = sum(one.hits for one in drawn if one.hits < one.sampled)
    variance, third = math.fsum(map(_variance, drawn)), math.fsum(map(_third, drawn))
    is_exact = telling < FEW or not variance
    interval = _exact(drawn, value, alpha) if is_exact else _weighted(value, variance, third, alpha)
    least, most = hits, population - (sampled - hits)
    bounded = Interval(
        value, *(min(max(limit, least), most) for limit in (interval.low, interval.high, interval.at_most))
    )
    return Total(population, sampled, hits, bounded, is_exact)


def _variance(one: Stratum) -> float:
    share = one.hits / one.sampled
    spread = share if one.sampled == 1 else share * (1 - share) * one.sampled / (one.sampled - 1)
    return one.population**2 * (1 - one.fraction) * spread / one.sampled


def _third(one: Stratum) -> float:
    """The third central moment of a stratum's part of the estimate, unbiased but for the sample's own fraction."""
    share, size = one.hits / one.sampled, one.sampled
    spread = share
    if size > 2:
        spread = share * (1 - share) * (1 - 2 * share) * size**2 / ((size - 1) * (size - 2))
    return one.population**3 * (1 - one.fraction) * (1 - 2 * one.fraction) * spread / size**2


def _weighted(value: float, variance: float, third: float, alpha: float) -> Interval:
    skew = min(1.0, max(LEAST_SKEW, third * value / variance**2))
    count = value**2 / variance / skew**2
    scale = math.sqrt(variance / count)
    low, high = poisson_limits(count, alpha=alpha)
    _, at_most = poisson_limits(count, alpha=2 * alpha)
    return Interval(value, *(value + scale * (limit - count) for limit in (low, high, at_most)))


def _exact(strata: Sequence[Stratum], value: float, alpha: float) -> Interval:
    """The whole numbers B that the sample does not speak against, wherever in the strata they lie.

    The number of hits drawn is a sum of independent yes-or-no draws: at most B of them, and at most n (a hypergeometric
    one is such a sum; Vatutin and Mikhailov 1982). Of all such sums with the same mean the binomial has the heaviest
    tails beyond one from the mean (Hoeffding 1956). The mean is least when the hits lie where draws are rarest, and
    greatest where they are densest. One stratum alone is hypergeometric.
    """
    hits = sum(one.hits for one in strata)
    least, most = hits, sum(one.population - one.sampled for one in strata) + hits
    rare = sorted(strata, key=lambda one: one.fraction)
    dense = rare[::-1]

    def few(total: int) -> float:
        return _tail(rare, hits, total)

    def many(total: int) -> float:
        return 1 - _tail(dense, hits - 1, total, many=True) if hits else 1.0

    return Interval(
        value,
        _first(least, most, lambda total: many(total) > alpha / 2 + _SLACK),
        _last(least, most, lambda total: few(total) > alpha / 2 + _SLACK),
        _last(least, most, lambda total: few(total) > alpha + _SLACK),
    )


def _tail(ordered: Sequence[Stratum], hits: int, total: int, *, many: bool = False) -> float:
    """P(X <= hits) at worst, when ``total`` lie in the strata in the order given; with ``many`` at best."""
    if len(ordered) == 1:
        one = ordered[0]
        return hypergeometric_cdf(hits, population=one.population, marked=total, drawn=one.sampled)
    mean, left = 0.0, total
    for one in ordered:
        inside = min(left, one.population)
        mean += inside * one.fraction
        left -= inside
        if not left:
            break
    choices = (
        binomial_cdf(hits, size, mean / size)
        for size in {total, sum(one.sampled for one in ordered)}
        if size and size >= mean
    )
    return max(choices, default=0.0) if many else min(choices, default=1.0)


def proportion(hits: int, trials: int, *, alpha: float = ALPHA) -> Interval:
    """The chance behind ``hits`` of ``trials`` independent trials: Clopper and Pearson 1934 where hits or misses are
    fewer than `FEW`, mid-P otherwise.

    :raises errors.BrokenPromise: ``estimation.impossible``.
    """
    if not 0 <= hits <= trials or not trials:
        raise errors.BrokenPromise("estimation.impossible", hits=hits, trials=trials)
    is_exact = min(hits, trials - hits) < FEW

    def high(error: float) -> float:
        if hits == trials:
            return 1.0
        return _root(lambda p: _below(hits, is_exact, lambda k: binomial_cdf(k, trials, p)) - error, 0.0, 1.0)

    def low(error: float) -> float:
        if not hits:
            return 0.0
        return 1 - _root(
            lambda p: _below(trials - hits, is_exact, lambda k: binomial_cdf(k, trials, p)) - error, 0.0, 1.0
        )

    return Interval(hits / trials, low(alpha / 2), high(alpha / 2), high(alpha))


@dataclasses.dataclass(frozen=True, slots=True)
class Recapture:
    """Two independent looks at the same items: ``first`` and ``second`` found so many, ``both`` the same ones.

    ``total`` are estimated to be there, between ``low`` and ``high`` (None: no bound); ``share`` of the second's that
    the first found too estimates what the first finds of all.
    """

    first: int
    second: int
    both: int
    total: float
    low: int
    high: int | None
    share: Interval | None


def capture_recapture(first: int, second: int, both: int, *, alpha: float = ALPHA) -> Recapture:
    """Chapman 1951: ``(n1 + 1)(n2 + 1) / (m + 1) - 1``, with the limits that the hypergeometric law of m gives.

    :raises errors.BrokenPromise: ``estimation.impossible`` unless ``0 <= both <= min(first, second)``.
    """
    if not 0 <= both <= min(first, second):
        raise errors.BrokenPromise("estimation.impossible", first=first, second=second, both=both)
    known = first + second - both
    is_exact = min(both, first - both, second - both) < FEW

    def below(total: int, hits: int) -> float:
        return hypergeometric_cdf(hits, population=total, marked=first, drawn=second)

    def at_most(total: int) -> float:
        return _below(both, is_exact, lambda hits: below(total, hits))

    def at_least(total: int) -> float:
        return 1 - _below(both - 1, is_exact, lambda hits: below(total, hits), above=True)

    high = _last(known, _MOST, lambda total: at_least(total) > alpha / 2) if both else None
    return Recapture(
        first, second, both, (first + 1) * (second + 1) / (both + 1) - 1,
        _first(known, _MOST, lambda total: at_most(total) > alpha / 2), high,
        proportion(both, second, alpha=alpha) if second else None,
    )  # fmt: skip


def divide(total: Interval, share: Interval) -> Interval:
    """``total / share`` with limits from the limits of both, which are independent (Donner and Zou 2012, MOVER-R).

    ``share`` is above 0. ``at_most`` takes the one-sided limit of the total and the two-sided one of the share.
    """
    product = total.value * share.value

    def upper(limit: float) -> float:
        other = share.low * (2 * share.value - share.low)
        if other <= 0:
            return math.inf
        inner = product**2 - limit * share.low * (2 * total.value - limit) * (2 * share.value - share.low)
        return (product + math.sqrt(max(inner, 0.0))) / other

    inner = product**2 - total.low * share.high * (2 * total.value - total.low) * (
        2 * share.value - share.high
    )
    low = (product - math.sqrt(max(inner, 0.0))) / (share.high * (2 * share.value - share.high))
    return Interval(total.value / share.value, max(low, 0.0), upper(total.high), upper(total.at_most))


def chance_seen(chances: Iterable[float], *, sensitivity: float = 1.0) -> float:
    """``1 - prod_t (1 - s pi_t)``: the chance that at least one of several is drawn and noticed, each drawn
    independently with its own chance.
    """
    return 1 - math.prod(1 - sensitivity * chance for chance in chances)


def poisson_limits(count: float, *, alpha: float = ALPHA) -> tuple[float, float]:
    """Two-sided limits of a Poisson mean from a count, which need not be whole: exact (Garwood 1936) below `FEW`,
    mid-P from there on.

    With Q the regularised upper incomplete gamma function, P(X <= k | mean) = Q(k + 1, mean).
    """
    most = count + 40 * math.sqrt(count + 1) + 40

    def below(mean: float, *, included: bool) -> float:
        least = upper_gamma(count, mean) if count else 0.0
        if count < FEW:
            return upper_gamma(count + 1, mean) if included else least
        return (upper_gamma(count + 1, mean) + least) / 2

    high = _root(lambda mean: below(mean, included=True) - alpha / 2, 0.0, most)
    low = _root(lambda mean: below(mean, included=False) - (1 - alpha / 2), 0.0, most) if count else 0.0
    return low, high


# Laws of chance.


def binomial_cdf(hits: int, trials: int, chance: float) -> float:
    """P(X <= hits) of a binomial variable."""
    if hits < 0:
        return 0.0
    if hits >= trials or chance <= 0:
        return 1.0
    if chance >= 1:
        return 0.0
    yes, no = math.log(chance), math.log1p(-chance)
    logs = (_log_choose(trials, k) + k * yes + (trials - k) * no for k in range(hits + 1))
    return min(1.0, math.fsum(map(math.exp, logs)))


def hypergeometric_cdf(hits: int, *, population: int, marked: int, drawn: int) -> float:
    """P(X <= hits) when ``drawn`` are taken out of ``population``, of which ``marked`` count."""
    least, most = max(0, drawn - (population - marked)), min(marked, drawn)
    if hits >= most:
        return 1.0
    whole = _log_choose(population, drawn)
    logs = (
        _log_choose(marked, k) + _log_choose(population - marked, drawn - k) - whole
        for k in range(least, hits + 1)
    )
    return min(1.0, math.fsum(map(math.exp, logs)))


def upper_gamma(shape: float, at: float) -> float:
    """The regularised upper incomplete gamma function Q(shape, at) (Abramowitz and Stegun 6.5.29, 6.5.31)."""
    if at <= 0:
        return 1.0
    scale = math.exp(-at + shape * math.log(at) - math.lgamma(shape))
    if at < shape + 1:
        term = total = 1 / shape
        step = shape
        while abs(term) > abs(total) * 1e-16:
            step += 1
            term *= at / step
            total += term
        return max(0.0, 1 - total * scale)
    return min(1.0, scale * _continued(shape, at))


def _continued(shape: float, at: float) -> float:
    """The continued fraction of Q by Lentz's method."""
    base = at + 1 - shape
    above, below = 1 / _TINY, 1 / base
    found = below
    for step in range(1, 100_000):
        factor = -step * (step - shape)
        base += 2
        below = 1 / (factor * below + base or _TINY)
        above = base + factor / above or _TINY
        change = below * above
        found *= change
        if abs(change - 1) < 1e-15:
            break
    return found


def _log_choose(whole: int, part: int) -> float:
    return math.lgamma(whole + 1) - math.lgamma(part + 1) - math.lgamma(whole - part + 1)


# Searching.


def _below(hits: int, is_exact: bool, cdf: Callable[[int], float], *, above: bool = False) -> float:  # noqa: FBT001
    """P(X <= hits), half of the last term taken away for mid-P (or, ``above``, half of the next one added)."""
    if is_exact:
        return cdf(hits)
    return (cdf(hits) + cdf(hits + 1)) / 2 if above else (cdf(hits - 1) + cdf(hits)) / 2


def _root(falling: Callable[[float], float], low: float, high: float) -> float:
    """Where a falling function crosses zero."""
    for _ in range(_STEPS):
        middle = (low + high) / 2
        if falling(middle) > 0:
            low = middle
        else:
            high = middle
        if high - low <= 1e-13 * max(1.0, abs(low)):
            break
    return (low + high) / 2


def _last(least: int, most: int, holds: Callable[[int], bool]) -> int:
    """The largest whole number for which a property holds that holds up to some number; ``least`` if none."""
    step, low = 1, least
    while low + step <= most and holds(low + step):
        low, step = low + step, 2 * step
    high = min(most, low + step)
    while low < high:
        middle = (low + high + 1) // 2
        if holds(middle):
            low = middle
        else:
            high = middle - 1
    return low


def _first(least: int, most: int, holds: Callable[[int], bool]) -> int:
    """The smallest whole number for which a property holds that holds from some number on; ``most`` if none."""
    if holds(least):
        return least
    return min(most, _last(least, most, lambda number: not holds(number)) + 1)

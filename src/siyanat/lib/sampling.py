"""Drawing a sample that anyone can draw again, and what a sample says about the rest.

Kept here: pure arithmetic, exact where it decides. It draws from no randomness of its own: whoever calls it
brings the seed, commits to it beforehand and publishes it afterwards.
"""

from __future__ import annotations

import collections
import dataclasses
import fractions
import hashlib
import hmac
import math
from collections.abc import Hashable, Iterable, Sequence

from siyanat.lib import errors

ALPHA = fractions.Fraction(1, 20)
"""One minus the confidence: bounds hold in 95 of 100 samples."""

_DRAW_LABEL = b"draw-v1"
_MIX_LABEL = b"mix-v1"
_COMMIT_LABEL = b"commit-v1"
_SPACE = 1 << 256
_LOG_MARGIN = 1e-6  # far above the error of lgamma for populations up to 10**8


def commit_to(seed: bytes) -> bytes:
    """SHA-256("commit-v1" || seed): to be recorded before the draw; the seed has 16 bytes or more."""
    return hashlib.sha256(_COMMIT_LABEL + seed).digest()


def mix_seeds(parts: Sequence[bytes]) -> bytes:
    """One seed of 32 bytes from several parties' parts: SHA-256("mix-v1" || len || part || len || part ...).

    ``len`` has eight bytes, big-endian. Unforeseeable as long as one part is.
    """
    digest = hashlib.sha256(_MIX_LABEL)
    for part in parts:
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.digest()


def draw(*, seed: bytes, population: int, count: int) -> list[int]:
    """``count`` different indexes of ``range(population)``, in the order drawn; each subset is equally
    likely.

    To be repeated in any language: number k = 0, 1, 2 ... of the stream is HMAC-SHA256(key=seed, "draw-v1"
    || k as eight bytes, big-endian), read as an integer of 256 bits, big-endian. To choose below m, numbers
    from m * floor(2**256 / m) on are passed over, and the first other one is taken mod m. The indexes are
    shuffled as by Fisher and Yates: step i exchanges places i and i + (choice below population - i), and
    place i is the draw. So a longer draw begins with the shorter one.

    :raises errors.BrokenPromise: ``sampling.too_many`` unless ``0 <= count <= population``.
    """
    if not 0 <= count <= population:
        raise errors.BrokenPromise("sampling.too_many", count=count, population=population)
    stream = _Stream(seed)
    moved: dict[int, int] = {}
    drawn: list[int] = []
    for place in range(count):
        other = place + stream.below(population - place)
        drawn.append(moved.get(other, other))
        moved[other] = moved.get(place, place)
    return drawn


@dataclasses.dataclass(frozen=True, slots=True)
class Bound:
    """What a sample allows to be said about those that were not in it.

    ``unseen`` = N - n; at most ``bad_unseen`` of them are bad, with the confidence asked for.
    """

    population: int
    sampled: int
    bad_sampled: int
    bad_unseen: int

    @property
    def unseen(self) -> int:
        """N - n."""
        return self.population - self.sampled

    @property
    def share(self) -> fractions.Fraction:
        """Upper bound on the share of bad ones among the unseen; 0 when nothing is unseen."""
        return fractions.Fraction(self.bad_unseen, self.unseen) if self.unseen else fractions.Fraction(0)


def upper_bound(*, population: int, sampled: int, bad: int, alpha: fractions.Fraction = ALPHA) -> Bound:
    """One-sided upper bound from a simple random sample without replacement, exact (hypergeometric).

    With N = ``population``, n = ``sampled``, k = ``bad`` and B the unknown number of bad ones among all N::

        P(X <= k | B) = sum_{i=0..k} C(B, i) * C(N - B, n - i) / C(N, n)
        B_upper = the largest B with P(X <= k | B) > alpha
        bad among the unseen <= B_upper - k, as a share (B_upper - k) / (N - n)

    The inversion of the exact test (Buonaccorsi 1987; Cochran, Sampling Techniques, 3.6): whatever B is,
    the bound falls below it in at most ``alpha`` of all samples. Decided by logarithms where they are clear
    of ``alpha`` by far more than their error, and by whole numbers otherwise.

    :raises errors.BrokenPromise: ``sampling.impossible`` unless ``0 <= k <= n <= N``.
    """
    if not 0 <= bad <= sampled <= population:
        raise errors.BrokenPromise("sampling.impossible", population=population, sampled=sampled, bad=bad)
    low, high = bad, population - (sampled - bad)
    while low < high:
        middle = (low + high + 1) // 2
        if _tail_exceeds(population, sampled, bad, middle, alpha):
            low = middle
        else:
            high = middle - 1
    return Bound(population=population, sampled=sampled, bad_sampled=bad, bad_unseen=low - bad)


@dataclasses.dataclass(frozen=True, slots=True)
class Agreement:
    """Two raters over the same items: shares as fractions; ``kappa`` is None where chance alone explains
    all."""

    items: int
    observed: fractions.Fraction
    expected: fractions.Fraction
    kappa: fractions.Fraction | None


def cohens_kappa(pairs: Iterable[tuple[Hashable, Hashable]]) -> Agreement:
    """Cohen's kappa = (p_o - p_e) / (1 - p_e) over ``(first rater's category, second rater's)`` pairs.

    p_o is the share of equal pairs; p_e = sum over categories of the product of both raters' shares (Cohen
    1960).

    :raises errors.BrokenPromise: ``sampling.no_items`` without a pair.
    """
    rated = list(pairs)
    if not rated:
        raise errors.BrokenPromise("sampling.no_items")
    total = len(rated)
    first = collections.Counter(one for one, _ in rated)
    second = collections.Counter(two for _, two in rated)
    observed = fractions.Fraction(sum(one == two for one, two in rated), total)
    expected = fractions.Fraction(sum(count * second[name] for name, count in first.items()), total**2)
    kappa = None if expected == 1 else (observed - expected) / (1 - expected)
    return Agreement(items=total, observed=observed, expected=expected, kappa=kappa)


class _Stream:
    """Whole numbers of 256 bits from a seed, in a fixed order."""

    def __init__(self, seed: bytes) -> None:
        self._seed, self._next = seed, 0

    def below(self, limit: int) -> int:
        """The next choice of ``range(limit)``, each equally likely."""
        fair = _SPACE - _SPACE % limit
        while True:
            message = _DRAW_LABEL + self._next.to_bytes(8, "big")
            self._next += 1
            number = int.from_bytes(hmac.digest(self._seed, message, "sha256"), "big")
            if number < fair:
                return number % limit


def _tail_exceeds(population: int, sampled: int, bad: int, total_bad: int, alpha: fractions.Fraction) -> bool:
    """Whether P(X <= bad) > alpha when ``total_bad`` of the population are bad."""
    estimate = _log_tail(population, sampled, bad, total_bad) - math.log(alpha)
    if abs(estimate) > _LOG_MARGIN:
        return estimate > 0
    ways = _ways(population, sampled, bad, total_bad)
    return ways * alpha.denominator > alpha.numerator * math.comb(population, sampled)


def _feasible(population: int, sampled: int, bad: int, total_bad: int) -> range:
    """The values of X up to ``bad`` that can occur."""
    return range(max(0, sampled - (population - total_bad)), min(bad, sampled, total_bad) + 1)


def _ways(population: int, sampled: int, bad: int, total_bad: int) -> int:
    """Number of samples with at most ``bad`` bad ones."""
    return sum(
        math.comb(total_bad, i) * math.comb(population - total_bad, sampled - i)
        for i in _feasible(population, sampled, bad, total_bad)
    )


def _log_tail(population: int, sampled: int, bad: int, total_bad: int) -> float:
    """ln P(X <= bad), or minus infinity."""
    logs = [
        _log_comb(total_bad, i) + _log_comb(population - total_bad, sampled - i)
        for i in _feasible(population, sampled, bad, total_bad)
    ]
    if not logs:
        return -math.inf
    peak = max(logs)
    return peak + math.log(math.fsum(math.exp(log - peak) for log in logs)) - _log_comb(population, sampled)


def _log_comb(whole: int, part: int) -> float:
    return math.lgamma(whole + 1) - math.lgamma(part + 1) - math.lgamma(whole - part + 1)

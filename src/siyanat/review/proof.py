"""The arithmetic of the proof of watching: spans in, spans out. Knows no database and no clock.

What it proves and what it can't is told in ``docs/explanation/proof-of-watching.md``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from siyanat.lib import timespan
from siyanat.review import policy

MILLISECOND = dt.timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Claim:
    """The player says that it played ``span`` (wall-clock time of one bearer's footage) at ``rate``."""

    span: timespan.Span
    rate: float


@dataclass(frozen=True, slots=True)
class Allowance:
    """Milliseconds of footage that may still be believed, as it stood at ``filled_at``."""

    left_ms: int
    filled_at: dt.datetime

    def filled(self, now: dt.datetime) -> Allowance:
        """As it stands at ``now``: the clock adds its time at the highest speed, up to `LONGEST_SILENCE`."""
        passed = min(max(now - self.filled_at, timespan.ZERO), policy.LONGEST_SILENCE)
        most = to_ms(policy.LONGEST_SILENCE + policy.FIRST_ALLOWANCE) * policy.HIGHEST_RATE
        return Allowance(
            min(self.left_ms + to_ms(passed) * policy.HIGHEST_RATE, most), max(now, self.filled_at)
        )


def first_allowance(now: dt.datetime) -> Allowance:
    """What a first report may hold."""
    return Allowance(to_ms(policy.FIRST_ALLOWANCE) * policy.HIGHEST_RATE, now)


def believe(
    claims: Iterable[Claim], *, served: timespan.SpanSet, allowance: Allowance
) -> tuple[list[Claim], Allowance]:
    """The parts of the claims that were served before and fit the allowance, in the order given; what is left of it.

    Every claimed moment is paid for, watched before or not: two tabs that play the same minute have played
    it twice. A claim at an impossible rate is passed over.
    """
    believed: list[Claim] = []
    left = allowance.left_ms
    for claim in claims:
        if not 0 < claim.rate <= policy.HIGHEST_RATE:
            continue
        for part in served.clipped(claim.span):
            whole = to_ms(part.duration)
            taken = min(whole, left)
            if taken <= 0:
                continue
            left -= taken
            end = part.ends_at if taken == whole else part.starts_at + taken * MILLISECOND
            believed.append(Claim(timespan.Span(part.starts_at, end), claim.rate))
    return believed, Allowance(left, allowance.filled_at)


@dataclass(frozen=True, slots=True)
class Share:
    """How much of an item's footage was watched; nothing needs no watching."""

    needed_ms: int
    watched_ms: int

    @property
    def share(self) -> Fraction:
        """Watched over needed; 1 where nothing is needed."""
        return Fraction(self.watched_ms, self.needed_ms) if self.needed_ms else Fraction(1)

    @property
    def is_enough(self) -> bool:
        """Whether the item counts as watched."""
        return self.share >= policy.WATCHED_SHARE


def share_of(item: timespan.Span, *, playable: timespan.SpanSet, watched: timespan.SpanSet) -> Share:
    """The watched share of the item's playable footage."""
    needed = playable.clipped(item)
    if needed.total() < policy.SHORTEST_ITEM:
        return Share(0, 0)
    return Share(to_ms(needed.total()), to_ms((needed & watched).total()))


def to_ms(length: dt.timedelta) -> int:
    """Whole milliseconds."""
    return length // MILLISECOND

"""Stretches of time and sets of them: UTC, aware, end exclusive.

Kept here: the algebra of minutes owed, recorded and excused, as pure values. A `SpanSet` is always in its
normal form (sorted, none empty, none touching), so that equal sets are equal values. It knows nothing of
calendars or zones, and rounds nothing that it is not asked to.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Iterator

from siyanat.lib import clock, errors

ZERO = dt.timedelta(0)
MINUTE = dt.timedelta(minutes=1)


@dataclasses.dataclass(frozen=True, slots=True, order=True)
class Span:
    """The moments ``starts_at <= t < ends_at``, kept in UTC.

    :raises errors.BrokenPromise: ``clock.naive`` without a zone; ``timespan.backwards`` when the end
        precedes the start. An empty span is allowed.
    """

    starts_at: dt.datetime
    ends_at: dt.datetime

    def __post_init__(self) -> None:
        object.__setattr__(self, "starts_at", clock.require_aware(self.starts_at))
        object.__setattr__(self, "ends_at", clock.require_aware(self.ends_at))
        if self.ends_at < self.starts_at:
            raise errors.BrokenPromise(
                "timespan.backwards", starts_at=self.starts_at.isoformat(), ends_at=self.ends_at.isoformat()
            )

    def __bool__(self) -> bool:
        return self.starts_at < self.ends_at

    def __contains__(self, moment: dt.datetime) -> bool:
        return self.starts_at <= moment < self.ends_at

    @property
    def duration(self) -> dt.timedelta:
        """Length; zero for an empty span."""
        return self.ends_at - self.starts_at

    def overlaps(self, other: Span) -> bool:
        """Whether they share a moment."""
        return max(self.starts_at, other.starts_at) < min(self.ends_at, other.ends_at)

    def intersection(self, other: Span) -> Span | None:
        """The moments in both, or None when there are none."""
        start, end = max(self.starts_at, other.starts_at), min(self.ends_at, other.ends_at)
        return Span(start, end) if start < end else None

    def shifted(self, by: dt.timedelta) -> Span:
        """The same length, moved: for instance by a camera's measured clock drift."""
        return Span(self.starts_at + by, self.ends_at + by)


@dataclasses.dataclass(frozen=True, slots=True, init=False)
class SpanSet:
    """A set of moments as disjoint spans in rising order that do not touch."""

    spans: tuple[Span, ...]

    def __init__(self, spans: Iterable[Span] = ()) -> None:
        merged: list[Span] = []
        for span in sorted(filter(None, spans)):
            if merged and span.starts_at <= merged[-1].ends_at:
                last = merged.pop()
                span = Span(last.starts_at, max(last.ends_at, span.ends_at))
            merged.append(span)
        object.__setattr__(self, "spans", tuple(merged))

    def __iter__(self) -> Iterator[Span]:
        return iter(self.spans)

    def __len__(self) -> int:
        return len(self.spans)

    def __contains__(self, moment: dt.datetime) -> bool:
        return any(moment in span for span in self.spans)

    def __or__(self, other: SpanSet) -> SpanSet:
        """Moments in either."""
        return SpanSet((*self.spans, *other.spans))

    def __and__(self, other: SpanSet) -> SpanSet:
        """Moments in both; linear in the number of spans."""
        found: list[Span] = []
        left, right = 0, 0
        while left < len(self.spans) and right < len(other.spans):
            first, second = self.spans[left], other.spans[right]
            if (shared := first.intersection(second)) is not None:
                found.append(shared)
            if first.ends_at <= second.ends_at:
                left += 1
            else:
                right += 1
        return SpanSet(found)

    def __sub__(self, other: SpanSet) -> SpanSet:
        """Moments in this set and not in the other."""
        if not self.spans:
            return self
        return self & other.complement(within=Span(self.spans[0].starts_at, self.spans[-1].ends_at))

    def complement(self, *, within: Span) -> SpanSet:
        """Moments of ``within`` that are not in this set."""
        gaps: list[Span] = []
        at = within.starts_at
        for span in self.spans:
            if span.ends_at <= at:
                continue
            if span.starts_at >= within.ends_at:
                break
            if span.starts_at > at:
                gaps.append(Span(at, span.starts_at))
            at = span.ends_at
        if at < within.ends_at:
            gaps.append(Span(at, within.ends_at))
        return SpanSet(gaps)

    def clipped(self, within: Span) -> SpanSet:
        """Moments of this set inside ``within``."""
        return self & SpanSet([within])

    def covers(self, span: Span) -> bool:
        """Whether every moment of ``span`` is in this set."""
        return not self.complement(within=span)

    def bridged(self, *, up_to: dt.timedelta) -> SpanSet:
        """This set with inner gaps of at most ``up_to`` closed, as between two files of one recording."""
        merged: list[Span] = []
        for span in self.spans:
            if merged and span.starts_at - merged[-1].ends_at <= up_to:
                merged[-1] = Span(merged[-1].starts_at, span.ends_at)
            else:
                merged.append(span)
        return SpanSet(merged)

    def total(self) -> dt.timedelta:
        """Summed length."""
        return sum((span.duration for span in self.spans), ZERO)

    def minutes(self) -> int:
        """Summed length in whole minutes, rounded down once, over the sum."""
        return self.total() // MINUTE

    def bounds(self) -> Span | None:
        """From the first moment to the last, or None for the empty set."""
        return Span(self.spans[0].starts_at, self.spans[-1].ends_at) if self.spans else None


def union(sets: Iterable[SpanSet]) -> SpanSet:
    """Moments in any of the sets."""
    return SpanSet(span for one in sets for span in one)


def minute_marks(span: Span) -> list[dt.datetime]:
    """Starts of the whole minutes of ``span``, counted from its own start; a rest under a minute has none."""
    return [span.starts_at + index * MINUTE for index in range(span.duration // MINUTE)]

"""The watch plan of a shift: must-see moments, ranked moments up to the budget, and a random sample of roster
minutes.

Pure functions of values: the same roster, recordings, moments, policy and seed give the same plan on any
machine. The random sample looks at the roster alone: neither moments nor missing footage can steer it.
Nothing is stored here.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
import fractions
import hmac
import math
from collections.abc import Iterable, Mapping
from typing import Any

from siyanat.lib import errors, sampling, timespan
from siyanat.triage import moments as moments_of

MILLISECOND = dt.timedelta(milliseconds=1)


class Kind(enum.StrEnum):
    """Why an item is in the plan."""

    MUST_SEE = "must_see"
    RANKED = "ranked"
    RANDOM = "random"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class PlanPolicy:
    """How much a reviewer watches: ``budget`` in all, and how many clips are drawn at random.

    :raises errors.Refusal: ``triage.budget_below_sample`` when the least random sample alone is over the
    budget; ``triage.policy_impossible`` when a number makes no sense.
    """

    budget: dt.timedelta = dt.timedelta(minutes=24)
    random_share: fractions.Fraction = fractions.Fraction(1, 60)
    random_least: int = 5
    clip: dt.timedelta = dt.timedelta(minutes=1)

    def __post_init__(self) -> None:
        if self.clip <= timespan.ZERO or self.random_least < 0 or not 0 <= self.random_share <= 1:
            raise errors.Refusal("triage.policy_impossible")
        if self.clip * self.random_least > self.budget:
            raise errors.Refusal(
                "triage.budget_below_sample",
                budget_s=self.budget.total_seconds(),
                sample_s=(self.clip * self.random_least).total_seconds(),
            )

    def count_random(self, *, population: int) -> int:
        """How many of ``population`` clips are drawn: the share or the least, within the budget and what
        there is.
        """
        wanted = max(self.random_least, math.ceil(self.random_share * population))
        return min(wanted, population, self.budget // self.clip)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One stretch to watch. ``missing``: owed and drawn or flagged, and not a moment of it is recorded.

    ``inclusion_probability`` is the chance that the policy gave it beforehand: 1 for what was chosen, n/N for
    what was drawn.
    """

    kind: Kind
    bearer: str
    starts_at: dt.datetime
    ends_at: dt.datetime
    must_see: bool
    missing: bool
    recorded_ms: int
    inclusion_probability: fractions.Fraction
    components: Mapping[str, int]
    reasons: tuple[moments_of.Reason, ...]

    @property
    def span(self) -> timespan.Span:
        """From start to end."""
        return timespan.Span(self.starts_at, self.ends_at)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be watched of a shift, in order of time, and how much of the shift that is.

    ``planned_ms``: recorded time to watch, overlaps counted once a bearer; ``over_budget_ms``: by how much
    must-see moments exceed the budget; ``random_population`` and ``random_count``: N and n of the sample, in
    clips.
    """

    items: tuple[Item, ...]
    owed_ms: int
    planned_ms: int
    over_budget_ms: int
    random_population: int
    random_count: int

    @property
    def share_of_shift(self) -> fractions.Fraction:
        """Planned over owed time; 0 for a shift that owes nothing."""
        return fractions.Fraction(self.planned_ms, self.owed_ms) if self.owed_ms else fractions.Fraction(0)

    def to_dict(self) -> dict[str, Any]:
        """JSON types; with sorted keys the same plan is the same bytes: for the log and for publication."""
        return {
            "items": [_item_dict(item) for item in self.items],
            "owed_ms": self.owed_ms,
            "planned_ms": self.planned_ms,
            "over_budget_ms": self.over_budget_ms,
            "random_population": self.random_population,
            "random_count": self.random_count,
        }


def commit(secret: bytes) -> str:
    """The commitment to a secret (``sampling.commit_to``), hex: goes into the log before the shift starts."""
    return sampling.commit_to(secret).hex()


def derive_seed(*, commitment_secret: bytes, upper_secret: bytes, shift_id: str) -> bytes:
    """The seed of one shift: HMAC-SHA256(key = mix of the station's and the upper level's secrets, message =
    shift).

    Neither level can foresee it alone, and one month's pair of secrets serves every shift of the month.

    :raises errors.BrokenPromise: ``triage.secret_short`` for a secret of fewer than 16 bytes.
    """
    if len(commitment_secret) < 16 or len(upper_secret) < 16:
        raise errors.BrokenPromise("triage.secret_short")
    key = sampling.mix_seeds([commitment_secret, upper_secret])
    return hmac.digest(key, b"watch-plan-v1\0" + shift_id.encode(), "sha256")


def make_plan(
    *,
    owed: Mapping[str, timespan.SpanSet],
    recorded: Mapping[str, timespan.SpanSet],
    moments: Iterable[moments_of.Moment],
    policy: PlanPolicy,
    seed: bytes,
) -> Plan:
    """The plan of one shift; ``owed`` and ``recorded`` by bearer.

    Every must-see moment is in it, even over the budget; the sample is drawn over owed minutes; ranked
    moments fill what the two leave of the budget, best first, those that no longer fit passed over. Moments
    are cut to the bearer's shift (from the first to the last moment owed or recorded).

    :raises errors.BrokenPromise: ``triage.moment_outside_shift`` for a moment with no part in the shift.
    """
    clips = owed_clips(owed, clip=policy.clip)
    count = policy.count_random(population=len(clips))
    drawn = sampling.draw(seed=seed, population=len(clips), count=count)
    chance = fractions.Fraction(count, len(clips)) if clips else fractions.Fraction(0)
    watched = _Watched(recorded)
    items = [_drawn_item(*clips[index], watched=watched, chance=chance) for index in drawn]
    hulls = _hulls(owed, recorded)
    ranked = [_cut(moment, hulls) for moment in sorted(moments, key=moments_of.rank_key)]
    items += [_moment_item(moment, Kind.MUST_SEE, watched) for moment in ranked if moment.must_see]
    for item in items:
        watched.add(item.bearer, item.span)
    items += _ranked_items(
        [moment for moment in ranked if not moment.must_see], watched, budget=policy.budget
    )
    planned = watched.total
    return Plan(
        items=tuple(sorted(items, key=_order)),
        owed_ms=sum(owed[bearer].total() // MILLISECOND for bearer in sorted(owed)),
        planned_ms=planned // MILLISECOND,
        over_budget_ms=max(planned - policy.budget, timespan.ZERO) // MILLISECOND,
        random_population=len(clips),
        random_count=count,
    )


def owed_clips(
    owed: Mapping[str, timespan.SpanSet], *, clip: dt.timedelta
) -> list[tuple[str, timespan.Span]]:
    """The population of the sample: owed time cut into clips, by bearer and time; the last of a span may be
    shorter.
    """
    clips: list[tuple[str, timespan.Span]] = []
    for bearer in sorted(owed):
        for span in owed[bearer]:
            starts_at = span.starts_at
            while starts_at < span.ends_at:
                ends_at = min(starts_at + clip, span.ends_at)
                clips.append((bearer, timespan.Span(starts_at, ends_at)))
                starts_at = ends_at
    return clips


class _Watched:
    """What the plan holds so far, by bearer; only recorded time counts, overlaps once."""

    def __init__(self, recorded: Mapping[str, timespan.SpanSet]) -> None:
        self._recorded = recorded
        self._held: dict[str, timespan.SpanSet] = {}

    @property
    def total(self) -> dt.timedelta:
        """Recorded time to watch so far."""
        return sum((self._held[bearer].total() for bearer in sorted(self._held)), timespan.ZERO)

    def recorded(self, bearer: str, span: timespan.Span) -> timespan.SpanSet:
        """The recorded part of a stretch."""
        return self._recorded.get(bearer, timespan.SpanSet()).clipped(span)

    def added_by(self, bearer: str, span: timespan.Span) -> dt.timedelta:
        """How much a stretch would add."""
        return (self.recorded(bearer, span) - self._held.get(bearer, timespan.SpanSet())).total()

    def add(self, bearer: str, span: timespan.Span) -> None:
        """Hold a stretch."""
        self._held[bearer] = self._held.get(bearer, timespan.SpanSet()) | self.recorded(bearer, span)


def _ranked_items(
    ranked: list[moments_of.Moment], watched: _Watched, *, budget: dt.timedelta
) -> Iterable[Item]:
    """The best moments that still fit; those without a recorded moment leave nothing to watch and are left
    out.
    """
    left = budget - watched.total
    for moment in ranked:
        added = watched.added_by(moment.bearer, moment.span)
        if added > max(left, timespan.ZERO) or not watched.recorded(moment.bearer, moment.span):
            continue
        watched.add(moment.bearer, moment.span)
        left -= added
        yield _moment_item(moment, Kind.RANKED, watched)


def _hulls(
    owed: Mapping[str, timespan.SpanSet], recorded: Mapping[str, timespan.SpanSet]
) -> dict[str, timespan.Span]:
    """From the first to the last moment owed or recorded, by bearer."""
    hulls: dict[str, timespan.Span] = {}
    for bearer in sorted(owed.keys() | recorded.keys()):
        spans = [*owed.get(bearer, ()), *recorded.get(bearer, ())]
        if spans:
            hulls[bearer] = timespan.Span(min(s.starts_at for s in spans), max(s.ends_at for s in spans))
    return hulls


def _cut(moment: moments_of.Moment, hulls: Mapping[str, timespan.Span]) -> moments_of.Moment:
    """The moment inside its bearer's shift."""
    hull = hulls.get(moment.bearer)
    inside = None if hull is None else hull.intersection(moment.span)
    if inside is None:
        raise errors.BrokenPromise(
            "triage.moment_outside_shift", bearer=moment.bearer, starts_at=moment.starts_at.isoformat()
        )
    return dataclasses.replace(moment, starts_at=inside.starts_at, ends_at=inside.ends_at)


def _moment_item(moment: moments_of.Moment, kind: Kind, watched: _Watched) -> Item:
    recorded = watched.recorded(moment.bearer, moment.span).total()
    return Item(
        kind=kind,
        bearer=moment.bearer,
        starts_at=moment.starts_at,
        ends_at=moment.ends_at,
        must_see=moment.must_see,
        missing=not recorded,
        recorded_ms=recorded // MILLISECOND,
        inclusion_probability=fractions.Fraction(1),
        components=moment.components,
        reasons=moment.reasons,
    )


def _drawn_item(bearer: str, span: timespan.Span, *, watched: _Watched, chance: fractions.Fraction) -> Item:
    recorded = watched.recorded(bearer, span).total()
    return Item(
        kind=Kind.RANDOM,
        bearer=bearer,
        starts_at=span.starts_at,
        ends_at=span.ends_at,
        must_see=False,
        missing=not recorded,
        recorded_ms=recorded // MILLISECOND,
        inclusion_probability=chance,
        components={},
        reasons=(),
    )


def _order(item: Item) -> tuple[dt.datetime, str, str, dt.datetime]:
    return (item.starts_at, item.bearer, item.kind.value, item.ends_at)


def _item_dict(item: Item) -> dict[str, Any]:
    return {
        "kind": item.kind.value,
        "bearer": item.bearer,
        "starts_at": item.starts_at.isoformat(),
        "ends_at": item.ends_at.isoformat(),
        "must_see": item.must_see,
        "missing": item.missing,
        "recorded_ms": item.recorded_ms,
        "inclusion_probability": str(item.inclusion_probability),
        "components": dict(item.components),
        "reasons": [_reason_dict(reason) for reason in item.reasons],
    }


def _reason_dict(reason: moments_of.Reason) -> dict[str, Any]:
    return {
        "code": reason.code,
        "starts_at": reason.starts_at.isoformat(),
        "ends_at": reason.ends_at.isoformat(),
        "must_see": reason.must_see,
        "facts": dict(reason.facts),
        "source": reason.source,
    }

"""The watch plan of a shift: must-see moments, ranked moments up to the budget, and a random sample of roster
minutes.

Pure functions of values: the same roster, recordings, moments, policy and seed give the same plan on any
machine. The random sample looks at the roster alone: neither moments nor missing footage can steer it. It is drawn
for each bearer apart (a stratum), so that everybody's minutes have a known chance of at least `FLOOR`, and everybody
who owes a minute in a month has one drawn. Nothing is stored here.
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
FLOOR = fractions.Fraction(1, 50)
"""The least chance of every owed clip to be drawn: 2 %, whatever the shift, the budget and the findings."""

_STRATUM_LABEL = b"stratum-v1"
_LEAD_LABEL = b"lead-v1"
_LEAD_MOST_S = 6


class Kind(enum.StrEnum):
    """Why an item is in the plan."""

    MUST_SEE = "must_see"
    RANKED = "ranked"
    RANDOM = "random"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class PlanPolicy:
    """How much a reviewer watches: ``budget`` in all, and how many clips are drawn at random.

    ``random_share`` of each bearer's clips are drawn, rounded up, and at least ``bearer_least``; ``random_least`` in a
    shift. The sample comes first: where it would leave less than ``chosen_least`` of the budget to the moments that
    were found, the budget grows.

    :raises errors.Refusal: ``triage.budget_below_sample`` when the least random sample alone is over the
    budget; ``triage.policy_impossible`` when a number makes no sense.
    """

    budget: dt.timedelta = dt.timedelta(minutes=24)
    random_share: fractions.Fraction = FLOOR
    random_least: int = 5
    bearer_least: int = 1
    chosen_least: dt.timedelta = dt.timedelta(minutes=8)
    clip: dt.timedelta = dt.timedelta(minutes=1)

    def __post_init__(self) -> None:
        numbers = (self.random_least, self.bearer_least, self.chosen_least // MILLISECOND)
        if self.clip <= timespan.ZERO or min(numbers) < 0 or not 0 <= self.random_share <= 1:
            raise errors.Refusal("triage.policy_impossible")
        if self.clip * self.random_least > self.budget:
            raise errors.Refusal(
                "triage.budget_below_sample",
                budget_s=self.budget.total_seconds(),
                sample_s=(self.clip * self.random_least).total_seconds(),
            )

    def allocate(self, sizes: Mapping[str, int]) -> dict[str, int]:
        """How many clips are drawn for each bearer, out of how many they owe: a function of the roster alone.

        What is wanting to ``random_least`` goes, clip by clip, to whoever has the smallest chance so far, the first in
        the order of their ids among equals.
        """
        counts = {
            bearer: min(size, max(self.bearer_least, math.ceil(self.random_share * size)))
            for bearer, size in sizes.items()
            if size
        }
        for _ in range(min(self.random_least, sum(sizes.values())) - sum(counts.values())):
            open_to = (bearer for bearer in sorted(counts) if counts[bearer] < sizes[bearer])
            counts[min(open_to, key=lambda one: fractions.Fraction(counts[one], sizes[one]))] += 1
        return counts

    def budget_for(self, sample: dt.timedelta) -> dt.timedelta:
        """The minutes to watch in all, when the sample takes so many of them."""
        return max(self.budget, sample + self.chosen_least)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Stratum:
    """One bearer's part of the sample: ``count`` drawn out of ``population`` clips, of which ``chosen`` are also
    touched by a moment that the plan chose.
    """

    bearer: str
    population: int
    count: int
    chosen: int

    @property
    def chance(self) -> fractions.Fraction:
        """Each clip's chance to be drawn, n/N: known before the shift."""
        return fractions.Fraction(self.count, self.population)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One stretch to watch. ``missing``: owed and drawn or flagged, and not a moment of it is recorded.

    ``inclusion_probability`` is the chance that the policy gave it beforehand: 1 for what was chosen, n/N of its
    bearer for what was drawn. ``lead_ms`` and ``tail_ms`` are played before and after a drawn clip, so that its length
    does not tell that it was drawn; ``also_chosen`` says that a chosen moment touches it.
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
    lead_ms: int = 0
    tail_ms: int = 0
    also_chosen: bool = False

    @property
    def span(self) -> timespan.Span:
        """From start to end."""
        return timespan.Span(self.starts_at, self.ends_at)

    @property
    def shown(self) -> timespan.Span:
        """What is played: with lead and tail, which nobody has to watch."""
        return timespan.Span(
            self.starts_at - self.lead_ms * MILLISECOND, self.ends_at + self.tail_ms * MILLISECOND
        )


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be watched of a shift, in order of time, and how much of the shift that is.

    ``planned_ms``: recorded time to watch, overlaps counted once a bearer; ``budget_ms``: what the policy allows with
    this sample; ``over_budget_ms``: by how much must-see moments exceed it; ``strata``: each bearer's N and n of the
    sample, in clips, by bearer.
    """

    items: tuple[Item, ...]
    owed_ms: int
    planned_ms: int
    budget_ms: int
    over_budget_ms: int
    strata: tuple[Stratum, ...]

    @property
    def random_population(self) -> int:
        """N of the whole shift."""
        return sum(one.population for one in self.strata)

    @property
    def random_count(self) -> int:
        """n of the whole shift."""
        return sum(one.count for one in self.strata)

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
            "budget_ms": self.budget_ms,
            "over_budget_ms": self.over_budget_ms,
            "strata": [
                {"bearer": one.bearer, "population": one.population, "count": one.count, "chosen": one.chosen}
                for one in self.strata
            ],
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

    Every must-see moment is in it, even over the budget; the sample is drawn over owed minutes, for each bearer apart;
    ranked moments fill what the two leave of the budget, best first, those that no longer fit passed over. Which
    moments are chosen depends on how many clips are drawn and not on which: so the clips that were drawn beside them
    are a random sample of all that lie beside them. Moments are cut to the bearer's shift (from the first to the last
    moment owed or recorded).

    :raises errors.BrokenPromise: ``triage.moment_outside_shift`` for a moment with no part in the shift.
    """
    hulls, watched = _hulls(owed, recorded), _Watched(recorded)
    clips = {bearer: owed_clips(owed[bearer], clip=policy.clip) for bearer in sorted(owed)}
    counts = policy.allocate({bearer: len(own) for bearer, own in clips.items()})
    drawn = [
        _drawn_item(
            bearer, clips[bearer][index], watched, fractions.Fraction(count, len(clips[bearer])), seed, hulls
        )
        for bearer, count in counts.items()
        for index in draw_stratum(seed=seed, bearer=bearer, population=len(clips[bearer]), count=count)
    ]
    sample = policy.clip * sum(counts.values())
    budget = policy.budget_for(sample)
    ranked = [_cut(moment, hulls) for moment in sorted(moments, key=moments_of.rank_key)]
    chosen = [_moment_item(moment, Kind.MUST_SEE, watched) for moment in ranked if moment.must_see]
    for item in chosen:
        watched.add(item.bearer, item.span)
    chosen += _ranked_items(
        [moment for moment in ranked if not moment.must_see], watched, budget=budget - sample
    )
    held = _by_bearer(chosen)
    for item in drawn:
        watched.add(item.bearer, item.span)
    planned = watched.total
    return Plan(
        items=tuple(sorted([*chosen, *(_beside(item, held) for item in drawn)], key=_order)),
        owed_ms=sum(owed[bearer].total() // MILLISECOND for bearer in sorted(owed)),
        planned_ms=planned // MILLISECOND,
        budget_ms=budget // MILLISECOND,
        over_budget_ms=max(planned - budget, timespan.ZERO) // MILLISECOND,
        strata=tuple(_stratum(bearer, clips[bearer], count, held) for bearer, count in counts.items()),
    )


def draw_stratum(*, seed: bytes, bearer: str, population: int, count: int) -> list[int]:
    """Which of a bearer's clips are drawn, as indexes in the order of time.

    ``sampling.draw`` with the seed ``mix_seeds([seed, "stratum-v1", bearer])``: what one bearer owes changes nothing in
    another's draw.
    """
    mixed = sampling.mix_seeds([seed, _STRATUM_LABEL, bearer.encode()])
    return sampling.draw(seed=mixed, population=population, count=count)


def owed_clips(owed: timespan.SpanSet, *, clip: dt.timedelta) -> list[timespan.Span]:
    """The population of one bearer's sample: owed time cut into clips; the last of a span may be shorter."""
    clips: list[timespan.Span] = []
    for span in owed:
        starts_at = span.starts_at
        while starts_at < span.ends_at:
            ends_at = min(starts_at + clip, span.ends_at)
            clips.append(timespan.Span(starts_at, ends_at))
            starts_at = ends_at
    return clips


def _by_bearer(items: Iterable[Item]) -> dict[str, timespan.SpanSet]:
    spans: dict[str, list[timespan.Span]] = {}
    for item in items:
        spans.setdefault(item.bearer, []).append(item.span)
    return {bearer: timespan.SpanSet(own) for bearer, own in spans.items()}


def _touches(span: timespan.Span, held: Iterable[timespan.Span]) -> bool:
    return any(span.overlaps(one) for one in held)


def _stratum(
    bearer: str, clips: list[timespan.Span], count: int, held: Mapping[str, timespan.SpanSet]
) -> Stratum:
    chosen = sum(_touches(span, held.get(bearer, ())) for span in clips)
    return Stratum(bearer=bearer, population=len(clips), count=count, chosen=chosen)


def _beside(item: Item, held: Mapping[str, timespan.SpanSet]) -> Item:
    """A drawn item that knows whether a chosen one touches it."""
    return dataclasses.replace(item, also_chosen=_touches(item.span, held.get(item.bearer, ())))


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


def _drawn_item(
    bearer: str,
    span: timespan.Span,
    watched: _Watched,
    chance: fractions.Fraction,
    seed: bytes,
    hulls: Mapping[str, timespan.Span],
) -> Item:
    recorded = watched.recorded(bearer, span).total()
    lead, tail = _margins(bearer, span, seed)
    shown = hulls[bearer].intersection(timespan.Span(span.starts_at - lead, span.ends_at + tail)) or span
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
        lead_ms=(span.starts_at - shown.starts_at) // MILLISECOND,
        tail_ms=(shown.ends_at - span.ends_at) // MILLISECOND,
    )


def _margins(bearer: str, span: timespan.Span, seed: bytes) -> tuple[dt.timedelta, dt.timedelta]:
    """One to six seconds before and after, by the seed: a clip that begins on the minute would be known by that."""
    message = b"\0".join((_LEAD_LABEL, bearer.encode(), span.starts_at.isoformat().encode()))
    first, second, *_rest = hmac.digest(seed, message, "sha256")
    return (
        dt.timedelta(seconds=1 + first % _LEAD_MOST_S),
        dt.timedelta(seconds=1 + second % _LEAD_MOST_S),
    )


def _order(item: Item) -> tuple[dt.datetime, str, dt.datetime, str]:
    return (item.shown.starts_at, item.bearer, item.shown.ends_at, item.kind.value)


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
        "lead_ms": item.lead_ms,
        "tail_ms": item.tail_ms,
        "also_chosen": item.also_chosen,
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

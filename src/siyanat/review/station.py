"""A station's month: what its random samples say about the minutes that nobody saw, and how reviewers agree.

Nothing is kept here. The strata are the bearers of signed-off shifts: so many clips owed, so many drawn, so many of
them bad. What follows from them is ``lib.estimation``; formulas, sources and what they take for granted stand in
``docs/explanation/unseen.md``; the sentences are made in ``review.saying``.
"""

from __future__ import annotations

import datetime as dt
import statistics
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Sum

from siyanat.conduct import models as conduct
from siyanat.coverage import models as coverage
from siyanat.evidence import models as evidence
from siyanat.lib import estimation, jalali, sampling
from siyanat.review import models
from siyanat.roster import models as roster
from siyanat.roster import queries as people
from siyanat.triage import models as triage

Item = triage.PlanItem
Mark = models.Mark
Key = tuple[UUID, UUID]
"""A plan, or a shift, and a bearer."""
Stretches = dict[Key, list[tuple[dt.datetime, dt.datetime]]]

BAD_GRAVITIES = (conduct.ConductItem.Gravity.MINOR, conduct.ConductItem.Gravity.SERIOUS)
GRAVEST_FIRST = (
    Mark.Kind.VIOLATION,
    Mark.Kind.FORCE,
    Mark.Kind.OFFENCE,
    Mark.Kind.COACHING,
    Mark.Kind.EQUIPMENT,
    Mark.Kind.THANKS,
    Mark.Kind.OTHER,
)
NOTHING = "nothing"
OUTCOMES = ("bad", "missing", "excused", "private", "unplayable", "fine")
"""What can become of a drawn clip; the first that applies. All of them stay in the denominator."""

SECOND_LEAST = 5
"""From so many bad items that second lines found on, something is said about what reviewers overlook."""
SECOND_MONTHS = 12
OFFICER_MONTHS = 6
MOST_PLANS = 4_000
"""Officers are told apart up to so many shifts in six months: a station's, not a province's."""


@dataclass(frozen=True, slots=True)
class Officer:
    """One bearer's part of the samples: clips drawn this month, and the chance that one bad minute a month is seen."""

    person: roster.Person
    drawn: int
    months: int
    chance: float


@dataclass(frozen=True, slots=True)
class Month:
    """What a month allows to be said.

    ``bad``: the rate among all owed clips; ``passed_over``: the same among those that no chosen moment touches;
    ``looks``: what two reviewers found of the same items, on ``looks_drawn`` items alone or on all; ``true_bad``: the
    rate with what is overlooked; ``worst``: the share of owed minutes that are bad or could not be seen, at most. None:
    nothing can be said.
    """

    reviews: int
    waiting: int
    outcomes: Counter[str]
    withdrawn: int
    owed_ms: int
    unrecorded_ms: int
    bad: estimation.Total | None
    passed_over: estimation.Total | None
    worst: float | None
    looks: estimation.Recapture
    looks_drawn: bool
    true_bad: estimation.Interval | None
    officers: list[Officer]

    @property
    def drawn(self) -> int:
        """Clips drawn."""
        return self.outcomes.total()

    @property
    def sensitivity(self) -> estimation.Interval | None:
        """The share of what is bad that a reviewer sees; None when too few double reviews tell."""
        return _sensitivity(self.looks)

    @property
    def chances(self) -> tuple[float, float, float] | None:
        """The least, the middle and the greatest chance of an officer's bad minute a month to be seen."""
        found = [one.chance for one in self.officers]
        return (min(found), statistics.median(found), max(found)) if found else None


def month_of(unit: roster.Unit, *, starts_at: dt.datetime, ends_at: dt.datetime) -> Month:
    """The month of a unit and everything below it, from its signed-off first-line reviews."""
    rows = _first_lines(unit, starts_at, ends_at)
    told = rows.filter(signed_off_at__isnull=False, plan__isnull=False).select_related("plan")
    reviews = list(told.defer("summary", "plan__owed", "plan__policy"))
    sample = _Sample(reviews)
    outcomes = sample.outcomes()
    owed_ms, unrecorded_ms = _footage_of(reviews)
    bad = estimation.estimate_total(sample.strata()) if sample.drawn else None
    looks, looks_drawn = _looks(unit, ends_at=ends_at)
    share = _sensitivity(looks)
    return Month(
        reviews=len(reviews),
        waiting=rows.filter(signed_off_at__isnull=True).count(),
        outcomes=outcomes,
        withdrawn=sample.withdrawn(),
        owed_ms=owed_ms,
        unrecorded_ms=unrecorded_ms,
        bad=bad,
        passed_over=sample.passed_over(),
        worst=_worst(sample, unrecorded_ms / owed_ms if owed_ms else 0.0),
        looks=looks,
        looks_drawn=looks_drawn,
        true_bad=estimation.divide(bad.interval, share).over(bad.population) if bad and share else None,
        officers=_officers(unit, ends_at=ends_at, sensitivity=share.value if share else 1.0),
    )


def _sensitivity(looks: estimation.Recapture) -> estimation.Interval | None:
    """The share that reviewers see of what is bad; None when too few double reviews tell."""
    return looks.share if looks.second >= SECOND_LEAST and looks.both else None


def _first_lines(unit: roster.Unit, starts_at: dt.datetime, ends_at: dt.datetime) -> QuerySet[models.Review]:
    return models.Review.objects.filter(
        line=models.Review.Line.FIRST, shift__unit__path__startswith=unit.path,
        shift__starts_at__gte=starts_at, shift__starts_at__lt=ends_at,
    )  # fmt: skip


# The sample.


def strata_of(plan: triage.Plan) -> list[tuple[str, int, int, int]]:
    """Bearer, N, n and how many of N a chosen moment touches; a plan without strata drew from its crew as one."""
    if plan.strata:
        return [(str(bearer), population, count, chosen) for bearer, population, count, chosen in plan.strata]
    return [("", plan.random_population, plan.random_count, 0)] if plan.random_count else []


class _Sample:
    """The drawn clips of signed-off reviews, and what became of each.

    Only clips that are something else than seen and fine are read one by one: a province draws hundreds of thousands.
    """

    def __init__(self, reviews: Sequence[models.Review]) -> None:
        self.plans = {one.plan_id: one.plan for one in reviews if one.plan is not None}
        self._shift_of = {one.plan_id: one.shift_id for one in reviews}
        self._late = _late_reviews(reviews)
        self._reviews = [*reviews, *self._late]
        self._rows = Item.objects.filter(plan__in=list(self.plans), kind=Item.Kind.RANDOM)
        self.verdicts = self._verdicts()

    @property
    def drawn(self) -> int:
        """Clips drawn."""
        return sum(plan.random_count for plan in self.plans.values())

    def outcomes(self) -> Counter[str]:
        """How many clips came to what."""
        found = Counter(verdict for _item, verdict in self.verdicts)
        found["fine"] += self.drawn - found.total()
        return found

    def strata(self, *verdicts: str) -> list[estimation.Stratum]:
        """N, n and how many are bad (or came to one of ``verdicts``), by plan and bearer."""
        hits = self._hits(verdicts or ("bad",))
        return [
            estimation.Stratum(population, count, hits[plan.pk, bearer])
            for plan in self.plans.values()
            for bearer, population, count, _chosen in strata_of(plan)
        ]

    def passed_over(self) -> estimation.Total | None:
        """The bad ones among the clips that no chosen moment touches: what the ranking scored low.

        Given how many of the drawn ones lie there, they are a random sample of it. Bearers of whom none was drawn there
        are joined with the others that were drawn at the same rate; where there are none such, they are left out.
        """
        hits = self._hits(("bad",), passed_over=True)
        drawn = self._drawn_beside()
        joined: dict[float, list[tuple[int, int, int]]] = defaultdict(list)
        for plan in self.plans.values():
            for bearer, population, count, chosen in strata_of(plan):
                beside = (population - chosen, drawn[plan.pk, bearer], hits[plan.pk, bearer])
                joined[round(count / population, 3)].append(beside)
        strata = [one for group in joined.values() for one in _joined(group)]
        return estimation.estimate_total(strata) if strata else None

    def withdrawn(self) -> int:
        """Bad marks on drawn clips that were taken back: reasons are told after watching, so this is worth a look."""
        marks = _bad_marks(self._reviews, withdrawn=True)
        return sum(_touches(item, marks[self._key(item)]) for item in self._items_at(marks))

    def _hits(self, verdicts: Collection[str], *, passed_over: bool = False) -> Counter[tuple[UUID, str]]:
        found: Counter[tuple[UUID, str]] = Counter()
        for item, verdict in self.verdicts:
            if verdict in verdicts and not (passed_over and item.also_chosen):
                found[self._stratum(item)] += 1
        return found

    def _stratum(self, item: triage.PlanItem) -> tuple[UUID, str]:
        return item.plan_id, str(item.person_id) if self.plans[item.plan_id].strata else ""

    def _drawn_beside(self) -> Counter[tuple[UUID, str]]:
        found: Counter[tuple[UUID, str]] = Counter()
        rows = self._rows.filter(also_chosen=False).values_list("plan", "person")
        for plan_id, person_id, count in rows.annotate(Count("pk")).values_list(
            "plan", "person", "pk__count"
        ):
            found[plan_id, str(person_id) if self.plans[plan_id].strata else ""] += count
        return found

    def _key(self, item: triage.PlanItem) -> Key:
        return self._shift_of[item.plan_id], item.person_id

    def _items_at(self, stretches: Stretches) -> list[triage.PlanItem]:
        """Drawn clips of the shifts and bearers that something is known of."""
        plans = [plan for plan, shift in self._shift_of.items() if shift in {key[0] for key in stretches}]
        return [item for item in self._rows.filter(plan__in=plans) if self._key(item) in stretches]

    def _seen_late(self) -> set[tuple[UUID, UUID, dt.datetime]]:
        """Drawn clips whose footage came after the review had begun, and was reviewed then."""
        rows = Item.objects.filter(plan__in=[one.plan_id for one in self._late], kind=Item.Kind.RANDOM)
        return set(rows.values_list("plan__shift", "person", "starts_at"))

    def _verdicts(self) -> list[tuple[triage.PlanItem, str]]:
        marks, private = _bad_marks(self._reviews), _private(self._reviews)
        gaps, seen_late = _gaps(self._reviews), self._seen_late()
        skips = dict(
            models.Skip.objects.filter(review__in=self._reviews, item__kind=Item.Kind.RANDOM).values_list(
                "item", "reason"
            )
        )
        items = {item.pk: item for item in (*self._items_at(marks), *self._items_at(private))}
        items |= {item.pk: item for item in self._rows.filter(Q(is_missing=True) | Q(pk__in=list(skips)))}
        found = []
        for item in items.values():
            key = self._key(item)
            verdict = "fine"
            if _touches(item, marks.get(key, ())):
                verdict = "bad"
            elif item.is_missing and (*key, item.starts_at) not in seen_late:
                is_excused = _touches(item, gaps[True].get(key, ())) and not _touches(
                    item, gaps[False].get(key, ())
                )
                verdict = "excused" if is_excused else "missing"
            elif skips.get(item.pk) == models.Skip.Reason.RESTRICTED or _touches(item, private.get(key, ())):
                verdict = "private"
            elif skips.get(item.pk) == models.Skip.Reason.UNPLAYABLE:
                verdict = "unplayable"
            found.append((item, verdict))
        return [(item, verdict) for item, verdict in found if verdict != "fine"]


def _joined(group: Sequence[tuple[int, int, int]]) -> list[estimation.Stratum]:
    """Strata of the same rate; those of which nothing was drawn are joined to the first of which something was."""
    told = [list(one) for one in group if one[1]]
    if not told:
        return []
    told[0][0] += sum(population for population, drawn, _hits in group if not drawn)
    return [estimation.Stratum(population, drawn, hits) for population, drawn, hits in told]


def _touches(item: triage.PlanItem, spans: Iterable[tuple[dt.datetime, dt.datetime]]) -> bool:
    return any(start < item.ends_at and item.starts_at < end for start, end in spans)


def _bad_marks(reviews: Collection[models.Review], *, withdrawn: bool = False) -> Stretches:
    """Violations, and force that rests on a breach, by shift and bearer."""
    bad = Q(kind=Mark.Kind.VIOLATION) | Q(kind=Mark.Kind.FORCE, conduct_item__gravity__in=BAD_GRAVITIES)
    rows = Mark.objects.filter(bad, review__in=reviews, withdrawn_at__isnull=not withdrawn)
    return _stretches(rows.values_list("review__shift", "person", "span"))


def _gaps(reviews: Collection[models.Review]) -> dict[bool, Stretches]:
    """Missing stretches as counted now: those whose reason was approved (True), and the others."""
    rows = coverage.Gap.objects.filter(
        count__shift__in=[one.shift_id for one in reviews], count__superseded_at__isnull=True,
        count__person__isnull=False,
    ).values_list("count__shift", "count__person", "span")  # fmt: skip
    approved = Q(excuse__state=coverage.Excuse.State.APPROVED)
    return {True: _stretches(rows.filter(approved)), False: _stretches(rows.exclude(approved))}


def _late_reviews(reviews: Collection[models.Review]) -> list[models.Review]:
    """Signed-off reviews of footage that came when these had begun."""
    rows = models.Review.objects.filter(line=models.Review.Line.LATE, signed_off_at__isnull=False)
    return list(rows.filter(shift__in=[one.shift_id for one in reviews]))


def _private(reviews: Collection[models.Review]) -> Stretches:
    """Private moments: closed to the reviewer."""
    rows = evidence.Restriction.objects.filter(
        shift__in=[one.shift_id for one in reviews], state=evidence.Restriction.State.IN_FORCE
    )
    return _stretches(rows.values_list("shift", "person", "span"))


def _stretches(rows: Iterable[tuple[UUID, UUID | None, object]]) -> Stretches:
    found: Stretches = defaultdict(list)
    for shift_id, person_id, span in rows:
        if person_id is not None:
            found[shift_id, person_id].append((span.lower, span.upper))  # type: ignore[attr-defined]
    return found


def _footage_of(reviews: Collection[models.Review]) -> tuple[int, int]:
    """What the bearers of these shifts owed, and what of it has no footage: counted, not estimated."""
    rows = coverage.Count.objects.filter(
        shift__in=[one.shift_id for one in reviews], person__isnull=False, superseded_at__isnull=True
    )
    found = rows.aggregate(owed=Sum("owed_ms"), recorded=Sum("recorded_ms"))
    owed = found["owed"] or 0
    return owed, owed - (found["recorded"] or 0)


def _worst(sample: _Sample, unrecorded: float) -> float | None:
    """At most so much is bad or could not be seen: every minute without footage, and the bound on the rest."""
    if not sample.drawn:
        return None
    seen = estimation.estimate_total(sample.strata("bad", "private", "unplayable"))
    return min(1.0, seen.rate.at_most + unrecorded)


# What reviewers overlook.


def _looks(unit: roster.Unit, *, ends_at: dt.datetime) -> tuple[estimation.Recapture, bool]:
    """What first and second lines of the province found of the same items in the year up to ``ends_at``.

    On drawn clips alone when they suffice, on all items otherwise. Over the province: of a single station's second
    lines its head must not learn.
    """
    province = people.province_of(unit) or unit
    seconds = models.Review.objects.filter(
        line=models.Review.Line.SECOND, signed_off_at__isnull=False, first__isnull=False,
        shift__unit__path__startswith=province.path, shift__starts_at__lt=ends_at,
        shift__starts_at__gte=_months_before(ends_at, SECOND_MONTHS),
    )  # fmt: skip
    pairs = list(seconds.values_list("pk", "first", "plan", "shift"))
    first, second = _bad_marks([row[1] for row in pairs]), _bad_marks([row[0] for row in pairs])  # type: ignore[misc]
    shifts = {shift: plan for _second, _first, plan, shift in pairs}
    told = {shift for shift, _person in (*first, *second)}
    rows = Item.objects.filter(
        plan__in=[shifts[shift] for shift in told if shift in shifts], is_missing=False
    )
    shift_of = {plan: shift for shift, plan in shifts.items()}
    counts = {True: Counter[str](), False: Counter[str]()}
    for item in rows:
        key = (shift_of[item.plan_id], item.person_id)
        by_first, by_second = _touches(item, first.get(key, ())), _touches(item, second.get(key, ()))
        for drawn in {False, item.kind == Item.Kind.RANDOM}:
            counts[drawn] += Counter(first=by_first, second=by_second, both=by_first and by_second)
    drawn = counts[True]["second"] >= SECOND_LEAST
    found = counts[drawn]
    return estimation.capture_recapture(found["first"], found["second"], found["both"]), drawn


def _months_before(ends_at: dt.datetime, months: int) -> dt.datetime:
    """The start of the Jalali month so many months before the one that begins at ``ends_at``."""
    year, month, _day = jalali.from_gregorian(jalali.local_date(ends_at))
    step = year * 12 + month - 1 - months
    return jalali.month_range(step // 12, step % 12 + 1)[0]


# Officers.


def _officers(unit: roster.Unit, *, ends_at: dt.datetime, sensitivity: float) -> list[Officer]:
    """Each bearer's chance over six months, the least first; nobody where there are too many shifts to tell apart."""
    plans = triage.Plan.objects.filter(
        superseded_at__isnull=True, shift__unit__path__startswith=unit.path, shift__starts_at__lt=ends_at,
        shift__starts_at__gte=_months_before(ends_at, OFFICER_MONTHS),
    )  # fmt: skip
    if plans.count() > MOST_PLANS:
        return []
    signed = set(
        models.Review.objects.filter(
            plan__in=plans, line=models.Review.Line.FIRST, signed_off_at__isnull=False
        ).values_list("plan", flat=True)
    )
    owed, drawn = Counter[tuple[str, int]](), Counter[tuple[str, int]]()
    for plan in plans.select_related("shift").only(
        "strata", "random_population", "random_count", "shift__starts_at"
    ):
        month = _month_number(plan.shift.starts_at)
        for bearer, population, count, _chosen in strata_of(plan):
            owed[bearer, month] += population
            drawn[bearer, month] += count if plan.pk in signed else 0
    last = _month_number(_months_before(ends_at, 1))
    found = [
        Officer(
            person=person,
            drawn=drawn[str(person.pk), last],
            months=len(chances),
            chance=estimation.chance_seen(chances, sensitivity=sensitivity),
        )
        for person in roster.Person.objects.filter(pk__in={bearer for bearer, _month in owed if bearer})
        if (chances := [drawn[key] / owed[key] for key in owed if key[0] == str(person.pk)])
    ]
    return sorted(found, key=lambda one: (one.chance, one.person.personnel_number))


def _month_number(moment: dt.datetime) -> int:
    year, month, _day = jalali.from_gregorian(jalali.local_date(moment))
    return year * 12 + month - 1


# How two reviewers agree.


def agreement_of(
    unit: roster.Unit, *, starts_at: dt.datetime, ends_at: dt.datetime
) -> tuple[sampling.Agreement | None, int]:
    """Cohen's kappa of first and second line over the plan items of the month, and in how many shifts.

    The category of an item is its gravest mark (`GRAVEST_FIRST`), or nothing.
    """
    seconds = list(
        models.Review.objects.filter(
            line=models.Review.Line.SECOND, signed_off_at__isnull=False, first__isnull=False,
            shift__unit__path__startswith=unit.path, shift__starts_at__gte=starts_at, shift__starts_at__lt=ends_at,
        )
    )  # fmt: skip
    pairs: list[tuple[str, str]] = []
    for second in seconds:
        items = [item for item in Item.objects.filter(plan=second.plan_id) if not item.is_missing]
        first_marks, second_marks = _marks(second.first_id), _marks(second.pk)
        pairs += [(category_of(item, first_marks), category_of(item, second_marks)) for item in items]
    return (sampling.cohens_kappa(pairs) if pairs else None), len(seconds)


def _marks(review_id: UUID | None) -> list[models.Mark]:
    return list(Mark.objects.filter(review=review_id, withdrawn_at__isnull=True))


def category_of(item: triage.PlanItem, marks: Sequence[models.Mark]) -> str:
    """The gravest kind of mark on the item, or ``nothing``."""
    kinds = {
        mark.kind
        for mark in marks
        if mark.person_id == item.person_id and _touches(item, [(mark.span.lower, mark.span.upper)])
    }
    return next((kind.value for kind in GRAVEST_FIRST if kind in kinds), NOTHING)

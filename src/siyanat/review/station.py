"""A station's month: what its random samples say about the minutes that nobody saw, and how reviewers agree.

Nothing is kept here. The bound is ``lib.sampling.upper_bound`` (exact, hypergeometric) over the sampled clips of all
signed-off reviews of the month, taken together as one sample: each shift is sampled at the same rate (the least
number apart), and pooling equal rates makes the bound wider than a stratified one, never narrower.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from siyanat.conduct import models as conduct
from siyanat.coverage import models as coverage
from siyanat.lib import sampling
from siyanat.review import models
from siyanat.roster import models as roster
from siyanat.triage import models as triage

Item = triage.PlanItem
Mark = models.Mark
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


@dataclass(frozen=True, slots=True)
class Month:
    """What the sample of a month says. ``bound`` is None while nothing was drawn; n excludes ``restricted``."""

    reviews: int
    drawn: int
    restricted: int
    bad_marked: int
    bad_missing: int
    bad_skipped: int
    bound: sampling.Bound | None

    @property
    def bad(self) -> int:
        """k of the formula."""
        return self.bad_marked + self.bad_missing + self.bad_skipped


def month_of(unit: roster.Unit, *, starts_at: dt.datetime, ends_at: dt.datetime) -> Month:
    """The month of a unit and everything below it, from its signed-off first-line reviews."""
    reviews = list(
        models.Review.objects.filter(
            line=models.Review.Line.FIRST, signed_off_at__isnull=False, plan__isnull=False,
            shift__unit__path__startswith=unit.path, shift__starts_at__gte=starts_at, shift__starts_at__lt=ends_at,
        ).select_related("plan")
    )  # fmt: skip
    items = list(Item.objects.filter(plan__in=[one.plan_id for one in reviews], kind=Item.Kind.RANDOM))
    verdicts = _verdicts(reviews, items)
    counts = {
        name: sum(one == name for one in verdicts.values())
        for name in ("restricted", "marked", "missing", "skipped")
    }
    population = sum(one.plan.random_population for one in reviews if one.plan)
    sampled = len(items) - counts["restricted"]
    bad = counts["marked"] + counts["missing"] + counts["skipped"]
    bound = sampling.upper_bound(population=population, sampled=sampled, bad=bad) if sampled else None
    return Month(
        len(reviews),
        len(items),
        counts["restricted"],
        counts["marked"],
        counts["missing"],
        counts["skipped"],
        bound,
    )


def _verdicts(reviews: Sequence[models.Review], items: Sequence[triage.PlanItem]) -> dict[int, str]:
    """``marked``, ``missing``, ``skipped``, ``restricted`` or ``good`` of each drawn clip."""
    by_plan = {one.plan_id: one for one in reviews}
    marks, gaps = _bad_marks(reviews), _unexplained(reviews)
    skips = {
        skip.item_id: skip.reason for skip in models.Skip.objects.filter(review__in=reviews, item__in=items)
    }
    found: dict[int, str] = {}
    for item in items:
        review = by_plan[item.plan_id]
        key = (review.shift_id, item.person_id)
        reason = skips.get(item.pk)
        if _touches(item, marks.get(key, ())):
            found[item.pk] = "marked"
        elif item.is_missing:
            found[item.pk] = "missing" if _touches(item, gaps.get(key, ())) else "good"
        elif reason == models.Skip.Reason.RESTRICTED:
            found[item.pk] = "restricted"
        else:
            found[item.pk] = "skipped" if reason == models.Skip.Reason.UNPLAYABLE else "good"
    return found


Stretches = dict[tuple[UUID, UUID], list[tuple[dt.datetime, dt.datetime]]]


def _touches(item: triage.PlanItem, spans: Sequence[tuple[dt.datetime, dt.datetime]]) -> bool:
    return any(start < item.ends_at and item.starts_at < end for start, end in spans)


def _bad_marks(reviews: Sequence[models.Review]) -> Stretches:
    """Violations, and force that rests on a breach."""
    bad = Q(kind=Mark.Kind.VIOLATION) | Q(kind=Mark.Kind.FORCE, conduct_item__gravity__in=BAD_GRAVITIES)
    rows = Mark.objects.filter(bad, review__in=reviews, withdrawn_at__isnull=True)
    found: Stretches = defaultdict(list)
    for shift_id, person_id, span in rows.values_list("review__shift", "person", "span"):
        found[shift_id, person_id].append((span.lower, span.upper))
    return found


def _unexplained(reviews: Sequence[models.Review]) -> Stretches:
    """Missing stretches without an approved reason, as counted now."""
    rows = coverage.Gap.objects.filter(
        count__shift__in=[one.shift_id for one in reviews], count__superseded_at__isnull=True,
        count__person__isnull=False,
    ).exclude(excuse__state=coverage.Excuse.State.APPROVED)  # fmt: skip
    found: Stretches = defaultdict(list)
    for shift_id, person_id, span in rows.values_list("count__shift", "count__person", "span"):
        if person_id is not None:
            found[shift_id, person_id].append((span.lower, span.upper))
    return found


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

"""One signed-off review in ten is looked at again, blind, by another unit of the province.

Which one, and by whom, follows from the shift's published seed: nobody chooses it, nobody could foresee it
before sign-off, and everybody can draw it again afterwards.
"""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django.db import transaction

from siyanat.lib import sampling
from siyanat.review import models, policy, queries
from siyanat.review.operations.telling import ACTOR, tell
from siyanat.roster import gates, working_days
from siyanat.roster import models as roster
from siyanat.roster import queries as people
from siyanat.triage import models as triage
from siyanat.triage import operations as plans
from siyanat.triage import planning

LABEL = b"second-line-v1"
UNIT_LABEL = b"second-line-unit-v1"


@transaction.atomic
def draw_second_line(*, review_id: UUID, now: dt.datetime) -> models.Review | None:
    """Publish the shift's seed and draw, once: None when the review is not drawn, was before, or is no first line.

    Drawn when ``sampling.draw(seed, population=SECOND_LINE_ONE_IN, count=1)`` gives 0, with the seed
    ``mix_seeds([derived seed of the shift, "second-line-v1"])``. The unit is drawn in the same way, with the
    label "second-line-unit-v1", among the province's other units that have a head, in the order of their codes.
    """
    rows = models.Review.objects.select_for_update(of=("self",)).select_related("shift__unit", "plan")
    review = rows.get(pk=review_id)
    if review.line != queries.Line.FIRST or review.signed_off_at is None:
        return None
    seed = _seed_of(review.shift)
    if seed is None or plans.publish_seed(shift_id=review.shift_id, now=now) is None:
        return None  # what is published was drawn from in the same transaction
    drawn = is_drawn(seed)
    if not drawn:
        tell("second_line_drawn", review, actor=ACTOR, now=now, facts={"drawn": False})
        return None
    candidates = _candidates(review, now)
    unit = choose_unit(seed, candidates) if candidates else _fallback(review.shift.unit)
    second = models.Review.objects.create(
        shift=review.shift, line=queries.Line.SECOND, unit=unit, plan=review.plan, first=review, created_at=now,
        due_at=working_days.add_working_days(now, policy.DUE_WORKING_DAYS),
    )  # fmt: skip
    tell(
        "second_line_drawn", review, actor=ACTOR, now=now,
        facts={"drawn": True, "review": second.pk, "unit": unit.code, "candidates": len(candidates)},
    )  # fmt: skip
    return second


def _seed_of(shift: roster.Shift) -> bytes | None:
    seed = triage.Seed.objects.select_related("upper").filter(shift=shift).first()
    if seed is None:
        return None
    return planning.derive_seed(
        commitment_secret=bytes(seed.secret), upper_secret=bytes(seed.upper.secret), shift_id=str(shift.pk)
    )


def is_drawn(seed: bytes) -> bool:
    """Whether the shift's seed sends its review to a second line."""
    mixed = sampling.mix_seeds([seed, LABEL])
    return sampling.draw(seed=mixed, population=policy.SECOND_LINE_ONE_IN, count=1) == [0]


def choose_unit(seed: bytes, candidates: list[roster.Unit]) -> roster.Unit:
    """The unit that the seed draws among the candidates, in the order of their codes."""
    ordered = sorted(candidates, key=lambda unit: unit.code)
    mixed = sampling.mix_seeds([seed, UNIT_LABEL])
    return ordered[sampling.draw(seed=mixed, population=len(ordered), count=1)[0]]


def _candidates(review: models.Review, now: dt.datetime) -> list[roster.Unit]:
    """Other units of the province whose head neither did the first line nor was in the crew."""
    province = people.province_of(review.shift.unit)
    if province is None:
        return []
    free = (
        roster.HeldPost.objects.filter(role=gates.Role.STATION_HEAD, held__contains=now)
        .filter(unit__path__startswith=province.path, unit__closed_at__isnull=True)
        .filter(person__left_at__isnull=True, person__user__isnull=False)
        .exclude(person__in=queries.concerned_by(review.shift))
        .exclude(person__user=review.reviewer_id)
        .select_related("unit")
    )
    own = review.shift.unit.path
    units = {post.unit_id: post.unit for post in free}
    return [
        unit for unit in units.values() if not own.startswith(unit.path) and not unit.path.startswith(own)
    ]


def _fallback(unit: roster.Unit) -> roster.Unit:
    """The province, whose reviewer does it; the topmost unit where there is none."""
    return people.province_of(unit) or people.ancestors_of(unit)[0]

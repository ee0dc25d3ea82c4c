"""Private moments as the review sees them: what of a watch plan lies inside, and whom that concerns.

A private moment takes nothing out of a plan: a drawn clip stays drawn and is told as closed, and a moment that must be
seen goes to the integrity office. Who declares, agrees and lifts is decided in ``evidence``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from siyanat.coverage import queries as coverage
from siyanat.evidence import models as evidence
from siyanat.evidence import operations as footage_acts
from siyanat.evidence import queries as footage
from siyanat.roster import gates
from siyanat.roster import models as roster
from siyanat.triage import models as triage

State = evidence.Restriction.State
MUST_SEE = triage.PlanItem.Kind.MUST_SEE


def with_must_see(rows: QuerySet[evidence.Restriction]) -> QuerySet[evidence.Restriction]:
    """Annotate ``holds_must_see``: whether a moment that must be seen lies in it, wholly or in part."""
    inside = triage.PlanItem.objects.filter(
        plan__shift=OuterRef("shift"), plan__superseded_at__isnull=True, person=OuterRef("person"), kind=MUST_SEE,
        is_missing=False, starts_at__lt=OuterRef("until"), ends_at__gt=OuterRef("since"),
    )  # fmt: skip
    rows = rows.annotate(since=F("span__startswith"), until=F("span__endswith"))
    return rows.annotate(holds_must_see=Exists(inside))


def must_see_inside(restriction: evidence.Restriction) -> list[triage.PlanItem]:
    """The moments of the shift's plan that must be seen and lie in it, wholly or in part."""
    rows = triage.PlanItem.objects.filter(
        plan__shift=restriction.shift_id, plan__superseded_at__isnull=True, person=restriction.person_id,
        kind=MUST_SEE, is_missing=False, starts_at__lt=restriction.span.upper, ends_at__gt=restriction.span.lower,
    )  # fmt: skip
    return list(rows.order_by("starts_at"))


def list_told(viewer: gates.Viewer, *, tab: str) -> QuerySet[evidence.Restriction]:
    """Private moments of the viewer's units: ``open`` (somebody has to do something) or ``all``."""
    rows = with_must_see(footage.visible_restrictions(viewer))
    if tab == "all":
        return rows
    return rows.filter(_waits() if viewer.holds(*footage.PRIVATE_ROLES) else Q(state=State.ASKED))


def list_waiting(viewer: gates.Viewer) -> QuerySet[evidence.Restriction]:
    """For the kartabl: those for which it is the viewer to agree, or to look into what must be seen."""
    agree = Q(state=State.ASKED) & gates.under(
        viewer.paths(*footage_acts.AGREEING_ROLES), "shift__unit__path"
    )
    look = Q(state=State.IN_FORCE, kept_at__isnull=True, holds_must_see=True) & gates.under(
        viewer.paths(*footage_acts.LIFTING_ROLES), "shift__unit__path"
    )
    rows = with_must_see(footage.visible_restrictions(viewer)).filter(agree | look)
    return rows.exclude(asked_by=viewer.user).order_by("asked_at", "pk")


def _waits() -> Q:
    return Q(state=State.ASKED) | Q(state=State.IN_FORCE, kept_at__isnull=True, holds_must_see=True)


def get_told(viewer: gates.Viewer, restriction_id: int) -> evidence.Restriction:
    """:raises errors.NotFound: when it is absent, or not one that the viewer is told of."""
    return gates.get_in_scope(with_must_see(footage.visible_restrictions(viewer)), pk=restriction_id)


def news_for(viewer: gates.Viewer, *, since: dt.datetime) -> QuerySet[evidence.Restriction]:
    """What was decided on the viewer's own private moments, or lifted, since."""
    if viewer.person_id is None:
        return evidence.Restriction.objects.none()
    told = Q(decided_at__gte=since) | Q(lifted_at__gte=since)
    rows = evidence.Restriction.objects.filter(told, person=viewer.person_id)
    return rows.select_related("shift__unit").order_by("-pk")


# An officer's own shift.


@dataclass(frozen=True, slots=True)
class Strip:
    """A stretch as the timeline of minutes draws it."""

    kind: str
    starts_at: dt.datetime
    ends_at: dt.datetime
    note: str = ""


def own_strips(
    viewer: gates.Viewer, shift: roster.Shift, closed: Collection[evidence.Restriction]
) -> tuple[list[Strip], list[Strip]]:
    """The viewer's own minutes of a shift, and their private moments."""
    minutes = [
        Strip(one.kind, one.starts_at, one.ends_at, str(one.note))
        for line in coverage.list_lines(shift)
        if line.person is not None and line.person.pk == viewer.person_id
        for one in line.stretches
    ]
    moments = [
        Strip("private", one.span.lower, one.span.upper, str(one.get_kind_display()))
        for one in closed
        if one.state in (State.IN_FORCE, State.ASKED)
    ]
    return minutes, moments


def list_open_to_declare(viewer: gates.Viewer, *, now: dt.datetime) -> list[roster.Shift]:
    """The viewer's own shifts for which a private moment may still be declared, the latest first."""
    if viewer.person_id is None:
        return []
    rows = roster.Shift.objects.filter(
        crew__person=viewer.person_id, crew__superseded_at__isnull=True, starts_at__lte=now,
        ends_at__gte=now - footage_acts.DECLARED_WITHIN,
    ).exclude(state=roster.Shift.State.CANCELED)  # fmt: skip
    return list(rows.select_related("unit").distinct().order_by("-starts_at"))

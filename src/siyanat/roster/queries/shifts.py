"""Shifts and crews, as far as a viewer may know them, now or as they were believed at an earlier moment."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db.models import Count, Q, QuerySet

from siyanat.lib import jalali, persian
from siyanat.roster import gates, models

READERS = tuple(role for role in gates.EVERY_ROLE if role != gates.Role.PATROL_OFFICER)
SORTS = {"starts_at": "starts_at", "code": "code", "state": "state", "unit": "unit__path"}


def visible_shifts(viewer: gates.Viewer) -> QuerySet[models.Shift]:
    """Shifts of the viewer's subtrees, and those in whose crew they are (or once were believed to be)."""
    scope = gates.within(viewer.paths(*READERS))
    if viewer.person_id is not None:
        own = models.CrewMember.objects.filter(person_id=viewer.person_id).values("shift_id")
        scope |= Q(pk__in=own)
    return models.Shift.objects.filter(scope)


def get_shift(viewer: gates.Viewer, shift_id: uuid.UUID | str) -> models.Shift:
    """:raises errors.NotFound: when absent or out of the viewer's reach."""
    rows = visible_shifts(viewer).select_related("unit", "vehicle", "leader")
    return gates.get_in_scope(rows, pk=shift_id)


def list_shifts(
    viewer: gates.Viewer,
    *,
    unit: models.Unit | None = None,
    day: dt.date | None = None,
    state: str = "",
    q: str = "",
    sort: str = "",
) -> QuerySet[models.Shift]:
    """Shifts, the latest first or as asked; ``day`` is a date in Tehran on which the shift starts."""
    rows = visible_shifts(viewer).select_related("unit", "leader")
    if unit is not None:
        rows = rows.filter(gates.within([unit.path]))
    if day is not None:
        first, following = jalali.day_range(day)
        rows = rows.filter(starts_at__gte=first, starts_at__lt=following)
    if state:
        rows = rows.filter(state=state)
    if text := persian.normalise(q):
        rows = rows.filter(code__startswith=text)
    column = SORTS.get(sort.removeprefix("-"))
    if column is None:
        return rows.order_by("-starts_at", "code")
    return rows.order_by(f"-{column}" if sort.startswith("-") else column, "code")


def with_crew_counts(shifts: list[models.Shift]) -> list[models.Shift]:
    """Give each shift of a page ``crew_count``, in one query."""
    counts = (
        models.CrewMember.objects.filter(shift__in=shifts, superseded_at=None)
        .values("shift_id")
        .annotate(people=Count("person_id", distinct=True))
    )
    by_shift = {row["shift_id"]: row["people"] for row in counts}
    for shift in shifts:
        shift.crew_count = by_shift.get(shift.id, 0)  # type: ignore[attr-defined]
    return shifts


def crew_of(shift: models.Shift, *, as_of: dt.datetime | None = None) -> QuerySet[models.CrewMember]:
    """The crew as it is believed now, or as it was believed at ``as_of``."""
    rows = shift.crew.select_related("person").order_by("starts_at", "person__personnel_number")
    if as_of is None:
        return rows.filter(superseded_at=None)
    return rows.filter(Q(superseded_at=None) | Q(superseded_at__gt=as_of), recorded_at__lte=as_of)


def persons_on(shift: models.Shift) -> set[uuid.UUID]:
    """Ids of everybody concerned by a shift: its crew, now and as believed before, and whoever bore its
    cameras.
    """
    crew = set(shift.crew.values_list("person_id", flat=True))
    return crew | set(models.Person.objects.filter(camera_issues__shift=shift).values_list("id", flat=True))

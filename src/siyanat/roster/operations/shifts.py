"""Shifts and their crews: planned, changed, corrected, ended.

Crew rows are never changed. A correction supersedes the rows that no longer hold and adds others, each
with the
moment from which it was believed, so that what was known at any time can be read again (``queries.crew_of``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import connection, transaction

from siyanat.jobs import facts
from siyanat.jobs import operations as jobs
from siyanat.ledger import operations as ledger
from siyanat.lib import errors, jalali, persian
from siyanat.roster import gates, models

PLANNERS = (gates.Role.SHIFT_LEADER, gates.Role.STATION_HEAD, gates.Role.ADMINISTRATOR)
CORRECTORS = (gates.Role.STATION_HEAD, gates.Role.INTEGRITY_OFFICER, gates.Role.ADMINISTRATOR)
SHORTEST = dt.timedelta(minutes=30)
LONGEST = dt.timedelta(
    hours=24
)  # an 8-hour duty with three times its length of reserve; more is a typing error
REASON_MIN_LETTERS = 5
State = models.Shift.State


@dataclass(frozen=True, slots=True)
class CrewPlan:
    """A person of a crew; without times of their own they owe the whole shift."""

    person: models.Person
    bears_camera: bool = True
    starts_at: dt.datetime | None = None
    ends_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class _Row:
    """What a crew row says, to compare what is with what should be."""

    person_id: UUID
    starts_at: dt.datetime
    ends_at: dt.datetime
    bears_camera: bool


@transaction.atomic
def plan_shift(
    *,
    viewer: gates.Viewer,
    unit: models.Unit,
    starts_at: dt.datetime,
    ends_at: dt.datetime,
    crew: Sequence[CrewPlan],
    now: dt.datetime,
    leader: models.Person | None = None,
    vehicle: models.Vehicle | None = None,
    place_fa: str = "",
    place_en: str = "",
    code: str = "",
) -> models.Shift:
    """Plan a patrol's duty; without ``code`` it gets the next number of its day.

    :raises errors.NotFound: when the viewer plans no shifts of the unit.
    :raises errors.Refusal: ``roster.shift_length``, ``roster.crew_empty``, ``roster.crew_busy``,
        ``roster.crew_outside_shift``, ``roster.person_left``, ``roster.unit_closed``,
        ``roster.vehicle_retired``, ``roster.number_unknown`` for people who are not the viewer's to plan,
        ``roster.shift_in_the_past`` and ``access.concerns_yourself`` for what has begun already.
    """
    gates.check_holds_over(viewer, unit.path, *PLANNERS)
    check_length(starts_at, ends_at)
    _check_usable(unit, vehicle)
    people = [plan.person for plan in crew] + ([leader] if leader else [])
    check_reach(viewer, people)
    if starts_at <= now:
        _check_above(viewer, unit, [person.id for person in people], act="plan_shift")
    rows = _rows_of(crew, starts_at, ends_at)
    _check_crew(viewer, rows, shift_id=None)
    shift = models.Shift.objects.create(
        code=code or next_code(starts_at),
        unit=unit,
        starts_at=starts_at,
        ends_at=ends_at,
        leader=leader,
        vehicle=vehicle,
        place_fa=persian.normalise(place_fa),
        place_en=place_en.strip(),
    )
    _add(shift, rows, now=now, reason="")
    _record("roster.plan_shift", viewer, shift, now, crew=[str(row.person_id) for row in rows])
    jobs.announce(facts.SHIFT_CHANGED, shift_id=str(shift.id))
    return shift


@transaction.atomic
def change_shift_times(
    *,
    viewer: gates.Viewer,
    shift: models.Shift,
    starts_at: dt.datetime,
    ends_at: dt.datetime,
    reason: str,
    now: dt.datetime,
) -> models.Shift:
    """Move a shift's start or end; crew who owed the whole of it owe the whole of the new one, others
    what is left.

    :raises errors.Refusal: ``roster.shift_canceled``, ``roster.shift_length``, ``roster.reason_needed``,
        ``roster.crew_busy``, ``roster.shift_in_the_past`` and ``access.concerns_yourself`` once the shift has
        begun, or would have.
    """
    shift = _lock(viewer, shift, now=now)
    reason = check_reason(reason)
    check_length(starts_at, ends_at)
    current = current_rows(shift)
    if min(shift.starts_at, starts_at) <= now:
        _check_above(viewer, shift.unit, [row.person_id for row in current], act="change_shift_times")
    wanted = [_moved(row, shift, starts_at, ends_at) for row in current]
    rows = [row for row in wanted if row.ends_at > row.starts_at]
    if not rows:
        raise errors.Refusal("roster.crew_empty")
    _check_crew(viewer, rows, shift_id=shift.id)
    before = {"starts_at": shift.starts_at, "ends_at": shift.ends_at}
    shift.starts_at, shift.ends_at = starts_at, ends_at
    shift.save(update_fields=["starts_at", "ends_at"])
    _replace(shift, rows, now=now, reason=reason)
    _record("roster.change_shift_times", viewer, shift, now, reason=reason, before=before)
    jobs.announce(facts.SHIFT_CHANGED, shift_id=str(shift.id))
    return shift


@transaction.atomic
def cancel_shift(*, viewer: gates.Viewer, shift: models.Shift, reason: str, now: dt.datetime) -> models.Shift:
    """Cancel a shift before any camera was issued for it; its crew owes nothing from then on.

    :raises errors.Refusal: ``roster.shift_begun`` when it is no longer only planned,
        ``roster.reason_needed``.
    """
    shift = _lock(viewer, shift, now=now)
    reason = check_reason(reason)
    if shift.state != State.PLANNED:
        raise errors.Refusal("roster.shift_begun", shift=shift.code)
    if shift.starts_at <= now:
        crew = shift.crew.filter(superseded_at=None).values_list("person_id", flat=True)
        gates.check_not_concerned(viewer, crew, act="cancel_shift")
    shift.state = State.CANCELED
    shift.save(update_fields=["state"])
    shift.crew.filter(superseded_at=None).update(superseded_at=now)
    _record("roster.cancel_shift", viewer, shift, now, reason=reason)
    jobs.announce(facts.SHIFT_CHANGED, shift_id=str(shift.id))
    return shift


@transaction.atomic
def correct_crew(
    *, viewer: gates.Viewer, shift: models.Shift, crew: Sequence[CrewPlan], reason: str, now: dt.datetime
) -> models.Shift:
    """Say who was really in the crew, even a week later. What was believed before stays readable.

    Before the start whoever plans may do it; from then on only those above the patrol, and never of a crew
    in which they are themselves, before or after the correction.

    :raises errors.NotFound: when the viewer may not correct this shift.
    :raises errors.Refusal: ``roster.nothing_changes``, ``roster.reason_needed``, ``roster.crew_empty``,
        ``roster.crew_busy``, ``roster.crew_outside_shift``, ``roster.camera_out`` when a person who has a
        camera of
        this shift would leave the crew, ``access.concerns_yourself``.
    """
    shift = _lock(viewer, shift, now=now)
    reason = check_reason(reason)
    wanted, current = _rows_of(crew, shift.starts_at, shift.ends_at), current_rows(shift)
    if set(wanted) == set(current):
        raise errors.Refusal("roster.nothing_changes")
    known = {row.person_id for row in current}
    check_reach(viewer, [plan.person for plan in crew if plan.person.id not in known])
    if shift.starts_at <= now:
        gates.check_not_concerned(viewer, [row.person_id for row in (*wanted, *current)], act="correct_crew")
    _check_crew(viewer, wanted, shift_id=shift.id)
    _replace(shift, wanted, now=now, reason=reason)
    _record(
        "roster.correct_crew",
        viewer,
        shift,
        now,
        reason=reason,
        before=[str(row.person_id) for row in current],
        after=[str(row.person_id) for row in wanted],
    )
    jobs.announce(facts.SHIFT_CHANGED, shift_id=str(shift.id))
    return shift


def start_shift(*, shift_id: UUID, actor: str, now: dt.datetime) -> bool:
    """Note that a shift is under way, at its first camera; True when this call did it. In the caller's
    transaction.
    """
    started = models.Shift.objects.filter(id=shift_id, state=State.PLANNED).update(state=State.RUNNING)
    if started:
        ledger.append(kind="roster.start_shift", actor=actor, subject=f"shift:{shift_id}", now=now)
    return bool(started)


@transaction.atomic
def end_shift(*, shift_id: UUID, actor: str, now: dt.datetime) -> bool:
    """Note that a shift is over, at its last camera's return or when its end has passed; True when this call
    did it.
    """
    ended = models.Shift.objects.filter(id=shift_id, state__in=[State.PLANNED, State.RUNNING]).update(
        state=State.ENDED
    )
    if ended:
        ledger.append(kind="roster.end_shift", actor=actor, subject=f"shift:{shift_id}", now=now)
        jobs.announce(facts.SHIFT_CHANGED, shift_id=str(shift_id))
    return bool(ended)


def end_passed_shifts(*, now: dt.datetime, limit: int = 1000) -> int:
    """End the shifts whose end has passed, oldest first; return how many were ended."""
    due = models.Shift.objects.filter(ends_at__lte=now, state__in=[State.PLANNED, State.RUNNING])
    ids = list(due.order_by("ends_at").values_list("id", flat=True)[:limit])
    return sum(end_shift(shift_id=shift_id, actor=f"{ledger.SYSTEM}:roster", now=now) for shift_id in ids)


def check_reason(reason: str) -> str:
    """Return the reason, normalised.

    :raises errors.Refusal: ``roster.reason_needed`` when it says nothing.
    """
    text = persian.normalise(reason)
    if len(text) < REASON_MIN_LETTERS:
        raise errors.Refusal("roster.reason_needed")
    return text[:200]


def check_length(starts_at: dt.datetime, ends_at: dt.datetime) -> None:
    """:raises errors.Refusal: ``roster.shift_length`` unless it is between half an hour and a day long."""
    if not SHORTEST <= ends_at - starts_at <= LONGEST:
        raise errors.Refusal("roster.shift_length", starts_at=starts_at, ends_at=ends_at)


def next_code(starts_at: dt.datetime) -> str:
    """The next free code of the day, such as ``1405/09/02-1234``; held against others until the transaction
    ends.
    """
    return next_codes(starts_at, count=1)[0]


def next_codes(starts_at: dt.datetime, *, count: int) -> list[str]:
    """``count`` free codes of the day on which ``starts_at`` falls in Tehran."""
    day = jalali.format_date(jalali.local_date(starts_at), language="en")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"roster.shift_code:{day}"])
        cursor.execute(
            "SELECT coalesce(max(substring(code from '^[0-9/]+-([0-9]+)$')::int), 1000) FROM roster_shift"
            " WHERE code LIKE %s",
            [f"{day}-%"],
        )
        last = int(cursor.fetchone()[0])
    return [f"{day}-{last + number}" for number in range(1, count + 1)]


def current_rows(shift: models.Shift) -> list[_Row]:
    """What is believed of the crew now."""
    rows = shift.crew.filter(superseded_at=None).order_by("starts_at", "id")
    return [_Row(row.person_id, row.starts_at, row.ends_at, row.bears_camera) for row in rows]


def _lock(viewer: gates.Viewer, shift: models.Shift, *, now: dt.datetime) -> models.Shift:
    """The shift, held until the transaction ends, when the viewer may change it."""
    locked = models.Shift.objects.select_for_update(of=("self",)).select_related("unit").get(id=shift.id)
    roles = CORRECTORS if locked.starts_at <= now else (*PLANNERS, *CORRECTORS)
    gates.check_holds_over(viewer, locked.unit.path, *roles)
    if locked.state == State.CANCELED:
        raise errors.Refusal("roster.shift_canceled", shift=locked.code)
    return locked


def _rows_of(crew: Iterable[CrewPlan], starts_at: dt.datetime, ends_at: dt.datetime) -> list[_Row]:
    rows = [
        _Row(plan.person.id, plan.starts_at or starts_at, plan.ends_at or ends_at, plan.bears_camera)
        for plan in crew
    ]
    if not rows:
        raise errors.Refusal("roster.crew_empty")
    for row in rows:
        if not starts_at <= row.starts_at < row.ends_at <= ends_at:
            raise errors.Refusal("roster.crew_outside_shift", starts_at=row.starts_at, ends_at=row.ends_at)
    return rows


def _check_usable(unit: models.Unit, vehicle: models.Vehicle | None) -> None:
    if unit.closed_at is not None:
        raise errors.Refusal("roster.unit_closed", unit=unit.code)
    if vehicle is not None and vehicle.retired_at is not None:
        raise errors.Refusal("roster.vehicle_retired", fleet_number=vehicle.fleet_number)


def check_reach(viewer: gates.Viewer, people: Iterable[models.Person]) -> None:
    """Whoever is put into a crew is concerned by its shift ever after: only one's own people are.

    :raises errors.Refusal: ``roster.number_unknown``, as for somebody who does not exist.
    """
    for person in people:
        if not may_plan(viewer, person):
            raise errors.Refusal("roster.number_unknown", number=person.personnel_number)


def may_plan(viewer: gates.Viewer, person: models.Person) -> bool:
    """Whether the viewer plans or corrects shifts of the person's unit."""
    return viewer.holds_over(person.unit.path, *PLANNERS, *CORRECTORS)


def busy(viewer: gates.Viewer, person: models.Person, shift: models.Shift) -> errors.Refusal:
    """The refusal that somebody is on another patrol; it names the patrol to those alone who may see it."""
    if viewer.holds_over(shift.unit.path, *PLANNERS, *CORRECTORS):
        return errors.Refusal("roster.crew_busy", person=person.name, shift=shift.code)
    return errors.Refusal("roster.crew_busy_elsewhere", person=person.name)


def _check_above(viewer: gates.Viewer, unit: models.Unit, person_ids: Iterable[UUID], *, act: str) -> None:
    """What has begun is entered as it would be corrected: by those above the patrol, not by who was on it."""
    if not viewer.holds_over(unit.path, *CORRECTORS):
        raise errors.Refusal("roster.shift_in_the_past")
    gates.check_not_concerned(viewer, person_ids, act=act)


def _check_crew(viewer: gates.Viewer, rows: Sequence[_Row], *, shift_id: UUID | None) -> None:
    """Nobody twice in one crew at a time, nobody on two patrols at once, nobody who has left."""
    people = {
        person.id: person
        for person in models.Person.objects.select_for_update()
        .filter(id__in={row.person_id for row in rows})
        .order_by("id")
    }
    for place, row in enumerate(rows):
        person = people[row.person_id]
        if person.left_at is not None and person.left_at <= row.starts_at:
            raise errors.Refusal("roster.person_left", person=person.name)
        if any(_overlap(row, other) for other in rows[:place] if other.person_id == row.person_id):
            raise errors.Refusal("roster.crew_twice", person=person.name)
        others = models.CrewMember.objects.filter(
            person_id=row.person_id, superseded_at=None, starts_at__lt=row.ends_at, ends_at__gt=row.starts_at
        ).exclude(shift__state=State.CANCELED)
        others = others.exclude(shift_id=shift_id) if shift_id else others
        other = others.select_related("shift__unit").first()
        if other is not None:
            raise busy(viewer, person, other.shift)


def _overlap(one: _Row, other: _Row) -> bool:
    return max(one.starts_at, other.starts_at) < min(one.ends_at, other.ends_at)


def _moved(row: _Row, shift: models.Shift, starts_at: dt.datetime, ends_at: dt.datetime) -> _Row:
    starts = starts_at if row.starts_at == shift.starts_at else max(row.starts_at, starts_at)
    ends = ends_at if row.ends_at == shift.ends_at else min(row.ends_at, ends_at)
    return _Row(row.person_id, starts, ends, row.bears_camera)


def _replace(shift: models.Shift, wanted: Sequence[_Row], *, now: dt.datetime, reason: str) -> None:
    """Supersede the rows that no longer hold and add those that are new; rows that still hold stay."""
    keep = set(wanted)
    for row in shift.crew.filter(superseded_at=None):
        known = _Row(row.person_id, row.starts_at, row.ends_at, row.bears_camera)
        if known in keep:
            keep.discard(known)
        else:
            models.CrewMember.objects.filter(id=row.id, superseded_at=None).update(superseded_at=now)
    _add(shift, [row for row in wanted if row in keep], now=now, reason=reason)


def _add(shift: models.Shift, rows: Iterable[_Row], *, now: dt.datetime, reason: str) -> None:
    models.CrewMember.objects.bulk_create(
        models.CrewMember(
            shift=shift,
            person_id=row.person_id,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            bears_camera=row.bears_camera,
            recorded_at=now,
            reason=reason,
        )
        for row in rows
    )


def _record(
    kind: str,
    viewer: gates.Viewer,
    shift: models.Shift,
    now: dt.datetime,
    *,
    reason: str = "",
    **more: object,
) -> None:
    ledger.append(
        kind=kind,
        actor=viewer.actor,
        subject=f"shift:{shift.id}",
        now=now,
        facts={
            "code": shift.code,
            "unit": shift.unit_id,
            "unit_path": shift.unit.path,
            "starts_at": shift.starts_at,
            "ends_at": shift.ends_at,
            **more,
        },
        personal={"reason": reason} if reason else None,
    )

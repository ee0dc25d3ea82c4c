"""The sheet of shifts with their crews: one row for each member, the shift's own values the same in all
its rows.

A shift that is known by its code is not changed by a file: changes of a planned roster have a page and a
reason
of their own. The same file brought again changes nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext_lazy as _

from siyanat.jobs import facts
from siyanat.jobs import operations as jobs
from siyanat.lib import tabular
from siyanat.roster import gates, models
from siyanat.roster.imports import sheet
from siyanat.roster.operations import shifts as operations

_SHARED = ("unit", "starts_at", "ends_at", "vehicle", "leader", "place_fa", "place_en")
_Span = tuple[dt.datetime, dt.datetime]


@dataclass(slots=True)
class _Wanted:
    row: tabular.Row
    shift: models.Shift
    crew: list[models.CrewMember] = field(default_factory=list)


@dataclass(slots=True)
class _Known:
    """What the rows refer to, read once."""

    units: dict[str, models.Unit]
    people: dict[str, models.Person]
    vehicles: dict[str, models.Vehicle]
    shifts: dict[str, models.Shift]
    busy: dict[object, list[_Span]]


def plan(viewer: gates.Viewer, rows: Sequence[tabular.Row], file: str, now: dt.datetime) -> sheet.Plan:
    """What the rows would add to the roster."""
    made, known = sheet.Plan(file), _read_known(rows)
    wanted: dict[str, _Wanted] = {}
    for row in rows:
        code = row.values.get("shift", "")
        if not code:
            made.refuse(row.number, "shift", "", "import.missing")
        elif code not in wanted:
            shift = _read_shift(made, row, known, viewer, now)
            if shift is not None:
                wanted[code] = _Wanted(row, shift)
        elif (name := _differs(row, wanted[code].row)) is not None:
            made.refuse(row.number, name, row.values.get(name, ""), "import.differs_in_shift")
        if code in wanted:
            _read_member(made, row, wanted[code], known, viewer, now)
    made.changes = [_change(made, one, known.shifts.get(code), viewer) for code, one in wanted.items()]
    return made


def write(viewer: gates.Viewer, made: sheet.Plan, now: dt.datetime) -> None:  # noqa: ARG001
    """Write the plan."""
    added = [change.payload for change in made.changes if change.action == sheet.ADDED]
    models.Shift.objects.bulk_create([one.shift for one in added], batch_size=1000)
    for one in added:
        for member in one.crew:
            member.recorded_at = now
    models.CrewMember.objects.bulk_create((row for one in added for row in one.crew), batch_size=1000)
    for one in added:
        jobs.announce(facts.SHIFT_CHANGED, shift_id=str(one.shift.id))


def _read_known(rows: Sequence[tabular.Row]) -> _Known:
    people = sheet.read_people(rows, "personnel_number", "leader")
    numbers = {row.values.get("vehicle", "").upper() for row in rows}
    codes = {row.values.get("shift", "") for row in rows}
    busy: dict[object, list[_Span]] = {}
    members = models.CrewMember.objects.filter(person__in=people.values(), superseded_at=None)
    for person_id, starts_at, ends_at in (
        members.exclude(shift__state=models.Shift.State.CANCELED)
        .exclude(shift__code__in=codes)
        .values_list("person_id", "starts_at", "ends_at")
    ):
        busy.setdefault(person_id, []).append((starts_at, ends_at))
    return _Known(
        sheet.read_units(rows),
        people,
        {
            one.fleet_number: one
            for one in models.Vehicle.objects.filter(
                fleet_number__in=numbers, retired_at=None
            ).select_related("unit")
        },
        {one.code: one for one in models.Shift.objects.filter(code__in=codes).select_related("unit")},
        busy,
    )


def _read_shift(
    made: sheet.Plan, row: tabular.Row, known: _Known, viewer: gates.Viewer, now: dt.datetime
) -> models.Shift | None:
    before = len(made.problems)
    unit = sheet.find_unit(made, row, known.units, viewer, operations.PLANNERS)
    starts_at, ends_at = sheet.read_moment(made, row, "starts_at"), sheet.read_moment(made, row, "ends_at")
    vehicle = known.vehicles.get(row.values.get("vehicle", "").upper())
    if vehicle is not None and not viewer.holds_over(vehicle.unit.path, *operations.PLANNERS):
        vehicle = None
    if row.values.get("vehicle") and vehicle is None:
        made.refuse(row.number, "vehicle", row.values["vehicle"], "import.unknown_vehicle")
    leader = _find_person(made, row, known, viewer, "leader") if row.values.get("leader") else None
    if starts_at and ends_at and not operations.SHORTEST <= ends_at - starts_at <= operations.LONGEST:
        made.refuse(row.number, "ends_at", row.values["ends_at"], "import.shift_length")
    if unit and starts_at and starts_at <= now and not viewer.holds_over(unit.path, *operations.CORRECTORS):
        made.refuse(row.number, "starts_at", row.values["starts_at"], "import.in_the_past")
    if leader is not None and starts_at and starts_at <= now:
        _check_not_own(made, row, leader, viewer, "leader")
    if len(made.problems) > before or unit is None or starts_at is None or ends_at is None:
        return None
    return models.Shift(
        code=row.values["shift"],
        unit=unit,
        starts_at=starts_at,
        ends_at=ends_at,
        vehicle=vehicle,
        leader=leader,
        place_fa=row.values.get("place_fa", "")[:120],
        place_en=row.values.get("place_en", "")[:120],
        state=models.Shift.State.ENDED if ends_at <= now else models.Shift.State.PLANNED,
    )


def _differs(row: tabular.Row, first: tabular.Row) -> str | None:
    return next((name for name in _SHARED if row.values.get(name, "") != first.values.get(name, "")), None)


def _find_person(
    made: sheet.Plan,
    row: tabular.Row,
    known: _Known,
    viewer: gates.Viewer,
    column: str = "personnel_number",
) -> models.Person | None:
    """The person, when the viewer plans for their unit; else they are as unknown as one who does not exist."""
    person = sheet.find_person(made, row, known.people, column)
    if person is not None and not operations.may_plan(viewer, person):
        made.refuse(row.number, column, row.values[column], "import.unknown_person")
        return None
    return person


def _check_not_own(
    made: sheet.Plan, row: tabular.Row, person: models.Person, viewer: gates.Viewer, column: str
) -> None:
    if person.pk == viewer.person_id:
        made.refuse(row.number, column, person.personnel_number, "import.concerns_yourself")


def _read_member(
    made: sheet.Plan,
    row: tabular.Row,
    wanted: _Wanted,
    known: _Known,
    viewer: gates.Viewer,
    now: dt.datetime,
) -> None:
    person = _find_person(made, row, known, viewer)
    bears = sheet.read_yes(made, row, "bears_camera", default=True)
    if person is None:
        return
    shift = wanted.shift
    if shift.starts_at <= now:
        _check_not_own(made, row, person, viewer, "personnel_number")
    spans = known.busy.setdefault(person.pk, [])
    if any(max(start, shift.starts_at) < min(end, shift.ends_at) for start, end in spans):
        made.refuse(row.number, "personnel_number", person.personnel_number, "import.crew_busy")
    spans.append((shift.starts_at, shift.ends_at))
    wanted.crew.append(
        models.CrewMember(
            shift=shift, person=person, starts_at=shift.starts_at, ends_at=shift.ends_at, bears_camera=bears
        )
    )


def _change(made: sheet.Plan, one: _Wanted, known: models.Shift | None, viewer: gates.Viewer) -> sheet.Change:
    if known is None:
        return sheet.Change(one.row.number, one.shift.code, sheet.ADDED, payload=one)
    if not viewer.holds_over(known.unit.path, *operations.PLANNERS):
        made.refuse(one.row.number, "shift", known.code, "import.not_yours")
        return sheet.Change(one.row.number, known.code, sheet.SAME, payload=one)
    crew = sorted(
        row.person.personnel_number for row in known.crew.filter(superseded_at=None).select_related("person")
    )
    found = sheet.details(
        [
            ("unit", known.unit.code, one.shift.unit.code),
            ("starts_at", known.starts_at, one.shift.starts_at),
            ("ends_at", known.ends_at, one.shift.ends_at),
            ("crew", ", ".join(crew), ", ".join(sorted(row.person.personnel_number for row in one.crew))),
        ]
    )
    for name, _before, after in found:
        made.refuse(one.row.number, name, after, "import.shift_known")
    return sheet.Change(one.row.number, one.shift.code, sheet.SAME, found, one)


SHEET = sheet.Sheet(
    "shifts",
    _("Shifts and crews"),
    (
        tabular.Column("shift", ("شیفت", "کد شیفت", "shift code")),
        tabular.Column("unit", ("یگان", "کد یگان", "unit code")),
        tabular.Column("starts_at", ("شروع", "از")),
        tabular.Column("ends_at", ("پایان", "تا")),
        tabular.Column("personnel_number", ("شماره پرسنلی", "number")),
        tabular.Column("bears_camera", ("حامل دوربین",), required=False),
        tabular.Column("leader", ("سرنوبت",), required=False),
        tabular.Column("vehicle", ("خودرو", "شماره ناوگان"), required=False),
        tabular.Column("place_fa", ("محل", "منطقه گشت", "place"), required=False),
        tabular.Column("place_en", ("محل لاتین",), required=False),
    ),
    (
        (
            "1405/09/02-1234",
            "THR-11",
            "1405/09/02 22:00",
            "1405/09/03 06:00",
            "120345",
            "yes",
            "120001",
            "V-1201",
            "میدان انقلاب",
            "Enghelab Square",
        ),
    ),
    operations.PLANNERS,
    plan,
    write,
)

"""The roster for programs: units, people, shifts. Each operation is one call down, as a page is."""

from __future__ import annotations

import datetime as dt
import uuid

from ninja import Field, Router, Schema, Status
from ninja.pagination import LimitOffsetPagination, paginate

from siyanat.lib import errors, jalali
from siyanat.roster import api_auth, gates, models, operations, queries
from siyanat.roster.imports import sheet
from siyanat.roster.operations import shifts as shift_operations
from siyanat.roster.queries import people as people_queries

router = Router(tags=["roster"])
STAFF = people_queries.READERS


class UnitOut(Schema):
    """A unit."""

    id: int
    code: str
    name_fa: str
    name_en: str
    kind: str
    parent: str | None = Field(None, alias="parent.code")
    camera_target: int
    closed_at: dt.datetime | None


class UnitIn(Schema):
    """A unit to be opened; ``parent`` is a code."""

    code: str
    name_fa: str
    name_en: str
    kind: models.Unit.Kind
    parent: str


class PersonOut(Schema):
    """A person, without the national ID."""

    id: uuid.UUID
    personnel_number: str
    given_name_fa: str
    family_name_fa: str
    given_name_en: str
    family_name_en: str
    unit: str = Field(alias="unit.code")
    left_at: dt.datetime | None


class PersonIn(Schema):
    """A person to be taken on the roster; ``unit`` is a code."""

    personnel_number: str
    national_id: str
    given_name_fa: str
    family_name_fa: str
    given_name_en: str = ""
    family_name_en: str = ""
    unit: str


class ShiftOut(Schema):
    """A shift; times are UTC, the end exclusive."""

    id: uuid.UUID
    code: str
    unit: str = Field(alias="unit.code")
    starts_at: dt.datetime
    ends_at: dt.datetime
    state: str
    place_fa: str
    place_en: str


class CrewOut(Schema):
    """A member of a crew, as believed now."""

    personnel_number: str = Field(alias="person.personnel_number")
    starts_at: dt.datetime
    ends_at: dt.datetime
    bears_camera: bool


class ShiftIn(Schema):
    """A shift to be planned; ``unit`` is a code, ``crew`` personnel numbers."""

    unit: str
    starts_at: dt.datetime
    ends_at: dt.datetime
    crew: list[str]
    place_fa: str = ""
    place_en: str = ""


@router.get("/units", response=list[UnitOut], auth=api_auth.Admitted(*STAFF))
@paginate(LimitOffsetPagination)
def list_units(request: gates.ViewerRequest, q: str = "", kind: str = "") -> object:
    """Units of the caller's subtrees."""
    return queries.list_units(request.viewer, q=q, kind=kind)


@router.get("/units/{code}", response=UnitOut, auth=api_auth.Admitted(*STAFF))
def get_unit(request: gates.ViewerRequest, code: str) -> models.Unit:
    """One unit by its code."""
    return _unit(request.viewer, code)


@router.post("/units", response={201: UnitOut}, auth=api_auth.Admitted(gates.Role.ADMINISTRATOR))
def open_unit(request: gates.ViewerRequest, body: UnitIn) -> Status[models.Unit]:
    """Open a unit."""
    parent = _unit(request.viewer, body.parent)
    made = operations.open_unit(
        viewer=request.viewer,
        now=request.now,
        parent=parent,
        code=body.code,
        name_fa=body.name_fa,
        name_en=body.name_en,
        kind=body.kind,
    )
    return Status(201, made)


@router.get("/people", response=list[PersonOut], auth=api_auth.Admitted(*STAFF))
@paginate(LimitOffsetPagination)
def list_people(request: gates.ViewerRequest, q: str = "", role: str = "") -> object:
    """People of the caller's subtrees."""
    return queries.list_people(request.viewer, now=request.now, q=q, role=role)


@router.get("/people/{personnel_number}", response=PersonOut, auth=api_auth.Admitted())
def get_person(request: gates.ViewerRequest, personnel_number: str) -> models.Person:
    """One person by number."""
    rows = queries.visible_people(request.viewer).select_related("unit")
    return gates.get_in_scope(rows, personnel_number=personnel_number.upper())


@router.post("/people", response={201: PersonOut}, auth=api_auth.Admitted(gates.Role.ADMINISTRATOR))
def add_person(request: gates.ViewerRequest, body: PersonIn) -> Status[models.Person]:
    """Take somebody on the roster."""
    particulars = operations.Particulars(**body.dict(exclude={"unit"}))
    unit = _unit(request.viewer, body.unit)
    return Status(
        201, operations.add_person(viewer=request.viewer, particulars=particulars, unit=unit, now=request.now)
    )


@router.get("/shifts", response=list[ShiftOut], auth=api_auth.Admitted())
@paginate(LimitOffsetPagination)
def list_shifts(request: gates.ViewerRequest, unit: str = "", day: str = "", state: str = "") -> object:
    """Shifts of the caller's subtrees and their own; ``day`` is a date in Tehran: 2026-11-23 or 1405/09/02."""
    under = _unit(request.viewer, unit) if unit else None
    try:
        date = jalali.local_date(sheet.parse_moment(day)) if day else None
    except ValueError:
        raise errors.Refusal("jalali.unreadable_date", value=day) from None
    return queries.list_shifts(request.viewer, unit=under, day=date, state=state)


@router.get("/shifts/{uuid:shift_id}", response=ShiftOut, auth=api_auth.Admitted())
def get_shift(request: gates.ViewerRequest, shift_id: uuid.UUID) -> models.Shift:
    """One shift."""
    return queries.get_shift(request.viewer, shift_id)


@router.get("/shifts/{uuid:shift_id}/crew", response=list[CrewOut], auth=api_auth.Admitted())
def get_crew(request: gates.ViewerRequest, shift_id: uuid.UUID, as_of: dt.datetime | None = None) -> object:
    """The crew, as believed now or at ``as_of``."""
    return queries.crew_of(queries.get_shift(request.viewer, shift_id), as_of=as_of)


@router.post("/shifts", response={201: ShiftOut}, auth=api_auth.Admitted(*shift_operations.PLANNERS))
def plan_shift(request: gates.ViewerRequest, body: ShiftIn) -> Status[models.Shift]:
    """Plan a shift."""
    people = {
        one.personnel_number: one
        for one in models.Person.objects.filter(personnel_number__in=body.crew).select_related("unit")
        if shift_operations.may_plan(request.viewer, one)
    }
    missing = [number for number in body.crew if number not in people]
    if missing:
        raise errors.Refusal("roster.number_unknown", number=missing[0])
    for moment in (body.starts_at, body.ends_at):
        if moment.tzinfo is None:
            raise errors.Refusal("roster.zone_missing", value=moment.isoformat())
    made = operations.plan_shift(
        viewer=request.viewer,
        unit=_unit(request.viewer, body.unit),
        starts_at=body.starts_at,
        ends_at=body.ends_at,
        crew=[operations.CrewPlan(people[number]) for number in body.crew],
        now=request.now,
        place_fa=body.place_fa,
        place_en=body.place_en,
    )
    return Status(201, made)


def _unit(viewer: gates.Viewer, code: str) -> models.Unit:
    return gates.get_in_scope(queries.visible_units(viewer).select_related("parent"), code=code.upper())

"""The sheet of people. For somebody on the roster already, an empty national ID means that it stays."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from siyanat.lib import errors, tabular
from siyanat.roster import gates, models
from siyanat.roster.imports import sheet
from siyanat.roster.operations import people as operations

ROLES = (gates.Role.ADMINISTRATOR,)
_PROBLEM_FIELDS = {
    "national_id.invalid": "national_id",
    "roster.personnel_number_invalid": "personnel_number",
    "roster.name_missing": "family_name_fa",
}


@dataclass(frozen=True, slots=True)
class _Wanted:
    particulars: operations.Particulars
    unit: models.Unit
    person: models.Person | None


def plan(viewer: gates.Viewer, rows: Sequence[tabular.Row], file: str, now: dt.datetime) -> sheet.Plan:  # noqa: ARG001
    """What the rows would change on the roster."""
    made = sheet.Plan(file)
    sheet.refuse_twice(made, rows, "personnel_number")
    units = sheet.read_units(rows)
    numbers = {row.values.get("personnel_number", "").upper() for row in rows}
    known = {
        one.personnel_number: one
        for one in models.Person.objects.select_related("unit").filter(personnel_number__in=numbers)
    }
    owners = dict(models.Person.objects.values_list("national_id", "personnel_number"))
    for row in rows:
        wanted = _read(made, row, known, units, viewer)
        if wanted is not None and _owns_id(made, row, wanted, owners):
            made.changes.append(_change(row, wanted))
    return made


def write(viewer: gates.Viewer, made: sheet.Plan, now: dt.datetime) -> None:  # noqa: ARG001
    """Write the plan."""
    added: list[models.Person] = []
    changed: list[models.Person] = []
    for change in made.changes:
        if change.action == sheet.SAME:
            continue
        wanted: _Wanted = change.payload
        person = wanted.person or models.Person()
        person.unit = wanted.unit
        operations.fill(person, wanted.particulars)
        (changed if wanted.person else added).append(person)
    models.Person.objects.bulk_create(added, batch_size=1000)
    fields = [
        "personnel_number",
        "national_id",
        "given_name_fa",
        "family_name_fa",
        "given_name_en",
        "family_name_en",
        "search_key",
        "unit",
    ]
    models.Person.objects.bulk_update(changed, fields, batch_size=500)


def _read(
    made: sheet.Plan,
    row: tabular.Row,
    known: dict[str, models.Person],
    units: dict[str, models.Unit],
    viewer: gates.Viewer,
) -> _Wanted | None:
    values = row.values
    person = known.get(values.get("personnel_number", "").upper())
    national_id = values.get("national_id") or (person.national_id if person else "")
    unit = sheet.find_unit(made, row, units, viewer, ROLES)
    if person is not None and not viewer.holds_over(person.unit.path, *ROLES):
        made.refuse(row.number, "personnel_number", values["personnel_number"], "import.unknown_person")
        return None
    if person is not None and person.pk == viewer.person_id:
        made.refuse(row.number, "personnel_number", values["personnel_number"], "import.concerns_yourself")
        return None
    try:
        particulars = operations.Particulars(
            values.get("personnel_number", ""),
            national_id,
            values.get("given_name_fa", ""),
            values.get("family_name_fa", ""),
            values.get("given_name_en", ""),
            values.get("family_name_en", ""),
        ).normalised()
    except errors.Refusal as error:
        # The national ID is personal: the message shows which row, and the sheet is at hand.
        field = _PROBLEM_FIELDS.get(error.code, "personnel_number")
        made.refuse(row.number, field, "" if field == "national_id" else values.get(field, ""), error.code)
        return None
    return _Wanted(particulars, unit, person) if unit is not None else None


def _owns_id(made: sheet.Plan, row: tabular.Row, wanted: _Wanted, owners: dict[str, str]) -> bool:
    """A national ID belongs to one person, in the file as on the roster."""
    clean = wanted.particulars
    owner = owners.setdefault(clean.national_id, clean.personnel_number)
    if owner != clean.personnel_number:
        made.refuse(row.number, "national_id", "", "import.id_taken")
    return owner == clean.personnel_number


def _change(row: tabular.Row, wanted: _Wanted) -> sheet.Change:
    clean, person = wanted.particulars, wanted.person
    if person is None:
        return sheet.Change(row.number, clean.personnel_number, sheet.ADDED, payload=wanted)
    hidden = "*" * 10
    found = sheet.details(
        [
            ("given_name_fa", person.given_name_fa, clean.given_name_fa),
            ("family_name_fa", person.family_name_fa, clean.family_name_fa),
            ("given_name_en", person.given_name_en, clean.given_name_en),
            ("family_name_en", person.family_name_en, clean.family_name_en),
            ("unit", person.unit.code, wanted.unit.code),
            ("national_id", hidden, hidden if person.national_id == clean.national_id else f"{hidden} *"),
        ]
    )
    return sheet.Change(
        row.number, clean.personnel_number, sheet.CHANGED if found else sheet.SAME, found, wanted
    )


SHEET = sheet.Sheet(
    "people",
    _("People"),
    (
        tabular.Column("personnel_number", ("شماره پرسنلی", "number")),
        tabular.Column("national_id", ("کد ملی", "شماره ملی"), required=False),
        tabular.Column("given_name_fa", ("نام", "given name")),
        tabular.Column("family_name_fa", ("نام خانوادگی", "family name")),
        tabular.Column("given_name_en", ("نام لاتین",), required=False),
        tabular.Column("family_name_en", ("نام خانوادگی لاتین",), required=False),
        tabular.Column("unit", ("یگان", "کد یگان", "unit code")),
    ),
    (("120345", "9900000003", "آرش", "راد", "Arash", "Rad", "THR-11"),),
    ROLES,
    plan,
    write,
)

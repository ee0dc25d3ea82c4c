"""The sheet of units. Parents may stand in the same file, before or after their children."""

from __future__ import annotations

import datetime as dt
import decimal
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from siyanat.lib import errors, tabular
from siyanat.roster import gates, models
from siyanat.roster.imports import sheet
from siyanat.roster.operations import units as operations

Kind = models.Unit.Kind
KINDS = {text: kind.value for kind in Kind for text in (kind.value,)} | {
    "ستاد": Kind.NATIONAL.value,
    "استان": Kind.PROVINCE.value,
    "شهرستان": Kind.COUNTY.value,
    "کلانتری": Kind.STATION.value,
    "پاسگاه": Kind.POST.value,
    "واحد سیار": Kind.MOBILE.value,
}


@dataclass(frozen=True, slots=True)
class _Wanted:
    row: int
    code: str
    name_fa: str
    name_en: str
    kind: str
    parent: str
    camera_target: int
    latitude: decimal.Decimal | None
    longitude: decimal.Decimal | None


def plan(viewer: gates.Viewer, rows: Sequence[tabular.Row], file: str, now: dt.datetime) -> sheet.Plan:  # noqa: ARG001
    """What the rows would change in the tree."""
    made = sheet.Plan(file)
    sheet.refuse_twice(made, rows, "code")
    wanted = [one for row in rows if (one := _read(made, row)) is not None]
    known = {unit.code: unit for unit in models.Unit.objects.select_related("parent")}
    kinds = {code: unit.kind for code, unit in known.items()} | {one.code: one.kind for one in wanted}
    for one in wanted:
        _check_place(made, one, known, kinds, viewer)
    if not made.problems:
        _check_circles(made, wanted, known)
    made.changes = [_change(one, known.get(one.code)) for one in wanted]
    return made


def write(viewer: gates.Viewer, made: sheet.Plan, now: dt.datetime) -> None:  # noqa: ARG001
    """Write the plan, parents before children."""
    operations.hold_tree()
    waiting = [change.payload for change in made.changes if change.action != sheet.SAME]
    known = {unit.code: unit for unit in models.Unit.objects.all()}
    while waiting:
        ready = [one for one in waiting if not one.parent or one.parent in known]
        for one in ready:
            _write_one(one, known)
        waiting = [one for one in waiting if one not in ready]


def _read(made: sheet.Plan, row: tabular.Row) -> _Wanted | None:
    values, before = row.values, len(made.problems)
    kind = KINDS.get(values.get("kind", "").lower(), "")
    if not kind:
        made.refuse(row.number, "kind", values.get("kind", ""), "import.unknown_kind")
    if not values.get("name_fa"):
        made.refuse(row.number, "name_fa", "", "import.missing")
    target = values.get("camera_target", "") or "0"
    if not target.isdecimal():
        made.refuse(row.number, "camera_target", target, "import.not_a_number")
    latitude = _degrees(made, row, "latitude", 90)
    longitude = _degrees(made, row, "longitude", 180)
    if len(made.problems) > before:
        return None
    code = values["code"].upper()
    return _Wanted(
        row.number,
        code,
        values["name_fa"],
        values.get("name_en") or code,
        kind,
        values.get("parent", "").upper(),
        int(target),
        latitude,
        longitude,
    )


def _degrees(made: sheet.Plan, row: tabular.Row, column: str, most: int) -> decimal.Decimal | None:
    text = row.values.get(column, "")
    if not text:
        return None
    try:
        value = decimal.Decimal(text)
    except decimal.InvalidOperation:
        value = decimal.Decimal("NaN")
    if not value.is_finite() or abs(value) > most:
        made.refuse(row.number, column, text, "import.not_a_number")
        return None
    return round(value, 5)


def _check_place(
    made: sheet.Plan, one: _Wanted, known: dict[str, models.Unit], kinds: dict[str, str], viewer: gates.Viewer
) -> None:
    """The parent exists, may have such a child, and the viewer administers where it is and where it goes."""
    unit, parent = known.get(one.code), known.get(one.parent)
    if not one.parent:
        if unit is None or unit.parent_id is not None:
            made.refuse(one.row, "parent", "", "import.missing")
    elif one.parent not in kinds:
        made.refuse(one.row, "parent", one.parent, "import.unknown_unit")
    elif kinds[one.parent] not in operations.PARENTS.get(one.kind, ()):
        made.refuse(one.row, "kind", one.kind, "import.kind_misplaced")
    for held in (unit, parent):
        if held is not None and not viewer.holds_over(held.path, gates.Role.ADMINISTRATOR):
            made.refuse(one.row, "code", one.code, "import.unknown_unit")
    if unit is not None and unit.kind != one.kind:
        made.refuse(one.row, "kind", one.kind, "import.kind_fixed")


def _check_circles(made: sheet.Plan, wanted: list[_Wanted], known: dict[str, models.Unit]) -> None:
    parents = {code: unit.parent.code if unit.parent else "" for code, unit in known.items()}
    parents |= {one.code: one.parent for one in wanted}
    for one in wanted:
        seen, at = {one.code}, one.parent
        while at and at not in seen:
            seen.add(at)
            at = parents.get(at, "")
        if at:
            made.refuse(one.row, "parent", one.parent, "import.circle")


def _change(one: _Wanted, unit: models.Unit | None) -> sheet.Change:
    if unit is None:
        return sheet.Change(one.row, one.code, sheet.ADDED, payload=one)
    found = sheet.details(
        [
            ("name_fa", unit.name_fa, one.name_fa),
            ("name_en", unit.name_en, one.name_en),
            ("parent", unit.parent.code if unit.parent else "", one.parent),
            ("camera_target", unit.camera_target, one.camera_target),
            ("latitude", unit.latitude, one.latitude),
            ("longitude", unit.longitude, one.longitude),
        ]
    )
    return sheet.Change(one.row, one.code, sheet.CHANGED if found else sheet.SAME, found, one)


def _write_one(one: _Wanted, known: dict[str, models.Unit]) -> None:
    unit, parent = known.get(one.code), known[one.parent] if one.parent else None
    if unit is None:
        unit = operations.add_unit(
            code=one.code,
            name_fa=one.name_fa,
            name_en=one.name_en,
            kind=one.kind,
            parent=parent,
        )
    if parent is not None and unit.parent_id != parent.pk:
        parent.refresh_from_db()
        if parent.path.startswith(unit.path):
            raise errors.Refusal("roster.unit_under_itself", unit=unit.code, parent=parent.code)
        operations.relocate(unit, parent)
    unit.name_fa, unit.name_en, unit.camera_target = one.name_fa, one.name_en, one.camera_target
    unit.latitude, unit.longitude = one.latitude, one.longitude
    unit.save(update_fields=["name_fa", "name_en", "camera_target", "latitude", "longitude"])
    known[one.code] = unit


SHEET = sheet.Sheet(
    "units",
    _("Units"),
    (
        tabular.Column("code", ("کد", "کد یگان", "unit code")),
        tabular.Column("name_fa", ("نام", "نام یگان", "name")),
        tabular.Column("name_en", ("نام لاتین", "english name"), required=False),
        tabular.Column("kind", ("نوع",)),
        tabular.Column("parent", ("یگان بالادست", "کد بالادست", "parent code")),
        tabular.Column("camera_target", ("هدف دوربین", "cameras"), required=False),
        tabular.Column("latitude", ("عرض جغرافیایی",), required=False),
        tabular.Column("longitude", ("طول جغرافیایی",), required=False),
    ),
    (("THR-11", "کلانتری ۱۱", "Station 11", "station", "THR", "24", "35.68921", "51.38896"),),
    (gates.Role.ADMINISTRATOR,),
    plan,
    write,
)

"""The sheet of vehicles."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from siyanat.lib import tabular
from siyanat.roster import gates, models
from siyanat.roster.imports import sheet
from siyanat.roster.operations import vehicles as operations


def plan(viewer: gates.Viewer, rows: Sequence[tabular.Row], file: str, now: dt.datetime) -> sheet.Plan:  # noqa: ARG001
    """What the rows would change among the vehicles."""
    made = sheet.Plan(file)
    sheet.refuse_twice(made, rows, "fleet_number")
    units = sheet.read_units(rows)
    numbers = {row.values.get("fleet_number", "").upper() for row in rows}
    known = {
        one.fleet_number: one
        for one in models.Vehicle.objects.select_related("unit").filter(fleet_number__in=numbers)
    }
    for row in rows:
        unit = sheet.find_unit(made, row, units, viewer, operations.KEEPERS)
        number = row.values.get("fleet_number", "").upper()
        vehicle = known.get(number)
        if vehicle is not None and not viewer.holds_over(vehicle.unit.path, *operations.KEEPERS):
            made.refuse(row.number, "fleet_number", number, "import.not_yours")
        elif unit is not None:
            made.changes.append(_change(row, number, row.values.get("plate", ""), unit, vehicle))
    return made


def write(viewer: gates.Viewer, made: sheet.Plan, now: dt.datetime) -> None:  # noqa: ARG001
    """Write the plan."""
    vehicles = [change.payload for change in made.changes if change.action != sheet.SAME]
    models.Vehicle.objects.bulk_create([one for one in vehicles if one.pk is None], batch_size=1000)
    known = [one for one in vehicles if one.pk is not None]
    models.Vehicle.objects.bulk_update(known, ["plate", "unit"], batch_size=500)


def _change(
    row: tabular.Row, number: str, plate: str, unit: models.Unit, vehicle: models.Vehicle | None
) -> sheet.Change:
    if vehicle is None:
        made = models.Vehicle(fleet_number=number, plate=plate, unit=unit)
        return sheet.Change(row.number, number, sheet.ADDED, payload=made)
    found = sheet.details([("plate", vehicle.plate, plate), ("unit", vehicle.unit.code, unit.code)])
    vehicle.plate, vehicle.unit = plate, unit
    return sheet.Change(row.number, number, sheet.CHANGED if found else sheet.SAME, found, vehicle)


SHEET = sheet.Sheet(
    "vehicles",
    _("Vehicles"),
    (
        tabular.Column("fleet_number", ("شماره ناوگان", "fleet no")),
        tabular.Column("plate", ("پلاک",), required=False),
        tabular.Column("unit", ("یگان", "کد یگان", "unit code")),
    ),
    (("V-1201", "12 الف 345 - 11", "THR-11"),),
    operations.KEEPERS,
    plan,
    write,
)

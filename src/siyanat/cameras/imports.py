"""The sheet of cameras: registration of thousands at once. A known camera is not changed by a file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from siyanat.cameras import models, states
from siyanat.cameras.operations import register
from siyanat.lib import tabular
from siyanat.roster import gates
from siyanat.roster.imports import sheet


def plan(viewer: gates.Viewer, rows: Sequence[tabular.Row], file: str, now: dt.datetime) -> sheet.Plan:  # noqa: ARG001
    """Which of the cameras would be registered."""
    made = sheet.Plan(file)
    serials = {row.number: register.normalise_serial(row.values.get("serial", "")) for row in rows}
    units = sheet.read_units(rows)
    known = {
        one.serial: one
        for one in models.Camera.objects.filter(serial__in=serials.values()).select_related("unit")
    }
    seen: set[str] = set()
    for row in rows:
        serial, before = serials[row.number], len(made.problems)
        for name, value in (("serial", serial), ("model", row.values.get("model", ""))):
            if not value:
                made.refuse(row.number, name, "", "import.missing")
            elif len(value) > 64:
                made.refuse(row.number, name, value, "import.too_long")
        if serial and not register.is_serial(serial):
            made.refuse(row.number, "serial", serial, "import.no_serial")
        if serial and serial in seen:
            made.refuse(row.number, "serial", serial, "import.twice")
        seen.add(serial)
        unit = sheet.find_unit(made, row, units, viewer, states.KEEPERS)
        if unit is not None and len(made.problems) == before:
            new = register.NewCamera(
                serial, row.values.get("model", ""), unit, row.values.get("firmware", "")
            )
            made.changes.append(_change(made, row, new, known.get(serial)))
    return made


def write(viewer: gates.Viewer, made: sheet.Plan, now: dt.datetime) -> None:
    """Register those that are new."""
    new = [change.payload for change in made.changes if change.action == sheet.ADDED]
    if new:
        register.register_cameras(viewer=viewer, new=new, now=now, source=made.file)


def _change(
    made: sheet.Plan, row: tabular.Row, new: register.NewCamera, camera: models.Camera | None
) -> sheet.Change:
    if camera is None:
        told = (("model", "", new.model), ("firmware", "", new.firmware), ("unit", "", new.unit.code))
        return sheet.Change(row.number, new.serial, sheet.ADDED, sheet.details(told), new)
    if camera.model != new.model:
        made.refuse(row.number, "model", new.model, "import.camera_known")
    return sheet.Change(row.number, new.serial, sheet.SAME, payload=new)


SHEET = sheet.Sheet(
    "cameras",
    _("Cameras"),
    (
        tabular.Column("serial", ("سریال", "شماره سریال", "serial number")),
        tabular.Column("model", ("مدل",)),
        tabular.Column("firmware", ("ثابت‌افزار", "سفت‌افزار", "میان‌افزار"), required=False),
        tabular.Column("unit", ("یگان", "کد یگان", "unit code")),
    ),
    (("BWC-000123", "Patrol 2", "2.4.1", "THR-11"),),
    states.KEEPERS,
    plan,
    write,
)

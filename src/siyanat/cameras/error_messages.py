"""Sentences of the cameras' refusals."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from siyanat.ui import formatting

READINGS = {"battery_percent": _("Battery, %"), "storage_free_percent": _("Free storage, %")}


def _reading_out_of_range(facts: Mapping[str, object]) -> str:
    name = str(facts.get("name", ""))
    return gettext("%(field)s: “%(value)s” is not a whole number from %(least)s to %(most)s.") % {
        "field": READINGS.get(name, name), "value": formatting.fact(facts.get("value")),
        "least": formatting.number(0), "most": formatting.number(100),
    }  # fmt: skip


MESSAGES = {
    "cameras.already_corrected": _("This issue was corrected already; correct the row that stands now."),
    "cameras.already_there": _("Camera %(serial)s is at unit %(unit)s already."),
    "cameras.battery_low": _("Camera %(serial)s has %(percent)s %% of charge; it needs %(needed)s %%."),
    "cameras.clock_off": _(
        "The clock of camera %(serial)s is off by %(drift_ms)s ms; %(allowed_ms)s ms is allowed. Set it."
    ),
    "cameras.drift_too_large": _(
        "A clock can't be off by %(drift_ms)s ms; at most %(largest_ms)s ms (a day) is believed. Set the clock."
    ),
    "cameras.firmware_old": _(
        "Camera %(serial)s carries firmware %(firmware)s; at least %(minimum)s is needed."
    ),
    "cameras.firmware_unknown": _("The firmware of camera %(serial)s is not known; write it down first."),
    "cameras.firmware_unreadable": _("“%(value)s” is not a version number."),
    "cameras.issue_backwards": _("The return (%(returned_at)s) would be before the issue (%(issued_at)s)."),
    "cameras.issue_overlaps": _("At that time camera %(serial)s was with %(person)s (issued %(issued_at)s)."),
    "cameras.issue_still_open": _("Camera %(serial)s is still out; take it back first, then correct."),
    "cameras.no_readings": _("No reading was written."),
    "cameras.no_serial": _(
        "“%(serial)s” is no serial: Latin letters and digits, with dashes, dots or strokes between them."
    ),
    "cameras.not_in_crew": _("%(person)s is not in the crew of shift %(shift)s."),
    "cameras.nothing_typed": _("No serial was typed."),
    "cameras.one_for_two": _(
        "Camera %(serial)s is written for %(first)s and for %(second)s: each bears a camera of their own."
    ),
    "cameras.other_unit": _(
        "Camera %(serial)s belongs to unit %(unit)s, not to the unit of this shift or one above it."
    ),
    "cameras.person_has_camera": _("%(person)s has camera %(serial)s already."),
    "cameras.reading_out_of_range": _reading_out_of_range,
    "cameras.readings_old": _(
        "The readings of camera %(serial)s are missing or older than %(days)s days; read it again."
    ),
    "cameras.serial_empty": _("The serial is missing."),
    "cameras.serial_known": _("Camera %(serial)s is registered already."),
    "cameras.shift_over": _("Shift %(shift)s is over or canceled."),
    "cameras.storage_low": _("Camera %(serial)s has %(percent)s %% of free storage; it needs %(needed)s %%."),
    "cameras.too_early": _(
        "Shift %(shift)s starts only at %(starts_at)s; cameras are issued from three hours before."
    ),
    "cameras.unknown_serial": _("There is no camera with the serial %(serial)s among yours."),
    "cameras.wrong_state": _("Camera %(serial)s is %(state)s; “%(act)s” is not possible from there."),
    "import.camera_known": _("This serial is registered with another model."),
    "import.no_serial": _(
        "A serial has Latin letters and digits, with dashes, dots or strokes between them."
    ),
    "import.too_long": _("The value is too long."),
}

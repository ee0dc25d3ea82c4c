"""What the log says of acts on cameras."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

LEDGER_KINDS = {
    "cameras.correct_issue": _("It was corrected who had which camera"),
    "cameras.find": _("A lost camera was found"),
    "cameras.issue": _("A camera was issued"),
    "cameras.make_ready": _("A camera was checked and made ready"),
    "cameras.record_readings": _("Readings of a camera were written down"),
    "cameras.register": _("Cameras were registered"),
    "cameras.repair": _("A camera was repaired"),
    "cameras.report_faulty": _("A camera was reported faulty"),
    "cameras.report_lost": _("A camera was reported lost"),
    "cameras.retire": _("A camera was retired"),
    "cameras.return": _("A camera was returned"),
    "cameras.set_minimum_firmware": _("The oldest firmware of a model was set"),
    "cameras.set_rollout_target": _("A target of the roll-out was set"),
    "cameras.transfer": _("A camera was transferred to another unit"),
}

"""What each act of this room reads like in the log."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

LEDGER_KINDS = {
    "triage.seed_committed": _("The seed of a shift's random sample was committed"),
    "triage.seed_published": _("The seed of a shift's random sample was published"),
    "triage.upper_secret_committed": _("The month's secret of the level above was committed"),
    "triage.upper_secret_published": _("The month's secret of the level above was published"),
    "triage.plan_made": _("The watch plan of a shift was drawn"),
}

"""What each act of this room reads like in the log."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

LEDGER_KINDS = {
    "cases.case_opened": _("A case was opened"),
    "cases.case_read": _("A case was read"),
    "cases.action_added": _("An action was added to a case"),
    "cases.action_completed": _("An action of a case was completed"),
    "cases.case_answered": _("An officer answered a case"),
    "cases.case_decided": _("A case was decided"),
    "cases.case_closed": _("A case was closed"),
    "cases.case_handed_up": _("A case was handed to a unit above"),
}

"""What each act of this room reads like in the log."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

LEDGER_KINDS = {
    "coverage.shift_counted": _("The minutes of a shift were counted"),
    "coverage.excuse_asked": _("An officer gave a reason for missing minutes"),
    "coverage.excuse_approved": _("A reason for missing minutes was approved"),
    "coverage.excuse_refused": _("A reason for missing minutes was refused"),
}

"""What each act of this room reads like in the log."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

LEDGER_KINDS = {
    "signals.recording_analyzed": _("A recording was analyzed"),
    "signals.analysis_failed": _("A recording could not be analyzed"),
}

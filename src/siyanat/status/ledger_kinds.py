"""What each act of this room reads like in the log."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

LEDGER_KINDS = {"status.job_retried": _("A failed job was put back into the queue")}

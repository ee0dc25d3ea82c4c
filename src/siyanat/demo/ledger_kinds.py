"""What the log says of the demo's own act."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

LEDGER_KINDS = {"demo.history_written": _("The demo's past shifts were written")}

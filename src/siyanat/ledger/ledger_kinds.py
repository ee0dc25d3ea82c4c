"""What the log says of its own acts."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

LEDGER_KINDS = {
    "ledger.disclosure_erased": _("A personal value was erased from the log's side table"),
    "ledger.disclosures_read": _("Personal values of an entry were read"),
}

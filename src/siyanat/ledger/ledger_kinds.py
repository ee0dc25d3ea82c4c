"""What the log says of its own acts."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

LEDGER_KINDS = {
    "ledger.disclosure_erased": _("A personal value was erased from the log's side table"),
    "ledger.head_refused": _("A head of a log of the level below was refused: it shows another history"),
    "ledger.log_below_registered": _("A log of the level below is witnessed from now on"),
    "ledger.refusal_noted": _("Oversight took up a refused head"),
    "ledger.witness_refused": _("A witness refused this log: it holds another history"),
    "ledger.witness_went_back": _("A witness had forgotten heads that it had cosigned"),
    "ledger.disclosures_read": _("Personal values of an entry were read"),
}

"""What the log says of acts on the catalogue."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

LEDGER_KINDS = {
    "conduct.draft_version": _("A new version of the conduct catalogue was begun"),
    "conduct.put_in_force": _("A version of the conduct catalogue was put in force"),
    "conduct.remove_item": _("An item was taken out of the draft of the conduct catalogue"),
    "conduct.write_item": _("An item of the draft of the conduct catalogue was written"),
}

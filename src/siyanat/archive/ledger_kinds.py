"""What the log says of the archive's acts."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

LEDGER_KINDS = {
    "archive.recording_classified": _("A recording was put into a retention category"),
    "archive.period_proposed": _("A change of a retention period was proposed"),
    "archive.period_changed": _("A retention period was changed"),
    "archive.period_withdrawn": _("A proposed retention period was withdrawn"),
    "archive.disposal_proposed": _("A disposal was proposed"),
    "archive.disposal_agreed": _("A disposal was agreed to by a second person"),
    "archive.disposal_withdrawn": _("A disposal was withdrawn"),
    "archive.disposal_done": _("A disposal was carried out"),
    "archive.export_asked": _("An export was asked for"),
    "archive.export_built": _("An export was made"),
    "archive.export_fetched": _("An export was fetched"),
    "archive.export_handed_out": _("An export was handed out"),
}

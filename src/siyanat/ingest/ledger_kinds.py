"""What the log says of the intake."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

LEDGER_KINDS = {
    "ingest.batch_closed": _("A batch of footage was closed"),
    "ingest.batch_opened": _("A batch of footage was opened"),
    "ingest.file_quarantined": _("A file was quarantined"),
    "ingest.file_set_aside": _("A quarantined file was set aside"),
    "ingest.quarantine_resolved": _("A quarantined file became a recording"),
    "ingest.upload_begun": _("An upload was begun"),
    "ingest.upload_ended": _("An unfinished upload was given up"),
}

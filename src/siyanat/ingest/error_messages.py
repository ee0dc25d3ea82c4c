"""Sentences of the errors of the intake."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

MESSAGES = {
    "ingest.checksum_differs": _("The bytes that came differ from their checksum; send them again."),
    "ingest.checksum_unknown": _("The checksum %(algorithm)s is not known here; use sha256 or sha1."),
    "ingest.database_away": _(
        "The database can't be reached. Everything acknowledged is safe; run it again."
    ),
    "ingest.decided_already": _("%(file)s was decided already."),
    "ingest.offset_differs": _("The upload stands at %(expected)s bytes, not at %(offset)s."),
    "ingest.receipt_not_written": _(
        "The receipt %(file)s could not be written (%(reason)s); the file itself is safe."
    ),
    "ingest.receipt_without_bytes": _("No receipt can be given for %(file)s: its bytes are not kept here."),
    "ingest.start_in_future": _("A recording can't have begun in the future (%(started_at)s)."),
    "ingest.start_too_early": _(
        "A recording of this camera can't have begun before %(earliest)s (%(started_at)s was given)."
    ),
    "ingest.still_unreadable": _(
        "Nothing in %(file)s can be played (%(reason)s), so it can't become a recording. Set it aside with a reason."
    ),
    "ingest.too_many_uploads": _(
        "You have %(most)s uploads under way; finish or give up one of them before the next."
    ),
    "ingest.unit_unknown": _("You may not bring footage in for unit %(unit)s."),
    "ingest.upload_busy": _("Another request is writing this upload; try again in a moment."),
    "ingest.upload_bytes_missing": _("The bytes of upload %(upload)s are missing from the store."),
    "ingest.upload_finished": _("This upload is sealed and can't be taken back."),
    "ingest.upload_overflows": _("More bytes came than the %(size)s that were announced."),
    "ingest.upload_too_large": _("An upload has between 0 and %(largest)s bytes; %(size)s were announced."),
    "ingest.upload_unnamed": _("The upload has no file name."),
    "ingest.camera_unknown": _("There is no camera with the serial %(serial)s."),
    "ingest.content_type": _("The bytes of an upload come as application/offset+octet-stream."),
    "ingest.metadata_unreadable": _("The upload's metadata can't be read (%(field)s)."),
}

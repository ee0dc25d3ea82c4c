"""What the log says of acts on recordings."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

LEDGER_KINDS = {
    "evidence.bytes_unlinked": _("The bytes of a disposed recording were removed"),
    "evidence.hold_placed": _("A hold was placed"),
    "evidence.hold_released": _("A hold was released"),
    "evidence.moment_asked_for": _("A private moment over the limits of a shift was asked for"),
    "evidence.moment_restricted": _("A private moment was restricted"),
    "evidence.recording_attributed": _("A recording was attributed"),
    "evidence.recording_disposed": _("A recording was disposed of"),
    "evidence.recording_reattributed": _("The attribution of a recording was corrected"),
    "evidence.recording_recycled": _("A recording was put in the recycle bin"),
    "evidence.recording_restored": _("A recording was taken out of the recycle bin"),
    "evidence.recording_sealed": _("A recording was sealed"),
    "evidence.restriction_agreed": _("A private moment over the limits was agreed to"),
    "evidence.restriction_kept": _("A private moment was looked into and stays closed"),
    "evidence.restriction_lifted": _("A restriction was lifted"),
    "evidence.restriction_refused": _("A private moment over the limits was refused"),
    "evidence.store_verified": _("The store was verified"),
    "evidence.viewed": _("Ranges of a recording were viewed"),
    "evidence.viewing_granted": _("Footage was opened against a typed reason"),
    "evidence.viewing_opened": _("A recording was opened for reading"),
}

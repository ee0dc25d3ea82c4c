"""Sentences of the errors that concern recordings and their bytes."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

MESSAGES = {
    "evidence.disposed_before": _(
        "These bytes (%(sha256)s) were lawfully disposed of and are not taken in again."
    ),
    "evidence.held": _("Recording %(recording)s is under a hold and can't be disposed of."),
    "evidence.hold_ends_with_its_case": _(
        "This hold ends when what asked for it ends (%(reference)s); it isn't released by hand."
    ),
    "evidence.hold_reference_missing": _(
        "Say what the hold is for: the number of the case, the order or the contact."
    ),
    "evidence.hold_released_already": _("This hold was released already."),
    "evidence.hold_span_empty": _("The hold needs a beginning and a later end."),
    "evidence.no_picture": _("%(file)s has no picture that could be played."),
    "evidence.not_a_tombstone": _("Recording %(recording)s is no tombstone; its bytes stay."),
    "evidence.not_in_crew": _(
        "The officer was not in the crew of that shift. Correct the shift's crew first."
    ),
    "evidence.not_in_state": _("The recording is in the state “%(state)s”; this act needs “%(needed)s”."),
    "evidence.reason_missing": _("Write the reason in a few words: it goes to the log."),
    "evidence.reason_not_yours": _("That reason for viewing is not open to you."),
    "evidence.restriction_decided_already": _("This private moment waits for no agreement."),
    "evidence.restriction_lifted_already": _(
        "This private moment is not closed, so there is nothing to lift."
    ),
    "evidence.restriction_overlaps": _("A private moment was declared for part of this time already."),
    "evidence.restriction_too_late": _(
        "Private moments are declared within %(days)s days after the shift. Ask the integrity office."
    ),
    "evidence.restriction_outside_shift": _("The private moment lies outside shift %(shift)s."),
    "evidence.restriction_too_long": _("A private moment lasts at most %(longest)s."),
    "evidence.second_person_needed": _("A second person must do this: you asked for it yourself."),
    "evidence.shift_unknown": _("There is no shift %(shift)s among those that you may see."),
    "store.bad_digest": _("%(sha256)s is no SHA-256 digest."),
    "store.bytes_missing": _("The bytes of %(sha256)s are not in the store."),
    "store.digest_mismatch": _("The bytes have the digest %(actual)s, but %(expected)s was expected."),
    "store.disk_full": _(
        "The disk of the store is full (%(folder)s). Everything acknowledged is safe; make room and run it again."
    ),
    "store.sealed_differs": _(
        "The file %(path)s no longer has the bytes that were sealed. Stop and ask the custodian."
    ),
    "store.write_failed": _(
        "The store could not be written (%(folder)s: %(reason)s). Everything acknowledged is safe."
    ),
}
FORBIDDEN = {"evidence.second_person_needed", "evidence.reason_not_yours"}

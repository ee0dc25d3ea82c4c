"""Sentences of the errors that the archive raises."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

MESSAGES = {
    "archive.bytes_gone": _("%(count)s of the recordings were disposed of; their bytes are gone."),
    "archive.collector_missing": _("Write who came for it."),
    "archive.hand_out_time_impossible": _(
        "It was made at %(made_at)s: it was handed out after that, and not after now, %(now)s."
    ),
    "archive.reference_unknown": _(
        "No footage of yours is held for the case “%(reference)s”. Write the case's number, such as 1405-000007, or "
        "choose recordings."
    ),
    "archive.change_closed": _("This change was agreed to or withdrawn already."),
    "archive.change_open_already": _(
        "A change of the category %(category)s is open already; decide on it first."
    ),
    "archive.disclosures_not_yours": _(
        "Only an integrity officer over all of these units may add personal values to an export."
    ),
    "archive.disposal_not_in_state": _("This is not possible in the disposal's present state."),
    "archive.export_not_ready": _("The export is not ready, or was handed out already."),
    "archive.no_such_category": _("There is no retention category %(category)s."),
    "archive.not_due": _("%(count)s of the recordings are not due: held, kept longer, or on another list."),
    "archive.not_yet": _("The seven days in the recycle bin end at %(due_at)s."),
    "archive.nothing_chosen": _("Choose at least one recording."),
    "archive.original_differs": _(
        "The stored bytes of %(sha256)s are not what was sealed. Stop and verify the store."
    ),
    "archive.period_out_of_range": _("A period has between %(least)s and %(most)s days."),
    "archive.period_unchanged": _("The period has %(days)s days already."),
    "archive.periods_are_national": _(
        "Periods hold for the whole force: a custodian or integrity officer over all of it decides on them."
    ),
    "archive.reason_missing": _("Say why, and for whom."),
    "archive.second_person_needed": _("A second person must agree: not the one who proposed it."),
    "archive.too_many": _("%(count)s recordings are too many at once; choose at most %(most)s."),
}

FORBIDDEN = frozenset(
    {"archive.disclosures_not_yours", "archive.periods_are_national", "archive.second_person_needed"}
)

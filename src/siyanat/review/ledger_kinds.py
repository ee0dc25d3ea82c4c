"""What each act of this room reads like in the log."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

LEDGER_KINDS = {
    "review.review_opened": _("A review was opened"),
    "review.review_begun": _("A review was begun"),
    "review.review_taken_over": _("An overdue review was taken over"),
    "review.review_escalated": _("An overdue review was brought to the post above"),
    "review.review_signed_off": _("A review was signed off"),
    "review.item_skipped": _("An item of a watch plan was skipped with a reason"),
    "review.skip_taken_back": _("A skipped item was put back into the plan"),
    "review.mark_made": _("A mark was made"),
    "review.mark_withdrawn": _("A mark was withdrawn"),
    "review.case_opened_from_mark": _("A case was opened on a mark"),
    "review.officer_asked": _("An officer was asked"),
    "review.question_answered": _("An officer answered"),
    "review.second_line_drawn": _("It was drawn whether a second line reviews"),
}

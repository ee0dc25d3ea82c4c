"""The sentence of each refusal of this room."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

FOUND = {
    "national_id": _("a national ID"),
    "phone": _("a telephone number"),
    "plate": _("a number plate"),
}


def _identity(facts: Mapping[str, object]) -> str:
    what = FOUND.get(str(facts.get("what")), _("an identity"))
    return _now(
        "The text holds what looks like %(what)s. No note may identify a citizen: take it out and describe what was "
        "done, not to whom."
    ) % {"what": what}


MESSAGES = {
    "review.still_being_analyzed": _(
        "Footage of this shift is still being analyzed; the plan is not final. Try again soon."
    ),
    "review.identity_in_note": _identity,
    "review.not_at_work": _("Begin this review first; or somebody else is doing it."),
    "review.not_yours_to_review": _("This review is not yours to do."),
    "review.begun_by_another": _("Somebody else has begun this review."),
    "review.signed_off": _("This review is signed off."),
    "review.not_overdue": _("A review is taken over only when it is overdue and somebody else has begun it."),
    "review.no_plan": _(
        "There is no watch plan for this shift yet. It is made as soon as its minutes are counted."
    ),
    "review.plan_not_watched": _(
        "%(items)s items of the plan are neither watched nor skipped; %(left)s of footage are left."
    ),
    "review.summary_missing": _("Write a summary in a sentence or two: the officers read it."),
    "review.no_such_kind": _("There is no mark of the kind %(kind)s."),
    "review.no_such_reason": _("There is no reason %(reason)s for skipping."),
    "review.mark_outside_shift": _("The stretch does not lie within the shift."),
    "review.mark_too_long": _("A mark covers at most %(longest)s. Mark the moment itself."),
    "review.not_a_bearer": _("That person had no camera in this shift."),
    "review.conduct_item_not_in_force": _(
        "That item of the conduct catalogue is not in force. Choose it anew."
    ),
    "review.mark_has_case": _("A case was opened on this mark: it stays, and the case decides."),
    "review.mark_withdrawn": _("This mark was withdrawn."),
    "review.cannot_open_case": _(
        "Cases of this unit are opened by its own head and the integrity office. Leave the mark: they see it."
    ),
    "review.question_missing": _("Write what you want to ask."),
    "review.answer_missing": _("Write your answer."),
    "review.answered_already": _("You have answered this already."),
    "review.skip_note_missing": _(
        "Write in a few words why it does not play: whoever mends it will read it."
    ),
    "review.it_plays": _(
        "The server has decoded all of this item without a fault, so it is not skipped as unplayable. Load the page "
        "anew or try another computer; if it still does not play, tell the administrator."
    ),
    "review.not_seen_on_the_other": _("The same time has not been watched on another camera yet."),
    "review.there_is_footage": _("There is footage of this item, and it may be watched."),
    "review.not_that_reason": _(
        "Nothing is to be watched here, and the other reason is why: no footage, or a private moment."
    ),
    "review.bad_report": _("The player's report could not be read."),
    "review.no_such_month": _("%(value)s is no month; write it as 1405-09."),
}
FORBIDDEN = {"review.not_yours_to_review"}

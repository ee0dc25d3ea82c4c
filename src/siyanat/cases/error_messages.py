"""The sentence of each refusal of this room."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

MESSAGES = {
    "cases.title_missing": _("Give a title."),
    "cases.nobody_concerned": _("Say whom the case concerns."),
    "cases.officer_summary_missing": _(
        "A complainant is protected: write the summary that the officer may read."
    ),
    "cases.owner_concerned": _("The case concerns this person: somebody else must do it."),
    "cases.due_in_the_past": _("The deadline %(due_at)s has passed already."),
    "cases.action_done_already": _("This action was completed before."),
    "cases.outcome_missing": _("Say what came of it."),
    "cases.answer_missing": _("Write your answer."),
    "cases.answer_awaited": _(
        "The officer may answer until %(due_at)s; the case can't be decided against them before."
    ),
    "cases.decided_already": _("This case was decided before."),
    "cases.reasons_missing": _("Give the reasons."),
    "cases.not_decided": _("Decide the case before closing it."),
    "cases.actions_left": _("Actions are still open: %(number)s."),
    "cases.not_above": _("A case is handed to a unit above."),
    "cases.closed": _("This case is closed."),
}

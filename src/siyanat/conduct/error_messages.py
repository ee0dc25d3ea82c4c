"""Sentences of the catalogue's refusals."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

MESSAGES = {
    "conduct.draft_empty": _("The draft has no item; add some before it is put in force."),
    "conduct.draft_exists": _("A draft is being written already; finish that one first."),
    "conduct.no_draft": _("There is no draft; begin one first."),
    "conduct.recognition_gravity": _("A recognition has the gravity “recognition”, and nothing else has."),
}

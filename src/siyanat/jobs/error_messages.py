"""The sentence of the queue's own fault."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

MESSAGES = {
    "jobs.database_away": _("The queue's database can't be reached: %(reason)s. Jobs wait in it; try again."),
}

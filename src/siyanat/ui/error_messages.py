"""Sentences of the errors that the ground floors raise, which have no catalogue of their own."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

MESSAGES = {
    "absent_or_forbidden": _("There is no such page, or it is not yours to see."),
    "jalali.no_such_date": _("There is no such date in the calendar: %(value)s."),
    "jalali.unreadable_date": _(
        "Write the date as year/month/day, such as 1405/09/02; “%(value)s” can't be read."
    ),
    "jalali.unreadable_time": _("Write the time as hour:minute, such as 17:05; “%(value)s” can't be read."),
}

FORBIDDEN: frozenset[str] = frozenset()

"""Working days: on which dates deadlines may fall. Reads the table of non-working days; changes nothing.

In Iran every Friday is free; other days off (public holidays, and Thursdays where an order says so) stand
in the
table, which starts from the official calendar and is edited on the page of non-working days.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from siyanat.lib import jalali
from siyanat.roster import models

FRIDAY = 4
LONGEST_SEARCH = 400  # days ahead that are looked up at once; a deadline further away is looked up in steps


def is_working_day(day: dt.date) -> bool:
    """Whether deadlines may fall on this date."""
    return day.weekday() != FRIDAY and not models.NonWorkingDay.objects.filter(date=day).exists()


def add_working_days(start: dt.datetime, days: int) -> dt.datetime:
    """The end, in Tehran, of the ``days``-th working day after the day on which ``start`` falls.

    ``days`` is at least 0; 0 gives the end of the same day, or of the next working day when it is free.
    The day of
    the act itself is not counted (Civil Procedure Code of Iran, art. 445: neither the day of service nor
    the day of
    the act counts).

    :raises ValueError: when ``days`` is negative.
    """
    if days < 0:
        raise ValueError("a deadline does not lie before its start")
    day = last_working_day(jalali.local_date(start), days)
    return jalali.tehran_moment(day + dt.timedelta(days=1))


def end_of_working_day(day: dt.date) -> dt.datetime:
    """The end, in Tehran, of ``day``, or of the next working day when it is free."""
    return add_working_days(jalali.tehran_moment(day), 0)


def last_working_day(start: dt.date, days: int) -> dt.date:
    """The ``days``-th working day after ``start`` (0: ``start`` itself, or the next working day)."""
    is_free = _free_days(start, days)
    day, left = start, days
    while left > 0 or is_free(day):
        day += dt.timedelta(days=1)
        if not is_free(day):
            left -= 1
    return day


def count_working_days(start: dt.date, end: dt.date) -> int:
    """How many working days lie in [start, end)."""
    is_free = _free_days(start, (end - start).days)
    return sum(not is_free(start + dt.timedelta(days=step)) for step in range((end - start).days))


def _free_days(start: dt.date, days: int) -> Callable[[dt.date], bool]:
    horizon = start + dt.timedelta(days=max(LONGEST_SEARCH, days * 3))
    listed = set(
        models.NonWorkingDay.objects.filter(date__gte=start, date__lt=horizon).values_list("date", flat=True)
    )
    return lambda day: day.weekday() == FRIDAY or day in listed

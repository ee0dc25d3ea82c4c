"""The dates on which deadlines don't fall: seeded from the official calendar, then kept by people."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterable

import holidays
from django.db import transaction

from siyanat.ledger import operations as ledger
from siyanat.lib import errors, jalali, persian
from siyanat.roster import gates, models

FILLED_FROM = 10


@transaction.atomic
def seed_non_working_days(
    *, years: Iterable[int], now: dt.datetime, actor: str = f"{ledger.SYSTEM}:roster"
) -> int:
    """Add Iran's public holidays of Gregorian ``years`` that are not in the table; return how many were
    added.

    Source: the ``holidays`` package. Islamic dates ahead are calculated and may move by a day: edit them
    then.
    """
    return _take_official([year for year in years if not _is_filled(year)], None, None, now=now, actor=actor)


def _take_official(
    years: list[int], first: dt.date | None, following: dt.date | None, *, now: dt.datetime, actor: str
) -> int:
    """Holidays of Gregorian ``years`` that are not in the table, within [first, following) if given."""
    persian_names = holidays.country_holidays("IR", years=years, language="fa_IR")
    english_names = holidays.country_holidays("IR", years=years, language="en_US")
    known = set(models.NonWorkingDay.objects.values_list("date", flat=True))
    days = [
        models.NonWorkingDay(
            date=date, name_fa=_short(persian_names[date]), name_en=_short(english_names.get(date, ""))
        )
        for date in sorted(persian_names)
        if date not in known and (first is None or first <= date) and (following is None or date < following)
    ]
    models.NonWorkingDay.objects.bulk_create(days, ignore_conflicts=True)
    if days:
        ledger.append(
            kind="roster.seed_non_working_days",
            actor=actor,
            subject="non_working_days",
            now=now,
            facts={"first": days[0].date, "last": days[-1].date, "added": len(days)},
        )
    return len(days)


@transaction.atomic
def load_official_days(*, viewer: gates.Viewer, year: int, now: dt.datetime) -> int:
    """Take the official holidays of a Jalali year into the table; what people edited stays. How many were added.

    :raises errors.NotFound: unless the viewer is an administrator.
    :raises errors.Refusal: ``jalali.no_such_date``; ``roster.days_loaded`` when nothing is missing.
    """
    _check_administrator(viewer)
    first, following = jalali.month_dates(year, 1)[0], jalali.month_dates(year, 12)[1]
    added = _take_official([first.year, following.year], first, following, now=now, actor=viewer.actor)
    if not added:
        raise errors.Refusal("roster.days_loaded", year=year)
    return added


@transaction.atomic
def add_non_working_day(
    *, viewer: gates.Viewer, date: dt.date, name_fa: str, now: dt.datetime, name_en: str = ""
) -> models.NonWorkingDay:
    """Declare a date free.

    :raises errors.NotFound: unless the viewer is an administrator.
    :raises errors.Refusal: ``roster.day_listed`` when it is in the table.
    """
    _check_administrator(viewer)
    day, made = models.NonWorkingDay.objects.get_or_create(
        date=date, defaults={"name_fa": persian.normalise(name_fa), "name_en": name_en.strip()}
    )
    if not made:
        raise errors.Refusal("roster.day_listed", date=date)
    ledger.append(
        kind="roster.add_non_working_day",
        actor=viewer.actor,
        subject=f"day:{date}",
        now=now,
        facts={"name": day.name_fa},
    )
    return day


@transaction.atomic
def remove_non_working_day(*, viewer: gates.Viewer, date: dt.date, now: dt.datetime) -> None:
    """Declare a date a working day again.

    :raises errors.NotFound: when it is not in the table or the viewer is no administrator.
    """
    _check_administrator(viewer)
    removed, _ = models.NonWorkingDay.objects.filter(date=date).delete()
    if not removed:
        raise errors.NotFound
    ledger.append(kind="roster.remove_non_working_day", actor=viewer.actor, subject=f"day:{date}", now=now)


def _check_administrator(viewer: gates.Viewer) -> None:
    if not viewer.holds(gates.Role.ADMINISTRATOR):
        raise errors.NotFound


def _is_filled(year: int) -> bool:
    """Whether the year has more days than people add by hand before it is filled (the calendar has over 20)."""
    return models.NonWorkingDay.objects.filter(date__year=year).count() >= FILLED_FROM


@functools.cache
def _short(name: str) -> str:
    return persian.normalise(name)[:120]

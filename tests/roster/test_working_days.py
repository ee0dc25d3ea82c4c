"""Deadlines fall on working days of the official calendar."""

from __future__ import annotations

import datetime as dt

import pytest

from siyanat.lib import errors, jalali
from siyanat.roster import models, operations, working_days
from tests.cast import NOW, Cast


@pytest.mark.django_db
def test_the_official_calendar_is_seeded_once() -> None:
    assert operations.seed_non_working_days(years=range(2026, 2027), now=NOW) > 15
    assert operations.seed_non_working_days(years=range(2026, 2027), now=NOW) == 0
    day = models.NonWorkingDay.objects.get(date=dt.date(2026, 3, 21))
    assert "نوروز" in day.name_fa
    assert day.name_en


def test_a_day_that_was_removed_does_not_come_back(cast: Cast) -> None:
    operations.seed_non_working_days(years=range(2026, 2027), now=NOW)
    operations.remove_non_working_day(viewer=cast.viewer("admin"), date=dt.date(2026, 3, 21), now=NOW)
    assert operations.seed_non_working_days(years=range(2026, 2027), now=NOW) == 0
    assert working_days.is_working_day(dt.date(2026, 3, 21))


@pytest.mark.django_db
def test_fridays_and_listed_days_are_passed_over() -> None:
    models.NonWorkingDay.objects.create(date=dt.date(2026, 11, 21), name_fa="تعطیل")
    friday_noon = dt.datetime(2026, 11, 20, 9, tzinfo=dt.UTC)
    assert working_days.add_working_days(friday_noon, 0) == jalali.tehran_moment(dt.date(2026, 11, 23))
    assert working_days.add_working_days(friday_noon, 3) == jalali.tehran_moment(dt.date(2026, 11, 25))
    assert working_days.count_working_days(dt.date(2026, 11, 20), dt.date(2026, 11, 27)) == 5


@pytest.mark.django_db
@pytest.mark.parametrize("days", [0, 1, 7, 40])
def test_as_many_working_days_lie_between_as_were_added(days: int) -> None:
    operations.seed_non_working_days(years=range(2026, 2028), now=NOW)
    start = dt.date(2026, 3, 14)
    last = working_days.last_working_day(start, days)
    assert working_days.is_working_day(last)
    assert working_days.count_working_days(start + dt.timedelta(days=1), last + dt.timedelta(days=1)) == days


def test_an_administrator_edits_the_calendar_and_nobody_else(cast: Cast) -> None:
    day = dt.date(2026, 12, 1)
    operations.add_non_working_day(viewer=cast.viewer("admin"), date=day, name_fa="آلودگی هوا", now=NOW)
    with pytest.raises(errors.Refusal, match="day_listed"):
        operations.add_non_working_day(viewer=cast.viewer("admin"), date=day, name_fa="آلودگی هوا", now=NOW)
    with pytest.raises(errors.NotFound):
        operations.remove_non_working_day(viewer=cast.viewer("head"), date=day, now=NOW)
    operations.remove_non_working_day(viewer=cast.viewer("admin"), date=day, now=NOW)
    assert working_days.is_working_day(day)

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siyanat.lib import errors, jalali, persian

DATES = st.dates(dt.date(1850, 1, 1), dt.date(2118, 1, 1))
LEAP_REMAINDERS = {1, 5, 9, 13, 17, 22, 26, 30}


@pytest.mark.parametrize(
    ("year", "day"),
    [
        (1357, dt.date(1978, 3, 21)),
        (1399, dt.date(2020, 3, 20)),
        (1403, dt.date(2024, 3, 20)),
        (1404, dt.date(2025, 3, 21)),
        (1405, dt.date(2026, 3, 21)),
        (1408, dt.date(2029, 3, 20)),
        (1409, dt.date(2030, 3, 21)),
    ],
)
def test_new_years_days_are_those_of_the_official_calendar(year: int, day: dt.date) -> None:
    assert jalali.to_gregorian(year, 1, 1) == day
    assert jalali.from_gregorian(day) == (year, 1, 1)


@pytest.mark.parametrize("year", range(jalali.FIRST_YEAR, jalali.LAST_YEAR))
def test_leap_years_follow_the_33_year_rule(year: int) -> None:
    leap = year % 33 in LEAP_REMAINDERS
    assert jalali.is_leap(year) == leap
    first, following = jalali.to_gregorian(year, 1, 1), jalali.to_gregorian(year + 1, 1, 1)
    assert (following - first).days == 365 + leap


@given(date=DATES)
def test_a_date_survives_the_way_there_and_back(date: dt.date) -> None:
    assert jalali.to_gregorian(*jalali.from_gregorian(date)) == date


@given(date=DATES, language=st.sampled_from(["fa", "en"]))
def test_a_shown_date_can_be_typed_in_again(date: dt.date, language: str) -> None:
    shown = jalali.format_date(date, language=language)
    assert jalali.parse_date(shown) == date
    assert jalali.parse_date(shown.replace("/", "-")) == date


@pytest.mark.parametrize("text", ["1405/9/2", "۱۴۰۵/۰۹/۰۲", "١٤٠٥-٩-٢", " 1405-09-02 ", "\u200f۱۴۰۵/۹/۲"])
def test_people_may_type_any_digits_and_either_separator(text: str) -> None:
    assert jalali.parse_date(text) == dt.date(2026, 11, 23)


@pytest.mark.parametrize(
    "text", ["", "1405", "1405/9-2", "05/9/2", "2/9/1405", "1405.9.2", "1405/९/2", "x1405/9/2"]
)
def test_an_unreadable_date_is_refused_with_what_was_typed(text: str) -> None:
    with pytest.raises(errors.Refusal) as refusal:
        jalali.parse_date(text)
    assert refusal.value.code == "jalali.unreadable_date"
    assert refusal.value.facts["value"] == text


@pytest.mark.parametrize(
    "text", ["1404/12/30", "1405/13/1", "1405/0/1", "1405/7/31", "1405/1/32", "2026/11/23"]
)
def test_a_day_that_does_not_exist_is_refused(text: str) -> None:
    with pytest.raises(errors.Refusal, match=r"jalali.no_such_date"):
        jalali.parse_date(text)


def test_a_moment_is_shown_in_tehran() -> None:
    moment = dt.datetime(2026, 11, 23, 20, 45, 7, tzinfo=dt.UTC)
    assert jalali.format_datetime(moment) == "۱۴۰۵/۰۹/۰۳ ۰۰:۱۵"
    assert jalali.format_datetime(moment, language="en", seconds=True) == "1405/09/03 00:15:07"
    assert jalali.local_date(moment) == dt.date(2026, 11, 24)


def test_a_long_date_names_month_and_weekday() -> None:
    day = dt.date(2026, 11, 23)
    assert jalali.format_date_long(day, weekday=True) == "دوشنبه ۲ آذر ۱۴۰۵"
    assert jalali.format_date_long(day, language="en") == "2 Azar 1405"


@given(moment=st.datetimes(dt.datetime(2023, 1, 1), dt.datetime(2100, 1, 1), timezones=st.just(dt.UTC)))  # noqa: DTZ001
def test_a_shown_moment_can_be_typed_in_again(moment: dt.datetime) -> None:
    moment = moment.replace(second=0, microsecond=0)
    assert jalali.parse_datetime(jalali.format_datetime(moment)) == moment


@pytest.mark.parametrize("text", ["1405/9/2", "1405/9/2 24:00", "1405/9/2 12:60", "1405/9/2 noon"])
def test_an_unreadable_time_is_refused(text: str) -> None:
    with pytest.raises(errors.Refusal, match=r"jalali.unreadable_time"):
        jalali.parse_datetime(text)


def test_a_month_runs_from_midnight_in_tehran_to_midnight() -> None:
    first, end = jalali.month_range(1405, 9)
    assert first == dt.datetime(2026, 11, 21, 20, 30, tzinfo=dt.UTC)
    assert end - first == dt.timedelta(days=30)


def test_a_month_with_summer_time_has_an_hour_less() -> None:
    first, end = jalali.month_range(1400, 1)  # the clock went forward on the second day
    assert end - first == dt.timedelta(days=31) - dt.timedelta(hours=1)


@given(year=st.integers(1206, 1497), month=st.integers(1, 12))
def test_months_follow_each_other_without_gap(year: int, month: int) -> None:
    following = (year, month + 1) if month < 12 else (year + 1, 1)
    assert jalali.month_range(year, month)[1] == jalali.month_range(*following)[0]


@given(date=DATES)
def test_days_follow_each_other_without_gap(date: dt.date) -> None:
    assert jalali.day_range(date)[1] == jalali.day_range(date + dt.timedelta(days=1))[0]


def test_month_names_are_normalised_persian() -> None:
    assert [persian.normalise(name) for name in jalali.MONTHS_FA] == list(jalali.MONTHS_FA)
    assert len(jalali.MONTHS_EN) == len(jalali.MONTHS_FA) == 12


@pytest.mark.parametrize("date", [dt.date.min, dt.date.max, dt.date(1700, 1, 1)])
def test_what_lies_outside_the_calendar_is_told_as_it_is_stored(date: dt.date) -> None:
    evening = dt.datetime.combine(date, dt.time(23), tzinfo=dt.UTC)
    assert jalali.format_datetime(evening, language="en").startswith(f"{date.year:04d}-")
    assert jalali.format_date(date) == jalali.format_date_long(date) == date.isoformat()

"""Jalali dates at the edge: shown, read from people, and cut into months.

Kept here: conversion between the Gregorian dates that are stored and the Jalali dates that people see. The
calendar's arithmetic is jdatetime's (leap years by the 33-year rule, right for the years 1206 to 1498 that
Iran's official calendar covers); the zone is Asia/Tehran. Nothing Jalali is ever stored or compared.
"""

from __future__ import annotations

import datetime as dt
import re
import zoneinfo

import jdatetime

from siyanat.lib import clock, errors, persian

TEHRAN = zoneinfo.ZoneInfo("Asia/Tehran")

MONTHS_FA = (
    "فروردین", "اردیبهشت", "خرداد", "تیر", "مرداد", "شهریور", "مهر", "آبان", "آذر", "دی", "بهمن", "اسفند",
)  # fmt: skip
MONTHS_EN = (
    "Farvardin", "Ordibehesht", "Khordad", "Tir", "Mordad", "Shahrivar",
    "Mehr", "Aban", "Azar", "Dey", "Bahman", "Esfand",
)  # fmt: skip
WEEKDAYS_FA = ("دوشنبه", "سه‌شنبه", "چهارشنبه", "پنجشنبه", "جمعه", "شنبه", "یکشنبه")
WEEKDAYS_EN = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
FIRST_YEAR, LAST_YEAR = 1206, 1498
_FIRST, _LAST = dt.date(1827, 3, 22), dt.date(2120, 3, 19)  # the days that those years surely cover

_DATE = re.compile(r"([0-9]{4})([/-])([0-9]{1,2})\2([0-9]{1,2})")
_TIME = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?")


def from_gregorian(date: dt.date) -> tuple[int, int, int]:
    """Year, month and day of the Jalali calendar."""
    jalali = jdatetime.date.fromgregorian(date=date)
    return jalali.year, jalali.month, jalali.day


def to_gregorian(year: int, month: int, day: int) -> dt.date:
    """The Gregorian date of a Jalali one.

    :raises errors.Refusal: ``jalali.no_such_date`` when the month has no such day or the year is out of
        range.
    """
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise errors.Refusal("jalali.no_such_date", value=f"{year}/{month}/{day}")
    try:
        date = jdatetime.date(year, month, day).togregorian()
    except ValueError as error:
        raise errors.Refusal("jalali.no_such_date", value=f"{year}/{month}/{day}") from error
    return dt.date(date.year, date.month, date.day)


def is_leap(year: int) -> bool:
    """Whether Esfand has 30 days (33-year rule: 1403 and 1408 are leap years)."""
    return bool(jdatetime.date(year, 1, 1).isleap())


def local_date(moment: dt.datetime) -> dt.date:
    """The Gregorian date in Tehran at an aware moment."""
    return _in_tehran(moment).date()


def _in_tehran(moment: dt.datetime) -> dt.datetime:
    """The moment on Tehran's clock; unmoved at the ends of time, where that clock has no date."""
    try:
        return clock.require_aware(moment).astimezone(TEHRAN)
    except OverflowError:
        return moment


def format_date(date: dt.date, *, language: str = "fa") -> str:
    """``1405/09/02``: with Persian digits in Persian, with Latin ones otherwise.

    A day outside the calendar (a camera whose clock was lost) is told as it is stored: ``0001-01-02``.
    """
    if not _FIRST <= date <= _LAST:
        return date.isoformat()
    year, month, day = from_gregorian(date)
    return _digits(f"{year:04d}/{month:02d}/{day:02d}", language)


def format_date_long(date: dt.date, *, language: str = "fa", weekday: bool = False) -> str:
    """«دوشنبه ۲ آذر ۱۴۰۵», ``Monday 2 Azar 1405``."""
    if not _FIRST <= date <= _LAST:
        return date.isoformat()
    year, month, day = from_gregorian(date)
    months, weekdays = (MONTHS_FA, WEEKDAYS_FA) if language == "fa" else (MONTHS_EN, WEEKDAYS_EN)
    lead = f"{weekdays[date.weekday()]} " if weekday else ""
    return _digits(f"{lead}{day} {months[month - 1]} {year}", language)


def format_time(moment: dt.datetime, *, language: str = "fa", seconds: bool = False) -> str:
    """``17:05`` in Tehran at an aware moment."""
    local = _in_tehran(moment)
    return _digits(local.strftime("%H:%M:%S" if seconds else "%H:%M"), language)


def format_datetime(moment: dt.datetime, *, language: str = "fa", seconds: bool = False) -> str:
    """``1405/09/02 17:05``: date and time in Tehran at an aware moment."""
    date = format_date(local_date(moment), language=language)
    return f"{date} {format_time(moment, language=language, seconds=seconds)}"


def parse_date(text: str) -> dt.date:
    """What a person typed, ``1405/9/2`` or ``۱۴۰۵-۰۹-۰۲``, as a Gregorian date.

    :raises errors.Refusal: ``jalali.unreadable_date`` when it has another form, ``jalali.no_such_date``
        when there is no such day.
    """
    match = _DATE.fullmatch(persian.normalise(text))
    if match is None:
        raise errors.Refusal("jalali.unreadable_date", value=text)
    return to_gregorian(int(match[1]), int(match[3]), int(match[4]))


def parse_datetime(text: str) -> dt.datetime:
    """A Jalali date, a space and ``hh:mm`` or ``hh:mm:ss`` in Tehran, as an aware UTC moment.

    :raises errors.Refusal: as `parse_date`, or ``jalali.unreadable_time``.
    """
    date_text, _, time_text = persian.normalise(text).partition(" ")
    date = parse_date(date_text)
    match = _TIME.fullmatch(time_text.strip())
    hour, minute, second = (int(part or 0) for part in match.groups()) if match else (24, 0, 0)
    if hour > 23 or minute > 59 or second > 59:
        raise errors.Refusal("jalali.unreadable_time", value=text)
    return tehran_moment(date, dt.time(hour, minute, second))


def tehran_moment(date: dt.date, time: dt.time = dt.time(0)) -> dt.datetime:
    """The UTC moment of a wall-clock time in Tehran (the earlier one where the clock repeats an hour)."""
    return dt.datetime.combine(date, time, tzinfo=TEHRAN).astimezone(dt.UTC)


def first_at(time: dt.time, *, after: dt.datetime) -> dt.datetime:
    """The first UTC moment at or after ``after`` at which clocks in Tehran show ``time``: of a shift over midnight."""
    date = local_date(after)
    moment = tehran_moment(date, time)
    return moment if moment >= after else tehran_moment(date + dt.timedelta(days=1), time)


def day_range(date: dt.date) -> tuple[dt.datetime, dt.datetime]:
    """First instant of the day in Tehran and first instant of the next, both in UTC; the end is exclusive."""
    return tehran_moment(date), tehran_moment(date + dt.timedelta(days=1))


def month_dates(year: int, month: int) -> tuple[dt.date, dt.date]:
    """Gregorian dates of the month's first day and of the next month's first day (exclusive).

    :raises errors.Refusal: ``jalali.no_such_date``
    """
    following = (year, month + 1) if month < 12 else (year + 1, 1)
    return to_gregorian(year, month, 1), to_gregorian(*following, 1)


def month_range(year: int, month: int) -> tuple[dt.datetime, dt.datetime]:
    """First instant of the month in Tehran and of the next, both in UTC; the end is exclusive.

    :raises errors.Refusal: ``jalali.no_such_date``
    """
    first, following = month_dates(year, month)
    return tehran_moment(first), tehran_moment(following)


def _digits(text: str, language: str) -> str:
    return persian.to_persian_digits(text) if language == "fa" else text

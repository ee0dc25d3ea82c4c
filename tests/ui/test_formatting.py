from __future__ import annotations

import datetime as dt

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from siyanat.ui import formatting
from tests.ui import pages


@pytest.mark.parametrize(
    ("language", "expected"), [("fa", "۷ ساعت و ۴۱ دقیقه"), ("en", "7 h 41 min")], ids=["Persian", "English"]
)
def test_a_duration_reads_in_hours_and_minutes(language: str, expected: str) -> None:
    with translation.override(language):
        assert formatting.duration(461) == expected
        assert formatting.duration(dt.timedelta(minutes=461, seconds=20)) == expected
        assert formatting.duration_ms(461 * 60_000) == expected


def test_less_than_a_minute_is_given_in_seconds() -> None:
    with translation.override("en"):
        assert formatting.duration(dt.timedelta(seconds=42)) == "42 s"
        assert formatting.duration(0) == "0 min"
        assert formatting.duration(-7) == "−7 min"


def test_a_player_shows_a_clock() -> None:
    with translation.override("en"):
        assert formatting.duration_ms(27_665_000, style="clock") == "7:41:05"


def test_dates_are_jalali_in_both_languages_and_in_tehran() -> None:
    late = dt.datetime(2026, 11, 23, 21, 0, tzinfo=dt.UTC)
    with translation.override("fa"):
        assert formatting.moment(late) == "۱۴۰۵/۰۹/۰۳ ۰۰:۳۰"
    with translation.override("en"):
        assert formatting.date(late) == "1405/09/03"
        assert formatting.date(pages.NOW, style="long") == "2 Azar 1405"


def test_a_share_is_a_percentage_with_the_readers_digits() -> None:
    with translation.override("fa"):
        assert formatting.percent(0.964, places=1) == "۹۶٫۴٪"
    with translation.override("en"):
        assert formatting.percent(0.964) == "96%"


@pytest.mark.parametrize(
    ("left", "words", "urgency"),
    [
        (dt.timedelta(hours=-31), "31 hours overdue", "overdue"),
        (dt.timedelta(minutes=40), "40 min left", "soon"),
        (dt.timedelta(days=4), "4 days left", "later"),
    ],
    ids=["overdue", "soon", "later"],
)
def test_a_deadline_says_how_pressing_it_is(left: dt.timedelta, words: str, urgency: str) -> None:
    with translation.override("en"):
        assert formatting.deadline(pages.NOW + left, now=pages.NOW) == (words, urgency)


def test_sizes_are_in_decimal_units() -> None:
    with translation.override("en"):
        assert formatting.size(29_400_000_000_000) == "29.4 TB"
        assert formatting.size(512) == "512 B"


def test_what_is_absent_is_a_dash() -> None:
    for show in (formatting.date, formatting.moment, formatting.duration, formatting.number, formatting.size):
        assert show(None) == formatting.DASH


@given(st.integers(min_value=0, max_value=10**7))
def test_no_latin_digit_is_left_in_persian(minutes: int) -> None:
    with translation.override("fa"):
        assert not set(formatting.duration(minutes)) & set("0123456789")

import decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siyanat.lib import persian

LETTERS = "آابپتثجچحخدذرزژسشصضطظعغفقکگلمنوهیيكىةۀئؤأإ ـ\u200c\u200f\u00a0\u0654\u064b٠١۲۳45\n\r\tabÀ-،."
TEXTS = st.text(st.sampled_from(LETTERS), max_size=30) | st.text(max_size=15)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("علي كريمي", "علی کریمی"),
        ("  رضا   احمدی\u200f ", "رضا احمدی"),
        ("می\u200c\u200cرود", "می\u200cرود"),
        ("می \u200cرود", "می رود"),
        ("\u200cسلام\u200c", "سلام"),
        ("محـــمد", "محمد"),
        ("٠١٢٣٤٥٦٧٨٩ ۰۱۲۳۴۵۶۷۸۹", "0123456789 0123456789"),
        ("سطر\r\nدو", "سطر\nدو"),
        ("خانۀ", "خانه\u0654"),
    ],
)
def test_text_is_stored_in_one_spelling(typed: str, stored: str) -> None:
    assert persian.normalise(typed) == stored


@given(text=TEXTS)
def test_normalising_twice_changes_nothing_more(text: str) -> None:
    assert persian.normalise(persian.normalise(text)) == persian.normalise(text)


@given(text=TEXTS)
def test_a_search_key_is_its_own_key_and_that_of_the_stored_text(text: str) -> None:
    key = persian.search_key(text)
    assert persian.search_key(key) == key
    assert persian.search_key(persian.normalise(text)) == key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("می‌رود", "می رود"),
        ("رئیسی", "رييسی"),
        ("آزادی", "ازادي"),
        ("مؤمن", "مومن"),
        ("كلانتري-۱۱۲", "کلانتری 112"),
        ("ALI", "ali"),
        ("خانۀ", "خانه"),
        ("مُحَمَّد", "محمد"),
    ],
)
def test_two_spellings_of_one_name_share_a_search_key(one: str, other: str) -> None:
    assert persian.search_key(one) == persian.search_key(other)


def test_different_names_have_different_search_keys() -> None:
    assert persian.search_key("علی") != persian.search_key("عالی")


@given(text=st.text("0123456789 ab", max_size=20))
def test_digits_come_back_from_persian(text: str) -> None:
    assert persian.to_latin_digits(persian.to_persian_digits(text)) == text


@pytest.mark.parametrize(
    ("number", "places", "fa", "en"),
    [
        (0, 0, "۰", "0"),
        (1234567, 0, "۱٬۲۳۴٬۵۶۷", "1,234,567"),
        (-1234.5, 1, "\u200e\u2212۱٬۲۳۴٫۵", "-1,234.5"),
        (decimal.Decimal("99.995"), 2, "۱۰۰٫۰۰", "100.00"),
        (0.125, 1, "۰٫۱", "0.1"),
    ],
)
def test_numbers_are_grouped_in_the_script_of_the_reader(
    number: int | float | decimal.Decimal, places: int, fa: str, en: str
) -> None:
    assert persian.format_number(number, places=places) == fa
    assert persian.format_number(number, places=places, language="en") == en


@pytest.mark.parametrize(
    ("minutes", "fa", "en"),
    [
        (461, "۷ ساعت و ۴۱ دقیقه", "7 h 41 min"),
        (480, "۸ ساعت", "8 h"),
        (7, "۷ دقیقه", "7 min"),
        (0, "۰ دقیقه", "0 min"),
        (60_001, "۱٬۰۰۰ ساعت و ۱ دقیقه", "1,000 h 1 min"),
    ],
)
def test_a_length_of_time_reads_in_hours_and_minutes(minutes: int, fa: str, en: str) -> None:
    assert persian.format_duration(minutes=minutes) == fa
    assert persian.format_duration(minutes=minutes, language="en") == en


def test_a_short_length_of_time_reads_in_minutes_and_seconds() -> None:
    assert persian.format_seconds(seconds=125) == "۲ دقیقه و ۵ ثانیه"
    assert persian.format_seconds(seconds=3_605, language="en") == "1 h 5 s"

"""Persian letters, digits, numbers and durations.

Kept here: pure text functions, without a catalogue of messages. What is stored keeps Latin digits and
normalised letters; Persian digits are put on at the edge. Nothing here guesses what a writer meant: it
folds letters that look alike and stem from other keyboards, and leaves words alone.
"""

from __future__ import annotations

import decimal
import re
import unicodedata

ZWNJ = "\u200c"
"""The half space that joins the parts of a word without joining their letters."""

_LEFT_TO_RIGHT = "\u200e"
_PERSIAN_DIGITS = "۰۱۲۳۴۵۶۷۸۹"
_ARABIC_DIGITS = "٠١٢٣٤٥٦٧٨٩"
_LATIN_DIGITS = "0123456789"
_TO_PERSIAN = str.maketrans(_LATIN_DIGITS + _ARABIC_DIGITS, _PERSIAN_DIGITS * 2)
_TO_LATIN = str.maketrans(_PERSIAN_DIGITS + _ARABIC_DIGITS, _LATIN_DIGITS * 2)
_LETTERS = str.maketrans(
    {
        "ي": "ی",
        "ى": "ی",
        "ې": "ی",
        "ك": "ک",
        "ڪ": "ک",
        "ہ": "ه",
        "ھ": "ه",
        "ە": "ه",
        "ۀ": "ه\u0654",
        "ـ": None,
    }
)
_KEY_FOLDS = str.maketrans({"آ": "ا", "أ": "ا", "إ": "ا", "ٱ": "ا", "ؤ": "و", "ئ": "ی", "ة": "ه"})
_INVISIBLE = re.compile("[\u00ad\u200b\u200d-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
_SPACES = re.compile(r"[ \t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+")
_AROUND_ZWNJ = re.compile(f" *{ZWNJ}[ {ZWNJ}]*")
_NOT_WORD = re.compile(r"[\W_]+")
_GROUP, _POINT = "٬", "٫"


def to_persian_digits(text: str) -> str:
    """Latin and Arabic digits to Persian ones."""
    return text.translate(_TO_PERSIAN)


def to_latin_digits(text: str) -> str:
    """Persian and Arabic digits to Latin ones."""
    return text.translate(_TO_LATIN)


def normalise(text: str) -> str:
    """Text as it is stored: NFC, Persian letters, Latin digits, no tatweel or hidden marks, single spaces.

    A half space stays between two letters; beside a space or an end it goes. Line breaks stay. Idempotent.
    """
    text = unicodedata.normalize("NFC", text).translate(_LETTERS)
    text = unicodedata.normalize("NFC", to_latin_digits(_INVISIBLE.sub("", text)))
    lines = (_normalise_line(line) for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    return "\n".join(lines).strip("\n")


def _normalise_line(line: str) -> str:
    line = _SPACES.sub(" ", line)
    line = _AROUND_ZWNJ.sub(lambda match: " " if " " in match[0] else ZWNJ, line)
    return _SPACES.sub(" ", line).strip(f" {ZWNJ}")


def search_key(text: str) -> str:
    """What two spellings of one name share: no case, marks, half spaces, punctuation or hamza seats.

    Half spaces and spaces both become one space, so that «می‌رود» is found by «می رود».
    """
    text = normalise(text).casefold().translate(_KEY_FOLDS)
    text = "".join(
        letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter)
    )
    return _NOT_WORD.sub(" ", text.translate(_LETTERS)).strip()


def format_number(number: int | float | decimal.Decimal, *, places: int = 0, language: str = "fa") -> str:
    """A number with thousands grouped: ``1,234.5`` in English, «۱٬۲۳۴٫۵» in Persian; half goes to even."""
    rounded = round(decimal.Decimal(str(number)), places) if places else decimal.Decimal(round(number))
    text = f"{rounded:,.{places}f}"
    if language != "fa":
        return text
    minus = _LEFT_TO_RIGHT + "\u2212"  # without the mark the sign would land behind the number
    return to_persian_digits(text.replace(",", _GROUP).replace(".", _POINT).replace("-", minus))


def format_duration(*, minutes: int, language: str = "fa") -> str:
    """A length of time in hours and minutes: ``7 h 41 min``, «۷ ساعت و ۴۱ دقیقه».

    ``minutes`` is not negative. Hours are not folded into days: a shift of 30 hours reads "30 h".
    """
    hours, rest = divmod(minutes, 60)
    return _join([(hours, "h", "ساعت"), (rest, "min", "دقیقه")], language)


def format_seconds(*, seconds: int, language: str = "fa") -> str:
    """A short length of time: ``2 min 5 s``, «۲ دقیقه و ۵ ثانیه»; from one hour on, hours too."""
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return _join([(hours, "h", "ساعت"), (minutes, "min", "دقیقه"), (rest, "s", "ثانیه")], language)


def _join(parts: list[tuple[int, str, str]], language: str) -> str:
    shown = [part for part in parts if part[0]] or parts[-1:]
    if language != "fa":
        return " ".join(f"{count:,} {unit}" for count, unit, _ in shown)
    return " و ".join(f"{format_number(count)} {unit}" for count, _, unit in shown)

"""How values are written for the person who reads: dates, digits, durations, shares.

Kept here: the one place where stored values (UTC moments, Latin digits, milliseconds) become words in the
reader's language. The language is the active translation's; the calendar is Jalali in both. Every function
returns plain text, safe in an attribute as well as in a sentence; ``None`` is shown as a dash.
"""

from __future__ import annotations

import datetime as dt
import decimal
import unicodedata

from django.utils import translation
from django.utils.translation import gettext, ngettext, pgettext

from siyanat.lib import clock, jalali, persian

DASH = "\u2013"
LEFT_TO_RIGHT_MARK = "\u200e"
LEFT_TO_RIGHT_ISOLATE = "\u2066"
FIRST_STRONG_ISOLATE, POP_ISOLATE = "\u2068", "\u2069"


def language() -> str:
    """``fa`` or ``en``: the two languages in which this product speaks."""
    return "en" if (translation.get_language() or "fa").startswith("en") else "fa"


def digits(value: object) -> str:
    """Text with Persian digits in Persian, unchanged in English."""
    if value is None:
        return DASH
    return persian.to_persian_digits(str(value)) if language() == "fa" else str(value)


def number(value: int | float | decimal.Decimal | None, *, places: int = 0) -> str:
    """A number with its thousands grouped."""
    return DASH if value is None else persian.format_number(value, places=places, language=language())


def percent(share: float | decimal.Decimal | None, *, places: int = 0) -> str:
    """A share between 0 and 1 as ``96%``, «۹۶٪»."""
    if share is None:
        return DASH
    shown = number(decimal.Decimal(str(share)) * 100, places=places)
    return f"{shown}٪" if language() == "fa" else f"{shown}%"


def date(value: dt.date | dt.datetime | None, *, style: str = "") -> str:
    """A Jalali date: ``1405/09/02``; style ``long`` in words, style ``weekday`` with the day of the week."""
    if value is None:
        return DASH
    day = jalali.local_date(value) if isinstance(value, dt.datetime) else value
    if style in {"long", "weekday"}:
        return jalali.format_date_long(day, language=language(), weekday=style == "weekday")
    return jalali.format_date(day, language=language())


def moment(value: dt.datetime | None, *, seconds: bool = False) -> str:
    """Jalali date and time in Tehran of an aware moment."""
    return DASH if value is None else jalali.format_datetime(value, language=language(), seconds=seconds)


def time(value: dt.datetime | None, *, seconds: bool = False) -> str:
    """Time in Tehran of an aware moment."""
    return DASH if value is None else jalali.format_time(value, language=language(), seconds=seconds)


def duration(value: dt.timedelta | int | float | None, *, style: str = "") -> str:
    """A length of time: a timedelta, or a number of minutes. «۷ ساعت و ۴۱ دقیقه», ``7 h 41 min``.

    Whole minutes, rounded; less than a minute, or style ``seconds``, is given to the second. Style ``clock``
    gives ``7:41:05`` as a player does. A negative length is shown with a minus sign.
    """
    if value is None:
        return DASH
    seconds = value.total_seconds() if isinstance(value, dt.timedelta) else float(value) * 60
    sign, whole = ("\u2212" if seconds < 0 else ""), round(abs(seconds))
    if style == "clock":
        return sign + digits(f"{whole // 3600}:{whole // 60 % 60:02d}:{whole % 60:02d}")
    if style == "seconds" or 0 < whole < 60:
        return sign + persian.format_seconds(seconds=whole, language=language())
    return sign + persian.format_duration(minutes=round(whole / 60), language=language())


def duration_ms(value: int | None, *, style: str = "") -> str:
    """A length of time given in milliseconds."""
    return DASH if value is None else duration(dt.timedelta(milliseconds=value), style=style)


def size(value: int | None) -> str:
    """A number of bytes in decimal units: ``29.4 TB``."""
    if value is None:
        return DASH
    names = (
        pgettext("size in bytes", "B"),
        pgettext("size in bytes", "KB"),
        pgettext("size in bytes", "MB"),
        pgettext("size in bytes", "GB"),
        pgettext("size in bytes", "TB"),
    )
    scaled, rank = float(value), 0
    while abs(scaled) >= 1000 and rank < len(names) - 1:
        scaled, rank = scaled / 1000, rank + 1
    places = 1 if rank > 1 and abs(scaled) < 100 else 0
    return f"{number(scaled, places=places)} {names[rank]}"


def distance(until: dt.timedelta) -> str:
    """How far a moment is, roughly and without a sign: minutes, hours, then days."""
    minutes = round(abs(until.total_seconds()) / 60)
    if minutes < 60:
        return duration(minutes)
    hours = round(minutes / 60)
    if hours < 48:
        return ngettext("%(count)s hour", "%(count)s hours", hours) % {"count": number(hours)}
    days = round(hours / 24)
    return ngettext("%(count)s day", "%(count)s days", days) % {"count": number(days)}


def deadline(due_at: dt.datetime, *, now: dt.datetime | None = None) -> tuple[str, str]:
    """What a deadline says and how pressing it is: ``overdue``, ``soon`` (within a day) or ``later``."""
    left = due_at - (now or clock.now())
    if left < dt.timedelta(0):
        return gettext("%(time)s overdue") % {"time": distance(left)}, "overdue"
    urgency = "soon" if left <= dt.timedelta(days=1) else "later"
    return gettext("%(time)s left") % {"time": distance(left)}, urgency


def isolate(text: str) -> str:
    """Text that keeps its own direction inside a sentence: for identifiers in plain text.

    Where no letter tells the direction (``1405/09/02-0007``), browsers take that of the sentence and show the parts
    in reverse: such text goes left to right.
    """
    has_letters = any(unicodedata.bidirectional(letter) in {"L", "R", "AL"} for letter in text)
    opening = FIRST_STRONG_ISOLATE if has_letters else LEFT_TO_RIGHT_ISOLATE
    return f"{opening}{text}{POP_ISOLATE}"


def fact(value: object) -> str:
    """A fact of an error or of a ledger entry, as part of a sentence."""
    match value:
        case None:
            return DASH
        case dt.datetime():
            return moment(value)
        case dt.date():
            return date(value)
        case dt.timedelta():
            return duration(value)
        case bool():
            return gettext("yes") if value else gettext("no")
        case int() | float() | decimal.Decimal():
            return number(value, places=0 if isinstance(value, int) else 1)
        case list() | tuple() | set() | frozenset():
            return (gettext(", ")).join(fact(item) for item in value)
        case _:
            return isolate(str(value))

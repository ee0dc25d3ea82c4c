"""Form fields that speak Persian: Jalali dates, digits of any keyboard, normalised letters.

Kept here: fields and widgets only; a form belongs to its room. What comes out of ``cleaned_data`` is what is
stored: Gregorian dates, aware UTC moments, Latin digits, normalised letters.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any, TypeVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from siyanat.lib import errors, jalali, persian
from siyanat.ui import errors as sentences
from siyanat.ui import formatting

Parsed = TypeVar("Parsed")


class JalaliDateInput(forms.TextInput):
    """A text box for a Jalali date, to which the page's script adds a calendar."""

    with_time = False

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        defaults = {"dir": "ltr", "inputmode": "numeric", "autocomplete": "off", "data-jalali-date": True}
        super().__init__({**defaults, **(attrs or {})})

    def build_attrs(
        self, base_attrs: dict[str, Any], extra_attrs: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        fa = formatting.language() == "fa"
        words = {
            "placeholder": self._pattern(),
            "data-months": "|".join(jalali.MONTHS_FA if fa else jalali.MONTHS_EN),
            "data-weekdays": "ش|ی|د|س|چ|پ|ج" if fa else "Sa|Su|Mo|Tu|We|Th|Fr",
            "data-open": _("Choose a date"),
            "data-before": _("Month before"),
            "data-after": _("Month after"),
            "data-today": _("Today"),
        }
        return super().build_attrs({**words, **base_attrs}, extra_attrs)

    def _pattern(self) -> str:
        """What belongs where, in words, so that nobody takes it for a value; in the order of the digits."""
        parts = [_("year"), "/", _("month"), "/", _("day")]
        if self.with_time:
            parts += [" ", _("hour"), ":", _("minute")]
        return formatting.LEFT_TO_RIGHT_MARK.join(parts)

    def format_value(self, value: object) -> str | None:
        match value:
            case dt.datetime():
                return formatting.moment(value)
            case dt.date():
                return formatting.date(value)
            case None:
                return None
            case _:
                return str(value)


class JalaliDateTimeInput(JalaliDateInput):
    """The same for a date with a time of day."""

    with_time = True


class JalaliDateField(forms.Field):
    """A Jalali date, as ``datetime.date``; any digits, ``/`` or ``-`` between."""

    widget = JalaliDateInput

    def to_python(self, value: object) -> dt.date | None:
        if value in self.empty_values:
            return None
        if isinstance(value, dt.date):
            return value
        return _tell(jalali.parse_date, str(value))

    def has_changed(self, initial: object, data: object) -> bool:
        return _differs(self, initial, data)


class JalaliDateTimeField(forms.Field):
    """A Jalali date and a time in Tehran, as an aware UTC ``datetime``.

    ``date_alone`` says which moment a date without a time means; without it, the time must be written.
    """

    widget = JalaliDateTimeInput

    def __init__(self, *, date_alone: Callable[[dt.date], dt.datetime] | None = None, **options: Any) -> None:
        super().__init__(**options)
        self.date_alone = date_alone

    def to_python(self, value: object) -> dt.datetime | None:
        if value in self.empty_values:
            return None
        if isinstance(value, dt.datetime):
            return value
        text = persian.normalise(str(value)).strip()
        if self.date_alone is not None and " " not in text:
            return self.date_alone(_tell(jalali.parse_date, text))
        return _tell(jalali.parse_datetime, text)

    def has_changed(self, initial: object, data: object) -> bool:
        return _differs(self, initial, data)


class ClockField(forms.CharField):
    """A time of day, ``HH:MM`` or ``HH:MM:SS``, in Persian or Latin digits."""

    widget = forms.TextInput(attrs={"inputmode": "numeric", "dir": "ltr", "size": 8, "placeholder": "14:05"})

    def to_python(self, value: Any) -> Any:
        """Return ``datetime.time``, or None when empty."""
        text = persian.to_latin_digits(str(value or "")).strip()
        if not text:
            return None
        try:
            return dt.time.fromisoformat(text if len(text) > 4 else f"0{text}")
        except ValueError:
            raise forms.ValidationError(_("Give a time such as 14:05.")) from None

    def clean(self, value: Any) -> Any:
        """A missing time is refused like a wrong one."""
        time = self.to_python(value)
        if time is None and self.required:
            raise forms.ValidationError(self.error_messages["required"])
        return time


class NormalisedCharField(forms.CharField):
    """Text with Persian letters normalised, so that two keyboards write one word the same way."""

    def to_python(self, value: object) -> Any:
        text = super().to_python(value)
        return persian.normalise(text) if isinstance(text, str) else text


class IdentifierField(NormalisedCharField):
    """An identifier (serial, plate, national ID): Latin digits, shown left to right."""

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {**super().widget_attrs(widget), "dir": "ltr", "autocomplete": "off", "spellcheck": "false"}


class WholeNumberField(forms.IntegerField):
    """A whole number, in digits of any keyboard; what is wrong is said in the reader's digits."""

    widget = forms.TextInput

    def __init__(self, *, min_value: int | None = None, max_value: int | None = None, **options: Any) -> None:
        super().__init__(**options)
        self.least, self.most = min_value, max_value

    def to_python(self, value: object) -> int | None:
        text = persian.to_latin_digits(value).replace("\u2212", "-") if isinstance(value, str) else value
        try:
            return super().to_python(text)
        except ValidationError as error:
            shown = formatting.isolate(formatting.digits(value))
            raise ValidationError(
                _("“%(value)s” is no whole number.") % {"value": shown}, "invalid"
            ) from error

    def validate(self, value: int | None) -> None:
        super().validate(value)
        if value is None:
            return
        if self.least is not None and value < self.least:
            least = formatting.number(self.least)
            raise ValidationError(_("It must be at least %(least)s.") % {"least": least}, "min_value")
        if self.most is not None and value > self.most:
            most = formatting.number(self.most)
            raise ValidationError(_("It must be at most %(most)s.") % {"most": most}, "max_value")

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {**super().widget_attrs(widget), "inputmode": "numeric", "dir": "ltr"}


def add_refusal(form: forms.BaseForm, error: errors.Refusal, *, field: str | None = None) -> None:
    """Show a refusal from an operation on the form that caused it, so that no input is lost."""
    form.add_error(field, sentences.describe(error))


def _tell(parse: Callable[[str], Parsed], text: str) -> Parsed:
    try:
        return parse(text)
    except errors.Refusal as error:
        raise ValidationError(sentences.describe(error), code=error.code) from error


def _differs(field: forms.Field, initial: object, data: object) -> bool:
    try:
        return bool(field.to_python(data) != initial)
    except ValidationError:
        return True

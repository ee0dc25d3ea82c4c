"""What people type about minutes: an excuse, a decision, a common cause."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from siyanat.coverage import minutes, models
from siyanat.lib import jalali, persian
from siyanat.roster import models as roster
from siyanat.roster import names
from siyanat.ui import forms as ui


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


class ExcuseForm(forms.Form):
    """An officer's reason for a stretch of their own shift; times are of the shift's day."""

    starts = ClockField(label=_("From"))
    ends = ClockField(label=_("Until"))
    kind = forms.ChoiceField(label=_("Reason"), choices=models.Excuse.Kind.choices)
    note = forms.CharField(
        label=_("What happened"), max_length=400, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *arguments: Any, shift: roster.Shift, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.shift = shift

    def span(self) -> minutes.Span:
        """The stretch, each time of day taken as its first occurrence after the shift's start."""
        return self._moment("starts"), self._moment("ends")

    def _moment(self, name: str) -> dt.datetime:
        date = jalali.local_date(self.shift.starts_at)
        moment = jalali.tehran_moment(date, self.cleaned_data[name])
        return (
            moment
            if moment >= self.shift.starts_at
            else jalali.tehran_moment(date + dt.timedelta(days=1), self.cleaned_data[name])
        )


class DecisionForm(forms.Form):
    """Approve or refuse."""

    decision = forms.ChoiceField(choices=[("approve", _("Approve")), ("refuse", _("Refuse"))])
    note = forms.CharField(label=_("Note"), max_length=400, required=False)


class BulkExcuseForm(forms.Form):
    """A common cause: the dock or the power failed for everybody."""

    unit = forms.ModelChoiceField(label=_("Unit"), queryset=roster.Unit.objects.none())
    starts_at = ui.JalaliDateTimeField(label=_("From"))
    ends_at = ui.JalaliDateTimeField(label=_("Until"))
    kind = forms.ChoiceField(
        label=_("Cause"),
        choices=[
            (one.value, one.label)
            for one in (models.Excuse.Kind.DOCK_FAILURE, models.Excuse.Kind.POWER_FAILURE)
        ],
    )
    note = forms.CharField(label=_("What happened"), max_length=400)

    def __init__(self, *arguments: Any, units: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        field = self.fields["unit"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = units
        field.label_from_instance = names.unit_name  # type: ignore[method-assign,assignment]

    def clean(self) -> dict[str, Any]:
        """The end lies after the start."""
        cleaned = super().clean() or {}
        if cleaned.get("starts_at") and cleaned.get("ends_at") and cleaned["ends_at"] <= cleaned["starts_at"]:
            self.add_error("ends_at", _("The end must be after the start."))
        return cleaned

"""What a reader of the log may ask for."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from siyanat.ledger import kinds, queries
from siyanat.lib import errors, jalali


class FilterForm(forms.Form):
    """The filters over the list; dates are Jalali, the last day is included."""

    kind = forms.ChoiceField(label=_("Act"), required=False)
    actor = forms.CharField(label=_("Log-in name or process"), required=False, max_length=64)
    subject = forms.CharField(label=_("About"), required=False, max_length=80)
    since = forms.CharField(label=_("From the day"), required=False, max_length=12)
    until = forms.CharField(label=_("To the day"), required=False, max_length=12)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"] = forms.ChoiceField(
            label=_("Act"), required=False, choices=[("", _("All acts")), *kinds.choices()]
        )
        for name in ("since", "until"):
            self.fields[name].widget.attrs |= {"data-jalali": "", "dir": "ltr", "inputmode": "numeric"}

    def clean_since(self) -> dt.datetime | None:
        """First instant of the day."""
        return self._day("since", end=False)

    def clean_until(self) -> dt.datetime | None:
        """First instant of the day after."""
        return self._day("until", end=True)

    def _day(self, name: str, *, end: bool) -> dt.datetime | None:
        text = self.cleaned_data[name]
        if not text:
            return None
        try:
            return jalali.day_range(jalali.parse_date(text))[int(end)]
        except errors.Refusal as refusal:
            raise forms.ValidationError(
                _("Write year, month and day, with strokes between them.")
            ) from refusal

    def wanted(self) -> queries.Filter:
        """The filter; what can't be read does not narrow."""
        self.full_clean()
        given = self.cleaned_data if self.is_bound else {}
        return queries.Filter(
            kind=given.get("kind", ""),
            actor=given.get("actor", ""),
            subject=given.get("subject", ""),
            since=given.get("since"),
            until=given.get("until"),
        )


class ReasonForm(forms.Form):
    """Why a personal value is erased."""

    name = forms.CharField(max_length=40, widget=forms.HiddenInput)
    reason = forms.CharField(label=_("Why it is erased"), max_length=400)

"""What people type in this room, apart from what the player sends."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from siyanat.evidence import models as evidence
from siyanat.lib import errors, jalali
from siyanat.review import models
from siyanat.roster import models as roster
from siyanat.ui import forms as ui

Reason = evidence.ViewingGrant.Reason


class ReasonForm(forms.Form):
    """A typed reason to view footage outside a review."""

    reason = forms.ChoiceField(label=_("Reason"), widget=forms.RadioSelect, choices=())
    note = forms.CharField(
        label=_("In your words"), max_length=400, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("At least ten letters. It stands in the log beside your name for ever."),
    )  # fmt: skip

    def __init__(self, *arguments: Any, own: bool, **options: Any) -> None:
        super().__init__(*arguments, **options)
        field = self.fields["reason"]
        assert isinstance(field, forms.ChoiceField)
        mine = [one for one in Reason if (one == Reason.OWN_ANSWER) == own]
        field.choices = [(one.value, one.label) for one in mine]
        field.initial = mine[0].value


class PrivateForm(forms.Form):
    """A private moment of one's own shift; times are of the shift's day."""

    starts = ui.ClockField(label=_("From"))
    ends = ui.ClockField(label=_("Until"))
    kind = forms.ChoiceField(label=_("Kind"), choices=evidence.Restriction.Kind.choices)
    note = ui.NormalisedCharField(
        label=_("In your words"), required=False, max_length=200,
        help_text=_("Not needed. It is read by who decides, and by the integrity office."),
    )  # fmt: skip

    def __init__(self, *arguments: Any, shift: roster.Shift, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.shift = shift

    def span(self) -> tuple[dt.datetime, dt.datetime]:
        """The stretch, each time of day taken as its first occurrence after the shift's start."""
        data, starts_at = self.cleaned_data, self.shift.starts_at
        return jalali.first_at(data["starts"], after=starts_at), jalali.first_at(
            data["ends"], after=starts_at
        )


class MarkForm(forms.Form):
    """A mark, as the player sends it: times in Unix milliseconds."""

    person = forms.UUIDField()
    kind = forms.ChoiceField(choices=models.Mark.Kind.choices)
    start = forms.IntegerField()
    end = forms.IntegerField()
    note = forms.CharField(required=False, max_length=1000)
    conduct_item = forms.IntegerField(required=False)

    def span(self) -> tuple[dt.datetime, dt.datetime]:
        """The stretch."""
        return moment(self.cleaned_data["start"]), moment(self.cleaned_data["end"])


class QuestionForm(forms.Form):
    """A question, with a stretch or without."""

    person = forms.UUIDField()
    text = forms.CharField(max_length=1000)
    start = forms.IntegerField(required=False)
    end = forms.IntegerField(required=False)

    def span(self) -> tuple[dt.datetime, dt.datetime] | None:
        """The stretch, if both ends are given."""
        start, end = self.cleaned_data.get("start"), self.cleaned_data.get("end")
        return (moment(start), moment(end)) if start and end else None


class SkipForm(forms.Form):
    """Why an item is skipped; without a reason it is put back."""

    reason = forms.ChoiceField(choices=models.Skip.Reason.choices, required=False)
    note = forms.CharField(required=False, max_length=400)


class TextForm(forms.Form):
    """One text: an answer, a summary, a title."""

    text = forms.CharField(max_length=4000, required=False)


def moment(unix_ms: int) -> dt.datetime:
    """A moment from Unix milliseconds.

    :raises errors.Refusal: ``review.bad_report`` beyond what a calendar holds.
    """
    try:
        return dt.datetime.fromtimestamp(unix_ms / 1000, dt.UTC)
    except (OverflowError, ValueError, OSError):
        raise errors.Refusal("review.bad_report") from None


def checked(form: forms.Form) -> dict[str, Any]:
    """The cleaned data of a form that a program sent.

    :raises errors.Refusal: ``review.bad_report``.
    """
    if not form.is_valid():
        raise errors.Refusal("review.bad_report", fields=list(form.errors))
    return form.cleaned_data

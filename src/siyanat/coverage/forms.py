"""What people type about minutes: an excuse, a decision, a common cause."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from siyanat.coverage import minutes, models
from siyanat.lib import jalali
from siyanat.roster import models as roster
from siyanat.roster import names
from siyanat.ui import forms as ui


class ExcuseForm(forms.Form):
    """An officer's reason for a stretch of their own shift; times are of the shift's day."""

    starts = ui.ClockField(label=_("From"))
    ends = ui.ClockField(label=_("Until"))
    kind = forms.ChoiceField(label=_("Reason"), choices=models.Excuse.Kind.choices)
    note = forms.CharField(
        label=_("What happened"), max_length=400, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *arguments: Any, shift: roster.Shift, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.shift = shift

    def span(self) -> minutes.Span:
        """The stretch, each time of day taken as its first occurrence after the shift's start."""
        data = self.cleaned_data
        starts_at = self.shift.starts_at
        return jalali.first_at(data["starts"], after=starts_at), jalali.first_at(
            data["ends"], after=starts_at
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

"""Forms of this room: words from people become what operations take."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from siyanat.evidence import models, queries
from siyanat.lib import jalali
from siyanat.roster import fields as roster_fields
from siyanat.roster import models as roster
from siyanat.ui import forms as fields

ANY = ("", _("All"))


class SearchForm(roster_fields.ViewerForm):
    """What a person looks for. Dates are whole days in Tehran, both included."""

    officer = fields.NormalisedCharField(label=_("Officer"), required=False, max_length=80)
    serial = fields.IdentifierField(label=_("Camera serial"), required=False, max_length=64)
    unit = roster_fields.UnitField(label=_("Unit"), required=False, help_text="")
    place = fields.NormalisedCharField(label=_("Place"), required=False, max_length=80)
    since = fields.JalaliDateField(label=_("From day"), required=False)
    until = fields.JalaliDateField(label=_("To day"), required=False)
    state = forms.ChoiceField(
        label=_("State"), required=False, choices=[ANY, *models.Recording.State.choices]
    )
    attributed = forms.ChoiceField(
        label=_("Attribution"),
        required=False,
        choices=[ANY, ("yes", _("attributed")), ("no", _("nobody’s yet"))],
    )

    def clean(self) -> dict[str, Any]:
        """A stretch of days begins before it ends."""
        data = super().clean() or self.cleaned_data
        if data.get("since") and data.get("until") and data["until"] < data["since"]:
            self.add_error("until", _("This day is before the first one."))
        return data

    def search(self, sort: str) -> queries.Search:
        """The query that the form describes; an invalid field matches everything."""
        data: dict[str, Any] = self.cleaned_data
        since, until = data.get("since"), data.get("until")
        return queries.Search(
            officer=data.get("officer") or "",
            serial=data.get("serial") or "",
            unit=data.get("unit"),
            place=data.get("place") or "",
            since=jalali.day_range(since)[0] if since else None,
            until=jalali.day_range(until)[1] if until else None,
            state=data.get("state") or "",
            attributed=data.get("attributed") or "",
            sort=sort,
        )


class HoldForm(roster_fields.ViewerForm):
    """A hold over one recording, a shift, or a unit and a time."""

    COVERS = (
        ("recording", _("this recording")),
        ("shift", _("a whole shift")),
        ("unit", _("a unit and a time")),
    )

    covers = forms.ChoiceField(label=_("What is held?"), choices=COVERS, widget=forms.RadioSelect)
    shift = fields.IdentifierField(label=_("Shift code"), required=False, max_length=40)
    unit = roster_fields.UnitField(label=_("Unit"), required=False)
    since = fields.JalaliDateTimeField(
        label=_("From"), required=False, date_alone=lambda day: jalali.day_range(day)[0],
        help_text=_("A date alone: from the beginning of that day."),
    )  # fmt: skip
    until = fields.JalaliDateTimeField(
        label=_("Until"), required=False, date_alone=lambda day: jalali.day_range(day)[1],
        help_text=_("A date alone: to the end of that day."),
    )  # fmt: skip
    reason = forms.ChoiceField(label=_("Reason"), choices=models.Hold.Reason.choices)
    reference = fields.NormalisedCharField(
        label=_("Reference"), max_length=80, help_text=_("Number of the case, order or contact.")
    )
    note = fields.NormalisedCharField(
        label=_("Note"), required=False, max_length=400, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, has_recording: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not has_recording:
            field = self.fields["covers"]
            assert isinstance(field, forms.ChoiceField)
            field.choices = self.COVERS[1:]

    def clean(self) -> dict[str, Any]:
        """Whatever is held must be named."""
        data = super().clean() or self.cleaned_data
        needed = {"shift": ("shift",), "unit": ("unit", "since", "until")}.get(data.get("covers", ""), ())
        for name in needed:
            if not data.get(name) and name not in self.errors:
                self.add_error(name, _("Needed for this kind of hold."))
        return data

    def span(self) -> tuple[dt.datetime, dt.datetime]:
        """The time that is held, in UTC."""
        return self.cleaned_data["since"], self.cleaned_data["until"]


class ReasonForm(forms.Form):
    """A reason in words, for acts that need one."""

    reason = fields.NormalisedCharField(
        label=_("Reason"),
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("It goes to the log."),
    )


class AttributionForm(ReasonForm):
    """Whose a recording really is."""

    shift = fields.IdentifierField(
        label=_("Shift code"),
        required=False,
        max_length=40,
        help_text=_("Leave it empty when it is nobody’s."),
    )
    officer = fields.IdentifierField(
        label=_("Officer’s personnel number"), required=False, max_length=16,
        widget=roster_fields.PickInput(options="roster:person_options"),
    )  # fmt: skip

    field_order = ("shift", "officer", "reason")

    def target(self) -> tuple[roster.Shift | None, roster.Person | None]:
        """The shift and the person that were named.

        :raises errors.Refusal: ``evidence.shift_unknown``, ``evidence.not_in_crew``.
        """
        return queries.get_named_bearer(
            shift_code=self.cleaned_data["shift"], personnel_number=self.cleaned_data["officer"]
        )


class ViewingForm(forms.Form):
    """The typed reason before the first frame."""

    reason = forms.ChoiceField(label=_("Why do you view it?"), choices=models.ViewingGrant.Reason.choices)
    note = fields.NormalisedCharField(
        label=_("In your own words"), min_length=10, max_length=400, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("At least ten letters. It goes to the log, and the officer may see it."),
    )  # fmt: skip

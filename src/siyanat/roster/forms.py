"""Forms of the roster's pages."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from siyanat.roster import fields, gates, models
from siyanat.ui import forms as ui


class Empty(forms.Form):
    """Nothing is asked but the act itself; the hidden field tells a sent form from one that is shown."""

    sent = forms.CharField(widget=forms.HiddenInput, initial="1")


class UnitForm(fields.ViewerForm):
    """A new unit."""

    code = ui.IdentifierField(label=_("Code"), max_length=32)
    name_fa = ui.NormalisedCharField(label=_("Name in Persian"), max_length=120)
    name_en = forms.CharField(label=_("Name in English"), max_length=120)
    kind = forms.ChoiceField(label=_("Kind"), choices=models.Unit.Kind.choices[1:])
    parent = fields.UnitField(label=_("Unit above"))


class RenameUnitForm(forms.Form):
    """A unit's names."""

    name_fa = ui.NormalisedCharField(label=_("Name in Persian"), max_length=120)
    name_en = forms.CharField(label=_("Name in English"), max_length=120)


class MoveUnitForm(fields.ViewerForm):
    """Where a unit goes."""

    parent = fields.UnitField(label=_("Unit above"))


class PersonForm(fields.ViewerForm):
    """Somebody's particulars."""

    personnel_number = ui.IdentifierField(label=_("Personnel number"), max_length=16)
    national_id = ui.IdentifierField(
        label=_("National ID"), max_length=16, help_text=_("Ten digits. It is shown to nobody afterwards.")
    )
    given_name_fa = ui.NormalisedCharField(label=_("Given name in Persian"), max_length=60)
    family_name_fa = ui.NormalisedCharField(label=_("Family name in Persian"), max_length=60)
    given_name_en = forms.CharField(label=_("Given name in English"), max_length=60, required=False)
    family_name_en = forms.CharField(label=_("Family name in English"), max_length=60, required=False)


class NewPersonForm(PersonForm):
    """Somebody new, and their unit."""

    unit = fields.UnitField(label=_("Unit"))


class TransferForm(fields.ViewerForm):
    """Where somebody or something goes."""

    unit = fields.UnitField(label=_("New unit"))


class PostForm(fields.ViewerForm):
    """A post to be given."""

    role = forms.ChoiceField(label=_("Role"), choices=gates.Role.choices)
    unit = fields.UnitField(label=_("Unit"), help_text=_("It reaches everything below this unit."))
    starts_at = ui.JalaliDateTimeField(label=_("From"), required=False, help_text=_("Empty: from now."))
    ends_at = ui.JalaliDateTimeField(
        label=_("Until"), required=False, help_text=_("Empty: until it is ended.")
    )


class SubstituteForm(fields.ViewerForm):
    """Who stands in, until when."""

    person = fields.PersonField(label=_("Substitute"))
    ends_at = ui.JalaliDateTimeField(label=_("Until"))


class LoginForm(forms.Form):
    """The name of a new login."""

    username = ui.IdentifierField(label=_("Login name"), max_length=64)


class ShiftForm(fields.ViewerForm):
    """A shift to be planned."""

    unit = fields.UnitField(label=_("Unit"))
    starts_at = ui.JalaliDateTimeField(label=_("Start"), help_text=_("Date and time of day, in Tehran."))
    ends_at = ui.JalaliDateTimeField(label=_("End"))
    crew = fields.PeopleField(
        label=_("Crew"),
        help_text=_("Personnel numbers, one a line. A star after a number: without a camera."),
    )
    leader = fields.PersonField(label=_("Leader"), required=False)
    vehicle = ui.IdentifierField(label=_("Fleet number of the vehicle"), required=False)
    place_fa = ui.NormalisedCharField(label=_("Beat or area"), max_length=120, required=False)


class TimesForm(fields.ReasonForm):
    """A shift's new times."""

    starts_at = ui.JalaliDateTimeField(label=_("Start"))
    ends_at = ui.JalaliDateTimeField(label=_("End"))
    field_order = ("starts_at", "ends_at", "reason")


class CrewForm(fields.ViewerForm, fields.ReasonForm):
    """Who was really in the crew."""

    crew = fields.PeopleField(
        label=_("Crew"),
        help_text=_("Personnel numbers, one a line. A star after a number: without a camera."),
    )
    field_order = ("crew", "reason")


class VehicleForm(fields.ViewerForm):
    """A new vehicle."""

    fleet_number = ui.IdentifierField(label=_("Fleet number"), max_length=32)
    plate = ui.IdentifierField(label=_("Plate"), max_length=24, required=False)
    unit = fields.UnitField(label=_("Unit"))


class DayForm(forms.Form):
    """A day on which deadlines don't fall."""

    date = ui.JalaliDateField(label=_("Date"))
    name_fa = ui.NormalisedCharField(label=_("Occasion in Persian"), max_length=120)
    name_en = forms.CharField(label=_("Occasion in English"), max_length=120, required=False)


class UploadForm(forms.Form):
    """A list to be brought in."""

    file = forms.FileField(
        label=_("CSV or XLSX file"),
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx"}),
        error_messages={"empty": _("The file is empty."), "required": _("Choose a file.")},
    )

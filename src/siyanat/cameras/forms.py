"""Forms of the cameras' pages."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from siyanat.cameras import operations, policy
from siyanat.roster import fields
from siyanat.roster import models as roster
from siyanat.ui import formatting
from siyanat.ui import forms as ui


class RegisterForm(fields.ViewerForm):
    """One camera to be registered."""

    serial = ui.IdentifierField(label=_("Serial"), max_length=64)
    model = ui.NormalisedCharField(label=_("Model"), max_length=64)
    firmware = ui.IdentifierField(label=_("Firmware"), max_length=32, required=False)
    unit = fields.UnitField(label=_("Unit"))


class ReadingsForm(forms.Form):
    """What was read off a camera."""

    battery_percent = ui.WholeNumberField(label=_("Battery, %"), min_value=0, max_value=100, required=False)
    storage_free_percent = ui.WholeNumberField(
        label=_("Free storage, %"), min_value=0, max_value=100, required=False
    )
    clock_drift_ms = ui.WholeNumberField(
        label=_("Clock drift, ms"),
        min_value=-policy.MAX_CLOCK_DRIFT_MS,
        max_value=policy.MAX_CLOCK_DRIFT_MS,
        required=False,
        help_text=_("Camera time less true time; negative when it is slow."),
    )
    firmware = ui.IdentifierField(label=_("Firmware"), max_length=32, required=False)
    clock_set = forms.BooleanField(label=_("The clock was set right"), required=False)

    def readings(self) -> operations.Readings:
        """What was typed, as readings."""
        return operations.Readings(**{**self.cleaned_data, "firmware": self.cleaned_data["firmware"] or None})

    def faults(self) -> list[str]:
        """Each field that can't be read, with what stands in it and what could, in the reader's digits."""
        return [self._fault(name) for name in self.errors]

    def _fault(self, name: str) -> str:
        field, typed = self.fields[name], str(self.data.get(name, ""))
        told = {"field": field.label, "value": formatting.isolate(formatting.digits(typed))}
        if not isinstance(field, ui.WholeNumberField):
            return gettext("%(field)s: “%(value)s” is too long.") % told
        least, most = formatting.number(field.least), formatting.number(field.most)
        return gettext("%(field)s: “%(value)s” is not a whole number from %(least)s to %(most)s.") % {
            **told, "least": least, "most": most
        }  # fmt: skip


class TransferForm(fields.ViewerForm, fields.ReasonForm):
    """Where a camera goes, and why."""

    unit = fields.UnitField(label=_("New unit"))
    field_order = ("unit", "reason")


class CorrectIssueForm(fields.ViewerForm, fields.ReasonForm):
    """What is true of an issue; empty fields stay as they are."""

    serial = ui.IdentifierField(label=_("Serial of the right camera"), max_length=64, required=False)
    person = fields.PersonField(label=_("The right person"), required=False)
    issued_at = ui.JalaliDateTimeField(label=_("Issued"), required=False)
    returned_at = ui.JalaliDateTimeField(label=_("Returned"), required=False)
    field_order = ("serial", "person", "issued_at", "returned_at", "reason")


class TargetForm(fields.ViewerForm):
    """How many cameras a province is to make ready in a month."""

    province = fields.UnitField(label=_("Province"), kind=roster.Unit.Kind.PROVINCE)
    year = ui.WholeNumberField(label=_("Year"), min_value=1390, max_value=1450)
    month = ui.WholeNumberField(label=_("Month"), min_value=1, max_value=12)
    cameras = ui.WholeNumberField(label=_("Cameras"), min_value=0, max_value=100_000)


class FirmwareForm(forms.Form):
    """The oldest firmware that a model may carry."""

    model = ui.NormalisedCharField(label=_("Model"), max_length=64)
    minimum = ui.IdentifierField(label=_("Oldest firmware allowed"), max_length=32)

"""Forms of the intake desk."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from siyanat.cameras import models as cameras
from siyanat.evidence import queries as recordings
from siyanat.ingest import sources
from siyanat.lib import errors
from siyanat.roster import models as roster
from siyanat.ui import forms as fields


class ResolveForm(forms.Form):
    """What a person knows of a quarantined file."""

    serial = fields.IdentifierField(label=_("Camera serial"), max_length=64)
    started_at = fields.JalaliDateTimeField(label=_("True start"), help_text=_("Day and time in Tehran."))
    shift = fields.IdentifierField(
        label=_("Shift code"), required=False, max_length=40,
        help_text=_("Leave it empty to follow the camera’s issue."),
    )  # fmt: skip
    officer = fields.IdentifierField(label=_("Officer’s personnel number"), required=False, max_length=16)
    note = fields.NormalisedCharField(
        label=_("How do you know?"), max_length=400, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("It goes to the log."),
    )  # fmt: skip

    def camera(self) -> cameras.Camera:
        """The camera that was named.

        :raises errors.Refusal: ``ingest.camera_unknown``.
        """
        serial = sources.normal_serial(self.cleaned_data["serial"])
        camera = cameras.Camera.objects.select_related("unit").filter(serial=serial).first()
        if camera is None:
            raise errors.Refusal("ingest.camera_unknown", serial=serial)
        return camera

    def bearer(self) -> tuple[roster.Shift | None, roster.Person | None]:
        """The shift and the person that were named, if any.

        :raises errors.Refusal: ``evidence.shift_unknown``, ``evidence.not_in_crew``.
        """
        return recordings.get_named_bearer(
            shift_code=self.cleaned_data["shift"], personnel_number=self.cleaned_data["officer"]
        )


class SetAsideForm(forms.Form):
    """Why a file is no recording."""

    note = fields.NormalisedCharField(
        label=_("Why is it no recording?"), max_length=400, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The file is kept all the same."),
    )  # fmt: skip

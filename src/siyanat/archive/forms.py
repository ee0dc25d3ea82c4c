"""What keepers of evidence fill in."""

from __future__ import annotations

import uuid

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from siyanat.ui import forms as ui


class PeriodForm(forms.Form):
    """A proposed period of one category, in days."""

    keep_days = ui.WholeNumberField(label=_("Days to keep"), min_value=1, max_value=36_500)
    reason = ui.NormalisedCharField(label=_("Reason"), max_length=400)


class ReasonForm(forms.Form):
    """Why something is withdrawn."""

    reason = ui.NormalisedCharField(label=_("Reason"), max_length=400)


class ExportForm(forms.Form):
    """For whom and why a bundle is made; of a case, or of recordings by their ids."""

    reference = ui.IdentifierField(
        label=_("Number of the case"),
        max_length=80,
        required=False,
        help_text=_("As on the case's page; all footage that is held for it goes in."),
    )
    recordings = forms.CharField(
        label=_("Recordings"),
        required=False,
        help_text=_("Identifiers, one a line; leave empty for a whole case."),
        widget=forms.Textarea(attrs={"rows": 3, "dir": "ltr", "spellcheck": "false"}),
    )
    recipient = ui.NormalisedCharField(label=_("Recipient"), max_length=200)
    reason = ui.NormalisedCharField(label=_("Reason"), max_length=400)
    with_disclosures = forms.BooleanField(
        label=_("With the personal values behind the log's entries"), required=False
    )

    def clean_recordings(self) -> list[uuid.UUID]:
        """Identifiers in the order of the lines.

        :raises ValidationError: naming the first line that is none.
        """
        found = []
        for line in self.cleaned_data["recordings"].split():
            try:
                found.append(uuid.UUID(line))
            except ValueError:
                raise ValidationError(_("“%(line)s” is no identifier."), params={"line": line}) from None
        return found


class HandOutForm(forms.Form):
    """To whom and when a bundle was handed."""

    handed_to = ui.NormalisedCharField(
        label=_("Who came for it"),
        max_length=200,
        help_text=_("Name and office, as on their letter or card."),
    )
    at = ui.JalaliDateTimeField(label=_("When it was handed out"))

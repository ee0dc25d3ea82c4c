"""The form of one standard."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from siyanat.conduct import models
from siyanat.ui import forms as ui


class ItemForm(forms.Form):
    """A standard of the draft."""

    code = ui.IdentifierField(label=_("Code"), max_length=16)
    theme = forms.ChoiceField(label=_("Theme"), choices=models.ConductItem.Theme.choices)
    gravity = forms.ChoiceField(label=_("Gravity"), choices=models.ConductItem.Gravity.choices)
    title_fa = ui.NormalisedCharField(label=_("Standard in Persian"), max_length=160)
    title_en = forms.CharField(label=_("Standard in English"), max_length=160)
    basis_fa = ui.NormalisedCharField(label=_("Basis in Persian"), max_length=240, required=False)
    basis_en = forms.CharField(label=_("Basis in English"), max_length=240, required=False)

"""Form fields that name things of the roster: a unit by its code, a person by their number, among those one may see."""

from __future__ import annotations

import re
import uuid

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _

from siyanat.lib import persian
from siyanat.roster import gates, models, queries
from siyanat.roster.operations import shifts
from siyanat.ui import forms as ui_forms


class UnitField(ui_forms.IdentifierField):
    """A unit's code, as the unit; ``viewer`` is set by the form."""

    viewer: gates.Viewer

    def clean(self, value: object) -> models.Unit | None:
        code = super().clean(value).upper()
        if not code:
            return None
        unit = queries.visible_units(self.viewer).filter(code=code).first()
        if unit is None:
            raise ValidationError(_("There is no unit with this code among yours."), code="unknown")
        return unit


class PersonField(ui_forms.IdentifierField):
    """A personnel number, as the person; ``viewer`` is set by the form."""

    viewer: gates.Viewer

    def clean(self, value: object) -> models.Person | None:
        number = super().clean(value).upper()
        if not number:
            return None
        person = (
            queries.visible_people(self.viewer).select_related("unit").filter(personnel_number=number).first()
        )
        if person is None:
            raise ValidationError(_("There is nobody with this number among yours."), code="unknown")
        return person


class PeopleField(forms.CharField):
    """Personnel numbers, one a line or with commas, as people in that order; a star after a number: no camera.

    Those of the viewer's own units are found, and ``known``: who is in the crew already, wherever they are now.
    """

    viewer: gates.Viewer
    known: frozenset[uuid.UUID] = frozenset()
    widget = forms.Textarea

    def widget_attrs(self, widget: forms.Widget) -> dict[str, object]:
        return {**super().widget_attrs(widget), "dir": "ltr", "rows": 4, "spellcheck": "false"}

    def clean(self, value: object) -> list[tuple[models.Person, bool]]:
        text = persian.normalise(super().clean(value)).upper()
        marks = [part for part in re.split(r"[\s,;،]+", text) if part]
        numbers = [mark.rstrip("*") for mark in marks]
        own = gates.under(self.viewer.paths(*shifts.PLANNERS, *shifts.CORRECTORS)) & Q(left_at=None)
        rows = models.Person.objects.filter(own | Q(pk__in=self.known), personnel_number__in=numbers)
        found = {person.personnel_number: person for person in rows.select_related("unit")}
        unknown = [number for number in numbers if number not in found]
        if unknown:
            raise ValidationError(
                _("Nobody with the number %(number)s is among yours."),
                code="unknown",
                params={"number": unknown[0]},
            )
        return [(found[number], not mark.endswith("*")) for number, mark in zip(numbers, marks, strict=True)]


class ViewerForm(forms.Form):
    """A form whose fields look only among what the viewer may see."""

    def __init__(self, *args: object, viewer: gates.Viewer, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        for field in self.fields.values():
            if isinstance(field, UnitField | PersonField | PeopleField):
                field.viewer = viewer


class ReasonForm(forms.Form):
    """Why something is done."""

    reason = ui_forms.NormalisedCharField(max_length=200, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["reason"].label = _("Reason")

"""Form fields that name things of the roster: a unit by its code, a person by their number, among those one may see."""

from __future__ import annotations

import re
import uuid
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from siyanat.lib import persian
from siyanat.roster import gates, models, queries
from siyanat.roster.operations import shifts
from siyanat.ui import forms as ui_forms


class PickInput(forms.TextInput):
    """A text box that offers what fits while one types; the server is asked for a few at a time."""

    template_name = "roster/pick.html"

    def __init__(self, *, options: str, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"autocomplete": "off", "spellcheck": "false", "dir": "auto", **(attrs or {})})
        self.options = options

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        shown = context["widget"]["attrs"]
        offers = f"{shown.setdefault('id', f'id_{name}')}-options"
        shown |= {
            "list": offers, "hx-get": reverse(self.options), "hx-trigger": "focus once, input changed delay:200ms",
            "hx-target": f"#{offers}", "hx-swap": "innerHTML",
        }  # fmt: skip
        return context


class UnitField(ui_forms.NormalisedCharField):
    """A unit by its code or its whole name; ``viewer`` is set by the form, ``kind`` narrows what is accepted."""

    viewer: gates.Viewer

    def __init__(self, *, kind: str = "", **options: Any) -> None:
        options.setdefault("help_text", _lazy("Type a part of the name or the code, and choose."))
        super().__init__(widget=PickInput(options="roster:unit_options"), **options)
        self.kind = kind

    def clean(self, value: object) -> models.Unit | None:
        text = super().clean(value)
        if not text:
            return None
        unit = queries.find_unit(self.viewer, text)
        if unit is None:
            raise ValidationError(_("There is no unit with this code or name among yours."), code="unknown")
        if self.kind and unit.kind != self.kind:
            raise ValidationError(
                _("%(unit)s is no %(kind)s."),
                code="kind",
                params={"unit": unit.name, "kind": models.Unit.Kind(self.kind).label},
            )
        return unit


class PersonField(ui_forms.IdentifierField):
    """A personnel number, as the person; ``viewer`` is set by the form."""

    viewer: gates.Viewer

    def __init__(self, **options: Any) -> None:
        options.setdefault("help_text", _lazy("Type a part of the name or the number, and choose."))
        super().__init__(widget=PickInput(options="roster:person_options"), **options)

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

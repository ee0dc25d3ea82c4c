"""What people type about a case."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from siyanat.cases import models, queries
from siyanat.conduct import models as conduct
from siyanat.roster import fields, names, working_days
from siyanat.roster import models as roster
from siyanat.ui import formatting
from siyanat.ui import forms as ui

_FA_ORDER, _EN_ORDER = (("family_name_fa", "given_name_fa"), ("family_name_en", "given_name_en"))
LINES = forms.Textarea(attrs={"rows": 4})


class OpenForm(forms.Form):
    """A case opened by hand about members of the viewer's units."""

    personnel_number = ui.NormalisedCharField(
        label=_("Personnel number of the officer"), max_length=16,
        widget=fields.PickInput(options="roster:person_options"),
        help_text=_("Type a part of the name or the number, and choose."),
    )  # fmt: skip
    shift_code = ui.NormalisedCharField(
        label=_("Code of the shift"),
        max_length=40,
        required=False,
        help_text=_("Its footage is held until the case is closed."),
    )
    title = ui.NormalisedCharField(label=_("Title"), max_length=160)
    summary = ui.NormalisedCharField(label=_("Summary"), required=False, widget=LINES)
    conduct_item = forms.ModelChoiceField(
        label=_("Standard of conduct"), queryset=conduct.ConductItem.objects.none(), required=False
    )
    protects_complainant = forms.BooleanField(label=_("Protect the complainant"), required=False)
    officer_summary = ui.NormalisedCharField(
        label=_("Summary for the officer"),
        required=False,
        widget=LINES,
        help_text=_("What the officer reads where the complainant is protected: nothing that reveals them."),
    )
    due_at = ui.JalaliDateTimeField(
        label=_("To be decided by"), required=False, date_alone=working_days.end_of_working_day,
        help_text=_("Empty: fifteen working days from now. A date alone means the end of that working day."),
    )  # fmt: skip

    def __init__(self, *arguments: Any, items: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        field = self.fields["conduct_item"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = items
        field.label_from_instance = lambda item: (  # type: ignore[method-assign,assignment]
            f"{item.code} {item.title_fa if names.is_persian() else item.title_en}"
        )


class ActionForm(forms.Form):
    """Something to be done, by whom, by when."""

    title = ui.NormalisedCharField(label=_("What is to be done"), max_length=200)
    owner = forms.ModelChoiceField(label=_("By whom"), queryset=roster.Person.objects.none())
    due_at = ui.JalaliDateTimeField(
        label=_("By when"), date_alone=working_days.end_of_working_day,
        help_text=_("A date alone means the end of that working day."),
    )  # fmt: skip

    def __init__(self, *arguments: Any, case: models.Case, **options: Any) -> None:
        super().__init__(*arguments, **options)
        field = self.fields["owner"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = roster.Person.objects.filter(
            pk__in=[one.pk for one in queries.list_possible_owners(case)]
        ).order_by(*(_FA_ORDER if names.is_persian() else _EN_ORDER))
        field.label_from_instance = names.full_name  # type: ignore[method-assign,assignment]


class OutcomeForm(forms.Form):
    """What came of an action."""

    outcome = ui.NormalisedCharField(label=_("What came of it"), max_length=400)


class AnswerForm(forms.Form):
    """The officer's side."""

    text = ui.NormalisedCharField(label=_("Your answer"), widget=forms.Textarea(attrs={"rows": 6}))


class DecisionForm(forms.Form):
    """The decision and its reasons."""

    decision = forms.ChoiceField(
        label=_("Decision"), choices=models.Case.Decision.choices, widget=forms.RadioSelect
    )
    reasons = ui.NormalisedCharField(label=_("Reasons"), widget=LINES)

    def __init__(self, *arguments: Any, awaited_until: dt.datetime | None = None, **options: Any) -> None:
        super().__init__(*arguments, **options)
        field = self.fields["decision"]
        assert isinstance(field, forms.ChoiceField)
        if awaited_until is not None:
            field.choices = [one for one in models.Case.Decision.choices if one[0] not in queries.AGAINST]
            field.help_text = _("The officer may answer until %(time)s; nothing is decided against them before.") % {
                "time": formatting.moment(awaited_until)
            }  # fmt: skip


class HandUpForm(forms.Form):
    """To which unit above, and why."""

    to_unit = forms.ModelChoiceField(label=_("Unit above"), queryset=roster.Unit.objects.none())
    reason = ui.NormalisedCharField(label=_("Reason"), max_length=400)

    def __init__(self, *arguments: Any, case: models.Case, **options: Any) -> None:
        super().__init__(*arguments, **options)
        field = self.fields["to_unit"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = roster.Unit.objects.filter(
            pk__in=[one.pk for one in queries.list_units_above(case.handling_unit)]
        )
        field.label_from_instance = names.unit_name  # type: ignore[method-assign,assignment]

from __future__ import annotations

import datetime as dt

import pytest
from django import forms
from django.utils import translation

from siyanat.lib import errors
from siyanat.ui import forms as fields
from tests.ui import pages


class ShiftForm(forms.Form):
    day = fields.JalaliDateField()
    at = fields.JalaliDateTimeField(required=False)
    name = fields.NormalisedCharField(required=False)
    minutes = fields.WholeNumberField(required=False)


@pytest.mark.parametrize(
    "typed", ["۱۴۰۵/۹/۲", "1405-09-02", "١٤٠٥/٠٩/٠٢"], ids=["Persian", "Latin", "Arabic"]
)
def test_a_date_is_read_in_the_digits_of_any_keyboard(typed: str) -> None:
    form = ShiftForm({"day": typed})
    assert form.is_valid()
    assert form.cleaned_data["day"] == dt.date(2026, 11, 23)


def test_a_time_is_tehrans_and_is_stored_in_utc() -> None:
    form = ShiftForm({"day": "1405/09/02", "at": "۱۴۰۵/۰۹/۰۲ ۱۵:۳۰"})
    assert form.is_valid()
    assert form.cleaned_data["at"] == pages.NOW


def test_letters_and_digits_are_normalised() -> None:
    form = ShiftForm({"day": "1405/09/02", "name": "علي  كريمي", "minutes": "۱۲"})
    assert form.is_valid()
    assert form.cleaned_data["name"] == "علی کریمی"
    assert form.cleaned_data["minutes"] == 12


def test_a_day_that_does_not_exist_is_named_and_what_was_typed_stays() -> None:
    with translation.override("en"):
        form = ShiftForm({"day": "1405/13/40"})
        assert not form.is_valid()
        assert "no such date" in form.errors["day"][0]
        shown = pages.render("{% field form.day %}", form=form)
    assert 'value="1405/13/40"' in shown
    assert 'aria-invalid="true"' in shown


def test_a_stored_date_is_shown_in_the_readers_digits() -> None:
    with translation.override("fa"):
        assert 'value="۱۴۰۵/۰۹/۰۲"' in str(ShiftForm(initial={"day": dt.date(2026, 11, 23)})["day"])


def test_a_date_that_was_not_touched_has_not_changed() -> None:
    form = ShiftForm({"day": "۱۴۰۵/۰۹/۰۲"}, initial={"day": dt.date(2026, 11, 23)})
    assert not form.has_changed()


def test_every_control_is_tied_to_its_help_and_errors() -> None:
    class HelpForm(forms.Form):
        name = forms.CharField(help_text="As on the card.")

    shown = pages.render("{% field form.name %}", form=HelpForm({}))
    assert 'aria-describedby="id_name_helptext id_name_error"' in shown
    assert 'id="id_name_helptext"' in shown
    assert 'id="id_name_error"' in shown


def test_a_refusal_is_shown_on_the_form() -> None:
    form = ShiftForm({"day": "1405/09/02"})
    with translation.override("en"):
        fields.add_refusal(form, errors.NotFound())
        assert form.non_field_errors() == ["There is no such page, or it is not yours to see."]

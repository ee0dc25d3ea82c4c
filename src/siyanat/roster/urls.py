"""Addresses of the roster."""

from __future__ import annotations

import datetime as dt

from django.urls import path, register_converter

from siyanat.roster.views import imports, people, shifts, units


class IsoDate:
    """A Gregorian date in an address, such as 2026-03-21."""

    regex = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"

    def to_python(self, value: str) -> dt.date:
        """The date; a ValueError makes the address unknown."""
        return dt.date.fromisoformat(value)

    def to_url(self, value: dt.date) -> str:
        """As it stands in the address."""
        return value.isoformat()


register_converter(IsoDate, "isodate")

app_name = "roster"
urlpatterns = [
    path("units/", units.units, name="units"),
    path("units/options/", units.unit_options, name="unit_options"),
    path("units/new/", units.open_unit, name="open_unit"),
    path("units/<int:unit_id>/", units.unit, name="unit"),
    path("units/<int:unit_id>/rename/", units.rename_unit, name="rename_unit"),
    path("units/<int:unit_id>/move/", units.move_unit, name="move_unit"),
    path("units/<int:unit_id>/close/", units.close_unit, name="close_unit"),
    path("vehicles/", units.vehicles, name="vehicles"),
    path("vehicles/new/", units.add_vehicle, name="add_vehicle"),
    path("vehicles/<int:vehicle_id>/transfer/", units.transfer_vehicle, name="transfer_vehicle"),
    path("vehicles/<int:vehicle_id>/retire/", units.retire_vehicle, name="retire_vehicle"),
    path("people/", people.people, name="people"),
    path("people/options/", people.person_options, name="person_options"),
    path("people/new/", people.add_person, name="add_person"),
    path("people/<uuid:person_id>/", people.person, name="person"),
    path("people/<uuid:person_id>/mend/", people.mend_person, name="mend_person"),
    path("people/<uuid:person_id>/transfer/", people.transfer_person, name="transfer_person"),
    path("people/<uuid:person_id>/leave/", people.let_person_go, name="let_person_go"),
    path("people/<uuid:person_id>/posts/new/", people.give_post, name="give_post"),
    path("posts/<int:post_id>/end/", people.end_post, name="end_post"),
    path("posts/<int:post_id>/substitute/", people.substitute, name="substitute"),
    path("people/<uuid:person_id>/login/new/", people.open_login, name="open_login"),
    path("people/<uuid:person_id>/login/password/", people.reset_password, name="reset_password"),
    path("proposals/<int:proposal_id>/agree/", people.agree_to_proposal, name="agree_to_proposal"),
    path("people/<uuid:person_id>/login/<slug:act>/", people.change_login, name="change_login"),
    path("shifts/", shifts.shifts, name="shifts"),
    path("shifts/new/", shifts.plan_shift, name="plan_shift"),
    path("shifts/<uuid:shift_id>/", shifts.shift, name="shift"),
    path("shifts/<uuid:shift_id>/times/", shifts.change_times, name="change_times"),
    path("shifts/<uuid:shift_id>/crew/", shifts.correct_crew, name="correct_crew"),
    path("shifts/<uuid:shift_id>/cancel/", shifts.cancel_shift, name="cancel_shift"),
    path("days/", shifts.days, name="days"),
    path("days/load/<int:year>/", shifts.load_days, name="load_days"),
    path("days/new/", shifts.add_day, name="add_day"),
    path("days/<isodate:date>/remove/", shifts.remove_day, name="remove_day"),
    path("import/<slug:kind>/", imports.upload, name="import"),
    path("import/<slug:kind>/template/", imports.template, name="import_template"),
    path("import/<slug:kind>/<uuid:import_id>/", imports.preview, name="import_preview"),
    path("import/<slug:kind>/<uuid:import_id>/apply/", imports.apply, name="import_apply"),
    path("import/<slug:kind>/<uuid:import_id>/discard/", imports.discard, name="import_discard"),
]

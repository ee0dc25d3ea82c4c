"""Pages of units and vehicles."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from siyanat.roster import fields, forms, gates, models, operations, pages, queries
from siyanat.roster.imports import units as unit_sheet
from siyanat.roster.imports import vehicles as vehicle_sheet
from siyanat.roster.operations import vehicles as vehicle_operations
from siyanat.roster.queries import people as people_queries

STAFF = people_queries.READERS
Role = gates.Role


@gates.admit(*STAFF)
@require_safe
def units(request: gates.ViewerRequest) -> HttpResponse:
    """The tree, searched, filtered, as a file."""
    get = request.GET
    rows = queries.list_units(
        request.viewer,
        q=get.get("q", ""),
        kind=get.get("kind", ""),
        closed="closed" in get,
        sort=get.get("sort", ""),
    )
    if pages.wanted_file(request):
        lines = (
            [
                one.code,
                one.name_fa,
                one.name_en,
                one.kind,
                one.parent.code if one.parent else "",
                one.camera_target,
                one.latitude,
                one.longitude,
            ]
            for one in rows
        )
        return pages.send_file(request, "units", unit_sheet.SHEET.header(), lines)
    context = {
        "page": pages.page_of(request, rows),
        "kinds": models.Unit.Kind.choices,
        "may_open": request.viewer.holds(Role.ADMINISTRATOR),
    }
    return render(request, "roster/units.html", context)


OFFERED = 20


@gates.admit_signed_in
@require_safe
def unit_options(request: gates.ViewerRequest) -> HttpResponse:
    """The first few units within the viewer's reach that fit what is typed in a box."""
    rows = queries.list_units(request.viewer, q=pages.typed_in_box(request))[:OFFERED]
    options = [(one.code, f"{one.name} · {one.get_kind_display()}") for one in rows]
    return render(request, "roster/options.html", {"options": options})


@gates.admit(*STAFF)
@require_safe
def unit(request: gates.ViewerRequest, unit_id: int) -> HttpResponse:
    """One unit: where it stands, what is below it, who works there, its vehicles."""
    shown = queries.get_unit(request.viewer, unit_id)
    context = {
        "unit": shown,
        "above": queries.ancestors_of(shown)[:-1],
        "below": shown.children.filter(closed_at=None).order_by("code"),
        "people_count": shown.people.filter(left_at=None).count(),
        "vehicles": shown.vehicles.filter(retired_at=None).order_by("fleet_number")[:50],
        "may_change": request.viewer.holds_over(shown.path, Role.ADMINISTRATOR),
    }
    return render(request, "roster/unit.html", context)


@gates.admit(Role.ADMINISTRATOR)
def open_unit(request: gates.ViewerRequest) -> HttpResponse:
    """Open a unit."""

    def do(data: dict[str, Any]) -> str:
        made = operations.open_unit(viewer=request.viewer, now=request.now, **data)
        return reverse("roster:unit", args=[made.pk])

    form = forms.UnitForm(
        request.POST or None, viewer=request.viewer, initial={"parent": request.GET.get("parent")}
    )
    return pages.act(
        request,
        form,
        title=_("Open a unit"),
        submit=_("Open"),
        back=reverse("roster:units"),
        do=do,
        done=_("The unit is open."),
    )


@gates.admit(Role.ADMINISTRATOR)
def rename_unit(request: gates.ViewerRequest, unit_id: int) -> HttpResponse:
    """Rename a unit."""
    shown = queries.get_unit(request.viewer, unit_id)
    back = reverse("roster:unit", args=[shown.pk])

    def do(data: dict[str, Any]) -> str:
        operations.rename_unit(viewer=request.viewer, unit=shown, now=request.now, **data)
        return back

    form = forms.RenameUnitForm(
        request.POST or None, initial={"name_fa": shown.name_fa, "name_en": shown.name_en}
    )
    return pages.act(
        request,
        form,
        title=_("Rename the unit"),
        submit=_("Rename"),
        back=back,
        do=do,
        done=_("The name is changed."),
    )


@gates.admit(Role.ADMINISTRATOR)
def move_unit(request: gates.ViewerRequest, unit_id: int) -> HttpResponse:
    """Move a unit with everything below it."""
    shown = queries.get_unit(request.viewer, unit_id)
    back = reverse("roster:unit", args=[shown.pk])

    def do(data: dict[str, Any]) -> str:
        operations.move_unit(viewer=request.viewer, unit=shown, parent=data["parent"], now=request.now)
        return back

    return pages.act(
        request,
        forms.MoveUnitForm(request.POST or None, viewer=request.viewer),
        title=_("Move the unit"),
        submit=_("Move"),
        back=back,
        do=do,
        done=_("The unit has moved, with everything below it."),
        lead=_(
            "Everything below it moves too. Posts over the units above then reach it, those over the old ones don't."
        ),
    )


@gates.admit(Role.ADMINISTRATOR)
def close_unit(request: gates.ViewerRequest, unit_id: int) -> HttpResponse:
    """Close a unit."""
    shown = queries.get_unit(request.viewer, unit_id)
    back = reverse("roster:unit", args=[shown.pk])

    def do(data: dict[str, Any]) -> str:
        operations.close_unit(viewer=request.viewer, unit=shown, reason=data["reason"], now=request.now)
        return back

    return pages.act(
        request,
        fields.ReasonForm(request.POST or None),
        title=_("Close the unit"),
        submit=_("Close it"),
        back=back,
        do=do,
        done=_("The unit is closed."),
        danger=True,
        lead=_(
            "Only a unit with nothing open below it, nobody on its roster and no shift ahead can be closed."
        ),
    )


@gates.admit(*STAFF)
@require_safe
def vehicles(request: gates.ViewerRequest) -> HttpResponse:
    """Vehicles of the viewer's units."""
    rows = queries.list_vehicles(
        request.viewer,
        q=request.GET.get("q", ""),
        retired="retired" in request.GET,
        sort=request.GET.get("sort", ""),
    )
    if pages.wanted_file(request):
        lines = ([one.fleet_number, one.plate, one.unit.code] for one in rows)
        return pages.send_file(request, "vehicles", vehicle_sheet.SHEET.header(), lines)
    keeps = request.viewer.holds(*vehicle_operations.KEEPERS)
    return render(
        request, "roster/vehicles.html", {"page": pages.page_of(request, rows), "may_change": keeps}
    )


@gates.admit(*vehicle_operations.KEEPERS)
def add_vehicle(request: gates.ViewerRequest) -> HttpResponse:
    """Take a vehicle on."""

    def do(data: dict[str, Any]) -> str:
        operations.add_vehicle(viewer=request.viewer, now=request.now, **data)
        return reverse("roster:vehicles")

    return pages.act(
        request,
        forms.VehicleForm(request.POST or None, viewer=request.viewer),
        title=_("Add a vehicle"),
        submit=_("Add"),
        back=reverse("roster:vehicles"),
        do=do,
        done=_("The vehicle is added."),
    )


@gates.admit(*vehicle_operations.KEEPERS)
def transfer_vehicle(request: gates.ViewerRequest, vehicle_id: int) -> HttpResponse:
    """Move a vehicle to another unit."""
    vehicle = queries.get_vehicle(request.viewer, vehicle_id)

    def do(data: dict[str, Any]) -> str:
        operations.transfer_vehicle(
            viewer=request.viewer, vehicle=vehicle, unit=data["unit"], now=request.now
        )
        return reverse("roster:vehicles")

    return pages.act(
        request,
        forms.TransferForm(request.POST or None, viewer=request.viewer),
        title=_("Transfer vehicle %(number)s") % {"number": vehicle.fleet_number},
        submit=_("Transfer"),
        back=reverse("roster:vehicles"),
        do=do,
        done=_("The vehicle has moved."),
    )


@gates.admit(*vehicle_operations.KEEPERS)
def retire_vehicle(request: gates.ViewerRequest, vehicle_id: int) -> HttpResponse:
    """Take a vehicle out of service."""
    vehicle = queries.get_vehicle(request.viewer, vehicle_id)

    def do(_data: dict[str, Any]) -> str:
        operations.retire_vehicle(viewer=request.viewer, vehicle=vehicle, now=request.now)
        return reverse("roster:vehicles")

    return pages.act(
        request,
        forms.Empty(request.POST or None),
        title=_("Retire vehicle %(number)s") % {"number": vehicle.fleet_number},
        submit=_("Retire"),
        back=reverse("roster:vehicles"),
        do=do,
        done=_("The vehicle is out of service."),
        danger=True,
    )

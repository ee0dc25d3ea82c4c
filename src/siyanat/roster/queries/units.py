"""The tree of units, as far as a viewer's posts reach."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from siyanat.lib import persian
from siyanat.roster import gates, models

SORTS = {"code": "code", "name": "name_fa", "kind": "kind"}


def visible_units(viewer: gates.Viewer) -> QuerySet[models.Unit]:
    """Units in any subtree over which the viewer holds a post; for others, their own unit."""
    own = Q(pk=viewer.person.unit_id) if viewer.person else Q(pk__in=[])
    return models.Unit.objects.filter(gates.under(viewer.paths(*gates.EVERY_ROLE), "path") | own)


def get_unit(viewer: gates.Viewer, unit_id: int | str) -> models.Unit:
    """:raises errors.NotFound: when it is absent or out of the viewer's reach."""
    return gates.get_in_scope(visible_units(viewer).select_related("parent"), pk=unit_id)


def list_units(
    viewer: gates.Viewer,
    *,
    q: str = "",
    kind: str = "",
    parent: models.Unit | None = None,
    closed: bool = False,
    sort: str = "",
) -> QuerySet[models.Unit]:
    """Units by their place in the tree, or as asked; ``parent`` limits to its subtree, ``q`` to code or
    name.
    """
    rows = visible_units(viewer).select_related("parent")
    if not closed:
        rows = rows.filter(closed_at=None)
    if kind:
        rows = rows.filter(kind=kind)
    if parent is not None:
        rows = rows.filter(path__startswith=parent.path)
    if text := persian.normalise(q):
        rows = rows.filter(
            Q(code__istartswith=text) | Q(name_fa__icontains=text) | Q(name_en__icontains=text)
        )
    column = SORTS.get(sort.removeprefix("-"))
    return (
        rows.order_by(f"-{column}" if sort.startswith("-") else column, "pk")
        if column
        else rows.order_by("path")
    )


def find_unit(viewer: gates.Viewer, text: str) -> models.Unit | None:
    """The open unit within the viewer's reach with this code, or the only one with this name."""
    wanted = persian.normalise(text)
    rows = visible_units(viewer).filter(closed_at=None)
    if (unit := rows.filter(code=wanted.upper()).first()) is not None:
        return unit
    named = list(rows.filter(Q(name_fa=wanted) | Q(name_en__iexact=wanted))[:2])
    return named[0] if len(named) == 1 else None


def ancestors_of(unit: models.Unit) -> list[models.Unit]:
    """From the root down to the unit itself."""
    ids = [int(part) for part in unit.path.strip("/").split("/") if part]
    found = models.Unit.objects.in_bulk(ids)
    return [found[pk] for pk in ids if pk in found]


def province_of(unit: models.Unit) -> models.Unit | None:
    """The province in which a unit lies; None for the headquarters."""
    return next((above for above in ancestors_of(unit) if above.kind == models.Unit.Kind.PROVINCE), None)


def provinces_by_path(units: Iterable[models.Unit] | None = None) -> dict[str, models.Unit]:
    """Provinces by their path, to tell for many rows at once in which they lie."""
    rows = units if units is not None else models.Unit.objects.filter(kind=models.Unit.Kind.PROVINCE)
    return {unit.path: unit for unit in rows}


def visible_vehicles(viewer: gates.Viewer) -> QuerySet[models.Vehicle]:
    """Vehicles of the units over which the viewer holds a post."""
    return models.Vehicle.objects.filter(gates.under(viewer.paths(*gates.EVERY_ROLE)))


def list_vehicles(
    viewer: gates.Viewer,
    *,
    q: str = "",
    unit: models.Unit | None = None,
    retired: bool = False,
    sort: str = "",
) -> QuerySet[models.Vehicle]:
    """Vehicles by fleet number or as asked; ``q`` is the beginning of a fleet number or a part of a plate."""
    rows = visible_vehicles(viewer).select_related("unit")
    if not retired:
        rows = rows.filter(retired_at=None)
    if unit is not None:
        rows = rows.filter(unit__path__startswith=unit.path)
    if text := persian.normalise(q):
        rows = rows.filter(Q(fleet_number__istartswith=text) | Q(plate__icontains=text))
    column = {"fleet_number": "fleet_number", "unit": "unit__path"}.get(
        sort.removeprefix("-"), "fleet_number"
    )
    return rows.order_by(f"-{column}" if sort.startswith("-") else column, "fleet_number")


def get_vehicle(viewer: gates.Viewer, vehicle_id: int | str) -> models.Vehicle:
    """:raises errors.NotFound: when absent or out of the viewer's reach."""
    return gates.get_in_scope(visible_vehicles(viewer).select_related("unit"), pk=vehicle_id)


def find_vehicle(viewer: gates.Viewer, fleet_number: str) -> models.Vehicle | None:
    """A vehicle in service by its fleet number, in any script."""
    number = persian.normalise(fleet_number).upper()
    return visible_vehicles(viewer).filter(fleet_number=number, retired_at=None).first()

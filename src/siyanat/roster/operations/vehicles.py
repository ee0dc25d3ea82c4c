"""Patrol vehicles: taken on, moved to another unit, retired."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from siyanat.ledger import operations as ledger
from siyanat.lib import errors, persian
from siyanat.roster import gates, models

KEEPERS = (gates.Role.STATION_HEAD, gates.Role.ADMINISTRATOR)


@transaction.atomic
def add_vehicle(
    *, viewer: gates.Viewer, fleet_number: str, plate: str, unit: models.Unit, now: dt.datetime
) -> models.Vehicle:
    """Take a vehicle on.

    :raises errors.NotFound: unless the viewer keeps the unit's vehicles.
    :raises errors.Refusal: ``roster.fleet_number_taken``, ``roster.unit_closed``.
    """
    gates.check_holds_over(viewer, unit.path, *KEEPERS)
    if unit.closed_at is not None:
        raise errors.Refusal("roster.unit_closed", unit=unit.code)
    number = persian.normalise(fleet_number).upper()
    if not number or models.Vehicle.objects.filter(fleet_number=number).exists():
        raise errors.Refusal("roster.fleet_number_taken", number=number)
    vehicle = models.Vehicle.objects.create(fleet_number=number, plate=persian.normalise(plate), unit=unit)
    _record("roster.add_vehicle", viewer, vehicle, now)
    return vehicle


@transaction.atomic
def transfer_vehicle(
    *, viewer: gates.Viewer, vehicle: models.Vehicle, unit: models.Unit, now: dt.datetime
) -> models.Vehicle:
    """Move a vehicle to another unit.

    :raises errors.NotFound: unless the viewer keeps the vehicles of both.
    :raises errors.Refusal: ``roster.unit_closed``, ``roster.vehicle_retired``.
    """
    for path in (vehicle.unit.path, unit.path):
        gates.check_holds_over(viewer, path, *KEEPERS)
    if unit.closed_at is not None:
        raise errors.Refusal("roster.unit_closed", unit=unit.code)
    if vehicle.retired_at is not None:
        raise errors.Refusal("roster.vehicle_retired", fleet_number=vehicle.fleet_number)
    vehicle.unit = unit
    vehicle.save(update_fields=["unit"])
    _record("roster.transfer_vehicle", viewer, vehicle, now)
    return vehicle


@transaction.atomic
def retire_vehicle(*, viewer: gates.Viewer, vehicle: models.Vehicle, now: dt.datetime) -> models.Vehicle:
    """Take a vehicle out of service.

    :raises errors.NotFound: unless the viewer keeps its unit's vehicles.
    :raises errors.Refusal: ``roster.vehicle_retired``.
    """
    gates.check_holds_over(viewer, vehicle.unit.path, *KEEPERS)
    if vehicle.retired_at is not None:
        raise errors.Refusal("roster.vehicle_retired", fleet_number=vehicle.fleet_number)
    vehicle.retired_at = now
    vehicle.save(update_fields=["retired_at"])
    _record("roster.retire_vehicle", viewer, vehicle, now)
    return vehicle


def _record(kind: str, viewer: gates.Viewer, vehicle: models.Vehicle, now: dt.datetime) -> None:
    ledger.append(
        kind=kind,
        actor=viewer.actor,
        subject=f"vehicle:{vehicle.fleet_number}",
        now=now,
        facts={"unit": vehicle.unit_id},
    )

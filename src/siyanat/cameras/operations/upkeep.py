"""The rest of a camera's life: ready check, readings, faults, loss, repair, transfer, retirement, firmware
rule.
"""

from __future__ import annotations

import datetime as dt
import re

from django.db import transaction

from siyanat.cameras import models, policy, states
from siyanat.cameras.operations import custody, history
from siyanat.cameras.operations.history import Readings
from siyanat.ledger import operations as ledger
from siyanat.lib import errors, persian
from siyanat.roster import gates
from siyanat.roster import models as roster
from siyanat.roster.operations import shifts


@transaction.atomic
def make_ready(
    *, viewer: gates.Viewer, camera: models.Camera, now: dt.datetime, readings: Readings | None = None
) -> models.Camera:
    """Check a camera and put it on the shelf of those that may be issued.

    :raises errors.NotFound: when it is out of the viewer's reach.
    :raises errors.Refusal: ``cameras.wrong_state``, ``cameras.readings_old``, ``cameras.battery_low``,
        ``cameras.storage_low``, ``cameras.clock_off``, ``cameras.firmware_unknown``,
        ``cameras.firmware_old``.
    """
    camera, transition = history.lock(viewer, camera, "make_ready")
    if readings is not None:
        history.check_readings(readings)
        if readings.clock_drift_ms is not None:
            custody.check_not_bearer(viewer, camera, act="make_ready")
        history.apply_readings(camera, readings, now=now)
        if readings.clock_set:
            camera.clock_drift_ms = 0
    check_ready(camera, now=now)
    camera.first_ready_at = camera.first_ready_at or now
    history.settle(viewer, camera, "make_ready", target=transition.target, now=now, readings=readings)
    return camera


def check_ready(camera: models.Camera, *, now: dt.datetime) -> None:
    """The ready check: readings of late, battery, storage, clock, firmware.

    :raises errors.Refusal: as `make_ready`.
    """
    if camera.health_at is None or now - camera.health_at > policy.READINGS_FRESH_FOR:
        raise errors.Refusal(
            "cameras.readings_old", serial=camera.serial, days=policy.READINGS_FRESH_FOR.days
        )
    custody.check_fit(camera)
    if camera.clock_drift_ms is None or abs(camera.clock_drift_ms) > policy.READY_MAX_CLOCK_DRIFT_MS:
        raise errors.Refusal(
            "cameras.clock_off",
            serial=camera.serial,
            drift_ms=camera.clock_drift_ms,
            allowed_ms=policy.READY_MAX_CLOCK_DRIFT_MS,
        )
    _check_firmware(camera)


def _check_firmware(camera: models.Camera) -> None:
    if not camera.firmware:
        raise errors.Refusal("cameras.firmware_unknown", serial=camera.serial)
    rule = models.FirmwareRule.objects.filter(model=camera.model).first()
    if rule is not None and version_key(camera.firmware) < version_key(rule.minimum):
        raise errors.Refusal(
            "cameras.firmware_old", serial=camera.serial, firmware=camera.firmware, minimum=rule.minimum
        )


def version_key(version: str) -> tuple[int, ...]:
    """A firmware's version as numbers, so that 1.10 comes after 1.9."""
    return tuple(int(part) for part in re.findall(r"\d+", persian.to_latin_digits(version)))


@transaction.atomic
def record_readings(
    *, viewer: gates.Viewer, camera: models.Camera, readings: Readings, now: dt.datetime
) -> models.Camera:
    """Write down what was read off a camera without changing its state.

    :raises errors.NotFound: when it is out of the viewer's reach.
    :raises errors.Refusal: ``cameras.reading_out_of_range``, ``cameras.drift_too_large``, ``cameras.no_readings``;
        ``access.concerns_yourself`` for who bears the camera or bore it last.
    """
    history.check_readings(readings)
    if not readings.taken():
        raise errors.Refusal("cameras.no_readings")
    camera = models.Camera.objects.select_for_update(of=("self",)).select_related("unit").get(pk=camera.pk)
    gates.check_holds_over(viewer, camera.unit.path, *states.HANDERS, gates.Role.ADMINISTRATOR)
    custody.check_not_bearer(viewer, camera, act="record_readings")
    history.apply_readings(camera, readings, now=now)
    history.settle(viewer, camera, "record_readings", target=None, now=now, readings=readings)
    return camera


@transaction.atomic
def report_faulty(
    *, viewer: gates.Viewer, camera: models.Camera, reason: str, now: dt.datetime
) -> models.Camera:
    """Take a camera out of service because it doesn't work; one that was out counts as brought back.

    :raises errors.NotFound: when it is out of the viewer's reach and was not issued to them.
    :raises errors.Refusal: ``cameras.wrong_state``, ``roster.reason_needed``.
    """
    return _take_out(viewer, camera, "report_faulty", reason, now)


@transaction.atomic
def report_lost(
    *, viewer: gates.Viewer, camera: models.Camera, reason: str, now: dt.datetime
) -> models.Camera:
    """Report a camera lost; an issue that was open ends at this moment, and the loss stands in its history.

    :raises errors.NotFound: when it is out of the viewer's reach and was not issued to them.
    :raises errors.Refusal: ``cameras.wrong_state``, ``roster.reason_needed``.
    """
    return _take_out(viewer, camera, "report_lost", reason, now)


def _take_out(
    viewer: gates.Viewer, camera: models.Camera, act: str, reason: str, now: dt.datetime
) -> models.Camera:
    reason = shifts.check_reason(reason)
    camera, transition = history.lock(viewer, camera, act)
    is_staff = viewer.holds_over(camera.unit.path, *states.HANDERS, gates.Role.ADMINISTRATOR)
    issue = custody.open_issue(camera) if camera.state == states.State.ISSUED else None
    if not is_staff and (issue is None or issue.person_id != viewer.person_id):
        raise errors.NotFound  # an officer reports the camera in their own hands, no other
    if issue is not None:
        custody.close_issue(issue, viewer, now=now)
    shift = str(issue.shift_id) if issue else ""
    history.settle(viewer, camera, act, target=transition.target, now=now, note=reason, shift=shift)
    return camera


@transaction.atomic
def find_camera(
    *, viewer: gates.Viewer, camera: models.Camera, reason: str, now: dt.datetime
) -> models.Camera:
    """A lost camera turned up: back to stock.

    :raises errors.Refusal: ``cameras.wrong_state``, ``roster.reason_needed``.
    """
    return _move(viewer, camera, "find", reason, now)


@transaction.atomic
def repair_camera(
    *, viewer: gates.Viewer, camera: models.Camera, reason: str, now: dt.datetime
) -> models.Camera:
    """A faulty camera was repaired: back to stock, to be checked again.

    :raises errors.Refusal: ``cameras.wrong_state``, ``roster.reason_needed``.
    """
    return _move(viewer, camera, "repair", reason, now)


@transaction.atomic
def retire_camera(
    *, viewer: gates.Viewer, camera: models.Camera, reason: str, now: dt.datetime
) -> models.Camera:
    """Take a camera out of service for good.

    :raises errors.Refusal: ``cameras.wrong_state``, ``roster.reason_needed``.
    """
    return _move(viewer, camera, "retire", reason, now)


@transaction.atomic
def transfer_camera(
    *, viewer: gates.Viewer, camera: models.Camera, unit: roster.Unit, reason: str, now: dt.datetime
) -> models.Camera:
    """Give a camera to another unit; there it is in stock until it is made ready.

    :raises errors.NotFound: when camera or unit is out of the viewer's reach.
    :raises errors.Refusal: ``cameras.wrong_state``, ``roster.reason_needed``, ``roster.unit_closed``,
        ``cameras.already_there``.
    """
    gates.check_holds_over(viewer, unit.path, *states.KEEPERS)
    if unit.closed_at is not None:
        raise errors.Refusal("roster.unit_closed", unit=unit.code)
    camera, transition = history.lock(viewer, camera, "transfer")
    if camera.unit_id == unit.pk:
        raise errors.Refusal("cameras.already_there", serial=camera.serial, unit=unit.code)
    reason, from_unit = shifts.check_reason(reason), camera.unit_id
    camera.unit = unit
    history.settle(
        viewer,
        camera,
        "transfer",
        target=transition.target,
        now=now,
        note=reason,
        from_unit=from_unit,
        to_unit=unit.pk,
    )
    return camera


def _move(
    viewer: gates.Viewer, camera: models.Camera, act: str, reason: str, now: dt.datetime
) -> models.Camera:
    reason = shifts.check_reason(reason)
    camera, transition = history.lock(viewer, camera, act)
    history.settle(viewer, camera, act, target=transition.target, now=now, note=reason)
    return camera


@transaction.atomic
def set_minimum_firmware(
    *, viewer: gates.Viewer, model: str, minimum: str, now: dt.datetime
) -> models.FirmwareRule:
    """Say which firmware a model must at least carry from now on to be made ready.

    :raises errors.NotFound: unless the viewer is an administrator.
    :raises errors.Refusal: ``cameras.firmware_unreadable`` when the version has no number.
    """
    if not viewer.holds(gates.Role.ADMINISTRATOR):
        raise errors.NotFound
    if not version_key(minimum):
        raise errors.Refusal("cameras.firmware_unreadable", value=minimum)
    rule, _ = models.FirmwareRule.objects.update_or_create(
        model=persian.normalise(model), defaults={"minimum": persian.normalise(minimum)}
    )
    ledger.append(
        kind="cameras.set_minimum_firmware",
        actor=viewer.actor,
        subject=f"model:{rule.model}",
        now=now,
        facts={"minimum": rule.minimum},
    )
    return rule

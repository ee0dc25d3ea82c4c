"""How every act on a camera ends: a change of state claimed once, a row of history, an entry of the log."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass

from siyanat.cameras import models, policy, states
from siyanat.ledger import operations as ledger
from siyanat.lib import errors
from siyanat.roster import gates


@dataclass(frozen=True, slots=True)
class Readings:
    """What the dock or a person read off a camera; None was not read. ``clock_drift_ms``: camera minus true."""

    battery_percent: int | None = None
    storage_free_percent: int | None = None
    clock_drift_ms: int | None = None
    firmware: str | None = None
    clock_set: bool = False  # the clock was set right after reading it: a slew or a step

    def taken(self) -> dict[str, object]:
        """The readings that were taken, by name."""
        return {name: value for name, value in asdict(self).items() if value not in (None, False, "")}


def check_readings(readings: Readings) -> None:
    """:raises errors.Refusal: ``cameras.reading_out_of_range``, ``cameras.drift_too_large``."""
    for name in ("battery_percent", "storage_free_percent"):
        value = getattr(readings, name)
        if value is not None and not 0 <= value <= 100:
            raise errors.Refusal("cameras.reading_out_of_range", name=name, value=value)
    drift = readings.clock_drift_ms
    if drift is not None and abs(drift) > policy.MAX_CLOCK_DRIFT_MS:
        raise errors.Refusal("cameras.drift_too_large", drift_ms=drift, largest_ms=policy.MAX_CLOCK_DRIFT_MS)


def lock(viewer: gates.Viewer, camera: models.Camera, act: str) -> tuple[models.Camera, states.Transition]:
    """The camera, held until the transaction ends, when the viewer may do ``act`` and its state allows it.

    :raises errors.NotFound: when the camera is out of the viewer's reach.
    :raises errors.Refusal: ``cameras.wrong_state``.
    """
    locked = models.Camera.objects.select_for_update(of=("self",)).select_related("unit").get(pk=camera.pk)
    gates.check_holds_over(viewer, locked.unit.path, *states.BY_ACT[act].roles)
    return locked, states.check(act, locked.state, serial=locked.serial)


def apply_readings(camera: models.Camera, readings: Readings, *, now: dt.datetime) -> None:
    """Put the readings on the camera (unsaved). A clock that was set right has no drift from then on."""
    if not readings.taken():
        return
    camera.health_at = now
    for name in ("battery_percent", "storage_free_percent", "clock_drift_ms", "firmware"):
        if (value := getattr(readings, name)) is not None:
            setattr(camera, name, value)


def settle(
    viewer: gates.Viewer,
    camera: models.Camera,
    act: str,
    *,
    target: str | None,
    now: dt.datetime,
    note: str = "",
    readings: Readings | None = None,
    **more: object,
) -> None:
    """Save the camera in its new state, and write the history row and the log entry."""
    before = camera.state
    camera.state = target or before
    camera.save()
    taken = readings.taken() if readings else {}
    models.CameraEvent.objects.create(
        camera=camera,
        at=now,
        act=act,
        from_state=before,
        to_state=camera.state,
        actor=viewer.user,
        note=note[:400],
        readings=taken,
    )
    ledger.append(
        kind=f"cameras.{act}",
        actor=viewer.actor,
        subject=f"camera:{camera.serial}",
        now=now,
        facts={"from": before, "to": camera.state, "unit": camera.unit_id, **taken, **more},
        personal={"note": note} if note else None,
    )

"""Registration of cameras, one or thousands, and the roll-out's targets."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from siyanat.cameras import models, states
from siyanat.ledger import operations as ledger
from siyanat.lib import errors, jalali, persian
from siyanat.roster import gates
from siyanat.roster import models as roster


@dataclass(frozen=True, slots=True)
class NewCamera:
    """A camera to be registered; the serial is stored in upper case with Latin digits."""

    serial: str
    model: str
    unit: roster.Unit
    firmware: str = ""


def normalise_serial(text: str) -> str:
    """A serial as it is stored: upper case, Latin digits, no spaces."""
    return persian.normalise(text).upper().replace(" ", "")


def is_serial(text: str) -> bool:
    """Whether a serial, normalised, is one: Latin capitals and digits, with dashes, dots and the like between."""
    return _SERIAL.fullmatch(text) is not None


_SERIAL = re.compile(r"[A-Z0-9](?:[A-Z0-9._/-]*[A-Z0-9])?")


@transaction.atomic
def register_camera(*, viewer: gates.Viewer, new: NewCamera, now: dt.datetime) -> models.Camera:
    """Take one camera into the books, in stock at its unit.

    :raises errors.Refusal: as `register_cameras`.
    """
    return register_cameras(viewer=viewer, new=[new], now=now)[0]


@transaction.atomic
def register_cameras(
    *, viewer: gates.Viewer, new: Sequence[NewCamera], now: dt.datetime, source: str = ""
) -> list[models.Camera]:
    """Take cameras into the books: all or none, with one entry of the log for the lot and a history row each.

    :raises errors.NotFound: when one of the units is out of the viewer's reach.
    :raises errors.Refusal: ``cameras.serial_known``, ``cameras.serial_empty``, ``roster.unit_closed``.
    """
    cameras = [_made(viewer, one, now) for one in new]
    serials = [camera.serial for camera in cameras]
    known = models.Camera.objects.filter(serial__in=serials).values_list("serial", flat=True).first()
    twice = known or next((serial for serial, count in Counter(serials).items() if count > 1), None)
    if twice is not None:
        raise errors.Refusal("cameras.serial_known", serial=twice)
    made = models.Camera.objects.bulk_create(cameras, batch_size=1000)
    models.CameraEvent.objects.bulk_create(
        (
            models.CameraEvent(
                camera=camera,
                at=now,
                act="register",
                to_state=camera.state,
                actor=viewer.user,
                note=source[:400],
            )
            for camera in made
        ),
        batch_size=1000,
    )
    ledger.append(
        kind="cameras.register",
        actor=viewer.actor,
        subject=f"camera:{serials[0]}" if len(serials) == 1 else "cameras",
        now=now,
        facts={
            "count": len(serials),
            "first": serials[0],
            "last": serials[-1],
            "source": source,
            "unit_path": gates.common_path(camera.unit.path for camera in made),
        },
    )
    return made


def _made(viewer: gates.Viewer, new: NewCamera, now: dt.datetime) -> models.Camera:
    gates.check_holds_over(viewer, new.unit.path, *states.KEEPERS)
    if new.unit.closed_at is not None:
        raise errors.Refusal("roster.unit_closed", unit=new.unit.code)
    serial = normalise_serial(new.serial)
    if not serial:
        raise errors.Refusal("cameras.serial_empty")
    if not is_serial(serial):
        raise errors.Refusal("cameras.no_serial", serial=serial)
    return models.Camera(
        serial=serial,
        model=persian.normalise(new.model),
        firmware=persian.normalise(new.firmware),
        unit=new.unit,
        registered_at=now,
    )


@transaction.atomic
def set_rollout_target(
    *, viewer: gates.Viewer, province: roster.Unit, year: int, month: int, cameras: int, now: dt.datetime
) -> models.RolloutTarget:
    """Say how many cameras a province is to make ready in a Jalali month.

    :raises errors.NotFound: unless the viewer is an administrator over the province.
    :raises errors.Refusal: ``jalali.no_such_date``.
    """
    gates.check_holds_over(viewer, province.path, gates.Role.ADMINISTRATOR)
    first, _ = jalali.month_dates(year, month)
    target, _made_now = models.RolloutTarget.objects.update_or_create(
        unit=province, month=first, defaults={"cameras": cameras}
    )
    ledger.append(
        kind="cameras.set_rollout_target",
        actor=viewer.actor,
        subject=f"unit:{province.pk}",
        now=now,
        facts={"month": first, "cameras": cameras},
    )
    return target

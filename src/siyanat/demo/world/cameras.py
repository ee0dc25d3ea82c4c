"""Four thousand cameras: registered from a file by the steward's own means, then a year's fate by the dice."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from siyanat.cameras import imports, models
from siyanat.cameras import operations as cameras
from siyanat.demo.world import land as lands
from siyanat.demo.world import places
from siyanat.lib import jalali, tabular
from siyanat.roster import models as roster
from siyanat.roster.operations import imports as importing

FILE = "cameras.csv"
REGISTERED_DAYS_AGO = 200
OF_STATION = 24
OF_SECOND = 12
MODELS = (("Patrol 2", "2.4.1"), ("Patrol 2", "2.3.9"), ("Guard X1", "5.0.3"))
UNKNOWN_SERIAL = "BWC-999001"
State = models.Camera.State
# Of the cameras that were handed to stations; the rest are ready.
FATES = ((State.DOCKED, 0.16), (State.FAULTY, 0.045), (State.LOST, 0.008), (State.RETIRED, 0.012))
NOTES = {
    State.FAULTY: ("report_faulty", ("باتری باد کرده است", "دکمه ضبط گیر می‌کند", "تصویر سیاه است")),
    State.LOST: ("report_lost", ("در پیگیری پیاده افتاد و پیدا نشد", "پس از تصادف در خودرو نبود")),
    State.RETIRED: ("retire", ("هزینه تعمیر بیش از بهای دستگاه است",)),
}


def write(land: lands.Land) -> None:
    """Register all cameras from the file, plan the roll-out, and let the months pass."""
    at = land.ago(days=REGISTERED_DAYS_AGO)
    content = _draw_file(land)
    land.files.mkdir(parents=True, exist_ok=True)
    (land.files / FILE).write_bytes(content)
    steward = land.viewer("steward", at)
    waiting = importing.upload_import(viewer=steward, sheet=imports.SHEET, content=content, file=FILE, now=at)
    importing.apply_import(viewer=steward, sheet=imports.SHEET, waiting=waiting, now=at)
    cameras.set_minimum_firmware(viewer=land.viewer("admin", at), model="Patrol 2", minimum="2.4.0", now=at)
    _set_targets(land, at)
    _pass_months(land, at)


def serials_of(unit: roster.Unit, *, count: int) -> list[str]:
    """The first serials of a unit."""
    return list(
        models.Camera.objects.filter(unit=unit).order_by("serial").values_list("serial", flat=True)[:count]
    )


def _draw_file(land: lands.Land) -> bytes:
    """CSV with a row for each camera: those of the two stations of the story first, then all by lot."""
    others = [unit for unit in land.stations if unit not in (land.place["station"], land.place["second"])]
    depots = [unit for unit in land.units if unit.kind == roster.Unit.Kind.PROVINCE]
    units = [land.place["station"]] * OF_STATION + [land.place["second"]] * OF_SECOND
    spread = max(0, land.scale.deployed - len(units))
    units += [others[number % len(others)] for number in range(spread)]
    weights = [next(row[3] for row in places.PROVINCES if row[0] == unit.code) for unit in depots]
    units += land.dice.choices(depots, weights, k=land.scale.cameras - len(units))
    rows = []
    for number, unit in enumerate(units, start=1):
        model, firmware = MODELS[0] if number <= OF_STATION else land.dice.choices(MODELS, (6, 1, 3))[0]
        rows.append((f"BWC-{number:06d}", model, firmware, unit.code))
    return tabular.write_csv(header=imports.SHEET.header(), rows=rows)


def _set_targets(land: lands.Land, at: dt.datetime) -> None:
    """The year's plan: each province's share of all cameras, month by month from the third on."""
    year, _month, _day = jalali.from_gregorian(jalali.local_date(land.now))
    admin = land.viewer("admin", at)
    provinces = [unit for unit in land.units if unit.kind == roster.Unit.Kind.PROVINCE]
    weights = {row[0]: row[3] for row in places.PROVINCES}
    whole = sum(weights[unit.code] for unit in provinces)
    for unit in provinces:
        unit.camera_target = round(land.scale.cameras * weights[unit.code] / whole)
        for month in range(3, 13):
            cameras.set_rollout_target(
                viewer=admin,
                province=unit,
                year=year,
                month=month,
                cameras=max(1, unit.camera_target // 10),
                now=at,
            )
    root = land.place["national"]
    root.camera_target = sum(unit.camera_target for unit in provinces)
    roster.Unit.objects.bulk_update([root, *provinces], ["camera_target"])


def _pass_months(land: lands.Land, registered_at: dt.datetime) -> None:
    """Make ready what stations got, break and lose some of it; history rows tell when."""
    at_stations = {unit.pk for unit in land.stations}
    story = {land.place["station"].pk, land.place["second"].pk}
    deployed = list(models.Camera.objects.filter(unit__in=at_stations).order_by("serial"))
    events: list[models.CameraEvent] = []
    for camera in deployed:
        fate = State.READY if camera.unit_id in story else _draw_fate(land)
        days = REGISTERED_DAYS_AGO - 20
        ready_at = registered_at + dt.timedelta(days=10 + days * land.dice.random() ** 1.2)
        if camera.unit_id in story:
            ready_at = registered_at + dt.timedelta(days=12)
        events += _live(land, camera, fate, ready_at)
    _story_fates(land, deployed, events)
    fields = [
        "state", "first_ready_at", "battery_percent", "storage_free_percent", "clock_drift_ms", "health_at", "firmware",
    ]  # fmt: skip
    models.Camera.objects.bulk_update(deployed, fields, batch_size=500)
    models.CameraEvent.objects.bulk_create(events, batch_size=1000)


def _draw_fate(land: lands.Land) -> str:
    chance = land.dice.random()
    for fate, share in FATES:
        if chance < share:
            return fate
        chance -= share
    return State.READY


def _live(
    land: lands.Land, camera: models.Camera, fate: str, ready_at: dt.datetime
) -> list[models.CameraEvent]:
    camera.firmware = "2.4.1" if camera.model == "Patrol 2" else camera.firmware
    camera.first_ready_at, camera.state = ready_at, fate
    camera.health_at = max(ready_at, land.ago(hours=land.dice.uniform(2, 60)))
    camera.battery_percent = land.dice.randint(78, 100) if fate == State.READY else land.dice.randint(8, 70)
    camera.storage_free_percent = land.dice.randint(55, 98)
    camera.clock_drift_ms = round(land.dice.gauss(60, 220))
    made = [_event(camera, ready_at, "make_ready", State.IN_STOCK, State.READY, "")]
    if fate in NOTES:
        act, notes = NOTES[State(fate)]
        at = ready_at + (land.now - ready_at) * land.dice.uniform(0.3, 0.95)
        made.append(_event(camera, at, act, State.READY, fate, land.dice.choice(notes)))
    elif fate == State.DOCKED:
        made.append(_event(camera, camera.health_at, "return", State.ISSUED, State.DOCKED, ""))
    return made


def _story_fates(
    land: lands.Land, deployed: Sequence[models.Camera], events: list[models.CameraEvent]
) -> None:
    """At the story's station the last cameras are in stock, faulty, lost, or docked with a clock that went off."""
    own = [camera for camera in deployed if camera.unit_id == land.place["station"].pk][-5:]
    for camera, fate in zip(
        own, (State.IN_STOCK, State.FAULTY, State.LOST, State.DOCKED, State.DOCKED), strict=True
    ):
        camera.state = fate
        if fate in NOTES:
            act, notes = NOTES[fate]
            events.append(_event(camera, land.ago(days=9), act, State.READY, fate, notes[0]))
        elif fate == State.DOCKED:
            camera.clock_drift_ms, camera.battery_percent = 4_300, 41
            events.append(_event(camera, land.ago(hours=30), "return", State.ISSUED, State.DOCKED, ""))


def _event(
    camera: models.Camera, at: dt.datetime, act: str, before: str, after: str, note: str
) -> models.CameraEvent:
    readings = {"battery_percent": camera.battery_percent, "clock_drift_ms": camera.clock_drift_ms}
    return models.CameraEvent(
        camera=camera, at=at, act=act, from_state=before, to_state=after, note=note,
        readings=readings if act in ("make_ready", "return") else {},
    )  # fmt: skip

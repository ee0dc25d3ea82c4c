"""The fixed cast of the tests: station A in one province, station B in another.

Arash and Babak patrol together for station A; Head, Leader, Steward and Custodian work there;
Reviewer and Integrity sit in A's province; Overseer and Admin see the country. Stranger is the head of
station B: nothing of station A is ever theirs.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from siyanat.accounts import models as accounts
from siyanat.cameras import models as cameras
from siyanat.lib import persian
from siyanat.roster import gates, models

NOW = dt.datetime(2026, 11, 20, 8, 0, tzinfo=dt.UTC)
ALWAYS = (dt.datetime(2020, 1, 1, tzinfo=dt.UTC), None)
PASSWORD = "a long enough password"
HOUR = dt.timedelta(hours=1)

ROLES = {
    "arash": ("patrol_officer", "A"),
    "babak": ("patrol_officer", "A"),
    "leader": ("shift_leader", "A"),
    "head": ("station_head", "A"),
    "steward": ("camera_steward", "A"),
    "custodian": ("evidence_custodian", "A"),
    "integrity": ("integrity_officer", "P1"),
    "reviewer": ("provincial_reviewer", "P1"),
    "overseer": ("external_overseer", "N"),
    "admin": ("administrator", "N"),
    "stranger": ("station_head", "B"),
    "stranger_officer": ("patrol_officer", "B"),
}
UNITS = {  # name: kind, parent
    "N": ("national", None),
    "P1": ("province", "N"),
    "P2": ("province", "N"),
    "C1": ("county", "P1"),
    "C2": ("county", "P2"),
    "A": ("station", "C1"),
    "B": ("station", "C2"),
}


@dataclass(slots=True)
class Cast:
    """Units and people by their names; ``viewer(name)`` is how the domain sees them."""

    units: dict[str, models.Unit] = field(default_factory=dict)
    people: dict[str, models.Person] = field(default_factory=dict)

    def viewer(self, name: str, *, second_factor: bool = True, now: dt.datetime = NOW) -> gates.Viewer:
        """The viewer that ``name`` is at ``now``."""
        user = self.people[name].user
        assert user is not None
        return gates.load_viewer(user, now=now, second_factor=second_factor)


def make_cast() -> Cast:
    """Write the cast into the database."""
    cast = Cast()
    for name, (kind, parent) in UNITS.items():
        cast.units[name] = _make_unit(name, kind, cast.units[parent] if parent else None)
    for number, (name, (role, unit)) in enumerate(ROLES.items(), start=1):
        cast.people[name] = _make_person(name, number, cast.units[unit])
        models.HeldPost.objects.create(
            person=cast.people[name], role=role, unit=cast.units[unit], held=ALWAYS
        )
    return cast


def _make_unit(name: str, kind: str, parent: models.Unit | None) -> models.Unit:
    unit = models.Unit.objects.create(
        code=name,
        name_fa=f"یگان {name}",
        name_en=f"Unit {name}",
        kind=kind,
        parent=parent,
        path=f"new-{name}",
    )
    unit.path = f"{parent.path if parent else '/'}{unit.pk}/"
    unit.save(update_fields=["path"])
    return unit


def _make_person(name: str, number: int, unit: models.Unit) -> models.Person:
    user = accounts.User.objects.create_user(name, PASSWORD)
    return models.Person.objects.create(
        personnel_number=f"{100000 + number}",
        national_id=f"{number:010d}",
        given_name_fa=name,
        family_name_fa="آزمون",
        given_name_en=name.title(),
        family_name_en="Test",
        search_key=persian.search_key(f"{name} آزمون {100000 + number}"),
        unit=unit,
        user=user,
    )


def make_shift(
    cast: Cast,
    *,
    starts_at: dt.datetime = NOW - 10 * HOUR,
    hours: float = 8,
    crew: tuple[str, ...] = ("arash", "babak"),
    unit: str = "A",
    code: str = "A-1",
) -> models.Shift:
    """Write a shift with its crew, each bearing a camera for the whole of it."""
    ends_at = starts_at + dt.timedelta(hours=hours)
    shift = models.Shift.objects.create(
        code=code, unit=cast.units[unit], starts_at=starts_at, ends_at=ends_at, leader=cast.people["leader"]
    )
    for name in crew:
        models.CrewMember.objects.create(
            shift=shift, person=cast.people[name], starts_at=starts_at, ends_at=ends_at, recorded_at=starts_at
        )
    return shift


def make_camera(cast: Cast, serial: str, *, unit: str = "A", state: str = "ready") -> cameras.Camera:
    """Write a camera of station A (or ``unit``), charged and empty."""
    return cameras.Camera.objects.create(
        serial=serial,
        model="Test 1",
        unit=cast.units[unit],
        state=state,
        registered_at=NOW - 1000 * HOUR,
        battery_percent=100,
        storage_free_percent=100,
    )


def issue_camera(shift: models.Shift, person: models.Person, camera: cameras.Camera) -> cameras.Issue:
    """Write that ``person`` had ``camera`` for the whole of ``shift`` and brought it back."""
    return cameras.Issue.objects.create(
        camera=camera,
        person=person,
        shift=shift,
        issued_at=shift.starts_at,
        returned_at=shift.ends_at,
        due_at=shift.ends_at,
        recorded_at=shift.starts_at,
    )

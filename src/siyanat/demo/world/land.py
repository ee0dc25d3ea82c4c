"""What the parts of the world share while it is written: its moment, its dice, its units and its people."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass, field
from pathlib import Path

from siyanat.accounts import models as accounts
from siyanat.demo import home as homes
from siyanat.roster import gates
from siyanat.roster import models as roster

STATION = "THR-104"
SECOND = "THR-118"


@dataclass(frozen=True, slots=True)
class Scale:
    """How large the world is. ``posts`` says whether counties have rural posts and provinces mobile units."""

    provinces: int = 31
    stations_per_weight: int = 2
    posts: bool = True
    people_a_unit: int = 5
    people_of_station: int = 28
    cameras: int = 4000
    deployed: int = 2600
    history_days: int = 125
    history_shifts: int = 20_000


SMALL = Scale(
    provinces=1, stations_per_weight=1, posts=False, people_a_unit=3, people_of_station=18, cameras=60,
    deployed=50, history_days=100, history_shifts=60,
)  # fmt: skip


@dataclass(slots=True)
class Land:
    """The world while it is made. ``place`` maps station, second, province and national to their units."""

    now: dt.datetime
    dice: random.Random
    scale: Scale
    kept: homes.Secrets
    files: Path
    place: dict[str, roster.Unit] = field(default_factory=dict)
    units: list[roster.Unit] = field(default_factory=list)
    staff: dict[int, list[roster.Person]] = field(default_factory=dict)  # unit -> its patrol officers
    cast: dict[str, roster.Person] = field(default_factory=dict)
    crews: list[roster.Person] = field(default_factory=list)  # officers of the station, with accounts

    def viewer(self, username: str, at: dt.datetime) -> gates.Viewer:
        """One of the cast as the domain sees them at a moment."""
        return self.viewer_of(self.cast[username], at)

    def viewer_of(self, person: roster.Person, at: dt.datetime) -> gates.Viewer:
        """A person with an account as the domain sees them at a moment."""
        user = person.user
        if not isinstance(user, accounts.User):
            raise LookupError(person.personnel_number)
        return gates.load_viewer(user, now=at, second_factor=True)

    @property
    def stations(self) -> list[roster.Unit]:
        """Units that patrol: stations, posts, mobile units."""
        kinds = (roster.Unit.Kind.STATION, roster.Unit.Kind.POST, roster.Unit.Kind.MOBILE)
        return [unit for unit in self.units if unit.kind in kinds]

    def ago(self, *, days: float = 0, hours: float = 0) -> dt.datetime:
        """A moment before the world's now."""
        return self.now - dt.timedelta(days=days, hours=hours)

    def hours_ago(self, hours: int) -> dt.datetime:
        """So many hours before the world's now, on the full hour in Iran."""
        return self.ago(hours=hours).replace(minute=30, second=0, microsecond=0)

"""The demo's world: a country of stations, people and cameras, and a station whose story can be followed.

Kept here: the order in which it is written. The same seed and moment give the same world but for identifiers.
Where an act has an operation and its number allows, the operation does it, at its moment and as the person who
would; the rest (staff, months of past shifts) is written in bulk.
"""

from __future__ import annotations

import datetime as dt
import random
from pathlib import Path

from django.db import transaction

from siyanat.demo import cast as casts
from siyanat.demo import home as homes
from siyanat.demo import marker
from siyanat.demo.world import cameras, casework, history, land, patrols, people, reviews, units
from siyanat.roster import models as roster
from siyanat.roster.operations import days

SMALL = land.SMALL
STATION = land.STATION
UNKNOWN_SERIAL = cameras.UNKNOWN_SERIAL


@transaction.atomic
def write(
    *, now: dt.datetime, seed: int, kept: homes.Secrets, files: Path, scale: land.Scale | None = None
) -> None:
    """Write the whole world for the moment ``now``: all of it or none."""
    dice = random.Random(seed)  # noqa: S311 - the same world for the same seed is the point
    made = land.Land(now, dice, scale or land.Scale(), kept, files)
    units.write(made)
    people.write(made)
    days.seed_non_working_days(years=range(now.year - 1, now.year + 2), now=made.ago(days=300))
    cameras.write(made)
    past = history.write(made)
    casework.write(made, past)
    reviews.write(made, past)
    patrols.write(made)
    marker.note_begun(now=now)


def freshen(*, now: dt.datetime, kept: homes.Secrets, files: Path) -> int:
    """Plan tonight's patrols when the demo is started again and none is waiting; returns how many."""
    station = roster.Unit.objects.get(code=STATION)
    waiting = roster.Shift.objects.filter(
        unit=station, state=roster.Shift.State.PLANNED, ends_at__gt=now + dt.timedelta(hours=4)
    )
    if waiting.exists():
        return 0
    dice = random.Random(0)  # noqa: S311 - nothing is drawn here
    made = land.Land(now, dice, land.Scale(), kept, files, place={"station": station})
    people_of = roster.Person.objects.select_related("user", "unit")
    known = people_of.filter(user__username__in=[one.username for one in casts.CAST])
    made.cast = {person.user.username: person for person in known if person.user}
    made.crews = list(people_of.filter(unit=station, user__username__startswith="officer").order_by("pk"))
    return len(patrols.plan_tonight(made, at=now))


def serials() -> list[str]:
    """The cameras that filmed the story, in the order of the footage's scripts."""
    return patrols.serials(roster.Unit.objects.get(code=STATION))


__all__ = ["SMALL", "STATION", "UNKNOWN_SERIAL", "casts", "freshen", "serials", "write"]

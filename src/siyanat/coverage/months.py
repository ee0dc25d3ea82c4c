"""A month of minutes, unit by unit and day by day, summed by the database in one statement. Only reads.

A row is a unit directly under the one that is looked at, with everything below it; shifts of that unit itself
have a row of their own, so that the rows add up to the whole.

Shares are over the minutes *due*: those owed less those still awaited. Whoever drives tonight has missed nothing yet.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from siyanat.coverage import models, queries
from siyanat.lib import jalali
from siyanat.roster import gates
from siyanat.roster import models as roster

# A shift counts as one with missing minutes from this much unexplained time on: less is a change of hands.
NOTABLE_MS = 10 * 60_000
SHIFTS_SHOWN = 200

# Summed by the moment of the start first, of which a month has few: what a day is, is asked of those alone.
_SQL = """
WITH placed AS (SELECT * FROM unnest(%(units)s::bigint[], %(places)s::int[]) AS t (unit_id, place)
), started AS (
    SELECT p.place, s.starts_at, count(*) AS shifts, count(*) FILTER (WHERE c.is_provisional) AS provisional,
           count(*) FILTER (WHERE c.unexplained_ms >= %(notable)s) AS notable,
           sum(c.owed_ms) AS owed, sum(c.recorded_ms) AS recorded, sum(c.excused_ms) AS excused,
           sum(c.awaited_ms) AS awaited, sum(c.unexplained_ms) AS unexplained
    FROM roster_shift s JOIN placed p ON p.unit_id = s.unit_id
    JOIN coverage_count c ON c.shift_id = s.id AND c.person_id IS NULL AND c.superseded_at IS NULL
    WHERE s.starts_at >= %(starts)s AND s.starts_at < %(ends)s
    GROUP BY p.place, s.starts_at
)
SELECT place, (starts_at AT TIME ZONE 'Asia/Tehran')::date AS day, sum(shifts)::bigint, sum(provisional)::bigint,
       sum(notable)::bigint, sum(owed)::bigint, sum(recorded)::bigint, sum(excused)::bigint, sum(awaited)::bigint,
       sum(unexplained)::bigint
FROM started GROUP BY place, day
"""


@dataclass(slots=True)
class Sums:
    """Shifts and minutes of their crews, in milliseconds."""

    shifts: int = 0
    provisional: int = 0
    notable: int = 0  # shifts with missing minutes
    owed_ms: int = 0
    recorded_ms: int = 0
    excused_ms: int = 0
    awaited_ms: int = 0
    unexplained_ms: int = 0

    @property
    def due_ms(self) -> int:
        """Owed and not awaited: recorded, excused or unexplained."""
        return self.owed_ms - self.awaited_ms

    @property
    def recorded_share(self) -> float | None:
        """Recorded over due; None where nothing is due."""
        return self.recorded_ms / self.due_ms if self.due_ms else None

    @property
    def unexplained_share(self) -> float | None:
        """Unexplained over due; None where nothing is due."""
        return self.unexplained_ms / self.due_ms if self.due_ms else None

    def add(self, other: Sums) -> None:
        """Add another's figures."""
        self.shifts += other.shifts
        self.provisional += other.provisional
        self.notable += other.notable
        self.owed_ms += other.owed_ms
        self.recorded_ms += other.recorded_ms
        self.excused_ms += other.excused_ms
        self.awaited_ms += other.awaited_ms
        self.unexplained_ms += other.unexplained_ms


@dataclass(slots=True)
class Row(Sums):
    """A month of one unit. ``is_own``: its own shifts alone, without those of the units below it."""

    unit: roster.Unit = field(kw_only=True)
    is_own: bool = field(default=False, kw_only=True)
    days: list[Sums] = field(default_factory=list, kw_only=True)  # the month, day by day

    @property
    def shares(self) -> list[float | None]:
        """Each day's unexplained share."""
        return [day.unexplained_share for day in self.days]

    @property
    def is_awaited(self) -> list[bool]:
        """On which days minutes are still awaited."""
        return [day.awaited_ms > 0 for day in self.days]


@dataclass(frozen=True, slots=True)
class Month:
    """What was asked for: the rows, their sum, the days of the Jalali month."""

    rows: list[Row]
    total: Sums
    first: dt.date
    length: int

    @property
    def highest(self) -> float:
        """The highest daily share of any row: the top of every small multiple; at least a hundredth."""
        return max([0.01, *(share or 0.0 for row in self.rows for share in row.shares)])


def find_top(viewer: gates.Viewer) -> roster.Unit | None:
    """The one unit that the viewer's posts are over; None when there are several."""
    paths = viewer.paths(*queries.READERS)
    return roster.Unit.objects.get(path=paths[0]) if len(paths) == 1 else None


def read_month(viewer: gates.Viewer, *, year: int, month: int, below: roster.Unit | None) -> Month:
    """The units under ``below``, which lies within the viewer's reach; without it one row a post."""
    first, following = jalali.month_dates(year, month)
    length = (following - first).days
    rows = _rows(viewer, below)
    found = _sum(rows, *jalali.month_range(year, month))
    total = Sums()
    for place, row in enumerate(rows):
        days = found.get(place, {})
        row.days = [days.get(first + dt.timedelta(days=day), Sums()) for day in range(length)]
        for day in row.days:
            row.add(day)
        total.add(row)
    shown = [row for row in rows if row.shifts or not row.is_own]
    return Month(shown, total, first, length)


def _rows(viewer: gates.Viewer, below: roster.Unit | None) -> list[Row]:
    if below is None:
        paths = viewer.paths(*queries.READERS)
        return [Row(unit=unit) for unit in roster.Unit.objects.filter(path__in=paths).order_by("code")]
    children = roster.Unit.objects.filter(parent=below).order_by("code")
    return [*(Row(unit=unit) for unit in children), Row(unit=below, is_own=True)]


def _place_units(rows: list[Row]) -> list[tuple[int, int]]:
    """Each unit below the rows with the place of the row that its shifts count for."""
    below = roster.Unit.objects.filter(gates.under([row.unit.path for row in rows if not row.is_own], "path"))
    places = {row.unit.path: place for place, row in enumerate(rows) if not row.is_own}
    lengths = sorted({len(path) for path in places})
    pairs = [(row.unit.pk, place) for place, row in enumerate(rows) if row.is_own]
    for unit_id, path in below.values_list("pk", "path"):
        above = {path[:length] for length in lengths}
        pairs += [(unit_id, places[one]) for one in above if one in places]
    return pairs


def _sum(rows: list[Row], starts_at: dt.datetime, ends_at: dt.datetime) -> dict[int, dict[dt.date, Sums]]:
    pairs = _place_units(rows)
    parameters: dict[str, Any] = {
        "units": [unit for unit, _ in pairs], "places": [place for _, place in pairs],
        "starts": starts_at, "ends": ends_at, "notable": NOTABLE_MS,
    }  # fmt: skip
    found: dict[int, dict[dt.date, Sums]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_SQL, parameters)
        for place, day, *figures in cursor.fetchall():
            found.setdefault(place, {})[day] = Sums(*figures)
    return found


def list_shifts(unit: roster.Unit, *, year: int, month: int) -> list[models.Count]:
    """The crews' counts of the unit's own shifts in a month, the latest first."""
    starts_at, ends_at = jalali.month_range(year, month)
    rows = models.Count.objects.filter(
        shift__unit=unit, shift__starts_at__gte=starts_at, shift__starts_at__lt=ends_at, person__isnull=True,
        superseded_at__isnull=True,
    )  # fmt: skip
    return list(
        rows.select_related("shift__leader").defer("recorded").order_by("-shift__starts_at")[:SHIFTS_SHOWN]
    )

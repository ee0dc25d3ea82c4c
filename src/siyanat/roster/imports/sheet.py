"""What every sheet is made of: columns, a plan of what its rows would change, and the writing of that plan.

A plan is made twice, for the preview and again in the transaction that applies it, so that what was shown is
checked against what is true by then. A plan with one problem is not applied at all.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise

from siyanat.lib import errors, jalali, persian, tabular
from siyanat.roster import gates, models

ADDED, CHANGED, SAME = "added", "changed", "same"
PROPOSED = "proposed"  # waits for a second person
_YES = {"yes", "true", "1", "بله", "بلی", "آری", "دارد"}
_NO = {"no", "false", "0", "خیر", "نه", "ندارد"}
_JALALI_UNTIL = 1700  # a year before it is Jalali, one after it Gregorian


@dataclass(frozen=True, slots=True)
class Change:
    """What one row would do. ``details``: field, before, after of each value that differs."""

    row: int
    key: str
    action: str
    details: tuple[tuple[str, str, str], ...] = ()
    payload: Any = None


@dataclass(slots=True)
class Plan:
    """What a file would change, and what is wrong with it."""

    file: str
    changes: list[Change] = field(default_factory=list)
    problems: list[errors.RowProblem] = field(default_factory=list)

    def refuse(self, row: int, name: str, value: object, code: str) -> None:
        """Remember what is wrong with one field of one row."""
        self.problems.append(errors.RowProblem(self.file, row, name, str(value), code))

    def count(self, action: str) -> int:
        """How many rows would be added, changed, or are the same already."""
        return sum(change.action == action for change in self.changes)

    def outcome(self) -> dict[str, int]:
        """Rows by what they would do; the proposed ones only where there are some."""
        found = {action: self.count(action) for action in (ADDED, CHANGED, SAME)}
        proposed = self.count(PROPOSED)
        return found | ({PROPOSED: proposed} if proposed else {})


@dataclass(frozen=True, slots=True)
class Sheet:
    """A kind of list: how its file looks, who may bring it, what it would change and how that is written."""

    name: str
    label: Promise
    columns: tuple[tabular.Column, ...]
    example: tuple[tuple[str, ...], ...]
    roles: tuple[str, ...]
    plan: Callable[[gates.Viewer, Sequence[tabular.Row], str, dt.datetime], Plan]
    write: Callable[[gates.Viewer, Plan, dt.datetime], None]

    def header(self) -> list[str]:
        """The headings of its template: names in code, which every language's file may use."""
        return [column.name for column in self.columns]


def details(pairs: Iterable[tuple[str, object, object]]) -> tuple[tuple[str, str, str], ...]:
    """Those of the (field, before, after) that differ, as text."""
    shown = ((name, _text(before), _text(after)) for name, before, after in pairs)
    return tuple(one for one in shown if one[1] != one[2])


def _text(value: object) -> str:
    if isinstance(value, dt.datetime):
        return jalali.format_datetime(value, language="en")
    return "" if value is None else str(value)


def read_units(rows: Sequence[tabular.Row], column: str = "unit") -> dict[str, models.Unit]:
    """The units that the rows name, by code."""
    codes = {row.values.get(column, "").upper() for row in rows}
    return {unit.code: unit for unit in models.Unit.objects.filter(code__in=codes)}


def read_people(rows: Sequence[tabular.Row], *columns: str) -> dict[str, models.Person]:
    """The people whom the rows name, by personnel number."""
    numbers = {row.values.get(column, "").upper() for row in rows for column in columns}
    found = models.Person.objects.filter(personnel_number__in=numbers).select_related("unit")
    return {one.personnel_number: one for one in found}


def find_unit(
    plan: Plan, row: tabular.Row, units: dict[str, models.Unit], viewer: gates.Viewer, roles: Sequence[str]
) -> models.Unit | None:
    """The open unit that a row names, when one of ``roles`` is held over it; else a problem is noted."""
    code = row.values.get("unit", "")
    unit = units.get(code.upper())
    if unit is None or not viewer.holds_over(unit.path, *roles):
        plan.refuse(row.number, "unit", code, "import.unknown_unit")
        return None
    if unit.closed_at is not None:
        plan.refuse(row.number, "unit", code, "import.unit_closed")
        return None
    return unit


def find_person(
    plan: Plan, row: tabular.Row, people: dict[str, models.Person], column: str = "personnel_number"
) -> models.Person | None:
    """The person whom a row names; else a problem is noted."""
    number = row.values.get(column, "")
    person = people.get(number.upper())
    if person is None or person.left_at is not None:
        plan.refuse(row.number, column, number, "import.unknown_person")
        return None
    return person


def read_moment(plan: Plan, row: tabular.Row, column: str, *, required: bool = True) -> dt.datetime | None:
    """A date, or date and time in Tehran: Jalali as people write it, or Gregorian as a spreadsheet's date
    cell.
    """
    text = row.values.get(column, "")
    if not text:
        if required:
            plan.refuse(row.number, column, text, "import.missing")
        return None
    try:
        return parse_moment(text)
    except (errors.Refusal, ValueError):
        plan.refuse(row.number, column, text, "import.bad_moment")
        return None


def parse_moment(text: str) -> dt.datetime:
    """``1405/09/02 17:05`` or ``1405/09/02`` or ``2026-11-23T17:05:00``, in Tehran, as a UTC moment.

    :raises errors.Refusal: ``jalali.unreadable_date`` and its like.
    :raises ValueError: when a Gregorian date can't be read.
    """
    if text[:4].isdecimal() and int(text[:4]) >= _JALALI_UNTIL:
        local = dt.datetime.fromisoformat(text.replace("/", "-"))
        return (
            jalali.tehran_moment(local.date(), local.time())
            if local.tzinfo is None
            else local.astimezone(dt.UTC)
        )
    return jalali.parse_datetime(text) if " " in text else jalali.tehran_moment(jalali.parse_date(text))


def read_yes(plan: Plan, row: tabular.Row, column: str, *, default: bool) -> bool:
    """Yes or no in either language; empty is ``default``."""
    text = persian.normalise(row.values.get(column, "")).lower()
    if text and text not in _YES and text not in _NO:
        plan.refuse(row.number, column, text, "import.yes_or_no")
    return text in _YES if text else default


def refuse_twice(plan: Plan, rows: Sequence[tabular.Row], column: str) -> None:
    """Note rows whose key stands in the file already."""
    seen: dict[str, int] = {}
    for row in rows:
        key = row.values.get(column, "").upper()
        if not key:
            plan.refuse(row.number, column, "", "import.missing")
        elif key in seen:
            plan.refuse(row.number, column, key, "import.twice")
        seen.setdefault(key, row.number)

"""The sheet of posts held.

A row that is known by person, role, unit and start may change its end and nothing else.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from psycopg.types.range import TimestamptzRange

from siyanat.lib import errors, tabular
from siyanat.roster import gates, models
from siyanat.roster.imports import sheet
from siyanat.roster.operations import posts as operations
from siyanat.roster.operations import second_person

ROLES = (gates.Role.ADMINISTRATOR,)
_ROLE_NAMES = {role.value: role.value for role in gates.Role} | {
    "افسر گشت": gates.Role.PATROL_OFFICER.value,
    "سرنوبت": gates.Role.SHIFT_LEADER.value,
    "رئیس کلانتری": gates.Role.STATION_HEAD.value,
    "متصدی دوربین": gates.Role.CAMERA_STEWARD.value,
    "امین ادله": gates.Role.EVIDENCE_CUSTODIAN.value,
    "افسر صیانت": gates.Role.INTEGRITY_OFFICER.value,
    "بازبین استانی": gates.Role.PROVINCIAL_REVIEWER.value,
    "ناظر بیرونی": gates.Role.EXTERNAL_OVERSEER.value,
    "راهبر سامانه": gates.Role.ADMINISTRATOR.value,
}


@dataclass(frozen=True, slots=True)
class _Wanted:
    person: models.Person
    role: str
    unit: models.Unit
    starts_at: dt.datetime
    ends_at: dt.datetime | None

    def held(self) -> TimestamptzRange:
        return TimestamptzRange(self.starts_at, self.ends_at, "[)")


def plan(viewer: gates.Viewer, rows: Sequence[tabular.Row], file: str, now: dt.datetime) -> sheet.Plan:
    """What the rows would change among the posts."""
    made = sheet.Plan(file)
    units, people = sheet.read_units(rows), sheet.read_people(rows, "personnel_number")
    held = models.HeldPost.objects.filter(person__in=people.values())
    known = {(post.person_id, post.role, post.unit_id, post.held.lower): post for post in held}
    planned: list[_Wanted] = []
    givers = {role: operations.givers_of(role, now=now) for role in operations.GIVERS}
    for row in rows:
        wanted = _read(made, row, units, people, viewer, givers)
        if wanted is None:
            continue
        post = known.get((wanted.person.pk, wanted.role, wanted.unit.pk, wanted.starts_at))
        if any(_clash(wanted, other) for other in planned):
            made.refuse(row.number, "role", wanted.role, "import.twice")
        elif post is None:
            _check(made, row, wanted)
        waits = _waits(viewer, wanted, now)
        planned.append(wanted)
        change = _change(row, wanted, post, waits=waits)
        if change.action == sheet.CHANGED and waits:
            made.refuse(row.number, "to", row.values.get("to", ""), "import.change_on_page")
        made.changes.append(change)
    return made


def write(viewer: gates.Viewer, made: sheet.Plan, now: dt.datetime) -> None:
    """Write the plan; the log has an entry for each post given or ended."""
    for change in made.changes:
        wanted, post = change.payload
        if change.action == sheet.SAME:
            continue
        if change.action == sheet.PROPOSED:
            _propose(viewer, wanted, now)
            continue
        if post is None:
            post = models.HeldPost.objects.create(
                person=wanted.person, role=wanted.role, unit=wanted.unit, held=wanted.held()
            )
        else:
            post.held = wanted.held()
            post.save(update_fields=["held"])
            if wanted.ends_at is not None:
                operations.end_substitutes(viewer, post, at=wanted.ends_at, now=now)
        operations.record("roster.give_post", viewer, post, now, source=made.file)


def _waits(viewer: gates.Viewer, wanted: _Wanted, now: dt.datetime) -> bool:
    """Whether the row takes a second person; what lies wholly in the past gives nobody anything to see."""
    is_past = wanted.ends_at is not None and wanted.ends_at <= now
    return not is_past and operations.waits_for_second_person(
        viewer, person=wanted.person, role=wanted.role, unit=wanted.unit, now=now
    )


def _propose(viewer: gates.Viewer, wanted: _Wanted, now: dt.datetime) -> None:
    second_person.propose(
        viewer,
        models.Proposal(
            kind=models.Proposal.Kind.POST, person=wanted.person, role=wanted.role, unit=wanted.unit,
            held=wanted.held(),
        ),
        now=now,
    )  # fmt: skip


def _read(
    made: sheet.Plan,
    row: tabular.Row,
    units: dict[str, models.Unit],
    people: dict[str, models.Person],
    viewer: gates.Viewer,
    givers: dict[str, tuple[str, ...]],
) -> _Wanted | None:
    before = len(made.problems)
    role = _ROLE_NAMES.get(row.values.get("role", "").lower(), "")
    if not role:
        made.refuse(row.number, "role", row.values.get("role", ""), "import.unknown_role")
    unit = sheet.find_unit(made, row, units, viewer, givers.get(role, ROLES))
    person = sheet.find_person(made, row, people)
    if person is not None and person.pk == viewer.person_id:
        made.refuse(row.number, "personnel_number", person.personnel_number, "import.concerns_yourself")
    starts_at = sheet.read_moment(made, row, "from")
    ends_at = sheet.read_moment(made, row, "to", required=False)
    if starts_at is not None and ends_at is not None and ends_at <= starts_at:
        made.refuse(row.number, "to", row.values.get("to", ""), "import.backwards")
    if len(made.problems) > before or unit is None or person is None or starts_at is None:
        return None
    return _Wanted(person, role, unit, starts_at, ends_at)


def _clash(one: _Wanted, other: _Wanted) -> bool:
    same = (one.person.pk, one.role, one.unit.pk) == (other.person.pk, other.role, other.unit.pk)
    return (
        same
        and (one.ends_at is None or other.starts_at < one.ends_at)
        and (other.ends_at is None or one.starts_at < other.ends_at)
    )


def _check(made: sheet.Plan, row: tabular.Row, wanted: _Wanted) -> None:
    try:
        operations.check_may_hold(wanted.person, wanted.role, wanted.unit, wanted.held())
    except errors.Refusal as error:
        made.refuse(row.number, "role", row.values["role"], error.code)


def _change(row: tabular.Row, wanted: _Wanted, post: models.HeldPost | None, *, waits: bool) -> sheet.Change:
    key = f"{wanted.person.personnel_number} {wanted.role} {wanted.unit.code}"
    if post is None:
        return sheet.Change(row.number, key, sheet.PROPOSED if waits else sheet.ADDED, payload=(wanted, None))
    found = sheet.details([("to", post.held.upper, wanted.ends_at)])
    return sheet.Change(row.number, key, sheet.CHANGED if found else sheet.SAME, found, (wanted, post))


SHEET = sheet.Sheet(
    "posts",
    _("Posts held"),
    (
        tabular.Column("personnel_number", ("شماره پرسنلی", "number")),
        tabular.Column("role", ("سمت",)),
        tabular.Column("unit", ("یگان", "کد یگان", "unit code")),
        tabular.Column("from", ("از", "از تاریخ")),
        tabular.Column("to", ("تا", "تا تاریخ"), required=False),
    ),
    (("120345", "patrol_officer", "THR-11", "1405/09/01", ""),),
    ROLES,
    plan,
    write,
)

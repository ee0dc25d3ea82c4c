"""The tree of units: opened, renamed, moved with everything below, closed. Never deleted."""

from __future__ import annotations

import datetime as dt
import decimal
import uuid

from django.db import connection, transaction
from django.db.models import F, Value
from django.db.models.functions import Concat, Substr

from siyanat.ledger import operations as ledger
from siyanat.lib import errors, persian
from siyanat.roster import gates, models

Kind = models.Unit.Kind
MAX_PATH = 200

# Which kind may stand under which; a mobile unit and a post may be led by a county or a station alike.
PARENTS: dict[str, tuple[str, ...]] = {
    Kind.PROVINCE: (Kind.NATIONAL,),
    Kind.COUNTY: (Kind.PROVINCE,),
    Kind.STATION: (Kind.COUNTY, Kind.PROVINCE),
    Kind.POST: (Kind.COUNTY, Kind.STATION),
    Kind.MOBILE: (Kind.PROVINCE, Kind.COUNTY, Kind.STATION),
}


@transaction.atomic
def open_unit(
    *,
    viewer: gates.Viewer,
    code: str,
    name_fa: str,
    name_en: str,
    kind: str,
    parent: models.Unit,
    now: dt.datetime,
    latitude: decimal.Decimal | None = None,
    longitude: decimal.Decimal | None = None,
) -> models.Unit:
    """Add a unit under ``parent``.

    :raises errors.NotFound: unless the viewer administers the parent.
    :raises errors.Refusal: ``roster.unit_code_taken``, ``roster.unit_kind_misplaced``,
        ``roster.unit_closed``.
    """
    hold_tree()
    gates.check_holds_over(viewer, parent.path, gates.Role.ADMINISTRATOR)
    code = persian.normalise(code).upper()
    check_place(kind, parent)
    if models.Unit.objects.filter(code=code).exists():
        raise errors.Refusal("roster.unit_code_taken", unit=code)
    unit = add_unit(
        code=code,
        name_fa=name_fa,
        name_en=name_en,
        kind=kind,
        parent=parent,
        latitude=latitude,
        longitude=longitude,
    )
    _record("roster.open_unit", viewer, unit, now, kind_of_unit=kind, parent=parent.pk)
    return unit


def add_unit(
    *,
    code: str,
    name_fa: str,
    name_en: str,
    kind: str,
    parent: models.Unit | None,
    latitude: decimal.Decimal | None = None,
    longitude: decimal.Decimal | None = None,
) -> models.Unit:
    """Write a unit with its path, unchecked: for acts that have checked and logged for themselves."""
    unit = models.Unit.objects.create(
        code=code,
        name_fa=persian.normalise(name_fa),
        name_en=name_en.strip() or code,
        kind=kind,
        parent=parent,
        path=f"new:{uuid.uuid4()}",
        latitude=latitude,
        longitude=longitude,
    )
    unit.path = f"{parent.path if parent else '/'}{unit.pk}/"
    unit.save(update_fields=["path"])
    return unit


@transaction.atomic
def rename_unit(
    *, viewer: gates.Viewer, unit: models.Unit, name_fa: str, name_en: str, now: dt.datetime
) -> models.Unit:
    """Give a unit another name; its code stays.

    :raises errors.NotFound: unless the viewer administers it.
    """
    gates.check_holds_over(viewer, unit.path, gates.Role.ADMINISTRATOR)
    before = unit.name_fa
    unit.name_fa, unit.name_en = persian.normalise(name_fa), name_en.strip()
    unit.save(update_fields=["name_fa", "name_en"])
    _record("roster.rename_unit", viewer, unit, now, before=before, after=unit.name_fa)
    return unit


@transaction.atomic
def move_unit(
    *, viewer: gates.Viewer, unit: models.Unit, parent: models.Unit, now: dt.datetime
) -> models.Unit:
    """Put a unit, with everything below it, under another parent.

    :raises errors.NotFound: unless the viewer administers the unit and both parents.
    :raises errors.Refusal: ``roster.unit_under_itself``, ``roster.unit_kind_misplaced``,
        ``roster.unit_closed``,
        ``roster.nothing_changes``, ``roster.tree_too_deep``.
    """
    hold_tree()
    unit.refresh_from_db()
    parent.refresh_from_db()
    for path in (unit.path, parent.path):
        gates.check_holds_over(viewer, path, gates.Role.ADMINISTRATOR)
    if unit.parent_id == parent.pk:
        raise errors.Refusal("roster.nothing_changes")
    if parent.path.startswith(unit.path):
        raise errors.Refusal("roster.unit_under_itself", unit=unit.code, parent=parent.code)
    check_place(unit.kind, parent)
    if unit.parent_id is not None:
        gates.check_holds_over(viewer, unit.path.removesuffix(f"{unit.pk}/"), gates.Role.ADMINISTRATOR)
    before = unit.parent_id
    relocate(unit, parent)
    _record("roster.move_unit", viewer, unit, now, before=before, after=parent.pk)
    return unit


def relocate(unit: models.Unit, parent: models.Unit) -> None:
    """Change parent and path of a unit, and the paths of everything below it, unchecked but for depth.

    :raises errors.Refusal: ``roster.tree_too_deep``.
    """
    old, new = unit.path, f"{parent.path}{unit.pk}/"
    below = models.Unit.objects.filter(path__startswith=old)
    longest = max(len(path) for path in below.values_list("path", flat=True))
    if longest - len(old) + len(new) > MAX_PATH:
        raise errors.Refusal("roster.tree_too_deep", unit=unit.code)
    below.update(path=Concat(Value(new), Substr(F("path"), len(old) + 1)))
    models.Unit.objects.filter(pk=unit.pk).update(parent=parent)
    unit.refresh_from_db()


@transaction.atomic
def close_unit(*, viewer: gates.Viewer, unit: models.Unit, reason: str, now: dt.datetime) -> models.Unit:
    """Close a unit that has nothing open left in it: no unit below, nobody on the roster, no shift ahead.

    :raises errors.NotFound: unless the viewer administers it.
    :raises errors.Refusal: ``roster.unit_not_empty`` with what is left, ``roster.unit_closed``,
        ``roster.reason_needed``.
    """
    from siyanat.roster.operations import shifts

    hold_tree()
    gates.check_holds_over(viewer, unit.path, gates.Role.ADMINISTRATOR)
    reason = shifts.check_reason(reason)
    if unit.closed_at is not None:
        raise errors.Refusal("roster.unit_closed", unit=unit.code)
    units = models.Unit.objects.filter(path__startswith=unit.path, closed_at=None).exclude(pk=unit.pk).count()
    people = unit.people.filter(left_at=None).count()
    ahead = unit.shifts.filter(ends_at__gt=now).exclude(state=models.Shift.State.CANCELED).count()
    if units or people or ahead:
        raise errors.Refusal(
            "roster.unit_not_empty", unit=unit.code, units=units, people=people, shifts=ahead
        )
    unit.closed_at = now
    unit.save(update_fields=["closed_at"])
    _record("roster.close_unit", viewer, unit, now, reason=reason)
    return unit


def check_place(kind: str, parent: models.Unit) -> None:
    """:raises errors.Refusal: ``roster.unit_kind_misplaced``, ``roster.unit_closed``."""
    if parent.kind not in PARENTS.get(kind, ()):
        raise errors.Refusal(
            "roster.unit_kind_misplaced",
            kind=Kind(kind).label,
            parent=parent.code,
            parent_kind=Kind(parent.kind).label,
        )
    if parent.closed_at is not None:
        raise errors.Refusal("roster.unit_closed", unit=parent.code)


def hold_tree() -> None:
    """Let one change of the tree happen at a time: two moves at once could make a circle."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('roster.tree'))")


def _record(kind: str, viewer: gates.Viewer, unit: models.Unit, now: dt.datetime, **facts: object) -> None:
    ledger.append(
        kind=kind, actor=viewer.actor, subject=f"unit:{unit.pk}", now=now, facts={"code": unit.code, **facts}
    )

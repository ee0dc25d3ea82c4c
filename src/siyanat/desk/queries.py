"""What waits for a viewer, what they see at a glance, and where a typed identifier leads. Only reads."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.core.cache import cache
from django.db.models import F, QuerySet, Sum
from django.utils.translation import gettext as _

from siyanat.archive import queries as archive_queries
from siyanat.cameras import queries as camera_queries
from siyanat.cases import queries as case_queries
from siyanat.coverage import models as coverage
from siyanat.desk import items, sources
from siyanat.ledger import queries as ledger_queries
from siyanat.lib import jalali, persian
from siyanat.roster import gates, links, names
from siyanat.roster import models as roster
from siyanat.roster import queries as roster_queries
from siyanat.ui import formatting

Role = gates.Role
COUNT_KEPT_SECONDS = 60
FOUND_LIMIT = 8
EXPORTS_FOR = dt.timedelta(days=30)


def read_kartabl(viewer: gates.Viewer, *, now: dt.datetime) -> items.Kartabl:
    """Everything that waits for the viewer, from every room that has something for their roles."""
    kartabl = items.read(viewer, sources.SOURCES, now=now)
    cache.set(_count_key(viewer), kartabl.total, COUNT_KEPT_SECONDS)
    return kartabl


def count_waiting(viewer: gates.Viewer, *, now: dt.datetime) -> int:
    """How many things wait, for the navigation: counted once a minute, and whenever the kartabl is opened."""
    known: int | None = cache.get(_count_key(viewer))
    return read_kartabl(viewer, now=now).total if known is None else known


def _count_key(viewer: gates.Viewer) -> str:
    return f"desk:waiting:{viewer.user.pk}"


# At a glance.


@dataclass(frozen=True, slots=True)
class Glance:
    """One figure above the list."""

    label: str
    value: str
    note: str = ""
    url: str = ""
    tone: str = ""
    icon: str = ""


def list_glances(viewer: gates.Viewer, kartabl: items.Kartabl) -> list[Glance]:
    """Figures that the viewer's roles look at every day."""
    tone = "bad" if kartabl.overdue else ""
    found = [
        Glance(_("Waiting for you"), formatting.number(kartabl.total), icon="inbox"),
        Glance(_("Overdue"), formatting.number(kartabl.overdue), tone=tone, icon="alert"),
    ]
    if viewer.holds(Role.STATION_HEAD, Role.SHIFT_LEADER):
        found.append(_minutes(viewer, kartabl.now))
    if viewer.holds(Role.EXTERNAL_OVERSEER, Role.ADMINISTRATOR):
        found.append(_checkpoint(viewer, kartabl.now))
    if viewer.holds(Role.EXTERNAL_OVERSEER):
        found += [_exports(viewer, kartabl.now), _log(viewer), _bounds(viewer)]
    return found


def _minutes(viewer: gates.Viewer, now: dt.datetime) -> Glance:
    year, month, _day = jalali.from_gregorian(jalali.local_date(now))
    starts_at, ends_at = jalali.month_range(year, month)
    sums = coverage.Count.objects.filter(
        gates.under(viewer.paths(Role.STATION_HEAD, Role.SHIFT_LEADER), "shift__unit__path"),
        person__isnull=True, superseded_at__isnull=True,
        shift__starts_at__gte=starts_at, shift__starts_at__lt=ends_at,
    ).aggregate(
        due=Sum(F("owed_ms") - F("awaited_ms")), recorded=Sum("recorded_ms"), awaited=Sum("awaited_ms"),
        unexplained=Sum("unexplained_ms"),
    )  # fmt: skip
    share = sums["recorded"] / sums["due"] if sums["due"] else None
    notes = [_("%(time)s unexplained") % {"time": formatting.duration_ms(sums["unexplained"] or 0)}]
    if sums["awaited"]:
        notes.append(_("%(time)s awaited") % {"time": formatting.duration_ms(sums["awaited"])})
    return Glance(
        _("Recorded this month"), formatting.percent(share, places=1), icon="chart",
        note=_(", ").join(notes), url=links.reach(viewer, "coverage:month"),
    )  # fmt: skip


def _checkpoint(viewer: gates.Viewer, now: dt.datetime) -> Glance:
    last = ledger_queries.last_checkpoint()
    url = links.reach(viewer, "ledger:checkpoints")
    if last is None:
        return Glance(_("Latest checkpoint"), formatting.DASH, url=url, tone="warn", icon="shield")
    is_above = last.witnessed_at is not None
    note = _("The level above has it") if is_above else _("The level above does not have it yet")
    age = _("%(time)s ago") % {"time": formatting.distance(now - last.signed_at)}
    return Glance(_("Latest checkpoint"), age, note, url, "" if is_above else "warn", "shield")


def _exports(viewer: gates.Viewer, now: dt.datetime) -> Glance:
    count = archive_queries.visible_exports(viewer).filter(asked_at__gte=now - EXPORTS_FOR).count()
    url = links.reach(viewer, "archive:exports")
    return Glance(_("Exports in 30 days"), formatting.number(count), url=url, icon="download")


def _log(viewer: gates.Viewer) -> Glance:
    last = ledger_queries.last_checkpoint()
    url = links.reach(viewer, "ledger:log")
    return Glance(
        _("Acts in the signed log"), formatting.number(last.size if last else 0), url=url, icon="archive"
    )


def _bounds(viewer: gates.Viewer) -> Glance:
    return Glance(
        _("Minutes that nobody saw"), _("Upper bounds"), _("what random samples say of each unit's month"),
        links.reach(viewer, "review:month"), icon="chart",
    )  # fmt: skip


# Jump: an identifier typed anywhere leads to what it names, if the viewer may see it.


@dataclass(frozen=True, slots=True)
class Place:
    """Where a typed identifier may lead."""

    kind: str
    code: str
    name: str
    url: str
    is_exact: bool


def find_places(viewer: gates.Viewer, text: str) -> list[Place]:
    """Shifts, cases, cameras and people whose code begins with ``text``, through each room's own gate.

    An empty list says nothing about whether anything like it exists.
    """
    key = persian.normalise(text).strip()
    if not key:
        return []
    found = [*_shifts(viewer, key), *_cases(viewer, key), *_cameras(viewer, key), *_people(viewer, key)]
    return [place for place in found if place.url]


def _shifts(viewer: gates.Viewer, key: str) -> list[Place]:
    rows = roster_queries.visible_shifts(viewer).filter(code__startswith=key).select_related("unit")
    return [
        Place(
            _("Shift"), row.code, f"{names.unit_name(row.unit)} · {formatting.moment(row.starts_at)}",
            links.reach(viewer, "roster:shift", row.pk), row.code == key,
        )
        for row in rows.order_by("code")[:FOUND_LIMIT]
    ]  # fmt: skip


def _cases(viewer: gates.Viewer, key: str) -> list[Place]:
    handled = case_queries.list_visible_cases(viewer).filter(number__startswith=key).order_by("number")
    about = case_queries.list_cases_about(viewer).filter(number__startswith=key).order_by("number")
    return [
        Place(_("Case"), row.number, row.title, links.reach(viewer, "cases:case", row.pk), row.number == key)
        for row in handled[:FOUND_LIMIT]
    ] + [
        Place(
            _("Case"),
            row.number,
            _("concerns you"),
            links.reach(viewer, "cases:own", row.pk),
            row.number == key,
        )
        for row in about[:FOUND_LIMIT]
    ]


def _cameras(viewer: gates.Viewer, key: str) -> list[Place]:
    serial = key.upper().replace(" ", "")
    rows = camera_queries.visible_cameras(viewer).filter(serial__startswith=serial).select_related("unit")
    return [
        Place(
            _("Camera"), row.serial, f"{names.unit_name(row.unit)} · {row.get_state_display()}",
            links.first_of(
                links.reach(viewer, "cameras:camera", row.serial),
                links.reach(viewer, "cameras:list", tail=f"?q={row.serial}"),
            ),
            row.serial == serial,
        )
        for row in rows.order_by("serial")[:FOUND_LIMIT]
    ]  # fmt: skip


def _people(viewer: gates.Viewer, key: str) -> list[Place]:
    rows: QuerySet[roster.Person] = roster_queries.visible_people(viewer)
    rows = rows.filter(personnel_number__startswith=key).select_related("unit").order_by("personnel_number")
    return [
        Place(
            _("Person"), row.personnel_number, f"{names.full_name(row)} · {names.unit_name(row.unit)}",
            links.reach(viewer, "roster:person", row.pk), row.personnel_number == key,
        )
        for row in rows[:FOUND_LIMIT]
    ]  # fmt: skip

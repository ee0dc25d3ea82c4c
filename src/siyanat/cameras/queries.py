"""What a viewer may read of cameras: lists, history, who had which when, what is overdue, how the roll-out
goes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Count, Prefetch, Q, QuerySet

from siyanat.cameras import models, policy
from siyanat.lib import jalali, persian
from siyanat.roster import gates
from siyanat.roster import models as roster
from siyanat.roster import queries as roster_queries

READERS = tuple(role for role in gates.EVERY_ROLE if role != gates.Role.PATROL_OFFICER)
SORTS = {
    "serial": "serial",
    "model": "model",
    "unit": "unit__path",
    "state": "state",
    "battery": "battery_percent",
    "storage": "storage_free_percent",
    "drift": "clock_drift_ms",
    "health_at": "health_at",
}


def visible_cameras(viewer: gates.Viewer) -> QuerySet[models.Camera]:
    """Cameras of the viewer's subtrees, and those that are in their own hands."""
    scope = gates.under(viewer.paths(*READERS))
    if viewer.person_id is not None:
        held = models.Issue.objects.filter(
            person_id=viewer.person_id, returned_at=None, superseded_at=None
        ).values("camera_id")
        scope |= Q(pk__in=held)
    return models.Camera.objects.filter(scope)


def get_camera(viewer: gates.Viewer, serial: str) -> models.Camera:
    """A camera by its serial, in any case and script.

    :raises errors.NotFound: when absent or out of the viewer's reach.
    """
    key = persian.normalise(serial).upper().replace(" ", "")
    return gates.get_in_scope(visible_cameras(viewer).select_related("unit"), serial=key)


def find_camera_by_serial(serial: str) -> models.Camera | None:
    """A camera by its serial, for programs that take files in; people go through `get_camera`."""
    key = persian.normalise(serial).upper().replace(" ", "")
    return models.Camera.objects.select_related("unit").filter(serial=key).first()


def list_cameras(
    viewer: gates.Viewer,
    *,
    q: str = "",
    unit: roster.Unit | None = None,
    state: str = "",
    model: str = "",
    sort: str = "",
) -> QuerySet[models.Camera]:
    """Cameras by serial or as asked; ``q`` is the beginning of a serial, or a part of at least three signs."""
    rows = visible_cameras(viewer).select_related("unit")
    if unit is not None:
        rows = rows.filter(unit__path__startswith=unit.path)
    if state:
        rows = rows.filter(state=state)
    if model:
        rows = rows.filter(model=model)
    if key := persian.normalise(q).upper().replace(" ", ""):
        rows = rows.filter(serial__contains=key) if len(key) > 2 else rows.filter(serial__startswith=key)
    column = SORTS.get(sort.removeprefix("-"), "serial")
    return rows.order_by(f"-{column}" if sort.startswith("-") else column, "serial")


def count_by_state(viewer: gates.Viewer, *, unit: roster.Unit | None = None) -> dict[str, int]:
    """How many cameras are in each state; every state has its figure."""
    rows = visible_cameras(viewer)
    if unit is not None:
        rows = rows.filter(unit__path__startswith=unit.path)
    counts = {
        row["state"]: row["count"] for row in rows.values("state").annotate(count=Count("pk")).order_by()
    }
    return {state.value: counts.get(state.value, 0) for state in models.Camera.State}


def models_in_use(viewer: gates.Viewer) -> list[str]:
    """The models among the viewer's cameras."""
    return list(visible_cameras(viewer).order_by("model").values_list("model", flat=True).distinct())


def history_of(camera: models.Camera) -> QuerySet[models.CameraEvent]:
    """Everything that happened to a camera, the latest first."""
    return camera.events.select_related("actor", "actor__person").order_by("-at", "-id")


def issues_of_camera(camera: models.Camera) -> QuerySet[models.Issue]:
    """In whose hands it was, superseded rows included, the latest first."""
    return camera.issues.select_related("person", "shift__unit").order_by("-issued_at", "-id")


def issues_of_shift(shift: roster.Shift, *, as_of: dt.datetime | None = None) -> QuerySet[models.Issue]:
    """Cameras of a shift as believed now, or as believed at ``as_of``."""
    rows = shift.camera_issues.select_related("camera__unit", "person").order_by("issued_at", "id")
    if as_of is None:
        return rows.filter(superseded_at=None)
    return rows.filter(Q(superseded_at=None) | Q(superseded_at__gt=as_of), recorded_at__lte=as_of)


def find_issue_at(camera: models.Camera, *, at: dt.datetime) -> models.Issue | None:
    """In whose hands the camera was at a moment, as believed now."""
    rows = models.Issue.objects.filter(camera=camera, superseded_at=None, issued_at__lte=at)
    return rows.filter(Q(returned_at=None) | Q(returned_at__gt=at)).select_related("person", "shift").first()


def get_issue(viewer: gates.Viewer, issue_id: int | str) -> models.Issue:
    """:raises errors.NotFound: when absent or when its shift is out of the viewer's reach."""
    rows = models.Issue.objects.filter(gates.under(viewer.paths(*READERS), "shift__unit__path"))
    return gates.get_in_scope(rows.select_related("camera", "person", "shift__unit"), pk=issue_id)


def ready_cameras(viewer: gates.Viewer, *, unit: roster.Unit) -> QuerySet[models.Camera]:
    """Cameras that may be issued to a patrol of ``unit``: of the unit itself or of one above it, fit for a
    shift.
    """
    ids = [int(part) for part in unit.path.strip("/").split("/") if part]
    rows = visible_cameras(viewer).filter(unit_id__in=ids, state=models.Camera.State.READY)
    return rows.filter(
        battery_percent__gte=policy.ISSUE_MIN_BATTERY_PERCENT,
        storage_free_percent__gte=policy.ISSUE_MIN_STORAGE_FREE_PERCENT,
    ).order_by("-unit__path", "serial")


def shifts_to_equip(viewer: gates.Viewer, *, now: dt.datetime, ahead: dt.timedelta) -> QuerySet[roster.Shift]:
    """Shifts that run now or start within ``ahead``, with crew and cameras, for the issue desk."""
    crew = (
        roster.CrewMember.objects.filter(superseded_at=None)
        .select_related("person")
        .order_by("starts_at", "id")
    )
    issues = models.Issue.objects.filter(superseded_at=None).select_related("camera")
    open_states = [roster.Shift.State.PLANNED, roster.Shift.State.RUNNING]
    paths = viewer.paths(gates.Role.SHIFT_LEADER, gates.Role.STATION_HEAD, gates.Role.CAMERA_STEWARD)
    return (
        roster.Shift.objects.filter(gates.under(paths), state__in=open_states)
        .filter(starts_at__lte=now + ahead, ends_at__gt=now)
        .select_related("unit", "vehicle", "leader")
        .prefetch_related(Prefetch("crew", crew, "crew_now"), Prefetch("camera_issues", issues, "issues_now"))
        .order_by("starts_at", "code")
    )


def open_issues(viewer: gates.Viewer) -> QuerySet[models.Issue]:
    """Cameras that are out, the one due first at the top, for the return desk."""
    rows = models.Issue.objects.filter(returned_at=None, superseded_at=None)
    paths = viewer.paths(*READERS)
    return (
        rows.filter(gates.under(paths, "shift__unit__path"))
        .select_related("camera", "person", "shift__unit")
        .order_by("due_at", "id")
    )


def overdue_issues(viewer: gates.Viewer, *, now: dt.datetime) -> QuerySet[models.Issue]:
    """Cameras that should have come back."""
    return open_issues(viewer).filter(due_at__lt=now)


def escalation_role(issue: models.Issue, *, now: dt.datetime) -> str:
    """Who is to be told of an overdue return by now: shift leader, station head, or the province's reviewer."""
    late = now - issue.due_at
    if late >= policy.ESCALATE_TO_PROVINCE_AFTER:
        return gates.Role.PROVINCIAL_REVIEWER
    return gates.Role.STATION_HEAD if late >= policy.ESCALATE_TO_HEAD_AFTER else gates.Role.SHIFT_LEADER


@dataclass(frozen=True, slots=True)
class Utilisation:
    """How much a unit's cameras (its subtree's) were used in a period."""

    unit: roster.Unit
    cameras: int
    used: int  # cameras that were issued at least once
    issues: int
    hours: float  # in officers' hands, summed

    @property
    def used_share(self) -> float | None:
        """Share of the cameras that were issued at least once; None without cameras."""
        return self.used / self.cameras if self.cameras else None

    @property
    def hours_per_camera(self) -> float | None:
        """Hours in use for each camera that is in service."""
        return self.hours / self.cameras if self.cameras else None


_UTILISATION = """
SELECT u.id,
       count(DISTINCT c.id) FILTER (WHERE c.state NOT IN ('retired', 'lost')),
       count(DISTINCT i.camera_id),
       count(i.id),
       coalesce(sum(extract(epoch FROM least(coalesce(i.returned_at, %(now)s), %(ends)s)
                                     - greatest(i.issued_at, %(starts)s)))
                FILTER (WHERE i.id IS NOT NULL) / 3600, 0)
FROM roster_unit u
JOIN roster_unit below ON below.path LIKE u.path || '%%'
LEFT JOIN cameras_camera c ON c.unit_id = below.id
LEFT JOIN cameras_issue i ON i.camera_id = c.id AND i.superseded_at IS NULL
     AND i.issued_at < %(ends)s AND coalesce(i.returned_at, %(now)s) > %(starts)s
WHERE u.id = ANY(%(units)s)
GROUP BY u.id
"""


def utilisation(
    viewer: gates.Viewer,
    *,
    units: Iterable[roster.Unit],
    starts_at: dt.datetime,
    ends_at: dt.datetime,
    now: dt.datetime,
) -> list[Utilisation]:
    """Use of the cameras under each of ``units`` in [starts_at, ends_at); units out of reach are left out."""
    paths = viewer.paths(*READERS)
    shown = [unit for unit in units if any(unit.path.startswith(path) for path in paths)]
    with connection.cursor() as cursor:
        cursor.execute(
            _UTILISATION,
            {
                "now": now,
                "starts": starts_at,
                "ends": min(ends_at, now),
                "units": [unit.pk for unit in shown],
            },
        )
        found = {row[0]: row[1:] for row in cursor.fetchall()}
    return [
        Utilisation(unit, cameras, used, issues, float(hours))
        for unit in shown
        for cameras, used, issues, hours in [found.get(unit.pk, (0, 0, 0, 0))]
    ]


@dataclass(frozen=True, slots=True)
class RolloutMonth:
    """One month of a province's roll-out; the running sums are from the year's beginning."""

    month: dt.date
    target: int
    done: int
    target_sum: int
    done_sum: int


@dataclass(frozen=True, slots=True)
class RolloutRow:
    """A province's roll-out over a Jalali year."""

    province: roster.Unit
    months: tuple[RolloutMonth, ...]
    in_service: int  # cameras that were ever made ready and are neither lost nor retired

    @property
    def target(self) -> int:
        """Cameras to be made ready in the year."""
        return self.months[-1].target_sum if self.months else 0

    @property
    def done(self) -> int:
        """Cameras made ready in the year."""
        return self.months[-1].done_sum if self.months else 0

    @property
    def share(self) -> float | None:
        """Done against target; None without a target."""
        return self.done / self.target if self.target else None


def rollout(viewer: gates.Viewer, *, year: int) -> list[RolloutRow]:
    """Target against done for each province in the viewer's reach, by month of a Jalali year.

    A camera counts in the month in which it was made ready for the first time, for the province in which
    it is now.

    :raises errors.Refusal: ``jalali.no_such_date``.
    """
    provinces = roster_queries.list_units(viewer, kind=roster.Unit.Kind.PROVINCE, sort="code")
    firsts = [jalali.month_dates(year, month)[0] for month in range(1, 13)]
    following = jalali.month_dates(year, 12)[1]
    targets = {
        (row.unit_id, row.month): row.cameras
        for row in models.RolloutTarget.objects.filter(month__gte=firsts[0], month__lt=following)
    }
    done = _made_ready_by_month(firsts, following)
    return [_rollout_row(province, firsts, targets, done) for province in provinces]


def sees_rollout(viewer: gates.Viewer) -> bool:
    """Whether any province is in the viewer's reach: for a station the roll-out has nothing to say."""
    return roster_queries.list_units(viewer, kind=roster.Unit.Kind.PROVINCE).exists()


def _made_ready_by_month(firsts: list[dt.date], following: dt.date) -> dict[str, list[int]]:
    """Cameras first made ready in each month, by the path of the unit; the last figure is those in service."""
    starts = [jalali.tehran_moment(first) for first in [*firsts, following]]
    gone = [models.Camera.State.LOST, models.Camera.State.RETIRED]
    annotations = {
        f"m{place}": Count(
            "pk", filter=Q(first_ready_at__gte=starts[place], first_ready_at__lt=starts[place + 1])
        )
        for place in range(12)
    }
    rows: Iterable[tuple[Any, ...]] = (
        models.Camera.objects.filter(first_ready_at__isnull=False)
        .values("unit__path")
        .order_by()
        .annotate(**annotations, service=Count("pk", filter=~Q(state__in=gone)))
        .values_list("unit__path", *annotations, "service")
    )
    return {path: list(figures) for path, *figures in rows}


def _rollout_row(
    province: roster.Unit,
    firsts: list[dt.date],
    targets: dict[tuple[int, dt.date], int],
    done: dict[str, list[int]],
) -> RolloutRow:
    below = [figures for path, figures in done.items() if path.startswith(province.path)]
    target_sum = done_sum = 0
    months = []
    for place, first in enumerate(firsts):
        target, made = targets.get((province.pk, first), 0), sum(figures[place] for figures in below)
        target_sum, done_sum = target_sum + target, done_sum + made
        months.append(RolloutMonth(first, target, made, target_sum, done_sum))
    return RolloutRow(province, tuple(months), sum(figures[12] for figures in below))

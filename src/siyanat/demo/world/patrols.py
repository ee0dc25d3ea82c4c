"""The story's own shifts: planned, equipped and brought back by the rooms' operations, each at its moment."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import transaction

from siyanat.cameras import models as cameras
from siyanat.cameras import operations as custody
from siyanat.coverage import models as coverage_models
from siyanat.coverage import operations as coverage
from siyanat.demo import footage, story
from siyanat.demo.world import cameras as demo_cameras
from siyanat.demo.world import land as lands
from siyanat.demo.world import places
from siyanat.evidence import models as evidence_models
from siyanat.evidence import operations as evidence
from siyanat.review import models as review_models
from siyanat.review import operations as reviews
from siyanat.review.operations import second_line
from siyanat.roster import models as roster
from siyanat.roster import operations as shifts
from siyanat.triage import operations as triage
from siyanat.triage import planning

FILMING = 7
PLANNED_BEFORE = dt.timedelta(hours=20)
ISSUED_BEFORE = dt.timedelta(minutes=12)
RETURNED_AFTER = dt.timedelta(minutes=18)
# Camera minus true at the dock, in the order of the scripts; the night's first is exact, so that its sum is.
DRIFTS_MS = (240, 0, -180, 310, 90, -420, 150)
TONIGHT = (
    dt.timedelta(hours=1),
    dt.timedelta(hours=1, minutes=30),
    dt.timedelta(hours=2),
    dt.timedelta(hours=2),
)
EIGHT_HOURS = dt.timedelta(hours=8)


def serials(station: roster.Unit) -> list[str]:
    """The cameras that filmed, in the order of the scripts."""
    return demo_cameras.serials_of(station, count=FILMING)


def write(land: lands.Land) -> None:
    """Write the six shifts in the order in which they began, then those of tonight."""
    scripts = story.plan_scripts(land.now, serials(land.place["station"]))
    drifts = {script.serial: drift for script, drift in zip(scripts, DRIFTS_MS, strict=True)}
    by_shift: dict[str, list[footage.PatrolScript]] = {}
    for script in sorted(scripts, key=lambda one: one.started_at):
        by_shift.setdefault(script.shift, []).append(script)
    for number, (name, crew) in enumerate(by_shift.items()):
        shift = _live(land, name, number, crew, drifts)
        if name == "overdue":
            _let_review_wait(land, shift)
    _leave_one_out(land)
    _send_out(land)
    plan_tonight(land, at=land.now)


def plan_tonight(land: lands.Land, *, at: dt.datetime) -> list[roster.Shift]:
    """Plan patrols that start within the next hours, so that there is always something to equip."""
    leader = land.viewer("leader", at)
    start = at.replace(minute=0, second=0, microsecond=0)
    free = _free_officers(land, start, start + max(TONIGHT) + EIGHT_HOURS)
    made = []
    for number, wait in enumerate(TONIGHT):
        crew = [shifts.CrewPlan(person) for person in free[2 * number : 2 * number + 2]]
        if len(crew) < 2:
            break
        beat = places.BEATS[number % len(places.BEATS)]
        shift = shifts.plan_shift(
            viewer=leader, unit=land.place["station"], starts_at=start + wait, ends_at=start + wait + EIGHT_HOURS,
            crew=crew, now=at, leader=leader.person, vehicle=_vehicle(land, number), place_fa=beat[0], place_en=beat[1],
        )  # fmt: skip
        triage.commit_seed(shift=shift, now=at)
        made.append(shift)
    return made


def _free_officers(land: lands.Land, starts: dt.datetime, ends: dt.datetime) -> list[roster.Person]:
    busy = set(
        roster.CrewMember.objects.filter(
            superseded_at=None, starts_at__lt=ends, ends_at__gt=starts
        ).values_list("person_id", flat=True)
    )
    holding = set(
        cameras.Issue.objects.filter(returned_at=None, superseded_at=None).values_list("person_id", flat=True)
    )
    people = [land.cast["arash"], land.cast["babak"], *land.crews]
    return [person for person in people if person.pk not in busy | holding]


def _vehicle(land: lands.Land, number: int, unit: roster.Unit | None = None) -> roster.Vehicle | None:
    own = roster.Vehicle.objects.filter(unit=unit or land.place["station"], retired_at=None).order_by(
        "fleet_number"
    )
    count = own.count()
    return own[number % count] if count else None


def _live(
    land: lands.Land, name: str, number: int, crew: Sequence[footage.PatrolScript], drifts: dict[str, int]
) -> roster.Shift:
    """One shift from its planning to the excuse of its officer."""
    starts, ends = crew[0].started_at, crew[0].ended_at
    bearers = [land.cast["arash"], land.cast["babak"]] if name == "night" else [land.crews[number]]
    shift = _plan(land, number, starts, ends, bearers)
    _commit(shift, starts - PLANNED_BEFORE, is_drawn=name == "evening")
    for script, person in zip(crew, bearers, strict=True):
        _issue(land, shift, person, script.serial, starts)
    # The cameras of the overdue shift were brought back in time; the others are emptied while the visitor looks on.
    returned = ends + RETURNED_AFTER if name == "overdue" else max(ends + RETURNED_AFTER, land.now)
    for script in crew:
        drift = drifts[script.serial]
        readings = custody.Readings(
            battery_percent=31 + number, storage_free_percent=62, clock_drift_ms=drift
        )
        custody.return_camera(
            viewer=land.viewer("leader", ends),
            camera=_camera(script.serial),
            now=returned,
            readings=readings,
        )
    for script, person in zip(crew, bearers, strict=True):
        _say(land, shift, person, script)
    return shift


def _plan(
    land: lands.Land, number: int, starts: dt.datetime, ends: dt.datetime, bearers: Sequence[roster.Person]
) -> roster.Shift:
    at = starts - PLANNED_BEFORE
    leader = land.viewer("leader", at)
    crew = [shifts.CrewPlan(person) for person in bearers]
    if len(bearers) == 1:  # the driver bears no camera
        crew.append(shifts.CrewPlan(land.crews[number + 6], bears_camera=False))
    beat = places.BEATS[number % len(places.BEATS)]
    return shifts.plan_shift(
        viewer=leader, unit=land.place["station"], starts_at=starts, ends_at=ends, crew=crew, now=at,
        leader=leader.person, vehicle=_vehicle(land, number), place_fa=beat[0], place_en=beat[1],
    )  # fmt: skip


def _commit(shift: roster.Shift, at: dt.datetime, *, is_drawn: bool) -> None:
    """Commit the shift's seed. For one shift it is thrown until it sends the review to a second line.

    That is what no deployment can do (the secret of the level above would be another's): it spares the visitor
    ten reviews before they see one.
    """
    if not is_drawn:
        triage.commit_seed(shift=shift, now=at)
        return
    while True:
        with transaction.atomic():
            thrown = transaction.savepoint()
            seed = triage.commit_seed(shift=shift, now=at)
            derived = planning.derive_seed(
                commitment_secret=bytes(seed.secret),
                upper_secret=bytes(seed.upper.secret),
                shift_id=str(shift.id),
            )
            if second_line.is_drawn(derived):
                return
            transaction.savepoint_rollback(thrown)


def _let_review_wait(land: lands.Land, shift: roster.Shift) -> None:
    """Its review was opened when the time to dock had passed, and its deadline was this morning."""
    review = reviews.open_review(
        shift_id=shift.pk, now=shift.ends_at + coverage.DOCKING_GRACE + dt.timedelta(hours=1)
    )
    if review is not None:
        due_at = min(review.due_at, land.ago(hours=5))
        review_models.Review.objects.filter(pk=review.pk).update(due_at=due_at)
        reviews.escalate_overdue(now=land.now)


def _issue(
    land: lands.Land,
    shift: roster.Shift,
    person: roster.Person,
    serial: str,
    starts: dt.datetime,
    *,
    by: str = "leader",
) -> None:
    at = starts - ISSUED_BEFORE
    readings = custody.Readings(battery_percent=97, storage_free_percent=94)
    custody.issue_camera(
        viewer=land.viewer(by, at),
        camera=_camera(serial),
        person=person,
        shift=shift,
        now=at,
        readings=readings,
    )


def _say(land: lands.Land, shift: roster.Shift, person: roster.Person, script: footage.PatrolScript) -> None:
    """What the officer says on coming home: the battery was changed, and there was a private moment."""
    at = script.ended_at + dt.timedelta(minutes=40)
    officer = land.viewer_of(person, at)
    for pause in script.breaks:
        if pause.kind is not footage.BreakKind.BATTERY_SWAP:
            continue
        excuse = coverage.ask_excuse(
            viewer=officer, shift=shift, person=person, span=_span(script, pause.offset_ms, pause.duration_ms),
            kind=coverage_models.Excuse.Kind.BATTERY_SWAP, note="باتری تمام شد و در کیوسک تعویض شد.", now=at,
        )  # fmt: skip
        later = min(at + dt.timedelta(minutes=50), land.now)
        coverage.decide_excuse(
            viewer=land.viewer("head", later),
            excuse=excuse,
            approve=True,
            note="با دفتر کیوسک مطابقت دارد.",
            now=later,
        )
    for incident in script.incidents:
        if incident.kind is footage.IncidentKind.PRIVATE_MOMENT:
            evidence.restrict_moment(
                viewer=officer, shift=shift, person=person, now=at, kind=evidence_models.Restriction.Kind.PRAYER,
                span=_span(script, incident.offset_ms, incident.duration_ms),
            )  # fmt: skip


def _span(script: footage.PatrolScript, offset_ms: int, duration_ms: int) -> tuple[dt.datetime, dt.datetime]:
    start = script.started_at + dt.timedelta(milliseconds=offset_ms)
    return start, start + dt.timedelta(milliseconds=duration_ms)


def _leave_one_out(land: lands.Land) -> None:
    """At the second station a patrol came home hours ago, and its camera did not: an overdue return."""
    second, head = land.place["second"], "second"
    person = land.staff[second.pk][-1]
    starts = land.hours_ago(13)
    _send(
        land,
        second,
        head,
        [person],
        demo_cameras.serials_of(second, count=demo_cameras.OF_SECOND)[-1:],
        starts,
    )


def _send_out(land: lands.Land) -> None:
    """A patrol of the station is out at the moment: its cameras can be taken back."""
    bearers = [land.crews[5], land.crews[11]]
    names = demo_cameras.serials_of(land.place["station"], count=FILMING + 2)[-2:]
    _send(land, land.place["station"], "leader", bearers, names, land.hours_ago(3))


def _send(
    land: lands.Land,
    unit: roster.Unit,
    by: str,
    bearers: Sequence[roster.Person],
    names: Sequence[str],
    starts: dt.datetime,
) -> None:
    planned_at = starts - PLANNED_BEFORE
    beat = places.BEATS[-1]
    shift = shifts.plan_shift(
        viewer=land.viewer(by, planned_at), unit=unit, starts_at=starts, ends_at=starts + EIGHT_HOURS,
        crew=[shifts.CrewPlan(person) for person in bearers], now=planned_at, leader=land.cast[by],
        vehicle=_vehicle(land, 1, unit), place_fa=beat[0], place_en=beat[1],
    )  # fmt: skip
    _commit(shift, planned_at, is_drawn=False)
    for person, serial in zip(bearers, names, strict=True):
        _issue(land, shift, person, serial, starts, by=by)


def _camera(serial: str) -> cameras.Camera:
    return cameras.Camera.objects.select_related("unit").get(serial=serial)

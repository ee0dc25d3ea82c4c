"""Issue and return: which camera is in whose hands, for which shift, from when until when.

A row of ``Issue`` is closed by the return and never changed otherwise: a mistake is corrected by
superseding it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from siyanat.cameras import models, policy, states
from siyanat.cameras.operations import history
from siyanat.cameras.operations.history import Readings
from siyanat.jobs import facts
from siyanat.jobs import operations as jobs
from siyanat.ledger import operations as ledger
from siyanat.lib import errors
from siyanat.roster import gates
from siyanat.roster import models as roster
from siyanat.roster import operations as roster_operations
from siyanat.roster import queries as people
from siyanat.roster.operations import shifts

CORRECTORS = (
    gates.Role.STATION_HEAD,
    gates.Role.CAMERA_STEWARD,
    gates.Role.INTEGRITY_OFFICER,
    gates.Role.ADMINISTRATOR,
)
EARLIEST_ISSUE = dt.timedelta(hours=3)  # before the shift starts: time to dress, brief and drive out


@dataclass(frozen=True, slots=True)
class IssuePlan:
    """A camera for a member of a shift's crew."""

    camera: models.Camera
    person: roster.Person


@transaction.atomic
def issue_camera(
    *,
    viewer: gates.Viewer,
    camera: models.Camera,
    person: roster.Person,
    shift: roster.Shift,
    now: dt.datetime,
    readings: Readings | None = None,
) -> models.Issue:
    """Hand a ready camera to a member of the shift's crew; the shift is under way from its first camera.

    :raises errors.NotFound: when camera or shift is out of the viewer's reach.
    :raises errors.Refusal: ``cameras.wrong_state``, ``cameras.battery_low``, ``cameras.storage_low``,
        ``cameras.other_unit``, ``cameras.not_in_crew``, ``cameras.shift_over``, ``cameras.too_early``,
        ``cameras.person_has_camera``, ``cameras.reading_out_of_range``, ``cameras.drift_too_large``;
        ``access.concerns_yourself`` when who is to bear it reads its clock.
    """
    camera, transition = history.lock(viewer, camera, "issue")
    person = roster.Person.objects.select_for_update(of=("self",)).get(pk=person.pk)
    _check_shift(viewer, shift, camera, person, now)
    if readings is not None:
        history.check_readings(readings)
        if readings.clock_drift_ms is not None:
            gates.check_not_concerned(viewer, [person.pk], act="issue")
            check_not_bearer(viewer, camera, act="issue")
        history.apply_readings(camera, readings, now=now)
    check_fit(camera)
    _check_empty_handed(person)
    issue = models.Issue.objects.create(
        camera=camera,
        person=person,
        shift=shift,
        issued_at=now,
        due_at=shift.ends_at + policy.RETURN_GRACE,
        issued_by=viewer.user,
        recorded_at=now,
    )
    history.settle(
        viewer,
        camera,
        "issue",
        target=transition.target,
        now=now,
        readings=readings,
        shift=str(shift.id),
        person=str(person.id),
        issue=issue.id,
    )
    roster_operations.start_shift(shift_id=shift.id, actor=viewer.actor, now=now)
    jobs.announce(facts.SHIFT_CHANGED, shift_id=str(shift.id))
    return issue


@transaction.atomic
def issue_cameras(
    *, viewer: gates.Viewer, shift: roster.Shift, plans: Sequence[IssuePlan], now: dt.datetime
) -> list[models.Issue]:
    """Hand several cameras out for one shift: all or none.

    :raises errors.Refusal: ``cameras.one_for_two``; as `issue_camera`, for the first that can't be issued.
    """
    _check_each_once(plans)
    return [
        issue_camera(viewer=viewer, camera=plan.camera, person=plan.person, shift=shift, now=now)
        for plan in plans
    ]


def _check_each_once(plans: Sequence[IssuePlan]) -> None:
    borne: dict[str, roster.Person] = {}
    for plan in plans:
        first = borne.setdefault(plan.camera.serial, plan.person)
        if first != plan.person:
            raise errors.Refusal(
                "cameras.one_for_two", serial=plan.camera.serial, first=first.name, second=plan.person.name
            )


@transaction.atomic
def return_camera(
    *,
    viewer: gates.Viewer,
    camera: models.Camera,
    now: dt.datetime,
    readings: Readings | None = None,
    note: str = "",
) -> models.Issue:
    """Take a camera back at the dock, with what the dock read off it; the last one back ends a shift that
    is over.

    :raises errors.NotFound: when the camera is out of the viewer's reach.
    :raises errors.Refusal: ``cameras.wrong_state``, ``cameras.reading_out_of_range``, ``cameras.drift_too_large``;
        ``access.concerns_yourself`` when its bearer brings it back with a reading of its clock.
    """
    readings = readings or Readings()
    history.check_readings(readings)
    camera, transition = history.lock(viewer, camera, "return")
    if readings.clock_drift_ms is not None:
        check_not_bearer(viewer, camera, act="return")
    issue = open_issue(camera)
    history.apply_readings(camera, readings, now=now)
    close_issue(issue, viewer, now=now)
    history.settle(
        viewer,
        camera,
        "return",
        target=transition.target,
        now=now,
        note=note,
        readings=readings,
        shift=str(issue.shift_id),
        person=str(issue.person_id),
        issue=issue.id,
    )
    return issue


@transaction.atomic
def correct_issue(
    *,
    viewer: gates.Viewer,
    issue: models.Issue,
    reason: str,
    now: dt.datetime,
    camera: models.Camera | None = None,
    person: roster.Person | None = None,
    shift: roster.Shift | None = None,
    issued_at: dt.datetime | None = None,
    returned_at: dt.datetime | None = None,
) -> models.Issue:
    """Say which camera was really in whose hands, when and for which shift; the earlier row stays readable.

    A swap of two officers' cameras is `swap_issues`. What was recorded is attributed anew
    (``SHIFT_CHANGED``).

    :raises errors.NotFound: when the issue or the new shift is out of the viewer's reach.
    :raises errors.Refusal: ``cameras.already_corrected``, ``roster.reason_needed``,
        ``roster.nothing_changes``,
        ``cameras.issue_still_open`` when an open issue would move to another camera, ``cameras.not_in_crew``,
        ``cameras.issue_overlaps``, ``cameras.issue_backwards``, ``access.concerns_yourself``.
    """
    old = _lock_issue(viewer, issue)
    reason = shifts.check_reason(reason)
    new = _corrected(old, camera, person, shift, issued_at, returned_at)
    _check_correction(viewer, old, new)
    _supersede(viewer, [(old, new)], reason=reason, now=now)
    return new


@transaction.atomic
def swap_issues(
    *, viewer: gates.Viewer, first: models.Issue, second: models.Issue, reason: str, now: dt.datetime
) -> tuple[models.Issue, models.Issue]:
    """Two officers took each other's cameras: exchange the persons of two issues.

    :raises errors.Refusal: as `correct_issue`.
    """
    one, other = (_lock_issue(viewer, issue) for issue in (first, second))
    reason = shifts.check_reason(reason)
    new_one = _corrected(one, None, other.person, other.shift, None, None)
    new_other = _corrected(other, None, one.person, one.shift, None, None)
    for old, new in ((one, new_one), (other, new_other)):
        gates.check_not_concerned(viewer, _concerned(old, new), act="correct_issue")
    _supersede(viewer, [(one, new_one), (other, new_other)], reason=reason, now=now)
    return new_one, new_other


def check_fit(camera: models.Camera) -> None:
    """Refuse a camera that would not last the shift: what is not known counts as too little.

    :raises errors.Refusal: ``cameras.battery_low``, ``cameras.storage_low``.
    """
    battery, storage = camera.battery_percent or 0, camera.storage_free_percent or 0
    if battery < policy.ISSUE_MIN_BATTERY_PERCENT:
        raise errors.Refusal(
            "cameras.battery_low",
            serial=camera.serial,
            percent=battery,
            needed=policy.ISSUE_MIN_BATTERY_PERCENT,
        )
    if storage < policy.ISSUE_MIN_STORAGE_FREE_PERCENT:
        raise errors.Refusal(
            "cameras.storage_low",
            serial=camera.serial,
            percent=storage,
            needed=policy.ISSUE_MIN_STORAGE_FREE_PERCENT,
        )


def open_issue(camera: models.Camera) -> models.Issue:
    """The issue that an issued camera is out on.

    :raises errors.BrokenPromise: ``cameras.issued_without_issue``: an issued camera is always out for
        somebody.
    """
    issue = (
        models.Issue.objects.select_for_update(of=("self",))
        .filter(camera=camera, returned_at=None, superseded_at=None)
        .select_related("shift", "person")
        .first()
    )
    if issue is None:
        raise errors.BrokenPromise("cameras.issued_without_issue", serial=camera.serial)
    return issue


def close_issue(issue: models.Issue, viewer: gates.Viewer, *, now: dt.datetime) -> None:
    """End an issue, and its shift with it when this was the last camera out and the shift's time has passed."""
    issue.returned_at, issue.returned_to = now, viewer.user
    issue.save(update_fields=["returned_at", "returned_to"])
    others = models.Issue.objects.filter(shift_id=issue.shift_id, returned_at=None, superseded_at=None)
    if issue.shift.ends_at <= now and not others.exists():
        roster_operations.end_shift(shift_id=issue.shift_id, actor=viewer.actor, now=now)
    jobs.announce(facts.SHIFT_CHANGED, shift_id=str(issue.shift_id))


def _check_shift(
    viewer: gates.Viewer, shift: roster.Shift, camera: models.Camera, person: roster.Person, now: dt.datetime
) -> None:
    shift.refresh_from_db(fields=["state", "starts_at", "ends_at"])
    gates.check_holds_over(viewer, shift.unit.path, *states.BY_ACT["issue"].roles)
    if shift.state in (roster.Shift.State.CANCELED, roster.Shift.State.ENDED) or shift.ends_at <= now:
        raise errors.Refusal("cameras.shift_over", shift=shift.code)
    if now < shift.starts_at - EARLIEST_ISSUE:
        raise errors.Refusal("cameras.too_early", shift=shift.code, starts_at=shift.starts_at)
    if not shift.unit.path.startswith(camera.unit.path):
        raise errors.Refusal("cameras.other_unit", serial=camera.serial, unit=camera.unit.code)
    _check_in_crew(shift, person)


def _check_in_crew(shift: roster.Shift, person: roster.Person) -> None:
    if not shift.crew.filter(person=person, superseded_at=None).exists():
        raise errors.Refusal("cameras.not_in_crew", person=person.name, shift=shift.code)


def _check_empty_handed(person: roster.Person) -> None:
    other = (
        models.Issue.objects.filter(person=person, returned_at=None, superseded_at=None)
        .select_related("camera")
        .first()
    )
    if other is not None:
        raise errors.Refusal("cameras.person_has_camera", person=person.name, serial=other.camera.serial)


def _lock_issue(viewer: gates.Viewer, issue: models.Issue) -> models.Issue:
    locked = (
        models.Issue.objects.select_for_update(of=("self",))
        .select_related("shift__unit", "camera__unit", "person")
        .get(pk=issue.pk)
    )
    gates.check_holds_over(viewer, locked.shift.unit.path, *CORRECTORS)
    if locked.superseded_at is not None:
        raise errors.Refusal("cameras.already_corrected")
    return locked


def _corrected(
    old: models.Issue,
    camera: models.Camera | None,
    person: roster.Person | None,
    shift: roster.Shift | None,
    issued_at: dt.datetime | None,
    returned_at: dt.datetime | None,
) -> models.Issue:
    to_shift = shift or old.shift
    return models.Issue(
        camera=camera or old.camera,
        person=person or old.person,
        shift=to_shift,
        issued_at=issued_at or old.issued_at,
        returned_at=returned_at or old.returned_at,
        due_at=to_shift.ends_at + policy.RETURN_GRACE,
        issued_by=old.issued_by,
        returned_to=old.returned_to,
    )


def _check_correction(viewer: gates.Viewer, old: models.Issue, new: models.Issue) -> None:
    gates.check_not_concerned(viewer, _concerned(old, new), act="correct_issue")
    gates.check_holds_over(viewer, new.shift.unit.path, *CORRECTORS)
    if _says(old) == _says(new):
        raise errors.Refusal("roster.nothing_changes")
    if old.returned_at is None and (new.camera_id != old.camera_id or new.returned_at is not None):
        raise errors.Refusal("cameras.issue_still_open", serial=old.camera.serial)
    if new.returned_at is not None and new.returned_at <= new.issued_at:
        raise errors.Refusal("cameras.issue_backwards", issued_at=new.issued_at, returned_at=new.returned_at)
    _check_in_crew(new.shift, new.person)
    _check_alone(new, but=old)


def _concerned(old: models.Issue, new: models.Issue) -> set[UUID]:
    """Both persons and everybody on both shifts: a moved issue moves a crew's footage."""
    crews = people.persons_on(old.shift) | people.persons_on(new.shift)
    return {old.person_id, new.person_id} | crews


def check_not_bearer(viewer: gates.Viewer, camera: models.Camera, *, act: str) -> None:
    """Nobody measures the camera that they bear, or bore last: its clock says when its footage was made.

    :raises errors.Refusal: ``access.concerns_yourself``.
    """
    last = models.Issue.objects.filter(camera=camera, superseded_at=None).order_by("-issued_at").first()
    gates.check_not_concerned(viewer, [last.person_id] if last else [], act=act)


def _says(issue: models.Issue) -> tuple[int, UUID, UUID, dt.datetime, dt.datetime | None]:
    return issue.camera_id, issue.person_id, issue.shift_id, issue.issued_at, issue.returned_at


def _check_alone(new: models.Issue, *, but: models.Issue) -> None:
    """At no moment may the camera be with two people, or the person have two cameras."""
    others = models.Issue.objects.filter(superseded_at=None).exclude(pk=but.pk)
    if new.returned_at is not None:
        others = others.filter(issued_at__lt=new.returned_at)
    others = others.exclude(returned_at__lte=new.issued_at)
    if (
        other := others.filter(camera=new.camera).first() or others.filter(person=new.person).first()
    ) is not None:
        raise errors.Refusal(
            "cameras.issue_overlaps",
            serial=other.camera.serial,
            person=other.person.name,
            issued_at=other.issued_at,
        )


def _supersede(
    viewer: gates.Viewer, pairs: Sequence[tuple[models.Issue, models.Issue]], *, reason: str, now: dt.datetime
) -> None:
    touched: set[UUID] = set()
    for old, _ in pairs:
        old.superseded_at = now
        old.save(update_fields=["superseded_at"])
    for old, new in pairs:
        new.recorded_at, new.reason = now, reason
        new.save(force_insert=True)
        touched |= {old.shift_id, new.shift_id}
        for camera in {old.camera, new.camera}:
            models.CameraEvent.objects.create(
                camera=camera,
                at=now,
                act="correct_issue",
                from_state=camera.state,
                to_state=camera.state,
                actor=viewer.user,
                note=reason,
            )
        ledger.append(
            kind="cameras.correct_issue",
            actor=viewer.actor,
            subject=f"issue:{old.pk}",
            now=now,
            facts={
                "superseded_by": new.pk,
                "before": list(map(str, _says(old))),
                "after": list(map(str, _says(new))),
                "unit_path": gates.common_path([old.shift.unit.path, new.shift.unit.path]),
            },
            personal={"reason": reason},
        )
    for shift_id in sorted(touched):
        jobs.announce(facts.SHIFT_CHANGED, shift_id=str(shift_id))

"""Whose a recording is, and of which shift: from the camera's issue, corrected with history, never rewritten."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from siyanat.cameras import models as cameras
from siyanat.evidence import models, queries
from siyanat.evidence.operations import holds
from siyanat.jobs import facts
from siyanat.jobs import operations as jobs
from siyanat.ledger import operations as ledger
from siyanat.lib import errors
from siyanat.roster import gates
from siyanat.roster import models as roster
from siyanat.roster import queries as people

SLACK = dt.timedelta(minutes=10)
"""A camera may be switched on this long before it is noted as issued, and off this long after its return."""

Basis = models.Attribution.Basis
CORRECTING_ROLES = (
    gates.Role.STATION_HEAD,
    gates.Role.EVIDENCE_CUSTODIAN,
    gates.Role.INTEGRITY_OFFICER,
)


def find_issue(recording: models.Recording) -> cameras.Issue | None:
    """The issue of its camera in force at its start; else the one within `SLACK`, nearest first; else by overlap."""
    near = list(
        cameras.Issue.objects.filter(
            camera_id=recording.camera_id,
            superseded_at__isnull=True,
            issued_at__lt=recording.ends_at + SLACK,
        )
        .filter(Q(returned_at__isnull=True) | Q(returned_at__gt=recording.starts_at - SLACK))
        .order_by("-issued_at")[:20]
    )
    return min(near, key=lambda issue: _distance(issue, recording), default=None)


def _distance(issue: cameras.Issue, recording: models.Recording) -> tuple[dt.timedelta, dt.timedelta]:
    """How far the recording's start lies outside the issue, then how late it begins (earlier issues lose ties)."""
    before = issue.issued_at - recording.starts_at
    after = recording.starts_at - (issue.returned_at or recording.starts_at)
    return max(before, after, dt.timedelta(0)), abs(before)


@transaction.atomic
def attribute(*, recording: models.Recording, actor: str, now: dt.datetime) -> models.Attribution | None:
    """Give a new recording to the shift and person of its camera's issue; None while no issue covers it.

    Part of sealing, which announces itself.
    """
    issue = find_issue(recording)
    if issue is None:
        return None
    return _write(
        recording,
        shift=issue.shift,
        person=issue.person,
        basis=Basis.ISSUE,
        actor=actor,
        now=now,
        is_first=True,
    )


@transaction.atomic
def reattribute_recordings(
    *,
    viewer: gates.Viewer,
    recording_ids: Iterable[UUID],
    shift: roster.Shift | None,
    person: roster.Person | None,
    reason: str,
    now: dt.datetime,
) -> list[models.Attribution]:
    """Correct by hand whose recordings these are; the earlier belief stays, superseded.

    :raises errors.NotFound: when a recording or the shift is not the viewer's to correct.
    :raises errors.Refusal: ``access.concerns_yourself``; ``evidence.reason_missing``; ``evidence.not_in_crew``.
    """
    if not reason.strip():
        raise errors.Refusal("evidence.reason_missing")
    _check_target(viewer, shift, person)
    done = []
    for recording_id in sorted(set(recording_ids)):
        recording = _lock(recording_id)
        gates.check_holds_over(viewer, recording.unit.path, *CORRECTING_ROLES)
        before = queries.current_attribution(recording)
        gates.check_not_concerned(viewer, _concerned(before, shift), act="evidence.reattribute")
        done.append(
            _write(
                recording,
                shift=shift,
                person=person,
                basis=Basis.CORRECTION,
                actor=viewer.actor,
                now=now,
                reason=reason.strip()[:200],
                by=viewer,
            )
        )
    return done


def _concerned(before: models.Attribution | None, shift: roster.Shift | None) -> set[UUID]:
    """Everybody on the shift that has the recording and on the one that is to have it: a crew answers together."""
    shifts = {shift, before.shift if before else None} - {None}
    return {person for one in shifts if one is not None for person in people.persons_on(one)} | (
        {before.person_id} if before and before.person_id else set()
    )


def _check_target(viewer: gates.Viewer, shift: roster.Shift | None, person: roster.Person | None) -> None:
    if shift is None:
        if person is not None:
            raise errors.Refusal("evidence.not_in_crew", person=person.personnel_number)
        return
    gates.check_holds_over(viewer, shift.unit.path, *CORRECTING_ROLES)
    in_crew = shift.crew.filter(person=person, superseded_at__isnull=True).exists()
    if person is None or not in_crew:
        raise errors.Refusal("evidence.not_in_crew", shift=shift.code)


@transaction.atomic
def reattribute_for_shift(*, shift_id: UUID, actor: str, now: dt.datetime) -> int:
    """After issues or crews were corrected: look again at every recording that was or may be this shift's.

    What a person corrected by hand stays. Returns how many changed; each is announced.
    """
    changed = 0
    for recording in _touched_by(shift_id):
        changed += _look_again(recording, actor=actor, now=now)
    return changed


def reattribute_for_issue(*, issue: cameras.Issue, actor: str, now: dt.datetime) -> int:
    """After one issue was corrected or superseded: look again at the recordings of its shift and its camera."""
    return reattribute_for_shift(shift_id=issue.shift_id, actor=actor, now=now)


def _touched_by(shift_id: UUID) -> QuerySet[models.Recording]:
    near = Q(
        pk__in=models.Attribution.objects.filter(shift_id=shift_id, superseded_at__isnull=True).values(
            "recording"
        )
    )
    for issue in cameras.Issue.objects.filter(shift_id=shift_id):
        end = max(issue.returned_at or issue.due_at, issue.due_at)
        near |= Q(camera_id=issue.camera_id, starts_at__lt=end + SLACK, ends_at__gt=issue.issued_at - SLACK)
    live = models.Recording.objects.exclude(state=models.Recording.State.DISPOSED)
    return (
        live.filter(near)
        .select_related("unit", "camera", "dock_unit")
        .order_by("pk")
        .select_for_update(of=("self",))
    )


def _look_again(recording: models.Recording, *, actor: str, now: dt.datetime) -> bool:
    before = queries.current_attribution(recording)
    if before is not None and before.basis == Basis.CORRECTION:
        return False
    issue = find_issue(recording)
    wanted = (issue.shift_id, issue.person_id) if issue else (None, None)
    if wanted == ((before.shift_id, before.person_id) if before else (None, None)):
        return False
    _write(
        recording, shift=issue.shift if issue else None, person=issue.person if issue else None,
        basis=Basis.ISSUE, actor=actor, now=now, reason=issue.reason if issue else "",
    )  # fmt: skip
    return True


def _lock(recording_id: UUID) -> models.Recording:
    rows = models.Recording.objects.select_related("unit", "dock_unit").select_for_update(of=("self",))
    return gates.get_in_scope(rows, pk=recording_id)


def _write(
    recording: models.Recording,
    *,
    shift: roster.Shift | None,
    person: roster.Person | None,
    basis: str,
    actor: str,
    now: dt.datetime,
    reason: str = "",
    by: gates.Viewer | None = None,
    is_first: bool = False,
) -> models.Attribution:
    """Supersede the current belief, write the new one, keep what was held, tell the log and whom it concerns."""
    before = queries.current_attribution(recording)
    held = list(queries.holds_of(recording))
    models.Attribution.objects.filter(recording=recording, superseded_at__isnull=True).update(
        superseded_at=now
    )
    after = models.Attribution.objects.create(
        recording=recording, shift=shift, person=person, basis=basis, recorded_at=now,
        actor=by.user if by else None, reason=reason,
    )  # fmt: skip
    recording.unit = shift.unit if shift else (recording.dock_unit or recording.unit)
    recording.shift, recording.person = shift, person
    recording.save(update_fields=["unit", "shift", "person"])
    holds.carry_over(recording=recording, before=held, actor=actor, now=now)
    ledger.append(
        kind="evidence.recording_attributed" if before is None else "evidence.recording_reattributed",
        actor=actor,
        subject=f"recording:{recording.id}",
        now=now,
        facts={
            "shift": shift.id if shift else None,
            "person": person.id if person else None,
            "shift_before": before.shift_id if before else None,
            "person_before": before.person_id if before else None,
            "basis": basis,
        },
        personal={"reason": reason} if reason else None,
    )
    if not is_first:
        _announce(recording, before, shift)
    return after


def _announce(
    recording: models.Recording, before: models.Attribution | None, shift: roster.Shift | None
) -> None:
    """Tell of a later belief, also to the shift that lost the recording."""
    jobs.announce(facts.RECORDING_REATTRIBUTED, recording_id=str(recording.id))
    if before is not None and before.shift_id and before.shift_id != (shift.id if shift else None):
        jobs.announce(facts.SHIFT_CHANGED, shift_id=str(before.shift_id))

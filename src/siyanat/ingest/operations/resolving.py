"""Resolving: a person says what a quarantined file is, or that it is no recording. Nothing is deleted."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django.db import transaction

from siyanat.cameras import models as cameras
from siyanat.evidence import models as evidence_models
from siyanat.evidence import operations as evidence
from siyanat.evidence import store
from siyanat.ingest import models, queries
from siyanat.ingest.operations import judging, second_person
from siyanat.ledger import operations as ledger
from siyanat.lib import errors
from siyanat.media import guarded
from siyanat.media import probe as probing
from siyanat.roster import gates
from siyanat.roster import models as roster
from siyanat.roster import queries as people

State = models.Quarantined.State


@transaction.atomic
def resolve_quarantined(
    *,
    viewer: gates.Viewer,
    quarantined_id: UUID,
    camera: cameras.Camera,
    started_at: dt.datetime,
    note: str,
    now: dt.datetime,
    shift: roster.Shift | None = None,
    person: roster.Person | None = None,
) -> evidence_models.Recording:
    """Make a recording of a quarantined file, with the camera and the start (true time, UTC) that a person gives.

    With ``shift`` and ``person`` it is attributed to them by hand; otherwise by the camera's issue.

    :raises errors.NotFound: when it is not the viewer's to resolve.
    :raises errors.Refusal: ``ingest.decided_already``; ``ingest.still_unreadable`` when nothing in it can be
        played; ``ingest.start_in_future``, ``ingest.start_too_early``; ``evidence.reason_missing``;
        ``access.concerns_yourself``, ``evidence.second_person_needed``; what `evidence.operations` refuses.
    """
    row = _waiting(viewer, quarantined_id)
    if not note.strip():
        raise errors.Refusal("evidence.reason_missing")
    gates.check_holds_over(viewer, camera.unit.path, *queries.RESOLVING_ROLES)
    if started_at > now:
        raise errors.Refusal("ingest.start_in_future", started_at=started_at)
    if started_at < (earliest := judging.earliest_start(camera)):
        raise errors.Refusal("ingest.start_too_early", started_at=started_at, earliest=earliest)
    seen = _read_again(row)
    intake = evidence.Intake(
        sha256=row.sha256, size_bytes=row.size_bytes, original_name=row.original_name, camera=camera,
        dock_unit=row.unit, camera_started_at=started_at, clock_drift_ms=0, received_at=row.received_at,
        probe=seen, is_intentional=row.facts.get("is_intentional") is True,
    )  # fmt: skip
    recording = evidence.seal_recording(intake=intake, actor=viewer.actor, now=now).recording
    _decide(row, State.RESOLVED, viewer, note, now, recording=recording)
    if shift is not None:
        evidence.reattribute_recordings(
            viewer=viewer, recording_ids=[recording.pk], shift=shift, person=person, reason=note, now=now
        )
    _check_not_own(viewer, recording)
    return recording


@transaction.atomic
def set_aside(
    *, viewer: gates.Viewer, quarantined_id: UUID, note: str, now: dt.datetime
) -> models.Quarantined:
    """Decide that a file is no recording; its bytes stay in the store.

    :raises errors.NotFound: when it is not the viewer's to resolve.
    :raises errors.Refusal: ``ingest.decided_already``, ``evidence.reason_missing``, ``access.concerns_yourself``,
        ``evidence.second_person_needed``.
    """
    row = _waiting(viewer, quarantined_id)
    if not note.strip():
        raise errors.Refusal("evidence.reason_missing")
    return _decide(row, State.SET_ASIDE, viewer, note, now)


def _waiting(viewer: gates.Viewer, quarantined_id: UUID) -> models.Quarantined:
    rows = queries.visible_quarantined(viewer).select_for_update(of=("self",))
    row = gates.get_in_scope(rows, pk=quarantined_id)
    gates.check_holds_over(viewer, row.unit.path, *queries.RESOLVING_ROLES)
    if row.state != State.WAITING:
        raise errors.Refusal("ingest.decided_already", file=row.original_name)
    if row.reason == models.Quarantined.Reason.SECOND_PERSON and row.batch.actor_id == viewer.user.pk:
        raise errors.Refusal("evidence.second_person_needed", act="ingest.resolve_quarantined")
    gates.check_not_concerned(viewer, second_person.concerned_by(row), act="ingest.resolve_quarantined")
    return row


def _read_again(row: models.Quarantined) -> probing.Probe:
    try:
        seen = guarded.probe(store.path_of(row.sha256))
    except errors.Refusal as refusal:
        raise errors.Refusal(
            "ingest.still_unreadable", file=row.original_name, reason=refusal.code
        ) from refusal
    if not seen.video or seen.duration_ms <= 0:
        raise errors.Refusal(
            "ingest.still_unreadable", file=row.original_name, reason=", ".join(seen.problems)
        )
    return seen


def _check_not_own(viewer: gates.Viewer, recording: evidence_models.Recording) -> None:
    """Nobody says when footage of themselves was made; the whole act is undone."""
    attributed = recording.attributions.filter(shift__isnull=False).select_related("shift")
    concerned = {person for one in attributed if one.shift for person in people.persons_on(one.shift)}
    gates.check_not_concerned(viewer, concerned, act="ingest.resolve_quarantined")


def _decide(
    row: models.Quarantined,
    state: str,
    viewer: gates.Viewer,
    note: str,
    now: dt.datetime,
    *,
    recording: evidence_models.Recording | None = None,
) -> models.Quarantined:
    row.state, row.resolved_by, row.resolved_at = state, viewer.user, now
    row.resolution_note, row.recording = note.strip()[:400], recording
    row.save(update_fields=["state", "resolved_by", "resolved_at", "resolution_note", "recording"])
    resolved = state == State.RESOLVED
    ledger.append(
        kind="ingest.quarantine_resolved" if resolved else "ingest.file_set_aside",
        actor=viewer.actor,
        subject=f"quarantined:{row.pk}",
        now=now,
        facts={"sha256": row.sha256, "recording": recording.pk if recording else None},
        personal={"note": row.resolution_note},
    )
    return row

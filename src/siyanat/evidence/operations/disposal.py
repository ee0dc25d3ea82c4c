"""The steps of lawful disposal. Called by ``archive`` alone, which sees to categories and the two persons.

Order: row -> tombstone and log entry, committed -> unlink -> fsync -> mark done. A crash between them leaves a
tombstone that `finish_disposals` takes up again.
"""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django.db import transaction

from siyanat.evidence import models, queries, store
from siyanat.ledger import models as ledger_models
from siyanat.ledger import operations as ledger
from siyanat.lib import errors

State = models.Recording.State


@transaction.atomic
def recycle(*, recording_id: UUID, actor: str, reference: str, now: dt.datetime) -> models.Recording:
    """Put a recording in the recycle bin; its bytes stay. ``reference`` names the disposal that asks for it.

    :raises errors.Refusal: ``evidence.held``; ``evidence.not_in_state``.
    """
    recording = _lock(recording_id, State.SEALED)
    _check_free(recording)
    return _move(recording, State.RECYCLED, "evidence.recording_recycled", actor, reference, now)


@transaction.atomic
def restore(*, recording_id: UUID, actor: str, reference: str, now: dt.datetime) -> models.Recording:
    """Take a recording out of the recycle bin.

    :raises errors.Refusal: ``evidence.not_in_state``.
    """
    recording = _lock(recording_id, State.RECYCLED)
    return _move(recording, State.SEALED, "evidence.recording_restored", actor, reference, now)


@transaction.atomic
def dispose(*, recording_id: UUID, actor: str, reference: str, now: dt.datetime) -> ledger_models.Entry:
    """Turn a recycled recording into a tombstone; the log entry is its receipt. Unlink after the commit.

    :raises errors.Refusal: ``evidence.held``; ``evidence.not_in_state``.
    """
    recording = _lock(recording_id, State.RECYCLED)
    _check_free(recording)
    recording.state, recording.disposed_at = State.DISPOSED, now
    recording.key_frames_ms, recording.probe = [], {}
    recording.save(update_fields=["state", "disposed_at", "key_frames_ms", "probe"])
    return _tell(recording, "evidence.recording_disposed", actor, reference, now)


def unlink_disposed(*, recording: models.Recording, actor: str, now: dt.datetime) -> None:
    """Unlink the bytes of a committed tombstone, then mark it done. Safe to repeat.

    Call it after the tombstone's transaction: files don't roll back.

    :raises errors.BrokenPromise: ``evidence.not_a_tombstone``.
    """
    if not models.Recording.objects.filter(pk=recording.pk, state=State.DISPOSED).exists():
        raise errors.BrokenPromise("evidence.not_a_tombstone", recording=str(recording.pk))
    store.unlink_disposed(recording.sha256)
    with transaction.atomic():
        done = models.Recording.objects.filter(pk=recording.pk, unlinked_at__isnull=True).update(
            unlinked_at=now
        )
        if done:
            ledger.append(kind="evidence.bytes_unlinked", actor=actor, subject=f"recording:{recording.pk}", now=now,
                          facts={"sha256": recording.sha256, "size_bytes": recording.size_bytes})  # fmt: skip


def finish_disposals(*, actor: str, now: dt.datetime) -> int:
    """Unlink the bytes of every tombstone that still has some: the same routine after a crash and normally."""
    waiting = list(models.Recording.objects.filter(state=State.DISPOSED, unlinked_at__isnull=True))
    for recording in waiting:
        unlink_disposed(recording=recording, actor=actor, now=now)
    return len(waiting)


def _lock(recording_id: UUID, state: str) -> models.Recording:
    rows = models.Recording.objects.select_related("unit").select_for_update(of=("self",))
    recording = rows.filter(pk=recording_id).first()
    if recording is None:
        raise errors.NotFound
    if recording.state != state:
        raise errors.Refusal("evidence.not_in_state", state=recording.state, needed=state)
    return recording


def _check_free(recording: models.Recording) -> None:
    if queries.is_held(recording):
        raise errors.Refusal("evidence.held", recording=str(recording.pk))


def _move(
    recording: models.Recording, state: str, kind: str, actor: str, reference: str, now: dt.datetime
) -> models.Recording:
    recording.state = state
    recording.save(update_fields=["state"])
    _tell(recording, kind, actor, reference, now)
    return recording


def _tell(
    recording: models.Recording, kind: str, actor: str, reference: str, now: dt.datetime
) -> ledger_models.Entry:
    facts = {"sha256": recording.sha256, "size_bytes": recording.size_bytes, "reference": reference}
    return ledger.append(kind=kind, actor=actor, subject=f"recording:{recording.pk}", now=now, facts=facts)

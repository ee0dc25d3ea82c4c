"""Taking in: one file whose bytes lie sealed becomes a recording or is quarantined, in one transaction."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

from django.db import transaction
from django.db.models import F

from siyanat.evidence import operations as evidence
from siyanat.evidence import queries as recordings
from siyanat.evidence import store
from siyanat.ingest import models, sources
from siyanat.ingest.operations import judging, second_person
from siyanat.ledger import models as ledger_models
from siyanat.ledger import operations as ledger
from siyanat.lib import durable, errors
from siyanat.media import child

Kind = Literal["sealed", "known", "quarantined", "refused"]
_COUNTERS = {"sealed": "sealed", "known": "known", "quarantined": "quarantined", "refused": "refused"}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file. ``entry`` is the log entry that tells of it, where the bytes are kept."""

    kind: Kind
    name: str
    sha256: str = ""
    size_bytes: int = 0
    recording_id: UUID | None = None
    quarantined_id: UUID | None = None
    reason: str = ""
    entry: ledger_models.Entry | None = field(default=None, repr=False)

    @property
    def is_kept(self) -> bool:
        """Whether the bytes are durable here, so that the sender may let go of its copy."""
        return self.kind != "refused"

    def as_json(self) -> dict[str, object]:
        """Plain values for machines."""
        facts = {
            "outcome": self.kind,
            "file": self.name,
            "sha256": self.sha256,
            "size_bytes": self.size_bytes,
            "recording": str(self.recording_id) if self.recording_id else None,
            "quarantined": str(self.quarantined_id) if self.quarantined_id else None,
            "reason": self.reason or None,
        }
        return {name: value for name, value in facts.items() if value is not None}


def take_in(
    *,
    written: durable.Written,
    name: str,
    batch: models.Batch,
    said: sources.Said,
    actor: str,
    now: dt.datetime,
    pool: child.Pool | None = None,
) -> Outcome:
    """Judge bytes that are durable in the store, then seal or quarantine them; safe to repeat after a crash.

    :raises errors.PassingFault: when the media child or the database could not be used; nothing is lost.
    """
    name = name[-400:]
    if (known := find_known(written, name)) is not None:
        return _count(batch, known)
    verdict = judging.judge(written.path, said=said, now=now, pool=pool)
    verdict = second_person.weigh(verdict, said=said, batch=batch)
    try:
        if verdict.reason:
            return quarantine(written=written, name=name, batch=batch, verdict=verdict, actor=actor, now=now)
        return _seal(written, name, batch, verdict, said, actor, now)
    except errors.Refusal as refusal:
        if refusal.code != "evidence.disposed_before":
            raise
        return _refuse_disposed(written, name, batch)


def find_known(written: durable.Written, name: str) -> Outcome | None:
    """What became of these bytes before, if they are kept: a recording, or in quarantine and decided upon."""
    recording = recordings.find_by_digest(written.sha256)
    if recording is not None and recording.state != recording.State.DISPOSED:
        entry = _first_entry(f"recording:{recording.pk}")
        return Outcome(
            "known", name, written.sha256, written.size_bytes, recording_id=recording.pk, entry=entry
        )
    waiting = models.Quarantined.objects.filter(sha256=written.sha256, original_name=name)
    quarantined = waiting.exclude(state=models.Quarantined.State.WAITING).first()
    if quarantined is None:
        return None
    return Outcome(
        "known", name, written.sha256, written.size_bytes, quarantined_id=quarantined.pk,
        reason=quarantined.reason, entry=_first_entry(f"quarantined:{quarantined.pk}"),
    )  # fmt: skip


@transaction.atomic
def _seal(
    written: durable.Written,
    name: str,
    batch: models.Batch,
    verdict: judging.Verdict,
    said: sources.Said,
    actor: str,
    now: dt.datetime,
) -> Outcome:
    assert verdict.camera is not None
    assert verdict.started_at is not None
    assert verdict.probe is not None
    intake = evidence.Intake(
        sha256=written.sha256,
        size_bytes=written.size_bytes,
        original_name=name,
        camera=verdict.camera,
        dock_unit=batch.unit,
        camera_started_at=verdict.started_at,
        clock_drift_ms=verdict.camera.clock_drift_ms or 0,
        received_at=now,
        probe=verdict.probe,
        is_intentional=said.is_intentional,
    )
    sealed = evidence.seal_recording(intake=intake, actor=actor, now=now)
    models.Quarantined.objects.filter(sha256=written.sha256, state=models.Quarantined.State.WAITING).update(
        state=models.Quarantined.State.RESOLVED, recording=sealed.recording, resolved_at=now
    )
    kind: Kind = "sealed" if sealed.is_new else "known"
    outcome = Outcome(
        kind, name, written.sha256, written.size_bytes, recording_id=sealed.recording.pk, entry=sealed.entry
    )
    return _count(batch, outcome)


@transaction.atomic
def quarantine(
    *,
    written: durable.Written,
    name: str,
    batch: models.Batch,
    verdict: judging.Verdict,
    actor: str,
    now: dt.datetime,
) -> Outcome:
    """Keep a file that can't become a recording yet: row, log entry, and its place on the intake desk."""
    row, is_new = models.Quarantined.objects.get_or_create(
        sha256=written.sha256,
        original_name=name,
        defaults={
            "batch": batch,
            "size_bytes": written.size_bytes,
            "unit": verdict.camera.unit if verdict.camera else batch.unit,
            "reason": verdict.reason,
            "facts": verdict.facts,
            "received_at": now,
        },
    )
    entry = _first_entry(f"quarantined:{row.pk}") if not is_new else None
    if is_new:
        entry = ledger.append(
            kind="ingest.file_quarantined",
            actor=actor,
            subject=f"quarantined:{row.pk}",
            now=now,
            facts={
                "sha256": row.sha256,
                "size_bytes": row.size_bytes,
                "reason": row.reason,
                "unit": row.unit.code,
            },
            personal={"original_name": name},
        )
    kind: Kind = "quarantined" if is_new else "known"
    outcome = Outcome(
        kind, name, written.sha256, written.size_bytes, quarantined_id=row.pk, reason=row.reason, entry=entry
    )
    return _count(batch, outcome)


def refuse(*, batch: models.Batch, name: str, reason: str, size_bytes: int = 0) -> Outcome:
    """Count a file that stays where it is: it could not be read, or it was disposed of lawfully."""
    return _count(batch, Outcome("refused", name, size_bytes=size_bytes, reason=reason))


def _refuse_disposed(written: durable.Written, name: str, batch: models.Batch) -> Outcome:
    """The tombstone stands: the copy that came in just now goes the way of the first, by the same routine."""
    store.unlink_disposed(written.sha256)
    return refuse(batch=batch, name=name, reason="disposed_before", size_bytes=written.size_bytes)


def _count(batch: models.Batch, outcome: Outcome) -> Outcome:
    counter = _COUNTERS[outcome.kind]
    taken = outcome.size_bytes if outcome.kind in {"sealed", "quarantined"} else 0
    models.Batch.objects.filter(pk=batch.pk).update(
        **{counter: F(counter) + 1}, bytes_taken=F("bytes_taken") + taken
    )
    return outcome


def _first_entry(subject: str) -> ledger_models.Entry | None:
    return ledger_models.Entry.objects.filter(subject=subject).order_by("pk").first()

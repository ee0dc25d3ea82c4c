"""Sealing: bytes that are durable in the store become a recording. One transaction, once per digest."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from django.db import IntegrityError, transaction

from siyanat.cameras import models as cameras
from siyanat.evidence import models, store
from siyanat.evidence.operations import attribution
from siyanat.jobs import facts
from siyanat.jobs import operations as jobs
from siyanat.ledger import models as ledger_models
from siyanat.ledger import operations as ledger
from siyanat.lib import errors
from siyanat.media import probe as probing
from siyanat.roster import models as roster


@dataclass(frozen=True, slots=True)
class Intake:
    """What is known of a file whose bytes lie sealed in the store under ``sha256``.

    ``camera_started_at`` is what the camera said, in UTC; ``clock_drift_ms`` is camera minus true time as
    measured at the dock, so the recording truly began at ``camera_started_at - clock_drift_ms``.
    """

    sha256: str
    size_bytes: int
    original_name: str
    camera: cameras.Camera
    dock_unit: roster.Unit
    camera_started_at: dt.datetime
    clock_drift_ms: int
    received_at: dt.datetime
    probe: probing.Probe
    is_intentional: bool = False


@dataclass(frozen=True, slots=True)
class Sealed:
    """A recording, whether this call made it, and the log entry that tells of its sealing."""

    recording: models.Recording
    is_new: bool
    entry: ledger_models.Entry | None


@transaction.atomic
def seal_recording(*, intake: Intake, actor: str, now: dt.datetime) -> Sealed:
    """Write the recording's row, its attribution, its log entry and the announcement; the same digest only once.

    :raises errors.BrokenPromise: ``store.bytes_missing`` when the bytes are not in the store yet.
    :raises errors.Refusal: ``evidence.disposed_before`` when these bytes were lawfully disposed of.
    :raises errors.Refusal: ``evidence.no_picture`` when the probe found no video or no duration.
    """
    known = models.Recording.objects.filter(sha256=intake.sha256).first()
    if known is not None:
        return _known(known)
    _check_sealable(intake)
    try:
        with transaction.atomic():
            recording = models.Recording.objects.create(**_row(intake))
    except IntegrityError:
        return _known(models.Recording.objects.get(sha256=intake.sha256))
    entry = ledger.append(
        kind="evidence.recording_sealed",
        actor=actor,
        subject=f"recording:{recording.id}",
        now=now,
        facts=_facts(recording),
        personal={"original_name": recording.original_name},
    )
    attribution.attribute(recording=recording, actor=actor, now=now)
    jobs.announce(facts.RECORDING_SEALED, recording_id=str(recording.id))
    return Sealed(recording, is_new=True, entry=entry)


def _known(recording: models.Recording) -> Sealed:
    if recording.state == models.Recording.State.DISPOSED:
        raise errors.Refusal("evidence.disposed_before", sha256=recording.sha256)
    entry = ledger_models.Entry.objects.filter(
        subject=f"recording:{recording.id}", kind="evidence.recording_sealed"
    ).first()
    return Sealed(recording, is_new=False, entry=entry)


def _check_sealable(intake: Intake) -> None:
    if store.size_of(intake.sha256) != intake.size_bytes:
        raise errors.BrokenPromise("store.bytes_missing", sha256=intake.sha256)
    if not intake.probe.video or intake.probe.duration_ms <= 0:
        raise errors.Refusal("evidence.no_picture", file=intake.original_name)


def _row(intake: Intake) -> dict[str, object]:
    seen = intake.probe
    starts_at = intake.camera_started_at - dt.timedelta(milliseconds=intake.clock_drift_ms)
    audio = seen.audio[0].codec if seen.audio else ""
    described = seen.as_json()
    described.pop("key_frames")
    return {
        "sha256": intake.sha256,
        "size_bytes": intake.size_bytes,
        "original_name": intake.original_name[-400:],
        "camera": intake.camera,
        "unit": intake.dock_unit,
        "dock_unit": intake.dock_unit,
        "camera_started_at": intake.camera_started_at,
        "clock_drift_ms": intake.clock_drift_ms,
        "received_at": intake.received_at,
        "starts_at": starts_at,
        "ends_at": starts_at + dt.timedelta(milliseconds=seen.duration_ms),
        "duration_ms": seen.duration_ms,
        "container": seen.container[:40],
        "video_codec": seen.video[0].codec[:24],
        "audio_codec": audio[:24],
        "width": seen.video[0].width,
        "height": seen.video[0].height,
        "probe": described,
        "key_frames_ms": list(seen.key_frames),
        "is_intentional": intake.is_intentional,
        "is_truncated": seen.truncated,
    }


def _facts(recording: models.Recording) -> dict[str, object]:
    return {
        "sha256": recording.sha256,
        "size_bytes": recording.size_bytes,
        "camera": recording.camera.serial,
        "unit": recording.unit.code,
        "camera_started_at": recording.camera_started_at,
        "clock_drift_ms": recording.clock_drift_ms,
        "starts_at": recording.starts_at,
        "ends_at": recording.ends_at,
        "is_truncated": recording.is_truncated,
    }


def note_analysis(*, recording_id: UUID, now: dt.datetime) -> None:
    """Keep that a run of the detectors has finished with it, however it ended: part of the run's own act."""
    models.Recording.objects.filter(pk=recording_id).update(analyzed_at=now)

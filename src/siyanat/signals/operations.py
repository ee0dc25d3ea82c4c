"""Analyze a recording in a child process and keep what was found, with how it was found."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from django.db import transaction

from siyanat.analysis import run as analysis
from siyanat.analysis import tracks
from siyanat.evidence import models as evidence
from siyanat.evidence import operations as footage
from siyanat.evidence import store
from siyanat.jobs import facts
from siyanat.jobs import operations as jobs
from siyanat.ledger import operations as ledger
from siyanat.lib import errors
from siyanat.media import child
from siyanat.signals import models, reading

# Far slower than any machine we measured (50 times real time): a pass that takes longer hangs.
SLOWEST_TIMES_REAL_TIME = 4
LEAST_TIMEOUT_SECONDS = 120
BATCH = 2000


def analyze_recording(*, recording_id: UUID, now: dt.datetime) -> models.Run | None:
    """Run every detector over one sealed recording; None when its bytes are lawfully gone.

    A file that crashes its reader is kept as a run with the failure's code: the shift is planned without
    its signals, and the status board shows it.

    :raises errors.PassingFault: when the child was killed or had no time; the job is tried again.
    """
    recording = evidence.Recording.objects.get(pk=recording_id)
    if recording.state == evidence.Recording.State.DISPOSED:
        return None
    run = models.Run.objects.create(recording=recording, started_at=now, duration_ms=recording.duration_ms)

    def on_progress(reached_ms: int) -> None:
        models.Run.objects.filter(pk=run.pk).update(reached_ms=reached_ms)

    try:
        found = child.call(
            reading.VERB,
            path=str(store.path_of(recording.sha256)),
            timeout=max(LEAST_TIMEOUT_SECONDS, recording.duration_ms / 1000 / SLOWEST_TIMES_REAL_TIME),
            on_progress=on_progress,
        )
    except errors.Refusal as refusal:
        return _fail(run, recording, refusal.code, now)
    return _keep(run, recording, found, now)


@transaction.atomic
def _fail(run: models.Run, recording: evidence.Recording, code: str, now: dt.datetime) -> models.Run:
    run.finished_at, run.failure = now, code
    run.save(update_fields=["finished_at", "failure"])
    footage.note_analysis(recording_id=recording.pk, now=now)
    ledger.append(
        kind="signals.analysis_failed",
        actor=f"{ledger.SYSTEM}:analysis",
        subject=f"recording:{recording.id}",
        now=now,
        facts={"code": code},
    )
    jobs.announce(facts.RECORDING_ANALYZED, recording_id=str(recording.id))
    return run


@transaction.atomic
def _keep(
    run: models.Run, recording: evidence.Recording, found: dict[str, Any], now: dt.datetime
) -> models.Run:
    analyzed = analysis.Analysis.from_dict(found)
    evidence.Recording.objects.select_for_update().get(pk=recording.pk)
    models.Run.objects.filter(recording=recording, is_current=True).update(is_current=False)
    models.Finding.objects.bulk_create(
        (models.Finding(run=run, recording=recording, **one.to_dict()) for one in analyzed.findings),
        batch_size=BATCH,
    )
    models.Track.objects.bulk_create(
        models.Track(run=run, recording=recording, name=name, values=getattr(analyzed.tracks, name).tobytes())
        for name in tracks.NAMES
    )
    run.finished_at, run.is_current, run.reached_ms = now, True, analyzed.duration_ms
    run.detectors = found["detectors"]
    run.save(update_fields=["finished_at", "is_current", "reached_ms", "detectors"])
    footage.note_analysis(recording_id=recording.pk, now=now)
    ledger.append(
        kind="signals.recording_analyzed",
        actor=f"{ledger.SYSTEM}:analysis",
        subject=f"recording:{recording.id}",
        now=now,
        facts={
            "findings": len(analyzed.findings),
            "detectors": {one.name: one.version for one in analyzed.detectors},
        },
    )
    jobs.announce(facts.RECORDING_ANALYZED, recording_id=str(recording.id))
    return run

"""Batches: one visit of a dock or of a person, with what came of it."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from siyanat.ingest import models
from siyanat.ledger import operations as ledger
from siyanat.roster import gates
from siyanat.roster import models as roster


@transaction.atomic
def open_batch(
    *, source: str, unit: roster.Unit, actor: str, now: dt.datetime, viewer: gates.Viewer | None = None
) -> models.Batch:
    """Begin a batch at a unit's dock."""
    batch = models.Batch.objects.create(
        source=source, unit=unit, actor=viewer.user if viewer else None, started_at=now
    )
    ledger.append(
        kind="ingest.batch_opened", actor=actor, subject=f"batch:{batch.pk}", now=now,
        facts={"source": source, "unit": unit.code},
    )  # fmt: skip
    return batch


@transaction.atomic
def close_batch(*, batch: models.Batch, now: dt.datetime, stopped_by: str = "") -> models.Batch:
    """End a batch; ``stopped_by`` is the code of the fault that ended it early. Its counts go to the log."""
    batch.refresh_from_db()
    batch.finished_at, batch.stopped_by = now, stopped_by[:40]
    batch.save(update_fields=["finished_at", "stopped_by"])
    counts = {
        name: getattr(batch, name) for name in ("sealed", "known", "quarantined", "refused", "bytes_taken")
    }
    ledger.append(
        kind="ingest.batch_closed", actor=str(batch.actor_id or "system:ingest"), subject=f"batch:{batch.pk}", now=now,
        facts={**counts, "stopped_by": stopped_by},
    )  # fmt: skip
    return batch

"""Steps that follow facts about recordings, and housekeeping of viewings and disposals."""

from __future__ import annotations

from uuid import UUID

from procrastinate.contrib.django import app

from siyanat.evidence import operations
from siyanat.lib import clock

ACTOR = "system:evidence"


@app.task(name="evidence.reattribute_shift", queue="default", retry=5)
def reattribute_shift(shift_id: str) -> None:
    """After a shift's crew or camera issues were corrected: whose are its recordings now?"""
    operations.reattribute_for_shift(shift_id=UUID(shift_id), actor=ACTOR, now=clock.now())


@app.periodic(cron="*/5 * * * *")
@app.task(name="evidence.close_viewings", queue="housekeeping", queueing_lock="evidence.close_viewings")
def close_viewings(timestamp: int) -> None:  # noqa: ARG001
    """Write the ranges of finished viewings to the log."""
    operations.close_viewings(now=clock.now())

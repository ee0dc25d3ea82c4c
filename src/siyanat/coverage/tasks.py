"""What follows when footage, crews or excuses change: the shift is counted again."""

from __future__ import annotations

import uuid

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from siyanat.coverage import operations, queries
from siyanat.lib import clock

RETRY = RetryStrategy(max_attempts=8, exponential_wait=4)


@app.task(name="coverage.count_shift", queue="default", retry=RETRY)
def count_shift(shift_id: str) -> None:
    """Count one shift."""
    operations.count_shift(shift_id=uuid.UUID(shift_id), now=clock.now())


@app.task(name="coverage.count_shift_of_recording", queue="default", retry=RETRY)
def count_shift_of_recording(recording_id: str) -> None:
    """Count every shift that the recording is, or ever was, attributed to."""
    for shift_id in queries.list_shifts_of_recording(uuid.UUID(recording_id)):
        operations.count_shift(shift_id=shift_id, now=clock.now())


@app.periodic(cron="*/10 * * * *")
@app.task(name="coverage.count_due", queue="default", queueing_lock="coverage.count_due")
def count_due(timestamp: int) -> None:  # noqa: ARG001
    """Count shifts that ended without any footage, and those whose grace for docking has passed."""
    now = clock.now()
    for shift_id in queries.list_shifts_to_count(now=now):
        operations.count_shift(shift_id=shift_id, now=now)

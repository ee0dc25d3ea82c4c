"""Seeds before shifts, plans after footage."""

from __future__ import annotations

import uuid

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from siyanat.coverage import queries as coverage
from siyanat.lib import clock
from siyanat.triage import operations

RETRY = RetryStrategy(max_attempts=8, exponential_wait=4)


@app.task(name="triage.plan_shift", queue="default", retry=RETRY)
def plan_shift(shift_id: str) -> None:
    """Plan one shift."""
    operations.plan_shift(shift_id=uuid.UUID(shift_id), now=clock.now())


@app.task(name="triage.plan_shift_of_recording", queue="default", retry=RETRY)
def plan_shift_of_recording(recording_id: str) -> None:
    """Plan the shifts that the recording is, or ever was, attributed to."""
    for shift_id in coverage.list_shifts_of_recording(uuid.UUID(recording_id)):
        operations.plan_shift(shift_id=shift_id, now=clock.now())


@app.periodic(cron="*/15 * * * *")
@app.task(name="triage.plan_due", queue="default", queueing_lock="triage.plan_due")
def plan_due(timestamp: int) -> None:  # noqa: ARG001
    """Plan the shifts whose footage could not all be analyzed in time."""
    now = clock.now()
    for shift_id in operations.list_shifts_to_plan(now=now):
        operations.plan_shift(shift_id=shift_id, now=now)


@app.periodic(cron="*/5 * * * *")
@app.task(
    name="triage.commit_due_seeds", queue="default", queueing_lock="triage.commit_due_seeds", retry=RETRY
)
def commit_due_seeds(timestamp: int) -> None:  # noqa: ARG001
    """Commit seeds ahead of the shifts; publish upper secrets that nothing can need any more."""
    operations.commit_due_seeds(now=clock.now())
    operations.publish_upper_secrets(now=clock.now())

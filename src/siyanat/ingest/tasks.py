"""Housekeeping of the intake: uploads that were interrupted are finished, those given up are ended."""

from __future__ import annotations

from uuid import UUID

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from siyanat.ingest import operations
from siyanat.lib import clock


@app.periodic(cron="*/2 * * * *")
@app.task(name="ingest.finish_interrupted", queue="ingest", queueing_lock="ingest.finish_interrupted")
def finish_interrupted(timestamp: int) -> None:  # noqa: ARG001
    """Seal complete uploads whose request died."""
    operations.finish_interrupted(now=clock.now())


@app.task(
    name="ingest.finish_upload", queue="ingest", retry=RetryStrategy(max_attempts=10, exponential_wait=4)
)
def finish_upload(upload_id: str) -> None:
    """Seal one large upload whose last byte has come."""
    operations.finish_upload(upload_id=UUID(upload_id), now=clock.now())


@app.periodic(cron="17 3 * * *")
@app.task(name="ingest.expire_uploads", queue="housekeeping", queueing_lock="ingest.expire_uploads")
def expire_uploads(timestamp: int) -> None:  # noqa: ARG001
    """End uploads that nobody went on with."""
    operations.expire_uploads(now=clock.now())

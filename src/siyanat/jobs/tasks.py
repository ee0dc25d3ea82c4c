"""Housekeeping of the queue itself: what a killed worker left behind is taken up again."""

from __future__ import annotations

from procrastinate import App
from procrastinate.contrib.django import app
from procrastinate.job_context import JobContext

STALLED_AFTER_SECONDS = 60


@app.periodic(cron="* * * * *")
@app.task(
    name="jobs.retry_stalled", queue="housekeeping", pass_context=True, queueing_lock="jobs.retry_stalled"
)
async def retry_stalled(context: JobContext, timestamp: int) -> None:  # noqa: ARG001
    """Put back every job whose worker no longer sends its heartbeat (a killed process, a lost machine)."""
    await put_back_stalled(context.app)


async def put_back_stalled(own: App) -> None:
    """Let every job whose worker is gone, or silent for too long, be taken by another."""
    manager = own.job_manager
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER_SECONDS):
        await manager.retry_job(job)

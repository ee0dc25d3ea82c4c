"""The queue's own acts, where procrastinate's would stop at a job whose twin waits already."""

from __future__ import annotations

from typing import Any

from procrastinate import exceptions, jobs, manager


class Manager(manager.JobManager):
    """Every way to put a job back goes through here: a failed try, and what a dead worker left behind."""

    async def retry_job(self, job: jobs.Job, *args: Any, **options: Any) -> None:
        """Let the job wait again; where the same step waits already for the same identifiers, that one does it."""
        try:
            await super().retry_job(job, *args, **options)
        except exceptions.UniqueViolation as error:
            if error.constraint_name != manager.QUEUEING_LOCK_CONSTRAINT:
                raise
            await self.finish_job(job=job, status=jobs.Status.ABORTED, delete_job=False)

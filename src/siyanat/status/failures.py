"""Keep why a job failed: a step around every job of a worker, which writes the error and lets it pass on.

Changes nothing about the job: whether it is tried again is for its task to say.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import traceback
from collections.abc import Awaitable, Callable
from typing import Any

import procrastinate
from asgiref.sync import sync_to_async
from django.db import InterfaceError, OperationalError, close_old_connections
from procrastinate import job_context, worker

from siyanat.lib import clock, errors
from siyanat.status import models

logger = logging.getLogger(__name__)

TRACE_LENGTH = 4_000
# Failures of jobs that went through afterwards are forgotten after this long.
KEPT_FOR = dt.timedelta(days=90)


def listen(app: procrastinate.App) -> None:
    """Put the step around every job that a worker of ``app`` runs from now on."""
    steps = app.worker_defaults.setdefault("worker_middleware", [])
    if keep_failures not in steps:
        steps.append(keep_failures)


async def keep_failures(
    call_next: Callable[[], Awaitable[Any]],
    context: job_context.JobContext,
    _worker: worker.Worker,
) -> Any:
    """Run the job; write what it raised before it goes on to the queue."""
    try:
        return await call_next()
    except Exception as error:
        try:
            await sync_to_async(_keep)(error, context)
        except (OperationalError, InterfaceError) as away:  # what the job raised is what its task decides by
            logger.warning("why job %s failed could not be written: %s", context.job.id, away)
        raise


def _keep(error: Exception, context: job_context.JobContext) -> None:
    job = context.job
    try:
        keep(
            error, job_id=job.id or 0, task_name=job.task_name, attempt=job.attempts + 1, now=clock.now()
        )  # fmt: skip
    finally:
        close_old_connections()


def keep(error: Exception, *, job_id: int, task_name: str, attempt: int, now: dt.datetime) -> models.Failure:
    """Write one failed try, and forget those of long ago."""
    models.Failure.objects.filter(failed_at__lt=now - KEPT_FOR).delete()
    known = isinstance(error, errors.SiyanatError)
    lines = "".join(traceback.format_exception(error))
    return models.Failure.objects.create(
        job_id=job_id,
        task_name=task_name,
        attempt=attempt,
        failed_at=now,
        code=error.code if isinstance(error, errors.SiyanatError) else "",
        facts=json.loads(json.dumps(error.facts, default=str))
        if isinstance(error, errors.SiyanatError)
        else {},
        error=type(error).__name__,
        trace="" if known else lines[-TRACE_LENGTH:],
    )

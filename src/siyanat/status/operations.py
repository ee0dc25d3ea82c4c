"""The one act of the status board: try a failed job again."""

from __future__ import annotations

import datetime as dt

from django.db import IntegrityError, connection, transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from siyanat.ledger import operations as ledger
from siyanat.lib import errors
from siyanat.roster import gates


@transaction.atomic
def retry_job(*, viewer: gates.Viewer, job_id: int, now: dt.datetime) -> None:
    """Put a failed job back into its queue.

    :raises errors.NotFound: when the viewer is no administrator, or there is no such job.
    :raises errors.Refusal: ``status.job_not_failed``; ``status.job_waits_already`` when the same step for the
        same things waits.
    """
    if not viewer.holds(gates.Role.ADMINISTRATOR):
        raise errors.NotFound
    rows = ProcrastinateJob.objects.select_for_update(of=("self",)).filter(pk=job_id)
    job = rows.first()
    if job is None:
        raise errors.NotFound
    if job.status != "failed":
        raise errors.Refusal("status.job_not_failed")
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT procrastinate_retry_job_v2(%s, %s, NULL, NULL, NULL)", [job_id, now])
    except IntegrityError:
        raise errors.Refusal("status.job_waits_already") from None
    ledger.append(
        kind="status.job_retried",
        actor=viewer.actor,
        subject=f"job:{job_id}",
        now=now,
        facts={"task": job.task_name, "attempts": job.attempts},
    )

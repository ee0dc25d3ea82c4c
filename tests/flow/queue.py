"""The real queue, drained in the test's own process."""

from __future__ import annotations

from django.db import connection, connections

from siyanat.jobs import worker


def drain() -> None:
    """Run every waiting job, and those that follow from them, until none is left."""
    worker.run(wait=False, signals=False)
    connections.close_all()


def empty() -> None:
    """Forget the jobs of earlier tests: Django does not flush the queue's tables."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE procrastinate_jobs CASCADE")


def failures() -> list[str]:
    """Tasks whose jobs failed for good."""
    from procrastinate.contrib.django.models import ProcrastinateJob

    return list(ProcrastinateJob.objects.filter(status="failed").values_list("task_name", flat=True))

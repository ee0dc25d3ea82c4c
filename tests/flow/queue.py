"""The real queue, drained in the test's own process."""

from __future__ import annotations

from django.db import connections

from siyanat.jobs import worker


def drain() -> None:
    """Run every waiting job, and those that follow from them, until none is left."""
    worker.run(wait=False, signals=False)
    connections.close_all()


def failures() -> list[str]:
    """Tasks whose jobs failed for good."""
    from procrastinate.contrib.django.models import ProcrastinateJob

    return list(ProcrastinateJob.objects.filter(status="failed").values_list("task_name", flat=True))

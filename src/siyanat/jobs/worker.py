"""Taking jobs from the queue in this process."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence

from procrastinate.app import WorkerOptions
from procrastinate.contrib.django import app, models
from procrastinate.contrib.django.django_connector import DjangoConnector

from siyanat.lib import clock, errors


def run(*, queues: Sequence[str] = (), concurrency: int = 2, wait: bool = True, signals: bool = True) -> None:
    """Run jobs of ``queues`` (all when empty) until stopped, or with ``wait=False`` until none is left.

    :raises errors.BrokenPromise: when the queue is not in Django's database.
    """
    connector = app.connector
    if not isinstance(connector, DjangoConnector):
        raise errors.BrokenPromise("jobs.foreign_connector")
    options: WorkerOptions = {"concurrency": concurrency, "wait": wait, "install_signal_handlers": signals}
    if queues:
        options["queues"] = list(queues)
    asyncio.run(_run(connector, options))
    while not wait and _count_due(options.get("queues")):  # what the last jobs enqueued after the look round
        asyncio.run(_run(connector, options))


def _count_due(queues: Iterable[str] | None) -> int:
    """Jobs that could start now."""
    due = models.ProcrastinateJob.objects.filter(status="todo").exclude(scheduled_at__gt=clock.now())
    return due.filter(queue_name__in=list(queues)).count() if queues else due.count()


async def _run(connector: DjangoConnector, options: WorkerOptions) -> None:
    with app.replace_connector(connector.get_worker_connector()) as own:
        async with own.open_async():
            await own.run_worker_async(**options)

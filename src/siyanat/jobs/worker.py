"""Taking jobs from the queue in this process."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector

from siyanat.lib import errors


def run(*, queues: Sequence[str] = (), concurrency: int = 2, wait: bool = True, signals: bool = True) -> None:
    """Run jobs of ``queues`` (all when empty) until stopped, or with ``wait=False`` until none is left.

    :raises errors.BrokenPromise: when the queue is not in Django's database.
    """
    connector = app.connector
    if not isinstance(connector, DjangoConnector):
        raise errors.BrokenPromise("jobs.foreign_connector")
    asyncio.run(_run(connector, list(queues) or None, concurrency, wait=wait, signals=signals))


async def _run(
    connector: DjangoConnector, queues: list[str] | None, concurrency: int, *, wait: bool, signals: bool
) -> None:
    with app.replace_connector(connector.get_worker_connector()) as own:
        async with own.open_async():
            await own.run_worker_async(
                queues=queues, concurrency=concurrency, wait=wait, install_signal_handlers=signals
            )

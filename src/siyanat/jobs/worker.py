"""Taking jobs from the queue in this process.

A worker outlives its database: when the line is cut it ends what it was at, waits, and goes on by itself; what it
or a killed worker left half done is taken up again when the line is back.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
from collections.abc import Callable, Iterable, Iterator, Sequence

import psycopg
from procrastinate import App, exceptions
from procrastinate.app import WorkerOptions
from procrastinate.contrib.django import app, models
from procrastinate.contrib.django.django_connector import DjangoConnector

from siyanat.jobs import manager, tasks
from siyanat.lib import clock, errors

logger = logging.getLogger(__name__)

SILENT_SECONDS = 30.0
"""A worker whose last sign of life is older is dead to its queue."""

PAUSE_SECONDS = 2.0
_AWAY = (exceptions.ConnectorException, psycopg.OperationalError, psycopg.InterfaceError)


def run(*, queues: Sequence[str] = (), concurrency: int = 2, wait: bool = True, signals: bool = True) -> None:
    """Run jobs of ``queues`` (all when empty) until stopped, or with ``wait=False`` until none is left.

    :raises errors.BrokenPromise: when the queue is not in Django's database.
    :raises errors.PassingFault: ``jobs.database_away``, with ``wait=False`` alone: a waiting worker waits.
    """
    connector = app.connector
    if not isinstance(connector, DjangoConnector):
        raise errors.BrokenPromise("jobs.foreign_connector")
    options: WorkerOptions = {
        "concurrency": concurrency, "wait": wait, "install_signal_handlers": False,
        "stalled_worker_timeout": SILENT_SECONDS,
    }  # fmt: skip
    if queues:
        options["queues"] = list(queues)
    if wait:
        asyncio.run(_run_until_stopped(connector, options, signals=signals))
        return
    try:
        asyncio.run(_run(connector, options))
        while _count_due(options.get("queues")):  # what the last jobs enqueued after the look round
            asyncio.run(_run(connector, options))
    except _AWAY as error:
        raise errors.PassingFault("jobs.database_away", reason=_first_line(error)) from error


def _count_due(queues: Iterable[str] | None) -> int:
    """Jobs that could start now."""
    due = models.ProcrastinateJob.objects.filter(status="todo").exclude(scheduled_at__gt=clock.now())
    return due.filter(queue_name__in=list(queues)).count() if queues else due.count()


async def _run_until_stopped(connector: DjangoConnector, options: WorkerOptions, *, signals: bool) -> None:
    """One life of the worker after the other until a signal; each ends with the line to the database."""
    stop = asyncio.Event()
    with _on_signal(stop.set) if signals else contextlib.nullcontext():
        while not stop.is_set():
            life = asyncio.create_task(_run(connector, options))
            asked = asyncio.create_task(stop.wait())
            await asyncio.wait({life, asked}, return_when=asyncio.FIRST_COMPLETED)
            life.cancel()  # it ends what it is at; a life that is over is left as it is
            try:
                await life
            except asyncio.CancelledError:
                pass
            except _AWAY as error:
                logger.warning("the queue can't be reached, trying again: %s", _first_line(error))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(asked, PAUSE_SECONDS)


@contextlib.contextmanager
def _on_signal(stop: Callable[[], None]) -> Iterator[None]:
    """The first signal asks to stop; a second one ends the process as it would any other."""
    loop, wanted = asyncio.get_running_loop(), (signal.SIGINT, signal.SIGTERM)

    def forget() -> None:
        for one in wanted:
            loop.remove_signal_handler(one)

    def stop_once() -> None:
        forget()
        stop()

    for one in wanted:
        loop.add_signal_handler(one, stop_once)
    yield
    forget()


async def _run(connector: DjangoConnector, options: WorkerOptions) -> None:
    with app.replace_connector(connector.get_worker_connector()) as own:
        own.job_manager = manager.Manager(own.connector)
        async with own.open_async():
            await _take_up_again(own)
            await own.run_worker_async(**options)


async def _take_up_again(own: App) -> None:
    """Put back the jobs of workers that gave no sign of life lately, before this one begins."""
    await own.job_manager.prune_stalled_workers(SILENT_SECONDS)
    await tasks.put_back_stalled(own)


def _first_line(error: BaseException) -> str:
    """What the innermost error says, without its context."""
    while error.__cause__ is not None:
        error = error.__cause__
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]

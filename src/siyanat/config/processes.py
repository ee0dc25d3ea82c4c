"""The processes that make up a deployment, started together and stopped together."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from siyanat.config import postgres
from siyanat.lib import errors

logger = logging.getLogger(__name__)

STOP_SECONDS = 20
LOOK_SECONDS = 5.0
KEPT = "SIYANAT_DATABASE_KEPT"
"""Set for programs of a `Group`: the database is looked after by who started them."""
BLOCKING_THREADS = 8


@dataclass(frozen=True, slots=True)
class Program:
    """One process to keep running: its name and command line."""

    name: str
    command: Sequence[str]


def web(host: str, port: int) -> Program:
    """The web process: Granian, one worker, threads for blocking views."""
    return Program(
        "web",
        (
            sys.executable,
            "-m",
            "granian",
            "--interface",
            "wsgi",
            "--host",
            host,
            "--port",
            str(port),
            "--workers",
            "1",
            "--blocking-threads",
            str(BLOCKING_THREADS),
            "--log-level",
            "warning",
            "siyanat.config.wsgi:application",
        ),
    )


def worker(name: str, *queues: str, concurrency: int) -> Program:
    """A worker over the named queues."""
    listed = [argument for queue in queues for argument in ("--queue", queue)]
    command = (
        sys.executable,
        "-m",
        "siyanat.config.cli",
        "worker",
        *listed,
        "--concurrency",
        str(concurrency),
    )
    return Program(name, command)


def embedded_cluster() -> postgres.Cluster | None:
    """The deployment's own PostgreSQL, or None where another server is named."""
    return None if os.environ.get("SIYANAT_DATABASE_URL") else postgres.locate(settings.HOME)


def start_database() -> bool:
    """Start the embedded PostgreSQL if this deployment has one; True when this call started it."""
    cluster = embedded_cluster()
    if cluster is None:
        return False
    started = postgres.start(cluster)
    from django.db import connections

    # The password exists only once the cluster was made.
    settings.DATABASES["default"].update(cluster.address())
    connections["default"].settings_dict.update(cluster.address())
    return started


def keep_database() -> None:
    """Start the embedded PostgreSQL again if it died; whatever hinders it now is tried again at the next look."""
    try:
        if start_database():
            logger.warning("the embedded database had stopped and was started again")
    except errors.PassingFault as fault:
        logger.warning("the embedded database does not start: %s", fault)


@contextlib.contextmanager
def database() -> Iterator[None]:
    """The database is up inside; it is stopped afterwards if it was started here."""
    if os.environ.get(KEPT):
        yield
        return
    started = start_database()
    try:
        yield
    finally:
        cluster = embedded_cluster()
        if started and cluster is not None:
            postgres.stop(cluster)


class Group:
    """Programs running together. When one dies unasked it is started again, at most once a second.

    ``look_after`` is called every few seconds while they run: it keeps up what they stand on.
    """

    def __init__(
        self, programs: Sequence[Program], *, logs: Path, look_after: Callable[[], object] = lambda: None
    ) -> None:
        self.programs = programs
        self.logs = logs
        self.look_after = look_after
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.stopping = False

    def start(self) -> None:
        """Start every program, its output going to ``<logs>/<name>.log``."""
        self.logs.mkdir(parents=True, exist_ok=True)
        for program in self.programs:
            self._start(program)

    def _start(self, program: Program) -> None:
        with (self.logs / f"{program.name}.log").open("ab") as log:
            self.running[program.name] = subprocess.Popen(
                program.command,
                stdout=log,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
                env={**os.environ, "PYTHONUNBUFFERED": "1", KEPT: "1"},
            )

    def wait(self, *, until: Callable[[], bool] = lambda: False) -> None:
        """Watch over the programs until ``until()`` or a signal to stop."""
        for wanted in (signal.SIGINT, signal.SIGTERM):
            signal.signal(wanted, self._on_signal)
        looked = time.monotonic()
        while not self.stopping and not until():
            if time.monotonic() - looked > LOOK_SECONDS:
                self.look_after()
                looked = time.monotonic()
            for program in self.programs:
                if self.running[program.name].poll() is not None and not self.stopping:
                    self._start(program)
            time.sleep(0.5 if self.stopping else 1)

    def _on_signal(self, _number: int, _frame: object) -> None:
        self.stopping = True

    def stop(self) -> None:
        """Ask each program to end, and end what does not within ``STOP_SECONDS``."""
        self.stopping = True
        for process in self.running.values():
            if process.poll() is None:
                process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for process in self.running.values():
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=max(0.1, deadline - time.monotonic()))
            if process.poll() is None:
                process.kill()
                process.wait()

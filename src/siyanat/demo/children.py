"""The processes of a running demo, started together and ended together, whatever ends the demo itself.

Kept here: starting each in a session of its own (so that Ctrl-C reaches the demo alone, which then ends them in
order) and ending whole sessions. It starts nothing again: the deployment's own ``siyanat run`` does that for
its parts.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import FrameType

STOP_SECONDS = 40  # more than the deployment gives its own processes
LOOK_SECONDS = 0.1


class Children:
    """Children by name. As a context manager it ends all of them on the way out."""

    def __init__(self, *, logs: Path, environment: Mapping[str, str]) -> None:
        self._logs = logs
        self._environment = {**os.environ, **environment, "PYTHONUNBUFFERED": "1"}
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.is_stopping = False

    def __enter__(self) -> Children:
        self._logs.mkdir(parents=True, exist_ok=True)
        for wanted in (signal.SIGINT, signal.SIGTERM):
            signal.signal(wanted, self._on_signal)
        return self

    def __exit__(self, *_error: object) -> None:
        for child in self.running.values():
            if child.poll() is None:
                child.terminate()
        for name in reversed(list(self.running)):
            self._end(name)

    def start(self, name: str, command: Sequence[str], *, output: Path | None = None) -> None:
        """Start a child with this Python; its output goes to its log, or its standard output to ``output``."""
        with (self._logs / f"{name}.log").open("ab") as log, contextlib.ExitStack() as open_files:
            out = open_files.enter_context(output.open("wb")) if output else log
            self.running[name] = subprocess.Popen(
                [sys.executable, *command], stdout=out, stderr=log, stdin=subprocess.DEVNULL,
                start_new_session=True, env=self._environment,
            )  # fmt: skip

    def has_ended(self, name: str) -> bool:
        """Whether a child that was started runs no longer."""
        return self.running[name].poll() is not None

    def _end(self, name: str) -> None:
        """Wait for a child that was asked to end; after ``STOP_SECONDS`` end its whole session."""
        child = self.running.pop(name)
        if child.poll() is None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(timeout=STOP_SECONDS)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()

    def pause(self, seconds: float) -> None:
        """Wait, but not longer than until a signal to stop."""
        until = time.monotonic() + seconds
        while not self.is_stopping and time.monotonic() < until:
            time.sleep(LOOK_SECONDS)

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self.is_stopping = True

"""Processes that suffer in a test's stead: they share its database, store and keys, and are killed at a named step.

A step is anything durable: a statement that writes, a commit, what the queue writes of its jobs, fsync, link,
unlink, rename. Each counts twice: just before it and just after it.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
FILE_CALLS = ("fsync", "link", "unlink", "replace", "rename")
QUEUE_CALLS = ("fetch_job", "finish_job", "retry_job")
_WRITES = re.compile(r"INSERT|UPDATE|DELETE|.*procrastinate_defer", re.DOTALL)
Tell = Callable[[str], None]


def environment() -> dict[str, str]:
    """The environment of a child: settings and database of the test that starts it."""
    from django.conf import settings
    from django.db import connection

    names = ("NAME", "USER", "PASSWORD", "HOST", "PORT")
    given = {
        "database": {name: connection.settings_dict[name] for name in names},
        "store": str(settings.STORE),
        "cache": str(settings.CACHE),
        "keys": str(settings.LEDGER_KEYS),
    }
    module = os.environ.get("DJANGO_SETTINGS_MODULE", "tests.settings")
    paths = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    return {
        **os.environ, "FAULT_SETTINGS": json.dumps(given), "DJANGO_SETTINGS_MODULE": module, "PYTHONPATH": paths,
    }  # fmt: skip


def set_up() -> None:
    """In the child: take what `environment` gave."""
    import django

    given = json.loads(os.environ["FAULT_SETTINGS"])
    django.setup()
    from django.conf import settings
    from django.db import connections

    settings.DATABASES["default"].update(given["database"])
    connections["default"].settings_dict.update(given["database"])
    settings.STORE, settings.CACHE = Path(given["store"]), Path(given["cache"])
    settings.LEDGER_KEYS = Path(given["keys"])


def die_at(number: int, tell: Tell) -> None:
    """Let this process kill itself (SIGKILL) at step ``number``, counted from 1, after telling its name."""
    passed = [0]

    def step(name: str) -> None:
        passed[0] += 1
        if passed[0] == number:
            tell(name)
            os.kill(os.getpid(), signal.SIGKILL)

    _watch_database(step)
    _watch_queue(step)
    for name in FILE_CALLS:
        setattr(os, name, _watched(getattr(os, name), name, step))


def _watched(act: Callable[..., Any], name: str, step: Tell) -> Callable[..., Any]:
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        step(f"before {name}")
        answer = act(*args, **kwargs)
        step(f"after {name}")
        return answer

    return wrapped


def _watch_database(step: Tell) -> None:
    from django.db.backends import utils
    from django.db.backends.base import base

    plain: Any = utils.CursorWrapper._execute_with_wrappers  # type: ignore[attr-defined]

    def execute(self: Any, sql: str, params: Any, many: bool, executor: Any) -> Any:
        if not _WRITES.match(str(sql)):
            return plain(self, sql, params, many, executor)
        name = " ".join(str(sql).split()[:3])
        step(f"before {name}")
        answer = plain(self, sql, params, many, executor)
        step(f"after {name}")
        return answer

    utils.CursorWrapper._execute_with_wrappers = execute  # type: ignore[attr-defined]
    wrapper: Any = base.BaseDatabaseWrapper
    wrapper._commit = _watched(wrapper._commit, "commit", step)


def _watch_queue(step: Tell) -> None:
    from procrastinate import manager

    for name in QUEUE_CALLS:
        setattr(manager.JobManager, name, _watched_async(getattr(manager.JobManager, name), name, step))


def _watched_async(act: Callable[..., Any], name: str, step: Tell) -> Callable[..., Any]:
    async def wrapped(*args: Any, **kwargs: Any) -> Any:
        step(f"before {name}")
        answer = await act(*args, **kwargs)
        step(f"after {name}")
        return answer

    return wrapped


def wait_for(done: Callable[[], bool], seconds: float = 60, told: object = "") -> None:
    """Wait until ``done()``; fail when it does not come, with what was ``told`` so far."""
    until = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < until, f"it did not come: {told}"
        time.sleep(0.2)


def check_clean() -> None:
    """``siyanat verify --level hash`` and ``siyanat ledger verify`` find nothing."""
    from siyanat.evidence import verification
    from siyanat.ingest import queries
    from siyanat.ledger import checkpoints
    from siyanat.ledger import verification as log
    from siyanat.lib import clock

    later = clock.now() + dt.timedelta(
        seconds=5
    )  # nothing that was written just now is too young to be looked at
    stored = verification.verify(
        level="hash", others=lambda after: queries.kept_in_quarantine(after=after), now=later,
        orphan_age=dt.timedelta(0),
    )  # fmt: skip
    assert not stored.found, stored.as_json()
    checkpoints.seal(now=later)
    assert log.verify_log("hash", now=later).findings == []

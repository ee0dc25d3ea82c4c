"""The clock as a parameter: UTC, aware, and read at the edges alone.

Kept here: the one place that reads the wall clock, and the check that a time is aware. Views, tasks and
commands may call `now`; operations, queries and everything in `lib` take a ``now`` argument and never call
it. Nothing here sleeps, compares two clocks or trusts a camera's.
"""

from __future__ import annotations

import datetime as dt

from siyanat.lib import errors


def now() -> dt.datetime:
    """The time of this machine, in UTC and aware. For edges only."""
    return dt.datetime.now(dt.UTC)


def require_aware(moment: dt.datetime) -> dt.datetime:
    """Return ``moment`` in UTC.

    :raises errors.BrokenPromise: ``clock.naive`` when it carries no zone; that is a fault of the caller,
        not of a user, because every edge attaches a zone to what it reads.
    """
    if moment.tzinfo is None or moment.utcoffset() is None:
        raise errors.BrokenPromise("clock.naive", moment=moment.isoformat())
    return moment.astimezone(dt.UTC)

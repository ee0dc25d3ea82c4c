"""The typed face of the child: probe, segments, thumbnails and cuts of files that nobody trusts.

Every other room reads media through here (or hands ``child.call`` a function of its own to run in the child).
"""

from __future__ import annotations

import datetime
from pathlib import Path

from siyanat.media import check, child, segments
from siyanat.media import cut as cutting
from siyanat.media import probe as probing

PROBE_SECONDS = 120.0
"""Enough to read every packet of a day-long transport stream from a slow disk."""


def probe(
    path: Path,
    *,
    received_at: datetime.datetime | None = None,
    timeout: float = PROBE_SECONDS,
    pool: child.Pool | None = None,
) -> probing.Probe:
    """``probe.probe`` in a child.

    :raises Refusal: ``media.child_died`` when the file kills its parser.
    :raises PassingFault: as ``child.call``.
    """
    ask = pool.call if pool is not None else child.call
    stamp = received_at.isoformat() if received_at else None
    return probing.Probe.from_json(
        ask("probe", timeout=timeout, path=str(path.absolute()), received_at=stamp)
    )


def make_segment(pool: child.Pool, path: Path, segment: segments.Segment, *, timeout: float = 30.0) -> bytes:
    """``segments.make_segment`` in a child of ``pool``, which keeps the file open for the next one.

    :raises Refusal: as ``segments.make_segment``, and ``media.child_died``.
    :raises PassingFault: as ``child.Pool.call``.
    """
    answer = pool.call("make_segment", timeout=timeout, path=str(path.absolute()), segment=segment.as_json())
    return bytes(answer)


def check_segment(
    pool: child.Pool, path: Path, segment: segments.Segment, *, timeout: float = 30.0
) -> check.Check:
    """``check.check_segment`` in a child of ``pool``.

    :raises Refusal: as ``check.check_segment``, and ``media.child_died``.
    :raises PassingFault: as ``child.Pool.call``.
    """
    answer = pool.call("check_segment", timeout=timeout, path=str(path.absolute()), segment=segment.as_json())
    return check.Check(**answer)


def thumbnail(
    pool: child.Pool,
    path: Path,
    *,
    at_ms: int,
    width: int = 320,
    near: segments.Segment | None = None,
    timeout: float = 10.0,
) -> bytes:
    """``stills.thumbnail`` in a child of ``pool``.

    :raises Refusal: as ``stills.thumbnail``, and ``media.child_died``.
    :raises PassingFault: as ``child.Pool.call``.
    """
    place = near.as_json() if near else None
    answer = pool.call(
        "thumbnail", timeout=timeout, path=str(path.absolute()), at_ms=at_ms, width=width, near=place
    )
    return bytes(answer)


def cut(path: Path, out: Path, *, start_ms: int, end_ms: int, timeout: float = 600.0) -> cutting.Cut:
    """``cut.cut`` in a child.

    :raises Refusal: as ``cut.cut``, and ``media.child_died``.
    :raises PassingFault: as ``child.call``.
    """
    answer = child.call(
        "cut",
        timeout=timeout,
        path=str(path.absolute()),
        out=str(out.absolute()),
        start_ms=start_ms,
        end_ms=end_ms,
    )
    return cutting.Cut(**answer)

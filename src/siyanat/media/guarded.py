"""The typed face of the child: probe, segments, thumbnails and cuts of files that nobody trusts.

Every other room reads media through here (or hands ``child.call`` a function of its own to run in the child).
"""

from __future__ import annotations

import datetime
from pathlib import Path

from siyanat.media import child
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

"""Judging: from what was read and said to a recording's facts, or to the reason why it can't become one yet."""

from __future__ import annotations

import dataclasses
import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path

from siyanat.cameras import models as cameras
from siyanat.ingest import models, sources
from siyanat.lib import errors
from siyanat.media import child, guarded
from siyanat.media import probe as probing

Reason = models.Quarantined.Reason

MEASURE_SECONDS = 900.0

OLDEST = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
BEFORE_REGISTER = dt.timedelta(days=30)
"""A camera may have filmed this long before it was written into the register."""

DIFFERS_BY = dt.timedelta(minutes=10)
"""A sidecar and the file itself may differ by this before it is noted."""

# What the probe calls a problem -> why the file is quarantined. "truncated" alone is no obstacle: it plays.
_FATAL = {
    "empty": Reason.EMPTY,
    "no_moov": Reason.TRUNCATED,
    "not_media": Reason.NOT_MEDIA,
    "no_video": Reason.NO_VIDEO,
    "zero_duration": Reason.ZERO_DURATION,
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """Either a reason for quarantine, or camera, start and probe. ``facts`` are what a person needs to resolve it."""

    reason: str = ""
    camera: cameras.Camera | None = None
    started_at: dt.datetime | None = None
    probe: probing.Probe | None = None
    facts: dict[str, object] = field(default_factory=dict)


def judge(path: Path, *, said: sources.Said, now: dt.datetime, pool: child.Pool | None = None) -> Verdict:
    """Read the sealed file at ``path`` in a child and weigh what it says against what the sender said.

    :raises errors.PassingFault: when the child could not be run at all.
    """
    try:
        seen = guarded.probe(path, received_at=now, pool=pool)
    except errors.Refusal as refusal:
        return Verdict(Reason.UNREADABLE, facts={"code": refusal.code, **_plain(refusal.facts)})
    except errors.PassingFault as fault:
        if fault.code != "media.child_timeout":
            raise
        return Verdict(Reason.UNREADABLE, facts={"code": fault.code, **_plain(fault.facts)})
    seen = _measured(path, seen, pool)
    facts = _facts(seen, said)
    for problem, reason in _FATAL.items():
        if problem in seen.problems:
            return Verdict(reason, probe=seen, facts=facts)
    return _weigh(seen, said, facts, now)


def _measured(path: Path, seen: probing.Probe, pool: child.Pool | None) -> probing.Probe:
    """A file that was cut short may promise more than it holds: its length is what can really be read."""
    if not seen.truncated or not seen.video:
        return seen
    ask = pool.call if pool is not None else child.call
    try:
        length = int(ask("scan_totals", timeout=MEASURE_SECONDS, path=str(path))["duration_ms"])
    except (errors.Refusal, errors.PassingFault):
        return seen
    keys = tuple(at for at in seen.key_frames if at < length) if not seen.key_bytes else seen.key_frames
    return dataclasses.replace(seen, duration_ms=min(seen.duration_ms, length), key_frames=keys)


def _weigh(seen: probing.Probe, said: sources.Said, facts: dict[str, object], now: dt.datetime) -> Verdict:
    serials = {**said.serials, "container": [sources.normal_serial(seen.serial)] if seen.serial else []}
    found = {source: camera for source, names in serials.items() if (camera := find_camera(names))}
    if len({camera.pk for camera in found.values()}) != 1:
        facts["cameras_named"] = {source: camera.serial for source, camera in found.items()}
        return Verdict(Reason.UNKNOWN_CAMERA, probe=seen, facts=facts)
    camera = next(iter(found.values()))
    facts["serial"] = camera.serial
    started_at = said.started_at or seen.started_at
    if started_at is None:
        return Verdict(Reason.NO_TIMESTAMP, camera=camera, probe=seen, facts=facts)
    facts["started_at"] = started_at.isoformat()
    if started_at < earliest_start(camera):
        return Verdict(Reason.PAST_TIMESTAMP, camera=camera, probe=seen, facts=facts)
    truly = started_at - dt.timedelta(milliseconds=camera.clock_drift_ms or 0)
    if truly > now + probing.FUTURE_GRACE:
        return Verdict(Reason.FUTURE_TIMESTAMP, camera=camera, probe=seen, facts=facts)
    return Verdict(camera=camera, started_at=started_at, probe=seen, facts=facts)


def earliest_start(camera: cameras.Camera) -> dt.datetime:
    """No file of a camera begins before this; a clock that lost its battery tells such times."""
    return max(OLDEST, camera.registered_at - BEFORE_REGISTER)


def find_camera(serials: list[str]) -> cameras.Camera | None:
    """The registered camera among candidates, the most trusted first."""
    known = cameras.Camera.objects.select_related("unit").in_bulk(serials, field_name="serial")
    return next((known[serial] for serial in serials if serial in known), None)


def _facts(seen: probing.Probe, said: sources.Said) -> dict[str, object]:
    facts: dict[str, object] = {
        "container": seen.container,
        "duration_ms": seen.duration_ms,
        "problems": list(seen.problems),
        "serials_said": {source: names[:8] for source, names in said.serials.items()},
        "is_intentional": said.is_intentional,
    }
    optional: dict[str, object] = {
        "serial_read": seen.serial,
        "started_at_read": seen.started_at.isoformat() if seen.started_at else None,
        "started_at_said": said.started_at.isoformat() if said.started_at else None,
        "said_problem": said.problem or None,
    }
    if said.started_at and seen.started_at and abs(said.started_at - seen.started_at) > DIFFERS_BY:
        optional["times_differ_ms"] = round(
            (said.started_at - seen.started_at) / dt.timedelta(milliseconds=1)
        )
    return facts | {name: value for name, value in optional.items() if value is not None}


def _plain(facts: dict[str, object]) -> dict[str, object]:
    return {name: str(value)[:300] for name, value in facts.items()}

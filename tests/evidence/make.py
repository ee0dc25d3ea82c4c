"""Recordings for tests of this room: real bytes in the store, facts as a probe would give them."""

from __future__ import annotations

import datetime as dt
import hashlib

from siyanat.cameras import models as cameras
from siyanat.evidence import operations, store
from siyanat.lib import durable
from siyanat.media import probe as probing
from siyanat.roster import models as roster
from tests import cast as cast_module

NOW = cast_module.NOW
HOUR = cast_module.HOUR


def write_bytes(data: bytes) -> durable.Written:
    """Bytes, durable in the store."""
    return durable.write_new(root=store.root(), chunks=[data])


def make_probe(*, duration_ms: int = 600_000, size_bytes: int = 0) -> probing.Probe:
    """What the probe of a plain H.264 file says."""
    video = probing.Video(
        index=0, codec="h264", width=1280, height=720, fps=30.0, pix_fmt="yuv420p", rotation=0
    )
    return probing.Probe(
        size_bytes=size_bytes,
        container="mov",
        duration_ms=duration_ms,
        video=(video,),
        key_frames=(0, 2000, 4000),
    )


def make_intake(
    *,
    camera: cameras.Camera,
    unit: roster.Unit,
    started_at: dt.datetime,
    data: bytes = b"",
    minutes: int = 10,
    drift_ms: int = 0,
) -> operations.Intake:
    """An intake whose bytes are in the store; different starts give different bytes."""
    data = data or hashlib.sha256(f"{camera.serial}{started_at}".encode()).digest() * 8
    written = write_bytes(data)
    return operations.Intake(
        sha256=written.sha256,
        size_bytes=written.size_bytes,
        original_name=f"{camera.serial}/{started_at:%H%M}.mp4",
        camera=camera,
        dock_unit=unit,
        camera_started_at=started_at,
        clock_drift_ms=drift_ms,
        received_at=NOW,
        probe=make_probe(duration_ms=minutes * 60_000, size_bytes=written.size_bytes),
    )

"""Files that ingest must set aside, one of each kind, made from real segments. Writes whole files only."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

from siyanat.demo.footage import plan, reel, scenes, script, segments, shelf, sounds

_TEXT = "این پرونده فیلم نیست؛ یادداشتی است که به اشتباه در پوشه بارگیری گذاشته شده است.\n"
_Kind = script.SpoiledKind


def spoil(
    out: Path, cache: Path, *, serial: str, unknown_serial: str, now: dt.datetime
) -> Iterator[script.SpoiledFile]:
    """Yield one file of each kind under ``out``; all but the unknown one claim to be of ``serial``.

    A file without a timestamp has none in its name either; the one from the future is dated 400 days after
    ``now``.
    """
    shown = segments.prepare_segment(scenes.VideoSpec("pavement", "day"), cache=cache)
    heard = segments.prepare_segment(sounds.AudioSpec("street", "day"), cache=cache)
    yesterday = now - dt.timedelta(hours=20)
    for number, kind in enumerate(_Kind):
        at = yesterday + dt.timedelta(minutes=number)
        who = unknown_serial if kind is _Kind.UNKNOWN_SERIAL else serial
        if kind is _Kind.FUTURE_TIMESTAMP:
            at = now + dt.timedelta(days=400)
        path = out / _name(kind, who, at)
        path.parent.mkdir(parents=True, exist_ok=True)
        with shelf.part_of(path) as part:
            _write(kind, part, (shown, heard), serial=who, at=at)
        yield script.SpoiledFile(path, kind)


def _name(kind: _Kind, serial: str, at: dt.datetime) -> str:
    if kind is _Kind.NO_TIMESTAMP:
        return f"{serial}/{serial}_clip.mp4"
    return f"{serial}/{serial}_{at.astimezone(plan.LOCAL_ZONE):%Y%m%d_%H%M%S}.mp4"


def _write(
    kind: _Kind, part: Path, pair: tuple[segments.Segment, segments.Segment], *, serial: str, at: dt.datetime
) -> None:
    if kind is _Kind.EMPTY:
        part.touch()
        return
    if kind is _Kind.TEXT_NAMED_MP4:
        part.write_text(_TEXT * 40, encoding="utf-8")
        return
    stamped = None if kind is _Kind.NO_TIMESTAMP else at
    turns = [(*pair, scenes.FRAMES)] * 5
    reel.join(part, turns, patterns=pair, metadata=reel.describe(serial, stamped))
    if kind is _Kind.TRUNCATED:
        with part.open("r+b") as file:
            file.truncate(part.stat().st_size * 6 // 10)  # the index stood at the end

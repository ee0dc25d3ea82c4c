"""One patrol: composed, analyzed as the product does it, judged by what its watch list would have shown.

An incident is *seen* when what is watched overlaps it. Everything compared at the same budget is a list of
stretches, best first, taken as long as they fit.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt

from benchmarks.needle import picture, script, sound, sources
from siyanat.analysis import loudness, measures, run, runs
from siyanat.lib import timespan
from siyanat.media import compose
from siyanat.triage import moments

SHARES = (0.01, 0.02, 0.03, 0.04, 0.05, 0.10)
WINDOW_S = 20
START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)

Floats = npt.NDArray[np.floating[Any]]
Stretch = tuple[float, float]


def play(one: script.Script, parts: list[sources.Part], library: Path, *, height: int) -> dict[str, Any]:
    """Compose, analyze, judge and delete one patrol; the row holds plain values only."""
    picture.align(one)
    with tempfile.TemporaryDirectory(dir=library.parent) as folder:
        film = _write(one, parts, library, Path(folder), height)
        began, size = time.process_time(), film.stat().st_size
        measured = run.measure(film)
        analyzed = run.judge(measured)
        spent = time.process_time() - began
    found = [
        moments.Sighting(
            bearer="a", kind=f.kind, starts_at=_at(f.starts_ms / 1000), ends_at=_at(f.ends_ms / 1000),
            score=f.score, evidence=f.evidence, source=str(number),
        )
        for number, f in enumerate(analyzed.findings)
    ]  # fmt: skip
    ranked = moments.rank_moments(found, policy=moments.MomentPolicy())
    lists = {"siyanat": _stretches(ranked), **_baselines(measured, one.seed)}
    watched = {name: list(stretches) for name, stretches in lists.items()}
    return {
        "name": one.name, "seconds": one.seconds, "is_night": one.is_night, "bytes": size,
        "bed_dbfs": one.bed_dbfs, "talk_snr_db": one.talk_snr_db, "cpu_s": spent,
        "moments": [_moment(moment) for moment in ranked],
        "incidents": [_incident(event, one) for event in one.incidents],
        "seen": {
            name: [watched_overlaps(one, stretches, share) for share in SHARES]
            for name, stretches in watched.items()
        },
        "findings": [[f.kind, f.starts_ms, f.ends_ms, f.score, dict(f.evidence)] for f in analyzed.findings
                     if f.kind != "speech"],
    }  # fmt: skip


def watched_overlaps(one: script.Script, stretches: list[Stretch], share: float) -> list[bool]:
    """For each incident: whether what fits into ``share`` of the patrol overlaps it."""
    watched = take(stretches, budget_s=share * one.seconds)
    return [
        any(start < event.ends_s and end > event.starts_s for start, end in watched)
        for event in one.incidents
    ]


def take(stretches: Iterable[Stretch], *, budget_s: float) -> list[Stretch]:
    """The first stretches that fit, those that no longer do passed over; overlaps are watched once."""
    held = timespan.SpanSet()
    for start, end in stretches:
        span = timespan.Span(_at(start), _at(end))
        joined = held | timespan.SpanSet([span])
        if joined.total().total_seconds() <= budget_s:
            held = joined
    return [((s.starts_at - START).total_seconds(), (s.ends_at - START).total_seconds()) for s in held]


def _write(one: script.Script, parts: list[sources.Part], library: Path, folder: Path, height: int) -> Path:
    clips = [picture.encode(clip, library, height=height) for clip in picture.reel(one)]
    silent, heard, film = folder / "picture.mp4", folder / "sound.mp4", folder / "film.mp4"
    compose.join_packets(clips, silent)
    sound.write_sound(one, parts, heard)
    _mux(silent, heard, film)
    return film


def _mux(silent: Path, heard: Path, film: Path) -> None:
    """Both tracks into one file, packets in order of time."""
    with av.open(str(silent)) as one, av.open(str(heard)) as other, av.open(str(film), "w") as out:
        tracks = [(one.demux(video=0), out.add_stream_from_template(one.streams.video[0])),
                  (other.demux(audio=0), out.add_stream_from_template(other.streams.audio[0]))]  # fmt: skip
        heads = [next(packets, None) for packets, _ in tracks]
        while any(heads):
            times = [
                float(p.dts * p.time_base) if p is not None and p.dts is not None else 1e12 for p in heads
            ]
            place = int(np.argmin(times))
            packet = heads[place]
            if packet is not None and packet.dts is not None:
                packet.stream = tracks[place][1]
                out.mux(packet)
            elif all(p is None or p.dts is None for p in heads):
                break
            heads[place] = next(tracks[place][0], None)


def _at(seconds: float) -> dt.datetime:
    return START + dt.timedelta(seconds=seconds)


def _stretches(ranked: list[moments.Moment]) -> list[Stretch]:
    return [
        (max(0.0, (one.starts_at - START).total_seconds()), (one.ends_at - START).total_seconds())
        for one in ranked
    ]


def _moment(moment: moments.Moment) -> dict[str, Any]:
    (start, end), *_ = _stretches([moment])
    return {"starts_s": start, "ends_s": end, "score": moment.score, "must_see": moment.must_see,
            "components": dict(moment.components)}  # fmt: skip


def _incident(event: script.Event, one: script.Script) -> dict[str, Any]:
    scene = next(s.scene for s in one.stretches if s.ends_s > event.starts_s)
    source = event.part.source if event.part is not None else scene.source
    values = dataclasses.asdict(event)
    return {name: values[name] for name in ("kind", "starts_s", "ends_s", "snr_db", "extra_db")} | {
        "source": source, "talk_snr_db": one.talk_snr_db,
    }  # fmt: skip


def _baselines(measured: measures.Measures, seed: int) -> dict[str, Iterator[Stretch]]:
    """What simpler rules would have shown: windows of 20 s, best first."""
    seconds, heard, seen = measured.seconds, measured.sound, measured.pictures
    level = loudness.level_by_second(measured)
    speech = runs.per_second(heard.at_ms, heard.speech, seconds=seconds, how="mean")
    moved = runs.per_second(seen.at_ms, seen.moved_share, seconds=seconds, how="max")
    shift = runs.per_second(seen.at_ms, seen.shift, seconds=seconds, how="max")
    chance = np.random.default_rng(seed).random(seconds)
    scores = {
        "random": chance,
        "loudest": level,
        "most_motion": moved,
        "scene_change": shift,
        "speech": speech,
    }
    return {name: _windows(score, mean=name in {"speech", "most_motion"}) for name, score in scores.items()}


def _windows(score: Floats, *, mean: bool) -> Iterator[Stretch]:
    count = len(score) // WINDOW_S
    table = score[: count * WINDOW_S].reshape(count, WINDOW_S)
    best = table.mean(axis=1) if mean else table.max(axis=1)
    for place in np.argsort(-best, kind="stable"):
        yield (float(place * WINDOW_S), float((place + 1) * WINDOW_S))

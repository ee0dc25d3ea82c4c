"""One file from its plan: packets of prepared segments joined, never encoded again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import TypeAlias

import av

from siyanat.demo.footage import plan, scenes, segments, shelf, sounds
from siyanat.lib import errors

Prepared = Callable[[segments.Spec], segments.Segment]

_Packet: TypeAlias = "av.Packet[av.stream.Stream]"
_AUDIO_TICK = Fraction(segments.AUDIO_FRAME, sounds.RATE)


def write_file(todo: plan.FilePlan, path: Path, *, prepared: Prepared) -> None:
    """Join a planned file at ``path``; cut its bytes where the plan says that they end."""
    first = todo.pieces[0]
    patterns = prepared(first.video), prepared(first.audio)
    is_cut = todo.kept_frames < todo.frames
    with shelf.part_of(path) as part:
        join(
            part,
            [(prepared(piece.video), prepared(piece.audio), piece.frames) for piece in todo.pieces],
            patterns=patterns,
            metadata=describe(todo.serial, todo.started_at),
            index_first=is_cut,
        )
        if is_cut:
            _cut_bytes(part, todo.kept_frames)


def describe(serial: str | None, started_at: dt.datetime | None) -> dict[str, str]:
    """Return what a camera writes into its container: creation time in UTC, maker, serial."""
    facts = {}
    if started_at is not None:
        facts["creation_time"] = started_at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    if serial is not None:
        facts["comment"] = f"serial={serial}"
    return facts


def join(
    path: Path,
    parts: Iterable[tuple[segments.Segment, segments.Segment, int]],
    *,
    patterns: tuple[segments.Segment, segments.Segment],
    metadata: dict[str, str],
    index_first: bool = False,
) -> None:
    """Write (pictures, sound, count of pictures) one after another into one MP4.

    :raises errors.BrokenPromise: when a segment needs another decoder configuration than the first.
    """
    options = {"movflags": "+faststart"} if index_first else {}
    with av.open(path, "w", format="mp4", options=options) as out:
        with av.open(patterns[0].path) as pictures, av.open(patterns[1].path) as sound:
            video = out.add_stream_from_template(pictures.streams.video[0])
            audio = out.add_stream_from_template(sound.streams.audio[0])
        out.metadata.update(metadata)
        shown = heard = 0
        for seen, said, frames in parts:
            _check_form(seen, patterns[0])
            _check_form(said, patterns[1])
            until = int((shown + frames) / scenes.RATE / _AUDIO_TICK)
            lane = _lane(video, seen.packets[:frames], shown, Fraction(1, scenes.RATE))
            other = _lane(audio, said.packets[: until - heard], heard, _AUDIO_TICK)
            out.mux(_merged(lane, other))
            shown, heard = shown + frames, until


def _check_form(segment: segments.Segment, pattern: segments.Segment) -> None:
    if segment.configuration != pattern.configuration:
        raise errors.BrokenPromise("demo.segment_form_differs", file=str(segment.path))


def _lane(
    stream: av.stream.Stream, packets: Iterable[segments.Packet], start: int, tick: Fraction
) -> Iterator[_Packet]:
    for number, known in enumerate(packets, start):
        packet: _Packet = av.Packet(known.content)
        packet.time_base = tick
        packet.pts = packet.dts = number
        packet.duration = 1
        packet.is_keyframe = known.is_key
        packet.stream = stream
        yield packet


def _merged(one: Iterator[_Packet], other: Iterator[_Packet]) -> list[_Packet]:
    return sorted([*one, *other], key=lambda packet: float((packet.pts or 0) * packet.time_base))


def _cut_bytes(path: Path, kept_frames: int) -> None:
    """Drop all bytes from a picture on: what is left when the current fails (the index stands in front)."""
    with av.open(path) as container:
        stream = container.streams.video[0]
        place = next(p.pos for n, p in enumerate(container.demux(stream)) if n == kept_frames)
    assert place is not None
    with path.open("r+b") as file:
        file.truncate(place)

"""Cuts a clip out of a recording by copying its packets into an MP4; never encodes it, never changes it.

A copy can only begin on a key frame, so the cut is a little longer than asked; ``Cut`` says what it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from av.container import InputContainer, OutputContainer
from av.packet import Packet
from av.stream import Stream

from siyanat.lib import errors
from siyanat.media import opening, segments, timeline

_LAG_MS = 10_000


@dataclass(frozen=True, slots=True)
class Cut:
    """The range really cut, ms of the recording's media time (end exclusive), and the file's size."""

    start_ms: int
    end_ms: int
    size_bytes: int
    pictures: int
    packets_failed: int


def cut(path: Path, out: Path, *, start_ms: int, end_ms: int) -> Cut:
    """Copy [start_ms, end_ms) of ``path`` into a new MP4 at ``out``, from the last key frame before it.

    :raises Refusal: ``media.empty_range`` when nothing lies in the range, ``media.not_cuttable`` when MP4
        can't carry what the camera wrote, ``media.absent``, ``media.not_media``.
    :raises PassingFault: ``media.not_written`` when the disk is full or can't be written.
    """
    if end_ms <= start_ms:
        raise errors.Refusal("media.empty_range", start_ms=start_ms, end_ms=end_ms)
    with opening.open_media(path) as container:
        try:
            with av.open(str(out), "w", format="mp4", options={"movflags": "+faststart"}) as target:
                knife = _Knife(container, target, start_ms, end_ms)
                knife.run()
        except (av.FFmpegError, ValueError) as fault:
            out.unlink(missing_ok=True)
            if isinstance(fault, OSError):
                raise errors.PassingFault(
                    "media.not_written", file=out.name, reason=str(fault)[:200]
                ) from fault
            raise errors.Refusal("media.not_cuttable", file=path.name, reason=str(fault)[:200]) from fault
    if knife.first_ms is None:
        out.unlink(missing_ok=True)
        raise errors.Refusal("media.empty_range", start_ms=start_ms, end_ms=end_ms)
    return Cut(
        knife.first_ms,
        max(knife.last_ms, knife.first_ms + 1),
        out.stat().st_size,
        knife.pictures,
        knife.failed,
    )


class _Knife:
    """Copies packets from the last key frame at or before the start until the end; times begin at zero."""

    def __init__(self, source: InputContainer, target: OutputContainer, start_ms: int, end_ms: int) -> None:
        self._source, self._target = source, target
        self._start, self._end = start_ms, end_ms
        self._picture = segments.main_picture(source)
        sounds = [stream for stream in source.streams.audio if stream.codec_context][:1]
        kept: list[Any] = [stream for stream in (self._picture, *sounds) if stream is not None]
        self._tracks = {s.index: segments.Restamper(target.add_stream_from_template(s)) for s in kept}
        self._streams: list[Stream] = kept
        self._waiting: list[tuple[Packet[Any], int, int]] = []
        self.first_ms: int | None = None
        self.last_ms = 0
        self.pictures = 0
        self.failed = 0

    def run(self) -> None:
        """Copy everything; damaged packets are counted and left out."""
        self._target.start_encoding()
        for packet, at, shift in self._group():
            if self.first_ms is None:
                self.first_ms = at
            if at < self.first_ms:
                continue
            self.last_ms = max(self.last_ms, at + timeline.to_ms(packet.duration or 0, packet.time_base))
            self._copy(packet, shift - self.first_ms)

    def _copy(self, packet: Packet[Any], shift_ms: int) -> None:
        is_picture = self._picture is not None and packet.stream_index == self._picture.index
        try:
            self._target.mux_one(self._tracks[packet.stream_index].moved(packet, shift_ms))
            self.pictures += is_picture
        except segments.DAMAGED:
            self.failed += 1

    def _group(self) -> Iterator[tuple[Packet[Any], int, int]]:
        """Packets from the last key frame at or before the start, that key frame first."""
        begun = False
        for packet, at, shift in self._packets():
            is_key = packet.is_keyframe and (
                self._picture is None or packet.stream_index == self._picture.index
            )
            if not begun and at >= self._start and not (is_key and at == self._start):
                begun = bool(self._waiting) or is_key
                yield from self._waiting
                self._waiting = []
            if not begun and is_key:
                self._waiting = []
            if begun:
                if at < self._end:
                    yield packet, at, shift
            elif self._waiting or is_key:
                self._waiting.append((packet, at, shift))
        if any(at + timeline.to_ms(p.duration or 0, p.time_base) > self._start for p, at, _ in self._waiting):
            yield from self._waiting

    def _packets(self) -> Iterator[tuple[Packet[Any], int, int]]:
        clock = self._seek()
        for packet in opening.read_packets(self._source, self._streams):
            at = clock.place(packet)
            if at is None:
                continue
            if at > self._end + _LAG_MS:
                return
            yield packet, at, clock.shift_of(packet.stream_index)

    def _seek(self) -> timeline.Timeline:
        """Near the start where the container can be sought in; else from the beginning."""
        clock = timeline.Timeline(self._source)
        if self._picture is None or self._picture.time_base is None or timeline.allows_jumps(self._source):
            return clock
        ticks = int(Fraction(self._start - clock.shift_ms + 1, 1000) / self._picture.time_base)
        try:
            self._source.seek(ticks, stream=self._picture)
        except av.FFmpegError:
            return clock
        return clock

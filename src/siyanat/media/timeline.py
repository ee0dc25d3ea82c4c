"""Media time: milliseconds since the start of the file, whole even where a stream's clock jumps.

MPEG transport streams may restart or jump their clock in the middle of a file. Every reader (probe, scan,
segments) uses this one rule, so that a moment found by one is the same moment to the other.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from av.container import InputContainer
from av.packet import Packet
from av.video.stream import VideoStream

JUMP_MS = 10_000
"""A step of a stream's clock beyond this, in a container that allows jumps, is a jump and not a pause."""

RAW_CONTAINERS = frozenset({"h264", "hevc", "m4v", "mpegvideo", "mjpeg", "h263", "obu"})
"""Streams without a clock; their time is the number of the picture by the frame rate."""

JUMPING_CONTAINERS = frozenset({"mpegts", "mpegtsraw", "mpeg"})


def to_ms(ticks: int, time_base: Fraction) -> int:
    """``ticks`` of ``time_base`` (seconds) as whole milliseconds, rounded to the nearest."""
    return (2000 * ticks * time_base.numerator + time_base.denominator) // (2 * time_base.denominator)


def start_ms(container: InputContainer) -> int:
    """The earliest presentation time of the file in its own clock, in ms (0 when it does not say)."""
    start = container.start_time
    return 0 if start is None else (start + 500) // 1000


def allows_jumps(container: InputContainer) -> bool:
    """Whether the container's clock may jump without a pause in the recording."""
    return container.format.name in JUMPING_CONTAINERS


def is_raw(container: InputContainer) -> bool:
    """Whether the file is a bare stream of pictures without a clock."""
    return container.format.name in RAW_CONTAINERS


def frame_rate(container: InputContainer, stream: VideoStream) -> Fraction | None:
    """Pictures a second. Of a bare stream the codec's own word counts: the reader would say 25 of any."""
    if is_raw(container):
        return stream.guessed_rate or stream.average_rate
    return stream.average_rate or stream.guessed_rate


class Timeline:
    """Turns packets into milliseconds since the file's start; keeps the mending of jumps.

    ``shift_ms`` is added to the container's own time; it changes at each jump. A reader that starts in the
    middle of a file gives the shift that holds there.
    """

    def __init__(self, container: InputContainer, *, shift_ms: int | None = None) -> None:
        self.shift_ms = -start_ms(container) if shift_ms is None else shift_ms
        self.jumps = 0
        self._mends = allows_jumps(container)
        self._last: dict[int, int] = {}
        self._shifts: dict[int, int] = {}
        picture = next(iter(container.streams.video), None)
        self._rate = frame_rate(container, picture) if picture is not None else None
        self._counted = picture.index if picture is not None else -1
        self._number = 0
        self._is_raw = is_raw(container)
        self._scales: dict[int, tuple[int, int]] = {}

    def place(self, packet: Packet[Any]) -> int | None:
        """Milliseconds since the file's start at which the packet is shown; None when it has no time."""
        pts = packet.pts if packet.pts is not None else packet.dts
        if pts is None:
            return self._count(packet)
        up, down = self._scale(packet)
        at = (pts * up + down) // (2 * down)
        if not self._mends:
            return at + self.shift_ms
        dts = packet.dts if packet.dts is not None else pts
        return at + self._mended_shift(
            packet.stream_index, (dts * up + down) // (2 * down), self.length(packet)
        )

    def length(self, packet: Packet[Any]) -> int:
        """Milliseconds for which the packet is shown or heard; 0 when it does not say."""
        if self._is_raw and self._rate:
            return int(1000 / self._rate)
        up, down = self._scale(packet)
        return ((packet.duration or 0) * up + down) // (2 * down)

    def _scale(self, packet: Packet[Any]) -> tuple[int, int]:
        """The stream's time base as whole numbers (asked for at each packet, it costs more than all else)."""
        scale = self._scales.get(packet.stream_index)
        if scale is None:
            base = packet.time_base
            scale = self._scales[packet.stream_index] = (2000 * base.numerator, base.denominator)
        return scale

    def shift_of(self, stream_index: int) -> int:
        """The shift (ms) that holds now for one stream."""
        return self._shifts.get(stream_index, self.shift_ms)

    def _mended_shift(self, index: int, decoded_at: int, length: int) -> int:
        shift = self._shifts.setdefault(index, self.shift_ms)
        last = self._last.get(index)
        if last is not None and abs(decoded_at + shift - last) > JUMP_MS:
            if abs(decoded_at + self.shift_ms - last) > JUMP_MS:
                self.shift_ms = last + length - decoded_at
                self.jumps += 1
            shift = self._shifts[index] = self.shift_ms
        self._last[index] = decoded_at + shift
        return shift

    def _count(self, packet: Packet[Any]) -> int | None:
        """Time of a packet of a bare stream: its number by the frame rate."""
        if not self._is_raw or not self._rate or packet.stream_index != self._counted:
            return None
        number = self._number
        self._number += 1
        return self.shift_ms + int(1000 * number / self._rate)

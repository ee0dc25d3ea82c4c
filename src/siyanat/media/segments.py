"""Playback in a browser: the plan of a recording's segments, their playlist, and each segment made on demand.

A segment is MPEG-TS: H.264 and AAC or MP3 are copied, anything else is encoded for that segment alone. Times
run on over the whole file (``OFFSET_MS`` later than media time), so that a player may start anywhere.
Nothing is kept.
"""

from __future__ import annotations

import bisect
import contextlib
import datetime
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Protocol

import av
from av.container import InputContainer, OutputContainer
from av.packet import Packet
from av.stream import Disposition, Stream
from av.video.stream import VideoStream

from siyanat.lib import errors
from siyanat.media import opening, recode, shelf, timeline
from siyanat.media import probe as probing

TARGET_MS = 4_000
"""Long enough to be few, short enough that a jump waits for little more than what it shows."""

RECODED_TARGET_MS = 3_000
"""Shorter where the picture must be encoded anew, so that it starts soon."""

OFFSET_MS = 10_000
"""Added to media time in segments: run-up before the first picture must not be negative."""

KEY_SLACK_MS = 150
"""An index may place a key frame this much off where its packet stands."""

DAMAGED = (av.InvalidDataError, av.ArgumentError, av.PatchWelcomeError)
"""What a muxer says of a packet that is damaged: that packet is passed over."""

_LAG_MS = 10_000
_SOUND_RUN_UP_MS = 400
_CLOCK = Fraction(1, 90_000)
_COPIED_SOUND = frozenset({"aac", "mp3", "mp3float"})
_COPIED_PIXELS = frozenset({"yuv420p", "yuvj420p"})


@dataclass(frozen=True, slots=True)
class Segment:
    """One piece of a recording, in media time. ``last`` runs to the end of the file whatever its length.

    ``seek_byte`` and ``seek_shift_ms`` say where to start reading in a file without an index (else None).
    """

    index: int
    start_ms: int
    duration_ms: int
    last: bool = False
    seek_byte: int | None = None
    seek_shift_ms: int | None = None

    @property
    def end_ms(self) -> int:
        return self.start_ms + self.duration_ms

    def as_json(self) -> dict[str, Any]:
        """Plain values; ``from_json`` gives the same Segment back."""
        return asdict(self)

    @classmethod
    def from_json(cls, facts: Mapping[str, Any]) -> Segment:
        """The Segment that ``as_json`` described."""
        return cls(**facts)


def plan_segments(found: probing.Probe, *, target_ms: int = TARGET_MS) -> list[Segment]:
    """Cut a recording into segments of about ``target_ms``: on key frames where the picture is copied."""
    if found.duration_ms <= 0:
        return []
    if found.video and is_copied(found):
        starts = list(_key_starts(found, target_ms))
    else:
        starts = list(
            range(0, found.duration_ms, min(target_ms, RECODED_TARGET_MS) if found.video else target_ms)
        )
    ends = [*starts[1:], max(found.duration_ms, starts[-1] + 1)]
    return [
        Segment(number, start, end - start, number == len(starts) - 1, *_seek_point(found, start))
        for number, (start, end) in enumerate(zip(starts, ends, strict=True))
    ]


def is_copied(found: probing.Probe) -> bool:
    """Whether browsers play the picture as it is."""
    raw = found.container in timeline.RAW_CONTAINERS
    return not raw and any(v.codec == "h264" and v.pix_fmt in _COPIED_PIXELS for v in found.video[:1])


def _key_starts(found: probing.Probe, target_ms: int) -> Iterator[int]:
    yield 0
    last = 0
    for key in found.key_frames:
        if key - last >= target_ms and key < found.duration_ms:
            yield key
            last = key


def _seek_point(found: probing.Probe, start_ms: int) -> tuple[int | None, int | None]:
    """The second key frame before ``start_ms``: sound may stand earlier in the file than its picture."""
    if not found.key_bytes:
        return None, None
    place = bisect.bisect_right(found.key_frames, start_ms) - 2
    if place < 0 or found.key_bytes[place] < 0:
        return 0, found.key_shifts[0] if found.container not in timeline.RAW_CONTAINERS else 0
    return found.key_bytes[place], found.key_shifts[place]


def playlist(
    recordings: Iterable[tuple[str, datetime.datetime, Sequence[Segment]]],
    *,
    uri: Callable[[str, Segment], str],
) -> str:
    """The HLS playlist (RFC 8216) of one camera's recordings in one shift, in order of time.

    Each recording stands behind a discontinuity with its wall-clock time; the time between two is left to
    the player, which maps by that clock.

    :param recordings: (recording id, when it began, its segments).
    :param uri: where a segment of a recording is served.
    """
    pieces: list[str] = []
    longest = 1
    for recording, started_at, segments in recordings:
        if not segments:
            continue
        if pieces:
            pieces.append("#EXT-X-DISCONTINUITY")
        stamp = started_at.astimezone(datetime.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        pieces.append(f"#EXT-X-PROGRAM-DATE-TIME:{stamp}")
        for segment in segments:
            longest = max(longest, -(-segment.duration_ms // 1000))
            pieces += [f"#EXTINF:{segment.duration_ms / 1000:.3f},", uri(recording, segment)]
    head = [
        "#EXTM3U",
        "#EXT-X-VERSION:6",
        f"#EXT-X-TARGETDURATION:{longest}",
        "#EXT-X-MEDIA-SEQUENCE:0",
        "#EXT-X-PLAYLIST-TYPE:VOD",
        "#EXT-X-INDEPENDENT-SEGMENTS",
    ]
    return "\n".join([*head, *pieces, "#EXT-X-ENDLIST", ""])


def make_segment(path: Path, segment: Segment) -> bytes:
    """The segment as MPEG-TS.

    :raises Refusal: ``media.absent``, ``media.not_media``, ``media.unreadable``.
    """
    buffer = io.BytesIO()
    with shelf.borrowed(path) as container:
        options = {"avoid_negative_ts": "disabled", "mpegts_copyts": "1", "flush_packets": "0"}
        with av.open(buffer, "w", format="mpegts", options=options) as out:
            _package(container, out, segment)
    return buffer.getvalue()


class Track(Protocol):
    """One stream on its way into a segment."""

    done: bool

    def take(self, packet: Packet[Any], at_ms: int, shift_ms: int) -> Iterable[Packet[Any]]:
        """Packets that follow from one that is shown at ``at_ms``."""

    def end(self) -> Iterable[Packet[Any]]:
        """Packets that were still held back."""


def _package(container: InputContainer, out: OutputContainer, segment: Segment) -> None:
    start = -1_000_000 if segment.index == 0 else segment.start_ms
    end = 1 << 50 if segment.last else segment.end_ms
    span = recode.Span(start, end, OFFSET_MS)
    tracks = _tracks(container, out, span, origin_ms=segment.start_ms)
    clock = seek(container, segment, early_ms=_SOUND_RUN_UP_MS)
    for packet in opening.read_packets(container, [container.streams[index] for index in tracks]):
        track, at = tracks[packet.stream_index], clock.place(packet)
        if at is None:
            continue
        for ready in track.take(packet, at, clock.shift_of(packet.stream_index)):
            _mux(out, ready)
        if at > end + _LAG_MS or all(each.done for each in tracks.values()):
            break
    for track in tracks.values():
        for ready in track.end():
            _mux(out, ready)


def _mux(out: OutputContainer, packet: Packet[Any]) -> None:
    with contextlib.suppress(*DAMAGED):
        out.mux_one(packet)


def _tracks(
    container: InputContainer, out: OutputContainer, span: recode.Span, *, origin_ms: int
) -> dict[int, Track]:
    """The handlers of the picture and the sound, by index of their stream."""
    tracks: dict[int, Track] = {}
    picture = main_picture(container)
    if picture is not None:
        context = picture.codec_context
        if context.name == "h264" and context.pix_fmt in _COPIED_PIXELS and not timeline.is_raw(container):
            tracks[picture.index] = _CopiedPicture(picture, out, span)
        else:
            rate = timeline.frame_rate(container, picture) or Fraction(25)
            tracks[picture.index] = recode.Pictures(picture, out, span, rate=rate)
    for sound in [stream for stream in container.streams.audio if stream.codec_context][:1]:
        if sound.codec_context.name in _COPIED_SOUND and sound.codec_context.channels in (1, 2):
            tracks[sound.index] = _CopiedSound(sound, out, span)
        else:
            tracks[sound.index] = recode.Sounds(sound, out, span, origin_ms=origin_ms)
    return tracks


def main_picture(container: InputContainer) -> VideoStream | None:
    """The stream that is shown: the first that is no cover picture and can be decoded."""
    pictures = container.streams.video
    return next(
        (s for s in pictures if s.codec_context and not s.disposition & Disposition.attached_pic), None
    )


def seek(container: InputContainer, segment: Segment, *, early_ms: int) -> timeline.Timeline:
    """Go to a key frame at or before the segment's start; gives the clock that holds from there."""
    if segment.seek_byte is not None:
        container.seek(segment.seek_byte, unsupported_byte_offset=True)
        return timeline.Timeline(container, shift_ms=segment.seek_shift_ms)
    picture = main_picture(container)
    clock = timeline.Timeline(container)
    wanted = max(0, segment.start_ms - early_ms) - clock.shift_ms
    if picture is not None and picture.time_base:
        ticks = int(Fraction(wanted + 1, 1000) / picture.time_base)
        _seek_or_rewind(container, ticks, picture)
    else:
        _seek_or_rewind(container, wanted * 1000, None)
    return clock


def _seek_or_rewind(container: InputContainer, offset: int, stream: VideoStream | None) -> None:
    """Go there; to the beginning where the container knows no times."""
    try:
        container.seek(offset, stream=stream)
    except av.FFmpegError:
        _rewind(container)


def _rewind(container: InputContainer) -> None:
    try:
        container.seek(0, unsupported_byte_offset=True)
    except av.FFmpegError as fault:
        raise errors.Refusal("media.unreadable", reason=str(fault)[:200]) from fault


class Restamper:
    """Moves packets to another stream and its clock of 1/90000 s; keeps decoding times rising."""

    def __init__(self, track: Stream) -> None:
        self._track = track
        self._last: int | None = None

    def moved(self, packet: Packet[Any], shift_ms: int) -> Packet[Any]:
        """The packet, shown ``shift_ms`` later than its own container says.

        :raises ValueError: when it has no time at all.
        """
        scale, shift = packet.time_base / _CLOCK, 90 * shift_ms
        pts = packet.pts if packet.pts is not None else packet.dts
        dts = packet.dts if packet.dts is not None else packet.pts
        if pts is None or dts is None:
            raise ValueError("a packet without a time")
        duration = round((packet.duration or 0) * scale)
        decoded = round(dts * scale) + shift
        if self._last is not None and decoded <= self._last:
            decoded = self._last + 1
        self._last = decoded
        packet.stream = self._track
        packet.time_base = _CLOCK
        packet.pts, packet.dts, packet.duration = max(round(pts * scale) + shift, decoded), decoded, duration
        return packet


class _CopiedPicture:
    """Copies from the key frame at the start to the one at the end."""

    def __init__(self, source: VideoStream, out: OutputContainer, span: recode.Span) -> None:
        self._restamper = Restamper(out.add_stream_from_template(source))
        self._span = span
        self._begun = False
        self.done = False

    def take(self, packet: Packet[Any], at_ms: int, shift_ms: int) -> Iterator[Packet[Any]]:
        if packet.is_keyframe:
            self._begun = self._begun or at_ms >= self._span.start_ms - KEY_SLACK_MS
            self.done = self.done or at_ms >= self._span.end_ms - KEY_SLACK_MS
        if self._begun and not self.done:
            yield self._restamper.moved(packet, shift_ms + OFFSET_MS)

    def end(self) -> Iterator[Packet[Any]]:
        return iter(())


class _CopiedSound:
    """Copies the packets whose time lies in the span."""

    def __init__(self, source: Any, out: OutputContainer, span: recode.Span) -> None:
        self._restamper = Restamper(out.add_stream_from_template(source))
        self._span = span
        self.done = False

    def take(self, packet: Packet[Any], at_ms: int, shift_ms: int) -> Iterator[Packet[Any]]:
        self.done = at_ms >= self._span.end_ms
        if not self.done and at_ms >= self._span.start_ms:
            yield self._restamper.moved(packet, shift_ms + OFFSET_MS)

    def end(self) -> Iterator[Packet[Any]]:
        return iter(())

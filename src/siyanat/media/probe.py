"""What a media file is, without decoding it: container, streams, times, key frames, what is wrong with it.

Reads the container's index where there is one and demultiplexes only where there is none. It never raises for
a bad file: whatever is wrong is a code in ``Probe.problems``. It never writes.
"""

from __future__ import annotations

import dataclasses
import datetime
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.packet import Packet
from av.stream import Disposition, Stream
from av.video.stream import VideoStream

from siyanat.lib import errors
from siyanat.media import layout, opening, timeline

KEY_SPACING_MS = 400
"""Key frames nearer than this to the one before are not listed (codecs with key frames only)."""

FUTURE_GRACE = datetime.timedelta(minutes=2)
"""A camera's clock may run ahead of ours by this much before its time counts as lying in the future."""

TRUNCATED_MS = 2_000
"""Media that ends this much before the declared duration was cut short."""

_MAX_INDEX_GAP_MS = 20_000
_SERIAL_KEYS = ("serial", "serial_number", "serialnumber", "device_serial", "camera_serial", "device_id")
_SERIAL_IN_TEXT = re.compile(
    r"\bserial(?:[_ ]?(?:number|no))?\s*[=:#]\s*([A-Za-z0-9][A-Za-z0-9._-]{2,63})", re.IGNORECASE
)
_TIME_KEYS = ("com.apple.quicktime.creationdate", "creation_time", "date_utc", "date", "icrd", "dtim")


@dataclass(frozen=True, slots=True)
class Video:
    """One picture stream. ``fps`` is an average; ``rotation`` in degrees counter-clockwise, to be upright."""

    index: int
    codec: str
    width: int
    height: int
    fps: float
    pix_fmt: str
    rotation: int


@dataclass(frozen=True, slots=True)
class Audio:
    """One sound stream; ``sample_rate`` in Hz."""

    index: int
    codec: str
    sample_rate: int
    channels: int


@dataclass(frozen=True, slots=True)
class Probe:
    """What was found. Times in ms since the start of the file; ``started_at`` is what the camera says (UTC).

    ``key_frames`` are at least ``KEY_SPACING_MS`` apart; ``key_bytes`` and ``key_shifts`` stand beside them
    for containers without an index (byte offset of each key packet, and ms to add to the container's own
    clock there), else both are empty. ``problems`` is empty for a file that can be kept as it is.
    """

    size_bytes: int
    container: str = ""
    duration_ms: int = 0
    started_at: datetime.datetime | None = None
    serial: str | None = None
    video: tuple[Video, ...] = ()
    audio: tuple[Audio, ...] = ()
    packets: int = 0
    key_frames: tuple[int, ...] = ()
    key_bytes: tuple[int, ...] = ()
    key_shifts: tuple[int, ...] = ()
    truncated: bool = False
    problems: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Plain values that ``json.dumps`` takes; ``from_json`` gives the same Probe back."""
        facts = dataclasses.asdict(self)
        facts["started_at"] = self.started_at.isoformat() if self.started_at else None
        return facts

    @classmethod
    def from_json(cls, facts: Mapping[str, Any]) -> Probe:
        """The Probe that ``as_json`` described."""
        values = dict(facts)
        if values.get("started_at"):
            values["started_at"] = datetime.datetime.fromisoformat(values["started_at"])
        values["video"] = tuple(Video(**video) for video in values.get("video", ()))
        values["audio"] = tuple(Audio(**audio) for audio in values.get("audio", ()))
        for name in ("key_frames", "key_bytes", "key_shifts", "problems"):
            values[name] = tuple(values.get(name, ()))
        return cls(**values)


def probe(path: Path, *, received_at: datetime.datetime | None = None) -> Probe:
    """Say what the file at ``path`` is and what is wrong with it.

    :param received_at: when we received it; without it a time in the future can't be told.
    :raises Refusal: ``media.absent`` when there is no such file.
    """
    path = Path(path)
    if not path.is_file():
        raise errors.Refusal("media.absent", file=path.name)
    size = path.stat().st_size
    if not size:
        return Probe(size_bytes=0, problems=("empty",))
    shape = layout.read_layout(path)
    try:
        with opening.open_media(path) as container:
            found = _describe(container, size=size, shape=shape)
    except errors.Refusal:
        lost_index = shape.family == "iso" and not shape.has_moov
        return Probe(size_bytes=size, problems=("no_moov" if lost_index else "not_media",))
    return dataclasses.replace(found, problems=tuple(_problems(found, received_at=received_at)))


def _problems(found: Probe, *, received_at: datetime.datetime | None) -> Iterator[str]:
    if not found.video:
        yield "no_video"
    if not found.duration_ms:
        yield "zero_duration"
    if found.truncated:
        yield "truncated"
    if found.started_at is None:
        yield "no_timestamp"
    elif received_at is not None and found.started_at > received_at + FUTURE_GRACE:
        yield "timestamp_in_future"


def _describe(container: InputContainer, *, size: int, shape: layout.Layout) -> Probe:
    pictures = [stream for stream in container.streams.video if not _is_cover(stream)]
    sounds = list(container.streams.audio)
    texts = [container.metadata, *(stream.metadata for stream in [*pictures, *sounds])]
    first = _first_look(container, pictures[0]) if pictures else _FirstLook()
    course = _course(container, (pictures or sounds)[:1], [*pictures, *sounds], offset=first.offset)
    declared = 0 if container.duration is None else (container.duration + 500) // 1000
    known = course.demuxed and course.end_ms > 0
    short = shape.missing_bytes > 0 or (
        known and declared - course.end_ms > max(TRUNCATED_MS, declared // 100)
    )
    return Probe(
        size_bytes=size,
        container=container.format.name.split(",")[0],
        duration_ms=course.end_ms if known else max(0, declared),
        started_at=_started_at(texts),
        serial=_serial(texts),
        video=tuple(_video(container, stream, rotation=first.rotation) for stream in pictures),
        audio=tuple(_audio(stream) for stream in sounds),
        packets=course.packets,
        key_frames=tuple(course.keys) if pictures else (),
        key_bytes=tuple(course.key_bytes) if pictures else (),
        key_shifts=tuple(course.key_shifts) if pictures else (),
        truncated=short or _index_past_end([*pictures, *sounds], size),
    )


def _is_cover(stream: VideoStream) -> bool:
    return bool(stream.disposition & Disposition.attached_pic)


def _video(container: InputContainer, stream: VideoStream, *, rotation: int) -> Video:
    context = stream.codec_context
    known = context is not None
    return Video(
        index=stream.index,
        codec=context.name if known else "unknown",
        width=context.width if known else 0,
        height=context.height if known else 0,
        fps=round(float(timeline.frame_rate(container, stream) or 0), 3),
        pix_fmt=(context.pix_fmt or "") if known else "",
        rotation=rotation,
    )


def _audio(stream: AudioStream) -> Audio:
    context = stream.codec_context
    known = context is not None
    return Audio(
        index=stream.index,
        codec=context.name if known else "unknown",
        sample_rate=context.sample_rate if known else 0,
        channels=context.channels if known else 0,
    )


@dataclass(frozen=True, slots=True)
class _FirstLook:
    """``offset``: ticks from an index entry's time to its packet's presentation time."""

    rotation: int = 0
    offset: int = 0


def _first_look(container: InputContainer, stream: VideoStream) -> _FirstLook:
    """Decode the first picture alone: its rotation, and how the index's times relate to those shown."""
    if not stream.codec_context:
        return _FirstLook()
    stream.codec_context.thread_type = "NONE"
    offset: int | None = None
    entries = stream.index_entries
    nearest = {entries[i].pos: entries[i].timestamp for i in range(min(len(entries), 64))}
    try:
        for number, packet in enumerate(opening.read_packets(container, [stream])):
            if offset is None and packet.pts is not None and packet.pos in nearest:
                offset = packet.pts - nearest[packet.pos]
            frames = packet.decode()
            if frames or number > 64:
                return _FirstLook(frames[0].rotation if frames else 0, offset or 0)
    except (av.FFmpegError, ValueError):
        pass
    return _FirstLook(0, offset or 0)


@dataclass(slots=True)
class _Course:
    """How a file runs: its key frames and its end, from the index or from all packets."""

    packets: int = 0
    end_ms: int = 0
    demuxed: bool = False
    keys: list[int] = field(default_factory=list)
    key_bytes: list[int] = field(default_factory=list)
    key_shifts: list[int] = field(default_factory=list)


def _course(container: InputContainer, main: list[Any], streams: list[Any], *, offset: int) -> _Course:
    if not main:
        return _Course()
    _load_late_index(container)
    course = _from_index(container, main[0], streams, offset=offset)
    return course or _from_packets(container, main[0], streams)


def _load_late_index(container: InputContainer) -> None:
    """Matroska reads its cues at the first seek only."""
    if container.format.name.startswith("matroska"):
        try:
            container.seek(max(0, container.duration or 0) // 2)
            container.seek(0)
        except av.FFmpegError:
            return


def _from_index(
    container: InputContainer, stream: Stream, streams: list[Any], *, offset: int
) -> _Course | None:
    """Key frames from the container's index, or None when it has none that reaches over the whole file."""
    entries, duration = stream.index_entries, container.duration
    if not duration or not len(entries) or timeline.allows_jumps(container) or stream.time_base is None:
        return None
    shift = timeline.start_ms(container)
    course = _Course(packets=sum(len(each.index_entries) for each in streams))
    position, seen = entries.search_timestamp(entries[0].timestamp, backward=False), -1
    while position > seen:
        ticks = entries[position].timestamp
        at = max(0, timeline.to_ms(ticks + offset, stream.time_base) - shift)
        if not course.keys or at - course.keys[-1] >= KEY_SPACING_MS:
            course.keys.append(at)
        seen = position
        position = entries.search_timestamp(ticks + 1, backward=False)
    return course if stream.type == "audio" or _spans(course.keys, duration // 1000) else None


def _spans(keys: list[int], duration_ms: int) -> bool:
    """Whether an index of key frames can be the index of the whole file."""
    steps = [after - before for before, after in zip([0, *keys], [*keys, duration_ms], strict=True)]
    return max(steps) <= max(_MAX_INDEX_GAP_MS, 3 * duration_ms // max(1, len(keys)))


def _from_packets(container: InputContainer, main: Stream, streams: list[Any]) -> _Course:
    """Read every packet once: where there is no index, a partial one, or a clock that may jump."""
    course = _Course(demuxed=True)
    try:
        container.seek(0)
    except av.FFmpegError:
        return _reopened(container, main, streams)
    clock = timeline.Timeline(container)
    for packet in opening.read_packets(container, streams):
        _note(course, packet, main, clock)
    return course


def _reopened(container: InputContainer, main: Stream, streams: list[Any]) -> _Course:
    with opening.open_media(Path(container.name.removeprefix("file:"))) as again:
        course = _Course(demuxed=True)
        clock = timeline.Timeline(again)
        for packet in opening.read_packets(again, [again.streams[stream.index] for stream in streams]):
            _note(course, packet, again.streams[main.index], clock)
        return course


def _note(course: _Course, packet: Packet[Any], main: Stream, clock: timeline.Timeline) -> None:
    at = clock.place(packet)
    course.packets += 1
    if at is None:
        return
    course.end_ms = max(course.end_ms, at + clock.length(packet))
    if packet.stream_index != main.index or not packet.is_keyframe:
        return
    if not course.keys or at - course.keys[-1] >= KEY_SPACING_MS:
        course.keys.append(max(0, at))
        course.key_bytes.append(-1 if packet.pos is None else packet.pos)
        clockless = packet.pts is None and packet.dts is None
        course.key_shifts.append(at if clockless else clock.shift_of(packet.stream_index))


def _index_past_end(streams: list[Any], size: int) -> bool:
    """Whether the index promises a packet beyond the end of the file (index in front, data cut off)."""
    ends = (
        entries[-1].pos + entries[-1].size for entries in (s.index_entries for s in streams) if len(entries)
    )
    return any(end > size for end in ends)


def _started_at(texts: list[dict[str, str]]) -> datetime.datetime | None:
    for text in texts:
        lower = {key.lower(): value for key, value in text.items()}
        for key in _TIME_KEYS:
            moment = _moment(lower.get(key, ""))
            if moment is not None:
                return moment
    return None


def _moment(text: str) -> datetime.datetime | None:
    """A time as containers write it, in UTC; None for a bare date, nonsense, or an unset clock's epoch."""
    if len(text) < 19:
        return None
    try:
        moment = datetime.datetime.fromisoformat(text.strip().replace("/", "-"))
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=datetime.UTC)
    try:
        moment = moment.astimezone(datetime.UTC)
    except OverflowError:
        return None
    return moment if moment.year > 1990 else None


def _serial(texts: list[dict[str, str]]) -> str | None:
    for text in texts:
        for key, value in text.items():
            name = key.lower().rsplit(".", 1)[-1].replace("-", "_")
            if name in _SERIAL_KEYS and value.strip():
                return value.strip()[:64]
            match = _SERIAL_IN_TEXT.search(value)
            if match:
                return match.group(1)
    return None

"""Makes media: short clips encoded from pictures and sound, long files joined from clips without encoding.

For tests and for the demo's footage. It never touches what a camera recorded.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.packet import Packet
from av.stream import Stream
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

Picture = npt.NDArray[np.uint8]
Sound = npt.NDArray[np.float32]

CACHE_BYTES = 512 << 20
"""Packets of clips that are joined more than once are kept in memory up to this size."""

_LAYOUTS = {1: "mono", 2: "stereo", 6: "5.1"}
_CHUNK = 1024


def encode_clip(
    path: Path,
    *,
    frames: Iterable[Picture] | None,
    sound: Sound | None,
    fps: Fraction | int = 30,
    gop: int = 30,
    bitrate: int = 2_000_000,
    codec: str = "libx264",
    codec_options: Mapping[str, str] | None = None,
    sound_rate: int = 16_000,
    sound_codec: str = "aac",
    format: str | None = None,  # noqa: A002 - FFmpeg's own word
    metadata: Mapping[str, str] | None = None,
    rotation: int = 0,
) -> None:
    """Encode one clip; the container follows from the suffix of ``path`` unless ``format`` names it.

    :param frames: pictures uint8 [height, width, 3] RGB, all of one size and even in both directions.
    :param sound: float32 [n] or [channels, n] at ``sound_rate`` Hz, full scale 1.0; 1, 2 or 6 channels.
    :param gop: frames from one key frame to the next; :param bitrate: of the picture, bits a second.
    :param rotation: degrees counter-clockwise that set the picture upright (MP4 and MOV only).
    """
    with av.open(str(path), "w", format=format) as out:
        out.metadata.update(metadata or {})
        pictures = iter(frames) if frames is not None else iter(())
        first = next(pictures, None)
        video = None
        if first is not None:
            video = _video_stream(out, codec, Fraction(fps), gop, bitrate, first, dict(codec_options or {}))
            if rotation:
                video.set_display_rotation(rotation)
        audio = None if sound is None else _audio_stream(out, sound_codec, sound_rate, _channels(sound))
        chunks = _chunks(sound, sound_rate, audio) if sound is not None and audio is not None else iter(())
        _interleave(out, video, _all(first, pictures), audio, chunks, fps=Fraction(fps))


def _video_stream(
    out: OutputContainer,
    codec: str,
    fps: Fraction,
    gop: int,
    bitrate: int,
    first: Picture,
    options: dict[str, str],
) -> VideoStream:
    if codec == "libx264":
        options = {"preset": "veryfast", "sc_threshold": "0", "bf": "0", "threads": "1", **options}
    stream: Any = out.add_stream(codec, rate=fps, options=options)
    stream.height, stream.width = first.shape[:2]
    stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
    stream.bit_rate = bitrate
    stream.codec_context.gop_size = gop
    stream.codec_context.time_base = 1 / fps
    return stream  # type: ignore[no-any-return]


def _audio_stream(out: OutputContainer, codec: str, rate: int, channels: int) -> AudioStream:
    stream: Any = out.add_stream(codec, rate=rate, layout=_LAYOUTS[channels])
    return stream  # type: ignore[no-any-return]


def _channels(sound: Sound) -> int:
    return 1 if sound.ndim == 1 else int(sound.shape[0])


def _all(first: Picture | None, rest: Iterator[Picture]) -> Iterator[Picture]:
    if first is not None:
        yield first
        yield from rest


def _chunks(sound: Sound, rate: int, stream: AudioStream) -> Iterator[AudioFrame]:
    """Frames in the encoder's own sample format and frame size."""
    planes = np.atleast_2d(sound)
    layout = _LAYOUTS[planes.shape[0]]
    if not stream.codec_context.is_open:
        stream.codec_context.open()
    size = stream.codec_context.frame_size or _CHUNK
    resampler = av.AudioResampler(
        format=stream.codec_context.format.name,
        layout=layout,
        rate=stream.codec_context.sample_rate,
        frame_size=size,
    )
    for at in range(0, planes.shape[1], size):
        block = np.ascontiguousarray(planes[:, at : at + size], dtype=np.float32)
        frame = AudioFrame.from_ndarray(block, format="fltp", layout=layout)
        frame.sample_rate, frame.pts, frame.time_base = rate, at, Fraction(1, rate)
        yield from resampler.resample(frame)
    yield from resampler.resample(None)


def _interleave(
    out: OutputContainer,
    video: VideoStream | None,
    pictures: Iterator[Picture],
    audio: AudioStream | None,
    chunks: Iterator[AudioFrame],
    *,
    fps: Fraction,
) -> None:
    heard = Fraction(0)
    for number, picture in enumerate(pictures):
        assert video is not None
        frame = VideoFrame.from_ndarray(picture, format="rgb24").reformat(format=video.pix_fmt)
        frame.pts, frame.time_base = number, 1 / fps
        out.mux(video.encode(frame))
        while audio is not None and heard <= (number + 1) / fps:
            chunk = next(chunks, None)
            if chunk is None:
                break
            heard += Fraction(chunk.samples, chunk.sample_rate)
            out.mux(audio.encode(chunk))
    for chunk in chunks:
        assert audio is not None
        out.mux(audio.encode(chunk))
    for stream in (video, audio):
        if stream is not None:
            out.mux(stream.encode(None))


@dataclass(frozen=True, slots=True)
class _Parcel:
    """One packet taken out of its clip; times in ticks of its stream from the clip's start."""

    data: bytes
    pts: int
    dts: int
    duration: int
    is_key: bool


@dataclass(frozen=True, slots=True)
class _Clip:
    """``length`` in ticks of the picture's time base."""

    pictures: list[_Parcel]
    sounds: list[_Parcel]
    length: int
    size_bytes: int


def join_packets(
    clips: Sequence[Path],
    out: Path,
    *,
    creation_time: datetime.datetime | None = None,
    serial: str | None = None,
    metadata: Mapping[str, str] | None = None,
    format: str | None = None,  # noqa: A002 - FFmpeg's own word
) -> int:
    """Join clips that were encoded alike into one long file by copying their packets; gives its length in ms.

    A clip may stand in the list many times. Sound is kept in step with the picture at every seam.

    :param serial: written as the tag ``comment`` = ``serial=...``, where ``probe`` finds it.
    :raises ValueError: when there is no clip, or a clip has no picture.
    """
    if not clips:
        raise ValueError("no clips to join")
    with av.open(str(clips[0])) as model, av.open(str(out), "w", format=format) as target:
        target.metadata.update(metadata or {})
        if creation_time is not None:
            stamp = creation_time.astimezone(datetime.UTC)
            target.metadata["creation_time"] = stamp.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        if serial is not None:
            target.metadata["comment"] = f"serial={serial}"
        tracks: list[Any] = [
            target.add_stream_from_template(stream)
            for stream in (*model.streams.video[:1], *model.streams.audio[:1])
        ]
        bases = [
            stream.time_base or Fraction(1) for stream in (*model.streams.video[:1], *model.streams.audio[:1])
        ]
        joiner = _Joiner(target, tracks, bases)
        for clip in _read_clips(clips):
            joiner.add(clip)
        return joiner.length_ms


def _read_clips(paths: Sequence[Path]) -> Iterator[_Clip]:
    kept: dict[Path, _Clip] = {}
    size = 0
    for path in paths:
        clip = kept.get(path)
        if clip is None:
            clip = _read_clip(path)
            if size + clip.size_bytes <= CACHE_BYTES:
                kept[path] = clip
                size += clip.size_bytes
        yield clip


def _read_clip(path: Path) -> _Clip:
    with av.open(str(path)) as source:
        if not source.streams.video:
            raise ValueError(f"{path.name} has no picture")
        pictures: list[_Parcel] = []
        sounds: list[_Parcel] = []
        for packet in source.demux(source.streams.video[:1] + source.streams.audio[:1]):
            if packet.pts is None or packet.dts is None or not packet.size:
                continue
            parcel = _Parcel(bytes(packet), packet.pts, packet.dts, packet.duration or 0, packet.is_keyframe)
            if packet.stream.type == "video":
                pictures.append(parcel)
            elif packet.pts >= 0:  # what lies before is the encoder's run-up
                sounds.append(parcel)
    length = max(parcel.pts + parcel.duration for parcel in pictures)
    if (
        sounds
    ):  # an encoder trims the last frame's duration; copied into the middle of a file, it is a whole one
        sounds[-1] = replace(sounds[-1], duration=sounds[0].duration)
    return _Clip(pictures, sounds, length, sum(len(parcel.data) for parcel in (*pictures, *sounds)))


class _Joiner:
    """Keeps the running time of both tracks while clips are added."""

    def __init__(self, target: OutputContainer, tracks: list[Any], bases: list[Fraction]) -> None:
        self._target, self._tracks, self._bases = target, tracks, bases
        self._picture_at = 0
        self._sound_at = 0

    @property
    def length_ms(self) -> int:
        return round(1000 * self._picture_at * self._bases[0])

    def add(self, clip: _Clip) -> None:
        """Append one clip: its pictures at the running time, its sound up to the same end."""
        packets = [
            self._packet(0, parcel, self._picture_at + parcel.pts, self._picture_at + parcel.dts)
            for parcel in clip.pictures
        ]
        self._picture_at += clip.length
        if len(self._tracks) > 1:
            packets.extend(self._sound_packets(clip))
            bases = {base: float(base) for base in self._bases}
            packets.sort(key=lambda packet: float(packet.dts or 0) * bases[packet.time_base])
        for packet in packets:
            self._target.mux_one(packet)

    def _sound_packets(self, clip: _Clip) -> Iterator[Any]:
        base = self._bases[1]
        end = int(self._picture_at * self._bases[0] / base)
        start = int((self._picture_at - clip.length) * self._bases[0] / base)
        if clip.sounds and self._sound_at < start - clip.sounds[0].duration:
            self._sound_at = start
        for parcel in clip.sounds:
            if self._sound_at >= end:
                return
            yield self._packet(1, parcel, self._sound_at, self._sound_at)
            self._sound_at += parcel.duration

    def _packet(self, track: int, parcel: _Parcel, pts: int, dts: int) -> Packet[Stream]:
        packet: Packet[Stream] = Packet(parcel.data)
        packet.stream = self._tracks[track]
        packet.time_base = self._bases[track]
        packet.pts, packet.dts, packet.duration = pts, dts, parcel.duration
        packet.is_keyframe = parcel.is_key
        return packet

"""One pass over a recording for the detectors: key frames as small gray pictures, sound at 16 kHz.

Every packet is read once. Of the picture only key frames are decoded, of the sound all of it; a damaged
packet is counted and passed over. Memory is bounded however long the file. It never writes and never judges.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

import av
import numpy as np
import numpy.typing as npt
from av.audio.fifo import AudioFifo
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.packet import Packet
from av.stream import Disposition, Stream
from av.video.frame import VideoFrame
from av.video.reformatter import VideoReformatter
from av.video.stream import VideoStream

from siyanat.media import opening, timeline

WIDTH, HEIGHT = 160, 90
"""Size of the gray picture in pixels."""

RATE = 16_000
"""Samples a second of the sound given out."""

FRAME_SPACING_MS = 400
"""Key frames nearer than this to the last one decoded are passed over (codecs with key frames only)."""

SOUND_GAP_MS = 120
"""A step in the sound's time beyond this starts a new run; smaller ones are rounding of the container."""

CLIPPED = 0.999
"""A sample at or beyond this share of full scale counts as clipped."""

_MAX_SECONDS = 14 * 24 * 3600

Gray = npt.NDArray[np.uint8]
Samples = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class KeyFrame:
    """``gray``: uint8 [90, 160], as coded (not turned upright); ``packet_bytes``: its size in the file."""

    at_ms: int
    gray: Gray
    packet_bytes: int


@dataclass(frozen=True, slots=True)
class SoundBlock:
    """About a second of sound: float32 [n], 16 kHz, one channel, full scale 1.0.

    ``clipped`` is the share of samples at full scale and ``peak`` the largest magnitude, both over all
    channels as recorded, before mixing and resampling.
    """

    at_ms: int
    samples: Samples
    clipped: float
    peak: float


@dataclass(slots=True)
class Totals:
    """What one pass saw. ``between_bytes[s]``: size of the picture's packets between key frames in second ``s``."""

    duration_ms: int = 0
    frames: int = 0
    frames_failed: int = 0
    frames_skipped: int = 0
    video_packets: int = 0
    audio_packets: int = 0
    packets_failed: int = 0
    clock_jumps: int = 0
    has_video: bool = False
    has_sound: bool = False
    sound_rate: int = 0
    sound_channels: int = 0
    between_bytes: list[int] = field(default_factory=list)


class Scan:
    """Iterates over ``KeyFrame`` and ``SoundBlock``, roughly in order of time; ``totals`` whole at the end.

    :raises Refusal: ``media.not_media`` on entering, when the file can't be opened.
    """

    def __init__(self, path: Path, *, sound: bool = True, picture: bool = True) -> None:
        self.totals = Totals()
        self._container = opening.open_media(path)
        pictures = [s for s in self._container.streams.video if not s.disposition & Disposition.attached_pic]
        self._video = pictures[0] if picture and pictures and pictures[0].codec_context else None
        sounds = [s for s in self._container.streams.audio if s.codec_context] if sound else []
        self._audio = sounds[0] if sounds else None
        self._clock = timeline.Timeline(self._container)
        self._last_frame_ms: int | None = None
        self._now = 0
        self._ear = _Ear(self.totals)
        self._shrinker = VideoReformatter()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._container.close()

    def __iter__(self) -> Iterator[KeyFrame | SoundBlock]:
        wanted: list[Stream] = [stream for stream in (self._video, self._audio) if stream is not None]
        self._prepare()
        if not wanted:
            return
        for packet in opening.read_packets(self._container, wanted, on_fault=self._fault):
            if packet.stream is self._audio:
                yield from self._hear(packet)
            else:
                yield from self._look(packet)
        yield from self._ear.end()
        self.totals.clock_jumps = self._clock.jumps

    def _prepare(self) -> None:
        self.totals.has_video = self._video is not None
        self.totals.has_sound = self._audio is not None
        if self._video is not None:
            self._video.codec_context.thread_type = "NONE"
            self._video.codec_context.thread_count = 1
            self._video.codec_context.skip_frame = "NONKEY"
        if self._audio is not None:
            self._audio.codec_context.thread_type = "NONE"
            self.totals.sound_rate = self._audio.codec_context.sample_rate
            self.totals.sound_channels = self._audio.codec_context.channels

    def _fault(self) -> None:
        self.totals.packets_failed += 1

    def _look(self, packet: Packet[VideoStream]) -> Iterator[KeyFrame]:
        at, totals = self._clock.place(packet), self.totals
        totals.video_packets += 1
        if packet.is_corrupt:
            totals.packets_failed += 1
        at = self._now = max(0, min(self._now if at is None else at, _MAX_SECONDS * 1000 - 1))
        self._weigh(packet, at)
        if not packet.is_keyframe:
            return
        if self._last_frame_ms is not None and 0 <= at - self._last_frame_ms < FRAME_SPACING_MS:
            totals.frames_skipped += 1
            return
        gray = self._decode(packet)
        if gray is None:
            totals.frames_failed += 1
            return
        self._last_frame_ms = at
        totals.frames += 1
        yield KeyFrame(at, gray, packet.size)

    def _weigh(self, packet: Packet[VideoStream], at: int) -> None:
        profile, second = self.totals.between_bytes, at // 1000
        if second >= len(profile):
            profile.extend([0] * (second + 1 - len(profile)))
        if not packet.is_keyframe:
            profile[second] += packet.size
        self.totals.duration_ms = max(self.totals.duration_ms, at + self._clock.length(packet))

    def _decode(self, packet: Packet[VideoStream]) -> Gray | None:
        """The picture of one key packet, taken out of the decoder at once; None when it can't be decoded."""
        context = packet.stream.codec_context
        try:
            frames = context.decode(packet)
            if not frames:
                frames = context.decode(None)
                context.flush_buffers()
            return self._gray(frames[-1]) if frames else None
        except (av.FFmpegError, ValueError):
            context.flush_buffers()
            return None

    def _gray(self, frame: VideoFrame) -> Gray:
        small = self._shrinker.reformat(
            frame, width=WIDTH, height=HEIGHT, format="gray", interpolation="AREA", threads=1
        )
        return np.asarray(small.to_ndarray(), dtype=np.uint8)

    def _hear(self, packet: Packet[AudioStream]) -> Iterator[SoundBlock]:
        at = self._clock.place(packet)
        self.totals.audio_packets += 1
        try:
            frames = packet.stream.codec_context.decode(packet)
        except (av.FFmpegError, ValueError):
            self.totals.packets_failed += 1
            return
        for frame in frames:
            yield from self._ear.hear(frame, at if len(frames) == 1 else None)
        if at is not None:
            end = min(at + self._clock.length(packet), _MAX_SECONDS * 1000)
            self.totals.duration_ms = max(self.totals.duration_ms, end)


def scan(
    path: Path,
    *,
    on_frame: Callable[[KeyFrame], None],
    on_sound: Callable[[SoundBlock], None],
    on_progress: Callable[[int], None] | None = None,
) -> Totals:
    """Run one pass over the file, handing each key frame and block of sound to its callback.

    :param on_progress: told the media time reached, in ms, at most once for each minute of media.
    :raises Refusal: ``media.not_media`` when the file can't be opened.
    """
    told = 0
    with Scan(path) as run:
        for item in run:
            if isinstance(item, KeyFrame):
                on_frame(item)
            else:
                on_sound(item)
            if on_progress is not None and item.at_ms - told >= 60_000:
                told = item.at_ms
                on_progress(told)
    return run.totals


class _Ear:
    """Collects decoded sound into blocks of a second, measures them, then mixes and resamples them."""

    def __init__(self, totals: Totals) -> None:
        self._totals = totals
        self._fifo: AudioFifo | None = None
        self._resampler: AudioResampler | None = None
        self._kind: tuple[str, str, int] | None = None
        self._run_ms = 0
        self._heard = 0
        self._given = 0

    def hear(self, frame: AudioFrame, at: int | None) -> Iterator[SoundBlock]:
        """Take one decoded frame that starts at ``at`` ms (None: right after the last)."""
        kind = (frame.format.name, frame.layout.name, frame.sample_rate)
        if not frame.sample_rate or not frame.samples:
            return
        expected = self._run_ms + 1000 * self._heard // frame.sample_rate if self._kind else 0
        if kind != self._kind or (at is not None and abs(at - expected) > SOUND_GAP_MS):
            yield from self.end()
            self._begin(kind, expected if at is None else max(0, at))
        assert self._fifo is not None
        frame.pts = None
        self._fifo.write(frame)
        self._heard += frame.samples
        while block := self._fifo.read(frame.sample_rate):
            yield from self._give(block)

    def end(self) -> Iterator[SoundBlock]:
        """Give out what is left of the run of sound that ends here."""
        if self._fifo is None or self._resampler is None:
            return
        rest = self._fifo.read(0, partial=True)
        if rest is not None:
            yield from self._give(rest, last=True)
        self._fifo = self._resampler = self._kind = None

    def _begin(self, kind: tuple[str, str, int], at: int) -> None:
        self._kind = kind
        self._fifo = AudioFifo()
        self._resampler = AudioResampler(
            format="flt", layout="mono", rate=RATE, options={"rematrix_maxval": "1.0"}
        )
        self._run_ms, self._heard, self._given = at, 0, 0

    def _give(self, block: AudioFrame, *, last: bool = False) -> Iterator[SoundBlock]:
        assert self._resampler is not None
        clipped, peak = _level(block)
        block.pts = None
        try:
            pieces = self._resampler.resample(block)
            pieces += self._resampler.resample(None) if last else []
        except (av.FFmpegError, ValueError):
            self._totals.packets_failed += 1
            return
        if not pieces:
            return
        samples = np.concatenate([piece.to_ndarray()[0] for piece in pieces]).astype(np.float32, copy=False)
        np.nan_to_num(samples, copy=False)
        at = self._run_ms + 1000 * self._given // RATE
        self._given += len(samples)
        yield SoundBlock(at, samples, clipped, peak)


_FULL_SCALE = {"s16": 32768.0, "s32": 2147483648.0, "flt": 1.0, "dbl": 1.0, "s64": 2.0**63}


def _level(block: AudioFrame) -> tuple[float, float]:
    """Share of samples at full scale, and the peak (1.0 is full scale), over all channels as recorded."""
    values = block.to_ndarray()
    kind = block.format.name.removesuffix("p")
    if kind == "u8":
        values, scale = values.astype(np.int16) - 128, 128.0
    else:
        scale = _FULL_SCALE[kind]
    peak = max(abs(float(values.min())), abs(float(values.max()))) / scale
    if not np.isfinite(peak):  # a damaged packet may decode to anything
        return 1.0, 1.0
    limit = CLIPPED * scale
    if peak < CLIPPED:
        return 0.0, peak
    return float(np.count_nonzero(values >= limit) + np.count_nonzero(values <= -limit)) / values.size, peak

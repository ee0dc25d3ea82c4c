"""Encodes picture and sound anew for one segment, when a browser can't play what the camera wrote.

Sound is laid on a grid of frames counted from the start of the file, so that segments made apart fit together
without a gap or a doubled sample. Originals are only read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import av
import numpy as np
import numpy.typing as npt
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.reformatter import VideoReformatter
from av.video.stream import VideoStream

MAX_HEIGHT = 720
SOUND_RATE = 48_000
_GRID = 1024
_RUN_UP = 3
_CLOCK = Fraction(1, 90_000)


@dataclass(frozen=True, slots=True)
class Span:
    """Media time from ``start_ms`` to before ``end_ms``; written ``offset_ms`` later."""

    start_ms: int
    end_ms: int
    offset_ms: int


class Pictures:
    """Decodes from the key frame before the span; encodes what lies in it as H.264, at most 720 high."""

    def __init__(self, source: VideoStream, out: OutputContainer, span: Span, *, rate: Fraction) -> None:
        self._context = source.codec_context
        if self._context.is_open:
            self._context.flush_buffers()
        self._context.skip_frame = "DEFAULT"
        self._base = source.time_base or _CLOCK
        self._rate = rate
        self._span = span
        self._track = _picture_track(out, source, rate)
        self._shaper = VideoReformatter()
        self._first_ms: int | None = None
        self._decoded = 0
        self._last = -1
        self.done = False

    def take(self, packet: Packet[Any], at_ms: int, shift_ms: int) -> Iterator[Packet[Any]]:
        """Decode one packet; encode what it shows within the span."""
        if self._first_ms is None:
            if not packet.is_keyframe:
                return
            self._first_ms = at_ms
        self._shift = shift_ms
        if not self.done:
            yield from self._encode(self._decode(packet))

    def end(self) -> Iterator[Packet[Any]]:
        """Whatever the decoder and the encoder still hold."""
        if not self.done and self._first_ms is not None:
            yield from self._encode(self._decode(None))
        yield from self._track.encode(None)
        if self._context.is_open:
            self._context.flush_buffers()

    def _decode(self, packet: Packet[Any] | None) -> list[VideoFrame]:
        try:
            return self._context.decode(packet)
        except (av.FFmpegError, ValueError):
            return []  # a damaged packet: the picture before it stays on the screen

    def _encode(self, frames: list[VideoFrame]) -> Iterator[Packet[Any]]:
        for frame in frames:
            at = self._ticks(frame)
            self._decoded += 1
            if at >= 90 * self._span.end_ms:
                self.done = True
                return
            if at < 90 * self._span.start_ms or at <= self._last:
                continue
            self._last = at
            shaped = self._shaper.reformat(
                frame, width=self._track.width, height=self._track.height, format="yuv420p"
            )
            shaped.pts, shaped.time_base = at + 90 * self._span.offset_ms, _CLOCK
            yield from self._track.encode(shaped)

    def _ticks(self, frame: VideoFrame) -> int:
        """When a picture is shown, in 1/90000 s of media time."""
        if frame.pts is not None:
            return round(frame.pts * self._base / _CLOCK) + 90 * self._shift
        assert self._first_ms is not None
        return 90 * self._first_ms + int(90_000 * self._decoded / self._rate)


def _picture_track(out: OutputContainer, source: VideoStream, rate: Fraction) -> Any:
    width, height = source.codec_context.width, source.codec_context.height
    scale = min(1.0, MAX_HEIGHT / max(1, height))
    options = {"preset": "ultrafast", "crf": "24", "bf": "0", "threads": "2", "forced-idr": "1"}
    track: Any = out.add_stream("libx264", rate=min(rate, Fraction(60)), options=options)
    track.width, track.height = max(2, round(width * scale / 2) * 2), max(2, round(height * scale / 2) * 2)
    track.pix_fmt = "yuv420p"
    track.codec_context.time_base = _CLOCK
    track.codec_context.gop_size = 250
    return track


class Sounds:
    """Decodes around the span and encodes AAC stereo on the grid of the whole file.

    Encoding starts ``_RUN_UP`` grid frames early: a codec's first frames are not what they would be in
    the middle; those packets are dropped.
    """

    def __init__(self, source: AudioStream, out: OutputContainer, span: Span, *, origin_ms: int) -> None:
        self._context = source.codec_context
        if self._context.is_open:
            self._context.flush_buffers()
        self._base = source.time_base or Fraction(1, SOUND_RATE)
        self._span = span
        self._track: Any = out.add_stream("aac", rate=SOUND_RATE, layout="stereo")
        self._track.bit_rate = 128_000
        self._first = _grid_after(origin_ms)
        self._end = _grid_after(span.end_ms)
        self._next = _GRID * (self._first - _RUN_UP)
        self._held = np.zeros((2, 0), dtype=np.float32)
        self._resampler: AudioResampler | None = None
        self._kind: tuple[str, str, int] | None = None
        self._at: int | None = None
        self.done = False

    def take(self, packet: Packet[Any], at_ms: int, shift_ms: int) -> Iterator[Packet[Any]]:
        """Decode one packet; encode each grid frame that is filled by it."""
        if self.done:
            return
        try:
            frames = self._context.decode(packet)
        except (av.FFmpegError, ValueError):
            frames = []
        for frame in frames:
            self._place(frame, shift_ms, at_ms)
            yield from self._encode()

    def end(self) -> Iterator[Packet[Any]]:
        """Fill the last grid frame with silence and take what the encoder holds."""
        if self._kind is not None:
            rest = -self._held.shape[1] % _GRID
            self._held = np.pad(self._held, ((0, 0), (0, rest)))
            yield from self._encode()
        yield from self._kept(self._track.encode(None))
        if self._context.is_open:
            self._context.flush_buffers()

    def _place(self, frame: AudioFrame, shift_ms: int, at_ms: int) -> None:
        """Append a decoded frame at its own time: silence before it when late, cut when early."""
        kind = (frame.format.name, frame.layout.name, frame.sample_rate)
        if kind != self._kind:
            self._kind, self._at = kind, None
            self._resampler = AudioResampler(
                format="fltp", layout="stereo", rate=SOUND_RATE, options={"rematrix_maxval": "1.0"}
            )
        exact = (
            Fraction(at_ms, 1000) if frame.pts is None else frame.pts * self._base + Fraction(shift_ms, 1000)
        )
        at = round(exact * SOUND_RATE)
        if self._at is None or abs(at - self._at) > SOUND_RATE // 20:
            self._at = at
        samples = self._resampled(frame)
        start, self._at = self._at, self._at + samples.shape[1]
        gap = start - (self._next + self._held.shape[1])
        if gap > 0:
            self._held = np.pad(self._held, ((0, 0), (0, min(gap, 600 * SOUND_RATE))))
        self._held = np.concatenate([self._held, samples[:, max(0, -gap) :]], axis=1)

    def _resampled(self, frame: AudioFrame) -> npt.NDArray[np.float32]:
        assert self._resampler is not None
        frame.pts = None
        pieces = [piece.to_ndarray() for piece in self._resampler.resample(frame)]
        if not pieces:
            return np.zeros((2, 0), dtype=np.float32)
        return np.asarray(np.nan_to_num(np.concatenate(pieces, axis=1)), dtype=np.float32)

    def _encode(self) -> Iterator[Packet[Any]]:
        whole = self._held.shape[1] // _GRID
        for number in range(whole):
            block = np.ascontiguousarray(self._held[:, number * _GRID : (number + 1) * _GRID])
            frame = AudioFrame.from_ndarray(block, format="fltp", layout="stereo")
            frame.sample_rate, frame.time_base, frame.pts = SOUND_RATE, Fraction(1, SOUND_RATE), self._next
            self._next += _GRID
            yield from self._kept(self._track.encode(frame))
        self._held = self._held[:, whole * _GRID :]

    def _kept(self, packets: list[Packet[Any]]) -> Iterator[Packet[Any]]:
        """The packets of the span, moved to the segment's clock; run-up and overhang are dropped."""
        for packet in packets:
            assert packet.pts is not None
            number = round(packet.pts * packet.time_base * SOUND_RATE / _GRID)
            if number >= self._end:
                self.done = True
            elif number >= self._first:
                ticks = round(number * _GRID * Fraction(90_000, SOUND_RATE)) + 90 * self._span.offset_ms
                packet.time_base = _CLOCK
                packet.pts = packet.dts = ticks
                packet.duration = round(_GRID * Fraction(90_000, SOUND_RATE))
                yield packet


def _grid_after(at_ms: int) -> int:
    """Number of the first grid frame that starts at or after ``at_ms``."""
    return -(-at_ms * SOUND_RATE // (1000 * _GRID))

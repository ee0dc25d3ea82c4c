"""Small pictures of a moment, for hovering over a timeline. Reads one key frame; keeps nothing."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.codec.context import CodecContext
from av.container import InputContainer
from av.video.frame import VideoFrame

from siyanat.lib import errors
from siyanat.media import opening, segments, shelf

_EARLIER_MS = (0, 4_000, 30_000)
"""How much earlier to begin, one after the other, where seeking lands behind the key frame."""


def thumbnail(path: Path, *, at_ms: int, width: int = 320, near: segments.Segment | None = None) -> bytes:
    """A JPEG, ``width`` pixels wide and upright, of the last key frame at or before ``at_ms``.

    :param near: the segment in which the moment lies; spares searching a file without an index.
    :raises Refusal: ``media.no_picture`` when none can be decoded, ``media.absent``, ``media.not_media``.
    """
    with shelf.borrowed(path) as container:
        frame = _nearest(container, at_ms, near)
    if frame is None:
        raise errors.Refusal("media.no_picture", file=path.name, at_ms=at_ms)
    return _jpeg(frame, max(16, min(width, 1920)))


def _nearest(container: InputContainer, at_ms: int, near: segments.Segment | None) -> VideoFrame | None:
    """The last key frame at or before the moment; the first one there is when none lies before it."""
    for earlier in (*_EARLIER_MS, at_ms):
        found_at, frame = _key_frame(container, at_ms, near, earlier)
        if frame is not None and (found_at <= at_ms or near is not None):
            return frame
    return frame


def _key_frame(
    container: InputContainer, at_ms: int, near: segments.Segment | None, earlier_ms: int
) -> tuple[int, VideoFrame | None]:
    """The last key frame up to the moment, from a place ``earlier_ms`` before it, or the first behind it."""
    picture = segments.main_picture(container)
    if picture is None:
        return 0, None
    context = picture.codec_context
    if context.is_open:
        context.flush_buffers()
    context.skip_frame = "NONKEY"
    clock = segments.seek(container, near or segments.Segment(0, at_ms, 1), early_ms=earlier_ms)
    best, best_at = None, 0
    for packet in opening.read_packets(container, [picture]):
        at = clock.place(packet)
        if at is None:
            continue
        if best is not None and at > at_ms:
            break
        if packet.is_keyframe and (frame := _decoded(context, packet)) is not None:
            best, best_at = frame, at
    return best_at, best


def _decoded(context: Any, packet: Any) -> VideoFrame | None:
    try:
        frames = context.decode(packet) or context.decode(None)
    except (av.FFmpegError, ValueError):
        frames = []
    context.flush_buffers()
    return frames[-1] if frames else None


def _jpeg(frame: VideoFrame, width: int) -> bytes:
    turns = round(frame.rotation / 90) % 4
    long, short = (frame.height, frame.width) if turns % 2 else (frame.width, frame.height)
    height = max(2, round(width * short / max(1, long) / 2) * 2)
    across, down = (height, width) if turns % 2 else (width, height)
    small = frame.reformat(width=across, height=down, format="rgb24", threads=1)
    turned = np.ascontiguousarray(np.rot90(np.asarray(small.to_ndarray(), dtype=np.uint8), turns))
    upright = VideoFrame.from_ndarray(turned, format="rgb24")
    coded = upright.reformat(format="yuvj420p", dst_color_range="JPEG")
    encoder: Any = CodecContext.create("mjpeg", "w")
    encoder.width, encoder.height, encoder.pix_fmt = coded.width, coded.height, "yuvj420p"
    encoder.time_base = Fraction(1, 25)
    encoder.options = {"qmin": "4", "qmax": "8"}
    coded.pts, coded.time_base = 0, encoder.time_base
    return b"".join(bytes(packet) for packet in [*encoder.encode(coded), *encoder.encode(None)])

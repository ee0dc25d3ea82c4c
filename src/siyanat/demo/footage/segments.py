"""Segments encoded once: 12.8 s of pictures or of sound, kept in the cache, handed out as packets.

All segments share one form (H.264 640x360 at 15 a second without B-frames, a key picture every 2 s; AAC mono
16 kHz), hence the same decoder configuration: any may follow any other. Writes only into the cache.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from siyanat.demo.footage import lines, scenes, shelf, sounds, sources, speech

Spec = scenes.VideoSpec | sounds.AudioSpec

# Part of every cached name: raise it when the look, the sound or the encoding of segments changes.
FORM = "1"
AUDIO_FRAME = 1024
_GROUP = 30  # pictures from one key picture to the next
_X264 = f"keyint={_GROUP}:min-keyint={_GROUP}:scenecut=0:bframes=0:stitchable=1:threads=1"
_X264 += ":vbv-maxrate=330:vbv-bufsize=660"


@dataclass(frozen=True, slots=True)
class Packet:
    """One coded picture or 64 ms of sound."""

    content: bytes
    is_key: bool


@dataclass(frozen=True, slots=True)
class Segment:
    """A segment's packets in order, and the file that they lie in (a pattern for streams that take them)."""

    path: Path
    packets: tuple[Packet, ...]
    configuration: bytes


def prepare_segment(spec: Spec, *, cache: Path) -> Segment:
    """Return a segment from the cache, made first when it is not there.

    :raises errors.Refusal: when a clip that it is made of is absent or can't be read.
    """
    path = cache / "segments" / f"{_digest(spec)}.mp4"
    if not path.exists():
        with shelf.part_of(path) as part:
            if isinstance(spec, scenes.VideoSpec):
                _encode_pictures(spec, part)
            else:
                _encode_sound(spec, part, cache=cache)
    return _load(path)


def _digest(spec: Spec) -> str:
    stamp = ""
    if spec.clip is not None:
        known = spec.clip.stat()
        stamp = f"{known.st_size} {known.st_mtime_ns}"
    return hashlib.sha256(f"{FORM} {_said(spec)} {spec!r} {stamp}".encode()).hexdigest()[:32]


def _said(spec: Spec) -> Sequence[lines.Turn]:
    return lines.TALKS[spec.talk] if isinstance(spec, sounds.AudioSpec) and spec.talk else ()


def _load(path: Path) -> Segment:
    with av.open(path) as container:
        stream = container.streams[0]
        packets = tuple(
            Packet(bytes(packet), packet.is_keyframe) for packet in container.demux(stream) if packet.size
        )
        if isinstance(stream, av.AudioStream):
            packets = packets[1:]  # the first holds the encoder's run-in only
        return Segment(path, packets, bytes(stream.codec_context.extradata or b""))


def _encode_pictures(spec: scenes.VideoSpec, path: Path) -> None:
    with av.open(path, "w") as container:
        stream = container.add_stream("libx264", rate=scenes.RATE)
        stream.width, stream.height, stream.pix_fmt = sources.WIDTH, sources.HEIGHT, "yuv420p"
        stream.options = {"preset": "veryfast", "crf": "33", "profile": "main", "x264-params": _X264}
        frames = scenes.render_frames(spec)
        if spec.lens == "frozen":
            _mux_still(container, stream, next(frames))
            return
        for number, planes in enumerate(frames):
            container.mux(stream.encode(_frame(planes, number)))
        container.mux(stream.encode(None))


def _frame(planes: scenes.Plane, number: int) -> av.VideoFrame:
    frame = av.VideoFrame.from_ndarray(planes, format="yuv420p")
    frame.pts, frame.time_base = number, Fraction(1, scenes.RATE)
    return frame


def _mux_still(container: av.container.OutputContainer, stream: av.VideoStream, planes: scenes.Plane) -> None:
    """Repeat the packets of one group of pictures: a frozen camera's key pictures are equal to the bit."""
    coded = [packet for number in range(_GROUP) for packet in stream.encode(_frame(planes, number))]
    coded += stream.encode(None)
    for number in range(scenes.FRAMES):
        packet = av.Packet(bytes(coded[number % _GROUP]))
        packet.time_base, packet.stream = Fraction(1, scenes.RATE), stream
        packet.pts = packet.dts = number
        packet.is_keyframe = coded[number % _GROUP].is_keyframe
        container.mux(packet)


def _encode_sound(spec: sounds.AudioSpec, path: Path, *, cache: Path) -> None:
    samples = sounds.render_sound(spec, speech.speak_turns(_said(spec), cache=cache))
    whole = (np.clip(samples, -1, 1) * 32767).astype(np.int16)
    with av.open(path, "w") as container:
        stream = container.add_stream("aac", rate=sounds.RATE, layout="mono")
        stream.bit_rate = 24_000
        for start in range(0, len(whole), AUDIO_FRAME):
            block = np.ascontiguousarray(whole[None, start : start + AUDIO_FRAME])
            frame = av.AudioFrame.from_ndarray(block, format="s16", layout="mono")
            frame.rate, frame.pts, frame.time_base = sounds.RATE, start, Fraction(1, sounds.RATE)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))

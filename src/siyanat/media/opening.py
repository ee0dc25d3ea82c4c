"""Opens hostile media files: local bytes only, known containers only.

Every room opens media through here; nothing else calls ``av.open`` for reading. It never follows a reference
to another file or to the network: playlists and concatenation scripts are not among the containers allowed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import av
from av.container import InputContainer
from av.packet import Packet
from av.stream import Stream

from siyanat.lib import errors

CONTAINERS = (
    "mov", "3gp", "matroska", "webm", "avi", "mpegts", "mpegtsraw", "mpeg", "mpegvideo", "h264", "hevc",
    "h263", "m4v", "mjpeg", "mjpeg_2000", "flv", "live_flv", "asf", "ogg", "mxf", "dv", "ivf", "obu", "nut",
    "dhav", "wav", "mp3", "aac", "ac3", "amr", "flac", "caf", "aiff", "au", "w64",
)  # fmt: skip
"""FFmpeg's names of the demuxers that may see a file; not those that open others (hls, concat, dash)."""

_OPTIONS = {"protocol_whitelist": "file", "format_whitelist": ",".join(CONTAINERS)}


def open_media(path: Path, *, options: dict[str, str] | None = None) -> InputContainer:
    """Open the file at ``path`` for reading.

    :param options: further options of the demuxer; they can't widen what is allowed.
    :raises Refusal: ``media.not_media`` when no allowed container recognises it, ``media.absent``.
    """
    try:
        return av.open(
            f"file:{path.absolute()}",
            mode="r",
            options={**(options or {}), **_OPTIONS},
            metadata_errors="replace",
        )
    except FileNotFoundError as fault:
        raise errors.Refusal("media.absent", file=path.name) from fault
    except (av.FFmpegError, ValueError) as fault:
        raise errors.Refusal("media.not_media", file=path.name, reason=str(fault)[:200]) from fault


_FAULTS_IN_A_ROW = 64


def read_packets(
    container: InputContainer, streams: Sequence[Stream], *, on_fault: Callable[[], None] | None = None
) -> Iterator[Packet[Any]]:
    """Packets with bytes in them, on from where the container stands; reads on behind damaged places.

    :param on_fault: called at each damaged place. After many in a row the rest is given up.
    """
    faults = 0
    packets = container.demux(list(streams))
    while faults < _FAULTS_IN_A_ROW:
        try:
            packet = next(packets)
        except StopIteration:
            return
        except (av.FFmpegError, ValueError, IndexError):  # IndexError: a stream that appears in the middle
            faults += 1
            if on_fault is not None:
                on_fault()
            packets = container.demux(list(streams))
            continue
        if packet.size:
            faults = 0
            yield packet

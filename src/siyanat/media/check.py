"""Whether a stretch can be decoded: every picture of it, one after the other. Keeps nothing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import av

from siyanat.media import opening, segments


@dataclass(frozen=True, slots=True)
class Check:
    """How many pictures of a stretch were decoded, and how many packets of it were damaged."""

    pictures: int
    faults: int

    @property
    def is_sound(self) -> bool:
        """Whether there are pictures and none was damaged."""
        return self.pictures > 0 and not self.faults


def check_segment(path: Path, segment: segments.Segment) -> Check:
    """Decode every picture of the segment.

    :raises Refusal: ``media.absent``, ``media.not_media``, ``media.unreadable``.
    """
    pictures, damaged = 0, []
    with opening.open_media(path) as container:
        track = segments.main_picture(container)
        if track is None:
            return Check(0, 0)
        clock = segments.seek(container, segment, early_ms=0)
        for packet in opening.read_packets(container, [track], on_fault=lambda: damaged.append(1)):
            at = clock.place(packet)
            if at is not None and at >= segment.end_ms:
                break
            try:
                shown = packet.decode()
            except av.FFmpegError:
                damaged.append(1)
                continue
            inside = at is not None and at >= segment.start_ms - segments.KEY_SLACK_MS
            pictures += len(shown) if inside else 0
            damaged.extend(1 for frame in shown if inside and frame.is_corrupt)
    return Check(pictures, len(damaged))

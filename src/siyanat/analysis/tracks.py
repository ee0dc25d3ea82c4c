"""The tracks drawn under the review's time line: one byte a second for each of level, speech, motion, lens,
raised voice.

Eight hours are 144 kB, far less once packed. They show; findings and moments decide.
"""

from __future__ import annotations

import base64
import dataclasses
import enum
import zlib
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from siyanat.analysis import detector, loudness, measures, runs

NAMES = ("level", "speech", "motion", "lens", "raised_voice")


class Lens(enum.IntEnum):
    """The state of the lens in one second."""

    UNKNOWN = 0
    CLEAR = 1
    BLURRED = 2
    FROZEN = 3
    COVERED = 4
    DARK = 5
    TURNED = 6


_LENS_KINDS = {
    "lens_blurred": Lens.BLURRED,
    "lens_frozen": Lens.FROZEN,
    "lens_covered": Lens.COVERED,
    "lens_dark": Lens.DARK,
    "lens_turned": Lens.TURNED,
}


@dataclasses.dataclass(frozen=True, slots=True)
class Tracks:
    """uint8 arrays, one value a second: level 0..255 for -96..0 dBFS, shares and scores 0..255, ``lens`` a
    ``Lens``.
    """

    level: measures.Bytes
    speech: measures.Bytes
    motion: measures.Bytes
    lens: measures.Bytes
    raised_voice: measures.Bytes

    def __len__(self) -> int:
        return len(self.level)

    def to_dict(self) -> dict[str, Any]:
        """JSON types: the number of seconds, and each track's bytes packed by zlib in base64."""
        packed = {
            name: base64.b64encode(zlib.compress(getattr(self, name).tobytes())).decode() for name in NAMES
        }
        return {"seconds": len(self), **packed}

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Tracks:
        """The tracks that ``to_dict`` packed."""
        arrays = {
            name: np.frombuffer(zlib.decompress(base64.b64decode(stored[name])), dtype=np.uint8)
            for name in NAMES
        }
        return cls(**arrays)


def draw_tracks(
    measured: measures.Measures, findings: Iterable[detector.Finding], *, raised: measures.Floats
) -> Tracks:
    """The tracks of a recording; ``raised`` is the score of the raised voice by the second."""
    seconds, sound = measured.seconds, measured.sound
    level = (loudness.level_by_second(measured) - measures.FLOOR_DB) / -measures.FLOOR_DB
    speech = runs.per_second(sound.at_ms, sound.speech, seconds=seconds, how="mean")
    return Tracks(
        level=_quantised(level),
        speech=_quantised(speech),
        motion=_quantised(_held(measured, measured.pictures.moved_share)),
        lens=_lens(measured, findings),
        raised_voice=_quantised(raised),
    )


def _quantised(values: measures.Floats) -> measures.Bytes:
    return np.clip(np.rint(values * 255), 0, 255).astype(np.uint8)


def _held(measured: measures.Measures, values: measures.Floats) -> measures.Floats:
    """A value of each key frame, held until the next; 0 where no picture is."""
    pictures = measured.pictures
    middles = np.arange(measured.seconds, dtype=np.int64) * 1000 + 500
    if len(values) == 0:
        return np.zeros(len(middles), dtype=np.float32)
    rows = np.clip(np.searchsorted(pictures.at_ms, middles, side="right") - 1, 0, None)
    held: measures.Floats = np.where(middles < pictures.ends_ms(measured.duration_ms)[rows], values[rows], 0)
    return held


def _lens(measured: measures.Measures, findings: Iterable[detector.Finding]) -> measures.Bytes:
    """Clear where a picture is, else what was found; where two were found, the graver one."""
    lens = _held(measured, np.full(len(measured.pictures.at_ms), float(Lens.CLEAR), dtype=np.float32)).astype(
        np.uint8
    )
    for finding in findings:
        state = _LENS_KINDS.get(finding.kind)
        if state is not None:
            part = slice(finding.starts_ms // 1000, -(-finding.ends_ms // 1000))
            lens[part] = np.maximum(lens[part], state)
    return lens

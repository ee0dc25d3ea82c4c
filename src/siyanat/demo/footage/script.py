"""What a patrol's footage shall contain, and what was made of it.

Values only: whoever writes a script fills these in, the composer reads them. Nothing here touches a file.
Times are aware UTC, ends exclusive; an ``offset_ms`` counts from the script's ``started_at``.
"""

from __future__ import annotations

import datetime as dt
import enum
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Light = Literal["day", "night", "clock"]


class IncidentKind(enum.StrEnum):
    """What can be planted. All but the last leave the file whole."""

    RAISED_VOICES = "raised_voices"  # louder, higher, faster speech of two people at once
    BANG = "bang"  # one impulse; ``offset_ms`` is its exact start
    LENS_COVERED = "lens_covered"  # a hand or a coat over the lens; sound muffled
    LENS_FROZEN = "lens_frozen"  # the picture stands still, the sound goes on
    MICROPHONE_DEAD = "microphone_dead"  # digital silence under a living picture
    PRIVATE_MOMENT = "private_moment"  # camera turned to the wall, quiet room
    THANKS = "thanks"  # a citizen thanks the patrol
    CONTACT = "contact"  # an ordinary conversation, long enough to be reviewed
    CUT_SHORT = "cut_short"  # the file's bytes end here, though its index promises more


class BreakKind(enum.StrEnum):
    """Why there is no footage between two files."""

    BATTERY_SWAP = "battery_swap"
    CAMERA_OFF = "camera_off"  # switched off: nobody says why


class SpoiledKind(enum.StrEnum):
    """What is wrong with a file that belongs on the quarantine desk."""

    TRUNCATED = "truncated"
    EMPTY = "empty"
    TEXT_NAMED_MP4 = "text_named_mp4"
    UNKNOWN_SERIAL = "unknown_serial"
    FUTURE_TIMESTAMP = "future_timestamp"
    NO_TIMESTAMP = "no_timestamp"


@dataclass(frozen=True, slots=True)
class Incident:
    """Something to plant; it may not cross the end of a file (a break or the patrol's end)."""

    kind: IncidentKind
    offset_ms: int
    duration_ms: int


@dataclass(frozen=True, slots=True)
class Break:
    """A stretch without footage."""

    kind: BreakKind
    offset_ms: int
    duration_ms: int


@dataclass(frozen=True, slots=True)
class PatrolScript:
    """One camera during one shift.

    ``shift`` ties together the scripts of a crew. ``light`` "clock" follows the local hour. Files last at
    most ``file_ms``; breaks end a file early, and so does the patrol's end. Starts,
    breaks and the end lie on whole seconds, as in a file's name.
    """

    shift: str
    serial: str
    started_at: dt.datetime
    duration_ms: int
    seed: int
    light: Light = "clock"
    incidents: tuple[Incident, ...] = ()
    breaks: tuple[Break, ...] = ()
    file_ms: int = 20 * 60_000

    @property
    def ended_at(self) -> dt.datetime:
        """Return the end of the shift, exclusive."""
        return self.started_at + dt.timedelta(milliseconds=self.duration_ms)

    @property
    def recorded_ms(self) -> int:
        """Return how much footage the script asks for: its duration without the breaks."""
        return self.duration_ms - sum(pause.duration_ms for pause in self.breaks)


@dataclass(frozen=True, slots=True)
class Planted:
    """An incident as it stands in a composed file, exact to one picture (1/15 s)."""

    kind: IncidentKind
    at: dt.datetime
    duration_ms: int


@dataclass(frozen=True, slots=True)
class ComposedFile:
    """A file that stands in the dock's folder. ``duration_ms`` is what its index promises."""

    path: Path
    serial: str
    started_at: dt.datetime
    duration_ms: int
    incidents: tuple[Planted, ...]


@dataclass(frozen=True, slots=True)
class SpoiledFile:
    """A file that ingest must set aside, and why."""

    path: Path
    kind: SpoiledKind

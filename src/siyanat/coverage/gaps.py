"""Which kind a gap is, as far as the facts tell. A kind is a help for the reader, never a verdict."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from siyanat.coverage import minutes, models

Kind = models.Gap.Kind

EDGE = dt.timedelta(seconds=1)
# A stop at or below this charge is put down to the battery.
BATTERY_EMPTY_PERCENT = 5
# A recording whose own clock steps by more than this against its neighbours had its clock changed.
CLOCK_STEP = dt.timedelta(seconds=90)


@dataclass(frozen=True, slots=True)
class Footage:
    """One recording as the gaps see it."""

    starts_at: dt.datetime
    ends_at: dt.datetime
    is_truncated: bool
    clock_jumped: bool


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is known of a bearer's camera in the shift."""

    owed: Sequence[minutes.Span]
    filmed: Sequence[minutes.Span]
    footage: Sequence[Footage]
    is_docked: bool
    battery_at_return: int | None


def split(missing: minutes.Span, filmed: Sequence[minutes.Span]) -> list[minutes.Span]:
    """Cut a missing stretch where footage begins or ends in it: a blocked lens and a camera off are two gaps.

    What is shorter than a second is a rounding of clocks, no gap that anybody could explain.
    """
    starts, ends = missing
    inside = {edge for span in filmed for edge in span if starts < edge < ends}
    edges = [starts, *sorted(inside), ends]
    return [gap for gap in itertools.pairwise(edges) if gap[1] - gap[0] >= EDGE]


def classify(gap: minutes.Span, known: Circumstances) -> str:
    """Return the kind of ``gap``, the most telling fact first."""
    starts, ends = gap
    if any(first < ends and starts < last for first, last in known.filmed):
        return Kind.LENS_BLOCKED
    if not known.footage:
        return Kind.CAMERA_OFF if known.is_docked else Kind.NOT_DOCKED
    before = [one for one in known.footage if one.ends_at <= starts + EDGE]
    if before and before[-1].is_truncated:
        return Kind.LOST_FILE
    if any(one.clock_jumped for one in known.footage if abs(one.starts_at - ends) < CLOCK_STEP):
        return Kind.CLOCK_JUMP
    if any(abs(ends - last) <= EDGE for _, last in known.owed):
        is_empty = known.battery_at_return is not None and known.battery_at_return <= BATTERY_EMPTY_PERCENT
        return Kind.BATTERY if is_empty else Kind.EARLY_STOP
    if any(abs(starts - first) <= EDGE for first, _ in known.owed):
        return Kind.LATE_START
    return Kind.CAMERA_OFF

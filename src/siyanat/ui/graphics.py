"""Geometry of the small drawings: timeline strips, bars, sparklines, funnel plots.

Kept here: pure functions from figures to coordinates. Templates draw them with attributes only, since the
content security policy allows no inline style. The hours of a strip run from left to right in both languages,
as on a player; days and months, as in a calendar, and bars of amounts start where reading starts.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

PERCENT = 100.0
"""Strips, bars and columns are placed in percent of the column that holds them."""
WIDTH = 1000.0
"""Lines are drawn on a width of a thousand units and stretched."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a strip or a bar: ``x`` and ``width`` in percent, ``source`` what it stands for."""

    kind: str
    x: float
    width: float
    source: Any


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on a time axis; ``x`` in percent."""

    x: float
    at: dt.datetime


def read(source: object, name: str) -> Any:
    """A field of a row, whether it is a mapping or an object."""
    return source[name] if isinstance(source, Mapping) else getattr(source, name)


def optional(source: object, name: str) -> Any:
    """As `read`, with empty text where there is no such field."""
    return source.get(name, "") if isinstance(source, Mapping) else getattr(source, name, "")


def timeline_segments(
    spans: Iterable[object], *, starts_at: dt.datetime, ends_at: dt.datetime
) -> list[Segment]:
    """Spans (``kind``, ``starts_at``, ``ends_at``, by attribute or key) cut to the window, in percent."""
    length = (ends_at - starts_at).total_seconds()
    segments = []
    for span in spans:
        begin, end = max(read(span, "starts_at"), starts_at), min(read(span, "ends_at"), ends_at)
        if length > 0 and end > begin:
            x = (begin - starts_at).total_seconds() / length * PERCENT
            width = (end - begin).total_seconds() / length * PERCENT
            segments.append(Segment(str(read(span, "kind")), round(x, 2), round(width, 2), span))
    return segments


def time_ticks(*, starts_at: dt.datetime, ends_at: dt.datetime, at_most: int = 9) -> list[Tick]:
    """Round moments inside the window, the finest step that gives at most ``at_most`` of them.

    Steps of an hour or more fall on whole hours of UTC+03:30, Tehran's time.
    """
    length = (ends_at - starts_at).total_seconds()
    if length <= 0:
        return []
    steps = (60, 300, 600, 900, 1800, 3600, 7200, 10_800, 14_400, 21_600, 43_200, 86_400)
    coarse = math.ceil(length / at_most / 86_400) * 86_400
    step = next((step for step in steps if length / step < at_most), coarse)
    offset = 12_600
    first = math.ceil((starts_at.timestamp() + offset) / step) * step - offset
    moments = range(first, math.floor(ends_at.timestamp()) + 1, step)
    return [
        Tick(round((at - starts_at.timestamp()) / length * PERCENT, 2), dt.datetime.fromtimestamp(at, dt.UTC))
        for at in moments
    ]


def bar_segments(parts: Sequence[tuple[str, float]]) -> list[Segment]:
    """Parts (kind, amount) of a whole, one after the other; a part that is not nothing stays visible."""
    total = sum(amount for _, amount in parts)
    if total <= 0:
        return []
    widths = [max(amount / total * PERCENT, 0.5) if amount > 0 else 0.0 for _, amount in parts]
    scale = PERCENT / sum(widths)
    segments, x = [], 0.0
    for (kind, amount), width in zip(parts, widths, strict=True):
        segments.append(Segment(kind, round(x, 2), round(width * scale, 2), amount))
        x += width * scale
    return segments


def column_heights(
    values: Sequence[float | None], *, top: float | None = None, mirrored: bool = False
) -> list[Segment]:
    """Columns of equal width for a small multiple; ``width`` holds the height out of 100, None gives none.

    ``mirrored`` puts the first column to the right.
    """
    highest = top if top is not None else max((value for value in values if value is not None), default=0.0)
    step = PERCENT / max(len(values), 1)
    return [
        Segment("value" if value is not None else "absent", round(place * step, 2),
                round((value or 0.0) / highest * 100, 2) if highest > 0 else 0.0, value)
        for place, value in zip(_places(len(values), mirrored=mirrored), values, strict=True)
    ]  # fmt: skip


def column_ticks(words: Sequence[object], *, columns: int, mirrored: bool = False) -> list[tuple[float, str]]:
    """The middle of each column that has a word, in percent, and the word."""
    step = PERCENT / max(columns, 1)
    places = _places(columns, mirrored=mirrored)
    return [
        (round((place + 0.5) * step, 2), str(word))
        for place, word in zip(places, words, strict=False)
        if word
    ]


def _places(columns: int, *, mirrored: bool) -> range:
    return range(columns - 1, -1, -1) if mirrored else range(columns)


def sparkline_points(values: Sequence[float], *, height: float = 100.0) -> str:
    """The ``points`` of a polyline through the values, lowest at the bottom; flat when all are equal."""
    if not values:
        return ""
    low, high = min(values), max(values)
    step = WIDTH / max(len(values) - 1, 1)
    span = (high - low) or 1.0
    middle = height / 2 if high == low else None
    return " ".join(
        f"{place * step:.1f},{middle if middle is not None else height - (value - low) / span * height:.1f}"
        for place, value in enumerate(values)
    )


@dataclass(frozen=True, slots=True)
class FunnelPoint:
    """One unit in a funnel plot: ``events`` of ``size`` cases; ``outside`` is "", "high" or "low"."""

    label: str
    size: int
    events: int
    x: float
    y: float
    outside: str
    url: str

    @property
    def rate(self) -> float:
        return self.events / self.size


@dataclass(frozen=True, slots=True)
class Funnel:
    """A funnel plot in units of 1000 by 400: the mean, two pairs of limits, the points, the axes' ends."""

    mean: float
    mean_y: float
    limits: dict[str, str]
    points: list[FunnelPoint]
    largest: int
    highest: float


def _limit(mean: float, size: float, z: float) -> float:
    return mean + z * math.sqrt(mean * (1 - mean) / size)


def funnel(rows: Iterable[object], *, z_warn: float = 1.96, z_act: float = 3.09) -> Funnel | None:
    """Rates of units of unequal size against what chance alone would give.

    Rows have ``label``, ``size`` (> 0), ``events`` (0..size), and may have ``url``. The limits are the
    normal approximation to the binomial around the pooled rate p: p ± z sqrt(p (1 - p) / n), at 95 % and
    99.8 % (Spiegelhalter 2005, Funnel plots for comparing institutional performance, Statistics in
    Medicine 24:1185-1202). None when there is nothing to draw.
    """
    units: list[Any] = [row for row in rows if read(row, "size") > 0]
    if not units:
        return None
    mean: float = sum(read(row, "events") for row in units) / sum(read(row, "size") for row in units)
    largest: int = max(read(row, "size") for row in units)
    smallest = min(read(row, "size") for row in units)
    rates = [read(row, "events") / read(row, "size") for row in units]
    highest: float = min(max(*rates, _limit(mean, smallest, z_warn), 0.01) * 1.1, 1.0)

    def place_x(size: float) -> float:
        return round(size / (largest * 1.05) * WIDTH, 1)

    def place_y(rate: float) -> float:
        return round(400 - min(max(rate / highest, 0.0), 1.0) * 400, 1)

    def curve(z: float) -> str:
        sizes = [largest * 1.05 * step / 60 for step in range(1, 61)]
        return " ".join(f"{place_x(size)},{place_y(_limit(mean, size, z))}" for size in sizes)

    points = []
    for row, rate in zip(units, rates, strict=True):
        size = read(row, "size")
        above, below = rate > _limit(mean, size, z_act), rate < _limit(mean, size, -z_act)
        outside = "high" if above else "low" if below else ""
        points.append(FunnelPoint(str(read(row, "label")), size, read(row, "events"),
                                  place_x(size), place_y(rate), outside, optional(row, "url")))  # fmt: skip
    names = {"warn_high": z_warn, "warn_low": -z_warn, "act_high": z_act, "act_low": -z_act}
    limits = {name: curve(z) for name, z in names.items()}
    return Funnel(mean, place_y(mean), limits, points, largest, highest)

"""What happens on one composed patrol, second by second: a pure function of the parts, the length and a seed.

Ordinary life first (scenes, beds, talk at the density of real patrols, look-alikes), then incidents with exact
times. Incidents keep a minute's distance, so that each can be counted apart.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from benchmarks.needle import sources

SOUND_KINDS = ("anger", "gunshot", "siren", "cry")
PICTURE_KINDS = (
    "fight",
    "running",
    "lens_covered",
    "lens_dark",
    "lens_frozen",
    "lens_blurred",
    "turned_away",
)
MICROPHONE_KINDS = ("microphone_covered", "sudden_silence")
KINDS = SOUND_KINDS + PICTURE_KINDS + MICROPHONE_KINDS
APART_S = 60.0
EDGE_S = 90.0
LOOK_ALIKES_AN_HOUR = 14
SNR_DB = (0.0, 6.0, 12.0, 20.0)
"""Of a planted sound's loudest second over the bed."""
TALK_SNR_DB = (6.0, 12.0, 18.0, 24.0)
"""Of ordinary talk over the bed. Who grows angry does so at the same gain: only the voice makes it louder."""

_LENGTHS_S = {  # shortest, longest; what is absent is as long as its own file
    "anger": (8, 25), "fight": (8, 20), "running": (8, 30), "lens_covered": (15, 150), "lens_dark": (15, 150),
    "lens_frozen": (20, 120), "lens_blurred": (20, 150), "turned_away": (40, 180),
    "microphone_covered": (40, 150), "sudden_silence": (15, 90), "siren": (6, 20),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Event:
    """Something planted: an incident, a look-alike or a piece of talk; times in seconds from the start."""

    kind: str
    starts_s: float
    ends_s: float
    part: sources.Part | None = None
    snr_db: float = 0.0
    extra_db: float = 0.0  # nearer or further than usual
    variant: int = 0


@dataclass(frozen=True, slots=True)
class Stretch:
    """Ordinary picture between two times: which scene, how the wearer moves."""

    starts_s: float
    ends_s: float
    scene: sources.Part
    gait: str  # still | walk


@dataclass(slots=True)
class Script:
    """One patrol of ``seconds``; ``bed_dbfs`` is its background's level."""

    name: str
    seed: int
    seconds: int
    is_night: bool
    bed: list[sources.Part]
    bed_dbfs: float
    talk_snr_db: float
    stretches: list[Stretch] = field(default_factory=list)
    talk: list[Event] = field(default_factory=list)
    look_alikes: list[Event] = field(default_factory=list)
    incidents: list[Event] = field(default_factory=list)


def write_script(
    parts: list[sources.Part],
    timelines: list[list[tuple[float, float]]],
    *,
    number: int,
    seed: int,
    hours: int,
    incidents_an_hour: float,
) -> Script:
    """The script of patrol ``number``; without incidents when their rate is 0."""
    random = np.random.default_rng([seed, number])
    by_kind: dict[str, list[sources.Part]] = {}
    for part in parts:
        by_kind.setdefault(part.kind, []).append(part)
    script = Script(
        name=f"patrol-{number:02}", seed=seed, seconds=hours * 3600, is_night=bool(random.random() < 0.4),
        bed=_some(random, by_kind.get("bed", []), 3), bed_dbfs=float(random.uniform(-52, -38)),
        talk_snr_db=float(random.choice(TALK_SNR_DB)),
    )  # fmt: skip
    script.stretches = list(_stretches(random, by_kind["scene"], script.seconds))
    speakers = sorted({part.source for part in by_kind.get("anger", [])})
    own = [speakers[i] for i in random.permutation(len(speakers))[:2]]
    script.talk = list(_talk(random, by_kind.get("talk", []), own, timelines, script.seconds))
    script.look_alikes = list(_look_alikes(random, by_kind.get("look_alike", []), hours))
    script.incidents = _incidents(random, by_kind, own, script.seconds, round(incidents_an_hour * hours))
    return script


def _some(random: np.random.Generator, parts: list[sources.Part], count: int) -> list[sources.Part]:
    """One part each of up to ``count`` different sources."""
    names = sorted({part.source for part in parts})
    chosen = [names[i] for i in random.permutation(len(names))[:count]]
    return [_any(random, [part for part in parts if part.source == name]) for name in chosen]


def _any(random: np.random.Generator, parts: list[sources.Part]) -> sources.Part:
    return parts[int(random.integers(len(parts)))]


def _stretches(random: np.random.Generator, scenes: list[sources.Part], seconds: int) -> Iterator[Stretch]:
    at = 0.0
    while at < seconds:
        length = float(random.integers(4, 31) * 10)
        gait = "walk" if random.random() < 0.5 else "still"
        (scene,) = _some(random, scenes, 1)
        yield Stretch(at, min(at + length, seconds), scene, gait)
        at += length


def _talk(
    random: np.random.Generator, parts: list[sources.Part], own: list[str],
    timelines: list[list[tuple[float, float]]], seconds: int,
) -> Iterator[Event]:  # fmt: skip
    """Ordinary talk where real captions stand; half of it by those who may grow angry later."""
    if not parts:
        return
    lines = timelines or [[(float(t), float(t) + 4) for t in range(0, 600, 12)]]
    theirs = [part for part in parts if part.source in own]
    at = float(random.uniform(5, 60))
    while at < seconds - 60:
        line = lines[int(random.integers(len(lines)))]
        pool = theirs if theirs and random.random() < 0.5 else _some(random, parts, 1)
        for start, end in line:
            if at + end < seconds - 5:
                near = float(random.normal(0, 4))  # somebody steps nearer: louder is not angrier
                yield Event("talk", at + start, at + end, _any(random, pool), extra_db=near)
        at += line[-1][1] + float(random.exponential(240))


def _look_alikes(random: np.random.Generator, parts: list[sources.Part], hours: int) -> Iterator[Event]:
    for _ in range(LOOK_ALIKES_AN_HOUR * hours if parts else 0):
        at = float(random.uniform(10, hours * 3600 - 20))
        (part,) = _some(random, parts, 1)
        yield Event("look_alike", at, at + 5, part, snr_db=float(random.choice(SNR_DB)))


def _incidents(
    random: np.random.Generator, by_kind: dict[str, list[sources.Part]], own: list[str], seconds: int, count: int
) -> list[Event]:  # fmt: skip
    """``count`` incidents of kinds in turn, none within a minute of another."""
    kinds = [
        kind for kind in KINDS if kind not in ("anger", "gunshot", "siren", "cry", "fight") or kind in by_kind
    ]
    order = [kinds[i] for i in random.permutation(len(kinds))]
    placed: list[Event] = []
    for number in range(count):
        kind = order[number % len(order)]
        event = _incident(random, kind, by_kind, own)
        for _ in range(200):
            at = float(random.uniform(EDGE_S, seconds - EDGE_S - (event.ends_s - event.starts_s)))
            moved = _moved(event, at)
            if all(_apart(moved, other) for other in placed):
                placed.append(moved)
                break
    return sorted(placed, key=lambda event: event.starts_s)


def _incident(
    random: np.random.Generator, kind: str, by_kind: dict[str, list[sources.Part]], own: list[str]
) -> Event:
    pool = by_kind.get(kind, [])
    if kind == "anger":
        pool = [part for part in pool if part.source in own] or pool
    part = _some(random, pool, 1)[0] if pool else None
    shortest, longest = _LENGTHS_S.get(kind, (4, 10))
    length = float(random.uniform(shortest, longest))
    snr, near = float(random.choice(SNR_DB)), float(random.normal(0, 3))
    return Event(kind, 0.0, length, part, snr, near, int(random.integers(6)))


def _moved(event: Event, at: float) -> Event:
    length = event.ends_s - event.starts_s
    return Event(event.kind, at, at + length, event.part, event.snr_db, event.extra_db, event.variant)


def _apart(one: Event, other: Event) -> bool:
    return one.starts_s - other.ends_s >= APART_S or other.starts_s - one.ends_s >= APART_S

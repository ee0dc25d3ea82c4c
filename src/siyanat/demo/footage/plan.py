"""From a script to files, and from a file to the row of segments in it. Decides, writes nothing.

All times inside a plan are pictures (1/15 s) counted from the patrol's start. The same script and stock
always give the same plan.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import zoneinfo
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from siyanat.demo.footage import lines, scenes, script, sounds
from siyanat.lib import errors

Kind = script.IncidentKind
Light = Literal["day", "night"]

# Cameras name their files in their country's civil time: Iran's, without daylight saving since 2022.
LOCAL_ZONE = zoneinfo.ZoneInfo("Asia/Tehran")
_DAWN, _DUSK = dt.time(6, 20), dt.time(17, 15)
_BANG_LEAD = sounds.BANG_MS * scenes.RATE // 1000

# Where a patrol passes its time, in shares; and how many cuts of each there are.
_HAUNTS = {"alley": 0.3, "square": 0.2, "pavement": 0.2, "rank": 0.12, "lights": 0.12, "car": 0.06}
_CUTS = {"alley": 3, "square": 4, "pavement": 4, "rank": 3, "lights": 3, "car": 2}
_PLACES: dict[str, sounds.Place] = {"alley": "alley", "car": "car"}
_STOPS = ("square", "lights", "rank", "pavement")  # where people are met
_TALKS = tuple(name for name in lines.TALKS if name.startswith(("radio", "chat", "contact")))


@dataclass(frozen=True, slots=True)
class Stock:
    """What patrols are composed of: the built-in scenes, or stretches (clip, start) of own clips."""

    own: tuple[tuple[Path, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Piece:
    """The first ``frames`` pictures of a segment with as much of a sound."""

    video: scenes.VideoSpec
    audio: sounds.AudioSpec
    frames: int


@dataclass(frozen=True, slots=True)
class FilePlan:
    """One file of a camera. ``kept_frames`` is shorter than the pieces when the bytes are to end early."""

    serial: str
    started_at: dt.datetime
    pieces: tuple[Piece, ...]
    frames: int
    kept_frames: int
    incidents: tuple[script.Planted, ...]

    @property
    def name(self) -> str:
        """Return the file's place in the dock's folder, as cameras name it: serial, local date and time."""
        local = self.started_at.astimezone(LOCAL_ZONE)
        return f"{self.serial}/{self.serial}_{local:%Y%m%d_%H%M%S}.mp4"

    @property
    def duration_ms(self) -> int:
        """Return what the file's index promises."""
        return self.frames * 1000 // scenes.RATE

    @property
    def digest(self) -> str:
        """Return a digest of all that decides the file's bytes."""
        return hashlib.sha256(repr(self).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class _Span:
    start: int
    end: int
    incident: script.Incident | None = None


_Filler = Callable[[int, int], list[Piece]]


def plan_files(patrol: script.PatrolScript, stock: Stock) -> list[FilePlan]:
    """Return the patrol's files in order.

    :raises errors.Refusal: when incidents or breaks overlap or lie outside the patrol.
    """
    spans = _spans(patrol)
    rng = np.random.default_rng([patrol.seed, 5])
    filler = _fill(patrol, stock, rng)
    return [_plan_file(patrol, first, end, spans, filler) for first, end in _file_limits(patrol, spans)]


def _frames(milliseconds: int) -> int:
    return round(milliseconds * scenes.RATE / 1000)


def _spans(patrol: script.PatrolScript) -> list[_Span]:
    """Return incidents as stretches of pictures (a bang with its lead), in order and checked."""
    spans = []
    for incident in patrol.incidents:
        start, end = _frames(incident.offset_ms), _frames(incident.offset_ms + incident.duration_ms)
        if incident.kind is Kind.BANG:
            start, end = start - _BANG_LEAD, max(end, start - _BANG_LEAD + scenes.FRAMES)
        spans.append(_Span(start, end, incident))
    pauses = [_Span(_frames(p.offset_ms), _frames(p.offset_ms + p.duration_ms)) for p in patrol.breaks]
    ordered = sorted(spans + pauses, key=lambda span: span.start)
    limits = [0, *(span.end for span in ordered)]
    for before, span in zip(limits, ordered, strict=False):
        if span.start < before or span.end <= span.start or span.end > _frames(patrol.duration_ms):
            raise errors.Refusal("demo.script_overlaps", serial=patrol.serial, at_frame=span.start)
    return sorted(spans, key=lambda span: span.start)


def _file_limits(patrol: script.PatrolScript, spans: list[_Span]) -> Iterator[tuple[int, int]]:
    """Yield each file's first picture and end: at breaks, every ``file_ms``, never within an incident.

    New files start at whole seconds where breaks do: neither a name nor an MP4 index can say more.
    """
    pauses = sorted(patrol.breaks, key=lambda pause: pause.offset_ms)
    starts = [0, *(_frames(p.offset_ms + p.duration_ms) for p in pauses)]
    stops = [*(_frames(p.offset_ms) for p in pauses), _frames(patrol.duration_ms)]
    cuts = [span.end for span in spans if span.incident and span.incident.kind is Kind.CUT_SHORT]
    for start, stop in zip(starts, stops, strict=True):
        at = start
        while at < stop:
            end = min([at + _frames(patrol.file_ms), stop, *(cut for cut in cuts if cut > at)])
            end = _uncrossed(at, end, stop, spans)
            yield at, end
            at = end


def _uncrossed(at: int, end: int, stop: int, spans: list[_Span]) -> int:
    """Move a file's end to the whole second before an incident that it cuts, or else after it."""
    extended = False
    while crossed := next((span for span in spans if span.start < end < span.end), None):
        before = crossed.start - crossed.start % scenes.RATE
        extended = extended or before <= at
        end = min(stop, crossed.end + -crossed.end % scenes.RATE) if extended else before
    return end


def _plan_file(
    patrol: script.PatrolScript, first: int, end: int, spans: list[_Span], filler: _Filler
) -> FilePlan:
    pieces: list[Piece] = []
    planted = []
    at, kept = first, end
    for span in spans:
        if span.incident is None or not first <= span.start < end:
            continue
        planted.append(_planted(patrol, span.incident))
        if span.incident.kind is Kind.CUT_SHORT:
            kept = span.start
            continue
        before = filler(at, span.start)
        pieces += before + _act(span, scene=(before or filler(at, at + 1))[-1].video, patrol=patrol)
        at = span.end
    pieces += filler(at, end)
    started_at = patrol.started_at + dt.timedelta(milliseconds=first * 1000 / scenes.RATE)
    return FilePlan(patrol.serial, started_at, tuple(pieces), end - first, kept - first, tuple(planted))


def _planted(patrol: script.PatrolScript, incident: script.Incident) -> script.Planted:
    at = patrol.started_at + dt.timedelta(milliseconds=_frames(incident.offset_ms) * 1000 // scenes.RATE)
    return script.Planted(incident.kind, at, incident.duration_ms)


def light_at(patrol: script.PatrolScript, frame: int) -> Light:
    """Return whether it is day or night at a picture of the patrol."""
    if patrol.light != "clock":
        return patrol.light
    local = (patrol.started_at + dt.timedelta(seconds=frame / scenes.RATE)).astimezone(LOCAL_ZONE).time()
    return "day" if _DAWN <= local < _DUSK else "night"


def _fill(patrol: script.PatrolScript, stock: Stock, rng: np.random.Generator) -> _Filler:
    """Return what fills a stretch: a few minutes in each place, now and then a word."""

    def fill(start: int, end: int) -> list[Piece]:
        pieces: list[Piece] = []
        at = start
        while at < end:
            light = light_at(patrol, at)
            stay = int(rng.integers(3, 12))
            video = _haunt(stock, light, rng)
            for turn in range(stay):
                if at >= end or light_at(patrol, at) != light:
                    break
                frames = min(scenes.FRAMES, end - at)
                pieces.append(Piece(_onward(stock, video, turn), _ambience(stock, video, turn, rng), frames))
                at += frames
        return pieces

    return fill


def _haunt(stock: Stock, light: Light, rng: np.random.Generator) -> scenes.VideoSpec:
    if stock.own:
        clip, start = stock.own[int(rng.integers(len(stock.own)))]
        return scenes.VideoSpec("clip", "day", clip=clip, clip_ms=start)
    scene = str(rng.choice(list(_HAUNTS), p=list(_HAUNTS.values())))
    return scenes.VideoSpec(scene, light, seed=int(rng.integers(_CUTS[scene])))


def _onward(stock: Stock, video: scenes.VideoSpec, turn: int) -> scenes.VideoSpec:
    """Own clips run on where they have more; the built-in scenes repeat without a jump."""
    if video.clip is None:
        return video
    later = (video.clip, video.clip_ms + turn * scenes.SEGMENT_MS)
    return dataclasses.replace(video, clip_ms=later[1]) if later in stock.own else video


def _ambience(stock: Stock, video: scenes.VideoSpec, turn: int, rng: np.random.Generator) -> sounds.AudioSpec:
    talk = str(rng.choice(_TALKS)) if rng.random() < (0.0 if stock.own else 0.13) else None
    place = _PLACES.get(video.scene, "street")
    shown = _onward(stock, video, turn)
    seed = 0 if shown.clip else int(rng.integers(3))
    return sounds.AudioSpec(place, video.light, talk, seed=seed, clip=shown.clip, clip_ms=shown.clip_ms)


def _act(span: _Span, *, scene: scenes.VideoSpec, patrol: script.PatrolScript) -> list[Piece]:
    """Return an incident's pieces; the scene goes on where the incident is in the sound or in the lens.

    Cameras of one crew differ in what they see, not in what is said: only the view depends on the seed.
    """
    assert span.incident is not None
    pieces = []
    light = light_at(patrol, span.start)
    seed = patrol.seed + span.start
    stop = scene if scene.clip else scenes.VideoSpec(_STOPS[seed % len(_STOPS)], light, seed=seed % 3)
    for number, at in enumerate(range(span.start, span.end, scenes.FRAMES)):
        video, audio = _acted(span.incident.kind, number, scene=scene, stop=stop, seed=span.start)
        pieces.append(Piece(video, audio, min(scenes.FRAMES, span.end - at)))
    return pieces


def _acted(
    kind: Kind, number: int, *, scene: scenes.VideoSpec, stop: scenes.VideoSpec, seed: int
) -> tuple[scenes.VideoSpec, sounds.AudioSpec]:
    place = _PLACES.get(scene.scene, "street")
    around = sounds.AudioSpec(place, scene.light, clip=scene.clip, clip_ms=scene.clip_ms)
    met = dataclasses.replace(around, place="street", light=stop.light)
    match kind:
        case Kind.RAISED_VOICES:
            return stop, dataclasses.replace(met, talk=f"quarrel-{number % len(lines.QUARRELS)}")
        case Kind.CONTACT:
            return stop, dataclasses.replace(met, talk=f"contact-{(seed + number) % len(lines.CONTACTS)}")
        case Kind.THANKS:
            return stop, dataclasses.replace(met, talk="thanks" if number == 0 else None)
        case Kind.BANG:
            return scene, dataclasses.replace(around, talk="bang", event="bang") if number == 0 else around
        case Kind.LENS_COVERED:
            return dataclasses.replace(scene, lens="covered", clip=None, clip_ms=0, seed=seed % 2), (
                dataclasses.replace(around, event="covered")
            )
        case Kind.LENS_FROZEN:
            return dataclasses.replace(scene, lens="frozen"), around
        case Kind.MICROPHONE_DEAD:
            return scene, sounds.AudioSpec("dead", "day")
        case Kind.PRIVATE_MOMENT:
            talk = "private" if number == 0 else None
            return scenes.VideoSpec("wall", "day", seed=1), sounds.AudioSpec("room", "day", talk)
        case Kind.CUT_SHORT:
            raise errors.BrokenPromise("demo.cut_short_has_no_pieces")

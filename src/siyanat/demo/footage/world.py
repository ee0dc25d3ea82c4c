"""The demo's six shifts as scripts: what was recorded, what is missing, what happened. Decides only."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from siyanat.demo.footage import plan, script
from siyanat.lib import errors

CAMERAS = 7

_Kind = script.IncidentKind
_Break = script.BreakKind


def plan_world(now: dt.datetime, serials: Sequence[str]) -> list[script.PatrolScript]:
    """Return seven scripts of six shifts, all over by ``now``; needs seven serials, one a script.

    In the order of the list: "evening" (1 h), "night" (two cameras, 8 h to this morning: the first has
    7 h 41 min recorded, 12 min of battery swap, 7 min unexplained), "morning" (2 h), "afternoon" (90 min
    to dusk), "market" (1 h, cut short), "overdue" (75 min, four days ago). The short one comes first, so
    that something can be watched soon.

    :raises errors.Refusal: when there are fewer serials than cameras.
    """
    if len(serials) < CAMERAS:
        raise errors.Refusal("demo.too_few_serials", given=len(serials), needed=CAMERAS)
    morning = _last_morning(now)
    evening, first, second, forenoon, afternoon, market, overdue = serials[:CAMERAS]
    return [
        _evening(evening, _before(morning, days=1, clock=dt.time(19, 30))),
        *_night(first, second, morning - dt.timedelta(hours=8)),
        _forenoon(forenoon, _before(morning, days=1, clock=dt.time(9, 0))),
        _afternoon(afternoon, _before(morning, days=1, clock=dt.time(16, 30))),
        _market(market, _before(morning, days=2, clock=dt.time(11, 0))),
        _overdue(overdue, _before(morning, days=4, clock=dt.time(20, 0))),
    ]


def _last_morning(now: dt.datetime) -> dt.datetime:
    """Return the latest local 07:00 that is at least half an hour past."""
    local = (now - dt.timedelta(minutes=30)).astimezone(plan.LOCAL_ZONE)
    seven = local.replace(hour=7, minute=0, second=0, microsecond=0)
    return (seven if seven <= local else seven - dt.timedelta(days=1)).astimezone(dt.UTC)


def _before(morning: dt.datetime, *, days: int, clock: dt.time) -> dt.datetime:
    local = morning.astimezone(plan.LOCAL_ZONE) - dt.timedelta(days=days)
    return local.replace(hour=clock.hour, minute=clock.minute).astimezone(dt.UTC)


def _ms(*, minutes: float = 0, seconds: float = 0) -> int:
    return round((minutes * 60 + seconds) * 1000)


def _at(kind: _Kind, minutes: float, *, seconds: float) -> script.Incident:
    return script.Incident(kind, _ms(minutes=minutes), _ms(seconds=seconds))


def _pause(kind: _Break, minutes: float, *, lasting: float) -> script.Break:
    return script.Break(kind, _ms(minutes=minutes), _ms(minutes=lasting))


def _evening(serial: str, start: dt.datetime) -> script.PatrolScript:
    incidents = (
        _at(_Kind.CONTACT, 8, seconds=51.2),
        _at(_Kind.RAISED_VOICES, 27, seconds=64),
        _at(_Kind.THANKS, 46, seconds=12.8),
    )
    return script.PatrolScript("evening", serial, start, _ms(minutes=60), 101, incidents=incidents)


def _night(first: str, second: str, start: dt.datetime) -> list[script.PatrolScript]:
    """Return the two cameras of the eight hours; what one has missed the other one has seen in part."""
    one = (
        _at(_Kind.CONTACT, 34, seconds=38.4),
        _at(_Kind.BANG, 121.5, seconds=2),
        _at(_Kind.RAISED_VOICES, 143.2, seconds=76.8),
        _at(_Kind.LENS_COVERED, 262, seconds=95),
        _at(_Kind.PRIVATE_MOMENT, 349, seconds=150),
        _at(_Kind.THANKS, 431, seconds=12.8),
    )
    two = (
        _at(_Kind.CONTACT, 34, seconds=38.4),
        _at(_Kind.BANG, 121.5, seconds=2),
        _at(_Kind.RAISED_VOICES, 143.2, seconds=76.8),
        _at(_Kind.MICROPHONE_DEAD, 210, seconds=240),
        _at(_Kind.LENS_FROZEN, 385, seconds=180),
    )
    gaps = (_pause(_Break.BATTERY_SWAP, 236, lasting=12), _pause(_Break.CAMERA_OFF, 301, lasting=7))
    length, half_hour = _ms(minutes=480), _ms(minutes=30)
    return [
        script.PatrolScript("night", first, start, length, 201, "clock", one, gaps, half_hour),
        script.PatrolScript("night", second, start, length, 202, "clock", two, (), half_hour),
    ]


def _forenoon(serial: str, start: dt.datetime) -> script.PatrolScript:
    incidents = (
        _at(_Kind.CONTACT, 15, seconds=64),
        _at(_Kind.LENS_FROZEN, 52, seconds=120),
        _at(_Kind.RAISED_VOICES, 88, seconds=38.4),
        _at(_Kind.THANKS, 101, seconds=12.8),
    )
    return script.PatrolScript("morning", serial, start, _ms(minutes=120), 301, incidents=incidents)


def _afternoon(serial: str, start: dt.datetime) -> script.PatrolScript:
    incidents = (
        _at(_Kind.CONTACT, 11, seconds=38.4),
        _at(_Kind.BANG, 33.4, seconds=2),
        _at(_Kind.MICROPHONE_DEAD, 70, seconds=150),
    )
    gaps = (_pause(_Break.CAMERA_OFF, 50, lasting=4),)
    return script.PatrolScript("afternoon", serial, start, _ms(minutes=90), 401, "clock", incidents, gaps)


def _market(serial: str, start: dt.datetime) -> script.PatrolScript:
    incidents = (
        _at(_Kind.CONTACT, 9, seconds=51.2),
        _at(_Kind.LENS_COVERED, 24, seconds=60),
        _at(_Kind.CUT_SHORT, 55, seconds=300),
    )
    return script.PatrolScript("market", serial, start, _ms(minutes=60), 501, incidents=incidents)


def _overdue(serial: str, start: dt.datetime) -> script.PatrolScript:
    incidents = (
        _at(_Kind.RAISED_VOICES, 19, seconds=51.2),
        _at(_Kind.LENS_COVERED, 41, seconds=45),
        _at(_Kind.CONTACT, 58, seconds=38.4),
    )
    gaps = (_pause(_Break.CAMERA_OFF, 20.5, lasting=9),)
    return script.PatrolScript("overdue", serial, start, _ms(minutes=75), 601, "clock", incidents, gaps)

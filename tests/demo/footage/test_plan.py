from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siyanat.demo import footage
from siyanat.demo.footage import plan, scenes
from siyanat.lib import errors

START = dt.datetime(2026, 11, 20, 6, 0, tzinfo=dt.UTC)
SERIALS = [f"BWC-2210-{number:06d}" for number in range(123, 130)]
MINUTE = 60_000
KINDS = footage.IncidentKind


@st.composite
def patrols(draw: st.DrawFn) -> footage.PatrolScript:
    """Patrols whose minutes are dealt out to incidents, breaks and nothing in particular."""
    deal = draw(st.lists(st.sampled_from(["", "", "break", *KINDS]), min_size=2, max_size=40))
    incidents, breaks = [], []
    for minute, what in enumerate(deal):
        if what == "break":
            breaks.append(footage.Break(footage.BreakKind.CAMERA_OFF, minute * MINUTE, MINUTE))
        elif what and what not in (KINDS.CUT_SHORT, KINDS.BANG):
            incidents.append(footage.Incident(KINDS(what), minute * MINUTE + 500, MINUTE - 1_000))
    return footage.PatrolScript(
        "s", "BWC-1", START, len(deal) * MINUTE, draw(st.integers(0, 99)), "clock",
        tuple(incidents), tuple(breaks), draw(st.sampled_from([90_000, 3 * MINUTE, 10 * MINUTE])),
    )  # fmt: skip


@given(patrols())
def test_files_hold_exactly_what_is_recorded(patrol: footage.PatrolScript) -> None:
    files = plan.plan_files(patrol, plan.Stock())
    assert sum(todo.frames for todo in files) * 1000 // scenes.RATE == patrol.recorded_ms
    assert all(sum(piece.frames for piece in todo.pieces) == todo.frames for todo in files)
    assert all(piece.frames <= scenes.FRAMES for todo in files for piece in todo.pieces)


@given(patrols())
def test_every_incident_lies_whole_in_one_file(patrol: footage.PatrolScript) -> None:
    files = plan.plan_files(patrol, plan.Stock())
    planted = [(todo, incident) for todo in files for incident in todo.incidents]
    assert len(planted) == len(patrol.incidents)
    for todo, incident in planted:
        ends_at = incident.at + dt.timedelta(milliseconds=incident.duration_ms)
        assert todo.started_at <= incident.at
        assert todo.started_at.microsecond == 0
        assert ends_at <= todo.started_at + dt.timedelta(milliseconds=todo.duration_ms + 67)


@given(patrols())
def test_the_same_script_gives_the_same_plan(patrol: footage.PatrolScript) -> None:
    once, again = (plan.plan_files(patrol, plan.Stock()) for _ in range(2))
    assert [todo.digest for todo in once] == [todo.digest for todo in again]


@given(st.datetimes(dt.datetime(2026, 1, 1), dt.datetime(2027, 1, 1), timezones=st.just(dt.UTC)))  # noqa: DTZ001
def test_the_world_is_six_shifts_that_are_over(now: dt.datetime) -> None:
    world = footage.plan_world(now, SERIALS)
    assert len({patrol.shift for patrol in world}) == 6
    assert all(patrol.ended_at <= now for patrol in world)
    assert max(now - patrol.ended_at for patrol in world) < dt.timedelta(days=6)


def test_the_night_owes_eight_hours_and_lacks_nineteen_minutes() -> None:
    one, two = (p for p in footage.plan_world(START, SERIALS) if p.shift == "night")
    assert one.duration_ms == two.duration_ms == 480 * MINUTE
    assert one.recorded_ms == 461 * MINUTE
    assert [(pause.kind.value, pause.duration_ms // MINUTE) for pause in one.breaks] == [
        ("battery_swap", 12),
        ("camera_off", 7),
    ]
    assert two.recorded_ms == 480 * MINUTE


def test_two_cameras_of_a_crew_hear_the_same_quarrel_from_two_sides() -> None:
    said, seen = [], []
    for patrol in footage.plan_world(START, SERIALS):
        if patrol.shift == "night":
            pieces = [piece for todo in plan.plan_files(patrol, plan.Stock()) for piece in todo.pieces]
            quarrel = [p for p in pieces if p.audio.talk and p.audio.talk.startswith("quarrel")]
            said.append([piece.audio.talk for piece in quarrel])
            seen.append([piece.video for piece in quarrel])
    assert said[0] == said[1]
    assert seen[0] != seen[1]


def test_dawn_comes_by_the_local_clock() -> None:
    night = next(p for p in footage.plan_world(START, SERIALS) if p.shift == "night")
    assert plan.light_at(night, 0) == "night"
    assert plan.light_at(night, (480 * 60 - 60) * scenes.RATE) == "day"


def test_overlapping_incidents_are_refused() -> None:
    both = tuple(footage.Incident(KINDS.CONTACT, at, 20_000) for at in (10_000, 20_000))
    patrol = footage.PatrolScript("s", "BWC-1", START, 5 * MINUTE, 1, incidents=both)
    with pytest.raises(errors.Refusal, match="script_overlaps"):
        plan.plan_files(patrol, plan.Stock())


def test_too_few_serials_are_refused() -> None:
    with pytest.raises(errors.Refusal, match="too_few_serials"):
        footage.plan_world(START, SERIALS[:3])

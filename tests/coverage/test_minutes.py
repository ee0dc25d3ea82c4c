"""The minute ledger: every minute owed is recorded, excused or unexplained, and they add up."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests import cast as cast_module
from tests.cast import HOUR, NOW, Cast

from siyanat.coverage import minutes, models, operations, queries
from siyanat.evidence import models as evidence
from siyanat.lib import errors
from siyanat.roster import models as roster

MINUTE = dt.timedelta(minutes=1)


def record(
    shift: roster.Shift, person: roster.Person, starts: float, ends: float, *, at: dt.datetime = NOW
) -> evidence.Recording:
    """Footage of ``person`` from minute ``starts`` to ``ends`` of the shift, known since ``at``."""
    camera = person.camera_issues.get(shift=shift).camera
    recording = evidence.Recording.objects.create(
        sha256=f"{evidence.Recording.objects.count():064d}",
        size_bytes=1,
        original_name="x.mp4",
        camera=camera,
        unit=shift.unit,
        received_at=at,
        starts_at=shift.starts_at + starts * MINUTE,
        ends_at=shift.starts_at + ends * MINUTE,
        duration_ms=int((ends - starts) * 60_000),
        container="mp4",
        video_codec="h264",
    )
    evidence.Attribution.objects.create(
        recording=recording, shift=shift, person=person, basis="issue", recorded_at=at
    )
    return recording


@pytest.fixture
def shift(cast: Cast) -> roster.Shift:
    """Eight hours of Arash and Babak, each with a camera, brought back."""
    shift = cast_module.make_shift(cast)
    for number, name in enumerate(("arash", "babak")):
        camera = cast_module.make_camera(cast, f"BWC-{number}")
        cast_module.issue_camera(shift, cast.people[name], camera)
    return shift


def line_of(
    shift: roster.Shift, person: roster.Person | None, *, known_at: dt.datetime = NOW
) -> minutes.Minutes:
    wanted = person.id if person else None
    return next(one for one in minutes.count_minutes(shift.id, known_at=known_at) if one.person_id == wanted)


def as_minutes(spans: tuple[minutes.Span, ...]) -> float:
    return minutes.total_ms(spans) / 60_000


def test_a_shift_without_footage_is_unexplained_from_end_to_end(cast: Cast, shift: roster.Shift) -> None:
    line = line_of(shift, cast.people["arash"])
    assert (as_minutes(line.owed), as_minutes(line.unexplained)) == (480, 480)


def test_a_crew_minute_counts_when_any_camera_has_it_a_bearers_only_when_their_own_has(
    cast: Cast, shift: roster.Shift
) -> None:
    record(shift, cast.people["arash"], 0, 300)
    record(shift, cast.people["babak"], 200, 480)
    assert as_minutes(line_of(shift, cast.people["arash"]).unexplained) == 180
    assert as_minutes(line_of(shift, cast.people["babak"]).unexplained) == 200
    assert as_minutes(line_of(shift, None).recorded) == 480
    assert as_minutes(line_of(shift, None).unexplained) == 0


def test_footage_outside_the_shift_or_twice_over_counts_once(cast: Cast, shift: roster.Shift) -> None:
    record(shift, cast.people["arash"], -30, 240)
    record(shift, cast.people["arash"], 120, 500)
    assert as_minutes(line_of(shift, cast.people["arash"]).recorded) == 480


def test_an_approved_excuse_explains_a_gap_and_never_adds_recorded_minutes(
    cast: Cast, shift: roster.Shift
) -> None:
    record(shift, cast.people["arash"], 0, 461)
    span = (shift.starts_at + 461 * MINUTE, shift.starts_at + 473 * MINUTE)
    excuse = operations.ask_excuse(
        viewer=cast.viewer("arash"),
        shift=shift,
        person=cast.people["arash"],
        span=span,
        kind="battery_swap",
        note="",
        now=NOW,
    )
    assert as_minutes(line_of(shift, cast.people["arash"]).excused) == 0
    operations.decide_excuse(viewer=cast.viewer("head"), excuse=excuse, approve=True, note="", now=NOW)
    line = line_of(shift, cast.people["arash"])
    assert (as_minutes(line.recorded), as_minutes(line.excused), as_minutes(line.unexplained)) == (461, 12, 7)


def test_nobody_decides_their_own_excuse(cast: Cast, shift: roster.Shift) -> None:
    roster.HeldPost.objects.create(
        person=cast.people["arash"], role="station_head", unit=cast.units["A"], held=cast_module.ALWAYS
    )
    span = (shift.starts_at, shift.starts_at + HOUR)
    excuse = operations.ask_excuse(
        viewer=cast.viewer("arash"),
        shift=shift,
        person=cast.people["arash"],
        span=span,
        kind="other",
        note="x",
        now=NOW,
    )
    with pytest.raises(errors.Refusal, match="concerns_yourself"):
        operations.decide_excuse(viewer=cast.viewer("arash"), excuse=excuse, approve=True, note="", now=NOW)


def test_the_head_of_another_station_finds_nothing_to_decide(cast: Cast, shift: roster.Shift) -> None:
    span = (shift.starts_at, shift.starts_at + HOUR)
    excuse = operations.ask_excuse(
        viewer=cast.viewer("arash"),
        shift=shift,
        person=cast.people["arash"],
        span=span,
        kind="other",
        note="x",
        now=NOW,
    )
    with pytest.raises(errors.NotFound):
        operations.decide_excuse(
            viewer=cast.viewer("stranger"), excuse=excuse, approve=True, note="", now=NOW
        )


def test_late_footage_makes_a_new_snapshot_and_the_earlier_figure_can_be_had_again(
    cast: Cast, shift: roster.Shift
) -> None:
    monday, wednesday = NOW, NOW + 48 * HOUR
    record(shift, cast.people["arash"], 0, 144, at=monday - HOUR)
    operations.count_shift(shift_id=shift.id, now=monday)
    record(shift, cast.people["arash"], 144, 480, at=wednesday - HOUR)
    assert operations.count_shift(shift_id=shift.id, now=wednesday)
    then = queries.list_lines(shift, as_of=monday + HOUR)[0].count
    now = queries.list_lines(shift)[0].count
    assert (then.recorded_ms, now.recorded_ms) == (144 * 60_000, 480 * 60_000)
    assert as_minutes(line_of(shift, cast.people["arash"], known_at=monday).recorded) == 144


def test_counting_again_without_news_writes_nothing(cast: Cast, shift: roster.Shift) -> None:
    record(shift, cast.people["arash"], 0, 480)
    assert operations.count_shift(shift_id=shift.id, now=NOW)
    assert not operations.count_shift(shift_id=shift.id, now=NOW + HOUR)


def test_gaps_say_what_the_facts_suggest(cast: Cast, shift: roster.Shift) -> None:
    record(shift, cast.people["arash"], 10, 200)
    record(shift, cast.people["arash"], 230, 400)
    operations.count_shift(shift_id=shift.id, now=NOW)
    line = next(one for one in queries.list_lines(shift) if one.person == cast.people["arash"])
    assert [gap.kind for gap in line.gaps] == ["late_start", "camera_off", "early_stop"]


def test_a_failed_dock_is_excused_for_all_but_the_shifts_of_who_excuses(
    cast: Cast, shift: roster.Shift
) -> None:
    roster.HeldPost.objects.create(
        person=cast.people["babak"], role="station_head", unit=cast.units["A"], held=cast_module.ALWAYS
    )
    operations.count_shift(shift_id=shift.id, now=NOW)
    asked = {
        "unit": cast.units["A"],
        "span": (shift.starts_at, shift.ends_at),
        "kind": "dock_failure",
        "note": "dock 2 burnt out",
        "now": NOW,
    }
    assert operations.excuse_in_bulk(viewer=cast.viewer("babak"), **asked) == 0
    assert operations.excuse_in_bulk(viewer=cast.viewer("head"), **asked) == 2
    people = {cast.people["arash"].id, cast.people["babak"].id}
    assert set(models.Excuse.objects.values_list("person", flat=True)) == people


def test_a_head_in_the_crew_decides_nothing_of_that_shift(cast: Cast, shift: roster.Shift) -> None:
    span = (shift.starts_at, shift.starts_at + HOUR)
    excuse = operations.ask_excuse(
        viewer=cast.viewer("arash"), shift=shift, person=cast.people["arash"], span=span, kind="other", note="x",
        now=NOW,
    )  # fmt: skip
    head = cast.viewer("head")
    assert queries.get_excuse_to_decide(head, excuse.id) == excuse
    roster.CrewMember.objects.create(
        shift=shift, person=cast.people["head"], bears_camera=False, starts_at=shift.starts_at,
        ends_at=shift.ends_at, recorded_at=shift.starts_at, superseded_at=NOW,
    )  # fmt: skip
    operations.count_shift(shift_id=shift.id, now=NOW)
    with pytest.raises(errors.Refusal, match="concerns_yourself"):
        operations.decide_excuse(viewer=head, excuse=excuse, approve=True, note="", now=NOW)
    assert not queries.list_excuses_to_decide(head).exists()
    written = operations.excuse_in_bulk(
        viewer=head, unit=cast.units["A"], span=span, kind="power_failure", note="n", now=NOW
    )
    assert written == 0


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    parts=st.lists(st.tuples(st.integers(-60, 540), st.integers(1, 200)), max_size=6),
    excused=st.lists(st.tuples(st.integers(0, 470), st.integers(1, 10)), max_size=3),
)
def test_every_minute_owed_is_in_exactly_one_of_three(
    cast: Cast, shift: roster.Shift, parts: list[tuple[int, int]], excused: list[tuple[int, int]]
) -> None:
    person = cast.people["arash"]
    evidence.Attribution.objects.filter(person=person).delete()
    models.Excuse.objects.all().delete()
    for starts, length in parts:
        record(shift, person, starts, starts + length)
    filmed = {minute for starts, length in parts for minute in range(starts, starts + length)} & set(
        range(480)
    )
    forgiven: set[int] = set()
    for starts, length in excused:
        if forgiven & set(range(starts, starts + length)):
            continue
        forgiven |= set(range(starts, starts + length))
        models.Excuse.objects.create(
            shift=shift,
            person=person,
            span=(shift.starts_at + starts * MINUTE, shift.starts_at + (starts + length) * MINUTE),
            kind="other",
            state="approved",
            asked_by=person.user,
            asked_at=NOW,
            decided_at=NOW,
        )
    line = line_of(shift, person)
    assert as_minutes(line.recorded) == len(filmed)
    assert as_minutes(line.excused) == len(forgiven - filmed)
    assert as_minutes(line.unexplained) == 480 - len(filmed | forgiven)

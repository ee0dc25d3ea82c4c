"""The minute ledger: every minute owed is recorded, excused, awaited or unexplained, and they add up."""

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
from siyanat.roster.operations import shifts

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
    assert (as_minutes(line.owed), as_minutes(line.unaccounted)) == (480, 480)


def test_a_crew_minute_counts_when_any_camera_has_it_a_bearers_only_when_their_own_has(
    cast: Cast, shift: roster.Shift
) -> None:
    record(shift, cast.people["arash"], 0, 300)
    record(shift, cast.people["babak"], 200, 480)
    assert as_minutes(line_of(shift, cast.people["arash"]).unaccounted) == 180
    assert as_minutes(line_of(shift, cast.people["babak"]).unaccounted) == 200
    assert as_minutes(line_of(shift, None).recorded) == 480
    assert as_minutes(line_of(shift, None).unaccounted) == 0


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
    assert (as_minutes(line.recorded), as_minutes(line.excused), as_minutes(line.unaccounted)) == (461, 12, 7)


def test_an_excuse_needs_something_missing_and_an_order_of_time(cast: Cast, shift: roster.Shift) -> None:
    record(shift, cast.people["arash"], 0, 461)
    operations.count_shift(shift_id=shift.pk, now=NOW)

    def ask(first: int, last: int) -> models.Excuse:
        return operations.ask_excuse(
            viewer=cast.viewer("arash"), shift=shift, person=cast.people["arash"], kind="battery_swap", note="",
            span=(shift.starts_at + first * MINUTE, shift.starts_at + last * MINUTE), now=NOW,
        )  # fmt: skip

    with pytest.raises(errors.Refusal, match=r"coverage\.nothing_missing"):
        ask(60, 70)
    with pytest.raises(errors.Refusal, match=r"coverage\.excuse_reversed"):
        ask(470, 465)
    excuse = ask(461, 473)
    assert models.Gap.objects.filter(excuse=excuse, count__superseded_at__isnull=True).exists()
    with pytest.raises(errors.Refusal, match=r"coverage\.refusal_needs_reason"):
        operations.decide_excuse(viewer=cast.viewer("head"), excuse=excuse, approve=False, note=" ", now=NOW)


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


def count_of(shift: roster.Shift, person: roster.Person | None = None) -> models.Count:
    return models.Count.objects.get(shift=shift, person=person, superseded_at=None)


def test_minutes_that_are_not_yet_due_are_awaited_and_accuse_nobody(cast: Cast) -> None:
    tonight = cast_module.make_shift(cast, starts_at=NOW - HOUR)
    operations.count_shift(shift_id=tonight.id, now=NOW)
    crew = count_of(tonight)
    assert (crew.awaited_ms, crew.unexplained_ms) == (crew.owed_ms, 0)
    stretches = [part.kind for line in queries.list_lines(tonight) for part in line.stretches]
    assert set(stretches) == {"awaited"}


def test_a_camera_that_is_out_delivers_until_the_grace_is_over_and_not_a_minute_longer(
    cast: Cast, shift: roster.Shift
) -> None:
    shift.camera_issues.filter(person=cast.people["arash"]).update(returned_at=None)
    record(shift, cast.people["arash"], 0, 400)
    for now, is_awaited in (
        (shift.ends_at, True),
        (shift.ends_at + operations.DOCKING_GRACE - MINUTE, True),
        (shift.ends_at + operations.DOCKING_GRACE, False),
    ):
        assert shift.id in queries.list_shifts_to_count(now=now)
        operations.count_shift(shift_id=shift.id, now=max(now, NOW))
        line = count_of(shift, cast.people["arash"])
        missing = (line.awaited_ms, line.unexplained_ms)
        assert missing == ((80 * 60_000, 0) if is_awaited else (0, 80 * 60_000))
    assert shift.id not in queries.list_shifts_to_count(now=now)


def test_a_docked_camera_that_is_being_emptied_is_awaited_too(cast: Cast, shift: roster.Shift) -> None:
    operations.count_shift(shift_id=shift.id, now=shift.ends_at + MINUTE)
    assert count_of(shift).unexplained_ms == 0
    operations.count_shift(shift_id=shift.id, now=shift.ends_at + operations.EMPTYING)
    assert count_of(shift).unexplained_ms == 480 * 60_000


def test_what_was_awaited_is_remembered_as_awaited(cast: Cast, shift: roster.Shift) -> None:
    operations.count_shift(shift_id=shift.id, now=shift.ends_at)
    operations.count_shift(shift_id=shift.id, now=NOW + HOUR)
    then = queries.list_lines(shift, as_of=shift.ends_at)[-1]
    now = queries.list_lines(shift)[-1]
    assert {part.kind for part in then.stretches} == {"awaited"}
    assert {part.kind for part in now.stretches} == {"unexplained"}
    assert queries.find_awaited_until(shift, [then]) == shift.ends_at + operations.DOCKING_GRACE
    assert queries.find_awaited_until(shift, [now]) is None


def test_an_approval_changes_no_earlier_snapshot(cast: Cast, shift: roster.Shift) -> None:
    asked = operations.ask_excuse(
        viewer=cast.viewer("arash"), shift=shift, person=cast.people["arash"], span=(shift.starts_at, shift.ends_at),
        kind="other", note="x", now=NOW,
    )  # fmt: skip
    operations.count_shift(shift_id=shift.id, now=NOW)
    operations.decide_excuse(viewer=cast.viewer("head"), excuse=asked, approve=True, note="", now=NOW + HOUR)
    operations.count_shift(shift_id=shift.id, now=NOW + HOUR)
    kinds = [
        {part.kind for part in queries.list_lines(shift, as_of=at)[0].stretches} for at in (NOW, NOW + HOUR)
    ]
    assert kinds == [{"unexplained"}, {"excused"}]


def test_a_provisional_count_is_taken_up_again_however_old_it_is(cast: Cast, shift: roster.Shift) -> None:
    operations.count_shift(shift_id=shift.id, now=shift.ends_at - HOUR)
    assert shift.id in queries.list_shifts_to_count(now=shift.ends_at + 2000 * HOUR)


def test_a_canceled_shift_owes_nothing(cast: Cast) -> None:
    tomorrow = cast_module.make_shift(cast, starts_at=NOW + 20 * HOUR)
    operations.count_shift(shift_id=tomorrow.id, now=NOW)
    shifts.cancel_shift(viewer=cast.viewer("leader"), shift=tomorrow, reason="the road is closed", now=NOW)
    operations.count_shift(shift_id=tomorrow.id, now=NOW + HOUR)
    assert not models.Count.objects.filter(shift=tomorrow, superseded_at=None).exists()


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
def test_every_minute_owed_is_recorded_excused_or_unaccounted_for(
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
    assert as_minutes(line.unaccounted) == 480 - len(filmed | forgiven)

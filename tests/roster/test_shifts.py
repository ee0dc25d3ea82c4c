"""Planning shifts, and mending them so that what was believed before stays readable."""

from __future__ import annotations

import datetime as dt

import pytest

from siyanat.ledger import models as ledger
from siyanat.lib import errors
from siyanat.roster import models, operations, queries
from tests.cast import HOUR, NOW, Cast, make_shift

TONIGHT = NOW + 12 * HOUR


def plan(
    cast: Cast, *names: str, by: str = "leader", starts_at: dt.datetime = TONIGHT, unit: str = "A"
) -> models.Shift:
    return operations.plan_shift(
        viewer=cast.viewer(by),
        unit=cast.units[unit],
        starts_at=starts_at,
        ends_at=starts_at + 8 * HOUR,
        crew=[operations.CrewPlan(cast.people[name]) for name in names or ("arash", "babak")],
        now=NOW,
    )


def test_a_shift_leader_plans_a_shift_and_it_gets_the_next_number_of_its_day(cast: Cast) -> None:
    first, second = plan(cast, "arash"), plan(cast, "babak")
    assert first.code == "1405/08/29-1001"
    assert second.code == "1405/08/29-1002"
    assert ledger.Entry.objects.filter(kind="roster.plan_shift", subject=f"shift:{first.id}").count() == 1


def test_a_stranger_plans_nothing_here(cast: Cast) -> None:
    with pytest.raises(errors.NotFound):
        plan(cast, by="stranger")


def test_nobody_patrols_twice_at_once(cast: Cast) -> None:
    plan(cast, "arash")
    with pytest.raises(errors.Refusal, match="crew_busy"):
        plan(cast, "arash", starts_at=TONIGHT + 4 * HOUR)
    plan(cast, "arash", starts_at=TONIGHT + 8 * HOUR)


def test_a_crew_is_of_ones_own_people_and_others_are_as_unknown_as_nobody(cast: Cast) -> None:
    shift = plan(cast, "arash")
    for name in ("reviewer", "integrity", "stranger_officer"):
        with pytest.raises(errors.Refusal, match="number_unknown"):
            plan(cast, "babak", name)
        crew = [operations.CrewPlan(cast.people[one]) for one in ("arash", name)]
        with pytest.raises(errors.Refusal, match="number_unknown"):
            operations.correct_crew(
                viewer=cast.viewer("head"), shift=shift, crew=crew, reason="of my choice", now=NOW
            )


def test_who_is_in_the_crew_already_stays_though_they_moved_away(cast: Cast) -> None:
    shift = plan(cast, "arash", "babak")
    models.Person.objects.filter(pk=cast.people["babak"].pk).update(unit=cast.units["B"])
    babak = models.Person.objects.select_related("unit").get(pk=cast.people["babak"].pk)
    crew = [operations.CrewPlan(cast.people["arash"], bears_camera=False), operations.CrewPlan(babak)]
    operations.correct_crew(
        viewer=cast.viewer("head"), shift=shift, crew=crew, reason="one camera only", now=NOW
    )
    assert queries.crew_of(shift).count() == 2


def test_a_patrol_elsewhere_is_not_named(cast: Cast) -> None:
    other = make_shift(cast, crew=("arash",), unit="B", code="B-SECRET", starts_at=TONIGHT)
    with pytest.raises(errors.Refusal, match="crew_busy_elsewhere") as refused:
        plan(cast, "arash")
    assert other.code not in str(refused.value.facts)


def test_what_has_begun_is_entered_by_those_above_who_were_not_there(cast: Cast) -> None:
    begun = NOW - HOUR
    with pytest.raises(errors.Refusal, match="shift_in_the_past"):
        plan(cast, "arash", starts_at=begun)
    with pytest.raises(errors.Refusal, match="concerns_yourself"):
        plan(cast, "head", by="head", starts_at=begun)
    assert plan(cast, "arash", by="head", starts_at=begun).starts_at == begun


def test_nobody_moves_a_planned_shift_into_the_past_to_get_around_that(cast: Cast) -> None:
    shift = plan(cast, "arash")
    with pytest.raises(errors.Refusal, match="shift_in_the_past"):
        operations.change_shift_times(
            viewer=cast.viewer("leader"), shift=shift, starts_at=NOW - 9 * HOUR, ends_at=NOW - HOUR,
            reason="it was yesterday", now=NOW,
        )  # fmt: skip


def test_a_canceled_shift_frees_its_crew(cast: Cast) -> None:
    shift = plan(cast, "arash")
    operations.cancel_shift(viewer=cast.viewer("leader"), shift=shift, reason="vehicle broken", now=NOW)
    plan(cast, "arash")
    shift.refresh_from_db()
    assert shift.state == "canceled"


@pytest.mark.parametrize("hours", [0.25, 25])
def test_a_shift_of_no_believable_length_is_refused(cast: Cast, hours: float) -> None:
    with pytest.raises(errors.Refusal, match="shift_length"):
        operations.plan_shift(
            viewer=cast.viewer("leader"),
            unit=cast.units["A"],
            starts_at=TONIGHT,
            ends_at=TONIGHT + hours * HOUR,
            crew=[operations.CrewPlan(cast.people["arash"])],
            now=NOW,
        )


def test_a_crew_mended_a_week_later_leaves_the_earlier_one_readable(cast: Cast) -> None:
    shift = make_shift(cast, crew=("arash",))
    later = NOW + dt.timedelta(days=7)
    operations.correct_crew(
        viewer=cast.viewer("head", now=later),
        shift=shift,
        crew=[operations.CrewPlan(cast.people["babak"])],
        reason="babak stood in for arash",
        now=later,
    )
    assert [row.person for row in queries.crew_of(shift)] == [cast.people["babak"]]
    assert [row.person for row in queries.crew_of(shift, as_of=NOW)] == [cast.people["arash"]]
    assert queries.persons_on(shift) == {cast.people["arash"].id, cast.people["babak"].id}


def test_a_correction_leaves_rows_that_still_hold_alone(cast: Cast) -> None:
    shift = make_shift(cast)
    kept = shift.crew.get(person=cast.people["arash"])
    crew = [
        operations.CrewPlan(cast.people["arash"]),
        operations.CrewPlan(cast.people["babak"], bears_camera=False),
    ]
    operations.correct_crew(
        viewer=cast.viewer("head"), shift=shift, crew=crew, reason="only one camera", now=NOW
    )
    kept.refresh_from_db()
    assert kept.superseded_at is None
    assert shift.crew.count() == 3


def test_a_correction_without_a_reason_or_a_change_is_refused(cast: Cast) -> None:
    shift = make_shift(cast, crew=("arash",))
    same = [operations.CrewPlan(cast.people["arash"])]
    other = [operations.CrewPlan(cast.people["babak"])]
    with pytest.raises(errors.Refusal, match="reason_needed"):
        operations.correct_crew(viewer=cast.viewer("head"), shift=shift, crew=other, reason=" ", now=NOW)
    with pytest.raises(errors.Refusal, match="nothing_changes"):
        operations.correct_crew(
            viewer=cast.viewer("head"), shift=shift, crew=same, reason="no reason", now=NOW
        )


def test_nobody_corrects_a_crew_that_they_are_in(cast: Cast) -> None:
    shift = make_shift(cast, crew=("arash", "head"))
    with pytest.raises(errors.Refusal, match="concerns_yourself"):
        operations.correct_crew(
            viewer=cast.viewer("head"),
            shift=shift,
            crew=[operations.CrewPlan(cast.people["arash"])],
            reason="i was not there",
            now=NOW,
        )


def test_after_the_start_only_those_above_the_patrol_correct_it(cast: Cast) -> None:
    shift = make_shift(cast, crew=("arash",))
    with pytest.raises(errors.NotFound):
        operations.correct_crew(
            viewer=cast.viewer("leader"),
            shift=shift,
            crew=[operations.CrewPlan(cast.people["babak"])],
            reason="changed my mind",
            now=NOW,
        )


def test_changed_times_move_those_who_owed_the_whole_and_clip_the_others(cast: Cast) -> None:
    shift = operations.plan_shift(
        viewer=cast.viewer("leader"),
        unit=cast.units["A"],
        starts_at=TONIGHT,
        ends_at=TONIGHT + 8 * HOUR,
        now=NOW,
        crew=[
            operations.CrewPlan(cast.people["arash"]),
            operations.CrewPlan(cast.people["babak"], starts_at=TONIGHT + HOUR, ends_at=TONIGHT + 8 * HOUR),
        ],
    )
    operations.change_shift_times(
        viewer=cast.viewer("leader"),
        shift=shift,
        starts_at=TONIGHT + 2 * HOUR,
        ends_at=TONIGHT + 9 * HOUR,
        reason="later start",
        now=NOW,
    )
    rows = {row.person.given_name_fa: (row.starts_at, row.ends_at) for row in queries.crew_of(shift)}
    assert rows["arash"] == rows["babak"] == (TONIGHT + 2 * HOUR, TONIGHT + 9 * HOUR)


def test_shifts_whose_end_has_passed_are_ended_once(cast: Cast) -> None:
    shift = make_shift(cast)
    assert operations.end_passed_shifts(now=NOW) == 1
    assert operations.end_passed_shifts(now=NOW) == 0
    shift.refresh_from_db()
    assert shift.state == "ended"


def test_an_officer_sees_their_own_shifts_and_no_others(cast: Cast) -> None:
    own, other = make_shift(cast, crew=("arash",)), make_shift(cast, crew=("babak",), code="A-2")
    seen = queries.list_shifts(cast.viewer("arash"))
    assert list(seen) == [own]
    with pytest.raises(errors.NotFound):
        queries.get_shift(cast.viewer("arash"), other.id)


def test_a_forbidden_shift_and_an_absent_one_get_the_same_answer(cast: Cast) -> None:
    shift = make_shift(cast)
    for shift_id in (shift.id, "00000000-0000-0000-0000-000000000000", "nonsense"):
        with pytest.raises(errors.NotFound) as caught:
            queries.get_shift(cast.viewer("stranger"), shift_id)
        assert caught.value.facts == {}

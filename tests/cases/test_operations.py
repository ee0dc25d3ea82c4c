"""A case from opening to closing: whom it concerns may answer, and do nothing else to it."""

from __future__ import annotations

import datetime as dt

import pytest
from tests import cast as cast_module
from tests.cast import HOUR, NOW, Cast

from siyanat.cases import models, operations, queries
from siyanat.evidence import models as evidence
from siyanat.ledger import models as ledger
from siyanat.lib import errors
from siyanat.roster import models as roster

DAY = 24 * HOUR


def open_one(
    cast: Cast, *, by: str = "head", about: str = "arash", shift: roster.Shift | None = None, **more: object
) -> models.Case:
    fields = {
        "origin": "hand",
        "title": "Papers taken without need",
        "summary": "At 14:05",
        "now": NOW,
    } | more
    return operations.open_case(
        viewer=cast.viewer(by),
        unit=cast.units["A"],
        about=[cast.people[about]],
        shift=shift,
        **fields,  # type: ignore[arg-type]
    )


def test_opening_tells_the_officer_holds_the_footage_and_stands_in_the_log(cast: Cast) -> None:
    shift = cast_module.make_shift(cast)
    case = open_one(cast, shift=shift)
    assert case.concerned.get().notified_at == NOW
    assert evidence.Hold.objects.get(reference=f"case:{case.id}").shift == shift
    entry = ledger.Entry.objects.get(kind="cases.case_opened")
    assert "Papers" not in entry.body


def test_numbers_count_up_within_the_jalali_year(cast: Cast) -> None:
    assert [open_one(cast).number for _ in range(3)] == ["1405-000001", "1405-000002", "1405-000003"]


def test_nobody_opens_a_case_about_themselves(cast: Cast) -> None:
    with pytest.raises(errors.Refusal, match="concerns_yourself"):
        open_one(cast, about="head")


def test_a_protected_complainant_needs_a_summary_for_the_officer(cast: Cast) -> None:
    with pytest.raises(errors.Refusal, match="officer_summary_missing"):
        open_one(cast, protects_complainant=True)


def test_the_stranger_neither_sees_nor_decides(cast: Cast) -> None:
    case = open_one(cast)
    assert not queries.list_visible_cases(cast.viewer("stranger")).exists()
    with pytest.raises(errors.NotFound):
        operations.decide_case(
            viewer=cast.viewer("stranger"), case=case, decision="unfounded", reasons="x", now=NOW
        )


def test_the_officer_sees_it_as_one_that_concerns_them_and_answers(cast: Cast) -> None:
    case = open_one(cast)
    viewer = cast.viewer("arash")
    assert queries.get_case_about(viewer, case.id) == case
    operations.answer_case(viewer=viewer, case=case, text="The papers were returned at once.", now=NOW)
    case.refresh_from_db()
    assert case.state == "answered"


def test_a_head_whom_it_concerns_does_not_see_it_among_the_cases_of_the_unit(cast: Cast) -> None:
    case = open_one(cast, by="integrity", about="head")
    assert case not in queries.list_visible_cases(cast.viewer("head"))
    with pytest.raises(errors.Refusal, match="concerns_yourself"):
        operations.decide_case(
            viewer=cast.viewer("head"), case=case, decision="unfounded", reasons="x", now=NOW
        )


def test_no_decision_against_an_officer_before_they_could_answer(cast: Cast) -> None:
    case = open_one(cast)
    decide = {
        "viewer": cast.viewer("integrity"),
        "case": case,
        "decision": "sustained",
        "reasons": "seen on film",
    }
    with pytest.raises(errors.Refusal, match="answer_awaited"):
        operations.decide_case(now=NOW + HOUR, **decide)  # type: ignore[arg-type]
    decided = operations.decide_case(now=NOW + 10 * DAY, **decide)  # type: ignore[arg-type]
    assert decided.state == "decided"
    with pytest.raises(errors.Refusal, match="decided_already"):
        operations.decide_case(now=NOW + 11 * DAY, **decide)  # type: ignore[arg-type]


def test_an_action_is_never_given_to_whom_the_case_concerns(cast: Cast) -> None:
    case = open_one(cast)
    with pytest.raises(errors.Refusal, match="owner_concerned"):
        operations.add_action(
            viewer=cast.viewer("head"),
            case=case,
            title="talk",
            owner=cast.people["arash"],
            due_at=NOW + DAY,
            now=NOW,
        )


def test_closing_waits_for_actions_and_ends_the_hold(cast: Cast) -> None:
    shift = cast_module.make_shift(cast)
    case = open_one(cast, shift=shift)
    head = cast.viewer("head")
    action = operations.add_action(
        viewer=head,
        case=case,
        title="Talk it through",
        owner=cast.people["leader"],
        due_at=NOW + DAY,
        now=NOW,
    )
    operations.decide_case(viewer=head, case=case, decision="coached", reasons="first time", now=NOW)
    with pytest.raises(errors.Refusal, match="actions_left"):
        operations.close_case(viewer=head, case=case, now=NOW)
    operations.complete_action(
        viewer=cast.viewer("leader"), action=action, outcome="Done, understood", now=NOW
    )
    operations.close_case(viewer=head, case=case, now=NOW + dt.timedelta(hours=1))
    assert evidence.Hold.objects.get(reference=f"case:{case.id}").released_at is not None


def test_a_case_handed_up_leaves_the_units_sight(cast: Cast) -> None:
    case = open_one(cast)
    operations.hand_up(
        viewer=cast.viewer("head"), case=case, to_unit=cast.units["P1"], reason="concerns my deputy", now=NOW
    )
    assert not queries.list_visible_cases(cast.viewer("head")).filter(pk=case.pk).exists()
    assert queries.get_case(cast.viewer("integrity"), case.id).handling_unit == cast.units["P1"]

"""Marks, the cases that they open, questions and answers."""

from __future__ import annotations

import datetime as dt

import pytest

from siyanat.cases import models as cases
from siyanat.conduct import models as conduct
from siyanat.evidence import models as evidence
from siyanat.ledger import models as ledger
from siyanat.lib import errors, national_id
from siyanat.review import models, operations, queries
from tests.cast import HOUR, NOW
from tests.review import make


def mark(patrol: make.Patrol, review: models.Review, kind: str = "coaching", **more: object) -> models.Mark:
    fields = {
        "span": (patrol.at(1), patrol.at(2)),
        "now": NOW,
        "person_id": patrol.cast.people["arash"].pk,
    } | more
    return operations.make_mark(viewer=patrol.cast.viewer("head"), review_id=review.pk, kind=kind, **fields)  # type: ignore[arg-type]


def test_a_mark_keeps_its_note_out_of_the_log(patrol: make.Patrol, review: models.Review) -> None:
    made = mark(patrol, review, note="Spoke kindly to a child", kind="thanks")
    entry = ledger.Entry.objects.get(kind="review.mark_made")
    assert "kindly" not in entry.body
    assert list(queries.marks_of(review)) == [made]


def test_a_note_that_names_a_citizen_is_refused(patrol: make.Patrol, review: models.Review) -> None:
    with pytest.raises(errors.Refusal, match=r"review\.identity_in_note"):
        mark(patrol, review, note=f"ID {national_id.generate(77)}")
    assert not models.Mark.objects.exists()


def test_a_mark_rests_on_the_catalogue_in_force(patrol: make.Patrol, review: models.Review) -> None:
    old = conduct.CatalogueVersion.objects.create(number=901, in_force_at=NOW - 900 * HOUR)
    new = conduct.CatalogueVersion.objects.create(number=902, in_force_at=NOW - HOUR)
    items = [
        conduct.ConductItem.objects.create(
            version=version,
            code="R-01",
            theme="respect",
            gravity="coaching",
            title_fa="ادب",
            title_en="Courtesy",
        )
        for version in (old, new)
    ]
    assert mark(patrol, review, conduct_item_id=items[1].pk).conduct_item == items[1]
    with pytest.raises(errors.Refusal, match=r"review\.conduct_item_not_in_force"):
        mark(patrol, review, conduct_item_id=items[0].pk)


@pytest.mark.parametrize(("start", "end"), [(2, 1), (1, 1), (-60, -55), (1, 45)])
def test_a_mark_lies_within_the_shift_and_is_short(
    patrol: make.Patrol, review: models.Review, start: int, end: int
) -> None:
    with pytest.raises(errors.Refusal, match=r"review\.mark_"):
        mark(patrol, review, span=(patrol.at(start), patrol.at(end)))


def test_a_mark_is_withdrawn_and_its_hold_with_it(patrol: make.Patrol, review: models.Review) -> None:
    made = mark(patrol, review, kind="violation")
    assert evidence.Hold.objects.filter(released_at__isnull=True).count() == 1
    operations.withdraw_mark(viewer=patrol.cast.viewer("head"), mark_id=made.pk, now=NOW)
    assert not evidence.Hold.objects.filter(released_at__isnull=True).exists()
    assert list(queries.marks_of(review)) == []
    assert models.Mark.objects.count() == 1


def test_a_case_on_a_mark_is_one_act_with_it(patrol: make.Patrol, review: models.Review) -> None:
    made = mark(patrol, review, kind="violation", note="Pushed without need")
    case = operations.open_case_from_mark(
        viewer=patrol.cast.viewer("head"), mark_id=made.pk, title="Force without need", now=NOW
    )
    made.refresh_from_db()
    assert made.case == case
    assert (case.origin, case.origin_reference, case.shift) == ("mark", f"mark:{made.pk}", patrol.shift)
    assert case.concerned.get().person == patrol.cast.people["arash"]
    assert evidence.Hold.objects.filter(reference=f"case:{case.pk}", shift=patrol.shift).exists()
    with pytest.raises(errors.Refusal, match=r"review\.mark_has_case"):
        operations.withdraw_mark(viewer=patrol.cast.viewer("head"), mark_id=made.pk, now=NOW)
    assert cases.Case.objects.count() == 1


def test_only_who_does_the_review_marks(patrol: make.Patrol, review: models.Review) -> None:
    for name in ("reviewer", "integrity"):
        with pytest.raises(errors.Refusal, match=r"review\.not_at_work"):
            operations.make_mark(
                viewer=patrol.cast.viewer(name), review_id=review.pk, person_id=patrol.cast.people["arash"].pk,
                kind="thanks", span=(patrol.at(1), patrol.at(2)), now=NOW,
            )  # fmt: skip


def test_an_officer_is_asked_and_answers_once(patrol: make.Patrol, review: models.Review) -> None:
    cast = patrol.cast
    question = operations.ask_officer(
        viewer=cast.viewer("head"), review_id=review.pk, person_id=cast.people["arash"].pk,
        text="What happened in these two minutes?", span=(patrol.at(10), patrol.at(12)), now=NOW,
    )  # fmt: skip
    assert list(queries.list_questions_for(cast.viewer("arash"))) == [question]
    assert list(queries.list_questions_for(cast.viewer("babak"))) == []
    with pytest.raises(errors.NotFound):
        operations.answer_question(
            viewer=cast.viewer("babak"), question_id=question.pk, text="Not me", now=NOW
        )
    operations.answer_question(
        viewer=cast.viewer("arash"), question_id=question.pk, text="I changed the battery.", now=NOW
    )
    with pytest.raises(errors.Refusal, match=r"review\.answered_already"):
        operations.answer_question(viewer=cast.viewer("arash"), question_id=question.pk, text="No.", now=NOW)
    since = NOW - dt.timedelta(days=1)
    assert list(queries.list_answers_for(cast.viewer("head"), since=since)) == [question]


def test_an_officer_reads_marks_only_after_sign_off(patrol: make.Patrol, review: models.Review) -> None:
    cast = patrol.cast
    mark(patrol, review, kind="thanks")
    own = list(queries.reviews_of_own_shifts(cast.viewer("arash")))
    assert own == [review]
    assert list(queries.marks_on(cast.viewer("arash"), own)) == []
    now = patrol.watch_all(review)
    operations.sign_off_review(viewer=cast.viewer("head"), review_id=review.pk, summary="Well done", now=now)
    own = list(queries.reviews_of_own_shifts(cast.viewer("arash")))
    assert [one.kind for one in queries.marks_on(cast.viewer("arash"), own)] == ["thanks"]
    assert list(queries.marks_on(cast.viewer("babak"), own)) == []

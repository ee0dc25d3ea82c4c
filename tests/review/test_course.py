"""A review from the end of the shift to its sign-off: who does it, when it is due, what stands in the way."""

from __future__ import annotations

import datetime as dt

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from siyanat.evidence import models as evidence
from siyanat.ledger import models as ledger
from siyanat.lib import errors
from siyanat.review import models, operations, queries
from siyanat.roster import models as roster
from siyanat.triage import models as triage
from tests import cast as cast_module
from tests.cast import HOUR, NOW, Cast
from tests.review import make

DAY = 24 * HOUR


def refused(code: str) -> pytest.RaisesExc[errors.Refusal]:
    return pytest.raises(errors.Refusal, match=code)


def test_a_review_opens_when_the_shift_has_ended_and_has_a_plan(patrol: make.Patrol) -> None:
    assert operations.open_review(shift_id=patrol.shift.pk, now=patrol.shift.ends_at - HOUR / 60) is None
    review = patrol.open()
    assert (review.state, review.unit, review.plan) == ("waiting", patrol.shift.unit, patrol.plan)
    assert not review.goes_above
    assert dt.timedelta(days=3) <= review.due_at - patrol.shift.ends_at <= dt.timedelta(days=5)
    assert operations.open_review(shift_id=patrol.shift.pk, now=NOW) is None


def test_without_a_plan_it_opens_when_the_time_to_dock_is_over(cast: Cast) -> None:
    shift = cast_module.make_shift(cast, hours=0.5)
    assert operations.open_review(shift_id=shift.pk, now=shift.ends_at + HOUR) is None
    review = operations.open_review(shift_id=shift.pk, now=shift.ends_at + DAY + HOUR)
    assert review is not None
    assert review.plan is not None
    assert all(item.is_missing for item in review.plan.items.all())


def test_beginning_freezes_the_plan_and_stands_in_the_log(patrol: make.Patrol) -> None:
    review = patrol.begin()
    assert (review.state, review.is_open) == ("under_way", True)
    assert triage.Plan.objects.get(pk=review.plan_id).frozen_at == NOW
    assert ledger.Entry.objects.filter(kind="review.review_begun", subject=f"review:{review.pk}").exists()
    assert patrol.begin().pk == review.pk


def test_the_tabs_count_what_they_list(patrol: make.Patrol, cast: Cast) -> None:
    patrol.open()
    for now in (NOW, NOW + 20 * DAY):
        for name in ("head", "reviewer", "overseer", "stranger"):
            viewer = cast.viewer(name)
            listed = {tab: queries.list_reviews(viewer, now=now, tab=tab).count() for tab in queries.TABS[:3]}
            assert queries.count_tabs(viewer, now=now) == listed
        patrol.begin()


def test_a_stranger_is_told_that_there_is_nothing(patrol: make.Patrol) -> None:
    with pytest.raises(errors.NotFound):
        patrol.begin(by="stranger")


@pytest.mark.parametrize("name", ["reviewer", "custodian", "integrity", "overseer"])
def test_who_oversees_may_see_but_not_do_it(patrol: make.Patrol, name: str) -> None:
    with refused("review.not_yours_to_review"):
        patrol.begin(by=name)


def test_two_heads_do_not_review_the_same_shift(patrol: make.Patrol, cast: Cast) -> None:
    patrol.begin()
    roster.HeldPost.objects.create(
        person=cast.people["leader"], role="station_head", unit=cast.units["A"], held=cast_module.ALWAYS
    )
    with refused("review.begun_by_another"):
        patrol.begin(by="leader")


def test_nobody_reviews_a_shift_in_whose_crew_they_were(cast: Cast) -> None:
    patrol = make.make_patrol(cast, crew=("arash", "head"))
    review = patrol.open()
    assert review.goes_above
    with pytest.raises(errors.NotFound):
        patrol.begin(by="head")
    assert list(queries.list_waiting(cast.viewer("head"), now=NOW)) == []
    assert list(queries.list_waiting(cast.viewer("reviewer"), now=NOW)) == [review]
    assert patrol.begin(by="reviewer").reviewer == cast.people["reviewer"].user


def test_an_overdue_review_is_brought_to_the_post_above_once(patrol: make.Patrol, cast: Cast) -> None:
    review = patrol.open()
    late = review.due_at + HOUR
    assert operations.escalate_overdue(now=late) == 1
    assert operations.escalate_overdue(now=late) == 0
    review.refresh_from_db()
    assert review.state == "escalated"
    assert list(queries.list_escalated(cast.viewer("reviewer"), now=late)) == [review]
    assert patrol.begin(by="reviewer").state == "under_way"


def test_what_another_watched_does_not_count_for_who_takes_over(patrol: make.Patrol, cast: Cast) -> None:
    review = patrol.begin()
    now = patrol.watch_all(review)
    operations.escalate_overdue(now=review.due_at + HOUR)
    operations.take_over_review(viewer=cast.viewer("reviewer"), review_id=review.pk, now=now)
    with refused("review.plan_not_watched"):
        operations.sign_off_review(
            viewer=cast.viewer("reviewer"), review_id=review.pk, summary="Seen", now=now
        )


def test_sign_off_is_refused_until_the_plan_is_watched(
    patrol: make.Patrol, review: models.Review, cast: Cast
) -> None:
    with refused("review.plan_not_watched"):
        operations.sign_off_review(
            viewer=cast.viewer("head"), review_id=review.pk, summary="All well", now=NOW
        )
    now = patrol.watch_all(review)
    with refused("review.summary_missing"):
        operations.sign_off_review(viewer=cast.viewer("head"), review_id=review.pk, summary=" ", now=now)
    signed = operations.sign_off_review(
        viewer=cast.viewer("head"), review_id=review.pk, summary="All well", now=now
    )
    assert (signed.state, signed.signed_off_at) == ("signed_off", now)
    assert signed.watched_ms > 0
    entry = ledger.Entry.objects.get(kind="review.review_signed_off")
    assert '"watched_share":1' in entry.body
    assert "All well" not in entry.body
    assert ProcrastinateJob.objects.filter(task_name="review.draw_second_line").exists()
    with refused("review.not_at_work"):
        operations.sign_off_review(viewer=cast.viewer("head"), review_id=review.pk, summary="Again", now=now)


def test_force_is_held_at_once_and_kept_a_year_from_sign_off_on(
    patrol: make.Patrol, review: models.Review, cast: Cast
) -> None:
    from siyanat.archive import models as archive
    from siyanat.archive import operations as archiving

    archiving.load_defaults()
    mark = operations.make_mark(
        viewer=cast.viewer("head"), review_id=review.pk, person_id=cast.people["arash"].pk, kind="force",
        span=(patrol.at(1), patrol.at(2)), now=NOW,
    )  # fmt: skip
    hold = evidence.Hold.objects.get(reference=f"mark:{mark.pk}")
    assert hold.recording == patrol.recordings["arash"][0]
    now = patrol.watch_all(review)
    operations.sign_off_review(viewer=cast.viewer("head"), review_id=review.pk, summary="Force used", now=now)
    hold.refresh_from_db()
    assert hold.released_at == now
    kept = archive.Classification.objects.filter(reference=f"mark:{mark.pk}")
    assert [(one.recording, one.category.code) for one in kept] == [
        (patrol.recordings["arash"][0], "intentional")
    ]


def test_footage_that_comes_after_the_review_began_is_reviewed_on_its_own(patrol: make.Patrol) -> None:
    first = patrol.begin()
    assert operations.open_review(shift_id=patrol.shift.pk, now=NOW) is None
    plan = triage.Plan.objects.create(
        shift=patrol.shift, made_at=NOW, after=NOW, inputs_digest="0" * 64, planned_ms=60_000, owed_ms=1
    )
    late = operations.open_review(shift_id=patrol.shift.pk, now=NOW + HOUR)
    assert late is not None
    assert (late.line, late.plan, late.unit) == ("late", plan, first.unit)
    assert late.due_at > NOW + DAY
    assert operations.open_review(shift_id=patrol.shift.pk, now=NOW + 2 * HOUR) is None
    head = patrol.cast.viewer("head")
    assert late in queries.list_waiting(head, now=NOW)
    begun = operations.begin_review(viewer=head, review_id=late.pk, now=NOW + 2 * HOUR)
    assert begun.plan == plan
    assert triage.Plan.objects.get(pk=plan.pk).frozen_at == NOW + 2 * HOUR
    assert operations.open_review(shift_id=patrol.shift.pk, now=NOW + 3 * HOUR) is None

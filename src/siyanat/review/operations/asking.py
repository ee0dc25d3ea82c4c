"""Questions to an officer about a mark or missing minutes, and the officer's answer. Neither is ever edited."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from siyanat.lib import errors
from siyanat.review import models, notes, policy, queries
from siyanat.review.operations.course import lock_at_work
from siyanat.review.operations.telling import tell
from siyanat.roster import gates, working_days

LEAST_LETTERS = 3


@transaction.atomic
def ask_officer(
    *,
    viewer: gates.Viewer,
    review_id: UUID,
    person_id: UUID,
    text: str,
    now: dt.datetime,
    span: tuple[dt.datetime, dt.datetime] | None = None,
) -> models.Question:
    """Ask a member of the crew, about a stretch or in general.

    :raises errors.Refusal: ``review.not_a_bearer``, ``review.question_missing``, ``review.identity_in_note``,
        ``review.mark_outside_shift``, ``review.not_at_work``.
    """
    review = lock_at_work(viewer, review_id)
    if person_id not in {one.pk for one in queries.bearers_of(review.shift)}:
        raise errors.Refusal("review.not_a_bearer")
    if span is not None and not (
        review.shift.starts_at - policy.MARK_MARGIN
        <= span[0]
        < span[1]
        <= review.shift.ends_at + policy.MARK_MARGIN
    ):
        raise errors.Refusal("review.mark_outside_shift")
    clean = notes.clean(text)[:1000]
    if len(clean) < LEAST_LETTERS:
        raise errors.Refusal("review.question_missing")
    question = models.Question.objects.create(
        review=review, person_id=person_id, span=DateTimeTZRange(*span) if span else None, text=clean,
        asked_by=viewer.user, asked_at=now, due_at=working_days.add_working_days(now, policy.QUESTION_WORKING_DAYS),
    )  # fmt: skip
    tell(
        "officer_asked", review, actor=viewer.actor, now=now, facts={"question": question.pk, "due_at": question.due_at},
        personal={"person": str(person_id), "text": clean},
    )  # fmt: skip
    question.refresh_from_db()
    return question


@transaction.atomic
def answer_question(
    *, viewer: gates.Viewer, question_id: UUID, text: str, now: dt.datetime
) -> models.Question:
    """The officer says their side, once.

    :raises errors.NotFound: when nobody asked the viewer that.
    :raises errors.Refusal: ``review.answer_missing``, ``review.answered_already``, ``review.identity_in_note``.
    """
    question = queries.get_question_for(viewer, question_id)
    clean = notes.clean(text)
    if len(clean) < LEAST_LETTERS:
        raise errors.Refusal("review.answer_missing")
    rows = models.Question.objects.filter(pk=question.pk, answered_at__isnull=True)
    if not rows.update(answer=clean, answered_at=now):
        raise errors.Refusal("review.answered_already")
    question.refresh_from_db()
    tell(
        "question_answered", question.review, actor=viewer.actor, now=now, facts={"question": question.pk},
        personal={"text": clean},
    )  # fmt: skip
    return question

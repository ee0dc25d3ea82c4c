"""The course of a review: it is opened, begun, escalated when overdue, signed off."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django.db import transaction

from siyanat.archive import operations as archive
from siyanat.coverage import operations as coverage
from siyanat.evidence import operations as holds
from siyanat.jobs import facts
from siyanat.jobs import operations as jobs
from siyanat.lib import errors
from siyanat.review import film, models, notes, policy, queries, watched
from siyanat.review.operations.telling import ACTOR, tell
from siyanat.roster import gates, working_days
from siyanat.roster import models as roster
from siyanat.roster import queries as people
from siyanat.triage import models as triage
from siyanat.triage import operations as plans

State = models.Review.State
ESCALATED_AT_ONCE = 500
FORCE_CATEGORY = "intentional"  # the archive's own code: intentional, or force used


@transaction.atomic
def open_review(*, shift_id: UUID, now: dt.datetime) -> models.Review | None:
    """Open the first-line review of a shift that has ended: as soon as there is a plan, or the time to dock is over.

    None while it is too early, when nothing is owed, or when there is one already. Where the first has begun, footage
    that came since is reviewed on its own.
    """
    shift = roster.Shift.objects.select_for_update(of=("self",)).select_related("unit").get(pk=shift_id)
    if now < shift.ends_at or shift.state == roster.Shift.State.CANCELED:
        return None
    if models.Review.objects.filter(shift=shift, line=queries.Line.FIRST).exists():
        return _open_late(shift, now)
    plan = _current_plan(shift)
    if plan is None and now >= shift.ends_at + coverage.DOCKING_GRACE:
        plan = plans.plan_shift(shift_id=shift.pk, now=now)
    if plan is None:
        return None
    return _open(shift, plan, line=queries.Line.FIRST, due_from=shift.ends_at, now=now)


def _open_late(shift: roster.Shift, now: dt.datetime) -> models.Review | None:
    """A review of what came after the first had begun; one that still waits takes the newer plan when it begins."""
    plan = _plan_of_late(shift)
    waiting = models.Review.objects.filter(shift=shift, line=queries.Line.LATE, begun_at__isnull=True)
    if plan is None or waiting.exists():
        return None
    return _open(shift, plan, line=queries.Line.LATE, due_from=now, now=now)


def _open(
    shift: roster.Shift, plan: triage.Plan, *, line: str, due_from: dt.datetime, now: dt.datetime
) -> models.Review:
    review = models.Review.objects.create(
        shift=shift, unit=shift.unit, line=line, plan=plan, created_at=now, goes_above=_goes_above(shift, now),
        due_at=max(working_days.add_working_days(due_from, policy.DUE_WORKING_DAYS), now),
    )  # fmt: skip
    tell(
        "review_opened",
        review,
        actor=ACTOR,
        now=now,
        facts={"unit": shift.unit.code, "due_at": review.due_at},
    )
    return review


def _current_plan(shift: roster.Shift) -> triage.Plan | None:
    return triage.Plan.objects.filter(shift=shift, superseded_at__isnull=True, after__isnull=True).first()


def _plan_of_late(shift: roster.Shift) -> triage.Plan | None:
    """The plan over late footage with which no review has begun."""
    late = triage.Plan.objects.filter(shift=shift, superseded_at__isnull=True, after__isnull=False)
    return late.filter(frozen_at__isnull=True).first()


def _goes_above(shift: roster.Shift, now: dt.datetime) -> bool:
    """Whether no head over the unit is free to review it: all were in the crew, or there is none."""
    concerned = queries.concerned_by(shift)
    heads = people.people_who_hold(gates.Role.STATION_HEAD, unit=shift.unit, now=now)
    return not heads.exclude(pk__in=concerned).exists()


@transaction.atomic
def begin_review(*, viewer: gates.Viewer, review_id: UUID, now: dt.datetime) -> models.Review:
    """Take a waiting review: its plan stays as it is from now on.

    Beginning what one has begun already changes nothing.

    :raises errors.NotFound: when it is not the viewer's to see.
    :raises errors.Refusal: ``review.not_yours_to_review``, ``review.begun_by_another``, ``review.signed_off``,
        ``review.no_plan``, ``review.still_being_analyzed``, ``access.concerns_yourself``.
    """
    review = _lock(viewer, review_id)
    if review.begun_at is not None:
        if review.reviewer_id == viewer.user.pk:
            return review
        raise errors.Refusal("review.begun_by_another")
    _take(viewer, review, now)
    tell(
        "review_begun", review, actor=viewer.actor, now=now,
        facts={"plan": review.plan_id, "planned_ms": review.plan.planned_ms if review.plan else 0},
    )  # fmt: skip
    return review


@transaction.atomic
def take_over_review(*, viewer: gates.Viewer, review_id: UUID, now: dt.datetime) -> models.Review:
    """Go on with an overdue review that somebody else began. What they watched doesn't count for the new reviewer.

    :raises errors.Refusal: ``review.not_overdue`` while it is not escalated; as `begin_review`.
    """
    review = _lock(viewer, review_id)
    if review.begun_at is None or review.escalated_at is None:
        raise errors.Refusal("review.not_overdue")
    before = review.reviewer_id
    _take(viewer, review, now)
    tell("review_taken_over", review, actor=viewer.actor, now=now, facts={"from": before})
    return review


def _lock(viewer: gates.Viewer, review_id: UUID) -> models.Review:
    """The review, locked, when it is the viewer's to do."""
    seen = queries.get_review(viewer, review_id)
    rows = models.Review.objects.select_for_update(of=("self",)).select_related(
        "shift__unit", "unit", "plan", "first"
    )
    review = rows.get(pk=seen.pk)
    if review.signed_off_at is not None:
        raise errors.Refusal("review.signed_off")
    gates.check_not_concerned(viewer, queries.concerned_by(review.shift), act="review")
    if not queries.may_review(viewer, review):
        raise errors.Refusal("review.not_yours_to_review")
    return review


def _take(viewer: gates.Viewer, review: models.Review, now: dt.datetime) -> None:
    if review.line in queries.OWN_LINES and review.begun_at is None:
        if plans.is_being_analyzed(review.shift, now=now):
            raise errors.Refusal("review.still_being_analyzed")
        is_late = review.line == queries.Line.LATE
        review.plan = _plan_of_late(review.shift) if is_late else _current_plan(review.shift)
    if review.plan is None:
        raise errors.Refusal("review.no_plan")
    plans.freeze_plan(plan=review.plan, now=now)
    review.reviewer, review.begun_at, review.state = viewer.user, review.begun_at or now, State.UNDER_WAY
    review.save(update_fields=["reviewer", "begun_at", "state", "plan"])


@transaction.atomic
def escalate_overdue(*, now: dt.datetime) -> int:
    """Bring overdue reviews to the post above; how many. The station still may do them."""
    rows = models.Review.objects.select_for_update(of=("self",), skip_locked=True).filter(
        signed_off_at__isnull=True, escalated_at__isnull=True, due_at__lt=now
    )
    due = list(rows.select_related("unit").order_by("due_at")[:ESCALATED_AT_ONCE])
    for review in due:
        review.escalated_at, review.state = now, State.ESCALATED
        review.save(update_fields=["escalated_at", "state"])
        tell(
            "review_escalated",
            review,
            actor=ACTOR,
            now=now,
            facts={"unit": review.unit.code, "due_at": review.due_at},
        )
    return len(due)


@transaction.atomic
def sign_off_review(
    *, viewer: gates.Viewer, review_id: UUID, summary: str, now: dt.datetime
) -> models.Review:
    """End a review whose plan is watched, or skipped with reasons. Open questions don't stand in the way.

    Footage under a mark of force or violation goes to the category that keeps it a year; the holds that kept it
    so far end.

    :raises errors.Refusal: ``review.plan_not_watched``, ``review.summary_missing``, ``review.identity_in_note``,
        ``review.not_at_work``.
    """
    review = lock_at_work(viewer, review_id)
    text = notes.clean(summary)
    standing = watched.standing_of(review, viewer=viewer, now=now)
    if standing.left:
        raise errors.Refusal(
            "review.plan_not_watched",
            items=len(standing.left),
            left=dt.timedelta(milliseconds=standing.left_ms),
        )
    if len(text) < 3:
        raise errors.Refusal("review.summary_missing")
    marks = list(queries.marks_of(review))
    closed = _note_closed_items(review, standing, now)
    _settle_holds(review, marks, viewer, now)
    review.signed_off_at, review.state, review.summary = now, State.SIGNED_OFF, text
    review.watched_ms = standing.watched_ms
    review.save(update_fields=["signed_off_at", "state", "summary", "watched_ms"])
    tell(
        "review_signed_off", review, actor=viewer.actor, now=now,
        facts={"plan": review.plan_id, "watched_ms": standing.watched_ms, "watched_share": round(standing.share, 4),
               "items": len(standing.items), "skipped": sum(one.state == "skipped" for one in standing.items),
               "closed": closed,
               "marks": len(marks), "open_questions": review.questions.filter(answered_at__isnull=True).count()},
        personal={"summary": text},
    )  # fmt: skip
    jobs.announce(facts.REVIEW_SIGNED_OFF, review_id=str(review.pk))
    return review


def _note_closed_items(review: models.Review, standing: watched.Standing, now: dt.datetime) -> int:
    """Items that lay in a private moment at sign-off stay known as such, whatever becomes of the moment; how many."""
    closed = [one.item for one in standing.items if one.state == "restricted"]
    models.Skip.objects.bulk_create(
        models.Skip(review=review, item=item, reason=models.Skip.Reason.RESTRICTED, skipped_at=now)
        for item in closed
    )
    return len(closed)


def lock_at_work(viewer: gates.Viewer, review_id: UUID) -> models.Review:
    """The review that the viewer is doing, locked.

    :raises errors.NotFound: when it is not theirs to see.
    :raises errors.Refusal: ``review.not_at_work``, ``access.concerns_yourself``.
    """
    seen = queries.get_review_at_work(viewer, review_id)
    rows = models.Review.objects.select_for_update(of=("self",)).select_related(
        "shift__unit", "unit", "plan", "first"
    )
    review = rows.get(pk=seen.pk)
    if not queries.is_at_work(viewer, review):
        raise errors.Refusal("review.not_at_work")
    return review


def _settle_holds(
    review: models.Review, marks: list[models.Mark], viewer: gates.Viewer, now: dt.datetime
) -> None:
    """What the mark's own hold kept is kept by its category from now on; a case has a hold of its own."""
    for mark in marks:
        if mark.kind not in queries.HELD_KINDS:
            continue
        ids = [clip.recording.pk for clip in film.clips_under(review.shift, mark.person_id, mark.span)]
        archive.classify(
            ids,
            code=FORCE_CATEGORY,
            since=mark.span.upper,
            reference=f"mark:{mark.pk}",
            now=now,
            actor=viewer.actor,
        )
        holds.release_holds_of(reference=f"mark:{mark.pk}", actor=viewer.actor, reason="signed off", now=now)

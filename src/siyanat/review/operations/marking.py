"""Marks: what a reviewer notes on a stretch, withdrawn until sign-off, and the case that one may open."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from siyanat.cases import models as case_models
from siyanat.cases import operations as cases
from siyanat.conduct import models as conduct
from siyanat.evidence import models as evidence
from siyanat.evidence import operations as holds
from siyanat.lib import errors
from siyanat.review import film, models, notes, policy, queries
from siyanat.review.operations.course import lock_at_work
from siyanat.review.operations.telling import tell
from siyanat.roster import gates
from siyanat.roster import models as roster


@transaction.atomic
def make_mark(
    *,
    viewer: gates.Viewer,
    review_id: UUID,
    person_id: UUID,
    kind: str,
    span: tuple[dt.datetime, dt.datetime],
    now: dt.datetime,
    note: str = "",
    conduct_item_id: int | None = None,
) -> models.Mark:
    """Note something on a stretch of one bearer's footage.

    Footage under force or a violation is held at once, until sign-off gives it its category.

    :raises errors.Refusal: ``review.no_such_kind``, ``review.mark_outside_shift``, ``review.mark_too_long``,
        ``review.not_a_bearer``, ``review.conduct_item_not_in_force``, ``review.identity_in_note``,
        ``review.not_at_work``.
    """
    review = lock_at_work(viewer, review_id)
    if kind not in models.Mark.Kind.values:
        raise errors.Refusal("review.no_such_kind", kind=kind)
    person = _bearer(review, person_id)
    _check_span(review.shift, span)
    mark = models.Mark.objects.create(
        review=review, person=person, kind=kind, span=DateTimeTZRange(*span), note=notes.clean(note)[:1000],
        conduct_item=_item_in_force(conduct_item_id, now), made_by=viewer.user, made_at=now,
    )  # fmt: skip
    mark.refresh_from_db()
    if kind in queries.HELD_KINDS:
        _hold(review, mark, viewer, now)
    tell(
        "mark_made", review, actor=viewer.actor, now=now,
        facts={"mark": mark.pk, "kind": kind, "span": list(span), "item": conduct_item_id},
        personal={"person": str(person.pk), "note": mark.note},
    )  # fmt: skip
    return mark


def _bearer(review: models.Review, person_id: UUID) -> roster.Person:
    found = next((one for one in queries.bearers_of(review.shift) if one.pk == person_id), None)
    if found is None:
        raise errors.Refusal("review.not_a_bearer")
    return found


def _check_span(shift: roster.Shift, span: tuple[dt.datetime, dt.datetime]) -> None:
    start, end = span
    earliest, latest = shift.starts_at - policy.MARK_MARGIN, shift.ends_at + policy.MARK_MARGIN
    if not earliest <= start < end <= latest:
        raise errors.Refusal("review.mark_outside_shift")
    if end - start > policy.LONGEST_MARK:
        raise errors.Refusal("review.mark_too_long", longest=policy.LONGEST_MARK)


def _item_in_force(item_id: int | None, now: dt.datetime) -> conduct.ConductItem | None:
    if item_id is None:
        return None
    found = queries.items_in_force(now).filter(pk=item_id).first()
    if found is None:
        raise errors.Refusal("review.conduct_item_not_in_force")
    return found


def _hold(review: models.Review, mark: models.Mark, viewer: gates.Viewer, now: dt.datetime) -> None:
    for clip in film.clips_under(review.shift, mark.person_id, mark.span):
        holds.place_hold(
            covers=holds.Covers(recording=clip.recording), reason=evidence.Hold.Reason.OTHER,
            reference=f"mark:{mark.pk}", actor=viewer.actor, now=now,
        )  # fmt: skip


@transaction.atomic
def withdraw_mark(*, viewer: gates.Viewer, mark_id: UUID, now: dt.datetime) -> models.Mark:
    """Take a mark back before sign-off; it stays in the log. One that opened a case stays.

    :raises errors.NotFound: when it is none of the viewer's.
    :raises errors.Refusal: ``review.mark_has_case``, ``review.not_at_work``.
    """
    mark = get_own_mark(viewer, mark_id)
    review = lock_at_work(viewer, mark.review_id)
    if mark.case_id is not None:
        raise errors.Refusal("review.mark_has_case")
    if not models.Mark.objects.filter(pk=mark.pk, withdrawn_at__isnull=True).update(withdrawn_at=now):
        return mark
    holds.release_holds_of(reference=f"mark:{mark.pk}", actor=viewer.actor, reason="withdrawn", now=now)
    tell("mark_withdrawn", review, actor=viewer.actor, now=now, facts={"mark": mark.pk, "kind": mark.kind})
    mark.refresh_from_db()
    return mark


def get_own_mark(viewer: gates.Viewer, mark_id: UUID) -> models.Mark:
    """A mark of a review that the viewer is doing.

    :raises errors.NotFound: otherwise.
    """
    rows = models.Mark.objects.filter(review__reviewer=viewer.user)
    return gates.get_in_scope(
        rows.select_related("review__shift__unit", "person", "conduct_item"), pk=mark_id
    )


@transaction.atomic
def open_case_from_mark(
    *, viewer: gates.Viewer, mark_id: UUID, title: str, now: dt.datetime, summary: str = ""
) -> case_models.Case:
    """Open a case on what a mark shows, in the same transaction; the shift's footage is held for it.

    :raises errors.Refusal: ``review.mark_withdrawn``, ``review.mark_has_case``, ``review.cannot_open_case`` for a
        reviewer who handles no cases of the unit; as ``cases.operations.open_case``.
    """
    mark = get_own_mark(viewer, mark_id)
    review = lock_at_work(viewer, mark.review_id)
    if mark.withdrawn_at is not None:
        raise errors.Refusal("review.mark_withdrawn")
    if mark.case_id is not None:
        raise errors.Refusal("review.mark_has_case")
    try:
        case = cases.open_case(
            viewer=viewer, unit=review.shift.unit, origin=case_models.Case.Origin.MARK, title=notes.clean(title)[:160],
            about=[mark.person], shift=review.shift, origin_reference=f"mark:{mark.pk}",
            span=(mark.span.lower, mark.span.upper),
            summary=notes.clean(summary) or mark.note, conduct_item=mark.conduct_item, now=now,
        )  # fmt: skip
    except errors.NotFound:
        raise errors.Refusal("review.cannot_open_case") from None
    models.Mark.objects.filter(pk=mark.pk).update(case=case)
    tell(
        "case_opened_from_mark", review, actor=viewer.actor, now=now, facts={"mark": mark.pk, "case": case.pk}
    )
    return case

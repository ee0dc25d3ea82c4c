"""Reading reviews: who reviews what, who may look at it afterwards, what waits for whom.

Who sees what:

* a first-line review: who oversees its unit (`READERS`), but never a member of the crew; it is done by a head over
  the unit, and by the provincial reviewer when it is escalated or concerns every head of the unit;
* a second-line review: the unit to which it was drawn, and the provincial reviewer, integrity officer and overseer
  over the shift's unit; never the unit that was reviewed;
* as long as a second line is open, whoever is to do it sees nothing of the first: it is blind.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from siyanat.conduct import models as conduct
from siyanat.coverage import models as coverage
from siyanat.evidence import queries as footage
from siyanat.lib import errors
from siyanat.review import models
from siyanat.roster import gates
from siyanat.roster import models as roster
from siyanat.roster import queries as people

Role = gates.Role
READERS = gates.FOOTAGE_ROLES
HEADS = (Role.STATION_HEAD,)
ABOVE = (Role.PROVINCIAL_REVIEWER,)
REVIEWERS = (*HEADS, *ABOVE)
SECOND_LINE_READERS = (Role.PROVINCIAL_REVIEWER, Role.INTEGRITY_OFFICER, Role.EXTERNAL_OVERSEER)
Line = models.Review.Line
State = models.Review.State
HELD_KINDS = (models.Mark.Kind.FORCE, models.Mark.Kind.VIOLATION)
"""Marks whose footage is held at once and kept for a year from sign-off on."""
OWN_LINES = (Line.FIRST, Line.LATE)  # what the unit itself does, or the post above it


def concerned_by(shift: roster.Shift) -> set[UUID]:
    """Everybody whom a shift concerns: nobody of them reviews it."""
    return people.persons_on(shift)


def visible_reviews(viewer: gates.Viewer) -> QuerySet[models.Review]:
    """Reviews that the viewer may know of."""
    first = Q(line__in=OWN_LINES) & gates.within(viewer.paths(*READERS))
    second = Q(line=Line.SECOND) & (gates.within(viewer.paths(*REVIEWERS)) | _over_its_shift(viewer))
    rows = models.Review.objects.filter(first | second)
    if viewer.person_id is not None:
        own = roster.CrewMember.objects.filter(shift=OuterRef("shift"), person=viewer.person_id)
        rows = rows.exclude(Exists(own))
    if paths := viewer.paths(*REVIEWERS):
        blind = models.Review.objects.filter(
            gates.within(paths), first__isnull=False, signed_off_at__isnull=True
        )
        rows = rows.exclude(pk__in=blind.values("first"))
    return rows


def _over_its_shift(viewer: gates.Viewer) -> Q:
    """Second-line reviews of the shifts that the viewer oversees."""
    paths = viewer.paths(*SECOND_LINE_READERS)
    if not paths or gates.reaches_all(paths):
        return Q(shift__isnull=not paths)
    return Q(Exists(roster.Shift.objects.filter(gates.within(paths), pk=OuterRef("shift"))))


def get_review(viewer: gates.Viewer, review_id: UUID) -> models.Review:
    """One review with its shift, plan and reviewer.

    :raises errors.NotFound: when it is absent or not the viewer's to see.
    """
    rows = visible_reviews(viewer).select_related("shift__unit", "unit", "plan", "reviewer__person", "first")
    return gates.get_in_scope(rows, pk=review_id)


def to_do_by(viewer: gates.Viewer) -> Q:
    """Reviews that are the viewer's to do."""
    first = Q(line__in=OWN_LINES) & (
        gates.within(viewer.paths(*HEADS))
        | (gates.within(viewer.paths(*ABOVE)) & (Q(goes_above=True) | Q(escalated_at__isnull=False)))
    )
    second = Q(line=Line.SECOND) & gates.within(viewer.paths(*REVIEWERS)) & ~Q(first__reviewer=viewer.user)
    return first | second


def may_review(viewer: gates.Viewer, review: models.Review) -> bool:
    """Whether the review is the viewer's to do (by post; that they are not concerned is checked apart)."""
    if not viewer.second_factor:
        return False
    if review.line == Line.SECOND:
        is_other = review.first is None or review.first.reviewer_id != viewer.user.pk
        return is_other and viewer.holds_over(review.unit.path, *REVIEWERS)
    if viewer.holds_over(review.unit.path, *HEADS):
        return True
    goes_above = review.goes_above or review.escalated_at is not None
    return goes_above and viewer.holds_over(review.unit.path, *ABOVE)


def is_at_work(viewer: gates.Viewer, review: models.Review) -> bool:
    """Whether the viewer is the one who has begun this review and still may go on with it."""
    return review.is_open and review.reviewer_id == viewer.user.pk and may_review(viewer, review)


def get_review_at_work(viewer: gates.Viewer, review_id: UUID) -> models.Review:
    """The review that the viewer is doing.

    :raises errors.NotFound: when it is not theirs to see; ``review.not_at_work`` when they have not begun it.
    """
    review = get_review(viewer, review_id)
    if not is_at_work(viewer, review):
        raise errors.Refusal("review.not_at_work")
    gates.check_not_concerned(viewer, concerned_by(review.shift), act="review")
    return review


# Lists.

TABS = ("waiting", "overdue", "under_way", "signed_off")


def list_reviews(
    viewer: gates.Viewer, *, now: dt.datetime, tab: str = "waiting", q: str = ""
) -> QuerySet[models.Review]:
    """One tab of the list: what waits and what is under way by deadline, what is signed off by the latest."""
    rows = visible_reviews(viewer).select_related(
        "shift__unit", "shift__leader", "unit", "plan", "reviewer__person"
    )
    if q:
        rows = rows.filter(shift__code__startswith=q)
    if tab == "signed_off":
        return rows.filter(signed_off_at__isnull=False).order_by("-signed_off_at")
    rows = rows.filter(signed_off_at__isnull=True)
    match tab:
        case "overdue":
            rows = rows.filter(due_at__lt=now)
        case "under_way":
            rows = rows.filter(begun_at__isnull=False)
        case _:
            rows = rows.filter(begun_at__isnull=True)
    return rows.order_by("due_at", "pk")


def count_tabs(viewer: gates.Viewer, *, now: dt.datetime) -> dict[str, int]:
    """How many reviews each tab holds, in one pass; what is signed off is not counted to its end."""
    rows = visible_reviews(viewer).filter(signed_off_at__isnull=True)
    counts: dict[str, int] = rows.aggregate(
        waiting=Count("pk", filter=Q(begun_at__isnull=True)),
        overdue=Count("pk", filter=Q(due_at__lt=now)),
        under_way=Count("pk", filter=Q(begun_at__isnull=False)),
    )
    return counts


def current_counts(shift_ids: Collection[UUID], *, person: UUID | None = None) -> dict[UUID, coverage.Count]:
    """The current minutes of these shifts: a bearer's own, or the crew's without ``person``."""
    rows = coverage.Count.objects.filter(
        shift__in=shift_ids, person=person, superseded_at__isnull=True
    ).defer("recorded")
    return {row.shift_id: row for row in rows}


def list_waiting(viewer: gates.Viewer, *, now: dt.datetime) -> QuerySet[models.Review]:  # noqa: ARG001
    """For the kartabl: reviews that the viewer is to do or is doing, by deadline."""
    rows = visible_reviews(viewer).filter(to_do_by(viewer), signed_off_at__isnull=True)
    rows = rows.filter(Q(reviewer__isnull=True) | Q(reviewer=viewer.user) | Q(escalated_at__isnull=False))
    return rows.select_related("shift__unit", "unit", "plan").order_by("due_at", "pk")


def list_escalated(viewer: gates.Viewer, *, now: dt.datetime) -> QuerySet[models.Review]:
    """For the kartabl of the post above: reviews that are overdue in the units below."""
    rows = visible_reviews(viewer).filter(gates.under(viewer.paths(*ABOVE)), escalated_at__isnull=False)
    return (
        rows.filter(signed_off_at__isnull=True, due_at__lt=now)
        .select_related("shift__unit", "unit")
        .order_by("due_at")
    )


# Officers.


def list_questions_for(viewer: gates.Viewer) -> QuerySet[models.Question]:
    """For the kartabl: questions that the viewer has not answered, by deadline."""
    rows = models.Question.objects.filter(person=viewer.person_id, answered_at__isnull=True)
    if viewer.person_id is None:
        return rows.none()
    return rows.select_related("review__shift", "asked_by__person").order_by("due_at")


def get_question_for(viewer: gates.Viewer, question_id: UUID) -> models.Question:
    """:raises errors.NotFound: when nobody asked the viewer that."""
    if viewer.person_id is None:
        raise errors.NotFound
    rows = models.Question.objects.filter(person=viewer.person_id).select_related("review__shift")
    return gates.get_in_scope(rows, pk=question_id)


def list_answers_for(viewer: gates.Viewer, *, since: dt.datetime) -> QuerySet[models.Question]:
    """For the kartabl: answers that came to the viewer's own questions since."""
    rows = models.Question.objects.filter(asked_by=viewer.user, answered_at__gte=since)
    return rows.select_related("review__shift", "person").order_by("-answered_at")


def reviews_of_own_shifts(viewer: gates.Viewer) -> QuerySet[models.Review]:
    """Reviews of shifts in whose crew the viewer was or is: told of, never opened as a reviewer's."""
    if viewer.person_id is None:
        return models.Review.objects.none()
    own = roster.CrewMember.objects.filter(person=viewer.person_id, superseded_at__isnull=True).values(
        "shift"
    )
    rows = models.Review.objects.filter(shift__in=own)
    return rows.select_related("shift__unit", "unit", "plan", "first").order_by("-shift__starts_at", "line")


def told_to_officer(review: models.Review) -> bool:
    """Whether the officer is told what a review found: when it is signed off, the second line with the first."""
    return review.signed_off_at is not None


def marks_on(viewer: gates.Viewer, reviews: Collection[models.Review]) -> QuerySet[models.Mark]:
    """What signed-off reviews noted on the viewer's own camera, thanks included."""
    rows = models.Mark.objects.filter(
        person=viewer.person_id,
        review__in=[review.pk for review in reviews if told_to_officer(review)],
        withdrawn_at__isnull=True,
    )
    return rows.select_related("conduct_item", "case").order_by("span")


def get_own_shift(viewer: gates.Viewer, shift_id: UUID) -> roster.Shift:
    """:raises errors.NotFound: when the viewer was not in its crew."""
    own = roster.Shift.objects.filter(crew__person=viewer.person_id, crew__superseded_at__isnull=True)
    if viewer.person_id is None:
        raise errors.NotFound
    return gates.get_in_scope(own.select_related("unit").distinct(), pk=shift_id)


# What a review holds.


def marks_of(review: models.Review) -> QuerySet[models.Mark]:
    """Its marks in the order of time, withdrawn ones left out."""
    rows = models.Mark.objects.filter(review=review, withdrawn_at__isnull=True)
    return rows.select_related("person", "conduct_item", "case").order_by("span")


def questions_of(review: models.Review) -> QuerySet[models.Question]:
    """Its questions in the order in which they were asked."""
    return models.Question.objects.filter(review=review).select_related("person").order_by("asked_at")


def bearers_of(shift: roster.Shift) -> list[roster.Person]:
    """Who owes footage of the shift, or has some of it attributed to them."""
    crew = roster.CrewMember.objects.filter(shift=shift, superseded_at__isnull=True, bears_camera=True)
    recorded = footage.current_attributions().filter(shift=shift, person__isnull=False)
    ids = {*crew.values_list("person", flat=True), *recorded.values_list("person", flat=True)}
    return list(roster.Person.objects.filter(pk__in=ids).order_by("personnel_number"))


def items_in_force(now: dt.datetime) -> QuerySet[conduct.ConductItem]:
    """The items of the conduct catalogue's current version."""
    versions = conduct.CatalogueVersion.objects.filter(in_force_at__lte=now)
    current = versions.order_by("-in_force_at", "-number").first()
    return (
        conduct.ConductItem.objects.filter(version=current) if current else conduct.ConductItem.objects.none()
    )

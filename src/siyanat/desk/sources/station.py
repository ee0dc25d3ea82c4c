"""What waits for who leads a shift or a station, or stands above one: reviews, excuses, cases, cameras."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.utils.translation import gettext_lazy as _

from siyanat.cameras import models as cameras
from siyanat.cameras import policy
from siyanat.cameras import queries as camera_queries
from siyanat.cases import models as cases
from siyanat.cases import queries as case_queries
from siyanat.coverage import models as coverage
from siyanat.coverage import queries as coverage_queries
from siyanat.desk import items
from siyanat.desk.sources import taking
from siyanat.evidence import models as evidence
from siyanat.review import models as review
from siyanat.review import private
from siyanat.review import queries as review_queries
from siyanat.roster import gates, links, names
from siyanat.roster import models as roster
from siyanat.ui import formatting

Role = gates.Role
# A shift leader sees the patrols that start within this time and have no camera yet.
SHORTEST_MS = 1_000  # less is not worth a word in a line
AHEAD = dt.timedelta(hours=12)
WHAT = {
    review.Review.Line.FIRST: _("Review of a shift"),
    review.Review.Line.SECOND: _("Second look at a shift's review"),
    review.Review.Line.LATE: _("Review of footage that came late"),
}


def _review_item(viewer: gates.Viewer, row: review.Review, kind: str, act: items.Text) -> items.Item:
    return items.Item(
        what=WHAT[review.Review.Line(row.line)], whose=_shift_in_a_line(row.shift), code=row.shift.code,
        due_at=row.due_at, since=row.created_at, act=act, kind=kind, icon="eye",
        url=links.first_of(
            links.reach(viewer, "review:page", row.pk), links.reach(viewer, "coverage:shift", row.shift_id)
        ),
    )  # fmt: skip


def _with_their_shifts(rows: QuerySet[review.Review]) -> QuerySet[review.Review]:
    """Reviews with the crew and the count of their shifts, read at once for all of them."""
    crew = (
        roster.CrewMember.objects.filter(superseded_at__isnull=True).select_related("person").order_by("pk")
    )
    counts = coverage.Count.objects.filter(person__isnull=True, superseded_at__isnull=True)
    return rows.prefetch_related(
        Prefetch("shift__crew", crew, "crew_now"), Prefetch("shift__counts", counts, "counts_now")
    )


def _shift_in_a_line(shift: Any) -> str:
    """What helps to choose: unit, crew, hours, what is unexplained."""
    crew = str(_(", ")).join(names.full_name(one.person) for one in shift.crew_now)
    begins, ends = formatting.moment(shift.starts_at), formatting.time(shift.ends_at)
    parts = [names.unit_name(shift.unit), crew, f"{begins} – {ends}"]
    count = next(iter(shift.counts_now), None)
    if count is not None and count.unexplained_ms >= SHORTEST_MS:
        parts.append(_("%(time)s unexplained") % {"time": formatting.duration_ms(count.unexplained_ms)})
    elif count is not None and not count.awaited_ms:
        parts.append(str(_("nothing unexplained")))
    return " · ".join(part for part in parts if part)


def reviews(viewer: gates.Viewer, now: dt.datetime) -> items.Found:
    """Shifts that the viewer is to review or is reviewing."""

    def make(row: review.Review) -> items.Item:
        return _review_item(viewer, row, "reviews", _("Go on") if row.begun_at else _("Begin the review"))

    rows = _with_their_shifts(review_queries.list_waiting(viewer, now=now))
    return taking.take(rows, make, url=links.reach(viewer, "review:list"))


def escalated_reviews(viewer: gates.Viewer, now: dt.datetime) -> items.Found:
    """Overdue reviews that went to the level above, for who oversees but does not review."""
    rows = (
        review_queries.visible_reviews(viewer)
        .filter(escalated_at__isnull=False, signed_off_at__isnull=True, due_at__lt=now)
        .select_related("shift__unit", "unit").order_by("due_at")
    )  # fmt: skip
    return taking.take(
        _with_their_shifts(rows),
        lambda row: _review_item(viewer, row, "escalated", _("See why it waits")),
        url=links.reach(viewer, "review:list", tail="?tab=overdue"),
    )


def unanswered_questions(viewer: gates.Viewer, now: dt.datetime) -> items.Found:
    """Questions that the viewer asked and whose time is over: the review can go on without the answer."""
    rows = (
        review.Question.objects.filter(
            asked_by=viewer.user, answered_at__isnull=True, due_at__lt=now, review__signed_off_at__isnull=True
        )
        .select_related("review__shift", "person").order_by("due_at")
    )  # fmt: skip

    def make(row: review.Question) -> items.Item:
        return items.Item(
            what=row.text, whose=names.full_name(row.person), code=row.review.shift.code, due_at=row.due_at,
            since=row.asked_at, act=_("Go to the review"), kind="unanswered", icon="pen",
            url=links.first_of(
                links.reach(viewer, "review:page", row.review_id),
                links.reach(viewer, "coverage:shift", row.review.shift_id),
            ),
        )  # fmt: skip

    return taking.take(rows, make)


def excuses(viewer: gates.Viewer, now: dt.datetime) -> items.Found:  # noqa: ARG001
    """Reasons for missing minutes that the viewer decides; decided on the spot."""

    def make(row: coverage.Excuse) -> items.Item:
        return items.Item(
            what=row.get_kind_display(), whose=names.full_name(row.person), code=row.shift.code, since=row.asked_at,
            act=_("See the minutes"), kind="excuses", icon="clock", form="desk/acts/excuse.html", subject=row,
            url=links.reach(viewer, "coverage:shift", row.shift_id),
        )  # fmt: skip

    rows = coverage_queries.list_excuses_to_decide(viewer).order_by("asked_at")
    return taking.take(rows, make, url=links.reach(viewer, "coverage:excuses"))


def private_moments(viewer: gates.Viewer, now: dt.datetime) -> items.Found:  # noqa: ARG001
    """Private moments to which the viewer is to agree, or in which something must be seen."""

    def make(row: evidence.Restriction) -> items.Item:
        is_asked = row.state == evidence.Restriction.State.ASKED
        over, inside = _("A private moment over the limits"), _("A must-see moment lies in a private one")
        return items.Item(
            what=over if is_asked else inside,
            whose=names.full_name(row.person), code=row.shift.code, since=row.asked_at, kind="private", icon="lock",
            act=_("Decide") if is_asked else _("Look into it"), url=links.reach(viewer, "review:moment", row.pk),
        )  # fmt: skip

    return taking.take(private.list_waiting(viewer), make, url=links.reach(viewer, "review:private"))


def case_work(viewer: gates.Viewer, now: dt.datetime) -> items.Found:
    """Cases that the viewer handles and that are to be decided, or decided and to be closed."""
    to_do = cases.Action.objects.filter(case=OuterRef("pk"), done_at__isnull=True)
    open_states = [cases.Case.State.OPEN, cases.Case.State.ANSWERED]
    handled = case_queries.list_visible_cases(viewer).filter(
        gates.under(viewer.paths(*case_queries.HANDLERS), "handling_unit__path")
    )
    to_close = handled.filter(~Exists(to_do), state=cases.Case.State.DECIDED)
    rows = handled.filter(state__in=open_states) | to_close

    def make(row: cases.Case) -> items.Item:
        is_open = row.state in open_states
        awaited_until = case_queries.answer_awaited_until(row, now=now) if is_open else None
        whose = names.unit_name(row.unit)
        if awaited_until is not None:
            whose += " · " + _("the officer may answer until %(time)s") % {
                "time": formatting.moment(awaited_until)
            }
        act = _("Look at it") if awaited_until else _("Decide") if is_open else _("Close the case")
        return items.Item(
            what=row.title, whose=whose, code=row.number, since=row.opened_at,
            due_at=row.due_at if is_open else None, act=act,
            url=links.reach(viewer, "cases:case", row.pk), kind="cases", icon="case",
        )  # fmt: skip

    return taking.take(
        rows.select_related("unit").order_by("due_at", "pk"), make, url=links.reach(viewer, "cases:list")
    )


def shifts_without_cameras(viewer: gates.Viewer, now: dt.datetime) -> items.Found:
    """Patrols under way or soon to start in which somebody who is to bear a camera has none."""
    issued = cameras.Issue.objects.filter(
        shift=OuterRef("shift"), person=OuterRef("person"), superseded_at__isnull=True
    )
    bare = roster.CrewMember.objects.filter(
        ~Exists(issued), shift=OuterRef("pk"), superseded_at__isnull=True, bears_camera=True, ends_at__gt=now
    )
    rows = (
        roster.Shift.objects.filter(
            Exists(bare),
            gates.under(viewer.paths(Role.SHIFT_LEADER, Role.CAMERA_STEWARD)),
            state__in=[roster.Shift.State.PLANNED, roster.Shift.State.RUNNING],
            starts_at__lte=now + AHEAD,
            starts_at__gt=now - dt.timedelta(days=2),
            ends_at__gt=now,
        )
        .select_related("unit", "leader").order_by("starts_at")
    )  # fmt: skip

    def make(row: roster.Shift) -> items.Item:
        return items.Item(
            what=_("A patrol without all its cameras"), whose=names.unit_name(row.unit), code=row.code,
            due_at=row.starts_at, act=_("Issue cameras"), kind="without_cameras", icon="camera",
            url=links.first_of(
                links.reach(viewer, "cameras:issue_shift", row.pk),
                links.reach(viewer, "roster:shift", row.pk),
            ),
        )  # fmt: skip

    return taking.take(rows, make, url=links.reach(viewer, "cameras:issue_desk"))


def overdue_returns(viewer: gates.Viewer, now: dt.datetime) -> items.Found:
    """Cameras that should have come back, for whoever is to see to it by now."""
    told = {
        Role.SHIFT_LEADER: dt.timedelta(0),
        Role.CAMERA_STEWARD: dt.timedelta(0),
        Role.STATION_HEAD: policy.ESCALATE_TO_HEAD_AFTER,
        Role.PROVINCIAL_REVIEWER: policy.ESCALATE_TO_PROVINCE_AFTER,
    }
    waits = [wait for role, wait in told.items() if viewer.holds(role)]
    rows = camera_queries.overdue_issues(viewer, now=now - min(waits))

    def make(row: cameras.Issue) -> items.Item:
        return items.Item(
            what=_("A camera has not come back"), whose=names.full_name(row.person), code=row.camera.serial,
            due_at=row.due_at, since=row.issued_at, act=_("Take it back"), kind="overdue_returns", icon="camera",
            url=links.first_of(
                links.reach(viewer, "cameras:return_desk", tail=f"?q={row.camera.serial}"),
                links.reach(viewer, "cameras:camera", row.camera.serial),
                links.reach(viewer, "roster:shift", row.shift_id),
            ),
        )  # fmt: skip

    return taking.take(rows, make, url=links.reach(viewer, "cameras:overdue"))

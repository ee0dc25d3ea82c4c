"""What waits for whoever serves: questions, cases about them, their actions, missing minutes, cameras, news."""

from __future__ import annotations

import datetime as dt

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from siyanat.cameras import models as cameras
from siyanat.cases import models as cases
from siyanat.cases import queries as case_queries
from siyanat.coverage import models as coverage
from siyanat.desk import items
from siyanat.desk import models as desk
from siyanat.desk.sources import taking
from siyanat.evidence import models as evidence
from siyanat.review import models as review
from siyanat.review import private
from siyanat.review import queries as review_queries
from siyanat.roster import gates, links, names

# How far back missing minutes are asked about, and how long news stays when nobody puts it away.
MISSING_FOR = dt.timedelta(days=31)
NEWS_FOR = dt.timedelta(days=30)


def questions(viewer: gates.Viewer, now: dt.datetime) -> items.Found:  # noqa: ARG001
    """Questions of a reviewer that the viewer has not answered."""

    def make(row: review.Question) -> items.Item:
        shift = row.review.shift
        url = links.first_of(
            links.reach(viewer, "review:answer", row.pk),
            links.reach(viewer, "coverage:shift", shift.pk),
        )
        return items.Item(
            what=row.text, whose=names.full_name(getattr(row.asked_by, "person", None)), code=shift.code, url=url,
            act=_("Answer"), due_at=row.due_at, since=row.asked_at, kind="questions", icon="pen",
        )  # fmt: skip

    return taking.take(review_queries.list_questions_for(viewer), make)


def cases_about(viewer: gates.Viewer, now: dt.datetime) -> items.Found:  # noqa: ARG001
    """Open cases that concern the viewer and hold no answer of theirs yet."""
    answered = cases.Answer.objects.filter(case=OuterRef("pk"), person=viewer.person_id)
    rows = (
        case_queries.list_cases_about(viewer)
        .filter(state__in=[cases.Case.State.OPEN, cases.Case.State.ANSWERED])
        .exclude(Exists(answered))
        .order_by("opened_at")
    )

    def make(row: cases.Case) -> items.Item:
        return items.Item(
            what=_("A case concerns you"), code=row.number, url=links.reach(viewer, "cases:own", row.pk),
            act=_("Read and answer"), due_at=case_queries.answer_due_at(row), since=row.opened_at, kind="own_cases",
            icon="case",
        )  # fmt: skip

    return taking.take(rows, make, url=links.reach(viewer, "cases:own_list"))


def actions(viewer: gates.Viewer, now: dt.datetime) -> items.Found:  # noqa: ARG001
    """What the viewer is to do about a case; done on the spot."""

    def make(row: cases.Action) -> items.Item:
        reads = viewer.holds_over(row.case.handling_unit.path, *case_queries.READERS)
        return items.Item(
            what=row.title, code=row.case.number, url=links.reach(viewer, "cases:case", row.case_id) if reads else "",
            act=_("Say what came of it"), due_at=row.due_at, since=row.created_at, kind="actions", icon="check",
            form="desk/acts/outcome.html", subject=row,
        )  # fmt: skip

    return taking.take(case_queries.list_actions_of(viewer).select_related("case__handling_unit"), make)


def missing_minutes(viewer: gates.Viewer, now: dt.datetime) -> items.Found:
    """The viewer's own shifts with final gaps for which no reason was given."""
    given = coverage.Excuse.objects.filter(
        shift=OuterRef("count__shift"), person=viewer.person_id, span__overlap=OuterRef("span")
    )
    bare = coverage.Gap.objects.filter(count=OuterRef("pk")).exclude(Exists(given))
    rows = (
        coverage.Count.objects.filter(
            Exists(bare),
            person=viewer.person_id,
            superseded_at__isnull=True,
            unexplained_ms__gt=0,
            shift__starts_at__gte=now - MISSING_FOR,
        )
        .select_related("shift__unit")
        .defer("recorded")
        .order_by("shift__starts_at")
    )

    def make(row: coverage.Count) -> items.Item:
        return items.Item(
            what=_("Your missing minutes have no reason yet"), code=row.shift.code, since=row.shift.starts_at,
            whose=names.unit_name(row.shift.unit), act=_("Give a reason"), kind="missing", icon="clock",
            url=links.reach(viewer, "coverage:shift", row.shift_id, tail="#excuse"),
        )  # fmt: skip

    return taking.take(rows, make)


def cameras_to_return(viewer: gates.Viewer, now: dt.datetime) -> items.Found:  # noqa: ARG001
    """Cameras in the viewer's own hands."""
    rows = cameras.Issue.objects.filter(
        person=viewer.person_id, returned_at__isnull=True, superseded_at__isnull=True
    )

    def make(row: cameras.Issue) -> items.Item:
        url = links.first_of(
            links.reach(viewer, "cameras:camera", row.camera.serial),
            links.reach(viewer, "roster:shift", row.shift_id),
        )
        return items.Item(
            what=_("Bring your camera back to the dock"), code=row.camera.serial, due_at=row.due_at,
            whose=names.unit_name(row.shift.unit), since=row.issued_at, url=url, act=_("See the camera"),
            kind="my_cameras", icon="camera",
        )  # fmt: skip

    return taking.take(rows.select_related("camera", "shift__unit").order_by("due_at"), make)


def news(viewer: gates.Viewer, now: dt.datetime) -> items.Found:
    """Thanks received, decisions in cases about the viewer and on their excuses, until they put them away."""
    put_away = set(
        desk.Seen.objects.filter(person=viewer.person_id, seen_at__gte=now - NEWS_FOR).values_list(
            "notice", flat=True
        )
    )
    found = [
        *_thanks(viewer, now),
        *_case_decisions(viewer, now),
        *_excuse_decisions(viewer, now),
        *_private_decisions(viewer, now),
    ]
    fresh = [item for item in found if item.notice not in put_away]
    return items.Found(fresh, len(fresh))


def _thanks(viewer: gates.Viewer, now: dt.datetime) -> list[items.Item]:
    rows = review.Mark.objects.filter(
        person=viewer.person_id, kind=review.Mark.Kind.THANKS, withdrawn_at__isnull=True,
        review__signed_off_at__gte=now - NEWS_FOR,
    ).select_related("review__shift__unit")  # fmt: skip
    return [
        items.Item(
            what=row.note or _("You were thanked"), whose=names.unit_name(row.review.shift.unit),
            code=row.review.shift.code, since=row.review.signed_off_at, notice=f"thanks:{row.pk}", icon="star",
            url=links.first_of(
                links.reach(viewer, "review:mine"),
                links.reach(viewer, "coverage:shift", row.review.shift_id),
            ),
            act=_("See the shift"), kind="news",
        )
        for row in rows[: items.LIMIT]
    ]  # fmt: skip


def _case_decisions(viewer: gates.Viewer, now: dt.datetime) -> list[items.Item]:
    rows = case_queries.list_cases_about(viewer).filter(decided_at__gte=now - NEWS_FOR)
    return [
        items.Item(
            what=_("The case about you was decided"), code=row.number, since=row.decided_at,
            whose=str(row.get_decision_display()), url=links.reach(viewer, "cases:own", row.pk),
            act=_("Read the reasons"), notice=f"decision:{row.pk}", icon="case", kind="news",
        )
        for row in rows[: items.LIMIT]
    ]  # fmt: skip


def _excuse_decisions(viewer: gates.Viewer, now: dt.datetime) -> list[items.Item]:
    rows = coverage.Excuse.objects.filter(
        ~Q(state=coverage.Excuse.State.ASKED), person=viewer.person_id, asked_by=viewer.user,
        decided_at__gte=now - NEWS_FOR,
    ).select_related("shift")  # fmt: skip
    return [
        items.Item(
            what=_("The reason that you gave was decided on"), code=row.shift.code, since=row.decided_at,
            whose=f"{row.get_kind_display()}: {row.get_state_display()}",
            url=links.reach(viewer, "coverage:shift", row.shift_id),
            act=_("See the minutes"), notice=f"excuse:{row.pk}", icon="clock", kind="news",
        )
        for row in rows[: items.LIMIT]
    ]  # fmt: skip


def _private_decisions(viewer: gates.Viewer, now: dt.datetime) -> list[items.Item]:
    """What became of the viewer's own private moments: agreed to, refused, opened again by the integrity office."""

    def told(row: evidence.Restriction) -> tuple[items.Text, str, dt.datetime | None]:
        if row.lifted_at is not None:
            return (
                _("Your private moment was opened by the integrity office"),
                row.lifted_reason,
                row.lifted_at,
            )
        return _("Your private moment was decided on"), row.decision_note, row.decided_at

    return [
        items.Item(
            what=what, code=row.shift.code, since=since, whose=f"{row.get_state_display()}: {why}",
            url=links.reach(viewer, "review:declare", row.shift_id), act=_("See the shift"),
            notice=f"private:{row.pk}:{row.state}", icon="lock", kind="news",
        )
        for row in private.news_for(viewer, since=now - NEWS_FOR)[: items.LIMIT]
        for what, why, since in [told(row)]
    ]  # fmt: skip

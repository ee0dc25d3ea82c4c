"""Acts on a case: open, act, answer, decide, close. Whom it concerns may answer, and do nothing else to it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import connection, transaction

from siyanat.cases import models, queries
from siyanat.conduct import models as conduct
from siyanat.evidence import models as evidence
from siyanat.evidence import operations as holds
from siyanat.jobs import facts
from siyanat.jobs import operations as jobs
from siyanat.ledger import operations as ledger
from siyanat.lib import errors, jalali
from siyanat.roster import gates, working_days
from siyanat.roster import models as roster

# A case is to be decided within this many working days; its actions have deadlines of their own.
DECISION_DAYS = 15
_NUMBERS_LOCK = 0x73697961  # advisory lock: one case number at a time


@transaction.atomic
def open_case(
    *,
    viewer: gates.Viewer,
    unit: roster.Unit,
    origin: str,
    title: str,
    about: Sequence[roster.Person],
    now: dt.datetime,
    shift: roster.Shift | None = None,
    span: tuple[dt.datetime, dt.datetime] | None = None,
    origin_reference: str = "",
    summary: str = "",
    officer_summary: str = "",
    protects_complainant: bool = False,
    conduct_item: conduct.ConductItem | None = None,
    due_at: dt.datetime | None = None,
) -> models.Case:
    """Open a case in ``unit`` about some persons; the shift's footage is held until it is closed.

    ``span``: the stretch of the shift that it is about, end exclusive.

    :raises errors.NotFound: when the viewer handles no cases of the unit.
    :raises errors.Refusal: ``access.concerns_yourself``; ``cases.title_missing``; ``cases.nobody_concerned``;
        ``cases.officer_summary_missing`` when a complainant is protected and there is nothing to show the officer.
    """
    gates.check_holds_over(viewer, unit.path, *queries.HANDLERS)
    gates.check_not_concerned(viewer, [person.id for person in about], act="cases.open_case")
    _check_text(title, about, officer_summary, protects=protects_complainant)
    case = models.Case.objects.create(
        number=_next_number(now),
        unit=unit,
        handling_unit=unit,
        shift=shift,
        span=span,
        origin=origin,
        origin_reference=origin_reference,
        title=title.strip(),
        summary=summary.strip(),
        officer_summary=officer_summary.strip(),
        protects_complainant=protects_complainant,
        conduct_item=conduct_item,
        opened_by=viewer.user,
        opened_at=now,
        due_at=due_at or working_days.add_working_days(now, DECISION_DAYS),
    )
    models.Concerned.objects.bulk_create(
        models.Concerned(case=case, person=person, notified_at=now) for person in about
    )
    if shift is not None:
        holds.place_hold(
            covers=holds.Covers(shift=shift),
            reason=evidence.Hold.Reason.CASE,
            reference=queries.reference_of(case),
            note=case.number,
            actor=viewer.actor,
            now=now,
        )
    _log(
        "cases.case_opened",
        viewer.actor,
        case,
        now,
        {"title": case.title, "summary": case.summary, "about": [str(person.id) for person in about]},
    )
    jobs.announce(facts.CASE_OPENED, case_id=str(case.id))
    return case


def _check_text(title: str, about: Sequence[roster.Person], officer_summary: str, *, protects: bool) -> None:
    if not title.strip():
        raise errors.Refusal("cases.title_missing")
    if not about:
        raise errors.Refusal("cases.nobody_concerned")
    if protects and not officer_summary.strip():
        raise errors.Refusal("cases.officer_summary_missing")


def _next_number(now: dt.datetime) -> str:
    """``1405-000123``: the Jalali year and a count within it, without holes."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_NUMBERS_LOCK])
    year, _month, _day = jalali.from_gregorian(jalali.local_date(now))
    last = models.Case.objects.filter(number__startswith=f"{year}-").order_by("-number").first()
    return f"{year}-{int(last.number.partition('-')[2]) + 1 if last else 1:06d}"


@transaction.atomic
def add_action(
    *,
    viewer: gates.Viewer,
    case: models.Case,
    title: str,
    owner: roster.Person,
    due_at: dt.datetime,
    now: dt.datetime,
) -> models.Action:
    """Give somebody something to do about the case by a date; never to whom it concerns.

    :raises errors.Refusal: ``access.concerns_yourself``, ``cases.owner_concerned``, ``cases.closed``,
        ``cases.due_in_the_past``, ``cases.title_missing``.
    """
    _check_may_handle(viewer, case, act="cases.add_action")
    if owner.id in queries.list_concerned(case):
        raise errors.Refusal("cases.owner_concerned")
    if due_at <= now:
        raise errors.Refusal("cases.due_in_the_past", due_at=due_at)
    if not title.strip():
        raise errors.Refusal("cases.title_missing")
    action = models.Action.objects.create(
        case=case, title=title.strip(), owner=owner, due_at=due_at, created_by=viewer.user, created_at=now
    )
    _log(
        "cases.action_added",
        viewer.actor,
        case,
        now,
        {"title": action.title, "owner": str(owner.id)},
        action=action.pk,
    )
    return action


@transaction.atomic
def complete_action(
    *, viewer: gates.Viewer, action: models.Action, outcome: str, now: dt.datetime
) -> models.Action:
    """Its owner, or who handles the case, says what came of it. Once.

    :raises errors.NotFound: when it is neither the viewer's nor of a case that they handle.
    :raises errors.Refusal: ``cases.action_done_already``, ``cases.outcome_missing``.
    """
    if action.owner_id != viewer.person_id:
        _check_may_handle(viewer, action.case, act="cases.complete_action")
    if not outcome.strip():
        raise errors.Refusal("cases.outcome_missing")
    if not models.Action.objects.filter(pk=action.pk, done_at__isnull=True).update(
        done_at=now, outcome=outcome.strip()
    ):
        raise errors.Refusal("cases.action_done_already")
    action.refresh_from_db()
    _log(
        "cases.action_completed",
        viewer.actor,
        action.case,
        now,
        {"outcome": action.outcome},
        action=action.pk,
    )
    return action


@transaction.atomic
def answer_case(*, viewer: gates.Viewer, case: models.Case, text: str, now: dt.datetime) -> models.Answer:
    """An officer whom the case concerns says their side; never edited, only added to.

    :raises errors.NotFound: when the case does not concern the viewer.
    :raises errors.Refusal: ``cases.closed``, ``cases.answer_missing``.
    """
    if viewer.person is None or viewer.person_id not in queries.list_concerned(case):
        raise errors.NotFound
    _check_open(case)
    if not text.strip():
        raise errors.Refusal("cases.answer_missing")
    answer = models.Answer.objects.create(case=case, person=viewer.person, text=text.strip(), given_at=now)
    models.Case.objects.filter(pk=case.pk, state=models.Case.State.OPEN).update(
        state=models.Case.State.ANSWERED
    )
    _log("cases.case_answered", viewer.actor, case, now, {"text": answer.text}, answer=answer.pk)
    return answer


@transaction.atomic
def decide_case(
    *, viewer: gates.Viewer, case: models.Case, decision: str, reasons: str, now: dt.datetime
) -> models.Case:
    """Decide with reasons, once. A decision against an officer waits until they answered or had time to.

    :raises errors.Refusal: ``cases.decided_already``, ``cases.reasons_missing``, ``cases.answer_awaited``,
        ``access.concerns_yourself``.
    """
    _check_may_handle(viewer, case, act="cases.decide_case")
    if not reasons.strip():
        raise errors.Refusal("cases.reasons_missing")
    if (
        decision in queries.AGAINST
        and now < (due := queries.answer_due_at(case))
        and not case.answers.exists()
    ):
        raise errors.Refusal("cases.answer_awaited", due_at=due)
    decided = models.Case.objects.filter(
        pk=case.pk, state__in=[models.Case.State.OPEN, models.Case.State.ANSWERED]
    ).update(
        state=models.Case.State.DECIDED,
        decision=decision,
        decision_reasons=reasons.strip(),
        decided_by=viewer.user,
        decided_at=now,
    )
    if not decided:
        raise errors.Refusal("cases.decided_already")
    case.refresh_from_db()
    _log(
        "cases.case_decided",
        viewer.actor,
        case,
        now,
        {"reasons": case.decision_reasons, "decision": decision},
    )
    jobs.announce(facts.CASE_DECIDED, case_id=str(case.id))
    return case


@transaction.atomic
def close_case(*, viewer: gates.Viewer, case: models.Case, now: dt.datetime) -> models.Case:
    """Close a decided case whose actions are done: its own holds end, and retention counts from now.

    :raises errors.Refusal: ``cases.not_decided``, ``cases.actions_left``.
    """
    _check_may_handle(viewer, case, act="cases.close_case")
    if case.actions.filter(done_at__isnull=True).exists():
        raise errors.Refusal("cases.actions_left", number=case.actions.filter(done_at__isnull=True).count())
    closed = models.Case.objects.filter(pk=case.pk, state=models.Case.State.DECIDED).update(
        state=models.Case.State.CLOSED, closed_at=now
    )
    if not closed:
        raise errors.Refusal("cases.not_decided")
    case.refresh_from_db()
    jobs.announce(facts.CASE_CLOSED, case_id=str(case.id))
    holds.release_holds_of(
        reference=queries.reference_of(case), actor=viewer.actor, reason=case.number, now=now
    )
    _log("cases.case_closed", viewer.actor, case, now, {})
    return case


@transaction.atomic
def hand_up(
    *, viewer: gates.Viewer, case: models.Case, to_unit: roster.Unit, reason: str, now: dt.datetime
) -> models.Case:
    """Give the case to a unit above: for example because it concerns the head of the station.

    :raises errors.Refusal: ``cases.not_above`` when ``to_unit`` does not stand above; ``cases.reasons_missing``.
    """
    _check_may_handle(viewer, case, act="cases.hand_up")
    if not (case.handling_unit.path.startswith(to_unit.path) and to_unit.path != case.handling_unit.path):
        raise errors.Refusal("cases.not_above")
    if not reason.strip():
        raise errors.Refusal("cases.reasons_missing")
    models.Case.objects.filter(pk=case.pk).update(handling_unit=to_unit)
    case.refresh_from_db()
    _log("cases.case_handed_up", viewer.actor, case, now, {"reason": reason.strip()}, unit=to_unit.pk)
    return case


def _check_may_handle(viewer: gates.Viewer, case: models.Case, *, act: str) -> None:
    gates.check_holds_over(viewer, case.handling_unit.path, *queries.HANDLERS)
    gates.check_not_concerned(viewer, queries.list_concerned(case), act=act)
    _check_open(case)


def _check_open(case: models.Case) -> None:
    if case.state == models.Case.State.CLOSED:
        raise errors.Refusal("cases.closed")


@transaction.atomic
def log_reading(*, viewer: gates.Viewer, case: models.Case, now: dt.datetime) -> None:
    """Opening a case is an act as well."""
    _log("cases.case_read", viewer.actor, case, now, {})


def _log(
    kind: str, actor: str, case: models.Case, now: dt.datetime, personal: dict[str, object], **told: object
) -> None:
    ledger.append(
        kind=kind,
        actor=actor,
        subject=queries.reference_of(case),
        now=now,
        facts={"number": case.number, "unit_path": case.handling_unit.path, **told},
        personal=personal,
    )

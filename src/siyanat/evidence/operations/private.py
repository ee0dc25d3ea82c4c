"""Private moments: declared by who bears the camera, few and short; above that agreed to; lifted by the integrity office.

The footage stays whole. What they protect and what they can't is told in ``docs/explanation/private-moments.md``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from uuid import UUID

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from siyanat.evidence import models, queries
from siyanat.jobs import facts
from siyanat.jobs import operations as jobs
from siyanat.ledger import operations as ledger
from siyanat.lib import errors
from siyanat.roster import gates
from siyanat.roster import models as roster
from siyanat.roster import queries as people

State = models.Restriction.State

LONGEST_RESTRICTION = dt.timedelta(hours=1)

DECLARED_WITHIN = dt.timedelta(days=3)
"""After the end of the shift: a review is due within three working days, and what was private is known at once."""

BEHALF_ROLES = (gates.Role.STATION_HEAD, gates.Role.SHIFT_LEADER)
AGREEING_ROLES = (gates.Role.STATION_HEAD, gates.Role.INTEGRITY_OFFICER)
LIFTING_ROLES = (gates.Role.INTEGRITY_OFFICER,)


@transaction.atomic
def restrict_moment(
    *,
    viewer: gates.Viewer,
    shift: roster.Shift,
    person: roster.Person,
    span: tuple[dt.datetime, dt.datetime],
    kind: str,
    now: dt.datetime,
    note: str = "",
) -> models.Restriction:
    """Close a private moment on ``person``'s camera to ordinary viewing; the footage stays whole.

    Declared by the officer themself, or by the head or leader of the unit on their behalf. Beyond
    `queries.FREE_MOMENTS` or `queries.FREE_TIME` of one bearer and shift it is asked for only, and stays open until
    somebody agrees.

    :raises errors.NotFound: when the shift is not the viewer's.
    :raises errors.Refusal: ``evidence.restriction_outside_shift``, ``evidence.restriction_too_long``,
        ``evidence.restriction_too_late``, ``evidence.restriction_overlaps``.
    """
    shift = (
        roster.Shift.objects.select_for_update(of=("self",)).select_related("unit").get(pk=shift.pk)
    )  # one declaration at a time: each is held against the limits
    is_crew = shift.crew.filter(person=person, superseded_at__isnull=True).exists()
    on_behalf = viewer.holds_over(shift.unit.path, *BEHALF_ROLES) and not queries.is_in_crew(viewer, shift)
    if not is_crew or not (viewer.person_id == person.id or on_behalf):
        raise errors.NotFound
    _check_span(shift, person, span, now)
    over = queries.private_room(shift, person).is_exceeded_by(span[1] - span[0])
    restriction = models.Restriction.objects.create(
        shift=shift, person=person, span=DateTimeTZRange(*span), kind=kind, note=note.strip()[:200],
        state=State.ASKED if over else State.IN_FORCE, asked_by=viewer.user, asked_at=now,
    )  # fmt: skip
    _tell(
        restriction, "moment_asked_for" if over else "moment_restricted", viewer, now,
        personal={"kind": kind, "note": restriction.note},
    )  # fmt: skip
    return restriction


def _check_span(
    shift: roster.Shift, person: roster.Person, span: tuple[dt.datetime, dt.datetime], now: dt.datetime
) -> None:
    start, end = span
    if not (shift.starts_at <= start < end <= shift.ends_at):
        raise errors.Refusal("evidence.restriction_outside_shift", shift=shift.code)
    if end - start > LONGEST_RESTRICTION:
        raise errors.Refusal("evidence.restriction_too_long", longest=LONGEST_RESTRICTION)
    if now > shift.ends_at + DECLARED_WITHIN:
        raise errors.Refusal("evidence.restriction_too_late", days=DECLARED_WITHIN.days)
    standing = models.Restriction.objects.filter(
        shift=shift, person=person, state__in=[State.IN_FORCE, State.ASKED], span__overlap=DateTimeTZRange(*span)
    )  # fmt: skip
    if standing.exists():
        raise errors.Refusal("evidence.restriction_overlaps")


@transaction.atomic
def decide_restriction(
    *, viewer: gates.Viewer, restriction_id: int, agree: bool, reason: str, now: dt.datetime
) -> models.Restriction:
    """Agree to a private moment over the limits, or refuse; never by who asked for it nor by anybody of the crew.

    :raises errors.NotFound: when it is not the viewer's to decide.
    :raises errors.Refusal: ``evidence.restriction_decided_already``, ``evidence.reason_missing``,
        ``evidence.second_person_needed``, ``access.concerns_yourself``.
    """
    restriction = _lock(viewer, restriction_id, AGREEING_ROLES, act="decide_restriction")
    if restriction.state != State.ASKED:
        raise errors.Refusal("evidence.restriction_decided_already")
    restriction.decision_note = _reason(reason)
    restriction.decided_at, restriction.decided_by = now, viewer.user
    restriction.state = State.IN_FORCE if agree else State.REFUSED
    restriction.save(update_fields=["state", "decided_at", "decided_by", "decision_note"])
    kind = "restriction_agreed" if agree else "restriction_refused"
    _tell(restriction, kind, viewer, now, personal={"reason": restriction.decision_note})
    return restriction


@transaction.atomic
def lift_restriction(
    *, viewer: gates.Viewer, restriction_id: int, reason: str, now: dt.datetime
) -> models.Restriction:
    """Open a private moment again, with a reason; the officer is told. Never one's own, nor one of one's crew.

    :raises errors.NotFound: when it is not the viewer's to lift.
    :raises errors.Refusal: ``evidence.reason_missing``, ``evidence.second_person_needed``,
        ``evidence.restriction_lifted_already``, ``access.concerns_yourself``.
    """
    restriction = _lock(viewer, restriction_id, LIFTING_ROLES, act="lift_restriction")
    if restriction.state != State.IN_FORCE:
        raise errors.Refusal("evidence.restriction_lifted_already")
    restriction.lifted_reason = _reason(reason)
    restriction.lifted_at, restriction.lifted_by = now, viewer.user
    restriction.state = State.LIFTED
    restriction.save(update_fields=["state", "lifted_at", "lifted_by", "lifted_reason"])
    _tell(restriction, "restriction_lifted", viewer, now, personal={"reason": restriction.lifted_reason})
    return restriction


@transaction.atomic
def keep_restriction(
    *, viewer: gates.Viewer, restriction_id: int, reason: str, now: dt.datetime
) -> models.Restriction:
    """The integrity office has looked into a private moment, and it stays closed: the reason stands in the log.

    :raises errors.NotFound: when it is not the viewer's to look into.
    :raises errors.Refusal: as `lift_restriction`.
    """
    restriction = _lock(viewer, restriction_id, LIFTING_ROLES, act="keep_restriction")
    if restriction.state != State.IN_FORCE:
        raise errors.Refusal("evidence.restriction_lifted_already")
    restriction.kept_note = _reason(reason)
    restriction.kept_at, restriction.kept_by = now, viewer.user
    restriction.save(update_fields=["kept_at", "kept_by", "kept_note"])
    _tell(restriction, "restriction_kept", viewer, now, personal={"reason": restriction.kept_note})
    return restriction


def _lock(
    viewer: gates.Viewer, restriction_id: int, roles: tuple[str, ...], *, act: str
) -> models.Restriction:
    rows = models.Restriction.objects.select_related("shift__unit").select_for_update(of=("self",))
    restriction = gates.get_in_scope(rows, pk=restriction_id)
    gates.check_holds_over(viewer, restriction.shift.unit.path, *roles)
    concerned: set[UUID | None] = {restriction.person_id, *people.persons_on(restriction.shift)}
    gates.check_not_concerned(viewer, concerned, act=f"evidence.{act}")
    if restriction.asked_by_id == viewer.user.pk:
        raise errors.Refusal("evidence.second_person_needed", act=f"evidence.{act}")
    return restriction


def _reason(text: str) -> str:
    if not text.strip():
        raise errors.Refusal("evidence.reason_missing")
    return text.strip()[:400]


def _tell(
    restriction: models.Restriction,
    kind: str,
    viewer: gates.Viewer,
    now: dt.datetime,
    *,
    personal: Mapping[str, object],
) -> None:
    ledger.append(
        kind=f"evidence.{kind}", actor=viewer.actor, subject=f"shift:{restriction.shift_id}", now=now,
        facts={"restriction": restriction.pk, "person": restriction.person_id,
               "span": [restriction.span.lower, restriction.span.upper]},
        personal=personal,
    )  # fmt: skip
    jobs.announce(facts.SHIFT_CHANGED, shift_id=str(restriction.shift_id))

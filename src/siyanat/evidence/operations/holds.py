"""Holds: what must be kept, placed by any room and released by a second person."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import Q

from siyanat.evidence import models, queries
from siyanat.ledger import operations as ledger
from siyanat.ledger import scopes
from siyanat.lib import errors
from siyanat.roster import gates
from siyanat.roster import models as roster
from siyanat.roster import queries as roster_queries

PLACING_ROLES = (
    gates.Role.EVIDENCE_CUSTODIAN,
    gates.Role.INTEGRITY_OFFICER,
    gates.Role.PROVINCIAL_REVIEWER,
    gates.Role.STATION_HEAD,
)
RELEASING_ROLES = (gates.Role.EVIDENCE_CUSTODIAN, gates.Role.INTEGRITY_OFFICER)
KEPT_BY_ROOMS = ("case:", "mark:")
"""References of holds that end with the case or the mark for which a room placed them, never by hand."""


@dataclass(frozen=True, slots=True)
class Covers:
    """What a hold covers: exactly one of a recording, a shift, or a unit (and below) within ``span``.

    Shifts and spans also cover what arrives later. ``span`` is [start, end) in UTC.
    """

    recording: models.Recording | None = None
    shift: roster.Shift | None = None
    unit: roster.Unit | None = None
    span: tuple[dt.datetime, dt.datetime] | None = None

    def path(self) -> str:
        """Path of the unit to which the covered footage belongs."""
        if self.recording is not None:
            return self.recording.unit.path
        unit = self.shift.unit if self.shift is not None else self.unit
        assert unit is not None
        return unit.path

    def people(self) -> set[UUID]:
        """Whom it concerns: everybody who was ever believed to be on the shift, or on a shift of the recording."""
        if self.shift is not None:
            return roster_queries.persons_on(self.shift)
        if self.recording is None:
            return set()
        beliefs = models.Attribution.objects.filter(recording=self.recording).select_related("shift")
        bearers = {one.person_id for one in beliefs if one.person_id is not None}
        shifts = {one.shift for one in beliefs if one.shift is not None}
        return bearers | {person for shift in shifts for person in roster_queries.persons_on(shift)}

    def is_within_span_of(self, person_id: UUID | None) -> bool:
        """Whether it covers the unit's time in which the person was on a shift, or footage that was theirs."""
        if self.unit is None or self.span is None or person_id is None:
            return False
        start, end = self.span
        served = Q(crew__person=person_id) | Q(camera_issues__person=person_id)
        shifts = roster.Shift.objects.filter(
            served, unit__path__startswith=self.unit.path, starts_at__lt=end, ends_at__gt=start
        )
        footage = models.Attribution.objects.filter(
            Q(person=person_id) | Q(shift__crew__person=person_id),
            recording__unit__path__startswith=self.unit.path,
            recording__starts_at__lt=end, recording__ends_at__gt=start,
        )  # fmt: skip
        return shifts.exists() or footage.exists()


@transaction.atomic
def place_hold(
    *,
    covers: Covers,
    reason: str,
    reference: str,
    now: dt.datetime,
    note: str = "",
    viewer: gates.Viewer | None = None,
    actor: str = "",
) -> models.Hold:
    """Keep what ``covers`` names, from now on. A person places it (``viewer``), or a room's own step (``actor``).

    Asking twice for the same reference and thing gives the same hold.

    :raises errors.NotFound: when the footage is not the viewer's to hold.
    :raises errors.Refusal: ``access.concerns_yourself``; ``evidence.hold_reference_missing``;
        ``evidence.hold_span_empty``.
    """
    if viewer is not None:
        gates.check_holds_over(viewer, covers.path(), *PLACING_ROLES)
        gates.check_not_concerned(viewer, covers.people(), act="evidence.place_hold")
    if not reference.strip():
        raise errors.Refusal("evidence.hold_reference_missing")
    if covers.unit is not None and (covers.span is None or covers.span[0] >= covers.span[1]):
        raise errors.Refusal("evidence.hold_span_empty")
    return _place(covers, reason=reason, reference=reference.strip()[:80], note=note.strip()[:400],
                  by=viewer.user.pk if viewer else None, actor=viewer.actor if viewer else actor, now=now)  # fmt: skip


def _place(
    covers: Covers,
    *,
    reason: str,
    reference: str,
    note: str,
    by: UUID | None,
    actor: str,
    now: dt.datetime,
) -> models.Hold:
    span = DateTimeTZRange(*covers.span) if covers.span else None
    _lock(covers)
    same = models.Hold.objects.filter(
        released_at__isnull=True, reason=reason, reference=reference, recording=covers.recording,
        shift=covers.shift, unit=covers.unit, placed_by=by,
    )  # fmt: skip
    same = same.filter(span=span) if span else same.filter(span__isnull=True)
    if (known := same.first()) is not None:
        return known
    hold = models.Hold.objects.create(
        reason=reason, reference=reference, note=note, recording=covers.recording, shift=covers.shift,
        unit=covers.unit, span=span, placed_at=now, placed_by_id=by,
    )  # fmt: skip
    _tell(hold, "evidence.hold_placed", actor=actor, now=now, personal={"note": note} if note else None)
    return hold


def _lock(covers: Covers) -> None:
    """Whoever asks for the same thing at the same moment (a form sent twice) waits, and then finds the hold."""
    if covers.recording is not None:
        models.Recording.objects.select_for_update(no_key=True, of=("self",)).get(pk=covers.recording.pk)
    elif covers.shift is not None:
        roster.Shift.objects.select_for_update(no_key=True, of=("self",)).get(pk=covers.shift.pk)
    elif covers.unit is not None:
        roster.Unit.objects.select_for_update(no_key=True, of=("self",)).get(pk=covers.unit.pk)


def carry_over(
    *, recording: models.Recording, before: Iterable[models.Hold], actor: str, now: dt.datetime
) -> None:
    """A correction must not free footage: holds that no longer reach the recording are placed on it by name.

    Each stays its placer's, so that the second person is still somebody else.
    """
    still = {hold.pk for hold in queries.holds_of(recording)}
    for hold in before:
        if hold.pk not in still:
            _place(Covers(recording=recording), reason=hold.reason, reference=hold.reference, note=hold.note,
                   by=hold.placed_by_id, actor=actor, now=now)  # fmt: skip


@transaction.atomic
def release_hold(*, viewer: gates.Viewer, hold_id: UUID, reason: str, now: dt.datetime) -> models.Hold:
    """End a hold. The second person: never who placed it, never whom the footage concerns.

    :raises errors.NotFound: when the hold is not the viewer's to release.
    :raises errors.Refusal: ``evidence.second_person_needed``, ``evidence.reason_missing``,
        ``evidence.hold_released_already``, ``evidence.hold_ends_with_its_case``, ``access.concerns_yourself``.
    """
    rows = models.Hold.objects.select_related("recording__unit", "shift__unit", "unit").select_for_update(
        of=("self",)
    )
    hold = gates.get_in_scope(rows, pk=hold_id)
    covers = covers_of(hold)
    gates.check_holds_over(viewer, covers.path(), *RELEASING_ROLES)
    concerned = {viewer.person_id} if covers.is_within_span_of(viewer.person_id) else covers.people()
    gates.check_not_concerned(viewer, concerned, act="evidence.release_hold")
    if hold.placed_by_id is None and hold.reference.startswith(KEPT_BY_ROOMS):
        raise errors.Refusal("evidence.hold_ends_with_its_case", reference=hold.reference)
    if hold.placed_by_id == viewer.user.pk:
        raise errors.Refusal("evidence.second_person_needed", act="evidence.release_hold")
    if hold.released_at is not None:
        raise errors.Refusal("evidence.hold_released_already")
    if not reason.strip():
        raise errors.Refusal("evidence.reason_missing")
    return _release(hold, reason=reason.strip()[:400], user=viewer, actor=viewer.actor, now=now)


@transaction.atomic
def release_holds_of(*, reference: str, actor: str, reason: str, now: dt.datetime) -> int:
    """A room ends what it asked for itself (a closed case): every hold with its reference that no person placed."""
    rows = models.Hold.objects.filter(reference=reference, released_at__isnull=True, placed_by__isnull=True)
    held = list(rows.select_for_update())
    for hold in held:
        _release(hold, reason=reason[:400], user=None, actor=actor, now=now)
    return len(held)


def _release(
    hold: models.Hold, *, reason: str, user: gates.Viewer | None, actor: str, now: dt.datetime
) -> models.Hold:
    hold.released_at, hold.released_by, hold.released_reason = now, user.user if user else None, reason
    hold.save(update_fields=["released_at", "released_by", "released_reason"])
    _tell(hold, "evidence.hold_released", actor=actor, now=now, personal={"reason": reason})
    return hold


def covers_of(hold: models.Hold) -> Covers:
    """What a hold's row covers."""
    span = (hold.span.lower, hold.span.upper) if hold.span else None
    return Covers(recording=hold.recording, shift=hold.shift, unit=hold.unit, span=span)


def _tell(
    hold: models.Hold, kind: str, *, actor: str, now: dt.datetime, personal: dict[str, object] | None = None
) -> None:
    """One entry under what is held, so that its chain of custody shows the hold.

    What a room placed belongs where the room's own matter does, and to no unit where the log does not know it: the
    unit whose footage is held does not read in its log that somebody above looks into it.
    """
    subject = (
        f"recording:{hold.recording_id}" if hold.recording_id
        else f"shift:{hold.shift_id}" if hold.shift_id
        else f"unit:{hold.unit_id}"
    )  # fmt: skip
    span = [hold.span.lower, hold.span.upper] if hold.span else None
    facts: dict[str, object] = {"hold": hold.id, "reason": hold.reason, "span": span}
    told = {"reference": hold.reference}
    if (
        hold.placed_by_id is None
    ):  # a room's own step names opaque identifiers; what a person typed may name somebody
        facts, told = facts | told | {"unit_path": scopes.path_of(hold.reference)}, {}
    personal = {**(personal or {}), **told} or None
    ledger.append(kind=kind, actor=actor, subject=subject, now=now, facts=facts, personal=personal)

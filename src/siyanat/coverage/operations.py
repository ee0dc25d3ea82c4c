"""Count a shift's minutes; ask for and decide excuses. Each count is a snapshot that a later one supersedes."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from siyanat.cameras import models as cameras
from siyanat.coverage import gaps, minutes, models
from siyanat.evidence import models as evidence
from siyanat.jobs import facts
from siyanat.jobs import operations as jobs
from siyanat.ledger import operations as ledger
from siyanat.lib import errors
from siyanat.roster import gates
from siyanat.roster import models as roster
from siyanat.roster import queries as people

# Cameras may be docked this long after the shift before missing footage counts for good (evidence.md, ingest grace).
DOCKING_GRACE = dt.timedelta(hours=24)
# A bay takes about an hour for 8 hours of footage (58 minutes at 3 and 25 Mbit/s); a full dock takes turns.
EMPTYING = dt.timedelta(hours=2)
DECIDERS = (gates.Role.STATION_HEAD, gates.Role.PROVINCIAL_REVIEWER, gates.Role.INTEGRITY_OFFICER)
MAX_BULK = 2000


@transaction.atomic
def count_shift(*, shift_id: UUID, now: dt.datetime) -> bool:
    """Take a new snapshot of the shift's minutes if it differs from the last; True when it did."""
    shift = roster.Shift.objects.select_for_update(of=("self",)).get(pk=shift_id)
    lines = minutes.count_minutes(shift.id, known_at=now)
    is_provisional = _is_provisional(shift, lines, now)
    changed = [line for line in lines if _differs(shift, line, is_provisional=is_provisional)]
    left = _gone(shift, lines).update(superseded_at=now)
    if not changed and not left:
        return False
    for line in changed:
        _write(shift, line, now, is_provisional=is_provisional)
    crew = lines[-1] if lines else None
    ledger.append(
        kind="coverage.shift_counted",
        actor=f"{ledger.SYSTEM}:coverage",
        subject=f"shift:{shift.id}",
        now=now,
        facts={**_figures(crew), "is_provisional": is_provisional} if crew else {},
    )
    jobs.announce(facts.COVERAGE_COUNTED, shift_id=str(shift.id))
    return True


def _figures(line: minutes.Minutes) -> dict[str, int]:
    return {
        "owed_ms": minutes.total_ms(line.owed),
        "recorded_ms": minutes.total_ms(line.recorded),
        "excused_ms": minutes.total_ms(line.excused),
        "unaccounted_ms": minutes.total_ms(line.unaccounted),
    }


def may_still_deliver(issue: cameras.Issue, *, shift: roster.Shift, now: dt.datetime) -> bool:
    """Whether footage of a camera issued for ``shift`` may still come in good time: docked late, or being emptied."""
    if issue.returned_at is None:
        return now < shift.ends_at + DOCKING_GRACE
    return now < issue.returned_at + EMPTYING


def _is_provisional(shift: roster.Shift, lines: Sequence[minutes.Minutes], now: dt.datetime) -> bool:
    """Whether missing minutes are awaited: the shift is not over, a camera is out, or a dock empties one."""
    bare = {line.person_id for line in lines if not line.filmed}
    issues = cameras.Issue.objects.filter(shift=shift, superseded_at__isnull=True)
    return now < shift.ends_at or any(
        may_still_deliver(one, shift=shift, now=now)
        for one in issues
        if one.returned_at is None or one.person_id in bare
    )


def _gone(shift: roster.Shift, lines: Sequence[minutes.Minutes]) -> QuerySet[models.Count]:
    """Current counts of who owes no minute any more; the crew's too when nobody does."""
    current = models.Count.objects.filter(shift=shift, superseded_at__isnull=True)
    bearers = [line.person_id for line in lines if line.person_id]
    return current.exclude(Q(person__in=bearers) | Q(person__isnull=True)) if lines else current


def _stored(spans: Sequence[minutes.Span]) -> list[list[str]]:
    return [[starts.isoformat(), ends.isoformat()] for starts, ends in spans]


def _differs(shift: roster.Shift, line: minutes.Minutes, *, is_provisional: bool) -> bool:
    last = models.Count.objects.filter(shift=shift, person=line.person_id, superseded_at__isnull=True).first()
    return (
        last is None
        or last.recorded != _stored(line.recorded)
        or (last.owed_ms, last.excused_ms, last.unaccounted_ms)
        != (minutes.total_ms(line.owed), minutes.total_ms(line.excused), minutes.total_ms(line.unaccounted))
        or last.is_provisional != is_provisional
    )


def _write(shift: roster.Shift, line: minutes.Minutes, now: dt.datetime, *, is_provisional: bool) -> None:
    models.Count.objects.filter(shift=shift, person=line.person_id, superseded_at__isnull=True).update(
        superseded_at=now
    )
    count = models.Count.objects.create(
        shift=shift,
        person_id=line.person_id,
        counted_at=now,
        recorded=_stored(line.recorded),
        is_provisional=is_provisional,
        **_figures(line),
    )
    if line.person_id is None:
        return
    known = _circumstances(shift, line)
    excuses = list(models.Excuse.objects.filter(shift=shift, person=line.person_id).exclude(state="refused"))
    for missing in line.missing:
        for gap in gaps.split(missing, line.filmed):
            models.Gap.objects.create(
                count=count,
                span=gap,
                kind=gaps.classify(gap, known),
                excuse=next(
                    (one for one in excuses if one.span.lower < gap[1] and gap[0] < one.span.upper), None
                ),
            )


def _circumstances(shift: roster.Shift, line: minutes.Minutes) -> gaps.Circumstances:
    rows = evidence.Recording.objects.filter(
        attributions__shift=shift,
        attributions__person=line.person_id,
        attributions__superseded_at__isnull=True,
    ).order_by("starts_at")
    footage = [
        gaps.Footage(row.starts_at, row.ends_at, row.is_truncated, bool(row.probe.get("clock_jumps")))
        for row in rows
    ]
    issues = cameras.Issue.objects.filter(shift=shift, person=line.person_id, superseded_at__isnull=True)
    is_docked = issues.exists() and not issues.filter(returned_at__isnull=True).exists()
    last = (
        cameras.CameraEvent.objects.filter(
            camera__issues__in=issues, at__gte=shift.starts_at, readings__has_key="battery_percent"
        )
        .order_by("-at")
        .first()
    )
    battery = last.readings["battery_percent"] if last else None
    return gaps.Circumstances(line.owed, line.filmed, footage, is_docked, battery)


@transaction.atomic
def ask_excuse(
    *,
    viewer: gates.Viewer,
    shift: roster.Shift,
    person: roster.Person,
    span: minutes.Span,
    kind: str,
    note: str,
    now: dt.datetime,
) -> models.Excuse:
    """An officer gives a typed reason for their own missing minutes; the head or above decides.

    :raises errors.Refusal: when the stretch lies outside the shift, is reversed, has nothing missing in it or has a
        reason already.
    """
    if viewer.person_id != person.id:
        raise errors.NotFound
    _check_span(shift, span)
    _check_free(shift, person, span)
    _check_missing(shift, person, span, now)
    excuse = models.Excuse.objects.create(
        shift=shift, person=person, span=span, kind=kind, note=note, asked_by=viewer.user, asked_at=now
    )
    models.Gap.objects.filter(
        count__shift=shift, count__person=person, count__superseded_at__isnull=True, span__overlap=span
    ).update(excuse=excuse)
    _log("coverage.excuse_asked", viewer, excuse, now, {"note": note})
    return excuse


@transaction.atomic
def decide_excuse(
    *, viewer: gates.Viewer, excuse: models.Excuse, approve: bool, note: str, now: dt.datetime
) -> models.Excuse:
    """The head of the station, or who stands above it, approves or refuses; never for a crew of their own.

    :raises errors.Refusal: when it is decided already, is refused without a reason, or concerns a shift on which the
        viewer was.
    """
    if not approve and not note.strip():
        raise errors.Refusal("coverage.refusal_needs_reason")
    gates.check_holds_over(viewer, excuse.shift.unit.path, *DECIDERS)
    concerned = {excuse.person_id} | people.persons_on(excuse.shift)
    gates.check_not_concerned(viewer, concerned, act="excuse")
    state = models.Excuse.State.APPROVED if approve else models.Excuse.State.REFUSED
    taken = models.Excuse.objects.filter(pk=excuse.pk, state=models.Excuse.State.ASKED).update(
        state=state, decided_by=viewer.user, decided_at=now, decision_note=note
    )
    if not taken:
        raise errors.Refusal("coverage.excuse_decided_already")
    excuse.refresh_from_db()
    _log(f"coverage.excuse_{state}", viewer, excuse, now, {"note": note})
    jobs.announce(facts.EXCUSE_DECIDED, shift_id=str(excuse.shift_id))
    return excuse


@transaction.atomic
def excuse_in_bulk(
    *, viewer: gates.Viewer, unit: roster.Unit, span: minutes.Span, kind: str, note: str, now: dt.datetime
) -> int:
    """Excuse the missing minutes of every bearer of the unit within ``span``: a dock or the power failed.

    Shifts on which the viewer was are left out. Returns how many excuses were written.

    :raises errors.Refusal: for another kind of reason, or more than ``MAX_BULK`` bearers.
    """
    gates.check_holds_over(viewer, unit.path, *DECIDERS)
    if kind not in (models.Excuse.Kind.DOCK_FAILURE, models.Excuse.Kind.POWER_FAILURE):
        raise errors.Refusal("coverage.bulk_needs_common_cause", kind=kind)
    reference, written = uuid.uuid4(), 0
    counts = models.Count.objects.filter(
        shift__unit__path__startswith=unit.path,
        shift__starts_at__lt=span[1],
        shift__ends_at__gt=span[0],
        superseded_at__isnull=True,
        person__isnull=False,
        unaccounted_ms__gt=0,
    ).exclude(shift__in=shifts_of(viewer).values("pk"))
    counts = counts.select_related("shift")
    if counts.count() > MAX_BULK:
        raise errors.Refusal("coverage.bulk_too_many", limit=MAX_BULK)
    for count in counts:
        if count.person_id is None:
            continue
        for missing in _unaccounted_within(count, span):
            excuse = models.Excuse.objects.create(
                shift=count.shift,
                person_id=count.person_id,
                span=missing,
                kind=kind,
                note=note,
                bulk_reference=reference,
                asked_by=viewer.user,
                asked_at=now,
                state=models.Excuse.State.APPROVED,
                decided_by=viewer.user,
                decided_at=now,
                decision_note=note,
            )
            _log("coverage.excuse_approved", viewer, excuse, now, {"note": note})
            written += 1
        jobs.announce(facts.EXCUSE_DECIDED, shift_id=str(count.shift_id))
    return written


def shifts_of(viewer: gates.Viewer) -> QuerySet[roster.Shift]:
    """Shifts that concern the viewer: in the crew, now or as believed before, or bearing one of its cameras."""
    if viewer.person_id is None:
        return roster.Shift.objects.none()
    crews = roster.CrewMember.objects.filter(person=viewer.person_id).values("shift")
    borne = cameras.Issue.objects.filter(person=viewer.person_id).values("shift")
    return roster.Shift.objects.filter(pk__in=crews.union(borne))


def _unaccounted_within(count: models.Count, span: minutes.Span) -> list[minutes.Span]:
    lines = minutes.count_minutes(count.shift_id, known_at=count.counted_at)
    own = [missing for line in lines if line.person_id == count.person_id for missing in line.unaccounted]
    cut = [(max(starts, span[0]), min(ends, span[1])) for starts, ends in own]
    asked = models.Excuse.objects.filter(
        shift=count.shift, person=count.person_id, state=models.Excuse.State.ASKED
    )
    taken = [(one.span.lower, one.span.upper) for one in asked]
    return [
        (starts, ends)
        for starts, ends in cut
        if ends > starts and not any(first < ends and starts < last for first, last in taken)
    ]


def _check_span(shift: roster.Shift, span: minutes.Span) -> None:
    starts, ends = span
    if ends <= starts:
        raise errors.Refusal("coverage.excuse_reversed", starts_at=starts, ends_at=ends)
    if not (shift.starts_at <= starts < ends <= shift.ends_at):
        raise errors.Refusal("coverage.excuse_outside_shift", starts_at=starts, ends_at=ends)


def _check_free(shift: roster.Shift, person: roster.Person, span: minutes.Span) -> None:
    standing = models.Excuse.objects.filter(shift=shift, person=person, span__overlap=span)
    if standing.exclude(state=models.Excuse.State.REFUSED).exists():
        raise errors.Refusal("coverage.excuse_overlaps")


def _check_missing(shift: roster.Shift, person: roster.Person, span: minutes.Span, now: dt.datetime) -> None:
    lines = minutes.count_minutes(shift.id, known_at=now)
    missing = [one for line in lines if line.person_id == person.id for one in line.missing]
    if not any(starts < span[1] and span[0] < ends for starts, ends in missing):
        raise errors.Refusal("coverage.nothing_missing", starts_at=span[0], ends_at=span[1])


def _log(
    kind: str, viewer: gates.Viewer, excuse: models.Excuse, now: dt.datetime, personal: dict[str, object]
) -> None:
    ledger.append(
        kind=kind,
        actor=viewer.actor,
        subject=f"shift:{excuse.shift_id}",
        now=now,
        facts={"excuse": str(excuse.id), "person": str(excuse.person_id), "reason": excuse.kind},
        personal=personal,
    )

"""Read the minute ledger: a shift's lines, what was believed at an earlier moment. Months are in ``months``."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from siyanat.coverage import minutes, models
from siyanat.coverage import operations as coverage
from siyanat.evidence import models as evidence
from siyanat.lib import jalali
from siyanat.roster import gates
from siyanat.roster import models as roster

Role = gates.Role
READERS = (
    Role.SHIFT_LEADER,
    Role.STATION_HEAD,
    Role.EVIDENCE_CUSTODIAN,
    Role.INTEGRITY_OFFICER,
    Role.PROVINCIAL_REVIEWER,
    Role.EXTERNAL_OVERSEER,
)

AWAITED, UNEXPLAINED = "awaited", "unexplained"


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a line, as the timeline draws it."""

    kind: str  # recorded, excused, awaited, unexplained
    starts_at: dt.datetime
    ends_at: dt.datetime
    gap: models.Gap | None = None

    @property
    def note(self) -> str:
        """What the timeline says of the stretch beside its kind."""
        return self.gap.get_kind_display() if self.gap and self.kind != AWAITED else ""


@dataclass(frozen=True, slots=True)
class Line:
    """A bearer's line, or the crew's (``person`` is None), as one snapshot counted it."""

    count: models.Count
    person: roster.Person | None
    stretches: list[Stretch] = field(default_factory=list)
    gaps: list[models.Gap] = field(default_factory=list)


def list_visible_shifts(viewer: gates.Viewer) -> QuerySet[roster.Shift]:
    """Shifts whose minutes the viewer may read: their units' and those in which they serve."""
    own = (
        Q(crew__person=viewer.person_id, crew__superseded_at__isnull=True)
        if viewer.person_id
        else Q(pk__in=[])
    )
    mine = roster.Shift.objects.filter(own).values("pk")
    return roster.Shift.objects.filter(gates.under(viewer.paths(*READERS)) | Q(pk__in=mine))


def get_shift(viewer: gates.Viewer, shift_id: UUID) -> roster.Shift:
    """:raises errors.NotFound: when it is absent or not the viewer's."""
    return gates.get_in_scope(list_visible_shifts(viewer).select_related("unit", "leader"), pk=shift_id)


def list_lines(shift: roster.Shift, *, as_of: dt.datetime | None = None) -> list[Line]:
    """Every bearer's line and the crew's (last), from the snapshot that was current at ``as_of`` (now if None)."""
    counts = (
        models.Count.objects.filter(shift=shift)
        .select_related("person")
        .prefetch_related("gaps__excuse__decided_by")
    )
    if as_of is None:
        counts = counts.filter(superseded_at__isnull=True)
    else:
        counts = counts.filter(counted_at__lte=as_of).filter(
            Q(superseded_at__isnull=True) | Q(superseded_at__gt=as_of)
        )
    lines = [_line(count) for count in counts]
    return sorted(
        lines, key=lambda line: (line.person is None, line.person.personnel_number if line.person else "")
    )


def _line(count: models.Count) -> Line:
    gaps = sorted(count.gaps.all(), key=lambda gap: gap.span.lower)
    open_kind = AWAITED if count.is_provisional else UNEXPLAINED
    stretches = [
        Stretch("recorded", dt.datetime.fromisoformat(starts), dt.datetime.fromisoformat(ends))
        for starts, ends in count.recorded
    ]
    if count.person_id is None:
        for one in minutes.count_minutes(count.shift_id, known_at=count.counted_at):
            if one.person_id is None:
                stretches += [Stretch("excused", *span) for span in one.excused]
                stretches += [Stretch(open_kind, *span) for span in one.unaccounted]
    for gap in gaps:
        kind = "excused" if _was_approved(gap.excuse, count.counted_at) else open_kind
        stretches.append(Stretch(kind, gap.span.lower, gap.span.upper, gap))
    return Line(count, count.person, sorted(stretches, key=lambda part: part.starts_at), gaps)


def _was_approved(excuse: models.Excuse | None, known_at: dt.datetime) -> bool:
    """As the count knew it: an approval of a later day changes no earlier snapshot."""
    return (
        excuse is not None
        and excuse.state == models.Excuse.State.APPROVED
        and excuse.decided_at is not None
        and excuse.decided_at <= known_at
    )


def find_awaited_until(shift: roster.Shift, lines: Sequence[Line]) -> dt.datetime | None:
    """Until when footage may come in good time; None when nothing of these lines is awaited."""
    if not any(line.count.awaited_ms for line in lines):
        return None
    return shift.ends_at + coverage.DOCKING_GRACE


def list_snapshots(shift: roster.Shift) -> list[dt.datetime]:
    """The last moment of each day on which the figures changed, newest first: Monday's figures, Wednesday's."""
    rows = (
        models.Count.objects.filter(shift=shift).order_by("counted_at").values_list("counted_at", flat=True)
    )
    last = {jalali.local_date(at): at for at in rows}
    return sorted(last.values(), reverse=True)


def list_shifts_of_recording(recording_id: UUID) -> list[UUID]:
    """Shifts that the recording is, or ever was, attributed to."""
    rows = evidence.Attribution.objects.filter(recording=recording_id, shift__isnull=False)
    return sorted({row for row in rows.values_list("shift_id", flat=True) if row is not None})


def list_shifts_to_count(*, now: dt.datetime) -> list[UUID]:
    """Ended shifts of the last month that were never counted, and every ended one whose count is provisional.

    The latter however old: minutes must not stay awaited because the machine was away for a month.
    """
    ended = roster.Shift.objects.filter(ends_at__lte=now)
    current = models.Count.objects.filter(superseded_at__isnull=True, shift=OuterRef("pk"))
    stale = ended.filter(Exists(current.filter(is_provisional=True)))
    uncounted = ended.filter(~Exists(current), starts_at__gt=now - dt.timedelta(days=31)).exclude(
        state=roster.Shift.State.CANCELED
    )
    return [*stale.values_list("pk", flat=True), *uncounted.values_list("pk", flat=True)]


def list_excuses_to_decide(viewer: gates.Viewer) -> QuerySet[models.Excuse]:
    """Excuses that wait for the viewer's decision; never of a shift on which they were themselves."""
    waiting = models.Excuse.objects.filter(state=models.Excuse.State.ASKED)
    scope = gates.within(viewer.paths(*coverage.DECIDERS), "shift__unit")
    others = waiting.filter(scope).exclude(person=viewer.person_id)
    return others.exclude(shift__in=coverage.shifts_of(viewer).values("pk")).select_related(
        "shift__unit", "person"
    )


def get_excuse_to_decide(viewer: gates.Viewer, excuse_id: UUID) -> models.Excuse:
    """:raises errors.NotFound: when it is absent, decided, somebody else's to decide, or about the viewer."""
    return gates.get_in_scope(list_excuses_to_decide(viewer), pk=excuse_id)

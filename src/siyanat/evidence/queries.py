"""Reading recordings: every list and every object is cut to what the viewer may see.

Who sees what:

* the row (facts, attribution, holds): who oversees its unit or a unit above (`OVERSEEING_ROLES`), and the person
  to whom it is attributed;
* the footage: who oversees the unit, in a review (``in_review``) or against a typed reason that has not expired;
  the bearer their own, against the reason "to answer". Nobody oversees a shift in whose crew they were;
* restricted moments: closed to all of them but the person concerned (their own answer) and the integrity officer
  or overseer with the typed reason of a case or a request: a private moment must not become a place to hide in,
  and nobody looks into one out of routine.

Footage without a shift is opened to nobody: it is attributed first.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import F, Prefetch, Q, QuerySet
from django.db.models.expressions import RawSQL

from siyanat.evidence import models
from siyanat.ledger import kinds
from siyanat.ledger import models as ledger
from siyanat.lib import errors, persian
from siyanat.media import probe as probing
from siyanat.roster import gates
from siyanat.roster import models as roster

OVERSEEING_ROLES = gates.FOOTAGE_ROLES
OWN_ROLES = (gates.Role.PATROL_OFFICER, gates.Role.SHIFT_LEADER)
PRIVATE_ROLES = (gates.Role.INTEGRITY_OFFICER, gates.Role.EXTERNAL_OVERSEER)
Reason = models.ViewingGrant.Reason
KEEPING_ROLES = (gates.Role.EVIDENCE_CUSTODIAN, *PRIVATE_ROLES)
PRIVATE_REASONS = (Reason.CASE, Reason.REQUEST)
TOLD_ROLES = (
    gates.Role.STATION_HEAD,
    gates.Role.PROVINCIAL_REVIEWER,
    gates.Role.INTEGRITY_OFFICER,
    gates.Role.EXTERNAL_OVERSEER,
)
"""Who knows that a private moment exists: when, on whose camera, of which kind."""

FREE_MOMENTS = 4
FREE_TIME = dt.timedelta(minutes=45)
"""What one bearer may close of one shift without asking: prayers, a doctor, the toilets of a shift fit in; a
tenth of eight hours is the most that can be closed so.
"""
SORTS = ("starts_at", "received_at", "size_bytes", "duration_ms")
"""Orders of the search; each also with a minus sign."""

Spans = list[tuple[dt.datetime, dt.datetime]]


# Rows.


def visible_recordings(viewer: gates.Viewer, now: dt.datetime) -> QuerySet[models.Recording]:  # noqa: ARG001
    """Recordings whose rows the viewer may see; tombstones among them."""
    scope = Q(pk__in=[])
    if paths := viewer.paths(*OVERSEEING_ROLES):
        scope = gates.within(paths)
    if viewer.person_id and viewer.holds(*OWN_ROLES):
        scope |= Q(person=viewer.person_id)
    return models.Recording.objects.filter(scope)


def get_recording(viewer: gates.Viewer, recording_id: UUID | str, *, now: dt.datetime) -> models.Recording:
    """One recording with its camera and unit.

    :raises errors.NotFound: absent, or not the viewer's to see.
    """
    rows = visible_recordings(viewer, now).select_related("camera", "unit", "dock_unit")
    return gates.get_in_scope(rows, pk=recording_id)


def current_attributions() -> QuerySet[models.Attribution]:
    """What is believed now about whose recordings are."""
    return models.Attribution.objects.filter(superseded_at__isnull=True)


def current_attribution(recording: models.Recording) -> models.Attribution | None:
    """Whose recording it is, as believed now."""
    return (
        current_attributions()
        .filter(recording=recording)
        .select_related("shift__unit", "person__unit")
        .first()
    )


def attribution_history(recording: models.Recording) -> QuerySet[models.Attribution]:
    """Every belief about whose it is, the latest first."""
    rows = models.Attribution.objects.filter(recording=recording)
    return rows.select_related("shift", "person", "actor__person").order_by("-recorded_at", "-pk")


def recordings_of_shift(shift: roster.Shift | UUID) -> QuerySet[models.Recording]:
    """What is attributed to a shift and still has its bytes, in the order of time; ``bearer_id`` is whose it is."""
    shift_id = shift.pk if isinstance(shift, roster.Shift) else shift
    return (
        models.Recording.objects.filter(
            attributions__shift=shift_id, attributions__superseded_at__isnull=True
        )
        .exclude(state=models.Recording.State.DISPOSED)
        .annotate(bearer_id=F("attributions__person"))
        .select_related("camera")
        .order_by("starts_at", "pk")
    )


def probe_of(recording: models.Recording) -> probing.Probe:
    """The probe as it was at sealing, its key-frame table included."""
    return probing.Probe.from_json({**recording.probe, "key_frames": recording.key_frames_ms})


def find_by_digest(sha256: str) -> models.Recording | None:
    """The recording of these bytes, tombstones included."""
    return models.Recording.objects.filter(sha256=sha256).first()


# Search.


@dataclass(frozen=True, slots=True)
class Search:
    """What a person looks for; empty fields match everything. ``since``/``until`` are [since, until) in UTC."""

    officer: str = ""
    serial: str = ""
    unit: roster.Unit | None = None
    place: str = ""
    since: dt.datetime | None = None
    until: dt.datetime | None = None
    state: str = ""
    attributed: str = ""  # yes, no
    sort: str = "-starts_at"


def search_recordings(
    viewer: gates.Viewer, search: Search, *, now: dt.datetime
) -> QuerySet[models.Recording]:
    """Visible recordings that overlap the time and match the rest, sorted; ``current`` holds the attribution."""
    rows = visible_recordings(viewer, now).filter(_matching(search))
    order = search.sort if search.sort.lstrip("-") in SORTS else "-starts_at"
    current = current_attributions().select_related("shift", "person")
    return (
        rows.select_related("camera", "unit")
        .defer("probe", "key_frames_ms")
        .prefetch_related(Prefetch("attributions", queryset=current, to_attr="current"))
        .order_by(order, "id")
    )


def _matching(search: Search) -> Q:
    found = Q()
    if search.serial:
        found &= Q(camera__serial__contains=persian.to_latin_digits(search.serial.strip()).upper())
    if search.unit is not None:
        found &= gates.within([search.unit.path])
    if search.since is not None:
        found &= Q(ends_at__gt=search.since, starts_at__gt=search.since - _LONGEST)
    if search.until is not None:
        found &= Q(starts_at__lt=search.until)
    if search.state:
        found &= Q(state=search.state)
    return found & _by_attribution(search)


_LONGEST = dt.timedelta(days=2)  # no camera writes a longer file; lets the index on the start be used


def _by_attribution(search: Search) -> Q:
    found = Q()
    if search.officer:
        found &= Q(person__among=_people(search.officer))
    if search.place:
        place = search.place.strip()
        found &= Q(shift__place_fa__icontains=place) | Q(shift__place_en__icontains=place)
    if search.attributed in {"yes", "no"}:
        found &= Q(person__isnull=search.attributed == "no")
    return found


def _people(text: str) -> list[UUID]:
    people = roster.Person.objects.all()
    for word in persian.search_key(text).split():
        people = people.filter(search_key__contains=word)
    return list(people.values_list("pk", flat=True))


# Holds.


def active_holds() -> QuerySet[models.Hold]:
    """Holds that were not released."""
    return models.Hold.objects.filter(released_at__isnull=True)


def holds_of(recording: models.Recording) -> QuerySet[models.Hold]:
    """The active holds that cover a recording: by name, by its shift, or by its unit and time."""
    shift = current_attributions().filter(recording=recording).values("shift")[:1]
    ids = [int(part) for part in recording.unit.path.strip("/").split("/") if part.isdigit()]
    return active_holds().filter(
        Q(recording=recording)
        | Q(shift__in=shift)
        | Q(unit__in=ids, span__overlap=(recording.starts_at, max(recording.ends_at, recording.starts_at)))
    ).order_by("placed_at")  # fmt: skip


def is_held(recording: models.Recording) -> bool:
    """Whether any active hold covers it now."""
    return holds_of(recording).exists()


def with_held(rows: QuerySet[models.Recording]) -> QuerySet[models.Recording]:
    """Annotate ``held`` (bool): for lists and for disposal; the same rules as `holds_of`."""
    return rows.annotate(held=RawSQL(_HELD, ()))  # noqa: S611 (a constant)


# The three ways in which a hold covers a recording, for many rows at once.
_HELD = """
EXISTS (SELECT 1 FROM evidence_hold h WHERE h.released_at IS NULL AND h.recording_id = evidence_recording.id)
OR EXISTS (SELECT 1 FROM evidence_attribution a JOIN evidence_hold h ON h.shift_id = a.shift_id
           WHERE a.recording_id = evidence_recording.id AND a.superseded_at IS NULL AND h.released_at IS NULL)
OR EXISTS (SELECT 1 FROM evidence_hold h
           JOIN roster_unit above ON above.id = h.unit_id
           JOIN roster_unit own ON own.id = evidence_recording.unit_id AND own.path LIKE above.path || '%%'
           WHERE h.released_at IS NULL
             AND h.span && tstzrange(evidence_recording.starts_at, evidence_recording.ends_at))
"""


def list_holds(viewer: gates.Viewer, *, active: bool = True) -> QuerySet[models.Hold]:
    """Holds over footage of the viewer's units, the latest first."""
    paths = viewer.paths(*OVERSEEING_ROLES)
    scope = (
        gates.under(paths, field="recording__unit__path")
        | gates.under(paths, field="shift__unit__path")
        | gates.under(paths, field="unit__path")
    )
    rows = models.Hold.objects.filter(scope, released_at__isnull=active)
    return rows.select_related(
        "recording__unit", "shift__unit", "unit", "placed_by__person", "released_by__person"
    ).order_by("-placed_at")


def case_numbers(references: Iterable[str]) -> dict[str, str]:
    """Numbers by which people know what rooms hold footage for, by the holds' references; a case writes its own
    into the note.
    """
    rows = models.Hold.objects.filter(_BY_A_CASE, reference__in=set(references)).exclude(note="")
    return dict(rows.values_list("reference", "note"))


def references_numbered(number: str) -> set[str]:
    """References of the cases with this number that hold, or held, footage."""
    rows = models.Hold.objects.filter(_BY_A_CASE, note=number) if number else models.Hold.objects.none()
    return set(rows.values_list("reference", flat=True))


_BY_A_CASE = Q(reference__startswith="case:", placed_by__isnull=True)


# Footage.


def is_in_crew(viewer: gates.Viewer, shift: roster.Shift) -> bool:
    """Whether the viewer was in the shift's crew, as believed now."""
    return bool(
        viewer.person_id and shift.crew.filter(person=viewer.person_id, superseded_at__isnull=True).exists()
    )


def find_grant(viewer: gates.Viewer, shift: roster.Shift, now: dt.datetime) -> models.ViewingGrant | None:
    """The viewer's typed reason for this shift that is open at ``now``."""
    rows = models.ViewingGrant.objects.filter(
        user=viewer.user, shift=shift, granted_at__lte=now, expires_at__gt=now
    )
    return rows.order_by("-granted_at").first()


def may_view_footage(
    viewer: gates.Viewer, shift: roster.Shift, now: dt.datetime, *, in_review: bool = False
) -> bool:
    """Whether some of the shift's footage is open to the viewer; a crew member sees their own recordings only.

    ``in_review``: the caller has checked that the viewer is reviewing this shift, which stands for a reason.
    """
    grant = find_grant(viewer, shift, now)
    if is_in_crew(viewer, shift):
        return grant is not None and grant.reason == Reason.OWN_ANSWER
    oversees = viewer.holds_over(shift.unit.path, *OVERSEEING_ROLES)
    return oversees and viewer.second_factor and (in_review or grant is not None)


def may_view_recording(
    viewer: gates.Viewer, recording: models.Recording, now: dt.datetime, *, in_review: bool = False
) -> bool:
    """Whether this recording's footage is open to the viewer (restricted moments apart)."""
    current = current_attribution(recording)
    if current is None or current.shift is None or recording.state == models.Recording.State.DISPOSED:
        return False
    if is_in_crew(viewer, current.shift) and current.person_id != viewer.person_id:
        return False
    return may_view_footage(viewer, current.shift, now, in_review=in_review)


def restrictions_of(shift: roster.Shift | UUID) -> QuerySet[models.Restriction]:
    """The private moments of a shift that are closed now."""
    shift_id = shift.pk if isinstance(shift, roster.Shift) else shift
    rows = models.Restriction.objects.filter(shift=shift_id, state=models.Restriction.State.IN_FORCE)
    return rows.select_related("person").order_by("span")


def visible_restrictions(viewer: gates.Viewer) -> QuerySet[models.Restriction]:
    """Private moments that the viewer is told of: their units', apart from shifts in whose crew they were."""
    rows = models.Restriction.objects.filter(gates.under(viewer.paths(*TOLD_ROLES), "shift__unit__path"))
    if viewer.person_id is not None:
        rows = rows.exclude(shift__crew__person=viewer.person_id)
    return rows.select_related(
        "shift__unit", "person", "asked_by__person", "decided_by__person", "kept_by__person", "lifted_by__person"
    ).order_by("-asked_at", "-pk")  # fmt: skip


def restrictions_on(viewer: gates.Viewer, shift: roster.Shift) -> QuerySet[models.Restriction]:
    """Every private moment on the viewer's own camera in a shift, whatever became of it."""
    rows = models.Restriction.objects.filter(shift=shift, person=viewer.person_id)
    return rows.select_related("decided_by__person", "lifted_by__person").order_by("span")


@dataclass(frozen=True, slots=True)
class PrivateRoom:
    """How many moments, and how much time, a bearer may still close in a shift without asking."""

    moments: int
    time: dt.timedelta

    def is_exceeded_by(self, length: dt.timedelta) -> bool:
        """Whether one more of this length needs somebody's agreement."""
        return self.moments < 1 or length > self.time


def private_room(shift: roster.Shift, person: roster.Person) -> PrivateRoom:
    """What is left of `FREE_MOMENTS` and `FREE_TIME`. What was lifted stays used: it was no private moment."""
    states = [models.Restriction.State.IN_FORCE, models.Restriction.State.LIFTED]
    spans = models.Restriction.objects.filter(
        shift=shift, person=person, state__in=states, decided_at__isnull=True
    ).values_list("span", flat=True)
    used = sum((span.upper - span.lower for span in spans), dt.timedelta())
    return PrivateRoom(max(0, FREE_MOMENTS - len(spans)), max(dt.timedelta(), FREE_TIME - used))


def hidden_spans(viewer: gates.Viewer, shift: roster.Shift, now: dt.datetime) -> dict[UUID, Spans]:
    """What stays closed to the viewer: [start, end) in UTC by the person on whose camera it is."""
    grant = find_grant(viewer, shift, now)
    if (
        grant is not None
        and grant.reason in PRIVATE_REASONS
        and viewer.holds_over(shift.unit.path, *PRIVATE_ROLES)
    ):
        return {}
    hidden: dict[UUID, Spans] = {}
    for restriction in restrictions_of(shift):
        is_own = restriction.person_id == viewer.person_id and grant is not None
        if not is_own:
            span = (restriction.span.lower, restriction.span.upper)
            hidden.setdefault(restriction.person_id, []).append(span)
    for person_id, span in _moved_restrictions(shift):
        hidden.setdefault(person_id, []).append(span)
    return hidden


def _moved_restrictions(shift: roster.Shift) -> list[tuple[UUID, tuple[dt.datetime, dt.datetime]]]:
    """Private moments of those whose footage these recordings were believed to be before, by who has them now.

    A correction moves a recording, not the moment that its bearer closed: it stays closed wherever the recording
    goes, but only over that recording's own time.
    """
    now_here = {
        row.recording_id: row.person_id
        for row in current_attributions().filter(shift=shift)
        if row.person_id is not None
    }
    before = models.Attribution.objects.filter(
        recording__in=now_here, superseded_at__isnull=False, shift__isnull=False
    ).select_related("recording")
    moved = [row for row in before if (row.shift_id, row.person_id) != (shift.pk, now_here[row.recording_id])]
    restrictions = models.Restriction.objects.filter(
        shift__in={row.shift_id for row in moved}, state=models.Restriction.State.IN_FORCE
    )
    found = []
    for row, closed in itertools.product(moved, restrictions if moved else []):
        start = max(closed.span.lower, row.recording.starts_at)
        end = min(closed.span.upper, row.recording.ends_at)
        if (closed.shift_id, closed.person_id) == (row.shift_id, row.person_id) and start < end:
            found.append((now_here[row.recording_id], (start, end)))
    return found


# Chain of custody.


def custody_of(viewer: gates.Viewer, recording: models.Recording) -> QuerySet[ledger.Entry]:
    """Log entries about a recording, the earliest first: who sealed, attributed, held and saw it; who exported it,
    for those who keep or oversee it: what oversight takes along is not told to the unit.
    """
    current = current_attribution(recording)
    subjects = [f"recording:{recording.pk}"]
    if viewer.holds_over(recording.unit.path, *KEEPING_ROLES):
        subjects += _exports_of(recording)
    if current is not None and current.shift_id:
        subjects.append(f"shift:{current.shift_id}")
    return ledger.Entry.objects.filter(subject__in=subjects).order_by("recorded_at", "pk")


def _exports_of(recording: models.Recording) -> list[str]:
    """Subjects of the exports that took it along, as the log names them: the archive, which makes them, stands above."""
    asked = ledger.Entry.objects.filter(kind="archive.export_asked", body__contains=str(recording.pk))
    return list(asked.order_by().values_list("subject", flat=True).distinct())


RECOUNTS = ("coverage.", "signals.", "triage.", "review.")
"""Kinds of acts in which the system counted, analyzed or planned anew: nobody had or saw the footage by them."""


def is_recount(entry: ledger.Entry) -> bool:
    """Whether an entry tells of the system's own counting, rather than of who had the footage."""
    return kinds.is_process(entry.actor) and entry.kind.startswith(RECOUNTS)


def names_of(actors: Iterable[str]) -> dict[str, roster.Person]:
    """People behind the log's opaque actors, by the actor; processes have none."""
    ids = {actor for actor in actors if not actor.startswith("system:")}
    people = roster.Person.objects.filter(user__in=[one for one in ids if _is_uuid(one)]).select_related(
        "unit"
    )
    return {str(person.user_id): person for person in people}


def get_named_bearer(
    *, shift_code: str, personnel_number: str
) -> tuple[roster.Shift | None, roster.Person | None]:
    """The shift and the person that somebody named by hand; both None when neither was.

    :raises errors.Refusal: ``evidence.shift_unknown``, ``evidence.not_in_crew``.
    """
    if not shift_code and not personnel_number:
        return None, None
    shift = roster.Shift.objects.select_related("unit").filter(code=shift_code).first()
    if shift is None:
        raise errors.Refusal("evidence.shift_unknown", shift=shift_code)
    person = roster.Person.objects.filter(personnel_number=personnel_number).first()
    if person is None:
        raise errors.Refusal("evidence.not_in_crew", shift=shift_code)
    return shift, person


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True

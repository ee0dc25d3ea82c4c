"""What is kept until when, what is due, and what was proposed, agreed, disposed of and exported.

Kept here: every read of the archive. Who has custody or oversight of a unit sees its lists. A recording is
kept for the longest of its categories; the default category counts for every recording, named or not, so that
nothing is ever due for want of a row. What is held is never due.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, Max, Min, Q, QuerySet, Sum
from django.db.models.expressions import RawSQL

from siyanat.archive import models
from siyanat.evidence import models as evidence
from siyanat.evidence import queries as evidence_queries
from siyanat.lib import persian
from siyanat.roster import gates
from siyanat.roster import models as roster

KEEPERS = (gates.Role.EVIDENCE_CUSTODIAN, gates.Role.INTEGRITY_OFFICER)
READERS = (*KEEPERS, gates.Role.EXTERNAL_OVERSEER)
SAMPLE = 20
LIST_LIMIT = 1_000
DIGEST_DAYS = 7

# A category's days, or the proposed days (%s) where the category is the one proposed to change (%s).
_DAYS = "(CASE WHEN k.id = %s THEN %s ELSE k.keep_days END) * interval '1 day'"
_KEPT = f"""GREATEST(
  evidence_recording.ends_at + (SELECT {_DAYS} FROM archive_retentioncategory k WHERE k.is_default),
  (SELECT max(GREATEST(c.since, evidence_recording.ends_at) + {_DAYS}) FROM archive_classification c
   JOIN archive_retentioncategory k ON k.id = c.category_id WHERE c.recording_id = evidence_recording.id))"""  # noqa: S608
_DECIDING = """COALESCE(
  (SELECT k.code FROM archive_classification c JOIN archive_retentioncategory k ON k.id = c.category_id
   WHERE c.recording_id = evidence_recording.id
   ORDER BY GREATEST(c.since, evidence_recording.ends_at) + k.keep_days * interval '1 day' DESC, k.id LIMIT
   1),
  (SELECT k.code FROM archive_retentioncategory k WHERE k.is_default))"""


@dataclass(frozen=True, slots=True)
class Amount:
    """How much a list holds."""

    recordings: int
    size_bytes: int
    duration_ms: int
    oldest: dt.datetime | None
    newest: dt.datetime | None

    def as_json(self) -> dict[str, Any]:
        """The figures with ISO times, for a preview that is kept."""
        return {
            "recordings": self.recordings,
            "size_bytes": self.size_bytes,
            "duration_ms": self.duration_ms,
            "oldest": self.oldest.isoformat() if self.oldest else None,
            "newest": self.newest.isoformat() if self.newest else None,
        }


def with_kept_until(
    rows: QuerySet[evidence.Recording], *, category_id: int = 0, keep_days: int = 0
) -> QuerySet[Any]:
    """Annotate ``kept_until`` (UTC), as if the category ``category_id`` had the period ``keep_days``
    (none: 0).
    """
    change = (category_id, keep_days)
    return rows.annotate(kept_until=RawSQL(_KEPT, (*change, *change)))  # noqa: S611 (no user text in it)


def kept_until(recording: evidence.Recording) -> dt.datetime:
    """Until when retention keeps the recording, holds apart; the end is exclusive."""
    found: dt.datetime = (
        with_kept_until(evidence.Recording.objects.filter(pk=recording.pk))
        .values_list("kept_until", flat=True)
        .get()
    )
    return found


@dataclass(frozen=True, slots=True)
class Ground:
    """A category that keeps a recording: from when it counts, until when, and what put the recording into it."""

    category: models.RetentionCategory
    since: dt.datetime
    until: dt.datetime
    reference: str


def grounds_of(recording: evidence.Recording) -> list[Ground]:
    """Every category that keeps the recording, the longest first: that one decides. The rule is that of `kept_until`."""
    named = {
        row.category: row
        for row in models.Classification.objects.filter(recording=recording).select_related("category")
    }
    found = []
    for category in list_categories():
        row = named.get(category)
        if row is None and not category.is_default:
            continue
        since = max(row.since, recording.ends_at) if row else recording.ends_at
        until = since + dt.timedelta(days=category.keep_days)
        found.append(Ground(category, since, until, row.reference if row else ""))
    return sorted(found, key=lambda ground: ground.until, reverse=True)


def list_categories() -> list[models.RetentionCategory]:
    """Every category, the default first, then by period."""
    return list(models.RetentionCategory.objects.order_by("-is_default", "keep_days"))


def category_names() -> dict[str, str]:
    """Names of the categories in the reader's language, by their code."""
    return {one.code: one.name for one in list_categories()}


def due_recordings(*, now: dt.datetime, category_id: int = 0, keep_days: int = 0) -> QuerySet[Any]:
    """Sealed recordings whose time is over and that nothing holds, oldest first, with their deciding
    category.
    """
    periods = list(models.RetentionCategory.objects.filter(is_default=True).values_list("id", "keep_days"))
    shortest = min((keep_days if key == category_id else days for key, days in periods), default=0)
    rows: QuerySet[Any] = evidence.Recording.objects.filter(
        state=evidence.Recording.State.SEALED,
        starts_at__lte=now - dt.timedelta(days=shortest),
        ends_at__lte=now - dt.timedelta(days=shortest),
    )
    due: Any = evidence_queries.with_held(with_kept_until(rows, category_id=category_id, keep_days=keep_days))
    due = due.annotate(deciding=RawSQL(_DECIDING, ()))  # noqa: S611 (a constant)
    open_states = [models.DisposalItem.State.LISTED, models.DisposalItem.State.TOMBSTONED]
    listed = models.DisposalItem.objects.filter(state__in=open_states).values("recording")
    free: QuerySet[Any] = due.filter(kept_until__lte=now, held=False).exclude(pk__in=listed)
    return free.order_by("starts_at", "id")


def list_due(viewer: gates.Viewer, *, now: dt.datetime, unit_path: str = "") -> QuerySet[Any]:
    """The dry run: what could be proposed for disposal under the viewer's custody (and below
    ``unit_path``).
    """
    rows = due_recordings(now=now).filter(gates.under(viewer.paths(*READERS)))
    rows = rows.filter(unit__path__startswith=unit_path) if unit_path else rows
    return rows.select_related("unit", "camera")


def measure(rows: QuerySet[evidence.Recording]) -> Amount:
    """Count, bytes, length and span of a list."""
    figures = rows.order_by().aggregate(
        count=Count("pk"), bytes=Sum("size_bytes"), length=Sum("duration_ms"), oldest=Min("starts_at"),
        newest=Max("starts_at"),
    )  # fmt: skip
    return Amount(
        figures["count"], figures["bytes"] or 0, figures["length"] or 0, figures["oldest"], figures["newest"]
    )


def preview_change(*, category: models.RetentionCategory, keep_days: int, now: dt.datetime) -> dict[str, Any]:
    """What a change of period would make due beyond what is due already, everywhere: figures and a sample."""
    rows = due_recordings(now=now, category_id=category.pk, keep_days=keep_days)
    # The raw expression names the table itself, so both times are annotated on one query, never in a subquery.
    newly = rows.annotate(kept_now=RawSQL(_KEPT, (0, 0, 0, 0))).filter(kept_now__gt=now)  # noqa: S611 (a constant)
    sample = newly.select_related("unit")[:SAMPLE]
    return measure(newly).as_json() | {
        "sample": [
            {
                "id": str(one.pk),
                "sha256": one.sha256,
                "starts_at": one.starts_at.isoformat(),
                "unit": one.unit.code,
            }
            for one in sample
        ]
    }


def coming_disposals(viewer: gates.Viewer, *, now: dt.datetime, days: int = DIGEST_DAYS) -> Amount:
    """The weekly digest: what goes for good within ``days`` under the viewer's custody or oversight."""
    items = models.DisposalItem.objects.filter(
        disposal__state=models.Disposal.State.AGREED,
        disposal__due_at__lt=now + dt.timedelta(days=days),
        state=models.DisposalItem.State.LISTED,
    ).filter(gates.under(viewer.paths(*READERS), field="disposal__unit_path"))
    return measure(evidence.Recording.objects.filter(pk__in=items.values("recording")))


# Who is concerned.


def concerned_people(recording_ids: Iterable[UUID]) -> set[UUID]:
    """Everyone whose recordings these are or were ever believed to be, and the crews of their shifts."""
    rows = evidence.Attribution.objects.filter(recording__in=list(recording_ids))
    bearers = rows.filter(person__isnull=False).values_list("person", flat=True).distinct()
    shifts = rows.filter(shift__isnull=False).values("shift")
    crews = roster.CrewMember.objects.filter(shift__in=shifts).values_list("person", flat=True).distinct()
    return {person for person in (*bearers, *crews) if person is not None}


# Lists for the desk.


def visible_disposals(viewer: gates.Viewer) -> QuerySet[models.Disposal]:
    """Disposals under the viewer's custody or oversight, the latest first, with their figures."""
    rows = models.Disposal.objects.filter(gates.under(viewer.paths(*READERS), field="unit_path"))
    rows = rows.annotate(
        count=Count("items"),
        spared=Count("items", filter=Q(items__state=models.DisposalItem.State.SPARED)),
        size_bytes=Sum("items__recording__size_bytes"),
        duration_ms=Sum("items__recording__duration_ms"),
    )
    return rows.select_related("proposed_by__person", "agreed_by__person").order_by("-proposed_at", "id")


def get_disposal(viewer: gates.Viewer, disposal_id: UUID) -> models.Disposal:
    """:raises errors.NotFound: absent, or not under the viewer."""
    return gates.get_in_scope(visible_disposals(viewer), pk=disposal_id)


def list_items(disposal: models.Disposal) -> QuerySet[models.DisposalItem]:
    """The recordings of a disposal, oldest first."""
    return disposal.items.select_related("recording__unit", "recording__camera").order_by(
        "recording__starts_at", "id"
    )


def is_national(viewer: gates.Viewer, *roles: str) -> bool:
    """Whether one of ``roles`` is held over the root of the units, and so over all of them."""
    roots = roster.Unit.objects.filter(parent=None).values_list("path", flat=True)
    return all(viewer.holds_over(path, *roles) for path in roots)


def open_changes() -> QuerySet[models.PeriodChange]:
    """Proposed changes of a period that nobody has agreed to or withdrawn."""
    rows = models.PeriodChange.objects.filter(agreed_at__isnull=True, withdrawn_at__isnull=True)
    return rows.select_related("category", "proposed_by__person").order_by("proposed_at")


def get_change(change_id: int) -> models.PeriodChange:
    """:raises errors.NotFound: when there is none."""
    return gates.get_in_scope(
        models.PeriodChange.objects.select_related("category", "proposed_by"), pk=change_id
    )


def visible_exports(viewer: gates.Viewer) -> QuerySet[models.Export]:
    """Exports under the viewer's custody or oversight, the latest first."""
    rows = models.Export.objects.filter(gates.under(viewer.paths(*READERS), field="unit_path"))
    return (
        rows.annotate(count=Count("items"))
        .select_related("asked_by__person", "handed_out_by__person")
        .order_by("-asked_at")
    )


def get_export(viewer: gates.Viewer, export_id: UUID) -> models.Export:
    """:raises errors.NotFound: absent, or not under the viewer."""
    return gates.get_in_scope(visible_exports(viewer), pk=export_id)


def find_reference(typed: str) -> str | None:
    """``case:<id>`` for what somebody typed: that itself, the id alone, or the case's number in any digits."""
    text = persian.normalise(typed).strip()
    numbered = evidence_queries.references_numbered(text)
    if len(numbered) == 1:
        return numbered.pop()
    with contextlib.suppress(ValueError):
        return f"case:{UUID(text.removeprefix('case:'))}"
    return text if evidence.Hold.objects.filter(reference=text).exists() else None


def recordings_of_reference(reference: str) -> QuerySet[evidence.Recording]:
    """Every recording that a hold with this reference covers or covered: a case's footage."""
    holds = evidence.Hold.objects.filter(reference=reference).select_related("unit")
    found = Q(pk__in=[])
    for hold in holds:
        found |= covered_by(hold)
    return evidence.Recording.objects.filter(found)


def covered_by(hold: evidence.Hold) -> Q:
    """A filter for the recordings that a hold covers."""
    if hold.recording_id:
        return Q(pk=hold.recording_id)
    if hold.shift_id:
        current = evidence_queries.current_attributions().filter(shift=hold.shift_id)
        return Q(pk__in=current.values("recording"))
    assert hold.unit is not None  # the table's constraint leaves this case alone
    assert hold.span is not None
    return Q(
        unit__path__startswith=hold.unit.path, starts_at__lt=hold.span.upper, ends_at__gt=hold.span.lower
    )

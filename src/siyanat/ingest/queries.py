"""Reading the intake: batches, quarantine and uploads of the viewer's units."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from uuid import UUID

from django.db.models import Count, QuerySet

from siyanat.ingest import models
from siyanat.roster import gates
from siyanat.roster import models as roster

INTAKE_ROLES = (gates.Role.CAMERA_STEWARD, gates.Role.SHIFT_LEADER, gates.Role.EVIDENCE_CUSTODIAN)
"""Who brings footage in and sees what became of it."""

RESOLVING_ROLES = (gates.Role.CAMERA_STEWARD, gates.Role.EVIDENCE_CUSTODIAN)
"""Who says what a quarantined file is."""

DESK_ROLES = (*INTAKE_ROLES, gates.Role.STATION_HEAD, gates.Role.INTEGRITY_OFFICER)
State = models.Quarantined.State


def visible_quarantined(viewer: gates.Viewer) -> QuerySet[models.Quarantined]:
    """Quarantined files of the viewer's units."""
    rows = models.Quarantined.objects.filter(gates.under(viewer.paths(*DESK_ROLES)))
    return rows.select_related("unit", "batch")


def list_quarantined(
    viewer: gates.Viewer, *, state: str = State.WAITING, reason: str = ""
) -> QuerySet[models.Quarantined]:
    """Quarantined files in one state, the latest first."""
    rows = visible_quarantined(viewer).filter(state=state)
    return (rows.filter(reason=reason) if reason else rows).order_by("-received_at", "original_name")


def get_quarantined(viewer: gates.Viewer, quarantined_id: UUID | str) -> models.Quarantined:
    """One quarantined file.

    :raises errors.NotFound: absent, or not the viewer's.
    """
    rows = visible_quarantined(viewer).select_related("resolved_by__person", "recording")
    return gates.get_in_scope(rows, pk=quarantined_id)


def count_waiting(viewer: gates.Viewer) -> int:
    """How many quarantined files wait for somebody in the viewer's units."""
    return visible_quarantined(viewer).filter(state=State.WAITING).count()


def count_by_reason(viewer: gates.Viewer) -> list[tuple[str, int]]:
    """Waiting files by reason, the most frequent first."""
    rows = models.Quarantined.objects.filter(gates.under(viewer.paths(*DESK_ROLES)), state=State.WAITING)
    counted = rows.values_list("reason").annotate(count=Count("pk")).order_by("-count")
    return [(reason, count) for reason, count in counted]


def list_batches(viewer: gates.Viewer) -> QuerySet[models.Batch]:
    """Batches at the viewer's units, the latest first."""
    rows = models.Batch.objects.filter(gates.under(viewer.paths(*DESK_ROLES)))
    return rows.select_related("unit", "actor__person").order_by("-started_at")


def list_uploads(viewer: gates.Viewer, *, since: dt.datetime) -> QuerySet[models.Upload]:
    """The viewer's own uploads, the latest first."""
    rows = models.Upload.objects.filter(user=viewer.user, created_at__gte=since)
    return rows.select_related("unit", "camera").order_by("-created_at")


def units_for_upload(viewer: gates.Viewer) -> QuerySet[roster.Unit]:
    """Units to whose dock the viewer may upload."""
    scope = gates.under(viewer.paths(*INTAKE_ROLES), field="path")
    return roster.Unit.objects.filter(scope, closed_at__isnull=True).order_by("path")


def find_unit(code: str) -> roster.Unit | None:
    """The unit with this code; without a code the topmost one."""
    if code:
        return roster.Unit.objects.filter(code=code).first()
    return roster.Unit.objects.filter(parent__isnull=True).order_by("pk").first()


def kept_in_quarantine(*, after: str = "") -> Iterator[tuple[str, int]]:
    """Digest and size of every file that is kept without being a recording, in order of the digest."""
    rows = models.Quarantined.objects.filter(sha256__gt=after).exclude(state=State.RESOLVED)
    return rows.order_by("sha256").values_list("sha256", "size_bytes").distinct().iterator(chunk_size=2000)

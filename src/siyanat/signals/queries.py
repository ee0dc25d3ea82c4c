"""Read what the detectors found."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from uuid import UUID

from django.db.models import QuerySet

from siyanat.evidence import models as evidence
from siyanat.signals import models


def list_findings(recordings: Iterable[evidence.Recording]) -> QuerySet[models.Finding]:
    """Findings of the current runs of these recordings, in order of time."""
    current = models.Finding.objects.filter(run__is_current=True, recording__in=list(recordings))
    return current.select_related("recording").order_by("recording__starts_at", "starts_ms", "kind", "pk")


def list_tracks(recording_id: UUID) -> dict[str, bytes]:
    """Each track's bytes, one a second, by name; empty while the recording has not been analyzed."""
    rows = models.Track.objects.filter(recording=recording_id, run__is_current=True)
    return {name: bytes(values) for name, values in rows.values_list("name", "values")}


def list_tracks_of(recording_ids: Collection[UUID]) -> dict[UUID, dict[str, bytes]]:
    """The tracks of several recordings, read together; those without any are left out."""
    rows = models.Track.objects.filter(recording__in=recording_ids, run__is_current=True)
    found: dict[UUID, dict[str, bytes]] = {}
    for recording_id, name, values in rows.values_list("recording", "name", "values"):
        found.setdefault(recording_id, {})[name] = bytes(values)
    return found


def list_unanalyzed(recordings: Iterable[evidence.Recording]) -> list[UUID]:
    """Those of ``recordings`` that no run has finished with, however it ended."""
    ids = [recording.id for recording in recordings]
    done = set(
        models.Run.objects.filter(recording__in=ids, finished_at__isnull=False).values_list(
            "recording", flat=True
        )
    )
    return [one for one in ids if one not in done]

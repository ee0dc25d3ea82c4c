"""The footage of a review or of a typed reason: playlist, segments, thumbnails, tracks. Every byte passes a gate."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from uuid import UUID

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from siyanat.evidence import queries as evidence
from siyanat.review import blind, film, operations, queries, room, serving
from siyanat.review.operations import watching
from siyanat.roster import gates

GRANTED = (*queries.READERS, *evidence.OWN_ROLES)
Grounds = Callable[[gates.ViewerRequest, UUID], watching.Warrant]


def _private(content: bytes | str, kind: str) -> HttpResponse:
    """Footage stays out of the browser's own stores."""
    response = HttpResponse(content, content_type=kind)
    response["Cache-Control"] = "private, no-store"
    return response


def _packed(content: str, kind: str) -> HttpResponse:
    """Long text, packed: eight hours on one camera are five thousand lines."""
    response = _private(gzip.compress(content.encode(), compresslevel=3), kind)
    response["Content-Encoding"] = "gzip"
    return response


def _playlist(warrant: watching.Warrant, person_id: UUID) -> HttpResponse:
    """Addresses are relative: segments lie beside the playlist."""
    text = film.playlist(warrant.clips(), person_id, uri="{recording}/{index}.ts")
    return _packed(text, "application/vnd.apple.mpegurl")


def _segment(
    request: gates.ViewerRequest, warrant: watching.Warrant, recording_id: UUID, index: int
) -> HttpResponse:
    data = operations.send_segment(warrant=warrant, recording_id=recording_id, index=index, now=request.now)
    return _private(data, "video/mp2t")


def _still(
    request: gates.ViewerRequest, warrant: watching.Warrant, recording_id: UUID, at_ms: int
) -> HttpResponse:
    clip, segment = operations.serve_still(
        warrant=warrant, recording_id=recording_id, at_ms=at_ms, now=request.now
    )
    return _private(serving.still_bytes(clip, segment, at_ms), "image/jpeg")


def _tracks(request: gates.ViewerRequest, warrant: watching.Warrant) -> HttpResponse:
    closed = blind.closed_to(warrant, request.now)
    return _packed(json.dumps(room.tracks(warrant, closed)), "application/json")


def _of_review(request: gates.ViewerRequest, review_id: UUID) -> watching.Warrant:
    return watching.warrant_of_review(request.viewer, review_id, request.now)


def _of_grant(request: gates.ViewerRequest, grant_id: UUID) -> watching.Warrant:
    return watching.warrant_of_grant(request.viewer, grant_id, request.now)


@gates.admit(*queries.REVIEWERS, second_factor=True)
@require_GET
def review_playlist(request: gates.ViewerRequest, review_id: UUID, person_id: UUID) -> HttpResponse:
    """HLS playlist of one bearer."""
    return _playlist(_of_review(request, review_id), person_id)


@gates.admit(*queries.REVIEWERS, second_factor=True)
@require_GET
def review_segment(
    request: gates.ViewerRequest, review_id: UUID, recording_id: UUID, index: int
) -> HttpResponse:
    """One segment; written down before it leaves."""
    return _segment(request, _of_review(request, review_id), recording_id, index)


@gates.admit(*queries.REVIEWERS, second_factor=True)
@require_GET
def review_still(
    request: gates.ViewerRequest, review_id: UUID, recording_id: UUID, at_ms: int
) -> HttpResponse:
    """A thumbnail."""
    return _still(request, _of_review(request, review_id), recording_id, at_ms)


@gates.admit(*queries.REVIEWERS, second_factor=True)
@require_GET
def review_tracks(request: gates.ViewerRequest, review_id: UUID) -> HttpResponse:
    """What the detectors measured and found, but for what is still to be watched."""
    return _tracks(request, _of_review(request, review_id))


@gates.admit(*GRANTED, second_factor=True)
@require_GET
def grant_playlist(request: gates.ViewerRequest, grant_id: UUID, person_id: UUID) -> HttpResponse:
    """HLS playlist of one bearer, against a typed reason."""
    return _playlist(_of_grant(request, grant_id), person_id)


@gates.admit(*GRANTED, second_factor=True)
@require_GET
def grant_segment(
    request: gates.ViewerRequest, grant_id: UUID, recording_id: UUID, index: int
) -> HttpResponse:
    """One segment, against a typed reason; written down before it leaves."""
    return _segment(request, _of_grant(request, grant_id), recording_id, index)


@gates.admit(*GRANTED, second_factor=True)
@require_GET
def grant_still(request: gates.ViewerRequest, grant_id: UUID, recording_id: UUID, at_ms: int) -> HttpResponse:
    """A thumbnail, against a typed reason."""
    return _still(request, _of_grant(request, grant_id), recording_id, at_ms)


@gates.admit(*GRANTED, second_factor=True)
@require_GET
def grant_tracks(request: gates.ViewerRequest, grant_id: UUID) -> HttpResponse:
    """What the detectors measured and found, against a typed reason."""
    return _tracks(request, _of_grant(request, grant_id))

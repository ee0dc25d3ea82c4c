"""tus 1.0 at ``/ingest/uploads/``: core, creation, expiration, termination and checksum, in HTTP's words.

Kept here: translation between headers and `operations`. Protocol: https://tus.io/protocols/resumable-upload
(version 1.0.0). A sender is acknowledged only for bytes that are synced to the disk; ``Upload-Outcome`` is told
once the file is sealed or quarantined, which a worker does for a large one after its last byte was acknowledged.
"""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import Iterator
from email.utils import format_datetime
from uuid import UUID

from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.urls import reverse

from siyanat.ingest import models, operations, queries
from siyanat.ingest.operations import uploads
from siyanat.lib import durable, errors, persian
from siyanat.roster import gates
from siyanat.ui import errors as sentences

VERSION = "1.0.0"
EXTENSIONS = "creation,expiration,termination,checksum"
CONTENT_TYPE = "application/offset+octet-stream"
STATUS = {
    "ingest.offset_differs": 409,
    "ingest.upload_busy": 423,
    "ingest.upload_finished": 403,
    "ingest.upload_overflows": 413,
    "ingest.upload_too_large": 413,
    "ingest.too_many_uploads": 429,
    "ingest.checksum_differs": 460,
    "store.disk_full": 507,
    "ingest.content_type": 415,
    "ingest.version": 412,
}


def serve(request: gates.ViewerRequest, upload_id: UUID | None = None) -> HttpResponse:
    """Answer one request of the protocol; every refusal is a status with a sentence."""
    try:
        response = _route(request, upload_id)
    except (errors.Refusal, errors.PassingFault) as error:
        status = 404 if isinstance(error, errors.NotFound) else STATUS.get(error.code)
        status = status or (503 if isinstance(error, errors.PassingFault) else 400)
        response = HttpResponse(
            sentences.describe(error), status=status, content_type="text/plain; charset=utf-8"
        )
    response["Tus-Resumable"] = VERSION
    response["Cache-Control"] = "no-store"
    return response


def _route(request: gates.ViewerRequest, upload_id: UUID | None) -> HttpResponse:
    if request.method == "OPTIONS":
        return _options()
    if request.headers.get("Tus-Resumable") != VERSION:
        return HttpResponse(status=412, headers={"Tus-Version": VERSION})
    if upload_id is None:
        return _create(request) if request.method == "POST" else HttpResponse(status=405)
    if request.method == "HEAD":
        return _told(operations.get_upload(request.viewer, upload_id), 200)
    if request.method == "PATCH":
        return _told(_receive(request, upload_id), 204)
    if request.method == "DELETE":
        operations.end_upload(viewer=request.viewer, upload_id=upload_id, now=request.now)
        return HttpResponse(status=204)
    return HttpResponse(status=405)


def _options() -> HttpResponse:
    return HttpResponse(
        status=204,
        headers={
            "Tus-Version": VERSION,
            "Tus-Extension": EXTENSIONS,
            "Tus-Max-Size": str(uploads.MAX_BYTES),
            "Tus-Checksum-Algorithm": ",".join(uploads.CHECKSUMS),
        },
    )


def _create(request: gates.ViewerRequest) -> HttpResponse:
    said = read_metadata(request.headers.get("Upload-Metadata", ""))
    code = said.get("unit", "")
    units = queries.units_for_upload(request.viewer)
    unit = units.filter(code=code).first() if code else units.first()
    if unit is None:
        raise errors.Refusal("ingest.unit_unknown", unit=code)
    announced = operations.Announced(
        name=said.get("filename", ""),
        size_bytes=_number(request, "Upload-Length"),
        serial=said.get("serial", ""),
        started_at=_moment(said.get("started_at", "")),
        is_intentional=said.get("intentional") == "true",
    )
    upload = operations.begin_upload(viewer=request.viewer, unit=unit, announced=announced, now=request.now)
    if upload.size_bytes == 0:
        upload = operations.finish_upload(upload_id=upload.pk, now=request.now)
    response = _told(upload, 201)
    response["Location"] = request.build_absolute_uri(reverse("ingest:upload", args=[upload.pk]))
    return response


def _receive(request: gates.ViewerRequest, upload_id: UUID) -> models.Upload:
    if request.headers.get("Content-Type") != CONTENT_TYPE:
        raise errors.Refusal("ingest.content_type")
    return operations.receive(
        viewer=request.viewer,
        upload_id=upload_id,
        offset=_number(request, "Upload-Offset"),
        chunks=_body(request),
        now=request.now,
        checksum=_checksum(request),
    )


def _body(request: HttpRequest) -> Iterator[bytes]:
    """The body in pieces; a broken line ends it, and what came is kept."""
    try:
        while piece := request.read(durable.CHUNK_BYTES):
            yield piece
    except UnreadablePostError:
        return


def _told(upload: models.Upload, status: int) -> HttpResponse:
    response = HttpResponse(status=status)
    response["Upload-Offset"] = str(upload.offset_bytes)
    response["Upload-Length"] = str(upload.size_bytes)
    if upload.finished_at is None:
        response["Upload-Expires"] = format_datetime(upload.touched_at + uploads.EXPIRES_AFTER, usegmt=True)
    else:
        response["Upload-Outcome"] = upload.outcome
        response["Upload-Digest"] = f"sha256 {upload.sha256}"
    return response


def read_metadata(header: str) -> dict[str, str]:
    """``Upload-Metadata``: pairs of a key and base64, separated by commas.

    :raises errors.Refusal: ``ingest.metadata_unreadable``.
    """
    found = {}
    for pair in filter(None, (part.strip() for part in header.split(","))):
        name, _, value = pair.partition(" ")
        try:
            text = base64.b64decode(value, validate=True).decode()
        except ValueError as error:
            raise errors.Refusal("ingest.metadata_unreadable", field=name) from error
        if "\x00" in text:
            raise errors.Refusal("ingest.metadata_unreadable", field=name)
        found[name] = text
    return found


def _moment(text: str) -> dt.datetime | None:
    if not text:
        return None
    try:
        moment = dt.datetime.fromisoformat(persian.to_latin_digits(text))
        if moment.tzinfo is None:
            raise ValueError
        return moment.astimezone(dt.UTC)
    except (ValueError, OverflowError) as error:
        raise errors.Refusal("ingest.metadata_unreadable", field="started_at") from error


def _number(request: HttpRequest, header: str) -> int:
    text = request.headers.get(header, "")
    if not (text.isascii() and text.isdigit() and len(text) < 20):
        raise errors.Refusal("ingest.metadata_unreadable", field=header)
    return int(text)


def _checksum(request: HttpRequest) -> tuple[str, bytes] | None:
    header = request.headers.get("Upload-Checksum")
    if header is None:
        return None
    algorithm, _, value = header.partition(" ")
    try:
        return algorithm, base64.b64decode(value, validate=True)
    except ValueError as error:
        raise errors.Refusal("ingest.metadata_unreadable", field="Upload-Checksum") from error

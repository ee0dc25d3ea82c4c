"""Resumable uploads: bytes are synced before their offset is told, and read again before they are sealed.

``offset_bytes`` in the row never runs ahead of the disk: bytes are fsynced first. What lies on the disk beyond
it, after a crash, is cut off by the next request. A lock of the kernel's on the part file keeps two requests
apart and dies with its process. A complete upload whose sealing was interrupted is finished by the same
routine, from a request or from the sweep.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import fcntl
import hashlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from django.db import transaction
from django.db.models import F, Sum

from siyanat.cameras import models as cameras
from siyanat.evidence import store
from siyanat.ingest import models, queries, sources
from siyanat.ingest.operations import batches, intake
from siyanat.jobs import operations as jobs
from siyanat.ledger import operations as ledger
from siyanat.lib import durable, errors
from siyanat.roster import gates
from siyanat.roster import models as roster

MAX_BYTES = 256 * 1024**3
"""Largest upload; a day of a camera at 20 Mbit/s."""

EXPIRES_AFTER = dt.timedelta(days=7)
SYNC_BYTES = 32 * 1024 * 1024
"""How much may be lost of a request that is cut off: offsets move in steps of this, in bytes."""

MAX_ACTIVE = 20
"""Uploads that one person may have under way."""

LATER_BYTES = 256 * 1024 * 1024
"""Larger uploads are read again and sealed by a worker: no request waits for that."""

SPARE_BYTES = 64 * 1024 * 1024
CHECKSUMS = ("sha256", "sha1")
_BATCH_FOR = dt.timedelta(hours=12)
_ACTIVE = {"outcome": "", "finished_at__isnull": True}


@dataclass(frozen=True, slots=True)
class Announced:
    """What a sender says of a file before its first byte."""

    name: str
    size_bytes: int
    serial: str = ""
    started_at: dt.datetime | None = None
    is_intentional: bool = False


def begin_upload(
    *, viewer: gates.Viewer, unit: roster.Unit, announced: Announced, now: dt.datetime
) -> models.Upload:
    """Make room for an upload at a unit's dock.

    :raises errors.NotFound: when the viewer may not bring footage in there.
    :raises errors.Refusal: ``ingest.upload_too_large``, ``ingest.upload_unnamed``, ``ingest.too_many_uploads``.
    :raises errors.PassingFault: ``store.disk_full``.
    """
    gates.check_holds_over(viewer, unit.path, *queries.INTAKE_ROLES)
    if not announced.name.strip():
        raise errors.Refusal("ingest.upload_unnamed")
    if not 0 <= announced.size_bytes <= MAX_BYTES:
        raise errors.Refusal("ingest.upload_too_large", size=announced.size_bytes, largest=MAX_BYTES)
    _check_room(viewer, announced.size_bytes)
    upload = _write_row(viewer, unit, announced, now)
    path = store.upload_path(upload.pk)
    with store.faults():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o640)
        durable.fsync_folder(path.parent)
    return upload


def _check_room(viewer: gates.Viewer, size_bytes: int) -> None:
    """What other uploads were promised counts as used."""
    active = models.Upload.objects.filter(**_ACTIVE)
    if active.filter(user=viewer.user).count() >= MAX_ACTIVE:
        raise errors.Refusal("ingest.too_many_uploads", most=MAX_ACTIVE)
    promised = active.aggregate(left=Sum(F("size_bytes") - F("offset_bytes"), default=0))["left"]
    if store.free_bytes() - promised < size_bytes + SPARE_BYTES:
        raise errors.PassingFault("store.disk_full", folder=str(store.root()), reason="")


@transaction.atomic
def _write_row(
    viewer: gates.Viewer, unit: roster.Unit, announced: Announced, now: dt.datetime
) -> models.Upload:
    batch = models.Batch.objects.filter(
        source=models.Batch.Source.UPLOAD, unit=unit, actor=viewer.user, finished_at__isnull=True,
        started_at__gt=now - _BATCH_FOR,
    ).first()  # fmt: skip
    if batch is None:
        batch = batches.open_batch(
            source=models.Batch.Source.UPLOAD, unit=unit, actor=viewer.actor, now=now, viewer=viewer
        )
    serial = sources.normal_serial(announced.serial)
    reach = gates.under(viewer.paths(*queries.INTAKE_ROLES))
    upload = models.Upload.objects.create(
        user=viewer.user, unit=unit, batch=batch, original_name=announced.name.strip()[-400:],
        size_bytes=announced.size_bytes, created_at=now, touched_at=now, started_at=announced.started_at,
        is_intentional=announced.is_intentional,
        camera=cameras.Camera.objects.filter(reach, serial=serial).first(),
    )  # fmt: skip
    ledger.append(
        kind="ingest.upload_begun", actor=viewer.actor, subject=f"upload:{upload.pk}", now=now,
        facts={"unit": unit.code, "size_bytes": upload.size_bytes}, personal={"original_name": upload.original_name},
    )  # fmt: skip
    return upload


def get_upload(viewer: gates.Viewer, upload_id: UUID | str) -> models.Upload:
    """One of the viewer's own uploads.

    :raises errors.NotFound: absent, ended, or somebody else's.
    """
    rows = models.Upload.objects.filter(user=viewer.user).exclude(outcome="ended")
    return gates.get_in_scope(rows.select_related("unit", "camera", "batch__unit", "user"), pk=upload_id)


def receive(
    *,
    viewer: gates.Viewer,
    upload_id: UUID | str,
    offset: int,
    chunks: Iterable[bytes],
    now: dt.datetime,
    checksum: tuple[str, bytes] | None = None,
) -> models.Upload:
    """Add bytes at ``offset``; when the last one is there, seal, above `LATER_BYTES` in the queue ``ingest``.

    The row returned tells how far it is synced, and its outcome when it is sealed.

    A connection that breaks while bytes arrive keeps what came. With ``checksum`` (algorithm, digest of this
    request's bytes) nothing of the request counts until it was compared.

    :raises errors.NotFound: not the viewer's upload.
    :raises errors.Refusal: ``ingest.offset_differs``, ``ingest.upload_busy``, ``ingest.upload_overflows``,
        ``ingest.checksum_differs``, ``ingest.checksum_unknown``.
    :raises errors.PassingFault: ``store.disk_full``, ``store.write_failed``.
    """
    upload = get_upload(viewer, upload_id)
    if checksum is not None and checksum[0] not in CHECKSUMS:
        raise errors.Refusal("ingest.checksum_unknown", algorithm=checksum[0])
    with _locked(upload) as descriptor:
        upload.refresh_from_db(fields=["offset_bytes", "finished_at"])
        if offset != upload.offset_bytes:
            raise errors.Refusal("ingest.offset_differs", offset=offset, expected=upload.offset_bytes)
        if upload.finished_at is None and offset < upload.size_bytes:
            _write(upload, descriptor, chunks, now, checksum)
    if upload.offset_bytes == upload.size_bytes and upload.finished_at is None:
        if upload.size_bytes > LATER_BYTES:
            jobs.enqueue("ingest.finish_upload", upload_id=str(upload.pk))
        else:
            finish_upload(upload_id=upload.pk, now=now)
        upload.refresh_from_db()
    return upload


def _write(
    upload: models.Upload,
    descriptor: int,
    chunks: Iterable[bytes],
    now: dt.datetime,
    checksum: tuple[str, bytes] | None,
) -> None:
    digest = hashlib.new(checksum[0], usedforsecurity=False) if checksum else None
    at = upload.offset_bytes
    with store.faults():
        os.ftruncate(descriptor, at)
        os.lseek(descriptor, at, os.SEEK_SET)
    try:
        for chunk in chunks:
            if at + len(chunk) > upload.size_bytes:
                raise errors.Refusal("ingest.upload_overflows", size=upload.size_bytes)
            at += _write_all(descriptor, chunk)
            if digest is not None:
                digest.update(chunk)
            elif at - upload.offset_bytes >= SYNC_BYTES:
                _keep(upload, descriptor, at, now)
    finally:
        # Also when the line broke: what came is synced and told, unless its checksum is not known to be right.
        if digest is None:
            _keep(upload, descriptor, at, now)
    if checksum is not None and digest is not None:
        if digest.digest() != checksum[1]:
            raise errors.Refusal("ingest.checksum_differs")
        _keep(upload, descriptor, at, now)


def _write_all(descriptor: int, chunk: bytes) -> int:
    view = memoryview(chunk)
    with store.faults():
        while view:
            view = view[os.write(descriptor, view) :]
    return len(chunk)


def _keep(upload: models.Upload, descriptor: int, at: int, now: dt.datetime) -> None:
    """Sync, then tell: the order that makes an offset a promise."""
    with store.faults():
        os.fsync(descriptor)
    upload.offset_bytes, upload.touched_at = at, now
    upload.save(update_fields=["offset_bytes", "touched_at"])


@contextlib.contextmanager
def _locked(upload: models.Upload) -> Iterator[int]:
    """The part file, open and locked; a finished upload has none and gives a descriptor that is never used.

    :raises errors.Refusal: ``ingest.upload_busy`` when another request holds it.
    """
    path = store.upload_path(upload.pk)
    try:
        descriptor = _open_part(path)
    except FileNotFoundError:
        yield -1
        return
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise errors.Refusal("ingest.upload_busy") from error
        yield descriptor
    finally:
        os.close(descriptor)


def _open_part(path: Path) -> int:
    """For writing; only for reading once its sealing has begun, which takes the right to write."""
    try:
        return os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except PermissionError:
        return os.open(path, os.O_RDONLY | os.O_CLOEXEC)


def finish_upload(*, upload_id: UUID, now: dt.datetime) -> models.Upload:
    """Read a complete upload again, seal its bytes and judge them; safe to repeat wherever it was interrupted.

    :raises errors.Refusal: ``ingest.upload_busy`` while another process finishes it.
    """
    rows = models.Upload.objects.select_related("unit", "camera", "batch__unit", "user")
    upload = rows.get(pk=upload_id)
    with _locked(upload):
        upload.refresh_from_db(fields=["finished_at", "offset_bytes"])
        if upload.finished_at is not None or upload.offset_bytes != upload.size_bytes:
            return upload
        outcome = intake.take_in(
            written=store.adopt(store.upload_path(upload.pk)), name=upload.original_name, batch=upload.batch,
            said=_said(upload), actor=str(upload.user_id), now=now,
        )  # fmt: skip
        upload.finished_at, upload.outcome, upload.sha256 = now, outcome.kind, outcome.sha256
        upload.save(update_fields=["finished_at", "outcome", "sha256"])
        store.drop_upload(upload.pk)
    return upload


def _said(upload: models.Upload) -> sources.Said:
    serials = {"path": sources.serials_in(upload.original_name)}
    if upload.camera is not None:
        serials = {"form": [upload.camera.serial]}
    return sources.Said(serials, started_at=upload.started_at, is_intentional=upload.is_intentional)


def end_upload(*, viewer: gates.Viewer, upload_id: UUID | str, now: dt.datetime) -> None:
    """The sender gives up an upload that was never sealed; the sender's own copy is the only one again.

    :raises errors.NotFound: not the viewer's upload.
    :raises errors.Refusal: ``ingest.upload_finished`` when it was sealed, ``ingest.upload_busy``.
    """
    upload = get_upload(viewer, upload_id)
    if upload.finished_at is not None:
        raise errors.Refusal("ingest.upload_finished")
    with _locked(upload):
        _end(upload, actor=viewer.actor, now=now)


def expire_uploads(*, now: dt.datetime) -> int:
    """End uploads that nobody went on with for `EXPIRES_AFTER` and that are not complete; how many."""
    ended = 0
    for upload in models.Upload.objects.filter(**_ACTIVE, touched_at__lt=now - EXPIRES_AFTER):
        if upload.offset_bytes < upload.size_bytes:
            with contextlib.suppress(errors.Refusal), _locked(upload):
                _end(upload, actor="system:ingest", now=now)
                ended += 1
    return ended


@transaction.atomic
def _end(upload: models.Upload, *, actor: str, now: dt.datetime) -> None:
    upload.outcome, upload.finished_at = "ended", now
    upload.save(update_fields=["outcome", "finished_at"])
    ledger.append(
        kind="ingest.upload_ended", actor=actor, subject=f"upload:{upload.pk}", now=now,
        facts={"offset_bytes": upload.offset_bytes, "size_bytes": upload.size_bytes},
    )  # fmt: skip
    transaction.on_commit(lambda: store.drop_upload(upload.pk))


def finish_interrupted(*, now: dt.datetime, older_than: dt.timedelta = dt.timedelta(minutes=2)) -> int:
    """Finish every complete upload whose request died before it was sealed; how many."""
    finished = 0
    for upload in models.Upload.objects.filter(**_ACTIVE, touched_at__lt=now - older_than):
        if upload.offset_bytes == upload.size_bytes:
            with contextlib.suppress(errors.Refusal):
                finish_upload(upload_id=upload.pk, now=now)
                finished += 1
    return finished

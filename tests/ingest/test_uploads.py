"""Uploads: whatever is cut off, whoever repeats what, the bytes that are sealed are the bytes that were sent."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from procrastinate.contrib.django.models import ProcrastinateJob

from siyanat.cameras import models as cameras
from siyanat.evidence import models as evidence
from siyanat.evidence import store
from siyanat.ingest import models, operations, tasks, tus
from siyanat.ingest.operations import uploads
from siyanat.lib import errors
from tests import cast as cast_module
from tests.ingest import files

NOW = cast_module.NOW
SignIn = Callable[[str], Client]


def begin(
    cast: cast_module.Cast, size: int, *, name: str = "BWC-7.mp4", who: str = "steward"
) -> models.Upload:
    announced = operations.Announced(name=name, size_bytes=size)
    return operations.begin_upload(
        viewer=cast.viewer(who), unit=cast.units["A"], announced=announced, now=NOW
    )


def send(
    cast: cast_module.Cast,
    upload: models.Upload,
    offset: int,
    *chunks: bytes,
    checksum: tuple[str, bytes] | None = None,
) -> models.Upload:
    return operations.receive(
        viewer=cast.viewer("steward"),
        upload_id=upload.pk,
        offset=offset,
        chunks=chunks,
        now=NOW,
        checksum=checksum,
    )


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    size=st.integers(1, 5000),
    acts=st.lists(
        st.tuples(st.sampled_from(["send", "break", "wrong", "torn"]), st.integers(0, 1800)), max_size=12
    ),
)
def test_any_course_of_breaks_and_repeats_ends_with_the_very_bytes(
    cast: cast_module.Cast, size: int, acts: list[tuple[str, int]]
) -> None:
    data = hashlib.shake_256(str(size).encode()).digest(size)
    models.Quarantined.objects.all().delete()
    upload = begin(cast, size, name=f"letter-{size}.txt")
    offset = 0
    for act, length in acts:
        if offset == size:
            break
        piece = data[offset : offset + length]
        if act == "wrong":
            with pytest.raises(errors.Refusal, match="offset_differs"):
                send(cast, upload, offset + 1 + length, piece)
        elif act == "break":
            with pytest.raises(ConnectionResetError):
                _send_and_break(cast, upload, offset, piece)
            offset += len(piece)
        else:
            if act == "torn":  # a crash left bytes on the disk that no offset tells of
                with store.upload_path(upload.pk).open("ab") as part:
                    part.write(b"torn")
            offset = send(cast, upload, offset, piece).offset_bytes
        upload.refresh_from_db()
        assert upload.offset_bytes == offset
    done = send(cast, upload, offset, data[offset:])
    assert done.outcome == "quarantined"
    assert done.sha256 == hashlib.sha256(data).hexdigest()
    assert store.path_of(done.sha256).read_bytes() == data
    assert not store.upload_path(upload.pk).exists()


def _send_and_break(cast: cast_module.Cast, upload: models.Upload, offset: int, piece: bytes) -> None:
    def line() -> Iterator[bytes]:
        yield piece
        raise ConnectionResetError

    operations.receive(
        viewer=cast.viewer("steward"), upload_id=upload.pk, offset=offset, chunks=line(), now=NOW
    )


def test_an_uploaded_clip_becomes_a_recording(
    cast: cast_module.Cast, camera: cameras.Camera, tmp_path: Path
) -> None:
    data = files.clip(tmp_path / "a.mp4").read_bytes()
    upload = begin(cast, len(data))
    send(cast, upload, 0, data[:1000])
    done = send(cast, upload, 1000, data[1000:])
    assert done.outcome == "sealed"
    recording = evidence.Recording.objects.get()
    assert recording.camera == camera
    assert store.path_of(recording.sha256).read_bytes() == data
    assert models.Batch.objects.get().sealed == 1


def test_a_crash_after_adoption_is_finished_by_the_sweep(
    cast: cast_module.Cast, camera: cameras.Camera, tmp_path: Path
) -> None:
    data = files.clip(tmp_path / "a.mp4").read_bytes()
    upload = begin(cast, len(data))
    store.upload_path(upload.pk).write_bytes(data)
    models.Upload.objects.filter(pk=upload.pk).update(offset_bytes=len(data))
    store.adopt(store.upload_path(upload.pk))  # and here the process died
    assert operations.finish_interrupted(now=NOW + dt.timedelta(minutes=5)) == 1
    assert operations.finish_interrupted(now=NOW + dt.timedelta(minutes=9)) == 0
    assert evidence.Recording.objects.count() == 1
    assert not store.upload_path(upload.pk).exists()


def test_a_wrong_checksum_counts_nothing(cast: cast_module.Cast) -> None:
    upload = begin(cast, 10)
    with pytest.raises(errors.Refusal, match="checksum_differs"):
        send(cast, upload, 0, b"12345", checksum=("sha256", b"no"))
    upload.refresh_from_db()
    assert upload.offset_bytes == 0
    good = ("sha256", hashlib.sha256(b"12345").digest())
    assert send(cast, upload, 0, b"12345", checksum=good).offset_bytes == 5


def test_more_bytes_than_announced_are_refused(cast: cast_module.Cast) -> None:
    upload = begin(cast, 3)
    with pytest.raises(errors.Refusal, match="overflows"):
        send(cast, upload, 0, b"1234")


def test_an_upload_is_its_senders_alone(cast: cast_module.Cast) -> None:
    upload = begin(cast, 3)
    with pytest.raises(errors.NotFound):
        operations.get_upload(cast.viewer("custodian"), upload.pk)
    with pytest.raises(errors.NotFound):
        begin(cast, 3, who="arash")
    with pytest.raises(errors.NotFound):
        operations.begin_upload(
            viewer=cast.viewer("steward"),
            unit=cast.units["B"],
            announced=operations.Announced("a", 1),
            now=NOW,
        )


def test_what_nobody_went_on_with_ends_after_a_week(
    cast: cast_module.Cast, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    upload = begin(cast, 10)
    send(cast, upload, 0, b"123")
    assert operations.expire_uploads(now=NOW + dt.timedelta(days=6)) == 0
    with django_capture_on_commit_callbacks(execute=True):
        assert operations.expire_uploads(now=NOW + dt.timedelta(days=8)) == 1
    assert not store.upload_path(upload.pk).exists()
    with pytest.raises(errors.NotFound):
        operations.get_upload(cast.viewer("steward"), upload.pk)


def encoded(**metadata: str) -> str:
    return ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in metadata.items())


def test_the_protocol_over_http(sign_in: SignIn, camera: cameras.Camera, tmp_path: Path) -> None:
    client = sign_in("steward")
    head = {"HTTP_TUS_RESUMABLE": "1.0.0"}
    options = client.options("/ingest/uploads/")
    assert (options.status_code, options["Tus-Version"]) == (204, "1.0.0")
    data = files.clip(tmp_path / "a.mp4").read_bytes()
    made = client.post(
        "/ingest/uploads/",
        content_type="application/offset+octet-stream",
        HTTP_UPLOAD_LENGTH=str(len(data)),
        HTTP_UPLOAD_METADATA=encoded(filename="a.mp4", serial="bwc-7"),
        **head,
    )
    assert made.status_code == 201
    patch = {**head, "content_type": tus.CONTENT_TYPE}
    first = client.patch(made["Location"], data[:500], HTTP_UPLOAD_OFFSET="0", **patch)
    assert (first.status_code, first["Upload-Offset"]) == (204, "500")
    assert client.patch(made["Location"], data, HTTP_UPLOAD_OFFSET="0", **patch).status_code == 409
    asked = client.head(made["Location"], **head)
    assert (asked["Upload-Offset"], asked["Upload-Length"]) == ("500", str(len(data)))
    assert asked["Cache-Control"] == "no-store"
    last = client.patch(made["Location"], data[500:], HTTP_UPLOAD_OFFSET="500", **patch)
    assert (last.status_code, last["Upload-Outcome"]) == (204, "sealed")
    assert client.delete(made["Location"], **head).status_code == 403
    assert client.head(made["Location"]).status_code == 412
    wrong = client.patch(made["Location"], b"x", HTTP_UPLOAD_OFFSET="0", **head, content_type="text/plain")
    assert wrong.status_code == 415


def test_an_upload_can_be_given_up(sign_in: SignIn) -> None:
    client = sign_in("steward")
    head = {"HTTP_TUS_RESUMABLE": "1.0.0"}
    made = client.post(
        "/ingest/uploads/",
        content_type="x/y",
        HTTP_UPLOAD_LENGTH="9",
        HTTP_UPLOAD_METADATA=encoded(filename="a"),
        **head,
    )
    assert client.delete(made["Location"], **head).status_code == 204
    assert client.head(made["Location"], **head).status_code == 404


@pytest.mark.parametrize("header", ["filename", "filename ä", "filename !!!"])
def test_metadata_that_cannot_be_read_is_refused_politely(sign_in: SignIn, header: str) -> None:
    made = sign_in("steward").post(
        "/ingest/uploads/",
        content_type="x/y",
        HTTP_TUS_RESUMABLE="1.0.0",
        HTTP_UPLOAD_LENGTH="9",
        HTTP_UPLOAD_METADATA=header,
    )
    assert made.status_code == 400


def test_nobody_has_more_than_twenty_uploads_under_way(cast: cast_module.Cast) -> None:
    for number in range(uploads.MAX_ACTIVE):
        begin(cast, 1, name=f"{number}.txt")
    with pytest.raises(errors.Refusal, match="too_many_uploads"):
        begin(cast, 1, name="one-more.txt")
    assert begin(cast, 1, who="custodian")
    send(cast, models.Upload.objects.filter(user=cast.people["steward"].user).earliest("created_at"), 0, b"x")
    assert begin(cast, 1, name="one-more.txt")


def test_room_that_was_promised_is_not_promised_again(cast: cast_module.Cast) -> None:
    half = min(store.free_bytes() * 6 // 10, uploads.MAX_BYTES)
    models.Upload.objects.all().delete()
    first = begin(cast, half)
    models.Upload.objects.filter(pk=first.pk).update(size_bytes=store.free_bytes() * 6 // 10)
    with pytest.raises(errors.PassingFault, match="disk_full"):
        begin(cast, half, who="custodian")


def test_a_large_upload_is_sealed_by_a_worker(
    cast: cast_module.Cast, camera: cameras.Camera, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "LATER_BYTES", 1000)
    data = files.clip(tmp_path / "a.mp4").read_bytes()
    upload = begin(cast, len(data))
    assert send(cast, upload, 0, data).outcome == ""
    job = ProcrastinateJob.objects.get(task_name="ingest.finish_upload")
    assert (job.queue_name, job.args) == ("ingest", {"upload_id": str(upload.pk)})
    tasks.finish_upload(**job.args)
    upload.refresh_from_db()
    assert upload.outcome == "sealed"
    tasks.finish_upload(**job.args)
    assert evidence.Recording.objects.count() == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("filename", "a\x00b.mp4"), ("serial", "\x00"), ("unit", "\x00"),
        ("started_at", "0001-01-01T00:00:00+14:00"), ("started_at", "2026-11-20T08:00:00"),
    ],
)  # fmt: skip
def test_metadata_that_cannot_be_kept_is_refused_politely(sign_in: SignIn, name: str, value: str) -> None:
    made = sign_in("steward").post(
        "/ingest/uploads/",
        content_type="x/y",
        HTTP_TUS_RESUMABLE="1.0.0",
        HTTP_UPLOAD_LENGTH="9",
        HTTP_UPLOAD_METADATA=encoded(**{"filename": "a.mp4", name: value}),
    )
    assert made.status_code == 400

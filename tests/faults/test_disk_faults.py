"""The store's disk is full in the middle of an upload, of playing, of analysis, of an export: told, nothing half-done.

Each goes on when there is room again. The disk is a small one of the test's own.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.http import HttpResponse
from django.test import Client
from pytest_django.fixtures import Settings

from tests import cast as cast_module
from tests.faults import children, disks
from tests.flow import queue
from tests.ingest import files

MEGABYTE = 1024 * 1024
TUS = {"HTTP_TUS_RESUMABLE": "1.0.0"}


@pytest.fixture
def disk(tmp_path: Path, settings: Settings, transactional_db: None) -> Iterator[disks.Disk]:
    queue.empty()
    with disks.mounted(tmp_path / "disk") as small:
        settings.STORE, settings.CACHE = small.folder / "store", small.folder / "cache"
        yield small


def announce(client: Client, size: int) -> HttpResponse:
    """Tell the server of a file; its name is ``BWC-7.mp4``."""
    named = {"HTTP_UPLOAD_LENGTH": str(size), "HTTP_UPLOAD_METADATA": "filename QldDLTcubXA0"}
    answer: HttpResponse = client.post("/ingest/uploads/", **named, **TUS)
    return answer


def send(client: Client, address: str, data: bytes, offset: int) -> tuple[int, str]:
    answer = client.patch(
        address, data, content_type="application/offset+octet-stream", HTTP_UPLOAD_OFFSET=str(offset), **TUS
    )
    return answer.status_code, answer.content.decode()


@pytest.mark.faults
@pytest.mark.expects_errors
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("language", "word"), [("en", "full"), ("fa", "پر")])
def test_an_upload_onto_a_full_disk_keeps_what_came_and_goes_on(
    disk: disks.Disk, sign_in: Callable[..., Client], tmp_path: Path, language: str, word: str
) -> None:
    from siyanat.evidence import models as evidence
    from siyanat.ingest import models

    client = sign_in("steward")
    client.cookies["language"] = language
    clip = files.clip(tmp_path / "BWC-7.mp4", seconds=2).read_bytes()
    padding = 8 * MEGABYTE
    data = clip + (8 + padding).to_bytes(4, "big") + b"free" + os.urandom(padding)
    begun = announce(client, len(data))
    assert begun.status_code == 201
    address = begun["Location"]
    assert send(client, address, data[: 2 * MEGABYTE], 0)[0] == 204
    disk.fill()
    status, told = send(client, address, data[2 * MEGABYTE :], 2 * MEGABYTE)
    assert status == 507
    assert word in told
    assert "<" not in told
    offset = int(client.head(address, **TUS)["Upload-Offset"])
    assert 2 * MEGABYTE <= offset < len(data)
    assert announce(client, 5000).status_code == 507
    assert models.Upload.objects.count() == 1
    disk.make_room()
    assert send(client, address, data[offset:], offset)[0] == 204
    upload = models.Upload.objects.get()
    assert upload.outcome in {"sealed", "quarantined"}
    assert upload.sha256 == hashlib.sha256(data).hexdigest()
    kept = evidence.Recording.objects.count() + models.Quarantined.objects.count()
    assert kept == 1
    assert disk.parts() == []
    children.check_clean()


@pytest.mark.faults
@pytest.mark.django_db(transaction=True)
def test_an_export_onto_a_full_disk_waits_for_room_and_is_made_whole(disk: disks.Disk) -> None:
    from procrastinate.contrib.django.models import ProcrastinateJob

    from siyanat.archive import models, operations
    from siyanat.evidence import operations as footage
    from siyanat.lib import clock
    from tests.evidence import make

    cast = cast_module.make_cast()
    intake = make.make_intake(
        camera=cast_module.make_camera(cast, "CAM1"), unit=cast.units["A"],
        started_at=cast_module.NOW - dt.timedelta(days=1), data=os.urandom(3 * MEGABYTE),
    )  # fmt: skip
    recording = footage.seal_recording(intake=intake, actor="system:test", now=clock.now()).recording
    export = operations.ask_export(
        viewer=cast.viewer("custodian"), recipient="Court 3", reason="asked for", now=clock.now(),
        recording_ids=[recording.pk],
    )  # fmt: skip
    disk.fill()
    queue.drain()
    export.refresh_from_db()
    assert export.state == models.Export.State.ASKED
    assert disk.parts() == []
    building = ProcrastinateJob.objects.filter(task_name="archive.build_export")
    assert [job.status for job in building] == ["todo"]
    disk.make_room()
    _let_time_pass()
    queue.drain()
    export.refresh_from_db()
    assert export.state == models.Export.State.READY
    assert hashlib.sha256(Path(export.path).read_bytes()).hexdigest() == export.bundle_sha256
    assert queue.failures() == []
    assert disk.parts() == []
    children.check_clean()


def _let_time_pass() -> None:
    """What waits to be tried again is due."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET scheduled_at = now() WHERE status = 'todo'")


@pytest.mark.faults
@pytest.mark.django_db(transaction=True)
def test_footage_is_analyzed_and_plays_though_the_disk_is_full(disk: disks.Disk) -> None:
    from siyanat.review import film, models, serving
    from siyanat.signals import models as signals
    from siyanat.signals import operations as analysis
    from tests.review import make

    patrol = make.make_patrol(cast_module.make_cast())
    review: models.Review = patrol.begin()
    disk.fill()
    run = analysis.analyze_recording(recording_id=patrol.recordings["arash"][0].pk, now=cast_module.NOW)
    assert run is not None
    assert signals.Run.objects.get(pk=run.pk).failure == ""
    clip = film.list_clips(review.shift, {})[0]
    segment = film.plan_of(clip.recording.pk)[0]
    made = serving.segment_bytes(clip, segment)
    assert made[0] == 0x47
    assert [path for path in (disk.folder / "cache").rglob("*") if path.is_file()] == []
    disk.make_room()
    assert serving.segment_bytes(clip, segment) == made
    assert len([path for path in (disk.folder / "cache").rglob("*") if path.is_file()]) == 1

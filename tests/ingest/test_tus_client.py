"""An independent tus client uploads, is cut off, and resumes against a running server."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from pytest_django.live_server_helper import LiveServer
from tusclient import client as tus_client

from siyanat.cameras import models as cameras
from siyanat.evidence import models as evidence
from siyanat.evidence import store
from siyanat.ingest import models
from tests.ingest import files

SignIn = Callable[[str], Client]


@pytest.mark.django_db(transaction=True)
def test_tuspy_resumes_where_the_server_stands(
    live_server: LiveServer, sign_in: SignIn, camera: cameras.Camera, tmp_path: Path
) -> None:
    session = sign_in("steward")
    session.get("/ingest/upload/")
    cookies = "; ".join(f"{name}={session.cookies[name].value}" for name in ("sessionid", "csrftoken"))
    headers = {"Cookie": cookies, "X-CSRFToken": session.cookies["csrftoken"].value}
    clip = files.clip(tmp_path / "BWC-7.mp4", seconds=5)
    size = clip.stat().st_size
    tus = tus_client.TusClient(f"{live_server.url}/ingest/uploads/", headers=headers)
    with clip.open("rb") as stream:
        first = tus.uploader(
            file_stream=stream,
            chunk_size=1500,
            metadata={"filename": "BWC-7.mp4", "unit": "A"},
            upload_checksum=True,
        )
        first.upload_chunk()
        first.upload_chunk()
    assert models.Upload.objects.get().offset_bytes == 3000
    with clip.open("rb") as stream:
        again = tus.uploader(file_stream=stream, url=first.url, chunk_size=size)
        assert again.offset == 3000
        again.upload()
    upload = models.Upload.objects.get()
    assert (upload.outcome, upload.offset_bytes) == ("sealed", size)
    assert evidence.Recording.objects.get().sha256 == hashlib.sha256(clip.read_bytes()).hexdigest()
    assert store.path_of(upload.sha256).read_bytes() == clip.read_bytes()

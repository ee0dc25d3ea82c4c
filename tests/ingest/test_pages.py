"""The intake desk: a quarantined file is resolved by who may, and nothing is deleted."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from siyanat.cameras import models as cameras
from siyanat.evidence import models as evidence
from siyanat.evidence import queries as recordings
from siyanat.evidence import store
from siyanat.ingest import folder, models, operations
from siyanat.lib import errors
from tests import cast as cast_module
from tests.ingest import files

NOW = cast_module.NOW
SignIn = Callable[[str], Client]
Take = Callable[[], folder.Run]


@pytest.fixture
def stray(dock: folder.Dock, take: Take, camera: cameras.Camera) -> models.Quarantined:
    """A good clip of which nobody knows the camera or the time."""
    files.clip(dock.folder / "stray.mp4", started_at=None)
    take()
    return models.Quarantined.objects.get()


@pytest.mark.parametrize("language", ["fa", "en"])
def test_the_desk_shows_what_waits_with_its_reason(
    sign_in: SignIn, stray: models.Quarantined, language: str
) -> None:
    client = sign_in("steward")
    client.cookies["language"] = language
    for address in (
        "/ingest/",
        "/ingest/batches/",
        "/ingest/upload/",
        "/ingest/upload/mine/",
        f"/ingest/quarantine/{stray.pk}/",
    ):
        assert client.get(address).status_code == 200, address
    assert "stray.mp4" in client.get("/ingest/").content.decode()


def test_a_person_gives_camera_and_time_and_it_becomes_a_recording(
    sign_in: SignIn, cast: cast_module.Cast, stray: models.Quarantined
) -> None:
    client = sign_in("steward")
    form = {"serial": "bwc-۷", "started_at": "۱۴۰۵/۰۸/۲۹ ۰۳:۰۰", "note": "the dock's paper list"}
    answer = client.post(f"/ingest/quarantine/{stray.pk}/", form)
    assert answer.status_code == 302, answer.content.decode()
    recording = evidence.Recording.objects.get()
    stray.refresh_from_db()
    assert (stray.state, stray.recording) == ("resolved", recording)
    current = recordings.current_attribution(recording)
    assert current is not None
    assert current.person == cast.people["arash"]


def test_a_wrong_form_keeps_what_was_typed(sign_in: SignIn, stray: models.Quarantined) -> None:
    form = {"serial": "NONE-1", "started_at": "1405/08/29 03:00", "note": "kept words"}
    answer = sign_in("steward").post(f"/ingest/quarantine/{stray.pk}/", form)
    assert answer.status_code == 422
    assert "kept words" in answer.content.decode()


def test_a_file_that_is_set_aside_keeps_its_bytes(sign_in: SignIn, stray: models.Quarantined) -> None:
    sign_in("steward").post(f"/ingest/quarantine/{stray.pk}/aside/", {"note": "a test clip"})
    stray.refresh_from_db()
    assert stray.state == "set_aside"
    assert store.has(stray.sha256)


def test_nobody_resolves_footage_of_themselves(
    cast: cast_module.Cast, stray: models.Quarantined, camera: cameras.Camera
) -> None:
    from siyanat.roster import models as roster

    roster.HeldPost.objects.create(
        person=cast.people["arash"], role="camera_steward", unit=cast.units["A"], held=cast_module.ALWAYS
    )
    with pytest.raises(errors.Refusal, match="concerns_yourself"):
        operations.resolve_quarantined(
            viewer=cast.viewer("arash"), quarantined_id=stray.pk, camera=camera,
            started_at=files.STARTED_AT, note="mine", now=NOW,
        )  # fmt: skip
    assert not evidence.Recording.objects.exists()
    stray.refresh_from_db()
    assert stray.state == "waiting"


def test_another_station_sees_nothing(sign_in: SignIn, stray: models.Quarantined) -> None:
    client = sign_in("stranger")
    assert "stray.mp4" not in client.get("/ingest/").content.decode()
    assert client.get(f"/ingest/quarantine/{stray.pk}/").status_code == 404


def test_an_upload_that_was_quarantined_says_why_and_leads_to_it(
    stray: models.Quarantined, cast: cast_module.Cast, sign_in: SignIn
) -> None:
    user = cast.people["steward"].user
    assert user is not None
    models.Upload.objects.create(
        user=user, unit=cast.units["A"], batch=stray.batch, original_name=stray.original_name, size_bytes=1,
        created_at=timezone.now(), touched_at=timezone.now(), finished_at=timezone.now(), sha256=stray.sha256,
        outcome="quarantined",
    )  # fmt: skip
    page = sign_in("steward").get("/ingest/upload/").content.decode()
    assert stray.get_reason_display() in page
    assert f"/ingest/quarantine/{stray.pk}/" in page

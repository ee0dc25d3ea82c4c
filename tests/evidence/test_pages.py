"""Pages of recordings and holds, in both languages, for who may see them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import transaction
from django.test import Client

from siyanat.evidence import models, operations, queries
from siyanat.ledger import models as ledger
from siyanat.ledger import operations as log
from tests import cast as cast_module
from tests.evidence import test_attribution

SignIn = Callable[[str], Client]
Scene = test_attribution.Scene
scene = test_attribution.scene


@pytest.mark.parametrize("language", ["fa", "en"])
def test_search_and_details_open_in_both_languages(scene: Scene, sign_in: SignIn, language: str) -> None:
    client = sign_in("custodian")
    client.cookies["language"] = language
    addresses = [
        "/evidence/", "/evidence/?officer=arash&since=1405/08/01&until=۱۴۰۵/۰۹/۰۱&sort=-size_bytes&state=sealed",
        f"/evidence/{scene.recording.pk}/", f"/evidence/{scene.recording.pk}/attribution/",
        f"/evidence/{scene.recording.pk}/viewing/", f"/evidence/holds/new/?recording={scene.recording.pk}",
        "/evidence/holds/", "/evidence/holds/?released=1",
    ]  # fmt: skip
    for address in addresses:
        assert client.get(address).status_code == 200, address
    assert "CAM1" in client.get(addresses[1]).content.decode()
    assert scene.recording.sha256 in client.get(addresses[2]).content.decode()


def test_reading_a_recordings_page_is_logged_once_within_ten_minutes(scene: Scene, sign_in: SignIn) -> None:
    client = sign_in("head")
    for _ in range(3):
        client.get(f"/evidence/{scene.recording.pk}/")
    assert ledger.Entry.objects.filter(kind="evidence.viewing_opened").count() == 1


def test_a_hold_is_placed_and_released_over_the_pages(scene: Scene, sign_in: SignIn) -> None:
    form = {"covers": "recording", "reason": "court", "reference": "۱۴۰۵/۷۷", "note": ""}
    answer = sign_in("custodian").post(f"/evidence/holds/new/?recording={scene.recording.pk}", form)
    assert answer.status_code == 302
    hold = models.Hold.objects.get()
    assert hold.reference == "1405/77"
    own = sign_in("custodian").post(f"/evidence/holds/{hold.pk}/release/", {"reason": "over"})
    assert own.status_code == 422
    assert (
        sign_in("integrity").post(f"/evidence/holds/{hold.pk}/release/", {"reason": "over"}).status_code
        == 302
    )
    assert not queries.is_held(scene.recording)


def test_a_hold_names_what_it_needs(scene: Scene, sign_in: SignIn) -> None:
    form = {"covers": "unit", "reason": "court", "reference": "1", "unit": "A"}
    assert sign_in("custodian").post("/evidence/holds/new/", form).status_code == 422
    form |= {"since": "1405/08/29 01:00", "until": "1405/08/29 09:00"}
    assert sign_in("custodian").post("/evidence/holds/new/", form).status_code == 302
    assert queries.is_held(scene.recording)


def test_an_attribution_is_corrected_over_the_page(scene: Scene, sign_in: SignIn) -> None:
    number = scene.cast.people["babak"].personnel_number
    address = f"/evidence/{scene.recording.pk}/attribution/"
    wrong = sign_in("head").post(address, {"shift": "none", "officer": number, "reason": "swapped"})
    assert wrong.status_code == 422
    right = sign_in("head").post(address, {"shift": "A-1", "officer": number, "reason": "swapped"})
    assert right.status_code == 302
    current = queries.current_attribution(scene.recording)
    assert current is not None
    assert current.person == scene.cast.people["babak"]


def test_a_typed_reason_opens_the_footage(scene: Scene, sign_in: SignIn) -> None:
    address = f"/evidence/{scene.recording.pk}/viewing/"
    client = sign_in("arash")
    assert client.post(address, {"reason": "own_answer", "note": "short"}).status_code == 422
    assert client.post(address, {"reason": "own_answer", "note": "to answer the question"}).status_code == 302


@pytest.mark.parametrize("who", ["stranger", "babak"])
def test_what_is_not_yours_looks_absent(scene: Scene, sign_in: SignIn, who: str) -> None:
    assert sign_in(who).get(f"/evidence/{scene.recording.pk}/").status_code == 404


def test_the_typed_reason_leads_to_the_player(scene: Scene, sign_in: SignIn) -> None:
    client = sign_in("custodian")
    reason = {"reason": "request", "note": "letter of the court"}
    answer = client.post(f"/evidence/{scene.recording.pk}/viewing/", reason)
    grant = models.ViewingGrant.objects.get()
    assert answer.headers["Location"] == f"/review/grants/{grant.pk}/"
    assert answer.headers["Location"] in client.get(f"/evidence/{scene.recording.pk}/").content.decode()


def test_the_chain_of_custody_shows_people_first_and_folds_what_the_system_counted(
    scene: Scene, sign_in: SignIn
) -> None:
    current = queries.current_attribution(scene.recording)
    assert current is not None
    assert current.shift is not None
    with transaction.atomic():
        log.append(
            kind="coverage.shift_counted", actor="system:coverage", subject=f"shift:{current.shift.pk}",
            now=cast_module.NOW,
        )  # fmt: skip
    page = sign_in("custodian").get(f"/evidence/{scene.recording.pk}/")
    assert {row["entry"].kind for row in page.context["recounts"]} == {"coverage.shift_counted"}
    assert "evidence.recording_sealed" in {row["entry"].kind for row in page.context["custody"]}
    assert "system:" not in page.content.decode()


def test_a_hold_of_a_case_is_called_by_its_number_and_leads_to_it(scene: Scene, sign_in: SignIn) -> None:
    case_id = "7cafb4c7-0000-4000-8000-000000000000"
    operations.place_hold(
        covers=operations.Covers(recording=scene.recording), reason="case", reference=f"case:{case_id}",
        note="1405-000007", actor="system:test", now=cast_module.NOW,
    )  # fmt: skip
    page = sign_in("custodian").get("/evidence/holds/").content.decode()
    assert "1405-000007" in page
    assert f"case:{case_id}" not in page
    assert f"/cases/{case_id}/" in page

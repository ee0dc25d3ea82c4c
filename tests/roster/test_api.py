"""The API: the same gates as the pages, errors as codes, a description and a reference page."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from siyanat.lib import national_id
from siyanat.roster import models
from tests.cast import Cast, make_camera, make_shift

SignIn = Callable[..., Client]
pytestmark = pytest.mark.urls("tests.roster.api_urls")


def test_strangers_to_the_api_are_refused(client: Client, db: None) -> None:
    assert client.get("/api/roster/units").status_code == 401
    assert client.get("/api/openapi.json").status_code == 401


def test_lists_hold_the_callers_own_units(cast: Cast, sign_in: SignIn) -> None:
    page = sign_in("reviewer").get("/api/roster/units")
    assert [one["code"] for one in page.json()["items"]] == ["P1", "C1", "A"]
    assert "national_id" not in sign_in("reviewer").get("/api/roster/people").content.decode()


def test_an_operation_admits_its_roles_alone(cast: Cast, sign_in: SignIn) -> None:
    body = {"code": "S-9", "name_fa": "ی", "name_en": "u", "kind": "station", "parent": "C1"}
    assert sign_in("head").post("/api/roster/units", body, "application/json").status_code == 404
    page = sign_in("admin").post("/api/roster/units", body, "application/json")
    assert (page.status_code, page.json()["code"]) == (201, "S-9")


def test_a_refusal_has_a_code_and_a_sentence(cast: Cast, sign_in: SignIn) -> None:
    body = {
        "personnel_number": "1",
        "national_id": "1234567890",
        "given_name_fa": "ا",
        "family_name_fa": "ب",
        "unit": "A",
    }
    page = sign_in("admin").post("/api/roster/people", body, "application/json")
    assert (page.status_code, page.json()["code"]) == (422, "national_id.invalid")
    page = sign_in("admin").post(
        "/api/roster/people", {**body, "national_id": national_id.generate(5)}, "application/json"
    )
    assert page.status_code == 201
    assert models.Person.objects.filter(personnel_number="1").exists()


def test_a_shift_and_its_crew_are_read_and_absent_ones_look_like_forbidden_ones(
    cast: Cast, sign_in: SignIn
) -> None:
    shift = make_shift(cast)
    client = sign_in("head")
    assert client.get(f"/api/roster/shifts/{shift.pk}").json()["code"] == shift.code
    assert len(client.get(f"/api/roster/shifts/{shift.pk}/crew").json()) == 2
    client = sign_in("stranger")
    absent = "00000000-0000-0000-0000-000000000000"
    pages = [client.get(f"/api/roster/shifts/{pk}") for pk in (shift.pk, absent)]
    assert [page.status_code for page in pages] == [404, 404]
    assert pages[0].content == pages[1].content


def test_a_shift_is_planned(cast: Cast, sign_in: SignIn) -> None:
    body = {
        "unit": "A",
        "starts_at": "2027-01-01T18:30:00Z",
        "ends_at": "2027-01-02T02:30:00Z",
        "crew": ["100001"],
    }
    page = sign_in("leader").post("/api/roster/shifts", body, "application/json")
    assert page.status_code == 201
    assert page.json()["code"] == "1405/10/11-1001"


def test_people_elsewhere_are_as_unknown_as_nobody(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in("leader")
    answers = []
    for number in (cast.people["stranger_officer"].personnel_number, "999999"):
        body = {
            "unit": "A",
            "starts_at": "2027-01-01T18:30:00Z",
            "ends_at": "2027-01-02T02:30:00Z",
            "crew": [number],
        }
        page = client.post("/api/roster/shifts", body, "application/json")
        assert page.status_code == 422
        answers.append(page.content.decode().replace(number, ""))
    assert answers[0] == answers[1]


def test_a_dock_writes_readings_and_registers_cameras(cast: Cast, sign_in: SignIn) -> None:
    make_camera(cast, "C1")
    client = sign_in("steward")
    page = client.post("/api/cameras/C1/readings", {"battery_percent": 41}, "application/json")
    assert page.json()["battery_percent"] == 41
    page = client.post("/api/cameras/", {"serial": "c2", "model": "P2", "unit": "A"}, "application/json")
    assert (page.status_code, page.json()["state"]) == (201, "in_stock")
    assert len(client.get("/api/cameras/").json()["items"]) == 2


def test_writing_needs_the_csrf_token(cast: Cast) -> None:
    make_camera(cast, "C1")
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.people["steward"].user)  # type: ignore[arg-type]
    page = client.post("/api/cameras/C1/readings", {"battery_percent": 41}, "application/json")
    assert page.status_code == 403


@pytest.mark.parametrize("language", ["fa", "en"])
def test_the_description_and_the_reference_page_open(cast: Cast, sign_in: SignIn, language: str) -> None:
    client = sign_in("arash")
    client.cookies["language"] = language
    assert "/api/roster/units" in client.get("/api/openapi.json").json()["paths"]
    page = client.get("/api/reference/")
    assert page.status_code == 200
    assert "/api/cameras/{serial}/readings" in page.content.decode()

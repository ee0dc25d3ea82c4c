"""The cameras' pages: lists, desks, boards."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from siyanat.cameras import models
from tests.cast import HOUR, Cast, issue_camera, make_camera, make_shift

SignIn = Callable[..., Client]


@pytest.mark.parametrize("language", ["fa", "en"])
@pytest.mark.parametrize(
    "name",
    [
        "list",
        "register",
        "import",
        "import_template",
        "issue_desk",
        "return_desk",
        "ready_desk",
        "rollout",
        "use",
        "overdue",
        "legend",
    ],
)
def test_pages_open_in_both_languages(cast: Cast, sign_in: SignIn, name: str, language: str) -> None:
    make_camera(cast, "C1", state="docked")
    client = sign_in("steward")
    client.cookies["language"] = language
    assert client.get(reverse(f"cameras:{name}")).status_code == 200


@pytest.mark.parametrize("name", ["list", "rollout", "use"])
def test_lists_are_given_as_files(cast: Cast, sign_in: SignIn, name: str) -> None:
    make_camera(cast, "C1")
    for file in ("csv", "xlsx"):
        assert (
            "attachment"
            in sign_in("overseer").get(reverse(f"cameras:{name}"), {"format": file})["Content-Disposition"]
        )


def test_a_shift_leader_hands_out_cameras_by_serial_and_takes_them_back(cast: Cast, sign_in: SignIn) -> None:
    shift = make_shift(cast, starts_at=timezone.now() - HOUR)
    make_camera(cast, "C1")
    make_camera(cast, "C2")
    client = sign_in("leader")
    assert shift.code in client.get(reverse("cameras:issue_desk")).content.decode()
    assert client.get(reverse("cameras:issue_shift", args=[shift.pk])).status_code == 200
    fields = {f"serial-{cast.people['arash'].pk}": "c1", f"serial-{cast.people['babak'].pk}": "C9"}
    page = client.post(reverse("cameras:issue", args=[shift.pk]), fields)
    assert page.status_code == 422
    assert not models.Issue.objects.exists()
    fields[f"serial-{cast.people['babak'].pk}"] = "c2"
    assert client.post(reverse("cameras:issue", args=[shift.pk]), fields).status_code == 302
    assert models.Issue.objects.count() == 2
    back = {
        "serial": ["C1", "C2"],
        "battery_percent-C1": "۳۰",
        "clock_drift_ms-C1": "-250",
        "battery_percent-C2": "400",
    }
    page = client.post(reverse("cameras:return_desk"), back)
    assert page.status_code == 422
    assert list(models.Issue.objects.filter(returned_at=None).values_list("camera__serial", flat=True)) == [
        "C2"
    ]
    assert models.Camera.objects.get(serial="C1").clock_drift_ms == -250


def test_the_ready_desk_checks_what_is_ticked(cast: Cast, sign_in: SignIn) -> None:
    make_camera(cast, "C1", state="docked")
    data = {
        "serial": "C1",
        "battery_percent-C1": "99",
        "storage_free_percent-C1": "90",
        "clock_drift_ms-C1": "5",
        "firmware-C1": "2.1",
    }
    assert sign_in("steward").post(reverse("cameras:ready_desk"), data).status_code == 302
    assert models.Camera.objects.get().state == "ready"


def test_a_camera_shows_its_history_and_its_acts(cast: Cast, sign_in: SignIn) -> None:
    camera = make_camera(cast, "C1")
    client = sign_in("steward")
    issue = issue_camera(make_shift(cast), cast.people["arash"], camera)
    assert client.get(reverse("cameras:camera", args=["c1"])).status_code == 200
    assert client.get(reverse("cameras:correct_issue", args=[issue.pk])).status_code == 200
    for act in ("report_faulty", "transfer", "record_readings"):
        assert client.get(reverse("cameras:act", args=["C1", act])).status_code == 200
    page = client.post(
        reverse("cameras:act", args=["C1", "report_faulty"]), {"reason": "no picture"}, follow=True
    )
    assert page.status_code == 200
    camera.refresh_from_db()
    assert camera.state == "faulty"


def test_many_are_registered_from_a_file(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in("steward")
    file = SimpleUploadedFile("c.csv", "سریال,مدل,یگان\nx-1,P2,A\nx-2,P2,A\n".encode())
    page = client.post(reverse("cameras:import"), {"file": file}, follow=True)
    assert page.status_code == 200
    assert client.post(page.context["apply_url"], follow=True).status_code == 200
    assert set(models.Camera.objects.values_list("serial", flat=True)) == {"X-1", "X-2"}


def test_a_strange_camera_and_an_absent_one_get_the_same_answer(cast: Cast, sign_in: SignIn) -> None:
    make_camera(cast, "C1")
    client = sign_in("stranger")
    assert [client.get(reverse("cameras:camera", args=[one])).status_code for one in ("C1", "C2")] == [
        404,
        404,
    ]

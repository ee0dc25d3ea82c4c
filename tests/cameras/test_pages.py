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


def test_every_bad_reading_is_named_and_nothing_typed_is_lost(cast: Cast, sign_in: SignIn) -> None:
    shift = make_shift(cast, starts_at=timezone.now() - HOUR)
    for serial, name in (("C1", "arash"), ("C2", "babak")):
        issue_camera(shift, cast.people[name], make_camera(cast, serial, state="issued"))
    models.Issue.objects.update(returned_at=None)
    typed = {
        "serial": ["C1", "C2"], "battery_percent-C1": "120", "storage_free_percent-C1": "abc",
        "clock_drift_ms-C2": "999999999999", "battery_percent-C2": "55",
    }  # fmt: skip
    answer = sign_in("leader").post(reverse("cameras:return_desk"), typed)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "«\u2066۱۲۰\u2069» عددی درست از ۰ تا ۱۰۰ نیست" in page
    assert "abc" in page
    assert "۸۶٬۴۰۰٬۰۰۰" in page
    for value in ('value="120"', 'value="abc"', 'value="999999999999"', 'value="55"'):
        assert value in page
    assert not models.Issue.objects.filter(returned_at__isnull=False).exists()


def test_one_camera_for_two_bearers_is_told_as_such(cast: Cast, sign_in: SignIn) -> None:
    shift = make_shift(cast, starts_at=timezone.now() - HOUR)
    make_camera(cast, "C1")
    people = [cast.people["arash"], cast.people["babak"]]
    fields = {f"serial-{person.pk}": "C1" for person in people}
    answer = sign_in("leader").post(reverse("cameras:issue", args=[shift.pk]), fields)
    assert answer.status_code == 422
    assert all(person.name in str(answer.context["problem"]) for person in people)
    assert not models.Issue.objects.exists()


def test_a_cameras_history_reads_in_words(cast: Cast, sign_in: SignIn) -> None:
    shift = make_shift(cast, starts_at=timezone.now() - HOUR)
    issue_camera(shift, cast.people["arash"], make_camera(cast, "C1", state="issued"))
    models.Issue.objects.update(returned_at=None)
    sign_in("leader").post(
        reverse("cameras:return_desk"), {"serial": "C1", "battery_percent-C1": "30", "firmware-C1": "2.4.1"}
    )
    page = sign_in("steward").get(reverse("cameras:camera", args=["C1"])).content.decode()
    assert "battery_percent" not in page
    assert "۳۰٪" in page
    assert ">2.4.1<" in page


def test_a_target_is_set_for_a_province_alone(cast: Cast, sign_in: SignIn) -> None:
    target = {"year": "1405", "month": "9", "cameras": "40"}
    client = sign_in("admin")
    assert client.post(reverse("cameras:set_target"), target | {"province": "A"}).status_code == 422
    assert client.post(reverse("cameras:set_target"), target | {"province": "P1"}).status_code == 302


def test_a_station_is_not_offered_the_roll_out_of_provinces(cast: Cast, sign_in: SignIn) -> None:
    address = reverse("cameras:rollout")
    assert address not in sign_in("head").get(reverse("cameras:list")).content.decode()
    assert address in sign_in("reviewer").get(reverse("cameras:list")).content.decode()


def test_a_list_shows_what_each_new_camera_would_be_and_refuses_what_is_no_serial(
    cast: Cast, sign_in: SignIn
) -> None:
    client = sign_in("steward")
    rows = "serial,model,firmware,unit\nBWC-7,Patrol 2,2.4.1,A\n"
    file = SimpleUploadedFile("cameras.csv", rows.encode())
    page = client.post(reverse("cameras:import"), {"file": file}, follow=True).content.decode()
    for value in ("Patrol 2", "2.4.1"):
        assert value in page
    bad = SimpleUploadedFile("cameras.csv", "serial,model,unit\nبی‌دبلیوسی-1,Patrol 2,A\n".encode())
    page = client.post(reverse("cameras:import"), {"file": bad}, follow=True).content.decode()
    assert "سریال از حروف و ارقام لاتین" in page

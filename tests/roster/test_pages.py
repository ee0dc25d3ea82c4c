"""The roster's pages: each opens for its people, and its acts do what they say."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import translation

from siyanat.lib import national_id
from siyanat.roster import models, queries
from siyanat.ui import forms as ui_forms
from tests.cast import Cast, make_shift

SignIn = Callable[..., Client]


@pytest.mark.parametrize("language", ["fa", "en"])
@pytest.mark.parametrize(
    "name",
    [
        "units",
        "people",
        "shifts",
        "vehicles",
        "days",
        "open_unit",
        "add_person",
        "plan_shift",
        "add_vehicle",
        "add_day",
    ],
)
def test_pages_open_in_both_languages(cast: Cast, sign_in: SignIn, name: str, language: str) -> None:
    make_shift(cast)
    client = sign_in("admin")
    client.cookies["language"] = language
    assert client.get(reverse(f"roster:{name}")).status_code == 200


@pytest.mark.parametrize("kind", ["units", "people", "shifts", "vehicles", "posts"])
def test_templates_and_lists_are_given_as_files(sign_in: SignIn, kind: str) -> None:
    client = sign_in("admin")
    for file in ("csv", "xlsx"):
        template = client.get(reverse("roster:import_template", args=[kind]), {"format": file})
        assert template.status_code == 200
        assert "attachment" in template["Content-Disposition"]
        if kind != "posts":
            assert client.get(reverse(f"roster:{kind}"), {"format": file}).status_code == 200


def test_a_unit_and_a_person_are_shown_with_their_acts(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in("admin")
    person, unit = cast.people["arash"], cast.units["A"]
    for url in (
        reverse("roster:unit", args=[unit.pk]),
        reverse("roster:rename_unit", args=[unit.pk]),
        reverse("roster:move_unit", args=[unit.pk]),
        reverse("roster:close_unit", args=[unit.pk]),
        reverse("roster:person", args=[person.pk]),
        reverse("roster:mend_person", args=[person.pk]),
        reverse("roster:transfer_person", args=[person.pk]),
        reverse("roster:let_person_go", args=[person.pk]),
        reverse("roster:give_post", args=[person.pk]),
        reverse("roster:end_post", args=[person.posts.get().pk]),
        reverse("roster:substitute", args=[person.posts.get().pk]),
        reverse("roster:reset_password", args=[person.pk]),
        reverse("roster:change_login", args=[person.pk, "close"]),
        reverse("roster:open_login", args=[person.pk]),
    ):
        assert client.get(url).status_code == 200, url


def test_a_person_is_added_given_a_login_and_told_the_password_once(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in("admin")
    data = {
        "personnel_number": "۷۰۰۱",
        "national_id": national_id.generate(70),
        "given_name_fa": "نرگس",
        "family_name_fa": "صالحی",
        "unit": "a",
    }
    page = client.post(reverse("roster:add_person"), data, follow=True)
    assert page.status_code == 200
    person = models.Person.objects.get(personnel_number="7001")
    page = client.post(reverse("roster:open_login", args=[person.pk]), {"username": "narges"})
    assert page["Cache-Control"] == "no-store"
    person.refresh_from_db()
    assert person.user is not None
    assert person.user.check_password(page.context["password"])


def test_a_refusal_is_shown_on_the_form_and_nothing_typed_is_lost(cast: Cast, sign_in: SignIn) -> None:
    page = sign_in("admin").post(
        reverse("roster:add_person"),
        {
            "personnel_number": "7001",
            "national_id": "1234567890",
            "given_name_fa": "نرگس",
            "family_name_fa": "صالحی",
            "unit": "A",
        },
    )
    assert page.status_code == 422
    assert "صالحی" in page.content.decode()


def test_a_shift_is_planned_corrected_and_shown_with_its_history(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in("head")
    page = client.post(
        reverse("roster:plan_shift"),
        {
            "unit": "A",
            "starts_at": "۱۴۰۶/۰۱/۱۰ ۲۲:۰۰",
            "ends_at": "1406/01/11 06:00",
            "crew": "100001\n100002*",
        },
        follow=True,
    )
    assert page.status_code == 200, page.context["form"].errors
    shift = models.Shift.objects.get()
    assert shift.crew.filter(bears_camera=False).get().person == cast.people["babak"]
    data = {"crew": "100001", "reason": "babak is ill"}
    page = client.post(reverse("roster:correct_crew", args=[shift.pk]), data, follow=True)
    assert page.status_code == 200
    assert shift.crew.filter(superseded_at=None).count() == 1
    page = client.post(
        reverse("roster:cancel_shift", args=[shift.pk]), {"reason": "snow on the road"}, follow=True
    )
    shift.refresh_from_db()
    assert shift.state == "canceled"


def test_a_list_is_uploaded_seen_and_applied(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in("admin")
    file = SimpleUploadedFile("v.csv", b"fleet_number,plate,unit\nV-1,12,A\n")
    page = client.post(reverse("roster:import", args=["vehicles"]), {"file": file})
    assert page.status_code == 302
    assert client.get(page["Location"]).status_code == 200
    waiting = models.WaitingImport.objects.get()
    page = client.post(reverse("roster:import_apply", args=["vehicles", waiting.pk]), follow=True)
    assert page.status_code == 200
    assert models.Vehicle.objects.get().fleet_number == "V-1"


def test_a_list_with_faults_shows_the_rows_to_mend(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in("admin")
    page = client.post(
        reverse("roster:import", args=["vehicles"]),
        {"file": SimpleUploadedFile("v.csv", b"fleet_number,unit\nV-1,NOWHERE\n")},
        follow=True,
    )
    assert page.status_code == 200
    assert "NOWHERE" in page.content.decode()
    bad = client.post(
        reverse("roster:import", args=["vehicles"]), {"file": SimpleUploadedFile("v.csv", b"wrong\nV-1\n")}
    )
    assert bad.status_code == 422


def test_a_stranger_gets_the_same_answer_for_theirs_and_for_nothing(cast: Cast, sign_in: SignIn) -> None:
    shift, person = make_shift(cast), cast.people["arash"]
    client = sign_in("stranger")
    absent = "00000000-0000-0000-0000-000000000000"
    for name, real in (("shift", shift.pk), ("person", person.pk)):
        pages = [client.get(reverse(f"roster:{name}", args=[pk])) for pk in (real, absent)]
        assert [page.status_code for page in pages] == [404, 404]
        shown = [page.content.decode().replace(str(real), absent) for page in pages]
        texts = [re.sub(r'(CSRFToken": "|csrfmiddlewaretoken" value=")\w+', "", text) for text in shown]
        assert texts[0] == texts[1]


def test_the_form_of_a_shift_knows_ones_own_people_alone(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in("leader")
    answers = []
    for number in (cast.people["stranger_officer"].personnel_number, "999999"):
        form = {"unit": "A", "starts_at": "1405/10/12 22:00", "ends_at": "1405/10/13 06:00", "crew": number}
        page = client.post(reverse("roster:plan_shift"), form)
        assert page.status_code == 422
        answers.append(str(page.context["form"].errors["crew"]).replace(number, ""))
    assert answers[0] == answers[1]


def test_the_reset_of_a_watched_login_goes_through_a_second_persons_page(cast: Cast, sign_in: SignIn) -> None:
    person = cast.people["custodian"]
    shown, reset = (
        reverse("roster:person", args=[person.pk]),
        reverse("roster:reset_password", args=[person.pk]),
    )
    client = sign_in("admin")
    assert client.get(reset).status_code == 200
    assert client.post(reset, {"sent": "1"})["Location"] == shown
    agree = reverse("roster:agree_to_proposal", args=[models.Proposal.objects.get().pk])
    assert client.get(agree).status_code == 404
    client = sign_in("integrity")
    assert agree in client.get(shown).content.decode()
    assert client.get(agree).status_code == 200
    assert client.post(agree, {"sent": "1"})["Location"] == shown
    client = sign_in("admin")
    assert client.get(shown).status_code == 200
    page = client.post(reset, {"sent": "1"})
    assert page.status_code == 200
    assert page["Cache-Control"] == "no-store"


def test_a_post_that_sees_footage_goes_through_a_second_persons_page(cast: Cast, sign_in: SignIn) -> None:
    person = cast.people["steward"]
    shown, give = (reverse(f"roster:{name}", args=[person.pk]) for name in ("person", "give_post"))
    form = {"role": "evidence_custodian", "unit": "A"}
    assert sign_in("admin").post(give, form)["Location"] == shown
    assert not person.posts.filter(role="evidence_custodian").exists()
    client = sign_in("integrity")
    agree = reverse("roster:agree_to_proposal", args=[models.Proposal.objects.get().pk])
    for page in ("/", shown):
        assert agree in client.get(page).content.decode()
    assert "Unit A" in client.get(agree, HTTP_ACCEPT_LANGUAGE="en").content.decode()
    assert client.post(agree, {"sent": "1"})["Location"] == shown
    assert person.posts.filter(role="evidence_custodian").exists()
    assert client.get(agree).status_code == 404


def test_a_box_for_a_unit_offers_what_fits_within_reach(cast: Cast, sign_in: SignIn) -> None:
    address = reverse("roster:unit_options")
    offered = sign_in("reviewer").get(address, {"unit": "یگان"}, headers={"HX-Trigger-Name": "unit"})
    page = offered.content.decode()
    assert 'value="A"' in page
    assert 'value="B"' not in page
    assert 'value="B"' not in sign_in("head").get(address, {"q": "B"}).content.decode()


def test_a_box_for_a_person_offers_names(cast: Cast, sign_in: SignIn) -> None:
    page = sign_in("leader").get(reverse("roster:person_options"), {"q": "arash"}).content.decode()
    assert cast.people["arash"].personnel_number in page
    assert sign_in("arash").get(reverse("roster:person_options"), {"q": "arash"}).status_code == 404


def test_a_unit_is_named_by_its_code_or_its_whole_name(cast: Cast) -> None:
    viewer = cast.viewer("reviewer")
    assert queries.find_unit(viewer, "a") == cast.units["A"]
    assert queries.find_unit(viewer, "يگان A") == cast.units["A"]
    assert queries.find_unit(viewer, "B") is None


def test_the_official_holidays_of_a_year_are_loaded_once_and_stay_mended(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in("admin")
    client.post(reverse("roster:load_days", args=[1405]))
    loaded = models.NonWorkingDay.objects.count()
    assert loaded > 15
    assert not models.NonWorkingDay.objects.filter(date__lt="2026-03-21").exists()
    client.post(reverse("roster:load_days", args=[1405]))
    assert models.NonWorkingDay.objects.count() == loaded
    assert sign_in("head").post(reverse("roster:load_days", args=[1405])).status_code == 404


def test_nobody_is_offered_an_act_on_a_post_that_they_may_not_do(cast: Cast, sign_in: SignIn) -> None:
    post = cast.people["arash"].posts.get()
    address = reverse("roster:person", args=[cast.people["arash"].pk])
    end = reverse("roster:end_post", args=[post.pk])
    assert end in sign_in("head").get(address).content.decode()
    for name in ("leader", "custodian"):
        page = sign_in(name).get(address).content.decode()
        assert end not in page
        assert reverse("roster:substitute", args=[post.pk]) not in page


def test_what_is_wrong_with_a_number_is_said_in_the_readers_digits() -> None:
    field = ui_forms.WholeNumberField(min_value=1, max_value=100)
    for typed, said in (("۰", "۱"), ("120", "۱۰۰"), ("۷ب", "۷ب")):
        with translation.override("fa"), pytest.raises(ValidationError) as refused:
            field.clean(typed)
        assert said in refused.value.messages[0]

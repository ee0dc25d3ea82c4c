"""Pages of the archive and of the log: who may open them, and that each act works from its page."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from siyanat.archive import models, operations
from siyanat.cases import operations as cases
from siyanat.evidence import models as evidence
from siyanat.ledger import checkpoints
from siyanat.ledger import models as ledger
from siyanat.ui import formatting
from tests import cast as cast_module
from tests.archive.conftest import NOW, Record, make_national

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]
READERS = {"custodian", "integrity", "overseer"}
LISTS = ("archive:desk", "archive:due", "archive:disposals", "archive:exports")


@pytest.mark.parametrize("name", cast_module.ROLES)
def test_the_archive_opens_for_keepers_and_the_overseer_alone(
    sign_in: SignIn, record: Record, name: str
) -> None:
    record()
    client = sign_in(name)
    for address in LISTS:
        assert client.get(reverse(address)).status_code == (200 if name in READERS else 404), address


@pytest.mark.parametrize("name", cast_module.ROLES)
def test_the_log_opens_for_its_readers_alone(sign_in: SignIn, name: str) -> None:
    client = sign_in(name)
    for address in ("ledger:log", "ledger:checkpoints", "ledger:key"):
        expected = 200 if name in READERS | {"admin"} else 404
        assert client.get(reverse(address)).status_code == expected, address


@pytest.mark.parametrize("language", ["fa", "en"])
def test_lists_speak_both_languages(sign_in: SignIn, record: Record, language: str) -> None:
    record()
    client = sign_in("custodian")
    client.cookies["language"] = language
    for address in (*LISTS, "ledger:log", "archive:new_export"):
        page = client.get(reverse(address)).content.decode()
        assert f'lang="{language}"' in page


def test_a_disposal_goes_its_whole_way_on_the_pages(sign_in: SignIn, record: Record) -> None:
    recording = record(days=200)
    client = sign_in("custodian")
    assert str(recording.pk) in client.get(reverse("archive:due")).content.decode()
    client.post(reverse("archive:propose"), {"recording": [str(recording.pk)]})
    disposal = models.Disposal.objects.get()
    page = reverse("archive:disposal", args=[disposal.pk])
    assert client.get(page).status_code == 200
    assert client.post(reverse("archive:agree", args=[disposal.pk])).status_code == 403
    client = sign_in("integrity")
    assert client.post(reverse("archive:agree", args=[disposal.pk])).status_code == 302
    assert client.get(page).status_code == 200
    disposal.refresh_from_db()
    assert disposal.due_at is not None
    operations.dispose_due(now=disposal.due_at)
    checkpoints.seal(now=disposal.due_at)
    receipt = sign_in("overseer").get(reverse("archive:receipt", args=[disposal.pk]))
    assert receipt.json()["recordings"][0]["sha256"] == recording.sha256


def test_the_overseer_reads_and_changes_nothing(
    sign_in: SignIn, record: Record, cast: cast_module.Cast
) -> None:
    recording = record()
    disposal = operations.propose_disposal(
        viewer=cast.viewer("custodian"), recording_ids=[recording.pk], now=NOW
    )
    client = sign_in("overseer")
    assert client.get(reverse("archive:disposal", args=[disposal.pk])).status_code == 200
    for name in ("archive:agree", "archive:withdraw"):
        assert client.post(reverse(name, args=[disposal.pk]), {"reason": "x"}).status_code == 404
    assert client.post(reverse("archive:propose"), {"recording": []}).status_code == 404


def test_a_period_is_proposed_and_agreed_to_on_the_pages(
    sign_in: SignIn, record: Record, cast: cast_module.Cast
) -> None:
    record(days=50)
    category = models.RetentionCategory.objects.get(code="routine")
    client = sign_in("custodian")
    address = reverse("archive:period", args=[category.pk])
    assert client.get(address).status_code == 403
    assert address not in client.get(reverse("archive:desk")).content.decode()
    make_national(cast, "custodian", "integrity")
    assert address in client.get(reverse("archive:desk")).content.decode()
    assert client.get(address).status_code == 200
    assert "keep_days" in client.post(address, {"keep_days": "many", "reason": "x"}).content.decode()
    client.post(address, {"keep_days": "۳۰", "reason": "قانون"})
    change = models.PeriodChange.objects.get()
    client = sign_in("integrity")
    assert client.get(reverse("archive:desk")).status_code == 200
    client.post(reverse("archive:agree_change", args=[change.pk]))
    category.refresh_from_db()
    assert category.keep_days == 30


def test_an_export_is_asked_for_fetched_and_handed_out_on_the_pages(sign_in: SignIn, record: Record) -> None:
    recording = record()
    client = sign_in("custodian")
    form = {"recordings": str(recording.pk), "recipient": "دادگاه", "reason": "نامه"}
    assert client.post(reverse("archive:new_export"), form | {"recordings": "none"}).status_code == 422
    unknown = client.post(reverse("archive:new_export"), form | {"reference": "۱۴۰۵-۹۹۹۹۹۹"})
    assert unknown.status_code == 422
    assert "1405-999999" in unknown.content.decode()
    assert "دادگاه" in unknown.content.decode()  # what was typed is still there
    client.post(reverse("archive:new_export"), form)
    export = models.Export.objects.get()
    fetch = reverse("archive:fetch", args=[export.pk])
    assert client.post(fetch).status_code == 422
    operations.build_export(export_id=export.pk, now=NOW)
    response = client.post(fetch)
    assert b"".join(response.streaming_content)[:2] == b"PK"  # type: ignore[attr-defined]
    for close in response._resource_closers:  # its own close() would end the test's connection
        close()
    address = reverse("archive:hand_out", args=[export.pk])
    assert client.post(address, {"handed_to": "", "at": ""}).status_code == 422
    client.post(address, {"handed_to": "مأمور ابلاغ", "at": formatting.moment(NOW)})
    checkpoints.seal(now=NOW)
    page = client.get(reverse("archive:export", args=[export.pk]))
    assert "مأمور ابلاغ" in page.content.decode()
    assert "custodian آزمون" in page.content.decode()
    assert client.get(reverse("archive:hand_out_receipt", args=[export.pk])).json()["recipient"] == "دادگاه"


def test_the_log_is_filtered_paged_and_proved_on_its_pages(sign_in: SignIn, record: Record) -> None:
    recordings = [record() for _ in range(51)]
    checkpoints.seal(now=NOW)
    client = sign_in("overseer")
    page = client.get(reverse("ledger:log")).content.decode()
    assert "before=" in page
    one = client.get(reverse("ledger:log"), {"subject": f"recording:{recordings[0].pk}"}).content.decode()
    assert str(recordings[0].pk) in one
    assert str(recordings[1].pk) not in one
    entry = ledger.Entry.objects.filter(kind="evidence.recording_sealed").latest("id")
    assert client.get(reverse("ledger:entry", args=[entry.pk])).status_code == 200
    proof = client.get(reverse("ledger:proof", args=[entry.pk]))
    assert proof.content.startswith(b"c2sp.org/tlog-proof@v1\n")
    size = ledger.Checkpoint.objects.latest("size").size
    assert client.get(reverse("ledger:checkpoint", args=[size])).content.decode().count("\n") == 5


def test_personal_values_open_only_to_those_who_may_and_leave_a_trace(
    sign_in: SignIn, record: Record
) -> None:
    record()
    entry = ledger.Entry.objects.filter(kind="evidence.recording_sealed").latest("id")
    address = reverse("ledger:open_values", args=[entry.pk])
    value = str(entry.disclosures.get().value)
    for name in ("custodian", "admin"):
        assert sign_in(name).post(address).status_code == 404
    for name in ("integrity", "overseer"):
        assert value in sign_in(name).post(address).content.decode()
    assert (
        ledger.Entry.objects.filter(kind="ledger.disclosures_read", subject=f"entry:{entry.pk}").count() == 2
    )


def test_the_log_shows_a_custodian_their_own_units_alone(
    sign_in: SignIn, record: Record, cast: cast_module.Cast
) -> None:
    own, other = record(), record(unit="B")
    entries = {
        one: ledger.Entry.objects.get(kind="evidence.recording_sealed", subject=f"recording:{one.pk}")
        for one in (own, other)
    }
    for name, sees in (("custodian", False), ("integrity", False), ("overseer", True), ("admin", True)):
        client = sign_in(name)
        page = client.get(reverse("ledger:log")).content.decode()
        assert str(own.pk) in page
        assert (str(other.pk) in page) is sees, name
        for address in ("ledger:entry", "ledger:proof", "ledger:body"):
            page_of_other = client.get(reverse(address, args=[entries[other].pk]))
            assert (page_of_other.status_code != 404) is (sees), (name, address)


def test_bodies_of_cases_name_nobody(sign_in: SignIn, cast: cast_module.Cast) -> None:
    case = cases.open_case(
        viewer=cast.viewer("integrity"), unit=cast.units["A"], origin="hand", title="Papers", now=NOW,
        about=[cast.people["custodian"]],
    )  # fmt: skip
    entry = ledger.Entry.objects.get(kind="cases.case_opened", subject=f"case:{case.pk}")
    page = sign_in("custodian").get(reverse("ledger:entry", args=[entry.pk]))
    assert page.status_code == 200
    assert str(cast.people["custodian"].pk) not in page.content.decode()
    assert entry.unit_path == cast.units["A"].path


def test_an_integrity_officer_over_the_country_erases_a_value(
    sign_in: SignIn, record: Record, cast: cast_module.Cast
) -> None:
    from siyanat.roster import models as roster

    record()
    roster.HeldPost.objects.create(
        person=cast.people["overseer"],
        role="integrity_officer",
        unit=cast.units["N"],
        held=cast_module.ALWAYS,
    )
    entry = ledger.Entry.objects.filter(kind="evidence.recording_sealed").latest("id")
    address = reverse("ledger:erase", args=[entry.pk])
    assert sign_in("custodian").post(address, {"name": "original_name", "reason": "law"}).status_code == 404
    client = sign_in("overseer")
    assert client.post(address, {"name": "original_name", "reason": ""}).status_code == 422
    assert client.post(address, {"name": "original_name", "reason": "law"}).status_code == 302
    assert not entry.disclosures.exists()


def test_the_due_list_asks_few_questions_of_the_database(
    sign_in: SignIn, record: Record, django_assert_max_num_queries: Callable[[int], object]
) -> None:
    for _ in range(12):
        record(days=100)
    client = sign_in("custodian")
    client.get(reverse("archive:due"))
    with django_assert_max_num_queries(12):  # type: ignore[attr-defined]
        client.get(reverse("archive:due"))
    assert evidence.Recording.objects.count() == 12


@pytest.mark.parametrize("name", ["custodian", "head", "arash"])
def test_a_recording_says_why_and_until_when_it_is_kept(
    record: Record, sign_in: Callable[..., Client], name: str
) -> None:
    recording = record(days=10, officer="arash")
    operations.classify([recording.pk], code="complaint", since=NOW, reference="case:1405-7", now=NOW)
    client = sign_in(name)
    address = f"/archive/recordings/{recording.pk}/"
    assert address in client.get(f"/evidence/{recording.pk}/").content.decode()
    page = client.get(address).content.decode()
    assert 'id="retention"' in page
    assert page.count("<tr>") == 3


def test_a_stranger_is_not_told_how_long_a_recording_is_kept(
    record: Record, sign_in: Callable[..., Client]
) -> None:
    recording = record(days=10, officer="arash")
    assert sign_in("stranger").get(f"/archive/recordings/{recording.pk}/").status_code == 404

"""The story, in the browser, act after act, in both languages: from 4,000 cameras in a file to a judge a year later.

The acts of one language share one world (`story_world`) and follow one another; an act that can't be reached because
an earlier one broke off is skipped and says which.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import call_command
from playwright.sync_api import Page, expect
from pytest_django.fixtures import Settings

from siyanat.archive import models as archive
from siyanat.cameras import models as cameras
from siyanat.cases import models as cases
from siyanat.coverage import models as coverage
from siyanat.evidence import models as evidence
from siyanat.ledger import checkpoints
from siyanat.lib import clock, jalali
from siyanat.review import models as reviews
from siyanat.review import tasks as review_tasks
from siyanat.triage import models as triage
from tests.browser import story_footage, story_world
from tests.browser.story_world import HOUR, World, inspect
from tests.flow import queue

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SERIALS = {"arash": "BWC-000001", "babak": "BWC-000002"}
SPARE = "BWC-000003"
ROW = "serial,model,firmware,unit"


@pytest.fixture(scope="module", params=["fa", "en"])
def world(
    request: pytest.FixtureRequest,
    django_db_setup: None,
    django_db_blocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[World]:
    """One world a language, which all acts write on; the database is emptied after the last."""
    patch = pytest.MonkeyPatch()
    ticking = story_world.Clock()
    patch.setattr(clock, "now", ticking.now)
    patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    with django_db_blocker.unblock():
        call_command("flush", verbosity=0, interactive=False)
        queue.empty()
        yield story_world.make_world(
            request.param, tmp_path_factory.mktemp(f"story-{request.param}"), ticking
        )
        queue.empty()
        call_command("flush", verbosity=0, interactive=False)
    patch.undo()


@pytest.fixture
def transactional_db(world: World) -> None:
    """The world's database stays between acts: nothing is emptied after each."""


@pytest.fixture
def db(world: World) -> None:
    """As `transactional_db`."""


@pytest.fixture
def cast(world: World):
    """The world's people."""
    return world.cast


@pytest.fixture(autouse=True)
def own_store(settings: Settings, world: World) -> None:
    """The store, cache and keys stay between acts as well."""
    settings.STORE = world.home / "store"
    settings.CACHE = world.home / "cache"
    settings.LEDGER_KEYS = world.home / "keys"


# Act 1


def test_1_a_steward_loads_4000_cameras_from_a_file(world: World, page_for) -> None:
    with world.act(1):
        page = page_for("steward", world.language)
        faulty = [
            ROW,
            "BWC-000001,Patrol 2,2.4.1,A",
            "BWC-000002,Patrol 2,2.4.1,ZZZ",
            "BWC-000001,Patrol 2,2.4.1,A",
        ]
        upload(page, faulty)
        refused = [" ".join(text.split()) for text in page.locator("tr.row-bad").all_inner_texts()]
        assert any(world.digits(3) in text and "unit" in text and "ZZZ" in text for text in refused), refused
        assert any(
            world.digits(4) in text and "serial" in text and "BWC-000001" in text for text in refused
        ), refused
        expect(page.locator("form[action$='/apply/']")).to_have_count(0)
        inspect(page, world, "1-refused")
        upload(page, [ROW, *(f"BWC-{number:06d},Patrol 2,2.4.1,A" for number in range(1, 4001))])
        expect(page.locator(".tiles")).to_contain_text(re.compile("4,000|۴[٬,]?۰۰۰"))
        assert not cameras.Camera.objects.exists()
        page.locator("form[action$='/apply/'] button").click()
        confirm(page)
        expect(page.locator(".notice-good").first).to_be_visible()
        assert cameras.Camera.objects.filter(state="in_stock").count() == 4000
        page.goto("/cameras/")
        inspect(page, world, "1-cameras")


def upload(page: Page, lines: list[str]) -> None:
    page.goto("/cameras/import/")
    file = {"name": "cameras.csv", "mimeType": "text/csv", "buffer": "\n".join(lines).encode()}
    page.locator("input[type=file]").set_input_files(file)
    page.locator("form[enctype] button.button-primary").click()
    page.wait_for_load_state()


# Act 2


def test_2_the_leader_issues_tonights_cameras_one_a_person(world: World, page_for) -> None:
    with world.act(2):
        page = page_for("leader", world.language)
        make_ready(page, [*SERIALS.values(), SPARE])
        page.goto("/cameras/issue/")
        page.locator(f"a[href='/cameras/issue/{world.tonight.pk}/']").first.click()
        for name, serial in SERIALS.items():
            page.locator(f"#serial-{world.cast.people[name].pk}").fill(serial)
        page.locator("form.card button.button-primary").click()
        expect(page.locator(".notice-good").first).to_be_visible()
        assert cameras.Issue.objects.filter(shift=world.tonight, returned_at=None).count() == 2
        inspect(page, world, "2-issue-desk")
        page.goto(f"/cameras/issue/{world.later.pk}/")
        page.locator(f"#serial-{world.cast.people['arash'].pk}").fill(SPARE)
        page.locator("form.card button.button-primary").click()
        refusal = page.locator(".notice-bad")
        expect(refusal).to_contain_text(SERIALS["arash"])
        assert not cameras.Issue.objects.filter(camera__serial=SPARE).exists()
        inspect(page, world, "2-refused")


def make_ready(page: Page, serials: list[str]) -> None:
    page.goto("/cameras/ready/?q=BWC-00000")
    for serial in serials:
        page.locator(f"input[name=serial][value='{serial}']").check()
        for reading, value in (
            ("battery_percent", "98"),
            ("storage_free_percent", "95"),
            ("clock_drift_ms", "0"),
        ):
            page.locator(f"[name='{reading}-{serial}']").fill(value)
    page.locator(".table-toolbar button.button-primary").click()
    expect(page.locator(".notice-good").first).to_be_visible()


# Act 3


def test_3_in_the_morning_they_are_docked_and_the_minutes_fill_up(world: World, page_for) -> None:
    with world.act(3):
        world.clock.set_to(world.morning)
        bring_back(page_for("leader", world.language))
        laid = story_footage.lay_out(world.dock, starts_at=world.tonight.starts_at, serials=SERIALS)
        assert world.take_in() == ["sealed"] * laid
        world.drain()
        assert evidence.Recording.objects.count() == laid
        assert minutes_of(world, "arash") == (240, 150, 0, 90)
        explain_the_swap(world, page_for("arash", world.language))
        head = page_for("head", world.language)
        head.goto("/coverage/excuses/")
        head.locator("button[name=decision][value=approve]").click()
        expect(head.locator(".notice-good").first).to_be_visible()
        world.drain()
        assert minutes_of(world, "arash") == (240, 150, 30, 60)
        assert minutes_of(world, "babak") == (240, 240, 0, 0)
        assert minutes_of(world, None)[3] == 0  # the crew lacks nothing: Babak's camera ran
        head.goto(f"/coverage/shifts/{world.tonight.pk}/")
        head_name = world.cast.people["head"]
        approved = head_name.given_name_fa if world.language == "fa" else head_name.given_name_en
        expect(head.locator("table").first).to_contain_text(approved)
        inspect(head, world, "3-minutes")


def bring_back(page: Page) -> None:
    page.goto("/cameras/return/")
    for serial in SERIALS.values():
        page.locator(f"input[name=serial][value='{serial}']").check()
        page.locator(f"[name='battery_percent-{serial}']").fill("31")
        page.locator(f"[name='clock_drift_ms-{serial}']").fill("0")
    page.locator(".table-toolbar button.button-primary").click()
    expect(page.locator(".notice-good").first).to_be_visible()
    assert cameras.Camera.objects.filter(state="docked").count() == 2


def explain_the_swap(world: World, page: Page) -> None:
    page.goto(f"/coverage/shifts/{world.tonight.pk}/")
    for name, second in zip(("starts", "ends"), story_footage.SWAP, strict=True):
        time = world.at(second).astimezone(jalali.TEHRAN).strftime("%H:%M:%S")
        page.locator(f"#excuse [name={name}]").fill(world.digits(time))
    page.locator("#excuse [name=kind]").select_option("battery_swap")
    page.locator("#excuse [name=note]").fill(world.say("باتری تمام شد و عوض شد", "The battery was empty"))
    page.locator("#excuse button.button-primary").click()
    expect(page.locator(".notice-good").first).to_be_visible()


def minutes_of(world: World, name: str | None) -> tuple[int, ...]:
    """Owed, recorded, excused and unexplained seconds of a bearer; of the crew without a name."""
    person = world.cast.people[name] if name else None
    rows = coverage.Count.objects.filter(shift=world.tonight, person=person, superseded_at=None)
    one = rows.get()
    found = (one.owed_ms, one.recorded_ms, one.excused_ms, one.unexplained_ms)
    return tuple(round(ms / 1000) for ms in found)


# Act 4


def test_4_the_head_finds_what_waits_and_begins_a_review(world: World, page_for) -> None:
    with world.act(4):
        review_tasks.escalate_overdue(0)
        page = page_for("head", world.language)
        page.goto("/")
        overdue = page.locator("section[aria-labelledby=section-overdue]")
        expect(overdue).to_contain_text(world.forgotten.code)
        expect(page.locator("main")).to_contain_text(world.tonight.code)
        inspect(page, world, "4-kartabl")
        page.goto("/review/")
        page.locator("tr", has_text=world.tonight.code).locator("form.inline-form button").click()
        expect(page.locator(".review-room[data-ready='1']")).to_be_attached()
        page.locator(".review-room[data-first-frame-ms]").wait_for(state="attached")
        plan = triage.Plan.objects.get(shift=world.tonight, superseded_at=None)
        expect(page.locator("[data-plan] .item")).to_have_count(plan.items.count())
        assert page.locator("[data-plan] .item-why").count() > 0
        assert plan.random_count == 5
        expect(page.locator(".lead").first).to_contain_text(re.compile("[%٪]"))
        inspect(page, world, "4-room")


# Act 5


def test_5_he_watches_marks_asks_opens_a_case_and_signs_off(world: World, page_for) -> None:
    with world.act(5):
        review = reviews.Review.objects.get(shift=world.tonight)
        page = page_for("head", world.language)
        page.goto(f"/review/{review.pk}/")
        page.locator(".review-room[data-first-frame-ms]").wait_for(state="attached")
        refuse_sign_off(page)
        mark(page, "Digit2", world, 100, world.say("با خودرو تند رفت", "Drove too fast"))
        mark(page, "Digit1", world, 30, world.say("به پیرمردی یاری رساند", "Helped an old man"))
        ask_about_gap(page, world)
        open_case(page, world)
        watch(page)
        inspect(page, world, "5-watched")
        sign_off(page, world)
        review.refresh_from_db()
        assert review.state == "signed_off"
        assert reviews.PlayedInterval.objects.filter(review=review, rate=8).exists()
        assert not reviews.Skip.objects.filter(review=review).exists()
        inspect(page, world, "5-signed")
        world.drain()


def refuse_sign_off(page: Page) -> None:
    page.locator("[data-act=sign-off]").click()
    page.locator("#sign-text").fill("Nothing to say")
    page.locator("#room-sign-off button.button-primary").click()
    expect(page.locator("#room-sign-off [data-error]")).not_to_be_empty()
    page.locator("#room-sign-off [data-close]").click()


def mark(page: Page, key: str, world: World, second: float, note: str) -> None:
    before = reviews.Mark.objects.count()
    seek_to(page, world, second)
    page.keyboard.press("m")
    page.keyboard.press(key)
    page.locator("[data-mark-person]").select_option(str(world.cast.people["arash"].pk))
    page.locator("[data-mark-note]").fill(note)
    page.keyboard.press("Control+Enter")
    expect(page.locator("[data-marks] .item")).to_have_count(before + 1)
    span = reviews.Mark.objects.latest("made_at").span
    assert span.lower < world.at(second) < span.upper


def ask_about_gap(page: Page, world: World) -> None:
    seek_to(page, world, sum(story_footage.UNEXPLAINED) / 2)
    page.keyboard.press("q")
    page.locator("[data-ask-person]").select_option(str(world.cast.people["arash"].pk))
    page.locator("#ask-text").fill(world.say("در این دقیقه چه شد؟", "What happened in this minute?"))
    page.locator("#room-ask button.button-primary").click()
    expect(page.locator("[data-questions] .item")).to_have_count(1)
    span = reviews.Question.objects.get().span
    assert span is not None
    assert abs((span.lower - world.at(story_footage.UNEXPLAINED[0])).total_seconds()) < 2


def seek_to(page: Page, world: World, second: float) -> None:
    box = page.locator("[data-timeline]").bounding_box()
    assert box is not None
    facts = page.evaluate("JSON.parse(document.querySelector('#room-facts').textContent).window")
    share = (world.at(second).timestamp() * 1000 - facts[0]) / (facts[1] - facts[0])
    page.mouse.click(box["x"] + box["width"] * share, box["y"] + 60)


def open_case(page: Page, world: World) -> None:
    page.locator("#tab-marks").click()
    coached = page.locator("[data-marks] .mark-coaching")
    coached.locator(".buttons button").first.click()
    page.locator("#case-text").fill(world.say("رانندگی با سرعت", "Driving too fast"))
    page.locator("#room-case button.button-primary").click()
    expect(coached.locator(".badge")).to_be_visible()
    page.locator("#tab-plan").click()


def watch(page: Page) -> None:
    """What the server can decode is not skipped as unplayable; the plan is played at eight times its speed."""
    page.locator("[data-plan] .item-waiting .item-head").last.click()
    page.keyboard.press("k")
    page.keyboard.press("s")
    page.locator("#room-skip input[value=unplayable]").check()
    page.locator("#skip-note").fill("The picture does not come up here")
    page.locator("#room-skip button.button-primary").click()
    expect(page.locator("#room-skip [data-error]")).not_to_be_empty()
    page.locator("#room-skip [data-close]").click()
    page.keyboard.press("Digit8")
    for _round in range(40):
        if page.locator(".review-room").get_attribute("data-left") == "0":
            return
        if page.locator(".review-room").get_attribute("data-playing") != "1":
            page.locator("[data-plan] .item-waiting .item-head").first.click()
        page.wait_for_timeout(1_500)
    pytest.fail(f"the plan was not watched: {page.locator('[data-plan]').inner_text()}")


def sign_off(page: Page, world: World) -> None:
    page.locator("[data-act=sign-off]").click()
    page.locator("#sign-text").fill(world.say("با سپاس؛ یک نکته برای آموزش", "Thank you; one thing to learn"))
    page.locator("#room-sign-off button.button-primary").click()
    expect(page.locator(".review-room")).to_have_count(0)
    expect(page.locator("h1")).to_contain_text(world.tonight.code)


# Act 6


def test_6_the_officer_sees_what_was_found_and_answers(world: World, page_for) -> None:
    with world.act(6):
        page = page_for("arash", world.language)
        page.goto("/review/mine/")
        thanks = world.say("به پیرمردی یاری رساند", "Helped an old man")
        # A second line may have been drawn: it waits in an article of its own.
        found = page.locator("article", has_text=thanks)
        expect(found).to_contain_text(world.tonight.code)
        expect(found).to_contain_text(cases.Case.objects.get().number)
        inspect(page, world, "6-mine")
        page.locator(".list a.button-primary").first.click()
        page.locator("#text").fill(world.say("دوربین خاموش شد و نفهمیدم", "It switched off unnoticed"))
        page.locator("form.card button").click()
        expect(page.locator(".notice-good").first).to_be_visible()
        assert reviews.Question.objects.get().answered_at is not None
        page.goto("/cases/mine/")
        page.locator("tbody a").click()
        page.locator("textarea[name=text]").fill(
            world.say("راه بسته بود و عجله داشتم", "The call was urgent")
        )
        page.locator("form.form button.button-primary").click()
        expect(page.locator(".notice-good").first).to_be_visible()
        inspect(page, world, "6-case")
        assert cases.Answer.objects.count() == 1


# Act 7


def test_7_the_case_is_decided_and_closed(world: World, page_for) -> None:
    with world.act(7):
        case = cases.Case.objects.get()
        custodian = page_for("custodian", world.language)
        custodian.goto(f"/evidence/{recording_of('arash').pk}/")
        expect(custodian.locator(".lead .badge-info").first).to_be_visible()  # held while the case is open
        page = page_for("head", world.language)
        page.goto(f"/cases/{case.pk}/")
        page.locator("[name=decision][value=coached]").check()
        page.locator("[name=reasons]").fill(world.say("با او گفتگو شد", "It was talked over with him"))
        page.locator(f"form[action$='{case.pk}/decide/'] button.button-primary").click()
        confirm(page)
        expect(page.locator(f"form[action$='{case.pk}/decide/']")).to_have_count(0)
        inspect(page, world, "7-decided")
        page.locator(f"form[action$='{case.pk}/close/'] button").click()
        confirm(page)
        expect(page.locator(f"form[action$='{case.pk}/close/']")).to_have_count(0)
        case.refresh_from_db()
        assert (case.state, case.decision) == ("closed", "coached")
        inspect(page, world, "7-closed")
        world.drain()


def confirm(page: Page) -> None:
    page.locator("#confirm [value=yes]").click()


def recording_of(name: str) -> evidence.Recording:
    return evidence.Recording.objects.filter(camera__serial=SERIALS[name]).order_by("starts_at")[0]


# Act 8


def test_8_it_is_kept_under_its_category_and_what_is_held_stays(world: World, page_for) -> None:
    with world.act(8):
        held = recording_of("babak")
        page = page_for("custodian", world.language)
        page.goto(f"/evidence/holds/new/?recording={held.pk}")
        page.locator("[name=covers][value=recording]").check()
        page.locator("[name=reason]").select_option("court")
        page.locator("[name=reference]").fill("1405-77")
        page.locator("main form.form button.button-primary").click()
        page.wait_for_load_state()
        page.goto(f"/evidence/{held.pk}/")
        expect(page.locator("main")).to_contain_text(re.compile("1405-77|۱۴۰۵-۷۷"))
        inspect(page, world, "8-held")
        category = archive.RetentionCategory.objects.get(code="complaint")
        kept = archive.Classification.objects.filter(category=category).values_list("recording", flat=True)
        assert set(kept) == set(evidence.Recording.objects.values_list("pk", flat=True))
        page.goto("/archive/")
        name = category.name_fa if world.language == "fa" else category.name_en
        expect(page.locator("main")).to_contain_text(name)
        inspect(page, world, "8-archive")
        world.clock.set_to(world.morning + 370 * 24 * HOUR)
        page.goto("/archive/due/")
        expect(page.locator("tbody tr")).to_have_count(2)  # of three, one is held
        expect(page.locator("tbody")).not_to_contain_text(held.sha256[:12])
        expect(page.locator("tbody tr").first).to_contain_text(name)
        inspect(page, world, "8-due")


# Act 9


def test_9_a_year_later_the_export_verifies_without_the_system(
    world: World, page_for, tmp_path: Path
) -> None:
    with world.act(9):
        world.clock.set_to(world.morning + 371 * 24 * HOUR)
        page = page_for("custodian", world.language)
        page.goto(f"/archive/exports/new?reference=case:{cases.Case.objects.get().pk}")
        page.locator("[name=recipient]").fill(world.say("دادگاه تهران، شعبهٔ ۳", "Tehran court, branch 3"))
        page.locator("[name=reason]").fill(world.say("نامهٔ قاضی", "The judge's letter"))
        page.locator("form.card button.button-primary").click()
        expect(page.locator(".notice").first).to_be_visible()
        world.drain()
        checkpoints.seal(now=clock.now())
        page.reload()
        inspect(page, world, "9-export")
        with page.expect_download() as told:
            page.locator("form[action$='/bundle'] button").click()
        bundle = tmp_path / "bundle.zip"
        told.value.save_as(bundle)
        key = page_for("overseer", world.language).request.get("/ledger/key/").text().strip()
        said = verify(bundle, key, tmp_path)
        assert said.returncode == 0, said.stdout
        assert "تأیید شد" in said.stdout  # the verifier speaks both languages
        flip_a_byte(tmp_path / "bundle")
        said = verify(tmp_path / "bundle", key, tmp_path)
        assert said.returncode == 1
        assert "recordings/" in said.stdout
        page.reload()


def verify(bundle: Path, key: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the bundle's own verifier in a bare interpreter with an empty environment."""
    unpacked = folder / "bundle"
    if not unpacked.exists():
        with zipfile.ZipFile(bundle) as archived:
            archived.extractall(unpacked)
        shutil.copy(unpacked / "verify.py", folder / "verify.py")
    return subprocess.run(
        [sys.executable, "-I", "-S", "verify.py", str(bundle), "--key", key],
        cwd=folder, env={}, capture_output=True, check=False, encoding="utf-8",
    )  # fmt: skip


def flip_a_byte(folder: Path) -> None:
    path = next(iter(sorted((folder / "recordings").iterdir())))
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)

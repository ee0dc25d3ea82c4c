"""The review room in a real browser: it plays at once, obeys keys, and signs off only what was watched."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from siyanat.conduct import models as conduct
from siyanat.evidence import operations as evidence
from siyanat.lib import clock, jalali
from siyanat.review import models, operations
from tests.cast import HOUR, NOW, Cast
from tests.review import make


@pytest.fixture
def patrol(transactional_db: None, cast: Cast) -> make.Patrol:
    """Arash's and Babak's twenty minutes, and a catalogue of conduct."""
    version = conduct.CatalogueVersion.objects.create(number=900, in_force_at=NOW - HOUR)
    for code, theme, gravity, fa, en in (
        ("R-01", "respect", "minor", "ادب و احترام با ارباب رجوع", "Courtesy to clients"),
        ("F-01", "force", "serious", "تناسب در به‌کارگیری زور", "Force in proportion"),
        ("T-01", "recognition", "recognition", "یاری فراتر از وظیفه", "Help beyond duty"),
    ):
        conduct.ConductItem.objects.create(
            version=version, code=code, theme=theme, gravity=gravity, title_fa=fa, title_en=en
        )
    return make.make_patrol(cast)


def open_room(page: Page, review: models.Review) -> None:
    page.goto(f"/review/{review.pk}/")
    expect(page.locator(".review-room[data-ready='1']")).to_be_attached()


def wall(page: Page) -> int:
    return int(page.locator(".review-room").get_attribute("data-wall") or 0)


def eventually(page: Page, holds: Callable[[], bool]) -> None:
    """Wait until ``holds()``: what the room does is asserted, never how soon a busy machine does it."""
    for _ in range(200):
        if holds():
            return
        page.wait_for_timeout(100)
    raise AssertionError("it never came true")


def plays_on(page: Page) -> None:
    """The clock of the room moves."""
    before = wall(page)
    eventually(page, lambda: wall(page) > before)


def pauses(page: Page) -> None:
    """The clock of the room stands."""
    page.wait_for_function("document.querySelector('.review-room').dataset.playing !== '1'")
    eventually(page, lambda: stands(page))


def stands(page: Page) -> bool:
    """Whether the clock reads the same twice, half a second apart."""
    before = wall(page)
    page.wait_for_timeout(500)
    return wall(page) == before


@pytest.mark.parametrize("language", ["fa", "en"])
def test_a_review_from_the_list_to_sign_off(patrol, cast, page_for, axe, shoot, language: str) -> None:
    review = patrol.open()
    page = page_for("head", language)
    page.goto("/review/")
    axe(page)
    shoot(page, f"review-list-{language}")
    page.locator("form.inline-form .button-primary").click()
    expect(page.locator(".review-room[data-ready='1']")).to_be_attached()
    page.locator(".review-room[data-first-frame-ms]").wait_for(state="attached")
    assert page.locator("html").get_attribute("dir") == ("rtl" if language == "fa" else "ltr")
    page.keyboard.press("Space")
    page.wait_for_function("document.querySelector('.review-room').dataset.playing === '1'")
    plays_on(page)
    shoot(page, f"review-room-{language}")
    axe(page)
    sign_off_refused(page)
    mark_thanks(page, shoot, language)
    shoot(page, f"review-marked-{language}")
    patrol.watch_all(review, now=dt.datetime.now(dt.UTC))
    page.reload()
    expect(page.locator("[data-marks] .item")).to_have_count(1)
    page.locator("[data-act=sign-off]").click()
    page.locator("#sign-text").fill("All in order; thanks to the crew.")
    shoot(page, f"review-sign-off-{language}")
    page.locator("#room-sign-off button.button-primary").click()
    expect(page.locator(".review-room")).to_have_count(0)
    expect(page.locator("h1")).to_contain_text(patrol.shift.code)
    review.refresh_from_db()
    assert review.state == "signed_off"
    axe(page)
    shoot(page, f"review-signed-{language}")


def sign_off_refused(page: Page) -> None:
    page.locator("[data-act=sign-off]").click()
    page.locator("#sign-text").fill("Nothing to say")
    page.locator("#room-sign-off button.button-primary").click()
    expect(page.locator("#room-sign-off [data-error]")).not_to_be_empty()
    page.locator("#room-sign-off [data-close]").click()


def mark_thanks(page: Page, shoot, language: str) -> None:
    page.keyboard.press("m")
    page.keyboard.press("Digit1")
    page.locator("[data-mark-note]").fill("Helped an old man over the street")
    shown = page.locator("[data-mark-form]")
    expect(shown).to_be_visible()
    shoot(page, f"review-mark-{language}")
    page.keyboard.press("Control+Enter")
    expect(page.locator("[data-marks] .item")).to_have_count(1)
    mark = models.Mark.objects.get()
    assert mark.kind == "thanks"
    assert mark.note.startswith("Helped")


def chosen(page: Page) -> int:
    """The place of the current item in the queue."""
    return int(
        page.evaluate(
            "[...document.querySelectorAll('[data-plan] > li')].findIndex((one) => one.ariaCurrent)"
        )
    )


def click_at(page: Page, minute: float) -> None:
    """Go to a minute of the twenty by a click on the timeline."""
    box = page.locator("[data-timeline]").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] * minute / 20, box["y"] + 60)


def test_keys(patrol, cast, page_for, shoot) -> None:
    review = patrol.begin()
    page = page_for("head", "en")
    open_room(page, review)
    page.locator(".review-room[data-first-frame-ms]").wait_for(state="attached")
    page.keyboard.press("o")
    page.keyboard.press("k")
    plays_on(page)
    page.keyboard.press("Digit4")
    eventually(page, lambda: page.evaluate("document.querySelector('.film video').playbackRate") == 4)
    plays_on(page)
    page.keyboard.press("Space")
    pauses(page)
    click_at(page, 5)  # far enough from the start to go back
    pauses(page)
    at = wall(page)
    page.keyboard.press("ArrowRight")
    eventually(page, lambda: abs(wall(page) - at - 5_000) < 200)
    page.keyboard.press("j")
    eventually(page, lambda: abs(wall(page) - at + 5_000) < 200)
    page.keyboard.press("Period")
    eventually(page, lambda: abs(wall(page) - at + 4_960) < 60)
    first = chosen(page)
    page.keyboard.press("n")
    eventually(page, lambda: chosen(page) > first)
    page.keyboard.press("z")
    expect(page.locator("[data-act=zoom]")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("?")
    expect(page.locator("#room-help")).to_be_visible()
    shoot(page, "review-help-en")
    page.keyboard.press("Escape")


def test_what_was_played_counts_and_survives_a_reload(patrol, cast, page_for) -> None:
    review = patrol.begin()
    page = page_for("head", "fa")
    open_room(page, review)
    page.locator(".review-room[data-first-frame-ms]").wait_for(state="attached")
    page.keyboard.press("o")
    page.keyboard.press("Digit8")
    page.keyboard.press("Space")
    with page.expect_response(lambda answer: answer.url.endswith("/played/"), timeout=60_000) as told:
        pass
    assert told.value.ok
    page.keyboard.press("Space")
    pauses(page)
    at = wall(page)
    page.reload()
    expect(page.locator(".review-room[data-ready='1']")).to_be_attached()
    eventually(page, lambda: abs(wall(page) - at) < 10_000)
    eventually(page, models.PlayedInterval.objects.filter(review=review, rate=8).exists)
    assert models.ServedSegment.objects.filter(review=review).exists()


def film_times(page: Page) -> list[float]:
    """Where each camera's film stands, in seconds."""
    return page.evaluate("[...document.querySelectorAll('.film video')].map((one) => one.currentTime)")


def test_both_cameras_stay_in_step(patrol, cast, page_for) -> None:
    review = patrol.begin()
    page = page_for("head", "en")
    open_room(page, review)
    page.locator(".review-room[data-first-frame-ms]").wait_for(state="attached")
    page.keyboard.press("o")
    click_at(page, 1)
    page.keyboard.press("Space")
    plays_on(page)
    eventually(page, lambda: len(film_times(page)) == 2 and min(film_times(page)) > 0)
    eventually(page, lambda: max(film_times(page)) - min(film_times(page)) < 0.2)


def test_an_eight_hour_shift_on_two_cameras_starts_and_seeks(
    transactional_db, cast, page_for, shoot, record_property
) -> None:
    patrol = make.make_long_patrol(cast)
    review = patrol.begin()
    page = page_for("head", "fa")
    page.goto(f"/review/{review.pk}/")
    page.locator(".review-room[data-first-frame-ms]").wait_for(state="attached")
    started = int(page.locator(".review-room").get_attribute("data-first-frame-ms") or 99_999)
    box = page.locator("[data-timeline]").bounding_box()
    assert box is not None
    took = []
    for share in (0.3, 0.7, 0.5, 0.9, 0.12):
        page.evaluate(SEEK_WATCH)
        page.mouse.click(box["x"] + box["width"] * share, box["y"] + 60)
        took.append(page.evaluate("window.seekDone"))
    shoot(page, "review-eight-hours-fa")
    record_property("first_frame_ms", started)
    record_property("seeks_ms", took)
    assert len(took) == 5


SEEK_WATCH = """() => {
  window.seekDone = new Promise((resolve) => {
    const begun = performance.now();
    const videos = [...document.querySelectorAll('.film video')];
    const left = new Set(videos);
    for (const video of videos) video.addEventListener('seeked', () => {
      left.delete(video);
      if (!left.size) resolve(Math.round(performance.now() - begun));
    }, { once: true });
  });
  return null;
}"""


def test_an_officer_answers_and_sees_their_own_camera_only(patrol, cast, page_for, axe, shoot) -> None:
    review = patrol.begin()
    operations.ask_officer(
        viewer=cast.viewer("head"), review_id=review.pk, person_id=cast.people["arash"].pk,
        text="در این دو دقیقه چه شد؟", span=(patrol.at(10), patrol.at(12)), now=NOW,
    )  # fmt: skip
    page = page_for("arash", "fa")
    page.goto("/review/mine/")
    axe(page)
    shoot(page, "review-mine-fa")
    page.locator("a.button-primary").first.click()
    axe(page)
    page.locator("#text").fill("باتری را عوض کردم.")
    page.locator("form.card button").click()
    expect(page.locator(".notice-good")).to_be_visible()
    page.goto(f"/review/view/{patrol.shift.pk}/")
    page.locator("textarea").fill("برای پاسخ به پرسش رئیس")
    page.locator("form.card button").click()
    page.locator(".review-room[data-first-frame-ms]").wait_for(state="attached")
    expect(page.locator(".film")).to_have_count(1)
    axe(page)
    shoot(page, "review-grant-fa")


def test_a_private_moment_is_closed(patrol, cast, page_for, shoot) -> None:
    evidence.restrict_moment(
        viewer=cast.viewer("arash"), shift=patrol.shift, person=cast.people["arash"], span=(patrol.at(1), patrol.at(2)),
        kind="doctor", now=NOW,
    )  # fmt: skip
    review = patrol.begin()
    page = page_for("head", "en")
    open_room(page, review)
    click_at(page, 1.5)
    expect(page.locator(".film-note", has_text="Private moment")).to_be_visible()


@pytest.mark.parametrize("language", ["fa", "en"])
def test_an_officer_closes_a_stretch_and_the_integrity_office_opens_it(
    transactional_db, cast, page_for, axe, shoot, language: str
) -> None:
    starts_at = clock.now().replace(microsecond=0) - 9 * HOUR
    shift = make.cast_module.make_shift(cast, starts_at=starts_at, code="A-9")
    officer = page_for("arash", language)
    officer.goto("/review/mine/")
    officer.locator(f"a[href='/review/mine/{shift.pk}/private/']").click()
    for name, minutes in (("starts", 60), ("ends", 70)):
        local = (starts_at + minutes * make.MINUTE).astimezone(jalali.TEHRAN)
        officer.locator(f"[name={name}]").fill(f"{local:%H:%M:%S}")
    officer.locator("[name=kind]").select_option("toilet")
    axe(officer)
    officer.locator("form.card .button-primary").click()
    expect(officer.locator(".notice-good")).to_be_visible()
    axe(officer)
    shoot(officer, f"private-declared-{language}")
    office = page_for("integrity", language)
    office.goto("/review/private/?tab=all")
    axe(office)
    office.locator("tbody a").first.click()
    axe(office)
    shoot(office, f"private-moment-{language}")
    office.locator("#lift-text").fill("در مغازه بود")
    office.locator("form[action$='/lift/'] button").click()
    expect(office.locator(".notice-good")).to_be_visible()
    officer.goto("/")
    expect(officer.get_by_text("در مغازه بود")).to_be_visible()


def test_the_month_tells_its_bound(patrol, cast, page_for, axe, shoot) -> None:
    review = patrol.begin()
    now = patrol.watch_all(review)
    operations.sign_off_review(viewer=cast.viewer("head"), review_id=review.pk, summary="All well", now=now)
    for language in ("fa", "en"):
        page = page_for("reviewer", language)
        page.goto("/review/month/?unit=A&month=1405-08")
        expect(page.locator("pre")).to_contain_text("N = ")
        axe(page)
        shoot(page, f"review-month-{language}")

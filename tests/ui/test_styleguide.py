from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import translation

from siyanat.ui import views
from tests.ui import pages

pytestmark = pytest.mark.urls("tests.ui.addresses")
CHROMIUM = pages.find_chromium()


def styleguide(language: str) -> str:
    with translation.override(language):
        return views.styleguide(pages.get("/ui/styleguide/")).content.decode()


@pytest.mark.parametrize(("language", "direction"), [("fa", "rtl"), ("en", "ltr")])
def test_the_guide_renders_in_both_directions(language: str, direction: str) -> None:
    shown = styleguide(language)
    assert f'<html lang="{language}" dir="{direction}"' in shown
    assert "style=" not in shown
    assert "<script>" not in shown


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="no chromium is installed")
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["fa", "en"])
def test_the_guide_is_accessible_and_fits_a_phone(language: str, theme: str) -> None:
    assert CHROMIUM is not None
    with pages.browser_page(styleguide(language), theme=theme, width=390, chromium=CHROMIUM) as page:
        page.wait_for_selector(".date-open")
        assert page.evaluate("document.documentElement.scrollWidth") == 390
        found = Axe().run(page).response["violations"]
    assert [(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in found] == []


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="no chromium is installed")
def test_a_date_is_picked_with_the_keyboard_and_a_dialog_closes_with_escape() -> None:
    assert CHROMIUM is not None
    with pages.browser_page(styleguide("fa"), theme="light", width=1366, chromium=CHROMIUM) as page:
        box = page.locator("#id_day").first
        box.fill("۱۴۰۵/۰۹/۲۹")
        page.locator(".date-open").first.click()
        page.keyboard.press("ArrowLeft")  # right to left: the next day
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        assert box.input_value() == "۱۴۰۵/۱۰/۰۷"
        page.locator("[data-dialog=sample]").click()
        assert page.locator("#sample").is_visible()
        page.keyboard.press("Escape")
        assert page.locator("#sample").is_hidden()

"""A real chromium against the real server: pages opened as one of the cast, in one of both languages."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.db import connection
from django.test import Client
from playwright import sync_api
from pytest_django.live_server_helper import LiveServer

from tests import cast as cast_module
from tests.accounts import sessions

SIZE = {"width": 1440, "height": 900}
PageFor = Callable[..., sync_api.Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder needs a browser."""
    here = Path(__file__).parent
    for item in items:
        if here in Path(item.path).parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session", autouse=True)
def _nobody_is_left_in_the_database(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """A browser that is closed may leave a request behind; its session would keep the database from being dropped."""
    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@pytest.fixture(scope="module")
def chromium() -> Iterator[sync_api.Browser]:
    """Debian's chromium; without it these tests are skipped, and say so."""
    # Playwright's loop runs in this thread as long as the browser does; the database is used between its calls.
    patch = pytest.MonkeyPatch()
    patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip("chromium is not installed: python tools/programs.py installs it as root")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--autoplay-policy=no-user-gesture-required"]
        )
        yield browser
        browser.close()
    patch.undo()


@pytest.fixture
def page_for(
    live_server: LiveServer, cast: cast_module.Cast, chromium: sync_api.Browser
) -> Iterator[PageFor]:
    """``page_for("head", "fa")``: a page in which one of the cast is signed in with a second factor."""
    opened: list[sync_api.BrowserContext] = []

    def open_page(name: str, language: str = "fa", *, size: dict[str, int] | None = None) -> sync_api.Page:
        context = chromium.new_context(
            base_url=live_server.url,
            viewport=size or SIZE,
            timezone_id="Asia/Tehran",  # type: ignore[arg-type]
        )
        opened.append(context)
        session = _session_of(cast, name)
        cookies = {settings.SESSION_COOKIE_NAME: session, settings.LANGUAGE_COOKIE_NAME: language}
        context.add_cookies(
            [{"name": key, "value": value, "url": live_server.url} for key, value in cookies.items()]
        )
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda line: faults.append(line.text) if line.type == "error" else None)
        return page

    faults: list[str] = []
    yield open_page
    for context in opened:
        for page in context.pages:
            page.goto(
                "about:blank"
            )  # a player asks on for film: the server must be still before the tables go
        context.close()
    time.sleep(0.5)
    assert not [one for one in faults if "422" not in one], faults


def _session_of(cast: cast_module.Cast, name: str) -> str:
    client = sessions.opener(Client(), cast)(name)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


@pytest.fixture(scope="session")
def axe() -> Callable[[sync_api.Page], None]:
    """``axe(page)`` fails with what stands in the way of WCAG 2.2 AA."""
    scanner = Axe()

    def check(page: sync_api.Page) -> None:
        tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
        found: Any = scanner.run(page, options={"runOnly": {"type": "tag", "values": tags}})
        assert found.violations_count == 0, found.generate_report()

    return check


@pytest.fixture
def shoot(tmp_path_factory: pytest.TempPathFactory) -> Callable[[sync_api.Page, str], Path]:
    """Keep a screenshot under the name, for a person to look at."""
    folder = tmp_path_factory.getbasetemp() / "screenshots"

    def keep(page: sync_api.Page, name: str) -> Path:
        folder.mkdir(exist_ok=True)
        path = folder / f"{name}.png"
        page.screenshot(path=path)
        return path

    return keep

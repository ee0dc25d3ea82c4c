"""Pages of the shell rendered without a server, and a browser that is given them."""

from __future__ import annotations

import datetime as dt
import mimetypes
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import HttpRequest
from django.template import engines
from django.test import RequestFactory
from django.utils import translation
from playwright import sync_api

NOW = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC)
ORIGIN = "http://siyanat.test"


def get(path: str = "/", **headers: str) -> HttpRequest:
    """A request for a page."""
    return RequestFactory().get(path, headers=headers)


def render(source: str, language: str = "en", request: HttpRequest | None = None, **context: object) -> str:
    """A piece of a template in a language."""
    with translation.override(language):
        return engines["django"].from_string(source).render(context, request or get()).strip()


def find_chromium() -> str | None:
    """Debian's browser, if it is installed."""
    return os.environ.get("SIYANAT_CHROMIUM") or shutil.which("chromium")


@contextmanager
def browser_page(html: str, *, theme: str, width: int, chromium: str) -> Iterator[sync_api.Page]:
    """A page in a real browser that shows ``html``, with the static files and the policy of the settings."""

    def answer(route: sync_api.Route) -> None:
        path = urlsplit(route.request.url).path
        if not path.startswith(settings.STATIC_URL):
            policy = {"Content-Security-Policy": settings.SECURE_CSP_HEADER}
            route.fulfill(body=html, content_type="text/html; charset=utf-8", headers=policy)
            return
        found = finders.find(path.removeprefix(settings.STATIC_URL))
        kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
        route.fulfill(body=Path(str(found)).read_bytes(), content_type=kind)

    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        try:
            context = browser.new_context(
                viewport={"width": width, "height": 800}, color_scheme="dark" if theme == "dark" else "light"
            )
            page = context.new_page()
            page.route("**/*", answer)
            page.goto(f"{ORIGIN}/")
            yield page
        finally:
            browser.close()

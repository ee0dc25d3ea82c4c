"""An upload in the browser onto a disk that fills up: the person reads why it waits, and it goes on with room."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings as configured
from django.test import Client
from playwright import sync_api
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from siyanat.ingest import models
from tests import cast as cast_module
from tests.accounts import sessions
from tests.faults import disks

PADDING = 20 * disks.MEGABYTE


@pytest.mark.expects_errors
@pytest.mark.parametrize(("language", "words"), [("fa", "پر است"), ("en", "is full")])
def test_the_uploader_says_that_the_disk_is_full_and_goes_on_when_it_is_not(
    cast: cast_module.Cast, live_server: LiveServer, chromium: sync_api.Browser, settings: Settings,
    tmp_path: Path, shoot: Callable[[sync_api.Page, str], Path], language: str, words: str,
) -> None:  # fmt: skip
    film = tmp_path / "BWC-7.mp4"
    film.write_bytes(os.urandom(PADDING))
    session = sessions.opener(Client(), cast)("steward").cookies[configured.SESSION_COOKIE_NAME].value
    context = chromium.new_context(base_url=live_server.url)
    context.add_cookies([
        {"name": configured.SESSION_COOKIE_NAME, "value": session, "url": live_server.url},
        {"name": configured.LANGUAGE_COOKIE_NAME, "value": language, "url": live_server.url},
    ])  # fmt: skip
    page = context.new_page()
    with disks.mounted(tmp_path / "disk") as disk:
        settings.STORE = disk.folder / "store"
        disk.fill()
        page.goto("/ingest/upload/")
        page.set_input_files("#upload-files", str(film))
        row = page.locator("[data-list] li")
        sync_api.expect(row).to_contain_text(words, timeout=20_000)
        shoot(page, f"disk-full-{language}")
        disk.make_room()
        sync_api.expect(row).to_have_attribute("data-state", re.compile("sealed|quarantined"), timeout=90_000)
        upload = models.Upload.objects.get()
        assert upload.offset_bytes == PADDING
        assert models.Quarantined.objects.count() == 1  # whole, and no film
        context.close()

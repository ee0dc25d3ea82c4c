"""Settings that keep the door: the same rule in every deployment, whatever a visitor sends."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from allauth.core.internal import httpkit
from django.conf import settings
from django.core.cache import cache
from django.test import RequestFactory
from pytest_django.fixtures import Settings


@pytest.mark.parametrize(("tls", "count"), [("1", "1"), ("0", "0")])
def test_one_proxy_is_trusted_behind_tls_and_none_without(tmp_path: Path, tls: str, count: str) -> None:
    told = subprocess.run(
        [sys.executable, "-c", "from siyanat.config import settings as s; print(s.ALLAUTH_TRUSTED_PROXY_COUNT)"],
        env={**os.environ, "SIYANAT_HOME": str(tmp_path), "SIYANAT_TLS": tls},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert told.stdout.strip() == count


def test_each_visitor_behind_the_proxy_is_counted_by_their_own_address(settings: Settings) -> None:
    request = RequestFactory().get("/", REMOTE_ADDR="127.0.0.1", HTTP_X_FORWARDED_FOR="1.2.3.4, 10.0.0.7")
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    assert httpkit.get_client_ip(request) == "10.0.0.7"
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 0
    assert httpkit.get_client_ip(request) == "127.0.0.1"


@pytest.mark.django_db
def test_failed_sign_ins_are_not_washed_out_of_the_cache() -> None:
    assert settings.CACHES["default"]["OPTIONS"]["MAX_ENTRIES"] == 200_000
    cache.set("failed", 5, 600)
    cache.set_many({f"other-{number}": 1 for number in range(1200)}, 600)
    assert cache.get("failed") == 5

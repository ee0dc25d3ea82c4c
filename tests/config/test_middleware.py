"""A NUL in a request is turned away with a sentence before it reaches a page; other bodies are left alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from tests import cast as cast_module
from tests.accounts import sessions


@pytest.fixture
def sign_in(client: Client, cast: cast_module.Cast) -> Callable[..., Client]:
    """Open a session for one of the cast, with a second factor, and return its client."""
    return sessions.opener(client, cast)


@pytest.mark.parametrize(
    "address", ["/cases/?q=%00", "/evidence/?officer=a%00", "/cameras/?%00=1", "/evidence/%00/", "/?q=\x00"]
)
def test_a_nul_in_an_address_is_turned_away(sign_in: Callable[..., Client], address: str) -> None:
    answer = sign_in("head").get(address)
    assert answer.status_code == 400
    assert "NUL" in answer.content.decode()
    assert answer["Content-Security-Policy"]


def test_a_nul_in_a_form_is_turned_away(sign_in: Callable[..., Client]) -> None:
    client = sign_in("head")
    for data in ({"reference": "a\x00b"}, {"a\x00": "b"}):
        assert client.post("/evidence/holds/new/", data).status_code == 400
        encoded = "&".join(f"{name}={value}" for name, value in data.items()).replace("\x00", "%00")
        form = "application/x-www-form-urlencoded"
        assert client.post("/evidence/holds/new/", encoded, content_type=form).status_code == 400


def test_bytes_of_an_upload_are_no_form(sign_in: Callable[..., Client]) -> None:
    answer = sign_in("steward").patch(
        "/ingest/uploads/00000000-0000-0000-0000-000000000000/",
        b"\x00\x00",
        content_type="application/offset+octet-stream",
        HTTP_TUS_RESUMABLE="1.0.0",
        HTTP_UPLOAD_OFFSET="0",
    )
    assert answer.status_code == 404

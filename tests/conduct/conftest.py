"""Sessions of the cast."""

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

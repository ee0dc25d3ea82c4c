"""A patrol with real footage, and its review under way."""

from __future__ import annotations

import pytest

from siyanat.review import models
from tests.cast import Cast
from tests.review import make


@pytest.fixture
def patrol(cast: Cast) -> make.Patrol:
    """Arash's and Babak's twenty minutes."""
    return make.make_patrol(cast)


@pytest.fixture
def review(patrol: make.Patrol) -> models.Review:
    """The head has begun."""
    return patrol.begin()

"""Each test of the flow begins with an empty queue."""

from __future__ import annotations

import pytest

from tests.flow import queue


@pytest.fixture(autouse=True)
def empty_queue(request: pytest.FixtureRequest) -> None:
    """Forget the jobs of earlier tests."""
    if request.node.get_closest_marker("django_db"):
        request.getfixturevalue("transactional_db")
        queue.empty()

"""Analysis as jobs: CPU work happens in a child process, so the worker's heartbeats go on."""

from __future__ import annotations

import uuid

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from siyanat.lib import clock
from siyanat.signals import operations


@app.task(
    name="signals.analyze_recording",
    queue="analysis",
    retry=RetryStrategy(max_attempts=4, exponential_wait=10),
)
def analyze_recording(recording_id: str) -> None:
    """Analyze one recording."""
    operations.analyze_recording(recording_id=uuid.UUID(recording_id), now=clock.now())

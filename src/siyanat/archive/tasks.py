"""Steps of the archive in the queue."""

from __future__ import annotations

from django.db import InterfaceError, OperationalError
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from siyanat.archive import operations
from siyanat.lib import clock, errors

_AGAIN = RetryStrategy(
    max_attempts=8, exponential_wait=4,
    retry_exceptions={errors.PassingFault, OperationalError, InterfaceError},
)  # fmt: skip


@app.task(name="archive.classify_recording", queue="default", retry=_AGAIN)
def classify_recording(recording_id: str) -> None:
    """Default category, and the intentional one where the button was pressed."""
    operations.classify_recording(recording_id=recording_id, now=clock.now())


@app.task(name="archive.classify_case", queue="default", retry=_AGAIN)
def classify_case(case_id: str) -> None:
    """What the case holds or held."""
    operations.classify_case(reference=f"case:{case_id}", now=clock.now())


@app.task(name="archive.build_export", queue="default", retry=_AGAIN)
def build_export(export_id: str) -> None:
    """Make the bundle."""
    operations.build_export(export_id=export_id, now=clock.now())


@app.periodic(cron="20 1 * * *")
@app.task(name="archive.dispose_due", queue="housekeeping", queueing_lock="archive.dispose_due", retry=_AGAIN)
def dispose_due(timestamp: int = 0) -> None:  # noqa: ARG001
    """Once a day: classify what cases released, then carry out disposals whose seven days are over."""
    now = clock.now()
    operations.classify_released_cases(now=now)
    operations.dispose_due(now=now)

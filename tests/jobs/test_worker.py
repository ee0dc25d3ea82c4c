"""What a dead worker left behind is taken up again when another begins, and one job never stands in another's way."""

from __future__ import annotations

import pytest
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from tests.flow import queue

STEP = "evidence.close_viewings"


def left_behind(lock: str) -> int:
    """A job that a worker had begun when it died."""
    from django.db import connection

    job = app.configure_task(STEP, queueing_lock=lock).defer(timestamp=0)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing' WHERE id = %s", [job])
    return job


@pytest.mark.django_db(transaction=True)
def test_a_job_whose_twin_waits_already_ends_and_the_others_are_taken_up() -> None:
    queue.empty()
    first, second = left_behind("first"), left_behind("second")
    twin = app.configure_task(STEP, queueing_lock="first").defer(timestamp=0)
    queue.drain()
    states = dict(ProcrastinateJob.objects.filter(task_name=STEP).values_list("id", "status"))
    assert {job: states[job] for job in (first, twin, second)} == {
        first: "aborted",
        twin: "succeeded",
        second: "succeeded",
    }

"""The minute's jobs: entries get their positions, the head is signed and sent; witnesses are asked for their word."""

from __future__ import annotations

import contextlib

from procrastinate import exceptions
from procrastinate.contrib.django import app

from siyanat.ledger import checkpoints, submission
from siyanat.lib import clock


@app.periodic(cron="* * * * *")
@app.task(
    name="ledger.sequence", queue="housekeeping", queueing_lock="ledger.sequence", lock="ledger.sequence"
)
def sequence(timestamp: int = 0) -> None:  # noqa: ARG001
    """Sequence what waits, sign when the tree grew, send to the level above."""
    now = clock.now()
    try:
        checkpoints.seal(now=now)
    finally:
        for number, one in enumerate(submission.list_configured()):
            if submission.is_due(one, now=now):
                with contextlib.suppress(exceptions.AlreadyEnqueued):
                    submit.configure(
                        lock=f"ledger.submit.{number}", queueing_lock=f"ledger.submit.{number}"
                    ).defer(witness=one.key.name)


@app.task(name="ledger.submit", queue="housekeeping")
def submit(witness: str) -> None:
    """Bring one witness to the newest checkpoint: a job of its own, so that none waits for another."""
    for one in submission.list_configured():
        if one.key.name == witness:
            submission.submit(one, now=clock.now())

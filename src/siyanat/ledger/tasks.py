"""The minute's job: entries get their positions, the head is signed and sent."""

from __future__ import annotations

from procrastinate.contrib.django import app

from siyanat.ledger import checkpoints
from siyanat.lib import clock


@app.periodic(cron="* * * * *")
@app.task(
    name="ledger.sequence", queue="housekeeping", queueing_lock="ledger.sequence", lock="ledger.sequence"
)
def sequence(timestamp: int = 0) -> None:  # noqa: ARG001
    """Sequence what waits, sign when the tree grew, send to the level above."""
    checkpoints.seal(now=clock.now())

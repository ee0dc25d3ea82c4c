"""What follows when minutes are counted or a review is signed off; what is overdue; what the cache may drop."""

from __future__ import annotations

import datetime as dt
import uuid

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from siyanat.lib import clock
from siyanat.review import models, operations, policy, serving
from siyanat.roster import models as roster

RETRY = RetryStrategy(max_attempts=8, exponential_wait=4)
LOOK_BACK = dt.timedelta(days=31)


@app.task(name="review.open_review", queue="default", retry=RETRY)
def open_review(shift_id: str) -> None:
    """Open the review of one shift, if it is time."""
    operations.open_review(shift_id=uuid.UUID(shift_id), now=clock.now())


@app.task(name="review.draw_second_line", queue="default", retry=RETRY)
def draw_second_line(review_id: str) -> None:
    """Publish the seed of a signed-off review's shift, and draw whether a second line reviews it."""
    operations.draw_second_line(review_id=uuid.UUID(review_id), now=clock.now())


@app.periodic(cron="*/10 * * * *")
@app.task(name="review.open_due", queue="default", queueing_lock="review.open_due")
def open_due(timestamp: int) -> None:  # noqa: ARG001
    """Open reviews of ended shifts that have none, whatever was announced or lost."""
    now = clock.now()
    reviewed = models.Review.objects.filter(line=models.Review.Line.FIRST).values("shift")
    shifts = roster.Shift.objects.filter(ends_at__lte=now, starts_at__gt=now - LOOK_BACK).exclude(
        pk__in=reviewed
    )
    for shift_id in shifts.exclude(state=roster.Shift.State.CANCELED).values_list("pk", flat=True)[:2000]:
        operations.open_review(shift_id=shift_id, now=now)


@app.periodic(cron="5,20,35,50 * * * *")
@app.task(name="review.escalate_overdue", queue="default", queueing_lock="review.escalate_overdue")
def escalate_overdue(timestamp: int) -> None:  # noqa: ARG001
    """Bring what is overdue to the post above."""
    while operations.escalate_overdue(now=clock.now()):
        continue


@app.periodic(cron="17 * * * *")
@app.task(name="review.sweep_cache", queue="housekeeping", queueing_lock="review.sweep_cache")
def sweep_cache(timestamp: int) -> None:  # noqa: ARG001
    """Remove derivatives of footage that is gone, and those that nobody asked for lately."""
    serving.sweep(older_than=policy.CACHE_KEPT)

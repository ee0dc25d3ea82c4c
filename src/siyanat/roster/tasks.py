"""Work of the roster that nobody asks for: shifts end when their time is over, the calendar is filled ahead."""

from __future__ import annotations

from procrastinate.contrib.django import app

from siyanat.lib import clock
from siyanat.roster import operations


@app.periodic(cron="*/5 * * * *")
@app.task(name="roster.end_passed_shifts", queue="housekeeping", queueing_lock="roster.end_passed_shifts")
def end_passed_shifts(timestamp: int) -> int:  # noqa: ARG001
    """End the shifts whose end has passed."""
    return operations.end_passed_shifts(now=clock.now())


@app.periodic(cron="20 3 * * *")
@app.task(name="roster.seed_calendar", queue="housekeeping", queueing_lock="roster.seed_calendar")
def seed_calendar(timestamp: int) -> int:  # noqa: ARG001
    """Take the official holidays of this year and the next two into the table; what people edited stays."""
    now = clock.now()
    return operations.seed_non_working_days(years=range(now.year, now.year + 3), now=now)

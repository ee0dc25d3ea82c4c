"""What the roster does by itself."""

from __future__ import annotations

from siyanat.roster import models, tasks
from tests.cast import Cast, make_shift


def test_shifts_end_and_the_calendar_fills_by_themselves(cast: Cast) -> None:
    shift = make_shift(cast)
    shift.starts_at, shift.ends_at = shift.starts_at.replace(year=2020), shift.ends_at.replace(year=2020)
    shift.save()
    assert tasks.end_passed_shifts(timestamp=0) == 1
    assert tasks.seed_calendar(timestamp=0) > 30
    assert tasks.seed_calendar(timestamp=0) == 0
    assert models.NonWorkingDay.objects.exists()

"""Acts of the roster: one public function is one act, one transaction and one entry of the log.

The face of the package; ``units``, ``people``, ``posts``, ``shifts``, ``vehicles`` and ``days`` hold the
acts.
"""

from __future__ import annotations

from siyanat.roster.operations.days import add_non_working_day, remove_non_working_day, seed_non_working_days
from siyanat.roster.operations.shifts import (
    CrewPlan,
    cancel_shift,
    change_shift_times,
    correct_crew,
    end_passed_shifts,
    end_shift,
    plan_shift,
    start_shift,
)

__all__ = [
    "CrewPlan",
    "add_non_working_day",
    "cancel_shift",
    "change_shift_times",
    "correct_crew",
    "end_passed_shifts",
    "end_shift",
    "plan_shift",
    "remove_non_working_day",
    "seed_non_working_days",
    "start_shift",
]

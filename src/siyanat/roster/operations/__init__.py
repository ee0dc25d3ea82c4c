"""Acts of the roster: one public function is one act, one transaction and one entry of the log.

The face of the package; each module holds the acts on one kind of thing.
"""

from __future__ import annotations

from siyanat.roster.operations.days import (
    add_non_working_day,
    load_official_days,
    remove_non_working_day,
    seed_non_working_days,
)
from siyanat.roster.operations.logins import (
    close_login,
    open_login,
    reopen_login,
    reset_login_password,
    reset_login_second_factor,
)
from siyanat.roster.operations.people import (
    Particulars,
    add_person,
    let_person_go,
    mend_person,
    transfer_person,
)
from siyanat.roster.operations.posts import (
    agree_to_proposal,
    end_post,
    give_post,
    roles_to_give,
    substitute,
    what_may_be_done_with,
)
from siyanat.roster.operations.second_person import needs_second_person, release_overseer
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
from siyanat.roster.operations.units import close_unit, move_unit, open_unit, rename_unit
from siyanat.roster.operations.vehicles import add_vehicle, retire_vehicle, transfer_vehicle

__all__ = [
    "CrewPlan",
    "Particulars",
    "add_non_working_day",
    "add_person",
    "add_vehicle",
    "agree_to_proposal",
    "cancel_shift",
    "change_shift_times",
    "close_login",
    "close_unit",
    "correct_crew",
    "end_passed_shifts",
    "end_post",
    "end_shift",
    "give_post",
    "let_person_go",
    "load_official_days",
    "mend_person",
    "move_unit",
    "needs_second_person",
    "open_login",
    "open_unit",
    "plan_shift",
    "release_overseer",
    "remove_non_working_day",
    "rename_unit",
    "reopen_login",
    "reset_login_password",
    "reset_login_second_factor",
    "retire_vehicle",
    "roles_to_give",
    "seed_non_working_days",
    "start_shift",
    "substitute",
    "transfer_person",
    "transfer_vehicle",
    "what_may_be_done_with",
]

"""Acts on cameras: one public function is one act, one transaction and one entry of the log.

The face of the package; ``register`` holds registration and targets, ``custody`` issue and return,
``upkeep`` the
rest of a camera's life.
"""

from __future__ import annotations

from siyanat.cameras.operations.custody import (
    IssuePlan,
    correct_issue,
    issue_camera,
    issue_cameras,
    return_camera,
    swap_issues,
)
from siyanat.cameras.operations.history import Readings
from siyanat.cameras.operations.register import (
    NewCamera,
    register_camera,
    register_cameras,
    set_rollout_target,
)
from siyanat.cameras.operations.upkeep import (
    find_camera,
    make_ready,
    record_readings,
    repair_camera,
    report_faulty,
    report_lost,
    retire_camera,
    set_minimum_firmware,
    transfer_camera,
)

__all__ = [
    "IssuePlan",
    "NewCamera",
    "Readings",
    "correct_issue",
    "find_camera",
    "issue_camera",
    "issue_cameras",
    "make_ready",
    "record_readings",
    "register_camera",
    "register_cameras",
    "repair_camera",
    "report_faulty",
    "report_lost",
    "retire_camera",
    "return_camera",
    "set_minimum_firmware",
    "set_rollout_target",
    "swap_issues",
    "transfer_camera",
]

"""Acts of the archive: one public function, one act, one transaction, one log entry."""

from __future__ import annotations

from siyanat.archive.operations.disposal import (
    agree_disposal,
    carry_out,
    dispose_due,
    propose_disposal,
    withdraw_disposal,
)
from siyanat.archive.operations.exports import (
    ask_export,
    build_export,
    disposal_receipt,
    fetch_export,
    hand_out,
    hand_out_receipt,
)
from siyanat.archive.operations.retention import (
    agree_period_change,
    check_national,
    classify,
    classify_case,
    classify_recording,
    classify_released_cases,
    load_defaults,
    propose_period_change,
    withdraw_period_change,
)

__all__ = [
    "agree_disposal",
    "agree_period_change",
    "ask_export",
    "build_export",
    "carry_out",
    "check_national",
    "classify",
    "classify_case",
    "classify_recording",
    "classify_released_cases",
    "disposal_receipt",
    "dispose_due",
    "fetch_export",
    "hand_out",
    "hand_out_receipt",
    "load_defaults",
    "propose_disposal",
    "propose_period_change",
    "withdraw_disposal",
    "withdraw_period_change",
]

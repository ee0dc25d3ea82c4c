"""Names of facts: past tense, in capitals, each with what its identifiers mean.

A fact is announced in the transaction that makes it true; ``pipeline.flow`` says what follows.
"""

from __future__ import annotations

RECORDING_SEALED = "RECORDING_SEALED"  # recording_id
RECORDING_REATTRIBUTED = "RECORDING_REATTRIBUTED"  # recording_id
RECORDING_ANALYZED = "RECORDING_ANALYZED"  # recording_id
SHIFT_CHANGED = "SHIFT_CHANGED"  # shift_id: times, crew or camera issue were corrected
COVERAGE_COUNTED = "COVERAGE_COUNTED"  # shift_id
PLAN_DRAWN = "PLAN_DRAWN"  # shift_id
EXCUSE_DECIDED = "EXCUSE_DECIDED"  # shift_id
REVIEW_SIGNED_OFF = "REVIEW_SIGNED_OFF"  # review_id
CASE_OPENED = "CASE_OPENED"  # case_id
CASE_DECIDED = "CASE_DECIDED"  # case_id
CASE_CLOSED = "CASE_CLOSED"  # case_id

ALL = frozenset(
    {
        RECORDING_SEALED,
        RECORDING_REATTRIBUTED,
        RECORDING_ANALYZED,
        SHIFT_CHANGED,
        COVERAGE_COUNTED,
        PLAN_DRAWN,
        EXCUSE_DECIDED,
        REVIEW_SIGNED_OFF,
        CASE_OPENED,
        CASE_DECIDED,
        CASE_CLOSED,
    }
)

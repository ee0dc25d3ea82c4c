"""The whole flow on one screen: which steps follow which fact. A step is a task's name."""

from __future__ import annotations

from siyanat.jobs import facts

FLOW: dict[str, tuple[str, ...]] = {
    facts.RECORDING_SEALED: (
        "signals.analyze_recording",
        "coverage.count_shift_of_recording",
        "archive.classify_recording",
    ),
    facts.RECORDING_REATTRIBUTED: ("coverage.count_shift_of_recording",),
    facts.RECORDING_ANALYZED: ("coverage.count_shift_of_recording", "triage.plan_shift_of_recording"),
    facts.SHIFT_CHANGED: ("evidence.reattribute_shift", "coverage.count_shift", "triage.plan_shift"),
    facts.COVERAGE_COUNTED: ("triage.plan_shift", "review.open_review"),
    facts.PLAN_DRAWN: ("review.open_review",),
    facts.EXCUSE_DECIDED: ("coverage.count_shift",),
    facts.REVIEW_SIGNED_OFF: ("review.draw_second_line",),
    facts.CASE_OPENED: ("archive.classify_case",),
    facts.CASE_DECIDED: ("archive.classify_case",),
    facts.CASE_CLOSED: ("archive.classify_case",),
}

"""Acts of triage: seeds before shifts, plans after footage, seeds made public after sign-off."""

from __future__ import annotations

from siyanat.triage.operations.plans import (
    ANALYSIS_GRACE,
    MOMENT_POLICY,
    POLICY,
    freeze_plan,
    is_being_analyzed,
    list_shifts_to_plan,
    plan_shift,
)
from siyanat.triage.operations.seeds import (
    commit_due_seeds,
    commit_seed,
    publish_seed,
    publish_upper_secrets,
)

__all__ = [
    "ANALYSIS_GRACE",
    "MOMENT_POLICY",
    "POLICY",
    "commit_due_seeds",
    "commit_seed",
    "freeze_plan",
    "is_being_analyzed",
    "list_shifts_to_plan",
    "plan_shift",
    "publish_seed",
    "publish_upper_secrets",
]

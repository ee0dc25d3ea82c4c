"""Acts on recordings: one public function, one act, one transaction, one log entry."""

from __future__ import annotations

from siyanat.evidence.operations.attribution import (
    CORRECTING_ROLES,
    attribute,
    find_issue,
    reattribute_for_issue,
    reattribute_for_shift,
    reattribute_recordings,
)
from siyanat.evidence.operations.disposal import dispose, finish_disposals, recycle, restore, unlink_disposed
from siyanat.evidence.operations.holds import (
    PLACING_ROLES,
    RELEASING_ROLES,
    Covers,
    carry_over,
    covers_of,
    place_hold,
    release_hold,
    release_holds_of,
)
from siyanat.evidence.operations.private import (
    AGREEING_ROLES,
    DECLARED_WITHIN,
    LIFTING_ROLES,
    LONGEST_RESTRICTION,
    decide_restriction,
    keep_restriction,
    lift_restriction,
    restrict_moment,
)
from siyanat.evidence.operations.sealing import Intake, Sealed, note_analysis, seal_recording
from siyanat.evidence.operations.viewing import (
    close_viewings,
    grant_purpose,
    grant_viewing,
    log_viewing,
)

__all__ = [
    "AGREEING_ROLES",
    "CORRECTING_ROLES",
    "DECLARED_WITHIN",
    "LIFTING_ROLES",
    "LONGEST_RESTRICTION",
    "PLACING_ROLES",
    "RELEASING_ROLES",
    "Covers",
    "Intake",
    "Sealed",
    "attribute",
    "carry_over",
    "close_viewings",
    "covers_of",
    "decide_restriction",
    "dispose",
    "find_issue",
    "finish_disposals",
    "grant_purpose",
    "grant_viewing",
    "keep_restriction",
    "lift_restriction",
    "log_viewing",
    "note_analysis",
    "place_hold",
    "reattribute_for_issue",
    "reattribute_for_shift",
    "reattribute_recordings",
    "recycle",
    "release_hold",
    "release_holds_of",
    "restore",
    "restrict_moment",
    "seal_recording",
    "unlink_disposed",
]

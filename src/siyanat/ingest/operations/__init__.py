"""Acts of the intake. Nothing that came is lost: it becomes a recording, or is quarantined with a reason."""

from __future__ import annotations

from siyanat.ingest.operations.batches import close_batch, open_batch
from siyanat.ingest.operations.intake import Outcome, find_known, quarantine, take_in
from siyanat.ingest.operations.resolving import resolve_quarantined, set_aside
from siyanat.ingest.operations.uploads import (
    Announced,
    begin_upload,
    end_upload,
    expire_uploads,
    finish_interrupted,
    finish_upload,
    get_upload,
    receive,
)

__all__ = [
    "Announced",
    "Outcome",
    "begin_upload",
    "close_batch",
    "end_upload",
    "expire_uploads",
    "find_known",
    "finish_interrupted",
    "finish_upload",
    "get_upload",
    "open_batch",
    "quarantine",
    "receive",
    "resolve_quarantined",
    "set_aside",
    "take_in",
]

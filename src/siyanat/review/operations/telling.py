"""How acts of this room are written to the log: under the review, with its shift among the facts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from siyanat.ledger import operations as ledger
from siyanat.review import models

ACTOR = f"{ledger.SYSTEM}:review"


def tell(
    kind: str,
    review: models.Review,
    *,
    actor: str,
    now: dt.datetime,
    facts: Mapping[str, object] | None = None,
    personal: Mapping[str, object] | None = None,
) -> None:
    """One entry."""
    ledger.append(
        kind=f"review.{kind}", actor=actor, subject=f"review:{review.pk}", now=now,
        facts={"shift": review.shift_id, "line": review.line, **(facts or {})}, personal=personal,
    )  # fmt: skip

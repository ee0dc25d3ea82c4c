"""What waits for external oversight: two histories of a log, here or at the level below."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext_lazy as _

from siyanat.desk import items
from siyanat.ledger import submission, witnessing
from siyanat.roster import gates, links


def two_histories(viewer: gates.Viewer, now: dt.datetime) -> items.Found:  # noqa: ARG001
    """Witnesses that refuse this log, as long as they do; refused heads of logs below, until they are taken up."""
    refusing = [
        items.Item(
            what=_("A witness holds another history of this log"), code=state.name, since=state.refused_at,
            act=_("See what it says"), url=links.reach(viewer, "ledger:checkpoints"), kind="histories", icon="alert",
        )
        for state in submission.list_refusing()
    ]  # fmt: skip
    refused = [
        items.Item(
            what=_("A log of the level below showed two histories"), code=row.log.origin, since=row.refused_at,
            act=_("Take it up"), url=links.reach(viewer, "ledger:below"), kind="histories", icon="alert",
        )
        for row in witnessing.list_refused(noted=False)[: items.LIMIT]
    ]  # fmt: skip
    return items.Found([*refusing, *refused], len(refusing) + witnessing.list_refused(noted=False).count())

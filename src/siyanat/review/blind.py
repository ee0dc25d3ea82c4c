"""What a reviewer is not told before having watched: which items were drawn at random, and why the others were chosen.

Every item of a plan that still waits looks the same: a number, a bearer, a time. Its reason, the detectors' findings
and their tracks in it are told when it has been watched; which items were drawn, to everybody, after sign-off. Why, and
what this can't hide: ``docs/adr/0008-blind-items.md``. Nothing is kept here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from siyanat.lib import timespan
from siyanat.review import models, watched, wording
from siyanat.review.operations import watching
from siyanat.triage import models as triage

Closed = Mapping[UUID, timespan.SpanSet]
SECOND = dt.timedelta(seconds=1)


def told(one: watched.ItemState) -> dict[str, Any]:
    """What the room says of an item as it stands: its number, and when it was watched what it is and why."""
    closed = [wording.closed_sentence(wholly=one.state == "restricted")] if one.closed_ms else []
    if one.state == "watched":
        return {"title": wording.item_title(one.item), "why": [*wording.item_sentences(one.item), *closed]}
    title = wording.item_number(one.item)
    return {"title": title, "why": [wording.no_footage()] if one.item.is_missing else closed}


@dataclass(frozen=True, slots=True)
class Told:
    """One item of a signed-off plan, with what nobody was told before."""

    item: triage.PlanItem
    title: str
    why: list[str]


def told_after(review: models.Review) -> list[Told]:
    """The whole plan of a signed-off review, in the order in which it was played."""
    items = review.plan.items.select_related("person").order_by("order") if review.plan is not None else ()
    skips = models.Skip.objects.filter(review=review, reason=models.Skip.Reason.RESTRICTED)
    closed = set(skips.values_list("item", flat=True))
    return [
        Told(
            one,
            wording.item_title(one),
            [*wording.item_sentences(one), *([wording.drawn_and_closed()] if one.pk in closed else [])],
        )
        for one in items
    ]


def closed_by(standing: watched.Standing) -> Closed:
    """By bearer, the time of the items that were not watched yet."""
    found: dict[UUID, list[timespan.Span]] = {}
    for one in standing.items:
        if one.state != "watched":
            found.setdefault(one.item.person_id, []).append(
                timespan.Span(one.item.shown_from, one.item.shown_until)
            )
    return {person: timespan.SpanSet(spans) for person, spans in found.items()}


def closed_to(warrant: watching.Warrant, now: dt.datetime) -> Closed:
    """What is closed to who watches on these grounds; outside a review nothing is: there is no plan to be fair to."""
    if warrant.review is None:
        return {}
    return closed_by(watched.standing_of(warrant.review, viewer=warrant.viewer, now=now))


def without(values: bytes, *, starts_at: dt.datetime, closed: timespan.SpanSet) -> bytes:
    """A track of one value a second, empty where it is closed."""
    kept = bytearray(values)
    for span in closed.clipped(timespan.Span(starts_at, starts_at + len(values) * SECOND)):
        first = (span.starts_at - starts_at) // SECOND
        end = -((starts_at - span.ends_at) // SECOND)
        kept[first:end] = bytes(end - first)
    return bytes(kept)

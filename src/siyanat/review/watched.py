"""What was served and what was watched, read from the ledger of intervals; and which plan items are done."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from siyanat.evidence import queries as footage
from siyanat.lib import timespan
from siyanat.review import film, models, proof
from siyanat.roster import gates
from siyanat.triage import models as triage

Spans = dict[UUID, timespan.SpanSet]


@dataclass(frozen=True, slots=True)
class ItemState:
    """One plan item of a review and how it stands."""

    item: triage.PlanItem
    share: proof.Share
    skip: models.Skip | None
    closed_ms: int = 0  # of its time, what is closed as a private moment

    @property
    def state(self) -> str:
        """``skipped``, ``restricted`` (a private moment), ``empty`` (no footage), ``watched`` or ``waiting``."""
        if self.skip is not None:
            return "skipped"
        if not self.share.needed_ms:
            return "restricted" if self.closed_ms else "empty"
        return "watched" if self.share.is_enough else "waiting"

    @property
    def is_done(self) -> bool:
        """Whether it stands in the way of signing off no more."""
        return self.state != "waiting"


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a review stands: each bearer's watched time, each item."""

    watched: Spans
    playable: Spans
    items: list[ItemState]

    @property
    def left(self) -> list[ItemState]:
        """Items that are neither watched nor skipped."""
        return [one for one in self.items if not one.is_done]

    @property
    def left_ms(self) -> int:
        """Footage of the plan that is still to be watched; overlapping items count twice only once."""
        missing: Spans = {}
        for one in self.left:
            person = one.item.person_id
            needed = self.playable.get(person, timespan.SpanSet()).clipped(
                timespan.Span(one.item.starts_at, one.item.ends_at)
            )
            missing[person] = missing.get(person, timespan.SpanSet()) | (
                needed - self.watched.get(person, timespan.SpanSet())
            )
        return sum(proof.to_ms(spans.total()) for spans in missing.values())

    @property
    def watched_ms(self) -> int:
        """Footage watched, summed over bearers."""
        return sum(proof.to_ms(spans.total()) for spans in self.watched.values())

    @property
    def share(self) -> float:
        """Watched over needed of the plan's items, 0 to 1; 1 when nothing is needed."""
        needed = sum(one.share.needed_ms for one in self.items)
        return sum(one.share.watched_ms for one in self.items) / needed if needed else 1.0


def served_spans(
    review: models.Review, user_id: UUID, clips: Sequence[film.Clip], person_id: UUID
) -> timespan.SpanSet:
    """What of one bearer's footage the server sent to this user in this review, in wall-clock time."""
    starts = {clip.recording.pk: clip.recording.starts_at for clip in clips if clip.person_id == person_id}
    rows = models.ServedSegment.objects.filter(review=review, user=user_id, recording__in=list(starts))
    return timespan.SpanSet(
        timespan.Span(
            starts[recording] + starts_ms * proof.MILLISECOND, starts[recording] + ends_ms * proof.MILLISECOND
        )
        for recording, starts_ms, ends_ms in rows.values_list("recording", "starts_ms", "ends_ms")
    )


def watched_spans(review: models.Review) -> Spans:
    """What the review's own reviewer played, by bearer: the union of the intervals that were believed."""
    found: dict[UUID, list[timespan.Span]] = defaultdict(list)
    rows = models.PlayedInterval.objects.filter(review=review, user=review.reviewer_id)
    for person_id, span in rows.values_list("person", "span"):
        found[person_id].append(timespan.Span(span.lower, span.upper))
    return {person_id: timespan.SpanSet(spans) for person_id, spans in found.items()}


def standing_of(
    review: models.Review,
    *,
    viewer: gates.Viewer,
    now: dt.datetime,
    clips: Sequence[film.Clip] | None = None,
) -> Standing:
    """How the review stands, with what is restricted for its reviewer left out of what must be watched.

    ``clips``: the shift's, where the caller has read them for this viewer already.
    """
    if clips is None:
        clips = film.list_clips(review.shift, footage.hidden_spans(viewer, review.shift, now))
    playable, closed = film.playable_by_bearer(clips), film.closed_by_bearer(clips)
    watched = watched_spans(review)
    skips = {skip.item_id: skip for skip in models.Skip.objects.filter(review=review)}
    rows = review.plan.items.select_related("person").order_by("order") if review.plan is not None else ()
    items = [
        ItemState(item, _share(item, playable, watched), skips.get(item.pk), _closed_ms(item, closed))
        for item in rows
    ]
    return Standing(watched, playable, items)


def _closed_ms(item: triage.PlanItem, closed: Spans) -> int:
    within = timespan.Span(item.starts_at, item.ends_at)
    return proof.to_ms(closed.get(item.person_id, timespan.SpanSet()).clipped(within).total())


def _share(item: triage.PlanItem, playable: Spans, watched: Spans) -> proof.Share:
    return proof.share_of(
        timespan.Span(item.starts_at, item.ends_at),
        playable=playable.get(item.person_id, timespan.SpanSet()),
        watched=watched.get(item.person_id, timespan.SpanSet()),
    )

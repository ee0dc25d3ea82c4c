"""Footage is served and written down; what the player reports is believed as far as it can be; items are skipped."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from siyanat.evidence import models as evidence
from siyanat.evidence import operations as footage_log
from siyanat.evidence import queries as footage
from siyanat.lib import errors, timespan
from siyanat.media import segments
from siyanat.review import film, models, notes, proof, queries, serving, watched
from siyanat.review.operations.course import lock_at_work
from siyanat.review.operations.telling import tell
from siyanat.roster import gates
from siyanat.roster import models as roster
from siyanat.triage import models as triage

LEAST_LETTERS = 10
STILL_MS = 1000
DAMAGED = "review.damaged"


@dataclass(frozen=True)
class Warrant:
    """On what grounds somebody watches a shift: a review that they are doing, or a typed reason."""

    viewer: gates.Viewer
    shift: roster.Shift
    hidden: film.Hidden
    review: models.Review | None = None
    grant: evidence.ViewingGrant | None = None

    @property
    def purpose(self) -> str:
        """How the log names it."""
        if self.review is not None:
            return f"review:{self.review.pk}"
        assert self.grant is not None
        return footage_log.grant_purpose(self.grant.pk)

    def clips(self) -> list[film.Clip]:
        """What may be played; a member of the crew, against a reason, sees their own camera only."""
        return self._clips

    @functools.cached_property
    def _clips(self) -> list[film.Clip]:
        return [clip for clip in film.list_clips(self.shift, self.hidden) if self._is_open(clip)]

    def clip(self, recording_id: UUID) -> film.Clip:
        """:raises errors.NotFound: when the recording is not to be played on these grounds."""
        clip = film.get_clip(self.shift, recording_id, self.hidden)
        if not self._is_open(clip):
            raise errors.NotFound
        return clip

    def _is_open(self, clip: film.Clip) -> bool:
        own_only = self.grant is not None and self.grant.reason == evidence.ViewingGrant.Reason.OWN_ANSWER
        return not own_only or clip.person_id == self.viewer.person_id


def warrant_of_review(viewer: gates.Viewer, review_id: UUID, now: dt.datetime) -> Warrant:
    """The grounds of a review at work. A second line's is the draw itself: its reviewer oversees another unit.

    :raises errors.NotFound: when it is not the viewer's to see.
    :raises errors.Refusal: ``review.not_at_work``, ``access.concerns_yourself``.
    """
    review = queries.get_review_at_work(viewer, review_id)
    is_own = review.line in queries.OWN_LINES
    if is_own and not footage.may_view_footage(viewer, review.shift, now, in_review=True):
        raise errors.NotFound
    return Warrant(viewer, review.shift, footage.hidden_spans(viewer, review.shift, now), review=review)


def warrant_of_grant(viewer: gates.Viewer, grant_id: UUID, now: dt.datetime) -> Warrant:
    """The grounds of a typed reason that is still open.

    :raises errors.NotFound: when there is none, it is somebody else's, or it has expired.
    """
    rows = evidence.ViewingGrant.objects.filter(user=viewer.user, granted_at__lte=now, expires_at__gt=now)
    grant = gates.get_in_scope(rows.select_related("shift__unit"), pk=grant_id)
    if not footage.may_view_footage(viewer, grant.shift, now):
        raise errors.NotFound
    return Warrant(viewer, grant.shift, footage.hidden_spans(viewer, grant.shift, now), grant=grant)


@transaction.atomic
def serve_segment(
    *, warrant: Warrant, recording_id: UUID, index: int, now: dt.datetime
) -> tuple[film.Clip, segments.Segment]:
    """Write down that a segment goes to the viewer, before its bytes leave; gives what to send.

    :raises errors.NotFound: when it is not to be shown.
    """
    clip = warrant.clip(recording_id)
    segment = film.get_segment(clip, index)
    models.ServedSegment.objects.create(
        review=warrant.review, grant=warrant.grant, user=warrant.viewer.user, recording=clip.recording,
        starts_ms=segment.start_ms, ends_ms=segment.end_ms, served_at=now,
    )  # fmt: skip
    footage_log.log_viewing(
        viewer=warrant.viewer, recording=clip.recording, purpose=warrant.purpose, now=now,
        span_ms=(segment.start_ms, segment.end_ms),
    )  # fmt: skip
    return clip, segment


def send_segment(*, warrant: Warrant, recording_id: UUID, index: int, now: dt.datetime) -> bytes:
    """The bytes of a segment, written down before they leave; where they can't be made, that is written down instead.

    :raises errors.NotFound: when it is not to be shown.
    :raises errors.Refusal: ``media.*`` when the recording can't be read there.
    """
    clip, segment = serve_segment(warrant=warrant, recording_id=recording_id, index=index, now=now)
    try:
        return serving.segment_bytes(clip, segment)
    except errors.SiyanatError as fault:
        _note_failed_serve(warrant, clip, segment, fault.code, now)
        raise


@transaction.atomic
def _note_failed_serve(
    warrant: Warrant, clip: film.Clip, segment: segments.Segment, code: str, now: dt.datetime
) -> None:
    models.ServedSegment.objects.filter(
        review=warrant.review, grant=warrant.grant, user=warrant.viewer.user, recording=clip.recording,
        starts_ms=segment.start_ms, served_at=now,
    ).delete()  # fmt: skip
    if warrant.review is not None:
        _keep_failure(warrant.review, clip, segment, code, now)


def _keep_failure(
    review: models.Review, clip: film.Clip, segment: segments.Segment, code: str, now: dt.datetime
) -> None:
    models.FailedServe.objects.create(
        review=review, recording=clip.recording, starts_ms=segment.start_ms, ends_ms=segment.end_ms, code=code[:64],
        failed_at=now,
    )  # fmt: skip


@transaction.atomic
def serve_still(
    *, warrant: Warrant, recording_id: UUID, at_ms: int, now: dt.datetime
) -> tuple[film.Clip, segments.Segment]:
    """Write down that a thumbnail goes to the viewer; it proves no watching. Gives the segment in which it lies.

    :raises errors.NotFound: when the moment is not to be shown.
    """
    clip = warrant.clip(recording_id)
    plan = film.plan_of(clip.recording.pk)
    found = next((one for one in plan if one.start_ms <= at_ms < one.end_ms), None)
    if found is None or not clip.is_open(found):
        raise errors.NotFound
    footage_log.log_viewing(
        viewer=warrant.viewer, recording=clip.recording, purpose=warrant.purpose, now=now,
        span_ms=(at_ms, min(at_ms + STILL_MS, found.end_ms)),
    )  # fmt: skip
    return clip, found


@transaction.atomic
def record_played(
    *, viewer: gates.Viewer, review_id: UUID, claims: Mapping[UUID, Sequence[proof.Claim]], now: dt.datetime
) -> watched.Standing:
    """Take what the player reports, bearer by bearer; keep what was served before and plausible. How it stands now.

    :raises errors.Refusal: ``review.not_at_work``.
    """
    review = lock_at_work(viewer, review_id)
    hidden = footage.hidden_spans(viewer, review.shift, now)
    clips = film.list_clips(review.shift, hidden)
    for person_id, told in claims.items():
        served = watched.served_spans(review, viewer.user.pk, clips, person_id)
        if not served:
            continue
        allowance = _allowance(review, viewer, person_id, now)
        believed, left = proof.believe(told, served=served, allowance=allowance)
        models.WatchAllowance.objects.update_or_create(
            review=review, user=viewer.user, person_id=person_id,
            defaults={"left_ms": left.left_ms, "filled_at": left.filled_at},
        )  # fmt: skip
        for claim in believed:
            _keep(review, viewer, person_id, claim, now)
    return watched.standing_of(review, viewer=viewer, now=now, clips=clips)


def _allowance(
    review: models.Review, viewer: gates.Viewer, person_id: UUID, now: dt.datetime
) -> proof.Allowance:
    row = models.WatchAllowance.objects.filter(review=review, user=viewer.user, person=person_id).first()
    return (
        proof.first_allowance(now) if row is None else proof.Allowance(row.left_ms, row.filled_at).filled(now)
    )


def _keep(
    review: models.Review, viewer: gates.Viewer, person_id: UUID, claim: proof.Claim, now: dt.datetime
) -> None:
    """Lengthen the last interval that it goes on from at the same rate, or write a new one."""
    rows = models.PlayedInterval.objects.filter(review=review, user=viewer.user, person=person_id)
    last = rows.order_by("-pk").first()
    start, end = claim.span.starts_at, claim.span.ends_at
    if last is not None and last.rate == claim.rate and last.span.lower <= start <= last.span.upper < end:
        last.span, last.reported_at = DateTimeTZRange(last.span.lower, end), now
        last.save(update_fields=["span", "reported_at"])
        return
    models.PlayedInterval.objects.create(
        review=review, user=viewer.user, person_id=person_id, span=DateTimeTZRange(start, end), rate=claim.rate,
        reported_at=now,
    )  # fmt: skip


def skip_item(
    *, viewer: gates.Viewer, review_id: UUID, item_id: int, reason: str, now: dt.datetime, note: str = ""
) -> models.Skip:
    """Leave a plan item unwatched, with a reason that the facts bear out.

    "Seen on the other camera" needs the same time watched there; "does not play" needs a note, and that the server
    failed to send a part of it or can't decode it when it tries now; "no footage" and "private moment" need that
    there is nothing to watch.

    :raises errors.NotFound: when the item is not in the plan.
    :raises errors.Refusal: ``review.no_such_reason``, ``review.skip_note_missing``, ``review.it_plays``,
        ``review.not_seen_on_the_other``, ``review.there_is_footage``, ``review.not_that_reason``,
        ``review.not_at_work``.
    """
    if reason == models.Skip.Reason.UNPLAYABLE and len(notes.clean(note)) >= LEAST_LETTERS:
        _try_to_decode(viewer, review_id, item_id, now)  # seconds of work: before anything is locked
    return _skip(viewer, review_id, item_id, reason, note, now)


def _try_to_decode(viewer: gates.Viewer, review_id: UUID, item_id: int, now: dt.datetime) -> None:
    """Decode the item's footage up to the first damage, unless it is known to fail; keep what fails."""
    review = queries.get_review_at_work(viewer, review_id)
    item = review.plan.items.filter(pk=item_id).first() if review.plan else None
    if item is None:
        raise errors.NotFound
    clips = film.list_clips(review.shift, footage.hidden_spans(viewer, review.shift, now))
    if _failed(review, item, clips):
        return
    for clip, segment in _segments_of(item, clips):
        try:
            code = "" if serving.is_sound(clip, segment) else DAMAGED
        except errors.PassingFault:
            raise
        except errors.Refusal as refusal:
            code = refusal.code
        if code:
            _keep_failure(review, clip, segment, code, now)
            return


def _segments_of(
    item: triage.PlanItem, clips: Sequence[film.Clip]
) -> list[tuple[film.Clip, segments.Segment]]:
    span = timespan.Span(item.starts_at, item.ends_at)
    own = [one for one in clips if one.person_id == item.person_id and one.span.overlaps(span)]
    return [
        (clip, segment)
        for clip in own
        for segment in film.plan_of(clip.recording.pk)
        if clip.is_open(segment) and clip.span_of(segment).overlaps(span)
    ]


def _failed(review: models.Review, item: triage.PlanItem, clips: Sequence[film.Clip]) -> bool:
    """Whether the server is known to have failed on some of the item's footage, in this review."""
    starts = {clip.recording.pk: clip for clip in clips if clip.person_id == item.person_id}
    span = timespan.Span(item.starts_at, item.ends_at)
    rows = models.FailedServe.objects.filter(review=review, recording__in=list(starts))
    return any(
        timespan.Span(
            starts[row.recording_id].recording.starts_at + row.starts_ms * proof.MILLISECOND,
            starts[row.recording_id].recording.starts_at + row.ends_ms * proof.MILLISECOND,
        ).overlaps(span)
        for row in rows
    )


@transaction.atomic
def _skip(
    viewer: gates.Viewer, review_id: UUID, item_id: int, reason: str, note: str, now: dt.datetime
) -> models.Skip:
    review = lock_at_work(viewer, review_id)
    if reason not in models.Skip.Reason.values:
        raise errors.Refusal("review.no_such_reason", reason=reason)
    standing = watched.standing_of(review, viewer=viewer, now=now)
    one = next((state for state in standing.items if state.item.pk == item_id), None)
    if one is None:
        raise errors.NotFound
    text = _check_skip(reason, note, one, standing)
    clips = film.list_clips(review.shift, footage.hidden_spans(viewer, review.shift, now))
    if reason == models.Skip.Reason.UNPLAYABLE and not _failed(review, one.item, clips):
        raise errors.Refusal("review.it_plays")
    skip, is_new = models.Skip.objects.update_or_create(
        review=review, item_id=item_id, defaults={"reason": reason, "note": text, "skipped_at": now}
    )
    tell(
        "item_skipped", review, actor=viewer.actor, now=now,
        facts={"item": item_id, "reason": reason, "kind": one.item.kind, "again": not is_new}, personal={"note": text},
    )  # fmt: skip
    return skip


def _check_skip(reason: str, note: str, one: watched.ItemState, standing: watched.Standing) -> str:
    text = notes.clean(note)[:400]
    match reason:
        case models.Skip.Reason.UNPLAYABLE:
            if len(text) < LEAST_LETTERS:
                raise errors.Refusal("review.skip_note_missing")
        case models.Skip.Reason.DUPLICATE:
            if not _was_seen_elsewhere(one.item, standing):
                raise errors.Refusal("review.not_seen_on_the_other")
        case _:
            if one.share.needed_ms:
                raise errors.Refusal("review.there_is_footage")
            if (reason == models.Skip.Reason.RESTRICTED) != bool(one.closed_ms):
                raise errors.Refusal("review.not_that_reason")
    return text


def _was_seen_elsewhere(item: triage.PlanItem, standing: watched.Standing) -> bool:
    """Whether one other bearer's footage of the same time covers it and was watched."""
    span = timespan.Span(item.starts_at, item.ends_at)
    needed = standing.playable.get(item.person_id, timespan.SpanSet()).clipped(span)
    for person_id, spans in standing.watched.items():
        if person_id == item.person_id:
            continue
        seen = proof.Share(proof.to_ms(needed.total()), proof.to_ms((needed & spans).total()))
        if seen.needed_ms and seen.is_enough:
            return True
    return False


@transaction.atomic
def take_back_skip(*, viewer: gates.Viewer, review_id: UUID, item_id: int, now: dt.datetime) -> None:
    """Put a skipped item back into what is to be watched."""
    review = lock_at_work(viewer, review_id)
    taken, _rows = models.Skip.objects.filter(review=review, item=item_id).delete()
    if taken:
        tell("skip_taken_back", review, actor=viewer.actor, now=now, facts={"item": item_id})

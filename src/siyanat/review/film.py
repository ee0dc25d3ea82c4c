"""The footage of a shift as a player can have it: which segments, for whom, and where each stands in time.

Reads recordings and plans segments; makes none (``serving`` does). Restricted moments are left out here, so
that no address of them exists: a segment that touches one is not offered.
"""

from __future__ import annotations

import datetime as dt
from collections import OrderedDict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from siyanat.evidence import models as evidence
from siyanat.evidence import queries as footage
from siyanat.lib import errors, timespan
from siyanat.media import segments
from siyanat.roster import models as roster

MILLISECOND = dt.timedelta(milliseconds=1)
Hidden = Mapping[UUID, list[tuple[dt.datetime, dt.datetime]]]
Plan = tuple[segments.Segment, ...]

PLANS_KEPT = 2_048
"""Plans of segments kept ready: some thirty shifts of many files."""

_plans: OrderedDict[UUID, Plan] = OrderedDict()


@dataclass(frozen=True, slots=True)
class Piece:
    """Segments of one recording that follow on each other."""

    recording_id: UUID
    starts_at: dt.datetime
    segments: Plan


@dataclass(frozen=True, slots=True)
class Clip:
    """One recording on a bearer's camera, with what of it may be shown; ``hidden`` lies within its time."""

    recording: evidence.Recording
    person_id: UUID
    hidden: timespan.SpanSet

    @property
    def span(self) -> timespan.Span:
        """Where it stands in time."""
        length = self.recording.duration_ms * MILLISECOND
        return timespan.Span(self.recording.starts_at, self.recording.starts_at + length)

    def span_of(self, segment: segments.Segment) -> timespan.Span:
        """Where one of its segments stands in time."""
        start = self.recording.starts_at + segment.start_ms * MILLISECOND
        return timespan.Span(start, start + segment.duration_ms * MILLISECOND)

    def is_open(self, segment: segments.Segment) -> bool:
        """Whether no restricted moment touches the segment."""
        return not self.hidden or not self.hidden.clipped(self.span_of(segment))

    @property
    def playable(self) -> timespan.SpanSet:
        """When it may be shown."""
        if not self.hidden:
            return timespan.SpanSet([self.span])
        return timespan.SpanSet(self.span_of(one) for one in plan_of(self.recording.pk) if self.is_open(one))

    @property
    def stretches(self) -> list[tuple[dt.datetime, dt.timedelta]]:
        """Start and length of each unbroken stretch that may be shown; no segment is planned where all of it may."""
        if not self.hidden:
            return [(self.recording.starts_at, self.recording.duration_ms * MILLISECOND)]
        return [
            (one.starts_at, (one.segments[-1].end_ms - one.segments[0].start_ms) * MILLISECOND)
            for one in self.pieces()
        ]

    def pieces(self) -> Iterator[Piece]:
        """Its segments, parted where one is left out."""
        run: list[segments.Segment] = []
        for segment in plan_of(self.recording.pk):
            if self.is_open(segment):
                run.append(segment)
            elif run:
                yield self._piece(run)
                run = []
        if run:
            yield self._piece(run)

    def _piece(self, run: Sequence[segments.Segment]) -> Piece:
        return Piece(self.recording.pk, self.span_of(run[0]).starts_at, tuple(run))


def plan_of(recording_id: UUID) -> Plan:
    """The segments of a recording."""
    return plans_of([recording_id])[recording_id]


def plans_of(recording_ids: Collection[UUID]) -> dict[UUID, Plan]:
    """The segments of several recordings, read together. Their bytes never change, so neither do their plans."""
    found = {one: plan for one in recording_ids if (plan := _plans.get(one)) is not None}
    rows = evidence.Recording.objects.only("probe", "key_frames_ms")
    for recording in rows.filter(pk__in=[one for one in recording_ids if one not in found]):
        found[recording.pk] = tuple(segments.plan_segments(footage.probe_of(recording)))
        _plans[recording.pk] = found[recording.pk]
    while len(_plans) > PLANS_KEPT:
        _plans.popitem(last=False)
    return found


def list_clips(shift: roster.Shift | UUID, hidden: Hidden) -> list[Clip]:
    """The shift's clips in the order of time."""
    rows = footage.recordings_of_shift(shift).defer("probe", "key_frames_ms")
    return [_clip(row, row.bearer_id, hidden) for row in rows if row.bearer_id is not None]  # type: ignore[attr-defined]


def _clip(recording: evidence.Recording, person_id: UUID, hidden: Hidden) -> Clip:
    closed = timespan.SpanSet(timespan.Span(*span) for span in hidden.get(person_id, ()))
    clip = Clip(recording, person_id, closed)
    return Clip(recording, person_id, closed.clipped(clip.span)) if closed else clip


def get_clip(shift: roster.Shift | UUID, recording_id: UUID, hidden: Hidden) -> Clip:
    """One clip of the shift.

    :raises errors.NotFound: when it is none of the shift's, or its bytes are gone.
    """
    row = footage.recordings_of_shift(shift).defer("probe", "key_frames_ms").filter(pk=recording_id).first()
    if row is None or row.bearer_id is None:  # type: ignore[attr-defined]
        raise errors.NotFound
    return _clip(row, row.bearer_id, hidden)  # type: ignore[attr-defined]


def get_segment(clip: Clip, index: int) -> segments.Segment:
    """One segment that may be shown.

    :raises errors.NotFound: when there is none, or a restricted moment touches it.
    """
    plan = plan_of(clip.recording.pk)
    if not 0 <= index < len(plan) or not clip.is_open(plan[index]):
        raise errors.NotFound
    return plan[index]


def playable_by_bearer(clips: Sequence[Clip]) -> dict[UUID, timespan.SpanSet]:
    """When each bearer's footage can be shown."""
    found: dict[UUID, timespan.SpanSet] = {}
    for person_id in {clip.person_id for clip in clips}:
        found[person_id] = timespan.union(clip.playable for clip in clips if clip.person_id == person_id)
    return found


def closed_by_bearer(clips: Sequence[Clip]) -> dict[UUID, timespan.SpanSet]:
    """Which of each bearer's footage is closed as a private moment."""
    found: dict[UUID, timespan.SpanSet] = {}
    for person_id in {clip.person_id for clip in clips if clip.hidden}:
        found[person_id] = timespan.union(clip.hidden for clip in clips if clip.person_id == person_id)
    return found


def playlist(clips: Sequence[Clip], person_id: UUID, *, uri: str) -> str:
    """The HLS playlist of one bearer; ``uri`` holds ``{recording}`` and ``{index}``."""
    own = [clip for clip in clips if clip.person_id == person_id]
    plans_of([clip.recording.pk for clip in own])
    pieces = [piece for clip in own for piece in clip.pieces()]
    pieces.sort(key=lambda piece: piece.starts_at)
    return segments.playlist(
        [(str(piece.recording_id), piece.starts_at, piece.segments) for piece in pieces],
        uri=lambda recording, segment: uri.format(recording=recording, index=segment.index),
    )


def clips_under(shift: roster.Shift, person_id: UUID, span: Any) -> list[Clip]:
    """A bearer's clips that overlap a stretch (a range of the database), whatever is restricted in them."""
    stretch = timespan.Span(span.lower, span.upper)
    return [
        clip for clip in list_clips(shift, {}) if clip.person_id == person_id and clip.span.overlaps(stretch)
    ]

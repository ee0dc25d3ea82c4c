"""The facts of one room, as the player gets them: who, when, what is to be watched, what was. Times in Unix ms."""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from siyanat.coverage import queries as coverage
from siyanat.lib import timespan
from siyanat.review import blind, film, models, queries, watched, wording
from siyanat.review.operations import watching
from siyanat.roster import models as roster
from siyanat.roster import names
from siyanat.signals import queries as signals
from siyanat.ui import formatting

MARK_KEYS = ("thanks", "coaching", "violation", "force", "offence", "equipment", "other")
"""Kinds in the order of their keys: 1 to 7."""


def ms(moment: dt.datetime) -> int:
    """Unix milliseconds."""
    return int(moment.timestamp() * 1000)


def spans(found: Iterable[timespan.Span]) -> list[list[int]]:
    """Spans as pairs."""
    return [[ms(one.starts_at), ms(one.ends_at)] for one in found]


def facts(
    warrant: watching.Warrant, standing: watched.Standing | None, *, now: dt.datetime
) -> dict[str, Any]:
    """Everything but the tracks, small enough to travel with the page."""
    clips = warrant.clips()
    window = _window(warrant.shift, clips)
    review = warrant.review
    stretches = _stretches(warrant.shift)
    return {
        "window": [ms(window.starts_at), ms(window.ends_at)],
        "shift": [ms(warrant.shift.starts_at), ms(warrant.shift.ends_at)],
        "key": warrant.purpose,
        "bearers": [
            {**_bearer(person, warrant, clips, standing), "stretches": stretches.get(person.pk, [])}
            for person in _people(warrant, clips)
        ],
        "plan": plan_facts(standing) if standing else None,
        "marks": [mark_facts(mark) for mark in queries.marks_of(review)] if review else [],
        "questions": [question_facts(one) for one in queries.questions_of(review)] if review else [],
        "kinds": [[kind, str(models.Mark.Kind(kind).label)] for kind in MARK_KEYS] if review else [],
        "conduct": [_item(one) for one in queries.items_in_force(now)] if review else [],
        "words": wording.words(),
        "language": formatting.language(),
    }


def _window(shift: roster.Shift, clips: list[film.Clip]) -> timespan.Span:
    """The shift, and what was recorded a little before and after it."""
    starts = [shift.starts_at, *(clip.span.starts_at for clip in clips)]
    ends = [shift.ends_at, *(clip.span.ends_at for clip in clips)]
    return timespan.Span(min(starts), max(ends))


def _people(warrant: watching.Warrant, clips: list[film.Clip]) -> list[roster.Person]:
    shown = {clip.person_id for clip in clips}
    people = queries.bearers_of(warrant.shift)
    return [one for one in people if one.pk in shown] or people[:1]


def _bearer(
    person: roster.Person,
    warrant: watching.Warrant,
    clips: list[film.Clip],
    standing: watched.Standing | None,
) -> dict[str, Any]:
    own = [clip for clip in clips if clip.person_id == person.pk]
    seen = standing.watched.get(person.pk) if standing else None
    return {
        "id": str(person.pk),
        "name": names.full_name(person),
        "clips": [
            {"id": str(clip.recording.pk), "start": ms(clip.span.starts_at), "end": ms(clip.span.ends_at)}
            for clip in own
        ],
        "pieces": _pieces(own),
        "hidden": spans(timespan.Span(*span) for span in warrant.hidden.get(person.pk, ())),
        "watched": spans(seen or ()),
    }


def _pieces(clips: list[film.Clip]) -> list[list[int]]:
    """[wall-clock start, length] of each unbroken stretch of the playlist, in its order."""
    found = sorted(stretch for clip in clips for stretch in clip.stretches)
    return [[ms(starts_at), length // film.MILLISECOND] for starts_at, length in found]


def _stretches(shift: roster.Shift) -> dict[UUID, list[list[Any]]]:
    """[kind, start, end, note] of the minutes, by person."""
    return {
        line.person.pk: [
            [one.kind, ms(one.starts_at), ms(one.ends_at), str(one.note)] for one in line.stretches
        ]
        for line in coverage.list_lines(shift)
        if line.person is not None
    }


def plan_facts(standing: watched.Standing) -> dict[str, Any]:
    """The items in order, and what is left."""
    return {
        "items": [_plan_item(one) for one in standing.items],
        "left_ms": standing.left_ms,
        "left_items": len(standing.left),
    }


def _plan_item(one: watched.ItemState) -> dict[str, Any]:
    item = one.item
    return {
        "id": item.pk,
        "order": item.order,
        "person": str(item.person_id),
        "name": names.full_name(item.person),
        "start": ms(item.shown_from),
        "end": ms(item.shown_until),
        "missing": item.is_missing,
        **state_facts(one),
    }


def state_facts(one: watched.ItemState) -> dict[str, Any]:
    """What changes of an item while it is watched."""
    skip = one.skip
    return {
        "state": one.state,
        "share": round(float(one.share.share), 3) if one.share.needed_ms else 0,
        "skip": str(models.Skip.Reason(skip.reason).label) if skip else "",
        **blind.told(one),
    }


def standing_facts(standing: watched.Standing) -> dict[str, Any]:
    """The answer to a report of the player."""
    return {
        "watched": {str(person): spans(found) for person, found in standing.watched.items()},
        "items": {str(one.item.pk): state_facts(one) for one in standing.items},
        "left_ms": standing.left_ms,
        "left_items": len(standing.left),
    }


def mark_facts(mark: models.Mark) -> dict[str, Any]:
    """A mark as the list and the timeline show it."""
    return {
        "id": str(mark.pk),
        "kind": mark.kind,
        "label": str(mark.get_kind_display()),
        "person": str(mark.person_id),
        "name": names.full_name(mark.person),
        "start": ms(mark.span.lower),
        "end": ms(mark.span.upper),
        "note": mark.note,
        "item": mark.conduct_item.title if mark.conduct_item else "",
        "case": mark.case.number if mark.case else "",
    }


def question_facts(question: models.Question) -> dict[str, Any]:
    """A question and its answer."""
    return {
        "id": str(question.pk),
        "name": names.full_name(question.person),
        "text": question.text,
        "answer": question.answer,
    }


def _item(item: Any) -> list[Any]:
    return [item.pk, f"{item.code} {item.title}", str(item.get_theme_display()), item.gravity]


def tracks(warrant: watching.Warrant, closed: blind.Closed) -> dict[str, Any]:
    """What the detectors measured each second and found, by bearer, but for what is ``closed``; bytes in base64."""
    clips = warrant.clips()
    found: dict[UUID, dict[str, Any]] = {}
    measured = signals.list_tracks_of([clip.recording.pk for clip in clips])
    for clip in clips:
        own = found.setdefault(clip.person_id, {"clips": [], "findings": []})
        rows = measured.get(clip.recording.pk, {})
        own["clips"].append(
            {
                "start": ms(clip.span.starts_at),
                **{name: _track(data, clip, closed) for name, data in rows.items()},
            }
        )
    bearer = {clip.recording.pk: clip for clip in clips}
    for finding in signals.list_findings([clip.recording for clip in clips]):
        if finding.kind == "speech":
            continue
        clip = bearer[finding.recording_id]
        start = clip.span.starts_at + finding.starts_ms * film.MILLISECOND
        end = clip.span.starts_at + finding.ends_ms * film.MILLISECOND
        if closed.get(clip.person_id, timespan.SpanSet()).clipped(timespan.Span(start, end)):
            continue
        figures = {"seconds": (finding.ends_ms - finding.starts_ms) / 1000, **finding.evidence}
        found[clip.person_id]["findings"].append(
            [
                finding.kind,
                ms(start),
                ms(end),
                round(finding.score, 2),
                wording.sentence_for(finding.kind, figures),
            ]
        )
    return {str(person): told for person, told in found.items()}


def _track(values: bytes, clip: film.Clip, closed: blind.Closed) -> str:
    own = closed.get(clip.person_id, timespan.SpanSet())
    return base64.b64encode(blind.without(values, starts_at=clip.span.starts_at, closed=own)).decode()


def first_segments(
    warrant: watching.Warrant, standing: watched.Standing | None
) -> list[tuple[film.Clip, Any]]:
    """The segments that a player will ask for first: where the first item begins, on every camera."""
    left = standing.left if standing else []
    clips = warrant.clips()
    at = left[0].item.shown_from if left else min((clip.span.starts_at for clip in clips), default=None)
    wanted = []
    for clip in clips:
        if at is None or not clip.span.starts_at <= at < clip.span.ends_at:
            continue
        plan = film.plan_of(clip.recording.pk)
        index = next((one.index for one in plan if clip.span_of(one).ends_at > at), 0)
        wanted += [(clip, one) for one in plan[index : index + 2] if clip.is_open(one)]
    return wanted

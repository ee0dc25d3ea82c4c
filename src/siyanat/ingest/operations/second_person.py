"""Whose word a file rests on: nobody brings in, dates or puts away footage of a shift that concerns themselves.

Kept here: when an upload needs a second person, and whom a quarantined file may concern. A dock's folder is no
person; what its sidecars say is weighed in `judging`. Nothing here changes a row.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable
from uuid import UUID

from siyanat.cameras import models as cameras
from siyanat.evidence import models as evidence_models
from siyanat.evidence import operations as evidence
from siyanat.ingest import models, sources
from siyanat.ingest.operations import judging
from siyanat.roster import models as roster
from siyanat.roster import queries as people

TYPED_TO = dt.timedelta(minutes=1)
"""A typed start is no finer than this."""

SLACK = dt.timedelta(minutes=10)
DOCKED_WITHIN = dt.timedelta(days=30)
"""A file without any time may be of every issue of its camera that began within this before it came."""

Span = tuple[dt.datetime, dt.datetime]


def weigh(verdict: judging.Verdict, *, said: sources.Said, batch: models.Batch) -> judging.Verdict:
    """The verdict on an uploaded file, or the same file quarantined with ``second_person`` and why."""
    if verdict.reason or batch.source != models.Batch.Source.UPLOAD:
        return verdict
    why = _objection(verdict, said, batch)
    if not why:
        return dataclasses.replace(verdict, started_at=_inside(verdict) or verdict.started_at)
    facts = {**verdict.facts, "second_person": why}
    return dataclasses.replace(verdict, reason=models.Quarantined.Reason.SECOND_PERSON, facts=facts)


def _inside(verdict: judging.Verdict) -> dt.datetime | None:
    return verdict.probe.started_at if verdict.probe else None


def _objection(verdict: judging.Verdict, said: sources.Said, batch: models.Batch) -> str:
    """``time_typed``, ``other_unit``, ``own_shift``, or nothing."""
    camera, started_at, inside = verdict.camera, verdict.started_at, _inside(verdict)
    assert camera is not None
    assert started_at is not None
    if said.started_at is not None and (inside is None or abs(said.started_at - inside) > TYPED_TO):
        return "time_typed"
    length = dt.timedelta(milliseconds=verdict.probe.duration_ms if verdict.probe else 0)
    begins = started_at - dt.timedelta(milliseconds=camera.clock_drift_ms or 0)
    issue = _issue_at(camera, (begins, begins + length))
    units = [camera.unit.path, issue.shift.unit.path if issue else camera.unit.path]
    if not all(path.startswith(batch.unit.path) for path in units):
        return "other_unit"
    person = roster.Person.objects.filter(user=batch.actor_id).first() if batch.actor_id else None
    if person is not None and _is_own(person, issue, (begins, begins + length)):
        return "own_shift"
    return ""


def _issue_at(camera: cameras.Camera, span: Span) -> cameras.Issue | None:
    """The issue to which sealing would give a recording of this camera and time."""
    return evidence.find_issue(evidence_models.Recording(camera=camera, starts_at=span[0], ends_at=span[1]))


def _is_own(person: roster.Person, issue: cameras.Issue | None, span: Span) -> bool:
    """Whether the footage is of the person's own shift; without an issue, of any shift they had at that time."""
    if issue is not None:
        return person.pk in people.persons_on(issue.shift)
    return roster.CrewMember.objects.filter(
        person=person, shift__starts_at__lt=span[1] + SLACK, shift__ends_at__gt=span[0] - SLACK
    ).exists()


def concerned_by(row: models.Quarantined) -> set[UUID]:
    """Everybody on the shifts from which a quarantined file may come, by its camera and time as far as known."""
    found = {str(row.facts.get("serial", "")), *map(str, dict(row.facts.get("cameras_named", {})).values())}
    issues = cameras.Issue.objects.filter(camera__serial__in=found - {""}).select_related("shift")
    times = _times(row)
    near = [one for one in issues.filter(issued_at__lt=row.received_at) if _may_be_of(one, row, times)]
    return {person for issue in near for person in people.persons_on(issue.shift)}


def _may_be_of(issue: cameras.Issue, row: models.Quarantined, times: Iterable[dt.datetime]) -> bool:
    until = (issue.returned_at or row.received_at) + SLACK
    known = list(times)
    if not known:
        return issue.issued_at > row.received_at - DOCKED_WITHIN
    return any(issue.issued_at - SLACK <= at <= until for at in known)


def _times(row: models.Quarantined) -> list[dt.datetime]:
    said = [row.facts.get(name) for name in ("started_at", "started_at_said", "started_at_read")]
    return [dt.datetime.fromisoformat(str(text)) for text in said if text]

"""Looking at footage: a typed reason before the first frame, every look in the log."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from uuid import UUID

from django.db import transaction

from siyanat.evidence import models, queries
from siyanat.ledger import operations as ledger
from siyanat.lib import errors
from siyanat.roster import gates
from siyanat.roster import models as roster

GRANT_FOR = dt.timedelta(hours=2)
"""How long a typed reason opens footage."""

VIEWING_WINDOW = dt.timedelta(minutes=10)
"""Looks of one person at one recording within this time share an opening and a closing entry in the log."""

Reason = models.ViewingGrant.Reason
FROM_ABOVE = (
    gates.Role.INTEGRITY_OFFICER,
    gates.Role.PROVINCIAL_REVIEWER,
    gates.Role.EXTERNAL_OVERSEER,
)
OVERSIGHT_REASONS = (Reason.CASE, Reason.REQUEST, Reason.TECHNICAL, Reason.TRAINING)


@transaction.atomic
def grant_viewing(
    *, viewer: gates.Viewer, shift: roster.Shift, reason: str, note: str, now: dt.datetime
) -> models.ViewingGrant:
    """Open a shift's footage to the viewer for `GRANT_FOR`, against a typed reason. Outside of a review.

    Who oversees the unit gives one of the oversight reasons; a crew member may only answer for their own.

    :raises errors.NotFound: when the shift is not the viewer's to see.
    :raises errors.Refusal: ``evidence.reason_missing`` when the note has fewer than ten letters;
        ``evidence.reason_not_yours`` when the reason is not one for this viewer; ``access.concerns_yourself``.
    """
    is_crew = queries.is_in_crew(viewer, shift)
    oversees = viewer.holds_over(shift.unit.path, *queries.OVERSEEING_ROLES)
    if not (is_crew or oversees):
        raise errors.NotFound
    if reason == Reason.OWN_ANSWER:
        if not is_crew:
            raise errors.Refusal("evidence.reason_not_yours", reason=reason)
    else:
        gates.check_not_concerned(viewer, [viewer.person_id] if is_crew else [], act="evidence.grant_viewing")
        if not oversees or reason not in OVERSIGHT_REASONS:
            raise errors.Refusal("evidence.reason_not_yours", reason=reason)
    if len(note.strip()) < 10:
        raise errors.Refusal("evidence.reason_missing")
    grant = models.ViewingGrant.objects.create(
        user=viewer.user,
        shift=shift,
        reason=reason,
        note=note.strip()[:400],
        granted_at=now,
        expires_at=now + GRANT_FOR,
    )
    ledger.append(
        kind="evidence.viewing_granted",
        actor=viewer.actor,
        subject=f"shift:{shift.id}",
        now=now,
        facts={"grant": grant.id, "reason": reason, "expires_at": grant.expires_at}
        | _seen_from(viewer, shift.unit.path),
        personal={"note": grant.note},
    )
    return grant


@transaction.atomic
def log_viewing(
    *,
    viewer: gates.Viewer,
    recording: models.Recording,
    purpose: str,
    now: dt.datetime,
    span_ms: tuple[int, int] | None = None,
) -> models.Viewing:
    """Note that the viewer reads a recording: ``span_ms`` is [start, end) of its own time, None for its facts alone.

    The first look writes to the log at once; further ones within `VIEWING_WINDOW` add to its ranges, which are
    logged when the window closes (`close_viewings`, or the next look after it).
    ``purpose`` says what it is read for: ``review:<id>``, ``grant:<id>``, ``details``.
    """
    rows = models.Viewing.objects.select_for_update().filter(
        user=viewer.user, recording=recording, purpose=purpose, closed_at__isnull=True
    )
    viewing = rows.first()
    if viewing is not None and now - viewing.opened_at >= VIEWING_WINDOW:
        _close(viewing, now=now)
        viewing = None
    if viewing is None:
        viewing = _open(viewer, recording, purpose, now)
    viewing.last_at = now
    if span_ms is not None:
        viewing.spans_ms = merge_spans([*viewing.spans_ms, span_ms])
    viewing.save(update_fields=["last_at", "spans_ms"])
    return viewing


def _open(
    viewer: gates.Viewer, recording: models.Recording, purpose: str, now: dt.datetime
) -> models.Viewing:
    viewing, is_new = models.Viewing.objects.get_or_create(
        user=viewer.user, recording=recording, purpose=purpose, closed_at=None,
        defaults={"opened_at": now, "last_at": now},
    )  # fmt: skip
    if is_new:
        ledger.append(
            kind="evidence.viewing_opened", actor=viewer.actor, subject=f"recording:{recording.pk}", now=now,
            facts={"viewing": viewing.pk, "purpose": purpose} | _seen_from(viewer, recording.unit.path),
        )  # fmt: skip
    return viewing


def _close(viewing: models.Viewing, *, now: dt.datetime) -> None:
    viewing.closed_at = now
    viewing.save(update_fields=["closed_at"])
    if viewing.spans_ms:
        viewer = gates.load_viewer(viewing.user, now=viewing.last_at, second_factor=True)
        ledger.append(
            kind="evidence.viewed", actor=str(viewing.user_id), subject=f"recording:{viewing.recording_id}", now=now,
            facts={"viewing": viewing.pk, "purpose": viewing.purpose, "spans_ms": viewing.spans_ms,
                   "opened_at": viewing.opened_at, "last_at": viewing.last_at}
            | _seen_from(viewer, viewing.recording.unit.path),
        )  # fmt: skip


def _seen_from(viewer: gates.Viewer, path: str) -> dict[str, object]:
    """Where a reading belongs: to the unit of the post from which oversight looks, so that a look betrays nothing to
    the unit that is looked at; anybody else's to the footage's own unit.
    """
    above = [post for post in viewer.paths(*FROM_ABOVE) if path.startswith(post)]
    return {"unit_path": min(above, key=len)} if above else {}


@transaction.atomic
def close_viewings(*, now: dt.datetime) -> int:
    """Write to the log the ranges of every viewing whose window has passed; how many."""
    due = models.Viewing.objects.select_for_update(skip_locked=True).filter(
        closed_at__isnull=True, opened_at__lte=now - VIEWING_WINDOW
    )
    closed = list(due.order_by("opened_at")[:1000])
    for viewing in closed:
        _close(viewing, now=now)
    return len(closed)


def merge_spans(spans: Sequence[Sequence[int]]) -> list[list[int]]:
    """Sorted, disjoint [start, end) spans in milliseconds that cover the same time; empty ones go."""
    merged: list[list[int]] = []
    for start, end in sorted((int(span[0]), int(span[1])) for span in spans):
        if end <= start:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1][1] = max(merged[-1][1], end)
        else:
            merged.append([start, end])
    return merged


def grant_purpose(grant_id: UUID) -> str:
    """The purpose under which a grant's viewing is logged."""
    return f"grant:{grant_id}"

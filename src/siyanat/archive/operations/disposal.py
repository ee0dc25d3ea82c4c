"""Lawful deletion: a list, a proposal, a second person, seven days, a tombstone, a receipt.

Kept here: the only place that disposes of anything. The order is the promise: recycle bin (agreed), tombstone
and log entry committed, bytes unlinked and the folder synced, item marked as done. A process that dies at any
step is followed by the same routine, which goes on where it stopped. What is held, or kept longer by now, is
spared.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from uuid import UUID

from django.db import transaction

from siyanat.archive import models, queries
from siyanat.evidence import models as evidence
from siyanat.evidence import operations as evidence_acts
from siyanat.evidence import queries as evidence_queries
from siyanat.ledger import operations as ledger
from siyanat.lib import errors
from siyanat.roster import gates
from siyanat.roster import models as roster

RECYCLE_DAYS = 7
ACTOR = "system:archive.dispose_due"
State = models.Disposal.State
ItemState = models.DisposalItem.State
Spared = models.DisposalItem.Spared


@transaction.atomic
def propose_disposal(
    *, viewer: gates.Viewer, recording_ids: Iterable[UUID], now: dt.datetime
) -> models.Disposal:
    """Propose to dispose of recordings that are due; nothing changes for them until a second person agrees.

    :raises errors.NotFound: one of them is not under the viewer's custody.
    :raises errors.Refusal: ``archive.nothing_chosen``, ``archive.too_many``, ``archive.not_due``,
        ``access.concerns_yourself``.
    """
    wanted = set(recording_ids)
    if not wanted:
        raise errors.Refusal("archive.nothing_chosen")
    if len(wanted) > queries.LIST_LIMIT:
        raise errors.Refusal("archive.too_many", count=len(wanted), most=queries.LIST_LIMIT)
    _check_custody(viewer, wanted)
    due = list(queries.list_due(viewer, now=now).filter(pk__in=wanted))
    if len(due) < len(wanted):
        raise errors.Refusal("archive.not_due", count=len(wanted) - len(due))
    gates.check_not_concerned(viewer, queries.concerned_people(wanted), act="archive.dispose")
    path = gates.common_path(one.unit.path for one in due)
    disposal = models.Disposal.objects.create(unit_path=path, proposed_by=viewer.user, proposed_at=now)
    models.DisposalItem.objects.bulk_create(
        models.DisposalItem(
            disposal=disposal, recording=one, category=one.deciding, kept_until=one.kept_until
        )
        for one in due
    )
    _tell(
        disposal,
        "archive.disposal_proposed",
        viewer.actor,
        now,
        recordings=sorted(str(one.pk) for one in due),
    )
    return disposal


@transaction.atomic
def agree_disposal(*, viewer: gates.Viewer, disposal_id: UUID, now: dt.datetime) -> models.Disposal:
    """Agree as the second person: what is still due goes to the recycle bin for seven days, the rest is
    spared.

    :raises errors.Refusal: ``archive.second_person_needed``, ``archive.disposal_not_in_state``,
        ``access.concerns_yourself``.
    """
    disposal = _lock(viewer, disposal_id, State.PROPOSED)
    if disposal.proposed_by_id == viewer.user.pk:
        raise errors.Refusal("archive.second_person_needed")
    items = list(disposal.items.select_related("recording").order_by("recording_id"))
    concerned = queries.concerned_people(item.recording_id for item in items)
    gates.check_not_concerned(viewer, concerned, act="archive.dispose")
    for item in items:
        why = _why_spared(item, now)
        if why:
            _spare(item, why)
        else:
            evidence_acts.recycle(
                recording_id=item.recording_id,
                actor=viewer.actor,
                reference=f"disposal:{disposal.pk}",
                now=now,
            )
    disposal.state, disposal.agreed_by, disposal.agreed_at = State.AGREED, viewer.user, now
    disposal.due_at = now + dt.timedelta(days=RECYCLE_DAYS)
    disposal.save()
    _tell(disposal, "archive.disposal_agreed", viewer.actor, now, due_at=disposal.due_at)
    return disposal


@transaction.atomic
def withdraw_disposal(
    *, viewer: gates.Viewer, disposal_id: UUID, reason: str, now: dt.datetime
) -> models.Disposal:
    """Withdraw a disposal before its end: whoever has custody may, alone. What is in the recycle bin comes
    out.

    :raises errors.Refusal: ``archive.reason_missing``, ``archive.disposal_not_in_state``.
    """
    if not reason.strip():
        raise errors.Refusal("archive.reason_missing")
    disposal = _lock(viewer, disposal_id, State.PROPOSED, State.AGREED)
    for item in (
        disposal.items.filter(state=ItemState.LISTED).select_related("recording").order_by("recording_id")
    ):
        _restore(item, viewer.actor, now)
        _spare(item, Spared.WITHDRAWN)
    finished = not disposal.items.filter(state__in=[ItemState.TOMBSTONED, ItemState.DONE]).exists()
    disposal.state = State.WITHDRAWN if finished else State.AGREED
    disposal.withdrawn_by, disposal.withdrawn_at = viewer.user, now
    disposal.save()
    _tell(disposal, "archive.disposal_withdrawn", viewer.actor, now, personal={"reason": reason})
    return disposal


def carry_out(*, disposal_id: UUID, now: dt.datetime) -> models.Disposal:
    """Dispose of everything whose seven days are over. Safe to repeat, and to run after a crash at any step.

    :raises errors.Refusal: ``archive.not_yet`` before the end of the seven days.
    :raises errors.PassingFault: when the disk refuses; what was done stays done.
    """
    disposal = models.Disposal.objects.get(pk=disposal_id)
    if disposal.state != State.AGREED:
        return disposal
    if disposal.due_at is None or now < disposal.due_at:
        raise errors.Refusal("archive.not_yet", due_at=disposal.due_at)
    for item_id in disposal.items.order_by("recording_id").values_list("pk", flat=True):
        _carry_out_item(item_id, now)
    return _finish(disposal_id, now)


def dispose_due(*, now: dt.datetime) -> int:
    """Carry out every disposal whose time has come; how many were finished."""
    waiting = models.Disposal.objects.filter(state=State.AGREED, due_at__lte=now).order_by("due_at")
    return sum(
        carry_out(disposal_id=key, now=now).state == State.DONE
        for key in waiting.values_list("pk", flat=True)
    )


def _carry_out_item(item_id: int, now: dt.datetime) -> None:
    """One recording: tombstone and log entry in a transaction, then the bytes, then the mark."""
    item = _tombstone(item_id, now)
    if item.state != ItemState.TOMBSTONED:
        return
    evidence_acts.unlink_disposed(recording=item.recording, actor=ACTOR, now=now)
    models.DisposalItem.objects.filter(pk=item_id, state=ItemState.TOMBSTONED).update(state=ItemState.DONE)


@transaction.atomic
def _tombstone(item_id: int, now: dt.datetime) -> models.DisposalItem:
    rows = models.DisposalItem.objects.select_for_update(of=("self",)).select_related("recording", "disposal")
    item = rows.get(pk=item_id)
    if item.state != ItemState.LISTED:
        return item
    _lock_what_holds_name(item.recording_id)
    why = _why_spared(item, now)
    if why:
        _restore(item, ACTOR, now)
        _spare(item, why)
        return item
    evidence_acts.dispose(
        recording_id=item.recording_id, actor=ACTOR, reference=f"disposal:{item.disposal_id}", now=now
    )
    item.state = ItemState.TOMBSTONED
    item.save(update_fields=["state"])
    return item


def _lock_what_holds_name(recording_id: UUID) -> None:
    """Wait for holds that are being placed this moment: each refers to the recording, its shift or a unit
    above it.

    A row that refers to another takes a key-share lock on it, which these locks exclude until we commit.
    """
    recording = (
        evidence.Recording.objects.select_for_update(of=("self",)).select_related("unit").get(pk=recording_id)
    )
    current = evidence_queries.current_attributions().filter(recording=recording).values("shift")
    list(roster.Shift.objects.select_for_update().filter(pk__in=current).order_by("pk").values_list("pk"))
    above = [int(part) for part in recording.unit.path.strip("/").split("/")]
    list(roster.Unit.objects.select_for_update().filter(pk__in=above).order_by("pk").values_list("pk"))


def _why_spared(item: models.DisposalItem, now: dt.datetime) -> str:
    if evidence_queries.is_held(evidence.Recording.objects.select_related("unit").get(pk=item.recording_id)):
        return Spared.HELD
    return Spared.KEPT_LONGER if queries.kept_until(item.recording) > now else ""


def _spare(item: models.DisposalItem, why: str) -> None:
    item.state, item.spared_because = ItemState.SPARED, why
    item.save(update_fields=["state", "spared_because"])


def _restore(item: models.DisposalItem, actor: str, now: dt.datetime) -> None:
    recording = evidence.Recording.objects.get(pk=item.recording_id)
    if recording.state == evidence.Recording.State.RECYCLED:
        evidence_acts.restore(
            recording_id=recording.pk, actor=actor, reference=f"disposal:{item.disposal_id}", now=now
        )


@transaction.atomic
def _finish(disposal_id: UUID, now: dt.datetime) -> models.Disposal:
    disposal = models.Disposal.objects.select_for_update(of=("self",)).get(pk=disposal_id)
    is_open = disposal.items.filter(state__in=[ItemState.LISTED, ItemState.TOMBSTONED]).exists()
    if disposal.state != State.AGREED or is_open:
        return disposal
    disposal.state, disposal.done_at = State.DONE, now
    disposal.save(update_fields=["state", "done_at"])
    done = disposal.items.filter(state=ItemState.DONE).values_list("recording__sha256", flat=True)
    spared = disposal.items.filter(state=ItemState.SPARED).count()
    _tell(disposal, "archive.disposal_done", ACTOR, now, sha256=sorted(done), spared=spared)
    return disposal


def _check_custody(viewer: gates.Viewer, recording_ids: set[UUID]) -> None:
    paths = viewer.paths(*queries.KEEPERS)
    mine = evidence.Recording.objects.filter(gates.under(paths), pk__in=recording_ids).count()
    if mine < len(recording_ids):
        raise errors.NotFound


def _lock(viewer: gates.Viewer, disposal_id: UUID, *states: str) -> models.Disposal:
    rows = models.Disposal.objects.select_for_update(of=("self",)).filter(
        gates.under(viewer.paths(*queries.KEEPERS), field="unit_path")
    )
    disposal = gates.get_in_scope(rows, pk=disposal_id)
    if disposal.state not in states:
        raise errors.Refusal("archive.disposal_not_in_state", state=disposal.state)
    return disposal


def _tell(
    disposal: models.Disposal,
    kind: str,
    actor: str,
    now: dt.datetime,
    *,
    personal: dict[str, object] | None = None,
    **facts: object,
) -> None:
    ledger.append(
        kind=kind, actor=actor, subject=f"disposal:{disposal.pk}", now=now,
        facts=facts | {"unit_path": disposal.unit_path}, personal=personal,
    )  # fmt: skip

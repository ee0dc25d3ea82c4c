"""Ask for a bundle, make it, fetch it, hand it out: each an act in the log."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from siyanat.archive import bundle, models, queries
from siyanat.evidence import models as evidence
from siyanat.jobs import operations as jobs
from siyanat.ledger import models as ledger_models
from siyanat.ledger import operations as ledger
from siyanat.ledger import proofs
from siyanat.ledger import queries as ledger_queries
from siyanat.lib import errors
from siyanat.roster import gates

ACTOR = "system:archive.build_export"
State = models.Export.State


def exports_folder() -> Path:
    """Where finished bundles lie: beside the store, never inside it."""
    return Path(settings.STORE).parent / "exports"


@transaction.atomic
def ask_export(
    *,
    viewer: gates.Viewer,
    recipient: str,
    reason: str,
    now: dt.datetime,
    reference: str = "",
    recording_ids: Iterable[UUID] = (),
    with_disclosures: bool = False,
) -> models.Export:
    """Ask for a bundle of a case's footage (``reference``: its number or ``case:<id>``) or of chosen recordings.

    Personal values travel only for an integrity officer over all of it, and of them only those that they may open.

    :raises errors.NotFound: a recording is not under the viewer's custody.
    :raises errors.Refusal: ``archive.reason_missing``, ``archive.reference_unknown``, ``archive.nothing_chosen``,
        ``archive.bytes_gone``, ``archive.too_many``, ``archive.disclosures_not_yours``, ``access.concerns_yourself``.
    """
    if not (recipient.strip() and reason.strip()):
        raise errors.Refusal("archive.reason_missing")
    typed, reference = reference, (queries.find_reference(reference) or "") if reference else ""
    if typed and not reference:
        raise errors.Refusal("archive.reference_unknown", reference=typed)
    recordings = _choose_of_case(viewer, typed, reference) if typed else _choose(viewer, set(recording_ids))
    concerned = queries.concerned_people(one.pk for one in recordings)
    gates.check_not_concerned(viewer, concerned, act="archive.export")
    path = gates.common_path(one.unit.path for one in recordings)
    if with_disclosures and not viewer.holds_over(path, gates.Role.INTEGRITY_OFFICER):
        raise errors.Refusal("archive.disclosures_not_yours")
    export = models.Export.objects.create(
        reference=reference or models.BY_HAND, unit_path=path,
        recipient=recipient, reason=reason, with_disclosures=with_disclosures, asked_by=viewer.user, asked_at=now,
    )  # fmt: skip
    models.ExportItem.objects.bulk_create(
        models.ExportItem(export=export, recording=one) for one in recordings
    )
    personal: dict[str, object] = {"recipient": recipient, "reason": reason}
    recorded = sorted(str(one.pk) for one in recordings)
    _tell(export, "archive.export_asked", viewer.actor, now, personal=personal, recordings=recorded,
          with_disclosures=with_disclosures)  # fmt: skip
    jobs.enqueue("archive.build_export", export_id=str(export.pk))
    return export


def _choose(viewer: gates.Viewer, wanted: set[UUID]) -> list[evidence.Recording]:
    chosen = _first(evidence.Recording.objects.filter(pk__in=wanted))
    if not wanted:
        raise errors.Refusal("archive.nothing_chosen")
    if len(chosen) < min(len(wanted), queries.LIST_LIMIT) or not _reaches(viewer, chosen):
        raise errors.NotFound
    kept = [one for one in chosen if one.state != evidence.Recording.State.DISPOSED]
    if len(kept) < len(chosen):
        raise errors.Refusal("archive.bytes_gone", count=len(chosen) - len(kept))
    return kept


def _choose_of_case(viewer: gates.Viewer, typed: str, reference: str) -> list[evidence.Recording]:
    """What a case's holds cover and still has its bytes; a case elsewhere is answered as one that there isn't."""
    chosen = _first(queries.recordings_of_reference(reference))
    if not chosen or not _reaches(viewer, chosen):
        raise errors.Refusal("archive.reference_unknown", reference=typed)
    kept = [one for one in chosen if one.state != evidence.Recording.State.DISPOSED]
    if not kept:
        raise errors.Refusal("archive.bytes_gone", count=len(chosen))
    return kept


def _first(rows: QuerySet[evidence.Recording]) -> list[evidence.Recording]:
    chosen = list(rows.select_related("unit").order_by("starts_at", "pk")[: queries.LIST_LIMIT + 1])
    if len(chosen) > queries.LIST_LIMIT:
        raise errors.Refusal("archive.too_many", count=len(chosen), most=queries.LIST_LIMIT)
    return chosen


def _reaches(viewer: gates.Viewer, recordings: Iterable[evidence.Recording]) -> bool:
    return all(viewer.holds_over(one.unit.path, *queries.KEEPERS) for one in recordings)


def build_export(*, export_id: UUID | str, now: dt.datetime) -> models.Export:
    """Make the bundle; run again after a crash, it starts from the beginning.

    :raises errors.PassingFault: ``store.disk_full``; the job is tried again.
    """
    export = models.Export.objects.get(pk=export_id)
    if export.state not in (State.ASKED, State.FAILED):
        return export
    try:
        made = bundle.build(export, folder=exports_folder(), record=_record_built, now=now)
    except errors.Refusal as refusal:
        models.Export.objects.filter(pk=export.pk).update(state=State.FAILED, fault=refusal.code)
        raise
    models.Export.objects.filter(pk=export.pk).update(
        state=State.READY, fault="", finished_at=now, manifest_sha256=made.manifest_sha256,
        bundle_sha256=made.bundle_sha256, path=str(made.path), size_bytes=made.size_bytes,
    )  # fmt: skip
    export.refresh_from_db()
    return export


@transaction.atomic
def _record_built(export: models.Export, manifest_sha256: str, now: dt.datetime) -> ledger_models.Entry:
    """The log entry that binds the manifest: it travels in the bundle with its proof."""
    return _tell(export, "archive.export_built", ACTOR, now, manifest_sha256=manifest_sha256)


@transaction.atomic
def fetch_export(*, viewer: gates.Viewer, export_id: UUID, now: dt.datetime) -> models.Export:
    """Note that the bundle is fetched from the server; its path is in the answer.

    :raises errors.Refusal: ``archive.export_not_ready``; ``access.concerns_yourself``.
    """
    export = _own(viewer, export_id)
    if export.state not in (State.READY, State.HANDED_OUT) or not Path(export.path).is_file():
        raise errors.Refusal("archive.export_not_ready")
    _tell(export, "archive.export_fetched", viewer.actor, now, bundle_sha256=export.bundle_sha256)
    return export


@transaction.atomic
def hand_out(
    *, viewer: gates.Viewer, export_id: UUID, handed_to: str, at: dt.datetime, now: dt.datetime
) -> models.Export:
    """Record to whom and when the bundle was handed; the hand-out receipt tells of this entry.

    :raises errors.Refusal: ``archive.export_not_ready``, ``archive.collector_missing``,
        ``archive.hand_out_time_impossible`` when ``at`` is before it was made, or after ``now``.
    """
    export = _own(viewer, export_id)
    if not handed_to.strip():
        raise errors.Refusal("archive.collector_missing")
    if export.finished_at is not None and not _to_the_minute(export.finished_at) <= at <= now:
        raise errors.Refusal("archive.hand_out_time_impossible", made_at=export.finished_at, now=now)
    claimed = models.Export.objects.filter(pk=export.pk, state=State.READY).update(
        state=State.HANDED_OUT, handed_out_by=viewer.user, handed_out_at=at, handed_to=handed_to.strip()
    )
    if not claimed:
        raise errors.Refusal("archive.export_not_ready")
    _tell(export, "archive.export_handed_out", viewer.actor, now, personal={"handed_to": handed_to.strip()},
          bundle_sha256=export.bundle_sha256, manifest_sha256=export.manifest_sha256,
          handed_out_at=at)  # fmt: skip
    export.refresh_from_db()
    return export


def _to_the_minute(moment: dt.datetime) -> dt.datetime:
    return moment.replace(second=0, microsecond=0)


def _own(viewer: gates.Viewer, export_id: UUID) -> models.Export:
    export = queries.get_export(viewer, export_id)
    if not viewer.holds_over(export.unit_path, *queries.KEEPERS):
        raise errors.NotFound
    concerned = queries.concerned_people(export.items.values_list("recording", flat=True))
    gates.check_not_concerned(viewer, concerned, act="archive.export")
    return export


# Receipts.


def disposal_receipt(disposal: models.Disposal) -> str:
    """JSON for whoever asks where the footage went: what was disposed of, by whom agreed, with the log's
    proofs.

    :raises errors.Refusal: ``ledger.not_sealed_yet`` until the entries are under a checkpoint.
    """
    items = list(queries.list_items(disposal))
    subjects = [f"disposal:{disposal.pk}"]
    gone = [item for item in items if item.state == models.DisposalItem.State.DONE]
    kinds = ["evidence.recording_disposed", "evidence.bytes_unlinked"]
    about = ledger_queries.entries_about(*(f"recording:{item.recording_id}" for item in gone))
    entries = [*ledger_queries.entries_about(*subjects), *about.filter(kind__in=kinds)]
    facts = {
        "disposal": str(disposal.pk), "state": disposal.state, "proposed_at": disposal.proposed_at,
        "agreed_at": disposal.agreed_at, "done_at": disposal.done_at,
        "proposed_by": str(disposal.proposed_by_id), "agreed_by": str(disposal.agreed_by_id),
        "recordings": [
            {"recording": str(item.recording_id), "sha256": item.recording.sha256, "category": item.category,
             "size_bytes": item.recording.size_bytes, "starts_at": item.recording.starts_at,
             "kept_until": item.kept_until, "state": item.state, "spared_because": item.spared_because}
            for item in items
        ],
    }  # fmt: skip
    return _receipt("siyanat-disposal-receipt/1", facts, entries)


def hand_out_receipt(export: models.Export) -> str:
    """JSON for the recipient: what was handed out, with the log's proofs.

    :raises errors.Refusal: ``ledger.not_sealed_yet``; ``archive.export_not_ready`` before it was handed out.
    """
    if export.state != State.HANDED_OUT:
        raise errors.Refusal("archive.export_not_ready")
    facts = {
        "export": str(export.pk), "reference": export.reference, "recipient": export.recipient,
        "handed_to": export.handed_to, "asked_at": export.asked_at, "handed_out_at": export.handed_out_at,
        "size_bytes": export.size_bytes, "bundle_sha256": export.bundle_sha256, "manifest_sha256": export.manifest_sha256,
    }  # fmt: skip
    return _receipt(
        "siyanat-hand-out-receipt/1", facts, list(ledger_queries.entries_about(f"export:{export.pk}"))
    )


def _receipt(form: str, facts: dict[str, Any], entries: list[ledger_models.Entry]) -> str:
    if not entries or any(entry.position is None for entry in entries):
        raise errors.Refusal("ledger.not_sealed_yet")
    checkpoint = proofs.get_checkpoint_over(
        max(entry.position for entry in entries if entry.position is not None)
    )
    texts = proofs.prove_all(entries, checkpoint=checkpoint)
    log = [{"body": entry.body, "proof": text} for entry, text in zip(entries, texts, strict=True)]
    plain = json.loads(ledger.canonical({"format": form, **facts, "log": log}))
    return json.dumps(plain, ensure_ascii=False, indent=2) + "\n"


def _tell(
    export: models.Export,
    kind: str,
    actor: str,
    now: dt.datetime,
    *,
    personal: dict[str, object] | None = None,
    **facts: object,
) -> ledger_models.Entry:
    return ledger.append(
        kind=kind, actor=actor, subject=f"export:{export.pk}", now=now,
        facts=facts | {"reference": export.reference, "unit_path": export.unit_path}, personal=personal,
    )  # fmt: skip

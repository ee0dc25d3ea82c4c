"""Witnessing logs of the level below: c2sp.org/tlog-witness, the side of the witness.

Kept here: which logs are known, what was cosigned of each last, and the one routine that moves it. A head is
cosigned when its log signed it and the proof shows that it only continues the head cosigned before; it is stored
first and answered then. A head that is rightly signed and does not continue is kept with the one that it
contradicts: proof of two histories. Cosigning is no act of a person and writes no entry; registering a log,
refusing a head and noting a refusal do.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from siyanat.ledger import keys, models, operations, queries
from siyanat.lib import cosignature, errors, merkle, signed_note

ACTOR = f"{operations.SYSTEM}:witness"
OVERSIGHT = ("external_overseer",)
SILENT_AFTER = dt.timedelta(days=1)
MAX_REFUSED = 100  # of one log: the first of them say it all


@dataclass(frozen=True, slots=True)
class Answer:
    """What the protocol answers: status of HTTP and body."""

    status: int
    text: str = ""
    content_type: str = "text/plain; charset=utf-8"


def is_witness() -> bool:
    """Whether this deployment witnesses logs."""
    return bool(settings.LEDGER_WITNESS_NAME)


@transaction.atomic
def register_log(*, key: str, actor: str, now: dt.datetime, origin: str = "") -> models.LogBelow:
    """Witness a log from now on: its verifier key, handed over apart from it, and its origin where the key's name
    is another. A further key of a known log is added.

    :raises errors.Refusal: ``ledger.no_witness_name``, ``note.bad_key``, ``ledger.log_registered``.
    """
    if not is_witness():
        raise errors.Refusal("ledger.no_witness_name")
    parsed = signed_note.VerifierKey.parse(key.strip())
    log, _ = models.LogBelow.objects.get_or_create(
        origin=origin or parsed.name,
        defaults={"registered_at": now, "keys": "", "root": merkle.EMPTY_ROOT},
    )
    if parsed.encode() in log.keys.split():
        raise errors.Refusal("ledger.log_registered", origin=log.origin)
    log.keys = "\n".join([*log.keys.split(), parsed.encode()])
    log.save(update_fields=["keys"])
    operations.append(
        kind="ledger.log_below_registered", actor=actor, subject=f"log:{log.pk}", now=now,
        facts={"origin": log.origin, "key": parsed.encode()},
    )  # fmt: skip
    return log


def add_checkpoint(body: bytes, *, now: dt.datetime) -> Answer:
    """``add-checkpoint``: the statuses are those of the specification, in its order."""
    try:
        asked = cosignature.Submission.parse(body.decode())
        note = signed_note.Note.parse(asked.checkpoint)
        head = signed_note.Checkpoint.parse(note.text)
    except (UnicodeDecodeError, errors.Refusal):
        return Answer(400, "malformed\n")
    with transaction.atomic():
        log = models.LogBelow.objects.select_for_update().filter(origin=head.origin).first()
        return Answer(404, "unknown origin\n") if log is None else _consider(log, asked, note, head, now)


def _consider(
    log: models.LogBelow,
    asked: cosignature.Submission,
    note: signed_note.Note,
    head: signed_note.Checkpoint,
    now: dt.datetime,
) -> Answer:
    trusted = [signed_note.VerifierKey.parse(text) for text in log.keys.split()]
    try:
        signed = signed_note.verify_note(note=note, keys=trusted)
    except errors.BrokenPromise:
        return Answer(403, "not signed by a key of this log\n")
    if asked.old_size > head.size:
        return Answer(400, "the old size is larger than the checkpoint's\n")
    if asked.old_size != log.size:
        return Answer(409, f"{log.size}\n", "text/x.tlog.size")
    if not _continues(log, asked, head):
        _keep_refused(log, note, head, now)
        return Answer(422, "the proof does not lead from the head cosigned before to this one\n")
    return Answer(200, _cosign(log, note, head, signed, now))


def _continues(log: models.LogBelow, asked: cosignature.Submission, head: signed_note.Checkpoint) -> bool:
    """Whether the head is the one cosigned before with leaves appended (from nothing, anything is)."""
    if log.size == 0:
        return not asked.proof and (head.size > 0 or head.root == merkle.EMPTY_ROOT)
    return merkle.verify_consistency(
        old_size=log.size, new_size=head.size, old_root=bytes(log.root), new_root=head.root, proof=asked.proof
    )


def _cosign(
    log: models.LogBelow,
    note: signed_note.Note,
    head: signed_note.Checkpoint,
    signed: list[signed_note.VerifierKey],
    now: dt.datetime,
) -> str:
    ours = keys.load_cosigner().cosign(note.text, time=int(now.timestamp()))
    by = {(key.name, key.key_id) for key in signed}
    theirs = [one for one in note.signatures if (one.name, one.key_id) in by]
    log.size, log.root, log.seen_at = head.size, head.root, now
    log.note = signed_note.Note(note.text, (*theirs, ours)).encode()
    log.save(update_fields=["size", "root", "seen_at", "note"])
    return ours.line()


def _keep_refused(
    log: models.LogBelow, note: signed_note.Note, head: signed_note.Checkpoint, now: dt.datetime
) -> None:
    if log.refused.count() >= MAX_REFUSED:
        return
    refused, is_new = models.RefusedHead.objects.get_or_create(
        log=log, size=head.size, root=head.root,
        defaults={"note": note.encode(), "known": log.note, "refused_at": now},
    )  # fmt: skip
    if is_new:
        operations.append(
            kind="ledger.head_refused", actor=ACTOR, subject=f"log:{log.pk}", now=now,
            facts={"refused": refused.pk, "origin": log.origin, "size": head.size, "root": head.root.hex(),
                   "known_size": log.size, "known_root": bytes(log.root).hex()},
        )  # fmt: skip


@transaction.atomic
def note_refusal(*, reader: queries.Reader, refused_id: int, now: dt.datetime) -> models.RefusedHead:
    """Oversight takes up what was refused; until then it stands in their kartabl.

    :raises errors.NotFound: when there is none, or the reader is no overseer.
    :raises errors.Refusal: ``ledger.refusal_noted``.
    """
    if not reader.paths(*OVERSIGHT):
        raise errors.NotFound
    refused = models.RefusedHead.objects.select_for_update().filter(pk=refused_id).first()
    if refused is None:
        raise errors.NotFound
    if refused.noted_at is not None:
        raise errors.Refusal("ledger.refusal_noted")
    refused.noted_at, refused.noted_by = now, reader.actor
    refused.save(update_fields=["noted_at", "noted_by"])
    operations.append(
        kind="ledger.refusal_noted", actor=reader.actor, subject=f"log:{refused.log_id}", now=now,
        facts={"refused": refused.pk},
    )  # fmt: skip
    return refused


def get_cosigned(origin_hash: str) -> str:
    """The head of a log that was cosigned last, by the SHA-256 of its origin in hex.

    :raises errors.NotFound: when nothing of such a log was cosigned.
    """
    for log in models.LogBelow.objects.exclude(note=""):
        if hashlib.sha256(log.origin.encode()).hexdigest() == origin_hash:
            return log.note
    raise errors.NotFound


def list_logs() -> QuerySet[models.LogBelow]:
    """The logs that are witnessed here, by origin."""
    return models.LogBelow.objects.order_by("origin")


def list_silent(*, now: dt.datetime) -> list[models.LogBelow]:
    """Logs of which nothing was heard for `SILENT_AFTER`: a log that is rewritten stops sending."""
    return [log for log in list_logs() if (log.seen_at or log.registered_at) < now - SILENT_AFTER]


def get_refused(refused_id: int) -> models.RefusedHead:
    """:raises errors.NotFound: when there is none."""
    row = models.RefusedHead.objects.filter(pk=refused_id).first()
    if row is None:
        raise errors.NotFound
    return row


def list_refused(*, noted: bool | None = None) -> QuerySet[models.RefusedHead]:
    """Heads that were refused, the newest first; all, or those (not) taken up by oversight."""
    rows = models.RefusedHead.objects.select_related("log").order_by("-refused_at", "-pk")
    return rows if noted is None else rows.filter(noted_at__isnull=not noted)

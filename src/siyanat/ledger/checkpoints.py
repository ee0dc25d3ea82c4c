"""Give entries their positions, sign the tree's head, and send it to the level above.

Kept here: the only writers of positions, nodes and checkpoints. Each is safe to run at any time, by any
number of processes at once, and to run again after a crash: there is one routine for normal running and
recovery. None repairs: a tree that shrank or differs from what was signed is a broken promise, and a person
decides.
"""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction

from siyanat.ledger import keys, models, tree
from siyanat.lib import durable, errors, merkle, signed_note

BATCH = 5_000
_UNSAFE = re.compile(r"[^A-Za-z0-9.-]+")


@transaction.atomic
def sequence_entries(*, limit: int = BATCH) -> int:
    """Give up to ``limit`` waiting entries their positions and grow the tree; how many there were.

    Entries of transactions that are not committed yet are not seen and get a later position: order in the log
    is the order of sequencing, while ``recorded_at`` says when the act was.
    """
    tree.lock()
    waiting = list(
        models.Entry.objects.filter(position__isnull=True).order_by("id").values_list("id", "body")[:limit]
    )
    if not waiting:
        return 0
    size = tree.get_size()
    leaves = [merkle.leaf_hash(body.encode()) for _, body in waiting]
    _, nodes = tree.load_frontier(size).extend(leaves)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE ledger_entry SET position = new.position, leaf_hash = new.leaf_hash "
            "FROM unnest(%s::bigint[], %s::bigint[], %s::bytea[]) AS new (id, position, leaf_hash) "
            "WHERE ledger_entry.id = new.id",
            [[identifier for identifier, _ in waiting], list(range(size, size + len(waiting))), leaves],
        )
    tree.write_nodes(nodes)
    return len(waiting)


@transaction.atomic
def sign_checkpoint(*, now: dt.datetime) -> models.Checkpoint | None:
    """Sign the tree's head when it grew since the last; None when it did not.

    The note is kept beside the key before its row is committed: a database that is set back later meets it.

    :raises errors.BrokenPromise: ``ledger.log_shrank`` or ``ledger.history_changed`` against the last head in
        the database or the one kept beside the key.
    """
    tree.lock()
    size = tree.get_size()
    last = models.Checkpoint.objects.order_by("-size").first()
    if last is not None:
        _check_extends(last.size, bytes(last.root), size)
    kept = _kept_head()
    if kept is not None:
        _check_extends(kept.size, kept.root, size)
    if size == 0 or (last is not None and last.size == size):
        return None
    root = tree.load_frontier(size).root()
    head = signed_note.Checkpoint(settings.LEDGER_ORIGIN, size, root)
    note = signed_note.sign_checkpoint(checkpoint=head, signers=[keys.load_signer()])
    keys.keep_head(note)
    return models.Checkpoint.objects.create(size=size, root=root, note=note, signed_at=now)


def send_checkpoints(*, now: dt.datetime) -> int:
    """Write every checkpoint that the level above has not had yet to its folder; how many were sent.

    The folder is ``LEDGER_WITNESS_FOLDER``; without one nothing is sent and the checkpoints stay marked as
    unsent. Names are never overwritten: ``<origin>/<date>/<size>.checkpoint``.

    :raises errors.PassingFault: ``ledger.witness_unreachable``; what was written stays marked as sent.
    :raises errors.BrokenPromise: ``ledger.witness_disagrees`` when the folder holds another history.
    """
    if not settings.LEDGER_WITNESS_FOLDER:
        return 0
    root = Path(settings.LEDGER_WITNESS_FOLDER)
    unsent = list(models.Checkpoint.objects.filter(witnessed_at__isnull=True).order_by("size"))
    if not unsent:
        return 0
    if not root.is_dir():
        raise errors.PassingFault("ledger.witness_unreachable", folder=str(root))
    _check_witness(root)
    for checkpoint in unsent:
        _send(root, checkpoint)
        models.Checkpoint.objects.filter(pk=checkpoint.pk).update(witnessed_at=now)
    return len(unsent)


def seal(*, now: dt.datetime) -> models.Checkpoint | None:
    """Sequence whatever waits, sign and send: what the minute's job does. The newest checkpoint, if any.

    :raises errors.PassingFault: ``ledger.witness_unreachable``, after signing.
    """
    while sequence_entries() == BATCH:
        pass
    sign_checkpoint(now=now)
    send_checkpoints(now=now)
    return models.Checkpoint.objects.order_by("-size").first()


def _kept_head() -> signed_note.Checkpoint | None:
    note = keys.read_head()
    if note is None:
        return None
    head = signed_note.Checkpoint.parse(signed_note.Note.parse(note).text)
    signed_note.open_checkpoint(encoded=note, keys=[keys.verifier_for(head.origin)])
    return head if head.origin == settings.LEDGER_ORIGIN else None


def _check_extends(old_size: int, old_root: bytes, size: int) -> None:
    if size < old_size:
        raise errors.BrokenPromise("ledger.log_shrank", signed=old_size, now=size)
    if tree.load_frontier(old_size).root() != old_root:
        raise errors.BrokenPromise("ledger.history_changed", size=old_size)


def _origin_folder(root: Path) -> Path:
    return root / (_UNSAFE.sub("_", settings.LEDGER_ORIGIN) or "log")


def _check_witness(root: Path) -> None:
    """The newest head that the level above holds must be a head of this very tree."""
    days = sorted(_origin_folder(root).glob("????-??-??"))
    names = sorted(days[-1].glob("*.checkpoint")) if days else []
    if not names:
        return
    head = signed_note.Checkpoint.parse(signed_note.Note.parse(names[-1].read_text()).text)
    try:
        _check_extends(head.size, head.root, tree.get_size())
    except errors.BrokenPromise as error:
        raise errors.BrokenPromise(
            "ledger.witness_disagrees", file=str(names[-1]), reason=error.code
        ) from error


def _send(root: Path, checkpoint: models.Checkpoint) -> None:
    final = (
        _origin_folder(root) / checkpoint.signed_at.date().isoformat() / f"{checkpoint.size:020d}.checkpoint"
    )
    try:
        final.parent.mkdir(parents=True, exist_ok=True)
        part = keys.write_part(final, checkpoint.note.encode(), mode=0o644)
        try:
            durable.publish(temporary=part, final=final)
        except FileExistsError:
            part.unlink()
            if final.read_text() != checkpoint.note:
                raise errors.BrokenPromise(
                    "ledger.witness_disagrees", file=str(final), reason="other_note"
                ) from None
    except OSError as error:
        raise errors.PassingFault("ledger.witness_unreachable", folder=str(root)) from error


def has_level_above() -> bool:
    """Whether checkpoints are sent anywhere."""
    return bool(settings.LEDGER_WITNESS_FOLDER or settings.LEDGER_WITNESSES)

"""Does the log still say what it said? Rebuilt from the bodies and compared with all that was ever signed.

Kept here: three levels, each with the checks of the one before.

* ``presence``: positions without a hole, every node there, the newest checkpoint signed and true to the
  nodes.
* ``size``: every checkpoint signed and true to the nodes; sizes and times only grow.
* ``hash``: every body hashed again, its columns and disclosures compared with it, every node and every
  checkpoint's root computed anew.

A run is resumed where it stopped: the frontier of what was read stands in ``LogVerification``. Nothing is
repaired; each difference becomes a finding.
"""

from __future__ import annotations

import datetime as dt
import itertools
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from django.db.models import Count, Max

from siyanat.ledger import keys, models, operations, tree
from siyanat.lib import cosignature, errors, merkle, signed_note

LEVELS = ("presence", "size", "hash")
CHUNK = 2_000
MAX_FINDINGS = 1_000
COLUMNS = ("id", "position", "kind", "actor", "subject", "body", "leaf_hash", "unit_path")

Progress = Callable[[int, int], None]
"""Told how many leaves were checked, out of how many."""

Row = tuple[int, int, str, str, str, str, bytes, str]


def verify_log(
    level: str = "hash",
    *,
    now: dt.datetime,
    resume: bool = True,
    witnesses: Sequence[cosignature.CosignerKey] = (),
    progress: Progress = lambda _done, _of: None,
) -> models.LogVerification:
    """Verify the log to ``level``; ``findings`` of the answer is empty when all is well. Of each of ``witnesses``
    there must be a cosignature, and each of theirs must be right.

    :raises errors.Refusal: ``ledger.no_such_level``
    """
    if level not in LEVELS:
        raise errors.Refusal("ledger.no_such_level", level=level)
    run = _open_run(level, now=now, resume=resume)
    if run.checked == 0:
        _check_presence(run)
        _check_heads(run, level)
        for witness in witnesses:
            _check_cosignatures(run, witness)
    if level == "hash":
        _check_bodies(run, progress)
    run.finished_at = now
    run.save()
    return run


def _open_run(level: str, *, now: dt.datetime, resume: bool) -> models.LogVerification:
    if resume:
        run = (
            models.LogVerification.objects.filter(level=level, finished_at__isnull=True)
            .order_by("-id")
            .first()
        )
        if run is not None:
            return run
    start = merkle.Frontier().to_bytes()
    return models.LogVerification.objects.create(
        level=level, started_at=now, size=tree.get_size(), frontier=start
    )


def _find(run: models.LogVerification, code: str, **facts: object) -> None:
    if len(run.findings) < MAX_FINDINGS:
        run.findings.append({"code": code, **facts})


def _check_presence(run: models.LogVerification) -> None:
    """Positions 0..size-1 each once (they are unique: counting is enough), and as many nodes as the size
    asks for.
    """
    counted = models.Entry.objects.filter(position__lt=run.size).aggregate(
        count=Count("id"), last=Max("position")
    )
    if counted["count"] != run.size:
        _find(run, "ledger.position_missing", expected=run.size, found=counted["count"])
    per_level = {
        row["level"]: row["count"] for row in models.Node.objects.values("level").annotate(count=Count("id"))
    }
    size = tree.get_size()  # nodes may have been added since the run began
    for level in set(per_level) | set(range(1, size.bit_length())):
        if per_level.get(level, 0) != size >> level:
            _find(
                run,
                "ledger.nodes_missing",
                level=level,
                expected=size >> level,
                found=per_level.get(level, 0),
            )


def _check_heads(run: models.LogVerification, level: str) -> None:
    """Signatures and roots of the newest checkpoint, or of all, against the stored nodes."""
    heads: Iterable[models.Checkpoint] = models.Checkpoint.objects.order_by("-size")[:1]
    if level != "presence":
        heads = models.Checkpoint.objects.order_by("size").iterator(chunk_size=CHUNK)
    before: models.Checkpoint | None = None
    for head in heads:
        _check_signature(run, head)
        if before is not None and head.signed_at < before.signed_at:
            _find(run, "ledger.clock_went_back", size=head.size)
        if head.size > run.size:
            _find(run, "ledger.log_shrank", signed=head.size, now=run.size)
        else:
            _check_stored_root(run, head)
        before = head


def _check_signature(run: models.LogVerification, head: models.Checkpoint) -> None:
    try:
        origin = signed_note.Checkpoint.parse(signed_note.Note.parse(head.note).text).origin
        said, _ = signed_note.open_checkpoint(encoded=head.note, keys=[keys.verifier_for(origin)])
    except (errors.BrokenPromise, errors.Refusal) as error:
        _find(run, "ledger.signature_wrong", size=head.size, reason=error.code)
        return
    if (said.size, said.root) != (head.size, bytes(head.root)):
        _find(run, "ledger.checkpoint_differs_from_note", size=head.size)


def _check_cosignatures(run: models.LogVerification, witness: cosignature.CosignerKey) -> None:
    rows = models.Cosignature.objects.filter(witness=witness.name).select_related("checkpoint")
    cosigned = 0
    for row in rows.order_by("checkpoint__size").iterator(chunk_size=CHUNK):
        try:
            note = signed_note.Note.parse(row.checkpoint.note + row.line)
            if witness.seen_at(note) is None:
                raise errors.BrokenPromise("note.no_known_signature")
            cosigned = row.checkpoint.size
        except (errors.BrokenPromise, errors.Refusal) as error:
            _find(
                run,
                "ledger.cosignature_wrong",
                size=row.checkpoint.size,
                witness=witness.name,
                reason=error.code,
            )
    if cosigned == 0:
        _find(run, "ledger.not_cosigned", witness=witness.name)


def _check_stored_root(run: models.LogVerification, head: models.Checkpoint) -> None:
    try:
        root = tree.load_frontier(head.size).root()
    except errors.BrokenPromise as error:
        _find(run, error.code, **error.facts)
        return
    if root != bytes(head.root):
        _find(run, "ledger.history_changed", size=head.size)


def _check_bodies(run: models.LogVerification, progress: Progress) -> None:
    frontier = merkle.Frontier.from_bytes(bytes(run.frontier))
    while frontier.size < run.size:
        rows: list[Row] = list(
            models.Entry.objects.filter(position__gte=frontier.size, position__lt=run.size)
            .order_by("position")
            .values_list(*COLUMNS)[:CHUNK]
        )
        contiguous = [row for place, row in enumerate(rows) if row[1] == frontier.size + place]
        if not contiguous:
            break  # the hole is among the findings already; nothing after it can be hashed into this tree
        frontier = _check_chunk(run, frontier, contiguous)
        run.frontier, run.checked = frontier.to_bytes(), frontier.size
        run.save()
        progress(frontier.size, run.size)


def _check_chunk(run: models.LogVerification, frontier: merkle.Frontier, rows: list[Row]) -> merkle.Frontier:
    for row in rows:
        _check_row(run, row)
    _check_disclosures(run, rows)
    leaves = [merkle.leaf_hash(row[5].encode()) for row in rows]
    start, end = frontier.size, frontier.size + len(rows)
    heads = {
        head.size: bytes(head.root)
        for head in models.Checkpoint.objects.filter(size__gt=start, size__lte=end)
    }
    nodes: list[merkle.Node] = []
    for first, last in itertools.pairwise(sorted({start, end, *heads})):
        frontier, grown = frontier.extend(leaves[first - start : last - start])
        nodes += grown
        if last in heads and frontier.root() != heads[last]:
            _find(run, "ledger.root_differs", size=last)
    _check_nodes(run, nodes)
    return frontier


def _check_row(run: models.LogVerification, row: Row) -> None:
    _, position, kind, actor, subject, body, leaf, unit_path = row
    if merkle.leaf_hash(body.encode()) != bytes(leaf):
        _find(run, "ledger.body_differs", position=position)
    said = json.loads(body)
    place = said.get("facts", {}).get("unit_path", "")
    if (said.get("kind"), said.get("actor"), said.get("subject"), place) != (kind, actor, subject, unit_path):
        _find(run, "ledger.columns_differ", position=position)


def _check_disclosures(run: models.LogVerification, rows: list[Row]) -> None:
    bodies = {row[0]: (row[1], row[5]) for row in rows}
    for disclosure in models.Disclosure.objects.filter(entry_id__in=bodies):
        position, body = bodies[disclosure.entry_id]
        commitment = json.loads(body)["commitments"].get(disclosure.name)
        if operations.commit(bytes(disclosure.salt), disclosure.value) != commitment:
            _find(run, "ledger.disclosure_differs", position=position, name=disclosure.name)


def _check_nodes(run: models.LogVerification, nodes: list[merkle.Node]) -> None:
    stored: dict[merkle.NodeId, bytes] = {}
    levels: dict[int, list[int]] = defaultdict(list)
    for node in nodes:
        if node.level > 0:
            levels[node.level].append(node.index)
    for level, indexes in levels.items():
        rows = models.Node.objects.filter(level=level, index__range=(min(indexes), max(indexes)))
        stored |= {(level, index): bytes(digest) for index, digest in rows.values_list("index", "hash")}
    for node in nodes:
        if node.level > 0 and stored.get((node.level, node.index)) != node.digest:
            _find(run, "ledger.node_differs", level=node.level, index=node.index)


def last_run() -> models.LogVerification | None:
    """The newest finished verification."""
    return models.LogVerification.objects.filter(finished_at__isnull=False).order_by("-finished_at").first()


def sealing_lag(*, now: dt.datetime) -> dt.timedelta | None:
    """Age of the oldest entry that is not sequenced yet; None when none waits."""
    oldest: dt.datetime | None = (
        models.Entry.objects.filter(position__isnull=True)
        .order_by("id")
        .values_list("recorded_at", flat=True)
        .first()
    )
    return None if oldest is None else now - oldest

"""The log's Merkle tree as it lies in the tables: its size, its nodes, its roots.

Kept here: the one place that reads and writes nodes. Leaf hashes stand beside their entries; ``Node`` holds
the complete subtrees above them, from level 1, and no row of it ever changes. Nothing here decides anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import connection
from django.db.models import Max

from siyanat.ledger import models
from siyanat.lib import errors, merkle

LOCK = 0x5159_4C47  # of pg_advisory_xact_lock: one sequencer or signer at a time


def lock() -> None:
    """Wait until no other sequencer or signer works; held until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def get_size() -> int:
    """Number of sequenced entries: the next free position."""
    last: int | None = models.Entry.objects.aggregate(last=Max("position"))["last"]
    return 0 if last is None else last + 1


def get_nodes(identifiers: Iterable[merkle.NodeId]) -> dict[merkle.NodeId, bytes]:
    """Hashes of the stored subtrees among ``identifiers``; those that are absent are left out."""
    wanted = set(identifiers)
    leaves = [index for level, index in wanted if level == 0]
    found: dict[merkle.NodeId, bytes] = {
        (0, position): bytes(digest)
        for position, digest in models.Entry.objects.filter(position__in=leaves).values_list(
            "position", "leaf_hash"
        )
        if position is not None and digest is not None
    }
    upper = [node for node in wanted if node[0] > 0]
    if upper:
        with connection.cursor() as cursor:
            cursor.execute(
                'SELECT n.level, n."index", n.hash '
                "FROM unnest(%s::smallint[], %s::bigint[]) AS w (level, place) "
                'JOIN ledger_node n ON n.level = w.level AND n."index" = w.place',
                [[level for level, _ in upper], [index for _, index in upper]],
            )
            found |= {(level, index): bytes(digest) for level, index, digest in cursor.fetchall()}
    return found


def reader(identifiers: Iterable[merkle.NodeId]) -> merkle.GetNode:
    """A reader over nodes that are read at once.

    The reader raises ``errors.BrokenPromise`` ``ledger.node_missing`` for a node that is not stored.
    """
    nodes = get_nodes(identifiers)

    def get_node(level: int, index: int) -> bytes:
        try:
            return nodes[level, index]
        except KeyError:
            raise errors.BrokenPromise("ledger.node_missing", level=level, index=index) from None

    return get_node


def load_frontier(size: int) -> merkle.Frontier:
    """The frontier of the stored tree at its first ``size`` leaves."""
    return merkle.load_frontier(size=size, get_node=reader(merkle.frontier_nodes(size=size)))


def write_nodes(nodes: Sequence[merkle.Node]) -> None:
    """Add complete subtrees; leaves are passed over, since they stand beside their entries."""
    upper = [node for node in nodes if node.level > 0]
    if not upper:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            'INSERT INTO ledger_node (level, "index", hash) '
            "SELECT * FROM unnest(%s::smallint[], %s::bigint[], %s::bytea[])",
            [[node.level for node in upper], [node.index for node in upper], [node.digest for node in upper]],
        )


def count_nodes(size: int) -> int:
    """How many nodes above the leaves a tree of ``size`` leaves has: the sum of floor(size / 2^level)."""
    return sum(size >> level for level in range(1, size.bit_length()))

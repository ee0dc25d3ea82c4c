"""Merkle trees of RFC 6962 / RFC 9162 (SHA-256): append, roots, proofs and their verification.

Kept here: pure functions over digests of 32 bytes. A tree is stored by its owner as *nodes*: the hash of
every complete subtree, addressed by ``(level, index)`` where the node covers the leaves ``[index *
2**level, (index + 1) * 2**level)``. Level 0 holds the leaf hashes. A node, once complete, never changes, so
a store of nodes is append-only like the log itself. Nothing here reads or writes a store.
"""

from __future__ import annotations

import dataclasses
import hashlib
import struct
from collections.abc import Callable, Iterable, Sequence

from siyanat.lib import errors

DIGEST_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()
"""Root of a tree without leaves (RFC 9162, 2.1.1)."""

NodeId = tuple[int, int]
"""``(level, index)`` of a complete subtree."""

GetNode = Callable[[int, int], bytes]
"""Reader of a stored node: ``get_node(level, index)`` answers its 32 bytes."""


@dataclasses.dataclass(frozen=True, slots=True)
class Node:
    """The hash of one complete subtree."""

    level: int
    index: int
    digest: bytes


def leaf_hash(data: bytes) -> bytes:
    """SHA-256(0x00 || data) (RFC 9162, 2.1.1)."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 || left || right) (RFC 9162, 2.1.1)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclasses.dataclass(frozen=True, slots=True)
class Frontier:
    """The compact range of a tree: the complete subtrees that its leaves fall into, the largest first.

    There is one digest per bit set in ``size``; that is all an append needs.
    """

    size: int = 0
    digests: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        if self.size < 0 or len(self.digests) != self.size.bit_count():
            raise errors.BrokenPromise("merkle.bad_frontier", size=self.size, digests=len(self.digests))
        if any(len(digest) != DIGEST_BYTES for digest in self.digests):
            raise errors.BrokenPromise("merkle.bad_digest", size=self.size)

    def append(self, leaf: bytes) -> tuple[Frontier, list[Node]]:
        """The frontier with one more leaf hash, and the nodes that this leaf completes (level 0 first)."""
        return self.extend([leaf])

    def extend(self, leaves: Iterable[bytes]) -> tuple[Frontier, list[Node]]:
        """The frontier with more leaf hashes, and every node that they complete, in storing order."""
        size, digests, nodes = self.size, list(self.digests), []
        for leaf in leaves:
            level, index, digest = 0, size, leaf
            nodes.append(Node(level, index, digest))
            while index & 1:
                digest = node_hash(digests.pop(), digest)
                level, index = level + 1, index >> 1
                nodes.append(Node(level, index, digest))
            digests.append(digest)
            size += 1
        return Frontier(size, tuple(digests)), nodes

    def root(self) -> bytes:
        """The tree's root: 32 bytes."""
        return _fold(self.digests) if self.digests else EMPTY_ROOT

    def to_bytes(self) -> bytes:
        """Size as eight bytes, big-endian, then the digests."""
        return struct.pack(">Q", self.size) + b"".join(self.digests)

    @classmethod
    def from_bytes(cls, data: bytes) -> Frontier:
        """Inverse of `to_bytes`.

        :raises errors.BrokenPromise: ``merkle.bad_frontier`` when length and size don't agree.
        """
        if len(data) < 8 or (len(data) - 8) % DIGEST_BYTES:
            raise errors.BrokenPromise("merkle.bad_frontier", length=len(data))
        size = struct.unpack(">Q", data[:8])[0]
        return cls(size, tuple(data[at : at + DIGEST_BYTES] for at in range(8, len(data), DIGEST_BYTES)))


def frontier_nodes(*, size: int) -> list[NodeId]:
    """Addresses of the complete subtrees that a tree of ``size`` leaves falls into, the largest first."""
    return _cover(0, size)


def load_frontier(*, size: int, get_node: GetNode) -> Frontier:
    """The frontier of a stored tree at ``size`` leaves, for instance of an earlier checkpoint."""
    return Frontier(size, tuple(get_node(level, index) for level, index in frontier_nodes(size=size)))


def root_at(*, size: int, get_node: GetNode) -> bytes:
    """Root of a stored tree at ``size`` leaves."""
    return load_frontier(size=size, get_node=get_node).root()


def plan_inclusion(*, index: int, size: int) -> list[list[NodeId]]:
    """For each digest of the inclusion proof, leaf's sibling first, the nodes that it is folded from.

    :raises errors.BrokenPromise: ``merkle.out_of_range`` unless ``0 <= index < size``.
    """
    if not 0 <= index < size:
        raise errors.BrokenPromise("merkle.out_of_range", index=index, size=size)
    spans, start, end = [], 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            spans.append((middle, end))
            end = middle
        else:
            spans.append((start, middle))
            start = middle
    return [_cover(first, last) for first, last in reversed(spans)]


def plan_consistency(*, old_size: int, new_size: int) -> list[list[NodeId]]:
    """For each digest of the consistency proof (RFC 9162, 2.1.4.1), the nodes that it is folded from.

    Empty when ``old_size`` is 0 or equals ``new_size``.

    :raises errors.BrokenPromise: ``merkle.out_of_range`` unless ``0 <= old_size <= new_size``.
    """
    if not 0 <= old_size <= new_size:
        raise errors.BrokenPromise("merkle.out_of_range", index=old_size, size=new_size)
    if old_size in {0, new_size}:
        return []
    spans, start, end, known = [], 0, new_size, True
    while old_size != end:
        middle = start + _split(end - start)
        if old_size <= middle:
            spans.append((middle, end))
            end = middle
        else:
            spans.append((start, middle))
            start, known = middle, False
    if not known:
        spans.append((start, end))
    return [_cover(first, last) for first, last in reversed(spans)]


def inclusion_proof(*, index: int, size: int, get_node: GetNode) -> list[bytes]:
    """Digests from the leaf's sibling up to the root's child (RFC 9162, 2.1.3.1)."""
    return _read_plan(plan_inclusion(index=index, size=size), get_node)


def consistency_proof(*, old_size: int, new_size: int, get_node: GetNode) -> list[bytes]:
    """Digests that show the tree of ``new_size`` to be the one of ``old_size`` with leaves appended."""
    return _read_plan(plan_consistency(old_size=old_size, new_size=new_size), get_node)


def verify_inclusion(*, leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether ``proof`` shows the leaf hash ``leaf`` at ``index`` under ``root`` (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    position, last, digest = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if position & 1 or position == last:
            digest = node_hash(sibling, digest)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            digest = node_hash(digest, sibling)
        position, last = position >> 1, last >> 1
    return last == 0 and digest == root


def verify_consistency(
    *, old_size: int, new_size: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]
) -> bool:
    """Whether the tree of ``new_size`` only appends to that of ``old_size`` (RFC 9162, 2.1.4.2)."""
    if not 0 <= old_size <= new_size:
        return False
    if old_size == 0:
        return not proof and old_root == EMPTY_ROOT and (new_size > 0 or new_root == EMPTY_ROOT)
    if old_size == new_size:
        return not proof and old_root == new_root
    path = [old_root, *proof] if old_size & (old_size - 1) == 0 else list(proof)
    if not path or not proof:
        return False
    position, last = old_size - 1, new_size - 1
    while position & 1:
        position, last = position >> 1, last >> 1
    return _walk_consistency(position, last, path) == (old_root, new_root)


def check_inclusion(*, leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """`verify_inclusion`, or stop.

    :raises errors.BrokenPromise: ``merkle.not_included``
    """
    if not verify_inclusion(leaf=leaf, index=index, size=size, proof=proof, root=root):
        raise errors.BrokenPromise("merkle.not_included", index=index, size=size, root=root.hex())


def check_consistency(
    *, old_size: int, new_size: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]
) -> None:
    """`verify_consistency`, or stop.

    :raises errors.BrokenPromise: ``merkle.not_consistent``
    """
    if not verify_consistency(
        old_size=old_size, new_size=new_size, old_root=old_root, new_root=new_root, proof=proof
    ):
        raise errors.BrokenPromise("merkle.not_consistent", old_size=old_size, new_size=new_size)


def _walk_consistency(position: int, last: int, path: list[bytes]) -> tuple[bytes, bytes] | None:
    """The two roots that the path leads to, or None when its length does not fit."""
    old = new = path[0]
    for sibling in path[1:]:
        if last == 0:
            return None
        if position & 1 or position == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            new = node_hash(new, sibling)
        position, last = position >> 1, last >> 1
    return (old, new) if last == 0 else None


def _split(count: int) -> int:
    """The largest power of two below ``count`` (> 1)."""
    return 1 << ((count - 1).bit_length() - 1)


def _cover(start: int, end: int) -> list[NodeId]:
    """Complete subtrees of the leaves ``[start, end)``; ``start`` is aligned as in an RFC 6962 split."""
    nodes: list[NodeId] = []
    while start < end:
        level = (end - start).bit_length() - 1
        nodes.append((level, start >> level))
        start += 1 << level
    return nodes


def _fold(digests: Sequence[bytes]) -> bytes:
    """Root of complete subtrees in falling size."""
    digest = digests[-1]
    for left in reversed(digests[:-1]):
        digest = node_hash(left, digest)
    return digest


def _read_plan(plan: list[list[NodeId]], get_node: GetNode) -> list[bytes]:
    return [_fold([get_node(level, index) for level, index in group]) for group in plan]

"""A log of the level below, as a witness meets it: leaves, a key, checkpoints and proofs."""

from __future__ import annotations

from dataclasses import dataclass, field

from siyanat.lib import cosignature, merkle, signed_note

ORIGIN = "station.example/ledger"


@dataclass(slots=True)
class SmallLog:
    """A log in memory; ``flavour`` makes its leaves differ from another's."""

    flavour: str = "true"
    signer: signed_note.SignerKey = field(default_factory=lambda: signed_note.SignerKey.generate(ORIGIN))

    def nodes(self, size: int) -> tuple[merkle.Frontier, dict[merkle.NodeId, bytes]]:
        leaves = [merkle.leaf_hash(f"{self.flavour} {number}".encode()) for number in range(size)]
        frontier, nodes = merkle.Frontier().extend(leaves)
        return frontier, {(node.level, node.index): node.digest for node in nodes}

    def checkpoint(self, size: int) -> str:
        """The signed note over the first ``size`` leaves."""
        head = signed_note.Checkpoint(self.signer.name, size, self.nodes(size)[0].root())
        return signed_note.sign_checkpoint(checkpoint=head, signers=[self.signer])

    def submission(self, old_size: int, size: int) -> cosignature.Submission:
        """What the log sends a witness that knows its first ``old_size`` leaves."""
        _, nodes = self.nodes(size)
        proof = merkle.consistency_proof(
            old_size=old_size, new_size=size, get_node=lambda level, index: nodes[level, index]
        )
        return cosignature.Submission(old_size, tuple(proof), self.checkpoint(size))

"""Inclusion proofs in the C2SP form: that an entry stands in the log of a signed checkpoint.

Kept here: making proofs for one entry or many, against one checkpoint. An outsider verifies them offline with
``lib.signed_note``, any other C2SP tool, or the verifier that travels with an export. Nothing is written
here.
"""

from __future__ import annotations

from collections.abc import Sequence

from siyanat.ledger import models, submission, tree
from siyanat.lib import errors, merkle, signed_note


def get_checkpoint_over(position: int | None) -> models.Checkpoint:
    """The newest checkpoint whose tree holds the entry at ``position``: one that a witness cosigned, if any did.

    :raises errors.Refusal: ``ledger.not_sealed_yet`` until the sequencer and the signer have passed.
    """
    if position is None:
        raise errors.Refusal("ledger.not_sealed_yet")
    over = models.Checkpoint.objects.filter(size__gt=position).order_by("-size")
    checkpoint = over.filter(cosignatures__isnull=False).first() or over.first()
    if checkpoint is None:
        raise errors.Refusal("ledger.not_sealed_yet")
    return checkpoint


def prove(entry: models.Entry) -> str:
    """The text of a ``.tlog-proof`` for ``entry``.

    :raises errors.Refusal: ``ledger.not_sealed_yet``
    """
    return prove_all([entry], checkpoint=get_checkpoint_over(entry.position))[0]


def prove_all(entries: Sequence[models.Entry], *, checkpoint: models.Checkpoint) -> list[str]:
    """Proofs of all ``entries`` against one checkpoint, in their order; the nodes are read once.

    :raises errors.Refusal: ``ledger.not_sealed_yet`` when one is not under the checkpoint.
    """
    positions = [entry.position for entry in entries]
    if any(position is None or position >= checkpoint.size for position in positions):
        raise errors.Refusal("ledger.not_sealed_yet")
    indexes = [position for position in positions if position is not None]
    plans = [merkle.plan_inclusion(index=index, size=checkpoint.size) for index in indexes]
    get_node = tree.reader(node for plan in plans for group in plan for node in group)
    note = submission.cosigned(checkpoint)
    return [
        signed_note.Proof(
            index=index,
            digests=tuple(merkle.inclusion_proof(index=index, size=checkpoint.size, get_node=get_node)),
            checkpoint=note,
        ).encode()
        for index in indexes
    ]

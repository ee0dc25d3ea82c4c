"""The log's tables. Rows are added, never changed: triggers in the database refuse the rest.

An entry is written *unsequenced* in the transaction of the act that it tells of. The sequencer gives
positions in batches, hashes the bodies into the tree and signs a checkpoint. The body holds opaque
identifiers only; what is personal stands in ``Disclosure`` behind a salted commitment, so that it can
be erased without breaking the tree.
"""

from __future__ import annotations

from django.db import models


class Entry(models.Model):
    """One act. ``body`` is the canonical JSON whose SHA-256 leaf hash stands in the tree, byte for byte."""

    position = models.BigIntegerField(null=True, unique=True)  # leaf index from 0; NULL until sequenced
    recorded_at = models.DateTimeField(db_index=True)
    kind = models.CharField(max_length=64)  # room.act, e.g. evidence.recording_sealed
    actor = models.CharField(max_length=64)  # opaque: user's UUID, or system:<process>
    subject = models.CharField(max_length=80)  # kind and identifier of what was acted on
    unit_path = models.CharField(max_length=200, default="", blank=True)  # the body's fact, to be found by
    body = models.TextField()
    leaf_hash = models.BinaryField(max_length=32, null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(position__isnull=True, leaf_hash__isnull=True)
                | models.Q(position__isnull=False, leaf_hash__isnull=False),
                name="entry_sequenced_with_hash",
            )
        ]
        indexes = [
            models.Index(fields=["id"], name="entry_unsequenced", condition=models.Q(position__isnull=True)),
            models.Index(fields=["kind", "-id"], name="entry_kind_latest"),
            models.Index(fields=["actor", "-id"], name="entry_actor_latest"),
            models.Index(fields=["subject", "-id"], name="entry_subject_latest"),
            models.Index(fields=["unit_path"], name="entry_unit", opclasses=["varchar_pattern_ops"]),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"


class Disclosure(models.Model):
    """The personal value behind a commitment in an entry's body: SHA-256(salt || canonical JSON value)."""

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="disclosures")
    name = models.CharField(max_length=40)
    salt = models.BinaryField(max_length=32)
    value = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["entry", "name"], name="disclosure_once")]

    def __str__(self) -> str:
        return f"{self.entry_id}:{self.name}"


class Node(models.Model):
    """Hash of a complete subtree from ``level`` 1 up (leaf hashes stand in ``Entry``); ``index`` counts
    from the left.
    """

    level = models.SmallIntegerField()
    index = models.BigIntegerField()
    hash = models.BinaryField(max_length=32)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["level", "index"], name="node_once")]

    def __str__(self) -> str:
        return f"{self.level}/{self.index}"


class Checkpoint(models.Model):
    """A signed tree head in C2SP form; ``note`` is the exact text that was signed, with its signature."""

    size = models.BigIntegerField(unique=True)
    root = models.BinaryField(max_length=32)
    note = models.TextField()
    signed_at = models.DateTimeField()
    witnessed_at = models.DateTimeField(null=True)  # when the level above had it

    def __str__(self) -> str:
        return f"{self.size}"


class LogVerification(models.Model):
    """A run of the log's verification: where it stands, so that it can be taken up again, and what it
    found.
    """

    level = models.CharField(max_length=8)  # presence, size, hash
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    size = models.BigIntegerField()  # leaves of the tree when the run began
    frontier = models.BinaryField(default=bytes)  # merkle.Frontier of what was checked from the bodies
    checked = models.BigIntegerField(default=0)
    findings = models.JSONField(default=list)

    def __str__(self) -> str:
        return f"{self.level} {self.started_at}"


class Cosignature(models.Model):
    """A witness's word under a checkpoint: that it saw this head, when, and that all it saw before stands in it."""

    checkpoint = models.ForeignKey(Checkpoint, on_delete=models.PROTECT, related_name="cosignatures")
    witness = models.CharField(max_length=200)  # name of its key
    line = models.TextField()  # the signature line, as it was answered
    cosigned_at = models.DateTimeField()  # by the witness's clock

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["checkpoint", "witness"], name="cosignature_once"),
        ]

    def __str__(self) -> str:
        return f"{self.witness} {self.checkpoint_id}"


class Witness(models.Model):
    """How far a witness of this log is, as it last answered; a change of origin begins another history."""

    origin = models.CharField(max_length=200)
    name = models.CharField(max_length=200)  # of its key
    size = models.BigIntegerField(default=0)  # of the newest head that it cosigned
    cosigned_at = models.DateTimeField(null=True)
    tried_at = models.DateTimeField(null=True)
    failing_since = models.DateTimeField(null=True)
    fault = models.CharField(max_length=40, blank=True, default="")  # code of what went wrong last
    facts = models.JSONField(default=dict)
    refused_at = models.DateTimeField(null=True)  # since when it holds another history of this log

    class Meta:
        constraints = [models.UniqueConstraint(fields=["origin", "name"], name="witness_once")]

    def __str__(self) -> str:
        return self.name


class LogBelow(models.Model):
    """A log of a level below that this deployment witnesses, with the newest of its heads that was cosigned here."""

    origin = models.CharField(max_length=200, unique=True)
    keys = models.TextField()  # verifier keys, a line each: any of them signs for the log
    size = models.BigIntegerField(default=0)
    root = models.BinaryField(max_length=32)
    note = models.TextField(default="", blank=True)  # the head, with the log's signature and ours
    registered_at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True)  # when a head was cosigned last

    def __str__(self) -> str:
        return self.origin


class RefusedHead(models.Model):
    """A head, rightly signed by its log, that does not continue what was cosigned here: proof of two histories."""

    log = models.ForeignKey(LogBelow, on_delete=models.PROTECT, related_name="refused")
    note = models.TextField()  # as it was sent
    known = models.TextField()  # the head that it contradicts
    size = models.BigIntegerField()
    root = models.BinaryField(max_length=32)
    refused_at = models.DateTimeField()
    noted_at = models.DateTimeField(null=True)  # when somebody of oversight took it up
    noted_by = models.CharField(max_length=64, blank=True, default="")  # opaque, as in an entry

    class Meta:
        constraints = [models.UniqueConstraint(fields=["log", "size", "root"], name="refused_head_once")]

    def __str__(self) -> str:
        return f"{self.log_id} {self.size}"

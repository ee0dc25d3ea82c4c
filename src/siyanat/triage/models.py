"""Moments of a shift and its watch plan, with the seed that nobody could choose."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from siyanat.roster import models as roster


class Seed(models.Model):
    """The secret behind a shift's random sample: committed in the ledger before the shift starts.

    ``upper_commitment`` is the same of the secret of the level above, mixed in when the plan is drawn;
    both are published after sign-off.
    """

    shift = models.OneToOneField(roster.Shift, on_delete=models.PROTECT, related_name="seed")
    secret = models.BinaryField(max_length=32)
    commitment = models.CharField(max_length=64)  # SHA-256 of the secret, in the ledger
    committed_at = models.DateTimeField()
    upper_secret = models.BinaryField(max_length=32)
    upper_commitment = models.CharField(max_length=64)
    upper_unit = models.ForeignKey(roster.Unit, null=True, on_delete=models.PROTECT, related_name="+")
    is_late = models.BooleanField(default=False)  # committed after the shift had started: said in the plan
    published_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.commitment[:12]


class Plan(models.Model):
    """The minutes of one shift that a reviewer must watch. A newer plan supersedes it until the review begins."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    shift = models.ForeignKey(roster.Shift, on_delete=models.PROTECT, related_name="plans")
    made_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True)
    policy = models.JSONField(default=dict)  # budget_ms, random_share, clip_ms, version
    inputs_digest = models.CharField(max_length=64)  # SHA-256 of signals, policy and seed commitment
    planned_ms = models.BigIntegerField()
    owed_ms = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["shift"], condition=models.Q(superseded_at__isnull=True), name="plan_current_once")
        ]

    def __str__(self) -> str:
        return f"{self.shift_id} {self.made_at}"


class PlanItem(models.Model):
    """One stretch to watch: a must-see moment, a ranked one, or a random draw over roster minutes."""

    class Kind(models.TextChoices):
        MUST_SEE = "must_see", _("must be seen")
        RANKED = "ranked", _("ranked")
        RANDOM = "random", _("random")

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="items")
    order = models.PositiveIntegerField()
    kind = models.CharField(max_length=8, choices=Kind)
    person = models.ForeignKey(roster.Person, on_delete=models.PROTECT, related_name="+")  # the bearer
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    is_missing = models.BooleanField(default=False)  # drawn, and there is no footage
    score = models.FloatField(default=0)
    components = models.JSONField(default=dict)  # named parts that add up to the score
    reasons = models.JSONField(default=list)  # [{code, ...facts}]
    inclusion_probability = models.FloatField(null=True)

    class Meta:
        ordering = ["plan", "order"]

    def __str__(self) -> str:
        return f"{self.kind} {self.starts_at}"

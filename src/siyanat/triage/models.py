"""The watch plan of a shift, with the seed that nobody could choose."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from siyanat.roster import models as roster


class UpperSecret(models.Model):
    """A month's secret of the level above: mixed with each shift's own, so that neither level can foresee a sample."""

    unit = models.ForeignKey(roster.Unit, on_delete=models.PROTECT, related_name="upper_secrets")
    month_starts_at = models.DateTimeField()
    secret = models.BinaryField(max_length=32)
    commitment = models.CharField(max_length=64)  # in the ledger since committed_at
    committed_at = models.DateTimeField()
    published_at = models.DateTimeField(
        null=True
    )  # two months after the month: no sample can need it any more

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "month_starts_at"], name="upper_secret_once")]

    def __str__(self) -> str:
        return self.commitment[:12]


class Seed(models.Model):
    """A shift's own secret behind its random sample: committed in the ledger before the shift starts.

    Published with the secret of the level above after sign-off, so that anybody can draw the sample again.
    """

    shift = models.OneToOneField(roster.Shift, on_delete=models.PROTECT, related_name="seed")
    secret = models.BinaryField(max_length=32)
    commitment = models.CharField(max_length=64)
    committed_at = models.DateTimeField()
    upper = models.ForeignKey(UpperSecret, on_delete=models.PROTECT, related_name="seeds")
    is_late = models.BooleanField(default=False)  # committed after the shift had started: said with the plan
    published_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.commitment[:12]


class Plan(models.Model):
    """The minutes of one shift that a reviewer must watch. A newer plan supersedes it until a review freezes it.

    Footage that comes after that has a plan of its own (``after``), and so on.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    shift = models.ForeignKey(roster.Shift, on_delete=models.PROTECT, related_name="plans")
    made_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True)
    frozen_at = models.DateTimeField(null=True)  # a review has begun with it: it stays as it is
    # Of a plan over late footage: what was not known at this moment, when an earlier review began; else empty.
    after = models.DateTimeField(null=True)
    policy = models.JSONField(
        default=dict
    )  # budget_s, random_share, random_least, bearer_least, chosen_least_s, clip_s
    owed = models.JSONField(
        default=list
    )  # [[bearer, start, end], ...]: the population that the sample is drawn over
    inputs_digest = models.CharField(
        max_length=64
    )  # SHA-256 of owed, recorded, sightings, policy and seed commitment
    planned_ms = models.BigIntegerField()
    owed_ms = models.BigIntegerField()
    over_budget_ms = models.BigIntegerField(default=0)
    random_population = models.PositiveIntegerField(default=0)  # N, in clips
    random_count = models.PositiveIntegerField(default=0)  # n, in clips
    strata = models.JSONField(
        default=list
    )  # [[bearer, N, n, chosen], ...], in clips; empty: the crew is one stratum

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["shift", "after"],
                condition=models.Q(superseded_at__isnull=True),
                name="plan_current_once",
                nulls_distinct=False,
            )
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
    recorded_ms = models.BigIntegerField(default=0)
    score = models.IntegerField(default=0)
    components = models.JSONField(default=dict)  # named parts that add up to the score
    reasons = models.JSONField(default=list)  # [{code, ...facts}]
    inclusion_probability = models.FloatField(null=True)
    lead_ms = models.PositiveIntegerField(default=0)  # played before and after a drawn clip, so that its
    tail_ms = models.PositiveIntegerField(default=0)  # length does not tell that it was drawn
    also_chosen = models.BooleanField(default=False)  # drawn, and a chosen moment touches it

    class Meta:
        ordering = ["plan", "order"]

    def __str__(self) -> str:
        return f"{self.kind} {self.starts_at}"

    @property
    def shown_from(self) -> dt.datetime:
        """When the player begins with it."""
        return self.starts_at - dt.timedelta(milliseconds=self.lead_ms)

    @property
    def shown_until(self) -> dt.datetime:
        """When the player leaves it."""
        return self.ends_at + dt.timedelta(milliseconds=self.tail_ms)

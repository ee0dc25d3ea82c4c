"""The minute ledger: every minute owed is recorded, excused, awaited or unexplained, for each bearer and the crew.

Counts are snapshots: each says as of when it was known, and a later one never changes an earlier one.
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.utils.translation import gettext_lazy as _

from siyanat.roster import models as roster


class Excuse(models.Model):
    """A reason given for missing minutes, by the officer or in bulk; decided by the head or above."""

    class Kind(models.TextChoices):
        BATTERY_SWAP = "battery_swap", _("battery swap")
        CAMERA_FAULT = "camera_fault", _("camera fault")
        DOCK_FAILURE = "dock_failure", _("dock failure")
        POWER_FAILURE = "power_failure", _("power failure")
        COURT = "court", _("appearance in court")
        MEDICAL = "medical", _("medical treatment")
        RECALLED = "recalled", _("recalled to the station")
        OTHER = "other", _("other")

    class State(models.TextChoices):
        ASKED = "asked", _("waiting for decision")
        APPROVED = "approved", _("approved")
        REFUSED = "refused", _("refused")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    shift = models.ForeignKey(roster.Shift, on_delete=models.PROTECT, related_name="excuses")
    person = models.ForeignKey(roster.Person, on_delete=models.PROTECT, related_name="excuses")
    span = DateTimeRangeField()
    kind = models.CharField(max_length=16, choices=Kind)
    note = models.CharField(max_length=400, blank=True, default="")
    bulk_reference = models.UUIDField(null=True, blank=True)  # the same for all excuses of one bulk act
    state = models.CharField(max_length=8, choices=State, default=State.ASKED)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_note = models.CharField(max_length=400, blank=True, default="")

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="excuse_no_overlap",
                expressions=[
                    ("shift", RangeOperators.EQUAL),
                    ("person", RangeOperators.EQUAL),
                    ("span", RangeOperators.OVERLAPS),
                ],
                condition=~models.Q(state="refused"),
            )
        ]
        indexes = [
            models.Index(name="excuse_asked", fields=["asked_at"], condition=models.Q(state="asked")),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.span}"


FIGURES = ("owed_ms", "recorded_ms", "excused_ms", "awaited_ms", "unexplained_ms", "is_provisional")


class Count(models.Model):
    """One snapshot of a shift's minutes; ``person`` is empty for the crew's line.

    What is neither recorded nor excused is *awaited* while the count is provisional and *unexplained* afterwards:
    the database derives both from `unaccounted_ms`, so that no reader can take the one for the other.
    """

    shift = models.ForeignKey(roster.Shift, on_delete=models.PROTECT, related_name="counts")
    person = models.ForeignKey(roster.Person, null=True, on_delete=models.PROTECT, related_name="counts")
    counted_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True)
    owed_ms = models.BigIntegerField()
    recorded_ms = models.BigIntegerField()
    excused_ms = models.BigIntegerField()
    unaccounted_ms = models.BigIntegerField()  # neither recorded nor excused
    recorded = models.JSONField(default=list)  # [[start, end], ...] ISO, as counted
    is_provisional = models.BooleanField(
        default=False
    )  # not over yet, or footage may still come in good time
    awaited_ms = models.GeneratedField(
        expression=models.Case(
            models.When(is_provisional=True, then=models.F("unaccounted_ms")),
            default=models.Value(0, models.BigIntegerField()),
        ),
        output_field=models.BigIntegerField(),
        db_persist=True,
    )
    unexplained_ms = models.GeneratedField(
        expression=models.Case(
            models.When(is_provisional=True, then=models.Value(0, models.BigIntegerField())),
            default=models.F("unaccounted_ms"),
        ),
        output_field=models.BigIntegerField(),
        db_persist=True,
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["shift", "person"],
                condition=models.Q(superseded_at__isnull=True),
                name="count_current_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=models.Q(
                    owed_ms=models.F("recorded_ms") + models.F("excused_ms") + models.F("unaccounted_ms")
                ),
                name="count_adds_up",
            ),
        ]
        indexes = [
            models.Index(
                name="count_provisional",
                fields=["shift"],
                condition=models.Q(is_provisional=True, superseded_at__isnull=True),
            ),
            # A month sums these without visiting the rows, which hold the spans of every snapshot.
            models.Index(
                name="count_of_crew",
                fields=["shift"],
                include=FIGURES,
                condition=models.Q(person__isnull=True, superseded_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.shift_id} {self.person_id}"


class Gap(models.Model):
    """A stretch owed and not recorded, with the kind that the facts suggest; belongs to one snapshot."""

    class Kind(models.TextChoices):
        LATE_START = "late_start", _("late start")
        EARLY_STOP = "early_stop", _("early stop")
        CAMERA_OFF = "camera_off", _("camera off")
        BATTERY = "battery", _("battery")
        NOT_DOCKED = "not_docked", _("not docked")
        CLOCK_JUMP = "clock_jump", _("clock jump")
        LOST_FILE = "lost_file", _("lost file")
        LENS_BLOCKED = "lens_blocked", _("lens dark or covered")

    count = models.ForeignKey(Count, on_delete=models.PROTECT, related_name="gaps")
    span = DateTimeRangeField()
    kind = models.CharField(max_length=12, choices=Kind)
    excuse = models.ForeignKey(Excuse, null=True, on_delete=models.PROTECT, related_name="gaps")

    def __str__(self) -> str:
        return f"{self.kind} {self.span}"

"""Body-worn cameras: what they are, where they are, who had them when, and how healthy they are."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from siyanat.roster import models as roster


class Camera(models.Model):
    """One camera, known by its serial (letters upper case, Latin digits)."""

    class State(models.TextChoices):
        IN_STOCK = "in_stock", _("in stock")
        READY = "ready", _("ready")
        ISSUED = "issued", _("issued")
        DOCKED = "docked", _("docked")
        FAULTY = "faulty", _("faulty")
        LOST = "lost", _("lost")
        RETIRED = "retired", _("retired")

    STATE_TONES: ClassVar[dict[str, str]] = {
        "in_stock": "neutral",
        "ready": "good",
        "issued": "info",
        "docked": "info",
        "faulty": "warn",
        "lost": "bad",
        "retired": "neutral",
    }

    serial = models.CharField(max_length=64, unique=True)
    model = models.CharField(max_length=64)
    firmware = models.CharField(max_length=32, blank=True, default="")
    unit = models.ForeignKey(roster.Unit, on_delete=models.PROTECT, related_name="cameras")
    state = models.CharField(max_length=12, choices=State, default=State.IN_STOCK, db_index=True)
    battery_percent = models.PositiveSmallIntegerField(null=True, blank=True)
    storage_free_percent = models.PositiveSmallIntegerField(null=True, blank=True)
    clock_drift_ms = models.BigIntegerField(null=True, blank=True)  # camera minus true, at the last dock
    health_at = models.DateTimeField(null=True, blank=True)
    registered_at = models.DateTimeField()
    first_ready_at = models.DateTimeField(
        null=True, blank=True, db_index=True
    )  # counts for the roll-out from then on

    class Meta:
        indexes = [models.Index(fields=["unit", "state"], name="camera_unit_state")]

    def __str__(self) -> str:
        return self.serial


class CameraEvent(models.Model):
    """History: every change of state and every reading, never changed."""

    camera = models.ForeignKey(Camera, on_delete=models.PROTECT, related_name="events")
    at = models.DateTimeField(db_index=True)
    act = models.CharField(max_length=24)  # the operation's name
    from_state = models.CharField(max_length=12, blank=True, default="")
    to_state = models.CharField(max_length=12, blank=True, default="")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT)
    note = models.CharField(max_length=400, blank=True, default="")
    readings = models.JSONField(
        default=dict, blank=True
    )  # battery_percent, storage_free_percent, clock_drift_ms, firmware

    class Meta:
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.camera_id} {self.act}"


class Issue(models.Model):
    """A camera in somebody's hands for a shift: [issued_at, returned_at). Corrected by superseding, never
    changed.
    """

    camera = models.ForeignKey(Camera, on_delete=models.PROTECT, related_name="issues")
    person = models.ForeignKey(roster.Person, on_delete=models.PROTECT, related_name="camera_issues")
    shift = models.ForeignKey(roster.Shift, on_delete=models.PROTECT, related_name="camera_issues")
    issued_at = models.DateTimeField()
    returned_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField()
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    returned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    recorded_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=200, blank=True, default="")  # of the correction

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["camera"],
                condition=models.Q(returned_at__isnull=True, superseded_at__isnull=True),
                name="camera_issued_once",
            ),
            models.UniqueConstraint(
                fields=["person"],
                condition=models.Q(returned_at__isnull=True, superseded_at__isnull=True),
                name="one_active_camera_a_person",
            ),
        ]
        indexes = [
            models.Index(fields=["camera", "issued_at"], name="issue_camera_time"),
            models.Index(
                fields=["due_at"],
                condition=models.Q(returned_at__isnull=True, superseded_at__isnull=True),
                name="issue_open_due",
            ),
            models.Index(fields=["issued_at"], name="issue_time"),
        ]

    def __str__(self) -> str:
        return f"{self.camera_id} to {self.person_id}"


class RolloutTarget(models.Model):
    """How many cameras a province is to have made ready in one month of the roll-out."""

    unit = models.ForeignKey(roster.Unit, on_delete=models.PROTECT, related_name="rollout_targets")
    month = models.DateField()  # first day of the Jalali month
    cameras = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "month"], name="rollout_target_once")]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.month}: {self.cameras}"


class FirmwareRule(models.Model):
    """The oldest firmware that a model may carry when it is made ready; a model without a rule needs any at
    all.
    """

    model = models.CharField(max_length=64, unique=True)
    minimum = models.CharField(max_length=32)

    def __str__(self) -> str:
        return f"{self.model} {self.minimum}"

"""How long what is kept, and how it goes: two persons, seven days, a tombstone and a receipt."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from siyanat.evidence import models as evidence


class RetentionCategory(models.Model):
    """A reason to keep recordings for a number of days. A recording in several is kept for the longest."""

    code = models.CharField(max_length=24, unique=True)  # routine, intentional, force, complaint, custody
    name_fa = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80)
    keep_days = models.PositiveIntegerField()
    is_default = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["is_default"], condition=models.Q(is_default=True), name="one_default_category"
            )
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        return self.name_en if (translation.get_language() or "fa").startswith("en") else self.name_fa


class Classification(models.Model):
    """A recording's membership of a category, since when and why."""

    recording = models.ForeignKey(
        evidence.Recording, on_delete=models.PROTECT, related_name="classifications"
    )
    category = models.ForeignKey(RetentionCategory, on_delete=models.PROTECT)
    since = (
        models.DateTimeField()
    )  # retention counts from here or from the recording's end, whichever is later
    reference = models.CharField(max_length=80, blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["recording", "category"], name="classification_once")]

    def __str__(self) -> str:
        return f"{self.recording_id} {self.category_id}"


class PeriodChange(models.Model):
    """A proposed change of a category's period, with what it would dispose of; in force when a second
    person agrees.
    """

    category = models.ForeignKey(RetentionCategory, on_delete=models.PROTECT, related_name="changes")
    keep_days = models.PositiveIntegerField()
    reason = models.CharField(max_length=400)
    preview = models.JSONField(default=dict)  # recordings, bytes, hours that would become due
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    agreed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    agreed_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["category"],
                condition=models.Q(agreed_at__isnull=True, withdrawn_at__isnull=True),
                name="period_change_open_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.category_id} {self.keep_days}"


class Disposal(models.Model):
    """A list of recordings that one person proposes to dispose of and another agrees to."""

    class State(models.TextChoices):
        PROPOSED = "proposed", _("proposed")
        AGREED = "agreed", _("agreed, in the recycle bin")
        DONE = "done", _("done")
        WITHDRAWN = "withdrawn", _("withdrawn")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    unit_path = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=State, default=State.PROPOSED)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    agreed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    agreed_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)  # agreed_at + 7 days
    done_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    STATE_TONES = {"proposed": "info", "agreed": "warn", "done": "neutral", "withdrawn": "good"}

    class Meta:
        indexes = [models.Index(fields=["state", "due_at"], name="disposal_state_due")]

    def __str__(self) -> str:
        return f"{self.state} {self.proposed_at}"


class DisposalItem(models.Model):
    """One recording of a disposal: taken out again when a hold came in between."""

    class State(models.TextChoices):
        LISTED = "listed", _("listed")
        TOMBSTONED = "tombstoned", _("row marked, bytes to go")
        DONE = "done", _("done")
        SPARED = "spared", _("spared")

    class Spared(models.TextChoices):
        HELD = "held", _("a hold came in between")
        KEPT_LONGER = "kept_longer", _("it is to be kept longer now")
        WITHDRAWN = "withdrawn", _("the disposal was withdrawn")

    disposal = models.ForeignKey(Disposal, on_delete=models.PROTECT, related_name="items")
    recording = models.ForeignKey(evidence.Recording, on_delete=models.PROTECT, related_name="disposal_items")
    category = models.CharField(max_length=24)
    kept_until = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State, default=State.LISTED)
    spared_because = models.CharField(max_length=12, choices=Spared, blank=True, default="")

    STATE_TONES = {"listed": "warn", "tombstoned": "bad", "done": "neutral", "spared": "good"}

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["disposal", "recording"], name="disposal_item_once"),
            models.UniqueConstraint(
                fields=["recording"],
                condition=models.Q(state__in=["listed", "tombstoned"]),
                name="disposal_item_open_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.recording_id} {self.state}"


BY_HAND = "recordings"
"""What an export of chosen recordings refers to."""


class Export(models.Model):
    """A bundle that is made and handed out: for whom, why, and the digest of its manifest."""

    class State(models.TextChoices):
        ASKED = "asked", _("being made")
        READY = "ready", _("ready")
        HANDED_OUT = "handed_out", _("handed out")
        FAILED = "failed", _("failed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reference = models.CharField(max_length=80)  # case:<id>, or recordings
    unit_path = models.CharField(max_length=200)  # of the recordings' unit, or what they have in common
    recipient = models.CharField(max_length=200)
    reason = models.CharField(max_length=400)
    with_disclosures = models.BooleanField(default=False)  # personal values behind the log's commitments
    state = models.CharField(max_length=12, choices=State, default=State.ASKED)
    fault = models.CharField(max_length=80, blank=True, default="")  # code of the error
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    handed_out_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    handed_out_at = models.DateTimeField(null=True)
    handed_to = models.CharField(max_length=200, blank=True, default="")  # who came for it
    manifest_sha256 = models.CharField(max_length=64, blank=True, default="")
    bundle_sha256 = models.CharField(max_length=64, blank=True, default="")
    path = models.CharField(max_length=400, blank=True, default="")
    size_bytes = models.BigIntegerField(default=0)

    STATE_TONES = {"asked": "info", "ready": "good", "handed_out": "neutral", "failed": "bad"}

    def __str__(self) -> str:
        return self.reference


class ExportItem(models.Model):
    """One recording of an export."""

    export = models.ForeignKey(Export, on_delete=models.PROTECT, related_name="items")
    recording = models.ForeignKey(evidence.Recording, on_delete=models.PROTECT, related_name="export_items")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["export", "recording"], name="export_item_once")]

    def __str__(self) -> str:
        return f"{self.recording_id}"

"""Every way in: batches, resumable uploads, receipts and what had to be set aside. Nothing that came is lost."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from siyanat.cameras import models as cameras
from siyanat.evidence import models as evidence
from siyanat.roster import models as roster


class Batch(models.Model):
    """One run over a dock's folder, or one person's uploads of one visit."""

    class Source(models.TextChoices):
        FOLDER = "folder", _("dock folder")
        UPLOAD = "upload", _("upload in the browser")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    source = models.CharField(max_length=8, choices=Source)
    unit = models.ForeignKey(roster.Unit, on_delete=models.PROTECT, related_name="batches")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    sealed = models.PositiveIntegerField(default=0)
    known = models.PositiveIntegerField(default=0)  # sealed before: the same bytes again
    quarantined = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(
        default=0
    )  # left where they were: disposed of earlier, unreadable, in use
    bytes_taken = models.BigIntegerField(default=0)
    stopped_by = models.CharField(
        max_length=40, blank=True, default=""
    )  # code of the fault that ended it early

    class Meta:
        indexes = [models.Index(fields=["unit", "-started_at"], name="batch_unit_started")]

    def __str__(self) -> str:
        return f"{self.source} {self.started_at}"


class Quarantined(models.Model):
    """A file that could not become a recording, with the reason; its bytes are in the store. Resolved by a person."""

    class Reason(models.TextChoices):
        EMPTY = "empty", _("empty file")
        NOT_MEDIA = "not_media", _("not a media file")
        TRUNCATED = "truncated", _("cut short and unreadable")
        ZERO_DURATION = "zero_duration", _("no duration")
        NO_VIDEO = "no_video", _("no video")
        NO_TIMESTAMP = "no_timestamp", _("no time of recording")
        FUTURE_TIMESTAMP = "future_timestamp", _("time of recording in the future")
        UNKNOWN_CAMERA = "unknown_camera", _("unknown camera")
        UNREADABLE = "unreadable", _("reading it broke the reader")
        PAST_TIMESTAMP = "past_timestamp", _("time of recording before its camera existed")
        SECOND_PERSON = "second_person", _("a second person must say what it is")

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        RESOLVED = "resolved", _("resolved")  # became a recording
        SET_ASIDE = "set_aside", _("set aside")  # a person decided that it is no recording; kept all the same

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="quarantine")
    sha256 = models.CharField(max_length=64)
    size_bytes = models.BigIntegerField()
    original_name = models.CharField(max_length=400)
    unit = models.ForeignKey(roster.Unit, on_delete=models.PROTECT, related_name="quarantine")
    reason = models.CharField(max_length=20, choices=Reason)
    facts = models.JSONField(default=dict)  # serial read, time read, what the reader said
    received_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State, default=State.WAITING, db_index=True)
    resolved_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT)
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolution_note = models.CharField(max_length=400, blank=True, default="")
    recording = models.ForeignKey(evidence.Recording, null=True, blank=True, on_delete=models.PROTECT)

    STATE_TONES = {"waiting": "warn", "resolved": "good", "set_aside": "neutral"}

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sha256", "original_name"], name="quarantined_once"),
        ]
        indexes = [
            models.Index(fields=["unit", "state", "-received_at"], name="quarantine_unit_state"),
            models.Index(fields=["original_name", "size_bytes"], name="quarantine_name_size"),
        ]

    def __str__(self) -> str:
        return f"{self.reason} {self.original_name}"


class Upload(models.Model):
    """A resumable upload (tus 1.0) under way; ``offset`` is what is on disk and fsynced."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    unit = models.ForeignKey(roster.Unit, on_delete=models.PROTECT)
    camera = models.ForeignKey(cameras.Camera, null=True, blank=True, on_delete=models.PROTECT)
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="uploads")
    original_name = models.CharField(max_length=400)
    size_bytes = models.BigIntegerField()
    offset_bytes = models.BigIntegerField(default=0)
    created_at = models.DateTimeField()
    touched_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)  # what the sender says of the recording's start
    is_intentional = models.BooleanField(default=False)
    finished_at = models.DateTimeField(null=True)
    sha256 = models.CharField(max_length=64, blank=True, default="")
    outcome = models.CharField(
        max_length=12, blank=True, default=""
    )  # sealed, known, quarantined, refused, ended

    def __str__(self) -> str:
        return self.original_name

"""Recordings and what protects them. A recording's row is never deleted: disposal leaves a tombstone."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.postgres.fields import DateTimeRangeField
from django.db import models
from django.utils.translation import gettext_lazy as _

from siyanat.cameras import models as cameras
from siyanat.roster import models as roster


class Recording(models.Model):
    """One sealed file, as it left the camera, known by the SHA-256 of its bytes.

    Three times are kept apart: what the camera said (``camera_started_at``), when the bytes came
    (``received_at``) and what we hold true (``starts_at``/``ends_at``: camera time less measured drift).
    """

    class State(models.TextChoices):
        SEALED = "sealed", _("sealed")
        RECYCLED = "recycled", _("to be disposed of")  # two persons agreed; seven days to think again
        DISPOSED = "disposed", _("disposed of")  # tombstone: the bytes are gone, the row and the receipt stay

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    sha256 = models.CharField(max_length=64, unique=True)
    size_bytes = models.BigIntegerField()
    original_name = models.CharField(max_length=400)
    camera = models.ForeignKey(cameras.Camera, on_delete=models.PROTECT, related_name="recordings")
    # Whose it is: the unit of its shift, or, while no shift is known, where it was taken in.
    unit = models.ForeignKey(roster.Unit, on_delete=models.PROTECT, related_name="recordings")
    dock_unit = models.ForeignKey(
        roster.Unit, null=True, on_delete=models.PROTECT, related_name="+"
    )  # where it was taken in
    # The current attribution, kept beside the unit so that long lists are found by them; written with it alone.
    shift = models.ForeignKey(roster.Shift, null=True, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(
        roster.Person, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    camera_started_at = models.DateTimeField(null=True)
    clock_drift_ms = models.BigIntegerField(default=0)
    received_at = models.DateTimeField()
    starts_at = models.DateTimeField(db_index=True)
    ends_at = models.DateTimeField()
    duration_ms = models.BigIntegerField()
    container = models.CharField(max_length=40)
    video_codec = models.CharField(max_length=24)
    audio_codec = models.CharField(max_length=24, blank=True, default="")
    width = models.PositiveIntegerField(default=0)
    height = models.PositiveIntegerField(default=0)
    probe = models.JSONField(default=dict)  # media.probe.Probe without the key-frame table
    key_frames_ms = models.JSONField(default=list)  # times of key frames from the file's start
    is_intentional = models.BooleanField(default=False)  # the officer pressed the button
    is_truncated = models.BooleanField(default=False)
    state = models.CharField(max_length=12, choices=State, default=State.SEALED, db_index=True)
    analyzed_at = models.DateTimeField(null=True)  # a run of the detectors has finished, however it ended
    disposed_at = models.DateTimeField(null=True, blank=True)
    unlinked_at = models.DateTimeField(null=True, blank=True)  # the bytes of a tombstone are gone

    STATE_TONES = {"sealed": "good", "recycled": "warn", "disposed": "neutral"}

    class Meta:
        indexes = [
            models.Index(
                fields=["size_bytes"], name="recording_size"
            ),  # with starts_at: the orders of the search
            models.Index(fields=["duration_ms"], name="recording_duration"),
            models.Index(fields=["received_at"], include=["size_bytes"], name="recording_received"),
            models.Index(fields=["person", "-starts_at"], name="recording_person_time"),
            models.Index(
                fields=["received_at"],
                name="recording_unanalyzed",
                condition=models.Q(analyzed_at__isnull=True, state="sealed"),
            ),
            models.Index(
                fields=["-starts_at"], name="recording_unattributed", condition=models.Q(person__isnull=True)
            ),
            models.Index(fields=["original_name", "size_bytes"], name="recording_name_size"),
            models.Index(fields=["camera", "starts_at"], name="recording_camera_time"),
            models.Index(fields=["unit", "-starts_at"], name="recording_unit_time"),
        ]

    def __str__(self) -> str:
        return self.sha256[:12]


class Attribution(models.Model):
    """Whose recording it is and of which shift, as believed since ``recorded_at``; superseded, never changed."""

    class Basis(models.TextChoices):
        ISSUE = "issue", _("the camera was issued to them")
        CORRECTION = "correction", _("corrected by hand")

    recording = models.ForeignKey(Recording, on_delete=models.PROTECT, related_name="attributions")
    shift = models.ForeignKey(roster.Shift, null=True, on_delete=models.PROTECT, related_name="recordings")
    person = models.ForeignKey(roster.Person, null=True, on_delete=models.PROTECT, related_name="recordings")
    basis = models.CharField(max_length=12, choices=Basis)
    recorded_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True, blank=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT)
    reason = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["recording"],
                condition=models.Q(superseded_at__isnull=True),
                name="attribution_current_once",
            )
        ]
        indexes = [
            models.Index(
                fields=["person"],
                name="attribution_of_person",
                condition=models.Q(superseded_at__isnull=True),
            ),
            models.Index(
                fields=["shift"], name="attribution_of_shift", condition=models.Q(superseded_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.recording_id} to {self.person_id}"


class Restriction(models.Model):
    """A private moment inside footage (toilet, prayer, doctor, lawyer): recorded, and closed to ordinary viewing."""

    class Kind(models.TextChoices):
        TOILET = "toilet", _("toilet")
        PRAYER = "prayer", _("prayer")
        DOCTOR = "doctor", _("doctor")
        LAWYER = "lawyer", _("lawyer")

    class State(models.TextChoices):
        ASKED = "asked", _("waits for agreement")  # over the limits of a shift: open until somebody agrees
        IN_FORCE = "in_force", _("closed")
        REFUSED = "refused", _("not agreed to")
        LIFTED = "lifted", _("opened again")

    STATE_TONES = {"asked": "warn", "in_force": "info", "refused": "neutral", "lifted": "bad"}

    shift = models.ForeignKey(roster.Shift, on_delete=models.PROTECT, related_name="restrictions")
    person = models.ForeignKey(roster.Person, on_delete=models.PROTECT, related_name="restrictions")
    span = DateTimeRangeField()
    kind = models.CharField(max_length=8, choices=Kind)
    note = models.CharField(max_length=200, blank=True, default="")
    state = models.CharField(max_length=8, choices=State, default=State.IN_FORCE, db_index=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    # Of one over the limits: who agreed to it, or refused.
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decision_note = models.CharField(max_length=400, blank=True, default="")
    # The integrity office has looked into it, and it stays closed.
    kept_at = models.DateTimeField(null=True, blank=True)
    kept_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    kept_note = models.CharField(max_length=400, blank=True, default="")
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    lifted_reason = models.CharField(max_length=400, blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="lifted", lifted_at__isnull=False)
                | (~models.Q(state="lifted") & models.Q(lifted_at__isnull=True)),
                name="restriction_lifted_at",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.span}"

    @property
    def length_ms(self) -> int:
        """Length in milliseconds."""
        return int((self.span.upper - self.span.lower).total_seconds() * 1000)


class Hold(models.Model):
    """Keep what it covers, whatever retention says. Any room places one; ``archive`` reads them without knowing why.

    Covers one recording, or every recording of a shift, or of a unit (and below) within ``span``: also
    those that arrive later.
    """

    class Reason(models.TextChoices):
        CASE = "case", _("case")
        CONTACT = "contact", _("citizen's contact")
        COURT = "court", _("court order")
        INSPECTION = "inspection", _("inspection")
        OTHER = "other", _("other")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reason = models.CharField(max_length=12, choices=Reason)
    reference = models.CharField(max_length=80)  # as type:identifier, of what asks for it
    note = models.CharField(max_length=400, blank=True, default="")
    recording = models.ForeignKey(
        Recording, null=True, blank=True, on_delete=models.PROTECT, related_name="holds"
    )
    shift = models.ForeignKey(
        roster.Shift, null=True, blank=True, on_delete=models.PROTECT, related_name="holds"
    )
    unit = models.ForeignKey(
        roster.Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="holds"
    )
    span = DateTimeRangeField(null=True, blank=True)
    placed_at = models.DateTimeField()
    placed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    released_at = models.DateTimeField(null=True, blank=True)
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    released_reason = models.CharField(max_length=400, blank=True, default="")

    class Meta:
        indexes = [
            models.Index(fields=["unit"], name="hold_of_unit", condition=models.Q(released_at__isnull=True)),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(recording__isnull=False, shift__isnull=True, unit__isnull=True)
                | models.Q(recording__isnull=True, shift__isnull=False, unit__isnull=True)
                | models.Q(
                    recording__isnull=True, shift__isnull=True, unit__isnull=False, span__isnull=False
                ),
                name="hold_covers_one_thing",
            )
        ]

    def __str__(self) -> str:
        return self.reference


class ViewingGrant(models.Model):
    """A typed reason to view footage outside a review; asked for before the first frame, open for a while."""

    class Reason(models.TextChoices):
        CASE = "case", _("follow-up of a case")
        REQUEST = "request", _("request of a court or overseer")
        TECHNICAL = "technical", _("technical check")
        TRAINING = "training", _("training, with the officer's knowledge")
        OWN_ANSWER = "own_answer", _("my own recording, to answer")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="viewing_grants"
    )
    shift = models.ForeignKey(roster.Shift, on_delete=models.PROTECT, related_name="viewing_grants")
    reason = models.CharField(max_length=12, choices=Reason)
    note = models.CharField(max_length=400)
    granted_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.user_id} {self.reason}"


class Viewing(models.Model):
    """One person's looking at one recording within ten minutes, for one purpose: one opening and one closing entry."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="viewings")
    recording = models.ForeignKey(Recording, on_delete=models.PROTECT, related_name="viewings")
    purpose = models.CharField(max_length=80)  # review:<id>, grant:<id>, details
    opened_at = models.DateTimeField()
    last_at = models.DateTimeField()
    spans_ms = models.JSONField(default=list)  # [[start, end), ...] of the recording, merged
    closed_at = models.DateTimeField(null=True, blank=True)  # its ranges stand in the log

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "recording", "purpose"],
                condition=models.Q(closed_at__isnull=True),
                name="viewing_open_once",
            )
        ]
        indexes = [
            models.Index(
                fields=["opened_at"], name="viewing_open", condition=models.Q(closed_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.recording_id}"


class Verification(models.Model):
    """A run of ``siyanat verify``: where it stands, so that it can be resumed, and what it found."""

    level = models.CharField(max_length=8)  # presence, size, hash
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    last_sha256 = models.CharField(max_length=64, blank=True, default="")  # resumed after this one
    checked = models.BigIntegerField(default=0)
    checked_bytes = models.BigIntegerField(default=0)
    findings = models.JSONField(default=list)  # {"sha256", "problem"}
    orphans = models.JSONField(default=list)  # digests that lay without a row and were set aside

    def __str__(self) -> str:
        return f"{self.level} {self.started_at}"

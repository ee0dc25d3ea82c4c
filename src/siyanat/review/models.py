"""People look at what triage raised, and decide. What was really played is kept apart from what was clicked."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.postgres.fields import DateTimeRangeField
from django.db import models
from django.utils.translation import gettext_lazy as _

from siyanat.cases import models as cases
from siyanat.conduct import models as conduct
from siyanat.evidence import models as evidence
from siyanat.roster import models as roster
from siyanat.triage import models as triage


class Review(models.Model):
    """One reviewer's work on one shift: the head's own (first line), or another unit's blind second look."""

    class Line(models.TextChoices):
        FIRST = "first", _("first line")
        SECOND = "second", _("second line")

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")  # footage complete enough, nobody has begun
        UNDER_WAY = "under_way", _("under way")
        SIGNED_OFF = "signed_off", _("signed off")
        ESCALATED = "escalated", _("escalated")  # overdue; the post above has it too

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    shift = models.ForeignKey(roster.Shift, on_delete=models.PROTECT, related_name="reviews")
    line = models.CharField(max_length=6, choices=Line, default=Line.FIRST)
    unit = models.ForeignKey(roster.Unit, on_delete=models.PROTECT, related_name="reviews")  # whose work it is
    plan = models.ForeignKey(triage.Plan, null=True, on_delete=models.PROTECT, related_name="reviews")
    state = models.CharField(max_length=10, choices=State, default=State.WAITING, db_index=True)
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="reviews")
    created_at = models.DateTimeField()
    due_at = models.DateTimeField(db_index=True)
    begun_at = models.DateTimeField(null=True, blank=True)
    escalated_at = models.DateTimeField(null=True, blank=True)
    signed_off_at = models.DateTimeField(null=True, blank=True)
    watched_ms = models.BigIntegerField(default=0)  # at sign-off
    summary = models.TextField(blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["shift", "line"], name="review_once_a_line")]

    def __str__(self) -> str:
        return f"{self.shift_id} {self.line}"


class ServedSegment(models.Model):
    """A stretch of footage whose bytes the server really sent to this person in this review."""

    review = models.ForeignKey(Review, null=True, on_delete=models.PROTECT, related_name="served")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recording = models.ForeignKey(evidence.Recording, on_delete=models.PROTECT, related_name="+")
    starts_ms = models.BigIntegerField()
    ends_ms = models.BigIntegerField()
    served_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["review", "recording", "starts_ms"], name="served_review_recording")]

    def __str__(self) -> str:
        return f"{self.recording_id} {self.starts_ms}"


class PlayedInterval(models.Model):
    """A stretch that the player reported and the server believes: served before, and at a plausible rate."""

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="played")
    person = models.ForeignKey(roster.Person, on_delete=models.PROTECT, related_name="+")  # the bearer
    span = DateTimeRangeField()
    rate = models.FloatField()
    reported_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.review_id} {self.span}"


class Skip(models.Model):
    """A plan item left unwatched, with the reason."""

    class Reason(models.TextChoices):
        MISSING = "missing", _("no footage")
        UNPLAYABLE = "unplayable", _("does not play")
        RESTRICTED = "restricted", _("private moment")
        DUPLICATE = "duplicate", _("seen on the other camera")

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="skips")
    item = models.ForeignKey(triage.PlanItem, on_delete=models.PROTECT, related_name="skips")
    reason = models.CharField(max_length=12, choices=Reason)
    note = models.CharField(max_length=400, blank=True, default="")
    skipped_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["review", "item"], name="skip_once")]

    def __str__(self) -> str:
        return f"{self.item_id} {self.reason}"


class Mark(models.Model):
    """What a reviewer noted on a stretch of footage. There is no field for a citizen's identity, on purpose."""

    class Kind(models.TextChoices):
        THANKS = "thanks", _("thanks")
        COACHING = "coaching", _("coaching")
        VIOLATION = "violation", _("violation")
        FORCE = "force", _("force used")
        OFFENCE = "offence", _("citizen's offence")
        EQUIPMENT = "equipment", _("equipment")
        OTHER = "other", _("other")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="marks")
    person = models.ForeignKey(roster.Person, on_delete=models.PROTECT, related_name="marks")  # the bearer
    kind = models.CharField(max_length=10, choices=Kind)
    span = DateTimeRangeField()
    note = models.CharField(max_length=1000, blank=True, default="")
    conduct_item = models.ForeignKey(conduct.ConductItem, null=True, blank=True, on_delete=models.PROTECT)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    case = models.ForeignKey(cases.Case, null=True, blank=True, on_delete=models.PROTECT, related_name="marks")

    def __str__(self) -> str:
        return f"{self.kind} {self.span}"


class Question(models.Model):
    """The reviewer asks an officer about a mark or about missing minutes; the officer answers here."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="questions")
    person = models.ForeignKey(roster.Person, on_delete=models.PROTECT, related_name="questions")
    span = DateTimeRangeField(null=True, blank=True)
    text = models.CharField(max_length=1000)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    answer = models.TextField(blank=True, default="")
    answered_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.review_id} {self.person_id}"

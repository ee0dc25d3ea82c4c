"""People look at what triage raised, and decide. What was really played is kept apart from what was clicked."""

from __future__ import annotations

import uuid
from typing import ClassVar

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
    """One reviewer's work on one shift: the head's own (first line), or another unit's blind second look.

    Footage that comes when the first line has begun is reviewed on its own (late footage), as often as some comes.
    """

    class Line(models.TextChoices):
        FIRST = "first", _("first line")
        SECOND = "second", _("second line")
        LATE = "late", _("late footage")

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")  # footage complete enough, nobody has begun
        UNDER_WAY = "under_way", _("under way")
        SIGNED_OFF = "signed_off", _("signed off")
        ESCALATED = "escalated", _("escalated")  # overdue, begun or not; the post above has it too

    STATE_TONES: ClassVar[dict[str, str]] = {
        "waiting": "info",
        "under_way": "warn",
        "signed_off": "good",
        "escalated": "bad",
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    shift = models.ForeignKey(roster.Shift, on_delete=models.PROTECT, related_name="reviews")
    line = models.CharField(max_length=6, choices=Line, default=Line.FIRST)
    unit = models.ForeignKey(
        roster.Unit, on_delete=models.PROTECT, related_name="reviews"
    )  # whose work it is
    plan = models.ForeignKey(triage.Plan, null=True, on_delete=models.PROTECT, related_name="reviews")
    state = models.CharField(max_length=10, choices=State, default=State.WAITING, db_index=True)
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="reviews"
    )
    goes_above = models.BooleanField(default=False)  # every head of the unit was in the crew, or it has none
    first = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="second"
    )  # of a second line: the review that it is compared with
    created_at = models.DateTimeField()
    due_at = models.DateTimeField(db_index=True)
    begun_at = models.DateTimeField(null=True, blank=True)
    escalated_at = models.DateTimeField(null=True, blank=True)
    signed_off_at = models.DateTimeField(null=True, blank=True)
    watched_ms = models.BigIntegerField(default=0)  # at sign-off
    summary = models.TextField(blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["shift", "line"], condition=~models.Q(line="late"), name="review_once_a_line"
            ),
            models.UniqueConstraint(
                fields=["shift"],
                condition=models.Q(line="late", begun_at__isnull=True),
                name="review_of_late_footage_waits_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at", "unit"], name="review_open", condition=models.Q(signed_off_at__isnull=True)
            ),
            models.Index(fields=["-signed_off_at", "unit"], name="review_signed_off"),
            models.Index(
                fields=["first"],
                name="review_second_open",
                condition=models.Q(first__isnull=False, signed_off_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.shift_id} {self.line}"

    @property
    def is_open(self) -> bool:
        """Begun and not signed off: marks, questions and skips may be made."""
        return self.begun_at is not None and self.signed_off_at is None


class ServedSegment(models.Model):
    """A stretch of footage whose bytes the server really sent to this person, in a review or against a grant."""

    review = models.ForeignKey(Review, null=True, on_delete=models.PROTECT, related_name="served")
    grant = models.ForeignKey(
        evidence.ViewingGrant, null=True, on_delete=models.PROTECT, related_name="served"
    )
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recording = models.ForeignKey(evidence.Recording, on_delete=models.PROTECT, related_name="+")
    starts_ms = models.BigIntegerField()
    ends_ms = models.BigIntegerField()
    served_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["review", "recording", "starts_ms"], name="served_review_recording")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(review__isnull=False, grant__isnull=True)
                | models.Q(review__isnull=True, grant__isnull=False),
                name="served_for_one_purpose",
            )
        ]

    def __str__(self) -> str:
        return f"{self.recording_id} {self.starts_ms}"


class FailedServe(models.Model):
    """A stretch that the server could not send or decode: what bears out "does not play"."""

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="failed")
    recording = models.ForeignKey(evidence.Recording, on_delete=models.PROTECT, related_name="+")
    starts_ms = models.BigIntegerField()
    ends_ms = models.BigIntegerField()
    code = models.CharField(max_length=64)  # of the error, or review.damaged when decoding it found damage
    failed_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["review", "recording", "starts_ms"], name="failed_review_recording")]

    def __str__(self) -> str:
        return f"{self.recording_id} {self.starts_ms} {self.code}"


class PlayedInterval(models.Model):
    """A stretch that the player reported and the server believes: served before, and at a plausible rate."""

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="played")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(roster.Person, on_delete=models.PROTECT, related_name="+")  # the bearer
    span = DateTimeRangeField()
    rate = models.FloatField()
    reported_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["review", "user", "person"], name="played_by_bearer")]

    def __str__(self) -> str:
        return f"{self.review_id} {self.span}"


class WatchAllowance(models.Model):
    """How much playing may still be believed of one bearer's camera: it fills with the clock, at the highest
    speed of the player, and empties with what is reported, whatever the number of open tabs.
    """

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="allowances")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(roster.Person, on_delete=models.PROTECT, related_name="+")
    left_ms = models.BigIntegerField()
    filled_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["review", "user", "person"], name="allowance_once")]

    def __str__(self) -> str:
        return f"{self.review_id} {self.left_ms}"


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
    case = models.ForeignKey(
        cases.Case, null=True, blank=True, on_delete=models.PROTECT, related_name="marks"
    )

    KIND_TONES: ClassVar[dict[str, str]] = {
        "thanks": "good",
        "coaching": "info",
        "violation": "bad",
        "force": "bad",
        "offence": "warn",
        "equipment": "neutral",
        "other": "neutral",
    }

    class Meta:
        indexes = [models.Index(fields=["person", "-made_at"], name="mark_of_person")]

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

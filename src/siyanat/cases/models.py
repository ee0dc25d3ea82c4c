"""Follow-up: a case from a mark, a gap or by hand; its actions, decision and the officer's answers."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.postgres.fields import DateTimeRangeField
from django.db import models
from django.utils.translation import gettext_lazy as _

from siyanat.conduct import models as conduct
from siyanat.roster import models as roster


class Case(models.Model):
    """One matter. ``about`` are the persons it concerns: none of them may act on it but by answering."""

    class Origin(models.TextChoices):
        MARK = "mark", _("mark in a review")
        GAP = "gap", _("missing minutes")
        HAND = "hand", _("opened by hand")
        CONTACT = "contact", _("citizen's contact")

    class State(models.TextChoices):
        OPEN = "open", _("open")
        ANSWERED = "answered", _("answered by the officer")
        DECIDED = "decided", _("decided")
        CLOSED = "closed", _("closed")

    class Decision(models.TextChoices):
        SUSTAINED = "sustained", _("sustained")
        NOT_SUSTAINED = "not_sustained", _("not sustained")
        EXONERATED = "exonerated", _("exonerated")
        UNFOUNDED = "unfounded", _("unfounded")
        COACHED = "coached", _("coached")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.CharField(max_length=24, unique=True)  # e.g. 1405-000123
    unit = models.ForeignKey(roster.Unit, on_delete=models.PROTECT, related_name="cases")
    handling_unit = models.ForeignKey(roster.Unit, on_delete=models.PROTECT, related_name="+")
    shift = models.ForeignKey(
        roster.Shift, null=True, blank=True, on_delete=models.PROTECT, related_name="cases"
    )
    span = DateTimeRangeField(null=True, blank=True)  # the stretch of the shift that it is about, if one is
    origin = models.CharField(max_length=8, choices=Origin)
    origin_reference = models.CharField(max_length=80, blank=True, default="")
    title = models.CharField(max_length=160)
    summary = models.TextField(blank=True, default="")
    officer_summary = models.TextField(
        blank=True, default=""
    )  # what the officer sees when a complainant is protected
    protects_complainant = models.BooleanField(default=False)
    conduct_item = models.ForeignKey(conduct.ConductItem, null=True, blank=True, on_delete=models.PROTECT)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField()
    decision = models.CharField(max_length=16, choices=Decision, blank=True, default="")
    decision_reasons = models.TextField(blank=True, default="")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    about = models.ManyToManyField(roster.Person, related_name="cases_about", through="Concerned")

    def __str__(self) -> str:
        return self.number


class Concerned(models.Model):
    """A person whom a case concerns; told on ``notified_at``, never covertly."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="concerned")
    person = models.ForeignKey(roster.Person, on_delete=models.PROTECT)
    notified_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "person"], name="concerned_once")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.person_id}"


class Action(models.Model):
    """Something that somebody must do about a case, by a date."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="actions")
    title = models.CharField(max_length=200)
    owner = models.ForeignKey(roster.Person, on_delete=models.PROTECT, related_name="case_actions")
    due_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=400, blank=True, default="")

    def __str__(self) -> str:
        return self.title


class Answer(models.Model):
    """What an officer says to a case, in their own words; never edited, only added to."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="answers")
    person = models.ForeignKey(roster.Person, on_delete=models.PROTECT, related_name="case_answers")
    text = models.TextField()
    given_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.case_id} {self.given_at}"

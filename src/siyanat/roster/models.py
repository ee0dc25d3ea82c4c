"""Units as a tree, people, posts held over time, vehicles, working days, shifts and their crews.

What was believed when matters as much as what is true: crew rows are never changed, they are
superseded, so that an earlier figure can be reproduced from what was known then.
"""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from siyanat.ui import formatting


def _in_language(persian: str, english: str) -> str:
    """The text in the reader's language; where one is missing, the other."""
    first, second = (english, persian) if formatting.language() == "en" else (persian, english)
    return first or second


class Unit(models.Model):
    """A node of the force. ``path`` is ``/1/7/40/``: the ids from the root down to this unit."""

    class Kind(models.TextChoices):
        NATIONAL = "national", _("national headquarters")
        PROVINCE = "province", _("province")
        COUNTY = "county", _("county")
        STATION = "station", _("station")
        POST = "post", _("rural post")
        MOBILE = "mobile", _("mobile unit")

    code = models.CharField(max_length=32, unique=True)
    name_fa = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120)
    kind = models.CharField(max_length=16, choices=Kind)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    path = models.CharField(max_length=200, unique=True)
    camera_target = models.PositiveIntegerField(default=0)  # cameras that the roll-out plans for this unit
    latitude = models.DecimalField(max_digits=8, decimal_places=5, null=True, blank=True)
    longitude = models.DecimalField(max_digits=8, decimal_places=5, null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["path"], name="unit_path_prefix", opclasses=["varchar_pattern_ops"])]

    def __str__(self) -> str:
        return f"{self.code} {self.name_en}"

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        return _in_language(self.name_fa, self.name_en)


class Person(models.Model):
    """A member of the force. The national ID is kept for the roster alone and never shown in lists."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    personnel_number = models.CharField(max_length=16, unique=True)
    national_id = models.CharField(max_length=10, unique=True)
    given_name_fa = models.CharField(max_length=60)
    family_name_fa = models.CharField(max_length=60)
    given_name_en = models.CharField(max_length=60, blank=True, default="")
    family_name_en = models.CharField(max_length=60, blank=True, default="")
    search_key = models.CharField(max_length=200, db_index=True)  # lib.persian.search_key of names and number
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="people")
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="person"
    )
    left_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [GinIndex(fields=["search_key"], name="person_search", opclasses=["gin_trgm_ops"])]

    def __str__(self) -> str:
        return self.personnel_number

    @property
    def name(self) -> str:
        """Given and family name in the reader's language."""
        return _in_language(
            f"{self.given_name_fa} {self.family_name_fa}".strip(),
            f"{self.given_name_en} {self.family_name_en}".strip(),
        )


class HeldPost(models.Model):
    """A role over a unit and everything below it, for a time.

    Posts don't overlap for one person, role and unit.
    """

    class Role(models.TextChoices):
        PATROL_OFFICER = "patrol_officer", _("patrol officer")
        SHIFT_LEADER = "shift_leader", _("shift leader")
        STATION_HEAD = "station_head", _("station head")
        CAMERA_STEWARD = "camera_steward", _("camera steward")
        EVIDENCE_CUSTODIAN = "evidence_custodian", _("evidence custodian")
        INTEGRITY_OFFICER = "integrity_officer", _("integrity officer")
        PROVINCIAL_REVIEWER = "provincial_reviewer", _("provincial reviewer")
        EXTERNAL_OVERSEER = "external_overseer", _("external overseer")
        ADMINISTRATOR = "administrator", _("administrator")

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="posts")
    role = models.CharField(max_length=32, choices=Role)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="posts")
    held = DateTimeRangeField()  # [from, to); to is open while the post is held
    substitute_for = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="substitutes"
    )

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="post_held_once",
                expressions=[
                    ("person", RangeOperators.EQUAL),
                    ("role", RangeOperators.EQUAL),
                    ("unit", RangeOperators.EQUAL),
                    ("held", RangeOperators.OVERLAPS),
                ],
            )
        ]

    def __str__(self) -> str:
        return f"{self.role} of {self.unit_id}"


class Vehicle(models.Model):
    """A patrol vehicle, known by its fleet number; the plate is for people to recognise it."""

    fleet_number = models.CharField(max_length=32, unique=True)
    plate = models.CharField(max_length=24, blank=True, default="")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="vehicles")
    retired_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.fleet_number


class NonWorkingDay(models.Model):
    """A date on which deadlines don't fall. Filled from the official calendar, editable."""

    date = models.DateField(unique=True)
    name_fa = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120, blank=True, default="")

    def __str__(self) -> str:
        return self.date.isoformat()

    @property
    def name(self) -> str:
        """The occasion in the reader's language."""
        return _in_language(self.name_fa, self.name_en)


class Shift(models.Model):
    """One patrol's duty: [starts_at, ends_at) owed on camera by its crew."""

    class State(models.TextChoices):
        PLANNED = "planned", _("planned")
        RUNNING = "running", _("under way")  # first camera issued
        ENDED = "ended", _("ended")  # last camera returned or end passed
        CANCELED = "canceled", _("canceled")

    STATE_TONES: ClassVar[dict[str, str]] = {
        "planned": "info",
        "running": "warn",
        "ended": "good",
        "canceled": "neutral",
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code = models.CharField(max_length=40, unique=True)  # e.g. 1405/09/02-1234, for people
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="shifts")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    state = models.CharField(max_length=12, choices=State, default=State.PLANNED)
    vehicle = models.ForeignKey(Vehicle, null=True, blank=True, on_delete=models.PROTECT)
    leader = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    place_fa = models.CharField(max_length=120, blank=True, default="")  # beat or area
    place_en = models.CharField(max_length=120, blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")), name="shift_ends_after_start"
            )
        ]
        indexes = [
            models.Index(fields=["unit", "-starts_at"], include=["id"], name="shift_unit_start"),
            # Many start at the same moment: the order of the list, whole.
            models.Index(fields=["-starts_at", "code"], name="shift_latest"),
            # Also for what the planner learns from them: how many shifts a place has.
            GinIndex(OpClass(Upper("place_fa"), name="gin_trgm_ops"), name="shift_place_fa"),
            GinIndex(OpClass(Upper("place_en"), name="gin_trgm_ops"), name="shift_place_en"),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def place(self) -> str:
        """The beat or area in the reader's language."""
        return _in_language(self.place_fa, self.place_en)


class CrewMember(models.Model):
    """A person in a shift's crew for [starts_at, ends_at): the minutes that they owe on camera.

    Never changed: a correction supersedes the row and adds another.
    """

    shift = models.ForeignKey(Shift, on_delete=models.PROTECT, related_name="crew")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="crew_memberships")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    bears_camera = models.BooleanField(default=True)
    recorded_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["shift", "person", "starts_at"],
                condition=models.Q(superseded_at__isnull=True),
                name="crew_member_once",
            ),
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")), name="crew_ends_after_start"
            ),
        ]
        indexes = [models.Index(fields=["person", "-starts_at"], name="crew_person_start")]

    def __str__(self) -> str:
        return f"{self.person_id} in {self.shift_id}"


class WaitingImport(models.Model):
    """A list that was uploaded, read and found good: it waits, with what it would change, until somebody
    applies it.

    ``rows`` are the file's rows after reading; they are compared with the database again when applied.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(
        max_length=24
    )  # the sheet's name: units, people, posts, vehicles, shifts, cameras
    file_name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    rows = models.JSONField(default=list)
    problems = models.JSONField(
        default=list
    )  # file, row, field, value, code of each; with one of them nothing is applied
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True, blank=True)
    outcome = models.JSONField(default=dict)  # added, changed, same

    class Meta:
        indexes = [models.Index(fields=["uploaded_by", "-uploaded_at"], name="import_by_whom")]

    def __str__(self) -> str:
        return f"{self.kind} {self.file_name}"


class Proposal(models.Model):
    """What an administrator wants to do and a second person, who is none, must agree to: a post that sees footage, the
    login of somebody who holds one. A post is given by the agreement; of a login the administrator does it then, once.
    """

    class Kind(models.TextChoices):
        PASSWORD = "password", _("new temporary password")
        SECOND_FACTOR = "second_factor", _("forgetting the authenticator")
        LOGIN = "login", _("opening a login")
        POST = "post", _("a post that sees footage")

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="proposals")
    kind = models.CharField(max_length=16, choices=Kind)
    role = models.CharField(
        max_length=32, choices=HeldPost.Role, blank=True, default=""
    )  # of a post, as below
    unit = models.ForeignKey(Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    held = DateTimeRangeField(null=True, blank=True)
    substitute_for = models.ForeignKey(
        HeldPost, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    agreed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    agreed_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "kind", "role", "unit", "proposed_at"],
                name="proposal_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=models.Q(kind="post", unit__isnull=False, held__isnull=False)
                | (~models.Q(kind="post") & models.Q(unit__isnull=True, held__isnull=True, role="")),
                name="proposal_of_a_post_says_which",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.person_id}"

    @property
    def path(self) -> str:
        """Path of the unit over which the second person must stand."""
        return self.unit.path if self.unit else self.person.unit.path

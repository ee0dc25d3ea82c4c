"""People on the roster: taken on, mended, transferred, leaving. Their names stand in the log as commitments
alone.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import transaction

from siyanat.accounts import operations as accounts
from siyanat.ledger import operations as ledger
from siyanat.lib import errors, national_id, persian
from siyanat.roster import gates, models


@dataclass(frozen=True, slots=True)
class Particulars:
    """Who somebody is, as people write it."""

    personnel_number: str
    national_id: str
    given_name_fa: str
    family_name_fa: str
    given_name_en: str = ""
    family_name_en: str = ""

    def normalised(self) -> Particulars:
        """Letters and digits as they are stored.

        :raises errors.Refusal: ``national_id.invalid``, ``roster.personnel_number_invalid``,
            ``roster.name_missing``.
        """
        number = persian.normalise(self.personnel_number).upper()
        if not number or len(number) > 16 or not number.isalnum():
            raise errors.Refusal("roster.personnel_number_invalid", value=number[:32])
        given, family = persian.normalise(self.given_name_fa), persian.normalise(self.family_name_fa)
        if not given or not family:
            raise errors.Refusal("roster.name_missing", number=number)
        return Particulars(
            number,
            national_id.parse(self.national_id),
            given[:60],
            family[:60],
            " ".join(self.given_name_en.split())[:60],
            " ".join(self.family_name_en.split())[:60],
        )


@transaction.atomic
def add_person(
    *, viewer: gates.Viewer, particulars: Particulars, unit: models.Unit, now: dt.datetime
) -> models.Person:
    """Take somebody on the roster of a unit.

    :raises errors.NotFound: unless the viewer administers the unit.
    :raises errors.Refusal: as `Particulars.normalised`, ``roster.personnel_number_taken``,
        ``roster.national_id_taken``, ``roster.unit_closed``.
    """
    gates.check_holds_over(viewer, unit.path, gates.Role.ADMINISTRATOR)
    clean = particulars.normalised()
    if unit.closed_at is not None:
        raise errors.Refusal("roster.unit_closed", unit=unit.code)
    _check_unique(clean, but=None)
    person = models.Person(unit=unit)
    fill(person, clean)
    person.save(force_insert=True)
    _record("roster.add_person", viewer, person, now, unit=unit.pk)
    return person


@transaction.atomic
def mend_person(
    *, viewer: gates.Viewer, person: models.Person, particulars: Particulars, now: dt.datetime
) -> models.Person:
    """Mend a person's names or numbers.

    :raises errors.NotFound: unless the viewer administers their unit.
    :raises errors.Refusal: as `add_person`, ``access.concerns_yourself``.
    """
    gates.check_holds_over(viewer, person.unit.path, gates.Role.ADMINISTRATOR)
    gates.check_not_concerned(viewer, [person.id], act="mend_person")
    clean = particulars.normalised()
    _check_unique(clean, but=person)
    fill(person, clean)
    person.save()
    _record("roster.mend_person", viewer, person, now)
    return person


@transaction.atomic
def transfer_person(
    *, viewer: gates.Viewer, person: models.Person, unit: models.Unit, now: dt.datetime
) -> models.Person:
    """Move a person to another unit; posts that they hold are ended or given on their own.

    :raises errors.NotFound: unless the viewer administers both units.
    :raises errors.Refusal: ``roster.nothing_changes``, ``roster.unit_closed``.
    """
    for path in (person.unit.path, unit.path):
        gates.check_holds_over(viewer, path, gates.Role.ADMINISTRATOR)
    if person.unit_id == unit.pk:
        raise errors.Refusal("roster.nothing_changes")
    if unit.closed_at is not None:
        raise errors.Refusal("roster.unit_closed", unit=unit.code)
    before = person.unit_id
    person.unit = unit
    person.save(update_fields=["unit"])
    _record("roster.transfer_person", viewer, person, now, before=before, after=unit.pk)
    return person


@transaction.atomic
def let_person_go(*, viewer: gates.Viewer, person: models.Person, now: dt.datetime) -> models.Person:
    """A person leaves the force: their posts end, their login is closed, their history stays.

    :raises errors.NotFound: unless the viewer administers their unit.
    :raises errors.Refusal: ``roster.person_left``, ``access.concerns_yourself``, ``roster.crew_busy``
        when they
        are in the crew of a shift that has not ended, ``roster.last_overseer``.
    """
    from siyanat.roster.operations import posts, second_person, shifts

    gates.check_holds_over(viewer, person.unit.path, gates.Role.ADMINISTRATOR)
    gates.check_not_concerned(viewer, [person.id], act="let_person_go")
    if person.left_at is not None:
        raise errors.Refusal("roster.person_left", person=person.name)
    ahead = (
        person.crew_memberships.filter(superseded_at=None, ends_at__gt=now)
        .select_related("shift__unit")
        .first()
    )
    if ahead is not None:
        raise shifts.busy(viewer, person, ahead.shift)
    held = list(posts.posts_to_come(person, now=now).select_related("unit"))
    for post in held:
        second_person.check_oversight_stays(post, now=now)
    for post in held:
        posts.end_held(viewer, post, now=now)
    person.left_at = now
    person.save(update_fields=["left_at"])
    if person.user is not None and person.user.is_active:
        accounts.deactivate(user=person.user, actor=viewer.actor, now=now)
    _record("roster.let_person_go", viewer, person, now)
    return person


def fill(person: models.Person, clean: Particulars) -> None:
    """Put normalised particulars on a row, with the key that lists are searched by (unsaved)."""
    person.personnel_number, person.national_id = clean.personnel_number, clean.national_id
    person.given_name_fa, person.family_name_fa = clean.given_name_fa, clean.family_name_fa
    person.given_name_en, person.family_name_en = clean.given_name_en, clean.family_name_en
    words = (
        clean.given_name_fa,
        clean.family_name_fa,
        clean.given_name_en,
        clean.family_name_en,
        clean.personnel_number,
    )
    person.search_key = persian.search_key(" ".join(words))[:200]


def _check_unique(clean: Particulars, *, but: models.Person | None) -> None:
    others = models.Person.objects.exclude(pk=but.pk) if but else models.Person.objects.all()
    if others.filter(personnel_number=clean.personnel_number).exists():
        raise errors.Refusal("roster.personnel_number_taken", number=clean.personnel_number)
    if others.filter(national_id=clean.national_id).exists():
        raise errors.Refusal("roster.national_id_taken")


def _record(
    kind: str, viewer: gates.Viewer, person: models.Person, now: dt.datetime, **facts: object
) -> None:
    ledger.append(
        kind=kind,
        actor=viewer.actor,
        subject=f"person:{person.id}",
        now=now,
        facts=facts,
        personal={
            "name": f"{person.given_name_fa} {person.family_name_fa}",
            "number": person.personnel_number,
        },
    )

"""People, the posts that they hold, the cast's logins, vehicles. Every name is put together by chance."""

from __future__ import annotations

import datetime as dt

from allauth.mfa.totp.internal import auth as totp
from django.contrib.auth.hashers import make_password
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from siyanat.accounts import models as accounts
from siyanat.demo import cast as casts
from siyanat.demo.world import land as lands
from siyanat.demo.world import places
from siyanat.lib import national_id, persian
from siyanat.roster import models

Role = models.HeldPost.Role
FIRST_NUMBER = 120_001
IN_POST_DAYS = 730


def write(land: lands.Land) -> None:
    """Write everybody: staff of every unit that patrols, then the cast with their logins."""
    people = _Registry(land)
    posts: list[tuple[models.Person, str, models.Unit]] = []
    for unit in land.stations:
        count = land.scale.people_of_station if unit.code == lands.STATION else land.scale.people_a_unit
        staff = [people.draw(unit) for _ in range(count)]
        land.staff[unit.pk] = staff
        posts += [(person, Role.PATROL_OFFICER, unit) for person in staff]
        if unit not in (land.place["station"], land.place["second"]):
            posts.append((people.draw(unit), Role.STATION_HEAD, unit))
        posts.append((people.draw(unit), Role.SHIFT_LEADER, unit))
    for player in casts.CAST:
        unit = land.place[player.place]
        land.cast[player.username] = people.make(unit, player.name_fa, player.name_en)
        posts.append((land.cast[player.username], player.role, unit))
    models.Person.objects.bulk_create(people.made, batch_size=1000)
    land.crews = land.staff[land.place["station"].pk]
    _open_logins(land)
    _hold(land, posts)
    _substitute(land)
    _write_vehicles(land)


class _Registry:
    """Makes people, each with a personnel number and a national ID of their own."""

    def __init__(self, land: lands.Land) -> None:
        self._dice = land.dice
        self._men, self._women = places.pairs(places.MEN), places.pairs(places.WOMEN)
        self._families = places.pairs(places.FAMILIES)
        self.made: list[models.Person] = []

    def draw(self, unit: models.Unit) -> models.Person:
        given = self._dice.choice(self._women if self._dice.random() < 0.12 else self._men)
        family = self._dice.choice(self._families)
        return self.make(unit, (given[0], family[0]), (given[1], family[1]))

    def make(self, unit: models.Unit, fa: tuple[str, str], en: tuple[str, str]) -> models.Person:
        number = str(FIRST_NUMBER + len(self.made))
        person = models.Person(
            personnel_number=number,
            national_id=national_id.generate(len(self.made)),
            given_name_fa=fa[0],
            family_name_fa=fa[1],
            given_name_en=en[0],
            family_name_en=en[1],
            search_key=persian.search_key(" ".join((*fa, *en, number)))[:200],
            unit=unit,
        )
        self.made.append(person)
        return person


def _open_logins(land: lands.Land) -> None:
    """The cast can sign in; the station's officers have accounts that nobody knows a password of."""
    known, nobody = make_password(land.kept.password), make_password(None)
    people = {**{f"officer{person.personnel_number}": person for person in land.crews}, **land.cast}
    for username, person in people.items():
        person.user = accounts.User(
            username=username, password=known if username in land.cast else nobody, is_demo=True
        )
    accounts.User.objects.bulk_create([person.user for person in people.values()])  # type: ignore[misc]
    models.Person.objects.bulk_update(people.values(), ["user"], batch_size=500)
    for username, person in land.cast.items():
        totp.TOTP.activate(person.user, land.kept.second_factors[username])


def _hold(land: lands.Land, posts: list[tuple[models.Person, str, models.Unit]]) -> None:
    held = DateTimeTZRange(land.ago(days=IN_POST_DAYS), None, "[)")
    models.HeldPost.objects.bulk_create(
        (models.HeldPost(person=person, role=role, unit=unit, held=held) for person, role, unit in posts),
        batch_size=1000,
    )


def _substitute(land: lands.Land) -> None:
    """While the head was on leave for a week, the shift leader stood in."""
    post = models.HeldPost.objects.get(person=land.cast["head"], role=Role.STATION_HEAD)
    leave = DateTimeTZRange(land.ago(days=47), land.ago(days=40), "[)")
    models.HeldPost.objects.create(
        person=land.cast["leader"], role=Role.STATION_HEAD, unit=post.unit, held=leave, substitute_for=post
    )


def _write_vehicles(land: lands.Land) -> None:
    made = []
    for number, unit in enumerate((unit for unit in land.stations for _ in range(2)), start=1):
        digits = persian.to_persian_digits(f"{land.dice.randint(11, 99)}پ{land.dice.randint(111, 999)}")
        made.append(models.Vehicle(fleet_number=f"V-{number:04d}", plate=f"ایران ۱۱ {digits}", unit=unit))
    made[-1].retired_at = land.now - dt.timedelta(days=90)
    models.Vehicle.objects.bulk_create(made, batch_size=1000)

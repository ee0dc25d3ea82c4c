"""Logins of people: only an administrator over a person's unit opens, closes or resets them, and never their
own.
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from siyanat.accounts import models as account_models
from siyanat.accounts import operations as accounts
from siyanat.lib import errors
from siyanat.roster import gates, models


@transaction.atomic
def open_login(
    *, viewer: gates.Viewer, person: models.Person, username: str, now: dt.datetime
) -> tuple[account_models.User, str]:
    """Open a login for a person who has none; returns it with its temporary password.

    :raises errors.NotFound: unless the viewer administers the person's unit.
    :raises errors.Refusal: ``roster.login_exists``, ``roster.person_left``, ``accounts.username_taken``,
        ``accounts.username_invalid``.
    """
    _check(viewer, person)
    person = models.Person.objects.select_for_update(of=("self",)).get(pk=person.pk)
    if person.user_id is not None:
        raise errors.Refusal("roster.login_exists", person=person.name)
    if person.left_at is not None:
        raise errors.Refusal("roster.person_left", person=person.name)
    user, password = accounts.open_account(username=username, actor=viewer.actor, now=now)
    person.user = user
    person.save(update_fields=["user"])
    return user, password


@transaction.atomic
def reset_login_password(*, viewer: gates.Viewer, person: models.Person, now: dt.datetime) -> str:
    """Give a new temporary password; returns it.

    :raises errors.NotFound: unless the viewer administers the person's unit and the person has a login.
    """
    return accounts.reset_password(user=_user(viewer, person), actor=viewer.actor, now=now)


@transaction.atomic
def close_login(*, viewer: gates.Viewer, person: models.Person, now: dt.datetime) -> None:
    """Close a login; it can be opened again.

    :raises errors.NotFound: as `reset_login_password`.
    :raises errors.Refusal: ``accounts.closed_already``.
    """
    accounts.deactivate(user=_user(viewer, person), actor=viewer.actor, now=now)


@transaction.atomic
def reopen_login(*, viewer: gates.Viewer, person: models.Person, now: dt.datetime) -> None:
    """Open a closed login again.

    :raises errors.NotFound: as `reset_login_password`.
    :raises errors.Refusal: ``accounts.open_already``, ``roster.person_left``.
    """
    user = _user(viewer, person)
    if person.left_at is not None:
        raise errors.Refusal("roster.person_left", person=person.name)
    accounts.reactivate(user=user, actor=viewer.actor, now=now)


@transaction.atomic
def reset_login_second_factor(*, viewer: gates.Viewer, person: models.Person, now: dt.datetime) -> None:
    """Forget a lost authenticator, so that the next login sets up another.

    :raises errors.NotFound: as `reset_login_password`.
    :raises errors.Refusal: ``accounts.no_second_factor``.
    """
    accounts.reset_second_factor(user=_user(viewer, person), actor=viewer.actor, now=now)


def _check(viewer: gates.Viewer, person: models.Person) -> None:
    gates.check_holds_over(viewer, person.unit.path, gates.Role.ADMINISTRATOR)
    gates.check_not_concerned(viewer, [person.id], act="open_login")


def _user(viewer: gates.Viewer, person: models.Person) -> account_models.User:
    _check(viewer, person)
    if person.user is None:
        raise errors.NotFound
    return person.user

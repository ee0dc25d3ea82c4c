"""Logins of people: only an administrator over a person's unit opens, closes or resets them, and never their
own. What opens the login of somebody who sees footage takes a second person (`second_person`).
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from siyanat.accounts import models as account_models
from siyanat.accounts import operations as accounts
from siyanat.lib import errors
from siyanat.roster import gates, models
from siyanat.roster.operations import second_person

Kind = models.Proposal.Kind


@transaction.atomic
def open_login(
    *, viewer: gates.Viewer, person: models.Person, username: str, now: dt.datetime
) -> tuple[account_models.User, str] | None:
    """Open a login for a person who has none; returns it with its temporary password, or None when that waits for a
    second person.

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
    if not _is_released(viewer, person, Kind.LOGIN, now=now):
        return None
    user, password = accounts.open_account(
        username=username, actor=viewer.actor, now=now, unit_path=person.unit.path
    )
    person.user = user
    person.save(update_fields=["user"])
    return user, password


@transaction.atomic
def reset_login_password(*, viewer: gates.Viewer, person: models.Person, now: dt.datetime) -> str | None:
    """Give a new temporary password; returns it, or None when that waits for a second person (`agree_to_proposal`).

    :raises errors.NotFound: unless the viewer administers the person's unit and the person has a login.
    """
    user = _user(viewer, person)
    if not _is_released(viewer, person, Kind.PASSWORD, now=now):
        return None
    return accounts.reset_password(user=user, actor=viewer.actor, now=now)


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
def reset_login_second_factor(*, viewer: gates.Viewer, person: models.Person, now: dt.datetime) -> bool:
    """Forget a lost authenticator, so that the next login sets up another; False when that waits for a second
    person (`agree_to_proposal`).

    :raises errors.NotFound: as `reset_login_password`.
    :raises errors.Refusal: ``accounts.no_second_factor``.
    """
    user = _user(viewer, person)
    if not accounts.has_second_factor(user):
        raise errors.Refusal("accounts.no_second_factor", username=user.username)
    if not _is_released(viewer, person, Kind.SECOND_FACTOR, now=now):
        return False
    accounts.reset_second_factor(user=user, actor=viewer.actor, now=now)
    return True


def _is_released(viewer: gates.Viewer, person: models.Person, kind: str, *, now: dt.datetime) -> bool:
    """Whether the act may be done now; else it is proposed, once."""
    if not second_person.needs_second_person(person, now=now):
        return True
    if kind == Kind.LOGIN and not second_person.oversees(person.unit.path, but=person.pk, now=now):
        return True
    wanted = models.Proposal(person=person, kind=kind)
    proposal = second_person.propose(viewer, wanted, now=now)
    if proposal.agreed_at is None:
        return False
    proposal.done_at = now
    proposal.save(update_fields=["done_at"])
    return True


def _check(viewer: gates.Viewer, person: models.Person) -> None:
    gates.check_holds_over(viewer, person.unit.path, gates.Role.ADMINISTRATOR)
    gates.check_not_concerned(viewer, [person.id], act="open_login")


def _user(viewer: gates.Viewer, person: models.Person) -> account_models.User:
    _check(viewer, person)
    if person.user is None:
        raise errors.NotFound
    return person.user

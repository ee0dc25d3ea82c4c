"""Logins of people: only an administrator over a person's unit opens, closes or resets them, and never their
own. What opens the login of somebody who sees footage takes a second person: an administrator alone could else be
both persons of an act that needs two.
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import Q, QuerySet

from siyanat.accounts import models as account_models
from siyanat.accounts import operations as accounts
from siyanat.ledger import operations as ledger
from siyanat.lib import errors
from siyanat.roster import gates, models

Kind = models.LoginReset.Kind
AGREE_TO_RESETS = (gates.Role.INTEGRITY_OFFICER, gates.Role.EXTERNAL_OVERSEER)
LAPSE = dt.timedelta(days=7)  # a proposal that nobody agreed to, or that was never done, is void after this
LATELY = dt.timedelta(days=90)


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
    user, password = accounts.open_account(
        username=username, actor=viewer.actor, now=now, unit_path=person.unit.path
    )
    person.user = user
    person.save(update_fields=["user"])
    return user, password


@transaction.atomic
def reset_login_password(*, viewer: gates.Viewer, person: models.Person, now: dt.datetime) -> str | None:
    """Give a new temporary password; returns it, or None when that waits for a second person (`agree_login_reset`).

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
    person (`agree_login_reset`).

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


@transaction.atomic
def agree_login_reset(*, viewer: gates.Viewer, reset_id: int, now: dt.datetime) -> models.LoginReset:
    """Agree, as the second person, to what an administrator proposed; the administrator then does it, once.

    :raises errors.NotFound: unless the viewer is an integrity officer or overseer over the person's unit.
    :raises errors.Refusal: ``access.concerns_yourself``, ``roster.second_person_needed``, ``roster.reset_closed``
        when it was agreed to or done already, or nobody did within a week.
    """
    rows = models.LoginReset.objects.select_for_update(of=("self",)).select_related("person__unit")
    reset = gates.get_in_scope(rows, pk=reset_id)
    gates.check_holds_over(viewer, reset.person.unit.path, *AGREE_TO_RESETS)
    gates.check_not_concerned(viewer, [reset.person_id], act="agree_login_reset")
    if reset.proposed_by_id == viewer.user.pk:
        raise errors.Refusal("roster.second_person_needed")
    if reset.agreed_at or reset.done_at or reset.proposed_at <= now - LAPSE:
        raise errors.Refusal("roster.reset_closed")
    reset.agreed_by, reset.agreed_at = viewer.user, now
    reset.save(update_fields=["agreed_by", "agreed_at"])
    _record("roster.agree_login_reset", viewer, reset, now)
    return reset


def needs_second_person(person: models.Person, *, now: dt.datetime) -> bool:
    """Whether the person holds a post that sees footage, will hold one, or held one lately: ending the post
    for a day gets nobody around it.
    """
    later = Q(held__endswith__isnull=True) | Q(held__endswith__gt=now - LATELY)
    return person.posts.filter(later, held__isempty=False, role__in=gates.FOOTAGE_ROLES).exists()


def open_resets(*, now: dt.datetime) -> QuerySet[models.LoginReset]:
    """Resets that wait: for a second person, or, agreed to, to be done."""
    rows = models.LoginReset.objects.filter(done_at=None, proposed_at__gt=now - LAPSE)
    return rows.order_by("proposed_at", "pk")


def _is_released(viewer: gates.Viewer, person: models.Person, kind: str, *, now: dt.datetime) -> bool:
    """Whether the reset may be done now; else it is proposed, once."""
    if not needs_second_person(person, now=now):
        return True
    models.Person.objects.select_for_update(of=("self",)).get(pk=person.pk)
    reset = open_resets(now=now).filter(person=person, kind=kind).first()
    if reset is None:
        reset = models.LoginReset.objects.create(
            person=person, kind=kind, proposed_by=viewer.user, proposed_at=now
        )
        _record("roster.propose_login_reset", viewer, reset, now)
    if reset.agreed_at is None:
        return False
    reset.done_at = now
    reset.save(update_fields=["done_at"])
    return True


def _record(kind: str, viewer: gates.Viewer, reset: models.LoginReset, now: dt.datetime) -> None:
    ledger.append(
        kind=kind,
        actor=viewer.actor,
        subject=f"person:{reset.person_id}",
        now=now,
        facts={"reset": reset.pk, "what": reset.kind, "unit_path": reset.person.unit.path},
    )


def _check(viewer: gates.Viewer, person: models.Person) -> None:
    gates.check_holds_over(viewer, person.unit.path, gates.Role.ADMINISTRATOR)
    gates.check_not_concerned(viewer, [person.id], act="open_login")


def _user(viewer: gates.Viewer, person: models.Person) -> account_models.User:
    _check(viewer, person)
    if person.user is None:
        raise errors.NotFound
    return person.user

"""Acts on accounts: opened, closed, given a new temporary password, relieved of a lost second factor.

Knows no post and no unit: whoever calls (``roster``) has checked that the actor may. Temporary passwords are
returned once, to be handed over in person; they are stored hashed like all others and must be changed at
once.
"""

from __future__ import annotations

import datetime as dt
import secrets

from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session
from django.db import transaction

from siyanat.accounts import models
from siyanat.ledger import operations as ledger
from siyanat.lib import errors, persian

# 32 letters without those that are mistaken for one another (0/o, 1/l/i): 16 of them carry 80 bits.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_PASSWORD_LETTERS = 16


@transaction.atomic
def open_account(
    *, username: str, actor: str, now: dt.datetime, unit_path: str = ""
) -> tuple[models.User, str]:
    """Open an account with a temporary password; returns both. ``unit_path`` is where its person belongs.

    :raises errors.Refusal: ``accounts.username_taken``, ``accounts.username_invalid``.
    """
    name = persian.normalise(username).lower()
    if not name or len(name) > 64 or not name.replace(".", "").replace("-", "").replace("_", "").isalnum():
        raise errors.Refusal("accounts.username_invalid", username=name[:64])
    if models.User.objects.filter(username__iexact=name).exists():
        raise errors.Refusal("accounts.username_taken", username=name)
    password = temporary_password()
    user = models.User.objects.create_user(name, password, must_change_password=True)
    ledger.append(
        kind="accounts.open_account", actor=actor, subject=f"user:{user.pk}", now=now,
        facts={"unit_path": unit_path}, personal={"username": user.username},
    )  # fmt: skip
    return user, password


@transaction.atomic
def reset_password(*, user: models.User, actor: str, now: dt.datetime) -> str:
    """Give a new temporary password and end the account's sessions; returns the password."""
    password = temporary_password()
    user.set_password(password)
    user.must_change_password = True
    user.save(update_fields=["password", "must_change_password"])
    end_sessions(user)
    _record("accounts.reset_password", user, actor, now)
    return password


@transaction.atomic
def deactivate(*, user: models.User, actor: str, now: dt.datetime) -> None:
    """Close an account: nobody can log in with it, its open sessions end, its history stays.

    :raises errors.Refusal: ``accounts.closed_already``.
    """
    if not models.User.objects.filter(pk=user.pk, is_active=True).update(is_active=False):
        raise errors.Refusal("accounts.closed_already", username=user.username)
    user.is_active = False
    end_sessions(user)
    _record("accounts.deactivate", user, actor, now)


@transaction.atomic
def reactivate(*, user: models.User, actor: str, now: dt.datetime) -> None:
    """Open a closed account again.

    :raises errors.Refusal: ``accounts.open_already``.
    """
    if not models.User.objects.filter(pk=user.pk, is_active=False).update(is_active=True):
        raise errors.Refusal("accounts.open_already", username=user.username)
    user.is_active = True
    _record("accounts.reactivate", user, actor, now)


@transaction.atomic
def reset_second_factor(*, user: models.User, actor: str, now: dt.datetime) -> None:
    """Forget a lost authenticator and its recovery codes; the next login sets up another.

    :raises errors.Refusal: ``accounts.no_second_factor`` when there is none.
    """
    removed, _ = Authenticator.objects.filter(user=user).delete()
    if not removed:
        raise errors.Refusal("accounts.no_second_factor", username=user.username)
    end_sessions(user)
    _record("accounts.reset_second_factor", user, actor, now)


def change_own_password(*, user: models.User, password: str, now: dt.datetime) -> None:
    """Set the password that the account's owner chose; a temporary one has done its work."""
    with transaction.atomic():
        user.set_password(password)
        user.must_change_password = False
        user.save(update_fields=["password", "must_change_password"])
        _record("accounts.change_own_password", user, str(user.pk), now)


def temporary_password() -> str:
    """Four groups of four letters, easy to read aloud."""
    letters = [secrets.choice(_LETTERS) for _ in range(_PASSWORD_LETTERS)]
    return "-".join("".join(letters[place : place + 4]) for place in range(0, _PASSWORD_LETTERS, 4))


def has_second_factor(user: models.User) -> bool:
    """Whether an authenticator is set up."""
    return bool(Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists())


def end_sessions(user: models.User) -> None:
    """End every open session of an account."""
    for session in Session.objects.iterator():
        if session.get_decoded().get("_auth_user_id") == str(user.pk):
            session.delete()


def _record(kind: str, user: models.User, actor: str, now: dt.datetime) -> None:
    ledger.append(
        kind=kind, actor=actor, subject=f"user:{user.pk}", now=now, personal={"username": user.username}
    )

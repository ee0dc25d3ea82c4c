"""The first administrator of an empty deployment: the one account that nobody who exists could make."""

from __future__ import annotations

import datetime as dt

from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.db import transaction

from siyanat.accounts import models as accounts
from siyanat.ledger import operations as ledger
from siyanat.lib import errors, persian
from siyanat.roster import models


@transaction.atomic
def create_first_administrator(*, username: str, password: str, now: dt.datetime) -> accounts.User:
    """Create the account, its person and the root unit that its post is over.

    :raises errors.Refusal: when an administrator exists, or the password is too weak.
    """
    if models.HeldPost.objects.filter(role=models.HeldPost.Role.ADMINISTRATOR).exists():
        raise errors.Refusal("roster.administrator_exists")
    try:
        password_validation.validate_password(password)
    except ValidationError as error:
        raise errors.Refusal("accounts.password_too_weak", problems=" ".join(error.messages)) from None
    root = models.Unit.objects.filter(parent__isnull=True).first() or _create_root()
    user = accounts.User.objects.create_user(username, password)
    person = models.Person.objects.create(
        personnel_number=f"ADM-{username}"[:16],
        national_id="0" * 10,  # unknown until the roster is imported; the checksum refuses it anywhere else
        given_name_fa=username,
        family_name_fa="راهبر سامانه",
        search_key=persian.search_key(username),
        unit=root,
        user=user,
    )
    models.HeldPost.objects.create(
        person=person, role=models.HeldPost.Role.ADMINISTRATOR, unit=root, held=(now, None)
    )
    ledger.append(
        kind="roster.first_administrator_created",
        actor=f"{ledger.SYSTEM}:installation",
        subject=f"user:{user.id}",
        now=now,
        facts={"unit_path": root.path},
        personal={"username": username},
    )
    return user


def _create_root() -> models.Unit:
    root = models.Unit.objects.create(
        code="NAJA",
        name_fa="فرماندهی کل",
        name_en="National headquarters",
        kind=models.Unit.Kind.NATIONAL,
        path="new",
    )
    root.path = f"/{root.pk}/"
    root.save(update_fields=["path"])
    return root

"""Sessions as signing in leaves them."""

from __future__ import annotations

from collections.abc import Callable

from allauth.mfa.models import Authenticator
from django.test import Client

from tests import cast as cast_module


def opener(client: Client, cast: cast_module.Cast) -> Callable[..., Client]:
    """What opens a session for one of the cast, with or without a second factor."""

    def open_session(name: str, *, second_factor: bool = True) -> Client:
        user = cast.people[name].user
        assert user is not None
        client.force_login(user)
        if second_factor:
            Authenticator.objects.get_or_create(
                user=user, type=Authenticator.Type.TOTP, defaults={"data": {"secret": ""}}
            )
            session = client.session
            session["account_authentication_methods"] = [{"method": "mfa", "at": 0, "type": "totp"}]
            session["account_authentication_methods_user"] = str(user.pk)
            session.save()
        return client

    return open_session

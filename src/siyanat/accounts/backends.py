"""Checking a name and a password."""

from __future__ import annotations

from allauth.account.auth_backends import AuthenticationBackend
from django.http import HttpRequest

from siyanat.accounts import loopback, models


class Backend(AuthenticationBackend):  # type: ignore[misc]
    """Allauth's backend, which demo logins pass on the loopback interface alone."""

    def authenticate(self, request: HttpRequest | None, **credentials: object) -> models.User | None:
        """Return the account when name and password belong together and it may be used from where it is."""
        user = super().authenticate(request, **credentials)
        if isinstance(user, models.User) and user.is_demo and not loopback.is_local(request):
            return None
        return user if isinstance(user, models.User) else None

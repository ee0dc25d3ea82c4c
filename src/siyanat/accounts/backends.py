"""Checking a name and a password."""

from __future__ import annotations

import ipaddress

from allauth.account.auth_backends import AuthenticationBackend
from django.http import HttpRequest

from siyanat.accounts import models


class Backend(AuthenticationBackend):  # type: ignore[misc]
    """Allauth's backend, which demo logins pass on the loopback interface alone."""

    def authenticate(self, request: HttpRequest | None, **credentials: object) -> models.User | None:
        """Return the account when name and password belong together and it may be used from where it is."""
        user = super().authenticate(request, **credentials)
        if isinstance(user, models.User) and user.is_demo and not _is_loopback(request):
            return None
        return user if isinstance(user, models.User) else None


def _is_loopback(request: HttpRequest | None) -> bool:
    if request is None:
        return False
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR")
    address = request.META.get("REMOTE_ADDR") or ""
    try:
        return not forwarded and ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False

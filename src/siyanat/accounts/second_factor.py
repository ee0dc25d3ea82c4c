"""Whether a session was opened with a second factor."""

from __future__ import annotations

from allauth.account.authentication import get_authentication_records
from django.http import HttpRequest

METHOD = "mfa"


def was_used(request: HttpRequest) -> bool:
    """True when this session's sign-in included a code of an authenticator or a recovery code."""
    return any(record.get("method") == METHOD for record in get_authentication_records(request, request.user))

"""Whether a session was opened with a second factor."""

from __future__ import annotations

from allauth.account.authentication import get_authentication_records
from django.http import HttpRequest

from siyanat.accounts import models, operations

METHOD = "mfa"


def was_used(request: HttpRequest) -> bool:
    """True when this session's sign-in included a code of an authenticator or a recovery code, and the account
    still has its authenticator: whoever removed it sets up another.
    """
    user = request.user
    if not isinstance(user, models.User):
        return False
    records = get_authentication_records(request, user)
    return any(record.get("method") == METHOD for record in records) and operations.has_second_factor(user)

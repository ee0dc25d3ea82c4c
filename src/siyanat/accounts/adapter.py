"""How allauth behaves here: no self-registration, our words, and an entry of the log for each login and password."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib import messages
from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from siyanat.accounts import models, operations
from siyanat.ledger import operations as ledger
from siyanat.ledger import scopes
from siyanat.lib import clock

# What allauth says, by the last part of its template's name; what is not here is not said.
SENTENCES: dict[str, Promise] = {
    "password_changed.txt": _("The password is changed."),
    "totp_activated.txt": _("The authenticator is set up."),
    "totp_deactivated.txt": _("The authenticator is removed."),
    "recovery_codes_generated.txt": _("New recovery codes are made; the old ones no longer work."),
}


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are made by an administrator or the roster import, never by strangers."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": _("This login is closed. Ask your administrator."),
        "enter_current_password": _("Type your present password."),
        "incorrect_code": _(
            "The code is wrong. Codes change every half minute: type the one that is shown now."
        ),
        "incorrect_password": _("The password is wrong."),
        "invalid_login": _("Name and password don't belong together, or this login can't be used from here."),
        "rate_limited": _("Too many requests; wait a minute."),
        "too_many_login_attempts": _(
            "Too many failed attempts. For your protection this login is locked for 10 minutes; then try again."
        ),
        "username_password_mismatch": _(
            "Name and password don't belong together, or this login can't be used from here."
        ),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """Nobody registers themselves."""
        return False

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        *_args: object,
        **_kwargs: object,
    ) -> None:
        """Say what is worth saying, in our words."""
        sentence = SENTENCES.get((message_template or "").rpartition("/")[2])
        if sentence is not None:
            messages.add_message(request, level, str(sentence))

    def send_notification_mail(self, *_args: object, **_kwargs: object) -> None:
        """No mail: a deployment has no mail server; the log has the entry."""

    def clean_password(self, password: str, user: models.User | None = None) -> str:
        """A new password is another one: a temporary password that was handed over is known to two."""
        if user is not None and user.has_usable_password() and check_password(password, user.password):
            raise ValidationError(_("Choose another password than the present one."), code="same")
        return str(super().clean_password(password, user=user))

    def set_password(self, user: models.User, password: str) -> None:
        """Keep the password that the owner chose."""
        operations.change_own_password(user=user, password=password, now=clock.now())

    def login(self, request: HttpRequest, user: models.User) -> None:
        """Open the session, and write it in the log."""
        with transaction.atomic():
            super().login(request, user)
            ledger.append(
                kind="accounts.log_in", actor=str(user.pk), subject=f"user:{user.pk}", now=clock.now()
            )

    def logout(self, request: HttpRequest) -> None:
        """End the session, and write it in the log."""
        actor = str(request.user.pk)
        with transaction.atomic():
            super().logout(request)
            ledger.append(kind="accounts.log_out", actor=actor, subject=f"user:{actor}", now=clock.now())

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Write a failed attempt in the log; the name that was typed is personal."""
        super().authentication_failed(request, **credentials)
        name = str(credentials.get("username", ""))[:64]
        with transaction.atomic():
            ledger.append(
                kind="accounts.refuse_log_in",
                actor=f"{ledger.SYSTEM}:accounts",
                subject="login",
                now=clock.now(),
                facts={"unit_path": scopes.path_of(f"username:{name}")},
                personal={"username": name},
            )

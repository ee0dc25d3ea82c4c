"""Signing in and out, the second factor, one's own password: allauth's views in the product's look.

Admitted by ``roster.middleware``, which knows this module: here nobody's posts are known.
"""

from __future__ import annotations

from allauth.account import views as account
from allauth.account.internal.flows import login as login_flow
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from django import forms
from django.db import transaction
from django.http import HttpResponse

from siyanat.accounts import second_factor
from siyanat.ledger import operations as ledger
from siyanat.lib import clock


class Login(account.LoginView):  # type: ignore[misc]
    """Name and password."""

    template_name = "accounts/login.html"


class Logout(account.LogoutView):  # type: ignore[misc]
    """End the session."""

    template_name = "accounts/logout.html"


class Inactive(account.AccountInactiveView):  # type: ignore[misc]
    """The login is closed."""

    template_name = "accounts/inactive.html"


class Reauthenticate(account.ReauthenticateView):  # type: ignore[misc]
    """The password once more, before something delicate."""

    template_name = "accounts/reauthenticate.html"


class ChangePassword(account.PasswordChangeView):  # type: ignore[misc]
    """One's own password; a temporary one is changed here before anything else."""

    template_name = "accounts/password.html"
    success_url = "/"


class EnterCode(mfa.AuthenticateView):  # type: ignore[misc]
    """The code of the authenticator, or a recovery code."""

    template_name = "accounts/code.html"


class ReauthenticateByCode(mfa.ReauthenticateView):  # type: ignore[misc]
    """The code once more, before something delicate."""

    template_name = "accounts/reauthenticate.html"


class SecondFactor(mfa.IndexView):  # type: ignore[misc]
    """What second factor is set up."""

    template_name = "accounts/second_factor.html"


class SetUpAuthenticator(totp.ActivateTOTPView):  # type: ignore[misc]
    """Set up an authenticator; the session counts as opened with it, for its code was just shown to work."""

    template_name = "accounts/authenticator.html"

    def form_valid(self, form: forms.Form) -> HttpResponse:
        """Keep the authenticator, note the session and write it in the log."""
        with transaction.atomic():
            response: HttpResponse = super().form_valid(form)
            login_flow.record_authentication(
                self.request, self.request.user, method=second_factor.METHOD, type="totp"
            )
            actor = str(self.request.user.pk)
            ledger.append(
                kind="accounts.set_up_second_factor", actor=actor, subject=f"user:{actor}", now=clock.now()
            )
        return response


class RemoveAuthenticator(totp.DeactivateTOTPView):  # type: ignore[misc]
    """Remove one's authenticator; who needs one is asked to set up another at once."""

    template_name = "accounts/remove_authenticator.html"

    def form_valid(self, form: forms.Form) -> HttpResponse:
        """Forget the authenticator and write it in the log."""
        with transaction.atomic():
            response: HttpResponse = super().form_valid(form)
            actor = str(self.request.user.pk)
            ledger.append(
                kind="accounts.remove_second_factor", actor=actor, subject=f"user:{actor}", now=clock.now()
            )
        return response


class RecoveryCodes(recovery.ViewRecoveryCodesView):  # type: ignore[misc]
    """The codes that help when the authenticator is lost."""

    template_name = "accounts/recovery_codes.html"


class NewRecoveryCodes(recovery.GenerateRecoveryCodesView):  # type: ignore[misc]
    """Make new recovery codes; the old ones no longer work."""

    template_name = "accounts/new_recovery_codes.html"

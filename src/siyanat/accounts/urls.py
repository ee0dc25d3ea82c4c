"""Signing in and out, the second factor, and changing one's own password; names as allauth reverses them."""

from __future__ import annotations

from allauth.mfa.recovery_codes import views as recovery
from django.urls import path

from siyanat.accounts import views

urlpatterns = [
    path("login/", views.Login.as_view(), name="account_login"),
    path("logout/", views.Logout.as_view(), name="account_logout"),
    path("inactive/", views.Inactive.as_view(), name="account_inactive"),
    path("reauthenticate/", views.Reauthenticate.as_view(), name="account_reauthenticate"),
    path("password/", views.ChangePassword.as_view(), name="account_change_password"),
    path("2fa/", views.SecondFactor.as_view(), name="mfa_index"),
    path("2fa/authenticate/", views.EnterCode.as_view(), name="mfa_authenticate"),
    path("2fa/reauthenticate/", views.ReauthenticateByCode.as_view(), name="mfa_reauthenticate"),
    path("2fa/totp/activate/", views.SetUpAuthenticator.as_view(), name="mfa_activate_totp"),
    path("2fa/totp/deactivate/", views.RemoveAuthenticator.as_view(), name="mfa_deactivate_totp"),
    path("2fa/recovery-codes/", views.RecoveryCodes.as_view(), name="mfa_view_recovery_codes"),
    path(
        "2fa/recovery-codes/generate/", views.NewRecoveryCodes.as_view(), name="mfa_generate_recovery_codes"
    ),
    path(
        "2fa/recovery-codes/download/", recovery.download_recovery_codes, name="mfa_download_recovery_codes"
    ),
]

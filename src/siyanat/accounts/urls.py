"""Signing in and out, the second factor, and changing one's own password."""

from __future__ import annotations

from allauth.account import views as account_views
from django.urls import include, path

urlpatterns = [
    path("login/", account_views.login, name="account_login"),
    path("logout/", account_views.logout, name="account_logout"),
    path("inactive/", account_views.account_inactive, name="account_inactive"),
    path("reauthenticate/", account_views.reauthenticate, name="account_reauthenticate"),
    path("password/", account_views.password_change, name="account_change_password"),
    path("2fa/", include("allauth.mfa.urls")),
]

"""The gatekeeper: no view opens without a declared admission, and only to whom it admits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import views as auth_views
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from siyanat.accounts import second_factor
from siyanat.lib import clock, errors
from siyanat.roster import gates
from siyanat.ui import middleware as ui_middleware

# Views that can't declare themselves, by module: those of libraries, and of rooms that don't know the roster.
LIBRARY_ADMISSIONS = {
    "allauth.mfa.recovery_codes.views": gates.Admission(),
    "siyanat.conduct.views": gates.Admission(),
    "siyanat.conduct.editing": gates.Admission(roles=(gates.Role.INTEGRITY_OFFICER,), second_factor=True),
    "siyanat.ledger.witness_views": gates.Admission(public=True),  # a request proves itself by its signature
    "siyanat.ui.views": gates.Admission(),
    "ninja.operation": gates.Admission(public=True),  # each operation of the API has a gate: roster.api_auth
    "django.views.i18n": gates.Admission(public=True),
    "django.views.static": gates.Admission(public=True),
    "django.contrib.staticfiles.views": gates.Admission(public=True),
}
_SIGNED_IN, _PUBLIC = gates.Admission(), gates.Admission(public=True)
ACCOUNT_ADMISSIONS = {
    "Login": _PUBLIC,
    "Logout": _PUBLIC,
    "Inactive": _PUBLIC,
    "EnterCode": _PUBLIC,
    "Reauthenticate": _SIGNED_IN,
    "ReauthenticateByCode": _SIGNED_IN,
    "ChangePassword": _SIGNED_IN,
    "SecondFactor": _SIGNED_IN,
    "SetUpAuthenticator": _SIGNED_IN,
    "RemoveAuthenticator": _SIGNED_IN,
    "RecoveryCodes": _SIGNED_IN,
    "NewRecoveryCodes": _SIGNED_IN,
}
# Those through which an account becomes whole: open to a session that lacks a password or a second factor of its own.
WAYS_OUT = frozenset({"Reauthenticate", "ReauthenticateByCode", "ChangePassword", "SetUpAuthenticator"})


def admission_of(view: Callable[..., Any]) -> gates.Admission | None:
    """What ``view`` declares, or what is known of its library; None is closed."""
    declared = getattr(view, "admission", None)
    if isinstance(declared, gates.Admission):
        return declared
    wrapped = getattr(view, "view_class", view)
    if wrapped.__module__ == "siyanat.accounts.views":
        return ACCOUNT_ADMISSIONS.get(wrapped.__name__)
    return LIBRARY_ADMISSIONS.get(wrapped.__module__)


def needs_second_factor(admission: gates.Admission, viewer: gates.Viewer) -> bool:
    """Whether this viewer enters the view only in a session that was opened with a second factor.

    Whoever holds a role that sees footage, or administers, needs one everywhere.
    """
    return admission.second_factor or viewer.holds(*gates.SECOND_FACTOR_ROLES)


def _is_api(view: Callable[..., Any]) -> bool:
    return getattr(view, "__module__", "") == "ninja.operation"


def _is_way_out(view: Callable[..., Any]) -> bool:
    wrapped = getattr(view, "view_class", view)
    return wrapped.__module__ == "siyanat.accounts.views" and wrapped.__name__ in WAYS_OUT


class Gatekeeper:
    """Puts ``viewer`` and ``now`` on the request and closes every view that does not admit the viewer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        now = clock.now()
        request.now = now  # type: ignore[attr-defined]
        if request.user.is_authenticated:
            used = second_factor.was_used(request)
            request.viewer = gates.load_viewer(  # type: ignore[attr-defined]
                request.user, now=now, second_factor=used
            )
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], _args: list[Any], _kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        """Refuse what is not admitted: sign in, add a second factor, or the answer for what is absent."""
        admission = admission_of(view)
        if admission is not None and admission.public and not _is_api(view):
            return None
        if not request.user.is_authenticated:
            return self._ask_to_sign_in(request)
        viewer: gates.Viewer = request.viewer  # type: ignore[attr-defined]
        if admission is None or (admission.roles is not None and not viewer.holds(*admission.roles)):
            return ui_middleware.answer(request, errors.NotFound())
        if _is_way_out(view):
            return None
        if request.user.must_change_password:
            return self._ask_for_new_password(request)
        if needs_second_factor(admission, viewer) and not viewer.second_factor:
            return self._ask_for_second_factor(request)
        return None

    @staticmethod
    def _ask_to_sign_in(request: HttpRequest) -> HttpResponseBase:
        if request.path.startswith("/api/"):
            return HttpResponse(status=401)
        return auth_views.redirect_to_login(request.get_full_path(), reverse(settings.LOGIN_URL))

    @staticmethod
    def _ask_for_new_password(request: HttpRequest) -> HttpResponseBase:
        if request.path.startswith("/api/"):
            return HttpResponse(status=403)
        return redirect("account_change_password")

    @staticmethod
    def _ask_for_second_factor(request: HttpRequest) -> HttpResponseBase:
        if request.path.startswith("/api/"):
            return HttpResponse(status=403)
        return redirect("mfa_activate_totp")

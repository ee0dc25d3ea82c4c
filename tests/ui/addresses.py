"""The addresses that the shell itself names: its tests need no other room."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.views.i18n import set_language


def leave(_request: HttpRequest) -> HttpResponse:
    """Stand where signing out is."""
    return HttpResponse()


urlpatterns = [
    path("language/", set_language, name="choose_language"),
    path("logout/", leave, name="account_logout"),
    path("ui/", include("siyanat.ui.urls")),
]

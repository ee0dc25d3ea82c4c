"""Addresses that belong to no room."""

from __future__ import annotations

from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from siyanat.roster import gates


@gates.admit_public
@require_POST
def choose_language(request: HttpRequest) -> HttpResponseBase:
    """Keep the chosen language in a cookie and go back."""
    return set_language(request)


@gates.admit_public
def healthz(_request: HttpRequest) -> HttpResponse:
    """Answer 200 when the process serves and the database answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain")

"""The catalogue as everybody reads it. Admitted by ``roster.middleware``: everyone who is signed in."""

from __future__ import annotations

import datetime as dt

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from siyanat.conduct import models, queries


@require_safe
def catalogue(request: HttpRequest, number: int | None = None) -> HttpResponse:
    """The version in force, or the one that is asked for."""
    now: dt.datetime = request.now  # type: ignore[attr-defined]
    version = queries.find_current_version(now=now) if number is None else queries.get_version(number)
    items = list(version.items.all()) if version else []
    themes = [
        (theme.label, [item for item in items if item.theme == theme]) for theme in models.ConductItem.Theme
    ]
    viewer = request.viewer  # type: ignore[attr-defined]
    context = {
        "version": version,
        "themes": [pair for pair in themes if pair[1]],
        "versions": queries.list_versions(),
        "draft": queries.find_draft(),
        "may_write": viewer.holds("integrity_officer"),
    }
    return render(request, "conduct/catalogue.html", context)

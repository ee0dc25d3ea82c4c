"""The style guide: every component on one page, with the code that makes it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from siyanat.lib import clock
from siyanat.ui import specimens


def styleguide(request: HttpRequest) -> HttpResponse:
    """Show every component; for everyone who is signed in."""
    return render(request, "ui/styleguide.html", specimens.context(request, now=clock.now()))

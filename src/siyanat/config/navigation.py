"""The navigation that a viewer sees: only rooms that they may enter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, resolve, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from siyanat.desk import queries as desk
from siyanat.roster import gates, middleware

# name of the address, its label
PLACES: tuple[tuple[str, Promise], ...] = (
    ("desk:kartabl", _("Kartabl")),
    ("review:mine", _("My shifts")),
    ("review:list", _("Shift reviews")),
    ("coverage:month", _("Minutes")),
    ("evidence:search", _("Recordings")),
    ("cases:list", _("Cases")),
    ("conduct:catalogue", _("Conduct")),
    ("cameras:list", _("Cameras")),
    ("roster:shifts", _("Shifts")),
    ("roster:people", _("People")),
    ("roster:units", _("Units")),
    ("ingest:desk", _("Footage intake")),
    ("archive:desk", _("Archive")),
    ("ledger:log", _("Log")),
    ("status:board", _("Status")),
)


@dataclass(frozen=True, slots=True)
class Place:
    """An entry of the navigation."""

    url: str
    label: Promise
    is_current: bool
    count: int = 0  # what waits there for the viewer


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Context for the shell: ``nav`` and ``viewer``."""
    viewer: gates.Viewer | None = getattr(request, "viewer", None)
    if viewer is None:
        return {"nav": [], "viewer": None}
    return {"nav": [place for place in _places(request, viewer) if place], "viewer": viewer}


def _places(request: HttpRequest, viewer: gates.Viewer) -> list[Place]:
    places = []
    for name, label in PLACES:
        try:
            url = reverse(name)
        except NoReverseMatch:
            continue
        admission = middleware.admission_of(resolve(url).func)
        if admission is None or (admission.roles is not None and not viewer.holds(*admission.roles)):
            continue
        is_current = request.path == url or (url != "/" and request.path.startswith(url))
        count = desk.count_waiting(viewer, now=request.now) if name == "desk:kartabl" else 0  # type: ignore[attr-defined]
        places.append(Place(url, label, is_current, count))
    return places

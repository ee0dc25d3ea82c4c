"""Pages that bring lists in: upload, see what would change, apply or throw away. Other rooms use them for their sheets."""

from __future__ import annotations

import uuid

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from siyanat.lib import errors
from siyanat.roster import gates, imports, uploads

ROLES = tuple(sorted({role for sheet in imports.SHEETS.values() for role in sheet.roles}))
PLACES = uploads.Places(
    "roster:import",
    "roster:import_preview",
    "roster:import_apply",
    "roster:import_discard",
    "roster:import_template",
)


def _sheet(request: gates.ViewerRequest, kind: str) -> imports.Sheet:
    sheet = imports.SHEETS.get(kind)
    if sheet is None or not request.viewer.holds(*sheet.roles):
        raise errors.NotFound
    return sheet


@gates.admit(*ROLES)
def upload(request: gates.ViewerRequest, kind: str) -> HttpResponse:
    """Upload a list."""
    sheet = _sheet(request, kind)
    tabs = [
        {"label": one.label, "url": reverse("roster:import", args=[one.name]), "current": one is sheet}
        for one in imports.SHEETS.values()
        if request.viewer.holds(*one.roles)
    ]
    return uploads.upload(request, sheet, PLACES, args=[kind], tabs=tabs)


@gates.admit(*ROLES)
@require_safe
def preview(request: gates.ViewerRequest, kind: str, import_id: uuid.UUID) -> HttpResponse:
    """What an uploaded list would change."""
    return uploads.preview(request, _sheet(request, kind), PLACES, import_id, args=[kind])


@gates.admit(*ROLES)
@require_POST
def apply(request: gates.ViewerRequest, kind: str, import_id: uuid.UUID) -> HttpResponse:
    """Apply it, all or nothing."""
    return uploads.apply(request, _sheet(request, kind), PLACES, import_id, args=[kind])


@gates.admit(*ROLES)
@require_POST
def discard(request: gates.ViewerRequest, kind: str, import_id: uuid.UUID) -> HttpResponse:
    """Throw it away."""
    return uploads.discard(request, _sheet(request, kind), PLACES, import_id, args=[kind])


@gates.admit(*ROLES)
@require_safe
def template(request: gates.ViewerRequest, kind: str) -> HttpResponse:
    """An empty list to fill in, with one line as an example."""
    return uploads.send_template(request, _sheet(request, kind))

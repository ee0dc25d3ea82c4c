"""Private moments: an officer declares one on their own shift; who is told of them agrees, looks into them, lifts them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from siyanat.evidence import models as evidence
from siyanat.evidence import operations as footage
from siyanat.evidence import queries as footage_queries
from siyanat.lib import errors
from siyanat.review import forms, private, queries, wording
from siyanat.roster import gates
from siyanat.ui import errors as sentences
from siyanat.ui import forms as ui

ROWS = 50
OWN_ROLES = (*footage_queries.OWN_ROLES, gates.Role.STATION_HEAD)
State = evidence.Restriction.State


@gates.admit(*OWN_ROLES)
@require_http_methods(["GET", "POST"])
def declare(request: gates.ViewerRequest, shift_id: UUID) -> HttpResponse:
    """The officer's own shift on a timeline, its private moments, and a form for one more."""
    shift = queries.get_own_shift(request.viewer, shift_id)
    form = forms.PrivateForm(request.POST or None, shift=shift)
    assert request.viewer.person is not None
    if request.method == "POST" and form.is_valid():
        try:
            made = footage.restrict_moment(
                viewer=request.viewer, shift=shift, person=request.viewer.person, span=form.span(),
                kind=form.cleaned_data["kind"], note=form.cleaned_data["note"], now=request.now,
            )  # fmt: skip
            messages.success(request, _said_of(made))
            return redirect("review:declare", shift.pk)
        except errors.Refusal as refusal:
            ui.add_refusal(form, refusal)
    closed = list(footage_queries.restrictions_on(request.viewer, shift))
    minutes, moments = private.own_strips(request.viewer, shift, closed)
    left = footage_queries.private_room(shift, request.viewer.person)
    context = {
        "shift": shift, "form": form, "closed": closed, "minutes": minutes, "moments": moments,
        "left": left, "most": footage_queries.FREE_MOMENTS, "most_ms": footage_queries.FREE_TIME.total_seconds() * 1000,
        "left_ms": left.time.total_seconds() * 1000, "until": shift.ends_at + footage.DECLARED_WITHIN,
        "is_open": request.now <= shift.ends_at + footage.DECLARED_WITHIN,
        "crumbs": [(_("My shifts"), reverse("review:mine")), (shift.code, "")],
    }  # fmt: skip
    return render(request, "review/declare.html", context, status=422 if form.errors else 200)


def _said_of(made: evidence.Restriction) -> str:
    if made.state == State.ASKED:
        return _(
            "This is more than you may close yourself. The head of the station or the integrity office decides; until "
            "then the stretch stays open."
        )
    return _("Closed. The film is kept whole, and nobody sees this stretch out of routine.")


@gates.admit(*footage_queries.TOLD_ROLES, second_factor=True)
@require_GET
def moments(request: gates.ViewerRequest) -> HttpResponse:
    """Private moments of the viewer's units: that they exist, never what they show."""
    tab = "all" if request.GET.get("tab") == "all" else "open"
    page = Paginator(private.list_told(request.viewer, tab=tab), ROWS).get_page(request.GET.get("page"))
    tabs = [
        {"label": _("To be decided"), "url": "?tab=open", "current": tab == "open"},
        {"label": _("All"), "url": "?tab=all", "current": tab == "all"},
    ]
    context = {
        "page": page,
        "tabs": tabs,
        "tab": tab,
        "sees_inside": request.viewer.holds(*footage_queries.PRIVATE_ROLES),
        "crumbs": [*_crumbs()[:1], (_("Private moments"), "")],
    }
    return render(request, "review/private.html", context)


@gates.admit(*footage_queries.TOLD_ROLES, second_factor=True)
@require_GET
def moment(request: gates.ViewerRequest, restriction_id: int) -> HttpResponse:
    """One private moment: who declared it, what was decided, what of the plan lies inside, and the viewer's acts."""
    return _moment(request, private.get_told(request.viewer, restriction_id))


def _moment(request: gates.ViewerRequest, found: evidence.Restriction, *, problem: str = "") -> HttpResponse:
    path, viewer = found.shift.unit.path, request.viewer
    is_second = found.asked_by_id != viewer.user.pk
    looks = viewer.holds_over(path, *footage.LIFTING_ROLES) and is_second and found.state == State.IN_FORCE
    sees_inside = viewer.holds_over(
        path, *footage_queries.PRIVATE_ROLES
    )  # a reviewer is not told why items are there
    items = [(one, wording.item_title(one)) for one in private.must_see_inside(found)] if sees_inside else []
    context = {
        "moment": found, "shift": found.shift, "items": items, "sees_inside": sees_inside, "looks": looks, "problem": problem,
        "decides": found.state == State.ASKED and is_second and viewer.holds_over(path, *footage.AGREEING_ROLES),
        "crumbs": [*_crumbs(), (found.shift.code, "")],
    }  # fmt: skip
    return render(request, "review/moment.html", context, status=422 if problem else 200)


def _crumbs() -> list[tuple[str, str]]:
    return [
        (_("Shift reviews"), reverse("review:list")),
        (_("Private moments"), reverse("review:private")),
    ]


def _acted(request: gates.ViewerRequest, restriction_id: int, said: str) -> HttpResponse:
    messages.success(request, said)
    return redirect("review:moment", restriction_id)


def _refused(request: gates.ViewerRequest, restriction_id: int, refusal: errors.Refusal) -> HttpResponse:
    """The page again, with what stood in the way."""
    if isinstance(refusal, errors.NotFound):
        raise refusal
    found = private.get_told(request.viewer, restriction_id)
    return _moment(request, found, problem=sentences.describe(refusal))


@gates.admit(*footage.AGREEING_ROLES, second_factor=True)
@require_POST
def decide(request: gates.ViewerRequest, restriction_id: int) -> HttpResponse:
    """Agree to a private moment over the limits, or refuse."""
    private.get_told(request.viewer, restriction_id)
    agree = request.POST.get("decision") == "agree"
    try:
        footage.decide_restriction(
            viewer=request.viewer, restriction_id=restriction_id, agree=agree, reason=_reason(request),
            now=request.now,
        )  # fmt: skip
    except errors.Refusal as refusal:
        return _refused(request, restriction_id, refusal)
    said = _("Agreed: the stretch is closed.") if agree else _("Refused: the stretch stays open.")
    return _acted(request, restriction_id, said)


@gates.admit(*footage.LIFTING_ROLES, second_factor=True)
@require_POST
def lift(request: gates.ViewerRequest, restriction_id: int) -> HttpResponse:
    """Open a private moment again: the officer is told, and the reviewer has it to watch."""
    private.get_told(request.viewer, restriction_id)
    try:
        footage.lift_restriction(
            viewer=request.viewer, restriction_id=restriction_id, reason=_reason(request), now=request.now
        )
    except errors.Refusal as refusal:
        return _refused(request, restriction_id, refusal)
    return _acted(
        request,
        restriction_id,
        _("Opened. The officer is told, and what the plan has inside is to be watched."),
    )


@gates.admit(*footage.LIFTING_ROLES, second_factor=True)
@require_POST
def keep(request: gates.ViewerRequest, restriction_id: int) -> HttpResponse:
    """The integrity office has looked into it; it stays closed."""
    private.get_told(request.viewer, restriction_id)
    try:
        footage.keep_restriction(
            viewer=request.viewer, restriction_id=restriction_id, reason=_reason(request), now=request.now
        )
    except errors.Refusal as refusal:
        return _refused(request, restriction_id, refusal)
    return _acted(request, restriction_id, _("It stays closed. Your reason stands in the log."))


def _reason(request: gates.ViewerRequest) -> str:
    data: dict[str, Any] = forms.checked(forms.TextForm(request.POST))
    return str(data["text"])

"""Pages of recordings: parse, one call down, render."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from siyanat.evidence import forms, models, operations, queries
from siyanat.ledger import kinds
from siyanat.lib import errors
from siyanat.roster import gates, links, names
from siyanat.roster import models as roster
from siyanat.ui import formatting
from siyanat.ui import forms as fields

PAGE_SIZE = 50
COUNT_TO = 2_000
"""Longer lists are not counted to their end; nobody turns to the fortieth page."""

PLAYER = "review:grant"  # where footage that is open to somebody plays: a page of the room above, known by its name
LOOKING = (*queries.OVERSEEING_ROLES, *queries.OWN_ROLES)
KEEPING = tuple(dict.fromkeys((*operations.PLACING_ROLES, *operations.RELEASING_ROLES)))


class CappedPaginator(Paginator):  # type: ignore[type-arg]
    """Pages of a list that may be very long: counting stops at `COUNT_TO`."""

    @cached_property
    def count(self) -> int:
        """How many rows there are, at most `COUNT_TO`."""
        rows: Any = self.object_list
        return int(rows.order_by()[:COUNT_TO].count())


def _page(request: gates.ViewerRequest, rows: Any) -> Page[Any]:
    return CappedPaginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))


@gates.admit(*LOOKING)
def search(request: gates.ViewerRequest) -> HttpResponse:
    """Search over the recordings that the viewer may see."""
    form = forms.SearchForm(request.GET or None, viewer=request.viewer)
    sort = request.GET.get("sort", "-starts_at")
    wanted = (
        form.search(sort)
        if form.is_bound and (form.is_valid() or form.cleaned_data)
        else queries.Search(sort=sort)
    )
    page = _page(request, queries.search_recordings(request.viewer, wanted, now=request.now))
    rows = [_row(recording) for recording in page]
    context = {
        "form": form,
        "page": page,
        "rows": rows,
        "sort": sort,
        "capped": page.paginator.count == COUNT_TO,
    }
    context["may_hold"] = request.viewer.holds(*KEEPING)
    return render(request, "evidence/search.html", context)


def _row(recording: models.Recording) -> dict[str, object]:
    current = next(iter(getattr(recording, "current", ())), None)
    return {
        "recording": recording,
        "officer": names.full_name(current.person if current else None),
        "shift": current.shift if current else None,
        "place": names.place_name(current.shift) if current and current.shift else "",
        "unit": names.unit_name(recording.unit),
    }


@gates.admit(*LOOKING)
def recording(request: gates.ViewerRequest, recording_id: UUID) -> HttpResponse:
    """One recording: facts, attribution, holds and its chain of custody. Reading it is logged."""
    found = queries.get_recording(request.viewer, recording_id, now=request.now)
    operations.log_viewing(viewer=request.viewer, recording=found, purpose="details", now=request.now)
    return render(request, "evidence/recording.html", _recording_context(request, found))


def _recording_context(request: gates.ViewerRequest, found: models.Recording) -> dict[str, Any]:
    current = queries.current_attribution(found)
    shift = current.shift if current else None
    viewer = request.viewer
    custody = _custody(viewer, found)
    held = list(queries.holds_of(found))
    grant = queries.find_grant(viewer, shift, request.now) if shift else None
    return {
        "recording": found,
        "current": current,
        "officer": names.full_name(current.person if current else None),
        "facts": _facts(found),
        "history": [
            {"row": row, "person": names.full_name(row.person), "by": names.account_name(row.actor)}
            for row in queries.attribution_history(found)
        ],
        "holds": _holds(held),
        "custody": [row for row in custody if not row["is_recount"]],
        "recounts": [row for row in custody if row["is_recount"]],
        "grant": grant,
        "player": links.reach(viewer, PLAYER, grant.pk) if grant else "",
        "may_hold": viewer.holds_over(found.unit.path, *operations.PLACING_ROLES),
        "may_release": viewer.holds_over(found.unit.path, *operations.RELEASING_ROLES),
        "may_correct": viewer.holds_over(found.unit.path, *operations.CORRECTING_ROLES),
        "crumbs": [(_("Recordings"), ".."), (found.sha256[:12], "")],
    }


def _holds(held: list[models.Hold]) -> list[dict[str, object]]:
    """Holds with what they refer to: a case by its number, which leads to it; else as it was typed."""
    numbers = queries.case_numbers(hold.reference for hold in held)
    return [
        {
            "hold": hold,
            "number": numbers.get(hold.reference, ""),
            "case": hold.reference.removeprefix("case:") if hold.reference in numbers else "",
            "is_mark": hold.reference.startswith("mark:"),
        }
        for hold in held
    ]


def _facts(found: models.Recording) -> list[tuple[str, object]]:
    drift = (
        formatting.duration_ms(found.clock_drift_ms, style="seconds")
        if found.clock_drift_ms
        else _("none measured")
    )
    sound = found.audio_codec or _("no sound")
    return [
        (_("Unit"), names.unit_name(found.unit)),
        (_("Docked at"), names.unit_name(found.dock_unit or found.unit)),
        (_("True start"), formatting.moment(found.starts_at, seconds=True)),
        (_("True end"), formatting.moment(found.ends_at, seconds=True)),
        (_("Start by the camera’s clock"), formatting.moment(found.camera_started_at, seconds=True)),
        (_("Clock drift taken off"), drift),
        (_("Received"), formatting.moment(found.received_at, seconds=True)),
        (_("Length"), formatting.duration_ms(found.duration_ms, style="seconds")),
        (_("Size"), formatting.size(found.size_bytes)),
        (
            _("Picture and sound"),
            f"{found.container} · {found.video_codec} {found.width}×{found.height} · {sound}",
        ),
        (_("Name at the dock"), formatting.isolate(found.original_name)),
    ]


def _custody(viewer: gates.Viewer, found: models.Recording) -> list[dict[str, object]]:
    entries = list(queries.custody_of(viewer, found))
    people = queries.names_of({entry.actor for entry in entries})
    return [
        {
            "entry": entry,
            "act": kinds.sentence_for(entry.kind),
            "by": _actor_name(entry.actor, people),
            "is_recount": queries.is_recount(entry),
        }
        for entry in entries
    ]


def _actor_name(actor: str, people: Mapping[str, roster.Person]) -> str:
    if actor in people:
        return names.full_name(people[actor])
    return kinds.process_name(actor) if kinds.is_process(actor) else _("a login without a person")


@gates.admit(*operations.CORRECTING_ROLES, second_factor=True)
def attribution(request: gates.ViewerRequest, recording_id: UUID) -> HttpResponse:
    """Correct whose recording it is, with the reason."""
    found = queries.get_recording(request.viewer, recording_id, now=request.now)
    form = forms.AttributionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            shift, person = form.target()
            operations.reattribute_recordings(
                viewer=request.viewer, recording_ids=[found.pk], shift=shift, person=person,
                reason=form.cleaned_data["reason"], now=request.now,
            )  # fmt: skip
        except errors.NotFound:
            raise
        except errors.Refusal as refusal:
            fields.add_refusal(form, refusal)
        else:
            messages.success(request, _("Corrected. The minutes of the shifts concerned are counted anew."))
            return redirect("evidence:recording", found.pk)
    return _form_page(request, form, _("Correct the attribution"), _("Correct"), found)


@gates.admit(*LOOKING)
def viewing(request: gates.ViewerRequest, recording_id: UUID) -> HttpResponse:
    """Ask for the footage with a typed reason."""
    found = queries.get_recording(request.viewer, recording_id, now=request.now)
    current = queries.current_attribution(found)
    if current is None or current.shift is None:
        raise errors.NotFound
    form = forms.ViewingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            grant = operations.grant_viewing(
                viewer=request.viewer, shift=current.shift, reason=form.cleaned_data["reason"],
                note=form.cleaned_data["note"], now=request.now,
            )  # fmt: skip
        except errors.NotFound:
            raise
        except errors.Refusal as refusal:
            fields.add_refusal(form, refusal)
        else:
            until = formatting.time(grant.expires_at)
            messages.success(
                request, _("The shift’s footage is open to you until %(time)s.") % {"time": until}
            )
            player = links.reach(request.viewer, PLAYER, grant.pk)
            return redirect(player) if player else redirect("evidence:recording", found.pk)
    return _form_page(request, form, _("View the footage"), _("Open it"), found)


def _form_page(
    request: gates.ViewerRequest,
    form: Any,
    title: str,
    word: str,
    found: models.Recording | None = None,
) -> HttpResponse:
    status = 422 if form.is_bound else 200
    context = {"form": form, "title": title, "word": word, "recording": found}
    return render(request, "evidence/act.html", context, status=status)


@gates.admit(*queries.OVERSEEING_ROLES)
def holds(request: gates.ViewerRequest) -> HttpResponse:
    """Holds over footage of the viewer's units."""
    active = request.GET.get("released") != "1"
    page = _page(request, queries.list_holds(request.viewer, active=active))
    rows = [
        row
        | {
            "by": names.account_name(hold.placed_by),
            "released_by": names.account_name(hold.released_by) if hold.released_at else "",
            "unit": names.unit_name(hold.unit) if hold.unit else "",
            "may_release": active
            and request.viewer.holds_over(operations.covers_of(hold).path(), *operations.RELEASING_ROLES),
        }
        for row, hold in zip(_holds(list(page)), page, strict=True)
    ]
    tabs = [
        {"label": _("In force"), "url": "?", "current": active},
        {"label": _("Released"), "url": "?released=1", "current": not active},
    ]
    context = {
        "rows": rows,
        "page": page,
        "tabs": tabs,
        "may_hold": request.viewer.holds(*operations.PLACING_ROLES),
    }
    return render(request, "evidence/holds.html", context)


@gates.admit(*operations.PLACING_ROLES, second_factor=True)
def new_hold(request: gates.ViewerRequest) -> HttpResponse:
    """Place a hold on a recording, a shift, or a unit and a time."""
    wanted = request.GET.get("recording")
    found = queries.get_recording(request.viewer, wanted, now=request.now) if wanted else None
    initial = {"covers": "recording" if found else "shift"}
    form = forms.HoldForm(
        request.POST or None, viewer=request.viewer, initial=initial, has_recording=found is not None
    )
    if request.method == "POST" and form.is_valid():
        try:
            hold = operations.place_hold(
                viewer=request.viewer, covers=_covers(form, found), reason=form.cleaned_data["reason"],
                reference=form.cleaned_data["reference"], note=form.cleaned_data["note"], now=request.now,
            )  # fmt: skip
        except errors.Refusal as refusal:
            fields.add_refusal(form, refusal)
        else:
            messages.success(request, _("Held. Nothing it covers is disposed of, also what arrives later."))
            return (
                redirect("evidence:recording", found.pk)
                if hold.recording_id and found
                else redirect("evidence:holds")
            )
    return _form_page(request, form, _("Place a hold"), _("Hold"), found)


def _covers(form: forms.HoldForm, found: models.Recording | None) -> operations.Covers:
    data = form.cleaned_data
    if data["covers"] == "recording" and found is not None:
        return operations.Covers(recording=found)
    if data["covers"] == "shift":
        shift = roster.Shift.objects.select_related("unit").filter(code=data["shift"]).first()
        if shift is None:
            raise errors.Refusal("evidence.shift_unknown", shift=data["shift"])
        return operations.Covers(shift=shift)
    return operations.Covers(unit=data["unit"], span=form.span())


@gates.admit(*operations.RELEASING_ROLES, second_factor=True)
def release_hold(request: gates.ViewerRequest, hold_id: UUID) -> HttpResponse:
    """Release a hold, as the second person, with the reason."""
    gates.get_in_scope(queries.list_holds(request.viewer), pk=hold_id)
    form = forms.ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            operations.release_hold(
                viewer=request.viewer, hold_id=hold_id, reason=form.cleaned_data["reason"], now=request.now
            )
        except errors.NotFound:
            raise
        except errors.Refusal as refusal:
            fields.add_refusal(form, refusal)
        else:
            messages.success(
                request, _("Released. What no other hold covers follows its retention category again.")
            )
            return redirect("evidence:holds")
    return _form_page(request, form, _("Release the hold"), _("Release"))

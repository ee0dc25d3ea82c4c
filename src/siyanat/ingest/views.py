"""Pages of the intake desk and the address of resumable uploads: parse, one call down, render."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from siyanat.evidence import queries as evidence
from siyanat.evidence import store
from siyanat.ingest import forms, models, operations, queries, tus
from siyanat.lib import errors
from siyanat.roster import gates, names
from siyanat.ui import formatting
from siyanat.ui import forms as fields

PAGE_SIZE = 50
UPLOADS_SINCE = dt.timedelta(days=2)
Reason = models.Quarantined.Reason
State = models.Quarantined.State
OUTCOMES = {
    "": (gettext_lazy("not finished"), "warn"),
    "sealed": (gettext_lazy("sealed"), "good"),
    "known": (gettext_lazy("known already"), "neutral"),
    "quarantined": (gettext_lazy("quarantined"), "warn"),
    "refused": (gettext_lazy("not taken: disposed of before"), "bad"),
    "ended": (gettext_lazy("given up"), "neutral"),
}


def _page(request: gates.ViewerRequest, rows: Any, size: int = PAGE_SIZE) -> Page[Any]:
    return Paginator(rows, size).get_page(request.GET.get("page"))


@gates.admit(*queries.DESK_ROLES)
def desk(request: gates.ViewerRequest) -> HttpResponse:
    """Quarantined files with their reasons, and the latest batches."""
    state = request.GET.get("state", State.WAITING)
    state = state if state in State.values else State.WAITING
    reason = request.GET.get("reason", "")
    page = _page(request, queries.list_quarantined(request.viewer, state=state, reason=reason))
    tabs = [
        {"label": label, "url": f"?state={value}", "current": value == state}
        for value, label in State.choices
    ]
    labels = dict(Reason.choices)
    context = {
        "page": page,
        "rows": [{"row": row, "unit": names.unit_name(row.unit)} for row in page],
        "tabs": tabs,
        "state": state,
        "reasons": [
            (labels.get(name, name), name, count) for name, count in queries.count_by_reason(request.viewer)
        ],
        "batches": _batch_rows(queries.list_batches(request.viewer)[:8]),
        "may_upload": request.viewer.holds(*queries.INTAKE_ROLES),
        "may_resolve": request.viewer.holds(*queries.RESOLVING_ROLES),
        "free": store.free_bytes(),
    }
    return render(request, "ingest/desk.html", context)


def _batch_rows(batches: Any) -> list[dict[str, object]]:
    return [
        {
            "batch": batch,
            "unit": names.unit_name(batch.unit),
            "by": names.full_name(getattr(batch.actor, "person", None)) if batch.actor else _("the dock"),
        }
        for batch in batches
    ]


@gates.admit(*queries.DESK_ROLES)
def batches(request: gates.ViewerRequest) -> HttpResponse:
    """Every batch at the viewer's units."""
    page = _page(request, queries.list_batches(request.viewer))
    return render(request, "ingest/batches.html", {"page": page, "batches": _batch_rows(page)})


@gates.admit(*queries.RESOLVING_ROLES)
def resolve(request: gates.ViewerRequest, quarantined_id: UUID) -> HttpResponse:
    """Say what a quarantined file is: it becomes a recording."""
    row = queries.get_quarantined(request.viewer, quarantined_id)
    form = forms.ResolveForm(request.POST or None, initial=_known_of(row))
    if request.method == "POST" and form.is_valid():
        try:
            shift, person = form.bearer()
            recording = operations.resolve_quarantined(
                viewer=request.viewer, quarantined_id=row.pk, camera=form.camera(),
                started_at=form.cleaned_data["started_at"], shift=shift, person=person,
                note=form.cleaned_data["note"], now=request.now,
            )  # fmt: skip
        except errors.Refusal as refusal:
            fields.add_refusal(form, refusal)
        else:
            start = formatting.moment(recording.starts_at)
            messages.success(request, _("It is a recording now, from %(start)s on.") % {"start": start})
            return redirect("ingest:desk")
    return _resolve_page(request, row, form, forms.SetAsideForm())


@gates.admit(*queries.RESOLVING_ROLES)
@require_POST
def set_aside(request: gates.ViewerRequest, quarantined_id: UUID) -> HttpResponse:
    """Decide that a file is no recording; it is kept."""
    row = queries.get_quarantined(request.viewer, quarantined_id)
    form = forms.SetAsideForm(request.POST)
    if form.is_valid():
        operations.set_aside(
            viewer=request.viewer, quarantined_id=row.pk, note=form.cleaned_data["note"], now=request.now
        )
        messages.success(request, _("Set aside. The file stays in the store."))
        return redirect("ingest:desk")
    return _resolve_page(request, row, forms.ResolveForm(initial=_known_of(row)), form)


def _resolve_page(
    request: gates.ViewerRequest, row: models.Quarantined, form: forms.ResolveForm, aside: forms.SetAsideForm
) -> HttpResponse:
    status = 422 if form.is_bound or aside.is_bound else 200
    context = {
        "row": row,
        "form": form,
        "aside": aside,
        "facts": _facts(row),
        "crumbs": [(_("Footage intake"), "/ingest/"), (row.original_name, "")],
        "is_waiting": row.state == State.WAITING,
    }
    return render(request, "ingest/resolve.html", context, status=status)


def _known_of(row: models.Quarantined) -> dict[str, object]:
    said = row.facts.get("started_at") or row.facts.get("started_at_said") or row.facts.get("started_at_read")
    moment = dt.datetime.fromisoformat(said) if said else None
    return {
        "serial": row.facts.get("serial", ""),
        "started_at": moment if moment and moment < row.received_at else None,
    }


def _facts(row: models.Quarantined) -> list[tuple[str, object]]:
    found = row.facts
    moment = found.get("started_at_read")
    listed = [
        (_("Name at the dock"), formatting.isolate(row.original_name)),
        (_("Unit"), names.unit_name(row.unit)),
        (_("Received"), formatting.moment(row.received_at)),
        (_("Size"), formatting.size(row.size_bytes)),
        (_("Container"), found.get("container") or formatting.DASH),
        (_("Length"), formatting.duration_ms(found.get("duration_ms"), style="seconds")),
        (_("Serial inside the file"), formatting.isolate(str(found.get("serial_read") or formatting.DASH))),
        (
            _("Start inside the file"),
            formatting.moment(dt.datetime.fromisoformat(moment)) if moment else formatting.DASH,
        ),
    ]
    if found.get("cameras_named"):
        serials = formatting.fact(sorted(set(found["cameras_named"].values())))
        listed.append((_("Cameras named by name, sidecar or file"), serials))
    return listed


@gates.admit(*queries.INTAKE_ROLES)
def upload_page(request: gates.ViewerRequest) -> HttpResponse:
    """Bring files in through the browser."""
    units = [(unit.code, names.unit_name(unit)) for unit in queries.units_for_upload(request.viewer)[:200]]
    return render(request, "ingest/upload.html", {"units": units, **_own(request)})


@gates.admit(*queries.INTAKE_ROLES)
def my_uploads(request: gates.ViewerRequest) -> HttpResponse:
    """The viewer's recent uploads, as a fragment of the page."""
    return render(request, "ingest/parts/uploads.html", _own(request))


def _own(request: gates.ViewerRequest) -> dict[str, Any]:
    rows = queries.list_uploads(request.viewer, since=request.now - UPLOADS_SINCE)[:50]
    digests = {row.sha256 for row in rows if row.sha256}
    kept = queries.visible_quarantined(request.viewer).filter(sha256__in=digests)
    reasons = {one.sha256: one for one in kept}
    visible = evidence.visible_recordings(request.viewer, request.now).filter(sha256__in=digests)
    recordings = dict(visible.values_list("sha256", "pk"))
    return {
        "uploads": [
            {
                "row": row,
                "outcome": OUTCOMES.get(row.outcome, ("", "neutral")),
                "kept": reasons.get(row.sha256),
                "recording": recordings.get(row.sha256),
            }
            for row in rows
        ]
    }


@gates.admit(*queries.INTAKE_ROLES)
def uploads(request: gates.ViewerRequest, upload_id: UUID | None = None) -> HttpResponse:
    """The address of the resumable upload protocol."""
    return tus.serve(request, upload_id)

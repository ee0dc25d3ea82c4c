"""The list, one camera, what may be done with it, registration."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_POST, require_safe

from siyanat.cameras import forms, imports, models, operations, policy, queries, states
from siyanat.cameras.operations import custody
from siyanat.lib import errors
from siyanat.roster import fields, gates, pages, uploads
from siyanat.roster import queries as roster_queries

Role = gates.Role
PLACES = uploads.Places(
    "cameras:import",
    "cameras:import_preview",
    "cameras:import_apply",
    "cameras:import_discard",
    "cameras:import_template",
)


@gates.admit(*queries.READERS)
@require_safe
def cameras(request: gates.ViewerRequest) -> HttpResponse:
    """Cameras of the viewer's units: searched, filtered, sorted, as a file."""
    get = request.GET
    unit = roster_queries.find_unit(request.viewer, get.get("unit", ""))
    rows = queries.list_cameras(
        request.viewer,
        q=get.get("q", ""),
        unit=unit,
        state=get.get("state", ""),
        model=get.get("model", ""),
        sort=get.get("sort", ""),
    )
    rows = rows if unit or not get.get("unit", "").strip() else rows.none()
    if pages.wanted_file(request):
        return pages.send_file(request, "cameras", _HEADER, map(_line, rows.iterator()))
    counts = queries.count_by_state(request.viewer, unit=unit)
    context = {
        "page": pages.page_of(request, rows),
        "models": queries.models_in_use(request.viewer),
        "states": [(state.value, state.label, counts[state.value]) for state in models.Camera.State],
        "may_register": request.viewer.holds(*states.KEEPERS),
        "may_hand": request.viewer.holds(*states.HANDERS),
        "overdue": queries.overdue_issues(request.viewer, now=request.now).count(),
        "sees_rollout": queries.sees_rollout(request.viewer),
    }
    return render(request, "cameras/list.html", context)


_HEADER = (
    "serial",
    "model",
    "firmware",
    "unit",
    "state",
    "battery_percent",
    "storage_free_percent",
    "clock_drift_ms",
    "health_at",
)


def _line(one: models.Camera) -> list[object]:
    return [
        one.serial,
        one.model,
        one.firmware,
        one.unit.code,
        one.state,
        one.battery_percent,
        one.storage_free_percent,
        one.clock_drift_ms,
        pages.moment_cell(one.health_at),
    ]


@gates.admit_signed_in
@require_safe
def camera(request: gates.ViewerRequest, serial: str) -> HttpResponse:
    """One camera: state, health, history, in whose hands it was."""
    shown = queries.get_camera(request.viewer, serial)
    acts = [
        row
        for row in states.acts_from(shown.state)
        if row.act in _ACTS and request.viewer.holds_over(shown.unit.path, *row.roles)
    ]
    context = {
        "camera": shown,
        "acts": acts,
        "history": [_event(one) for one in queries.history_of(shown)[:100]],
        "issues": queries.issues_of_camera(shown)[:50],
        "policy": policy,
        "may_read": request.viewer.holds_over(shown.unit.path, *states.HANDERS, Role.ADMINISTRATOR),
        "may_correct": request.viewer.holds_over(shown.unit.path, *custody.CORRECTORS),
    }
    return render(request, "cameras/camera.html", context)


_OTHER_ACTS = {"record_readings": _lazy("Write down readings"), "correct_issue": _lazy("Correct an issue")}


def _event(row: models.CameraEvent) -> dict[str, object]:
    """A row of a camera's history in words."""
    act = states.BY_ACT.get(row.act)
    return {
        "row": row,
        "act": act.label if act else _OTHER_ACTS.get(row.act, row.act),
        "state": models.Camera.State(row.to_state).label if row.to_state else "",
        "from_state": models.Camera.State(row.from_state).label if row.from_state else "",
        "readings": row.readings,
    }


_Act = Callable[..., models.Camera]
_ACTS: dict[str, _Act] = {
    "make_ready": operations.make_ready,
    "report_faulty": operations.report_faulty,
    "report_lost": operations.report_lost,
    "find": operations.find_camera,
    "repair": operations.repair_camera,
    "retire": operations.retire_camera,
    "transfer": operations.transfer_camera,
    "record_readings": operations.record_readings,
}


@gates.admit_signed_in
def act(request: gates.ViewerRequest, serial: str, act: str) -> HttpResponse:
    """One act on one camera; whether it is lawful and theirs, the operation says."""
    shown = queries.get_camera(request.viewer, serial)
    row = states.BY_ACT.get(act)
    if act not in _ACTS or (row and not request.viewer.holds_over(shown.unit.path, *row.roles)):
        raise errors.NotFound
    back = reverse("cameras:camera", args=[shown.serial])
    form: Any = _form(request, act, shown)

    def do(data: dict[str, Any]) -> str:
        more = {"readings": form.readings()} if isinstance(form, forms.ReadingsForm) else data
        _ACTS[act](viewer=request.viewer, camera=shown, now=request.now, **more)
        return back

    title = row.label if row else _("Write down readings")
    danger = act in ("report_lost", "retire")
    return pages.act(
        request,
        form,
        title=title,
        about=shown.serial,
        submit=title,
        back=back,
        do=do,
        done=_("Done."),
        danger=danger,
    )


def _form(request: gates.ViewerRequest, act: str, shown: models.Camera) -> Any:
    data = request.POST or None
    if act in ("make_ready", "record_readings"):
        return forms.ReadingsForm(data, initial={"firmware": shown.firmware})
    if act == "transfer":
        return forms.TransferForm(data, viewer=request.viewer)
    return fields.ReasonForm(data)


@gates.admit(*states.KEEPERS)
def register(request: gates.ViewerRequest) -> HttpResponse:
    """Register one camera."""

    def do(data: dict[str, Any]) -> str:
        made = operations.register_camera(
            viewer=request.viewer, new=operations.NewCamera(**data), now=request.now
        )
        return reverse("cameras:camera", args=[made.serial])

    return pages.act(
        request,
        forms.RegisterForm(request.POST or None, viewer=request.viewer),
        title=_("Register a camera"),
        submit=_("Register"),
        back=reverse("cameras:list"),
        do=do,
        done=_("The camera is registered, in stock."),
    )


@gates.admit(*states.KEEPERS)
def upload(request: gates.ViewerRequest) -> HttpResponse:
    """Upload a list of cameras."""
    return uploads.upload(request, imports.SHEET, PLACES)


@gates.admit(*states.KEEPERS)
@require_safe
def preview(request: gates.ViewerRequest, import_id: uuid.UUID) -> HttpResponse:
    """Which cameras an uploaded list would register."""
    return uploads.preview(request, imports.SHEET, PLACES, import_id)


@gates.admit(*states.KEEPERS)
@require_POST
def apply(request: gates.ViewerRequest, import_id: uuid.UUID) -> HttpResponse:
    """Register them, all or none."""
    return uploads.apply(request, imports.SHEET, PLACES, import_id)


@gates.admit(*states.KEEPERS)
@require_POST
def discard(request: gates.ViewerRequest, import_id: uuid.UUID) -> HttpResponse:
    """Throw the list away."""
    return uploads.discard(request, imports.SHEET, PLACES, import_id)


@gates.admit(*states.KEEPERS)
@require_safe
def template(request: gates.ViewerRequest) -> HttpResponse:
    """An empty list of cameras, with one line as an example."""
    return uploads.send_template(request, imports.SHEET)

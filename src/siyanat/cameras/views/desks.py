"""Where cameras are handed out and taken back: issue desk, return desk, ready desk, corrections."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from siyanat.cameras import forms, models, operations, queries, states
from siyanat.cameras.operations import custody
from siyanat.lib import errors, persian
from siyanat.roster import gates, pages
from siyanat.roster import queries as roster_queries
from siyanat.ui import errors as ui_errors
from siyanat.ui import formatting

AHEAD = dt.timedelta(hours=14)  # tonight's shifts, seen from the afternoon
SUGGESTED = 200


@gates.admit(*states.HANDERS)
@require_safe
def issue_desk(request: gates.ViewerRequest) -> HttpResponse:
    """Tonight's shifts with their crews; a camera is typed or scanned for each bearer."""
    shifts = list(queries.shifts_to_equip(request.viewer, now=request.now, ahead=AHEAD)[:100])
    return render(request, "cameras/issue_desk.html", {"rows": [_equipment(one) for one in shifts]})


def _equipment(shift: Any) -> dict[str, Any]:
    out = {issue.person_id: issue for issue in shift.issues_now}
    people = {member.person_id: member.person for member in shift.crew_now if member.bears_camera}
    return {
        "shift": shift,
        "people": [(person, out.get(pk)) for pk, person in people.items()],
        "is_due": len(out) < len(people),
    }


@gates.admit(*states.HANDERS)
@require_safe
def issue_shift(request: gates.ViewerRequest, shift_id: uuid.UUID) -> HttpResponse:
    """The desk for one shift."""
    return _show_shift(request, shift_id, {}, "")


@gates.admit(*states.HANDERS)
@require_POST
def issue(request: gates.ViewerRequest, shift_id: uuid.UUID) -> HttpResponse:
    """Hand out what was typed for a shift: all or nothing."""
    shift = roster_queries.get_shift(request.viewer, shift_id)
    typed = {
        name.removeprefix("serial-"): str(text).strip()
        for name, text in request.POST.items()
        if name.startswith("serial-")
    }
    try:
        crew = {str(row.person_id): row.person for row in roster_queries.crew_of(shift)}
        plans = [
            operations.IssuePlan(_camera(request.viewer, serial), crew[key])
            for key, serial in typed.items()
            if serial and key in crew
        ]
        if not plans:
            raise errors.Refusal("cameras.nothing_typed")
        operations.issue_cameras(viewer=request.viewer, shift=shift, plans=plans, now=request.now)
    except errors.NotFound:
        raise
    except errors.Refusal as refusal:
        return _show_shift(request, shift_id, typed, ui_errors.describe(refusal))
    messages.success(request, _count_issued(len(plans)))
    return redirect("cameras:issue_desk")


def _count_issued(count: int) -> str:
    return ngettext("%(count)s camera is issued.", "%(count)s cameras are issued.", count) % {
        "count": formatting.number(count)
    }


def _camera(viewer: gates.Viewer, serial: str) -> models.Camera:
    """The camera typed; an unknown serial is told on the page, so that the rest stays typed."""
    try:
        return queries.get_camera(viewer, serial)
    except errors.NotFound:
        raise errors.Refusal("cameras.unknown_serial", serial=serial) from None


def _show_shift(
    request: gates.ViewerRequest, shift_id: uuid.UUID, typed: dict[str, str], problem: str
) -> HttpResponse:
    shift = roster_queries.get_shift(request.viewer, shift_id)
    out = {issue.person_id: issue for issue in queries.issues_of_shift(shift)}
    bearers = {row.person_id: row.person for row in roster_queries.crew_of(shift).filter(bears_camera=True)}
    people = [(person, out.get(pk), typed.get(str(pk), "")) for pk, person in bearers.items()]
    ready = queries.ready_cameras(request.viewer, unit=shift.unit).select_related("unit")[:SUGGESTED]
    is_due = any(out is None or out.returned_at is not None for _person, out, _typed in people)
    context = {"shift": shift, "people": people, "ready": ready, "problem": problem, "is_due": is_due}
    return render(request, "cameras/issue_shift.html", context, status=422 if problem else 200)


@gates.admit(*states.HANDERS)
def return_desk(request: gates.ViewerRequest) -> HttpResponse:
    """Cameras that are out; those that are ticked come back, each with its readings."""
    rows = queries.open_issues(request.viewer)
    if request.GET.get("q"):
        key = persian.normalise(request.GET["q"]).upper()
        rows = rows.filter(camera__serial__startswith=key)

    def take(camera: models.Camera, readings: operations.Readings) -> None:
        operations.return_camera(viewer=request.viewer, camera=camera, readings=readings, now=request.now)

    problems: list[str] = []
    if request.method == "POST":
        done, problems = _each(request.POST, request.viewer, take)
        if done:
            text = ngettext("%(count)s camera is back.", "%(count)s cameras are back.", done)
            messages.success(request, text % {"count": formatting.number(done)})
        if not problems:
            return redirect("cameras:return_desk")
    page = pages.page_of(request, rows)
    shown = [(one, one.due_at < request.now, _typed(request.POST, one.camera)) for one in page.object_list]
    context = {"page": page, "rows": shown, "problems": problems, "now": request.now}
    return render(request, "cameras/return_desk.html", context, status=422 if problems else 200)


@gates.admit(*states.HANDERS, gates.Role.ADMINISTRATOR)
def ready_desk(request: gates.ViewerRequest) -> HttpResponse:
    """Docked cameras and those in stock; those that are ticked are checked and made ready."""
    waiting = [models.Camera.State.DOCKED, models.Camera.State.IN_STOCK]
    rows = queries.list_cameras(request.viewer, q=request.GET.get("q", "")).filter(state__in=waiting)

    def check(camera: models.Camera, readings: operations.Readings) -> None:
        taken = readings if readings.taken() else None
        operations.make_ready(viewer=request.viewer, camera=camera, readings=taken, now=request.now)

    problems: list[str] = []
    if request.method == "POST":
        done, problems = _each(request.POST, request.viewer, check)
        if done:
            text = ngettext("%(count)s camera is ready.", "%(count)s cameras are ready.", done)
            messages.success(request, text % {"count": formatting.number(done)})
        if not problems:
            return redirect("cameras:ready_desk")
    page = pages.page_of(request, rows)
    shown = [(one, _typed(request.POST, one)) for one in page.object_list]
    context = {"page": page, "rows": shown, "problems": problems}
    return render(request, "cameras/ready_desk.html", context, status=422 if problems else 200)


def _each(
    data: QueryDict, viewer: gates.Viewer, do: Callable[[models.Camera, operations.Readings], None]
) -> tuple[int, list[str]]:
    """Do an act for every ticked serial, each on its own: one bad camera does not hold up the queue at the desk."""
    done, problems = 0, []
    for serial in data.getlist("serial"):
        form = forms.ReadingsForm(_readings_of(data, serial))
        if not form.is_valid():
            problems += [f"{formatting.isolate(serial)} · {fault}" for fault in form.faults()]
            continue
        try:
            do(_camera(viewer, serial), form.readings())
            done += 1
        except errors.Refusal as refusal:
            problems.append(ui_errors.describe(refusal))
    return done, problems


def _readings_of(data: QueryDict, serial: str) -> dict[str, str]:
    return {name: str(data.get(f"{name}-{serial}", "")) for name in forms.ReadingsForm.base_fields}


def _typed(data: QueryDict, camera: models.Camera) -> dict[str, Any]:
    """What a row of the desk shows: what was typed in it, ticked or not; at first, the firmware that is known."""
    if not data:
        return {"firmware": camera.firmware}
    typed = _readings_of(data, camera.serial)
    is_ticked = camera.serial in data.getlist("serial")
    faulty = forms.ReadingsForm(typed).errors if is_ticked else ()
    return {**typed, "is_ticked": is_ticked, "faulty": list(faulty)}


@gates.admit(*custody.CORRECTORS)
def correct_issue(request: gates.ViewerRequest, issue_id: int) -> HttpResponse:
    """Say which camera was really in whose hands, and when."""
    shown = queries.get_issue(request.viewer, issue_id)
    back = reverse("cameras:camera", args=[shown.camera.serial])

    def do(data: dict[str, Any]) -> str:
        serial = data.pop("serial")
        camera = _camera(request.viewer, serial) if serial else None
        operations.correct_issue(viewer=request.viewer, issue=shown, camera=camera, now=request.now, **data)
        return back

    initial = {"issued_at": shown.issued_at, "returned_at": shown.returned_at}
    form = forms.CorrectIssueForm(request.POST or None, viewer=request.viewer, initial=initial)
    return pages.act(
        request,
        form,
        title=_("Correct an issue"),
        submit=_("Correct"),
        back=back,
        do=do,
        done=_("The issue is corrected; what was believed before stays on record."),
        lead=_("Leave empty what is right. Recordings are attributed anew and minutes are counted anew."),
    )

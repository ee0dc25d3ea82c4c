"""The steps of bringing a list in, as pages; rooms give them their sheet and their addresses."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from siyanat.lib import errors
from siyanat.roster import forms, gates, pages
from siyanat.roster.imports import sheet as sheets
from siyanat.roster.operations import imports as operations
from siyanat.ui import errors as ui_errors
from siyanat.ui import formatting

SHOWN_CHANGES = 200


@dataclass(frozen=True, slots=True)
class Places:
    """The names of the addresses of each step."""

    upload: str
    preview: str
    apply: str
    discard: str
    template: str


def upload(
    request: gates.ViewerRequest,
    sheet: sheets.Sheet,
    places: Places,
    *,
    args: Sequence[object] = (),
    tabs: Sequence[dict[str, object]] = (),
) -> HttpResponse:
    """Take a file in and go to its preview; a file that can't be read is shown with its problems."""
    form = forms.UploadForm(request.POST or None, request.FILES or None)
    problems: list[tuple[errors.RowProblem, str]] = []
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            waiting = operations.upload_import(
                viewer=request.viewer, sheet=sheet, content=file.read(), file=file.name or "", now=request.now
            )
        except errors.InputRefused as refusal:
            form.add_error("file", ui_errors.describe(refusal))
            problems = ui_errors.describe_problems(refusal)
        else:
            return redirect(places.preview, *args, waiting.id)
    context = {
        "form": form,
        "sheet": sheet,
        "tabs": tabs,
        "problems": problems,
        "template_url": reverse(places.template, args=args),
        "columns": sheet.columns,
    }
    return render(request, "roster/upload.html", context, status=422 if form.errors else 200)


def preview(
    request: gates.ViewerRequest,
    sheet: sheets.Sheet,
    places: Places,
    import_id: uuid.UUID,
    *,
    args: Sequence[object] = (),
) -> HttpResponse:
    """Show what the waiting list would change as things stand now."""
    waiting = operations.get_import(request.viewer, sheet, import_id)
    plan = (
        operations.plan_of(request.viewer, sheet, waiting, now=request.now)
        if waiting.applied_at is None
        else None
    )
    problems = [
        (one, ui_errors.sentence_for(one.code, {"value": one.value, "field": one.field, "row": one.row}))
        for one in (plan.problems[:500] if plan else ())
    ]
    changes = [one for one in plan.changes if one.action != sheets.SAME] if plan else []
    context = {
        "sheet": sheet,
        "waiting": waiting,
        "plan": plan,
        "problems": problems,
        "changes": changes[:SHOWN_CHANGES],
        "left_out": max(0, len(changes) - SHOWN_CHANGES),
        "outcome": plan.outcome() if plan else waiting.outcome,
        "apply_url": reverse(places.apply, args=[*args, waiting.id]),
        "discard_url": reverse(places.discard, args=[*args, waiting.id]),
        "upload_url": reverse(places.upload, args=args),
    }
    return render(request, "roster/preview.html", context)


def apply(
    request: gates.ViewerRequest,
    sheet: sheets.Sheet,
    places: Places,
    import_id: uuid.UUID,
    *,
    args: Sequence[object] = (),
) -> HttpResponse:
    """Apply a waiting list and say what it did; with a problem go back to the preview, which shows it."""
    waiting = operations.get_import(request.viewer, sheet, import_id)
    try:
        outcome = operations.apply_import(
            viewer=request.viewer, sheet=sheet, waiting=waiting, now=request.now
        )
    except errors.InputRefused as refusal:
        messages.error(request, ui_errors.describe(refusal))
        return redirect(places.preview, *args, waiting.id)
    counts = {name: formatting.number(count) for name, count in outcome.items()}
    messages.success(request, _("%(added)s added, %(changed)s changed, %(same)s as they were.") % counts)
    if proposed := outcome.get(sheets.PROPOSED):
        messages.info(
            request,
            _("%(count)s posts see footage: they wait for an integrity officer or an external overseer.")
            % {"count": formatting.number(proposed)},
        )
    return redirect(places.preview, *args, waiting.id)


def discard(
    request: gates.ViewerRequest,
    sheet: sheets.Sheet,
    places: Places,
    import_id: uuid.UUID,
    *,
    args: Sequence[object] = (),
) -> HttpResponse:
    """Throw a waiting list away."""
    waiting = operations.get_import(request.viewer, sheet, import_id)
    operations.discard_import(viewer=request.viewer, waiting=waiting, now=request.now)
    messages.success(request, _("The list is thrown away; nothing was changed."))
    return redirect(places.upload, *args)


def send_template(request: gates.ViewerRequest, sheet: sheets.Sheet) -> HttpResponse:
    """An empty list to fill in, with one line as an example."""
    return pages.send_file(request, f"{sheet.name}-template", sheet.header(), sheet.example)

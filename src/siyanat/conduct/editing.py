"""Pages on which a new version is written. Admitted by ``roster.middleware``: integrity officers."""

from __future__ import annotations

import datetime as dt

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from siyanat.conduct import forms, operations, queries
from siyanat.lib import errors
from siyanat.ui import forms as ui_forms


@require_POST
def draft(request: HttpRequest) -> HttpResponse:
    """Begin a new version."""
    version = operations.draft_version(actor=str(request.user.pk), now=_now(request))
    messages.success(request, _("The draft begins with the items in force; change what is to be changed."))
    return redirect("conduct:version", version.number)


@require_POST
def put_in_force(request: HttpRequest) -> HttpResponse:
    """Put the draft in force."""
    operations.put_in_force(actor=str(request.user.pk), now=_now(request))
    messages.success(request, _("The new version is in force."))
    return redirect("conduct:catalogue")


def write_item(request: HttpRequest, code: str = "") -> HttpResponse:
    """Add or change an item of the draft."""
    version = queries.find_draft()
    item = version.items.filter(code=code).first() if version and code else None
    if version is None or (code and item is None):
        raise errors.NotFound
    names = forms.ItemForm.base_fields
    initial = {name: getattr(item, name) for name in names} if item else None
    form = forms.ItemForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            operations.write_item(actor=str(request.user.pk), now=_now(request), **form.cleaned_data)
        except errors.Refusal as refusal:
            ui_forms.add_refusal(form, refusal)
        else:
            return redirect("conduct:version", version.number)
    context = {"form": form, "version": version, "item": item}
    return render(request, "conduct/item.html", context, status=422 if form.errors else 200)


@require_POST
def remove_item(request: HttpRequest, code: str) -> HttpResponse:
    """Take an item out of the draft."""
    operations.remove_item(actor=str(request.user.pk), code=code, now=_now(request))
    version = queries.find_draft()
    return redirect("conduct:version", version.number) if version else redirect("conduct:catalogue")


def _now(request: HttpRequest) -> dt.datetime:
    now: dt.datetime = request.now  # type: ignore[attr-defined]
    return now

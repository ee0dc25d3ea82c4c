"""What the whole looks like: roll-out, utilisation, overdue returns, states, firmware."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from siyanat.cameras import forms, models, operations, policy, queries, states
from siyanat.lib import jalali, persian
from siyanat.roster import gates, pages
from siyanat.roster import models as roster
from siyanat.roster import queries as roster_queries
from siyanat.ui import formatting

DAYS = (7, 30, 90)


@gates.admit(*queries.READERS)
@require_safe
def rollout(request: gates.ViewerRequest) -> HttpResponse:
    """Target against done, by province and month of a Jalali year."""
    this_year = jalali.from_gregorian(jalali.local_date(request.now))[0]
    text = persian.to_latin_digits(request.GET.get("year", ""))
    year = int(text) if text.isdecimal() and 1390 <= int(text) <= 1450 else this_year
    rows = queries.rollout(request.viewer, year=year)
    if pages.wanted_file(request):
        header = ("province", "year", "month", "target", "done", "target_sum", "done_sum")
        lines = (
            [row.province.code, year, place, one.target, one.done, one.target_sum, one.done_sum]
            for row in rows
            for place, one in enumerate(row.months, start=1)
        )
        return pages.send_file(request, "rollout", header, lines)
    names = jalali.MONTHS_FA if formatting.language() == "fa" else jalali.MONTHS_EN
    target, done = sum(row.target for row in rows), sum(row.done for row in rows)
    context = {
        "year": year,
        "before": year - 1,
        "after": year + 1,
        "target": target,
        "done": done,
        "months": names,
        "share": done / target if target else None,
        "in_service": sum(row.in_service for row in rows),
        "rows": [_with_charts(row) for row in rows],
        "top": max((one.done_sum for row in rows for one in row.months), default=0) or 1,
        "may_set": request.viewer.holds(gates.Role.ADMINISTRATOR),
    }
    return render(request, "cameras/rollout.html", context)


def _with_charts(row: queries.RolloutRow) -> dict[str, Any]:
    return {"row": row, "done": [month.done_sum for month in row.months]}


@gates.admit(gates.Role.ADMINISTRATOR)
def set_target(request: gates.ViewerRequest) -> HttpResponse:
    """Set a province's target for a month."""

    def do(data: dict[str, Any]) -> str:
        operations.set_rollout_target(viewer=request.viewer, now=request.now, **data)
        return f"{reverse('cameras:rollout')}?year={data['year']}"

    return pages.act(
        request,
        forms.TargetForm(request.POST or None, viewer=request.viewer),
        title=_("Set a target"),
        submit=_("Set"),
        back=reverse("cameras:rollout"),
        do=do,
        done=_("The target is set."),
    )


@gates.admit(*queries.READERS)
@require_safe
def use(request: gates.ViewerRequest) -> HttpResponse:
    """Utilisation by unit: how many cameras were issued, for how many hours."""
    text = request.GET.get("days", "")
    days = int(text) if text.isdecimal() and int(text) in DAYS else DAYS[1]
    kind = request.GET.get("kind", roster.Unit.Kind.STATION)
    units = roster_queries.list_units(request.viewer, kind=kind, sort="code")
    page = pages.page_of(request, units)
    wanted = list(units) if pages.wanted_file(request) else list(page.object_list)
    starts_at = request.now - dt.timedelta(days=days)
    rows = queries.utilisation(
        request.viewer, units=wanted, starts_at=starts_at, ends_at=request.now, now=request.now
    )
    if pages.wanted_file(request):
        header = ("unit", "cameras", "used", "issues", "hours")
        lines = ([one.unit.code, one.cameras, one.used, one.issues, round(one.hours, 1)] for one in rows)
        return pages.send_file(request, "utilisation", header, lines)
    context = {
        "rows": rows,
        "page": page,
        "days": days,
        "choices": DAYS,
        "kind": kind,
        "kinds": roster.Unit.Kind.choices,
    }
    return render(request, "cameras/use.html", context)


@gates.admit(*queries.READERS)
@require_safe
def overdue(request: gates.ViewerRequest) -> HttpResponse:
    """Cameras that should have come back, and who is to be told by now."""
    page = pages.page_of(request, queries.overdue_issues(request.viewer, now=request.now))
    roles = dict(gates.Role.choices)
    rows = [(one, roles[queries.escalation_role(one, now=request.now)]) for one in page.object_list]
    return render(request, "cameras/overdue.html", {"page": page, "rows": rows, "now": request.now})


@gates.admit_signed_in
@require_safe
def legend(request: gates.ViewerRequest) -> HttpResponse:
    """The states of a camera, every lawful change, and the thresholds."""
    roles, labels = dict(gates.Role.choices), dict(models.Camera.State.choices)
    rows = [
        {
            "row": row,
            "sources": [labels[source] for source in row.sources],
            "target": labels.get(row.target or "", ""),
            "roles": [roles[role] for role in row.roles],
        }
        for row in states.TRANSITIONS
    ]
    context = {
        "rows": rows,
        "policy": policy,
        "rules": models.FirmwareRule.objects.order_by("model"),
        "may_set": request.viewer.holds(gates.Role.ADMINISTRATOR),
    }
    return render(request, "cameras/legend.html", context)


@gates.admit(gates.Role.ADMINISTRATOR)
def set_firmware(request: gates.ViewerRequest) -> HttpResponse:
    """Say which firmware a model must at least carry."""

    def do(data: dict[str, Any]) -> str:
        operations.set_minimum_firmware(viewer=request.viewer, now=request.now, **data)
        return reverse("cameras:legend")

    return pages.act(
        request,
        forms.FirmwareForm(request.POST or None),
        title=_("Oldest firmware of a model"),
        submit=_("Set"),
        back=reverse("cameras:legend"),
        do=do,
        done=_("The rule is set."),
    )

"""Pages of the minute ledger."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from siyanat.coverage import forms, months, operations, queries, reports
from siyanat.lib import errors, jalali, persian
from siyanat.roster import gates, names, pages
from siyanat.roster import models as roster
from siyanat.ui import formatting

MONTHS_IN_YEAR = 12


def _month_of(request: gates.ViewerRequest) -> tuple[int, int]:
    """The Jalali month asked for as ``1405-09``; the current one otherwise.

    :raises errors.Refusal: ``coverage.no_such_month``.
    """
    year, month, _day = jalali.from_gregorian(jalali.local_date(request.now))
    asked = persian.to_latin_digits(request.GET.get("month", ""))
    if not asked:
        return year, month
    head, _dash, tail = asked.partition("-")
    if not (head.isdecimal() and tail.isdecimal() and 1 <= int(tail) <= MONTHS_IN_YEAR):
        raise errors.Refusal("coverage.no_such_month", value=asked)
    jalali.to_gregorian(int(head), int(tail), 1)
    return int(head), int(tail)


def _neighbour(year: int, month: int, step: int) -> str:
    index = year * MONTHS_IN_YEAR + month - 1 + step
    return f"{index // MONTHS_IN_YEAR}-{index % MONTHS_IN_YEAR + 1:02d}"


@gates.admit(*queries.READERS)
@require_GET
def month(request: gates.ViewerRequest) -> HttpResponse:
    """A month of minutes, unit by unit; a unit's name leads one step down."""
    year, number = _month_of(request)
    below = months.find_top(request.viewer)
    if code := request.GET.get("unit"):
        below = gates.get_in_scope(
            roster.Unit.objects.filter(gates.under(request.viewer.paths(*queries.READERS), "path")), code=code
        )
    found = months.read_month(request.viewer, year=year, month=number, below=below)
    if request.GET.get("format") in reports.TABLE_FORMATS:
        return reports.month_table(found.rows, year=year, month=number, kind=request.GET["format"])
    code_of_month = f"{year}-{number:02d}"
    context = {
        "found": found,
        "rows": _sorted(found.rows, request.GET.get("sort", "")),
        "shifts": months.list_shifts(below, year=year, month=number) if below else [],
        "day_labels": [_day_label(number, day) for day in range(1, found.length + 1)],
        "day_ticks": [
            formatting.number(day) if day in DAY_TICKS else "" for day in range(1, found.length + 1)
        ],
        "plot": _plot(found.rows, code_of_month),
        "below": below,
        "month_name": _month_name(number),
        "year": year,
        "before": _neighbour(year, number, -1),
        "after": _neighbour(year, number, 1),
        "crumbs": _unit_crumbs(request.viewer, below, code_of_month),
        "may_decide": request.viewer.holds(*operations.DECIDERS),
    }
    return render(request, "coverage/month.html", context)


SORTS: dict[str, Callable[[months.Row], object]] = {
    "unit": lambda row: row.unit.code,
    "shifts": lambda row: row.shifts,
    "owed": lambda row: row.owed_ms,
    "recorded": lambda row: row.recorded_share or 0.0,
    "unexplained": lambda row: row.unexplained_share or 0.0,
    "awaited": lambda row: row.awaited_ms,
}
DAY_TICKS = (1, 5, 10, 15, 20, 25, 30)
LEAST_FOR_PLOT = 5


def _sorted(rows: list[months.Row], sort: str) -> list[months.Row]:
    key: Any = SORTS.get(sort.removeprefix("-"), SORTS["unit"])
    return sorted(rows, key=key, reverse=sort.startswith("-"))


def _month_name(number: int) -> str:
    return (jalali.MONTHS_FA if names.is_persian() else jalali.MONTHS_EN)[number - 1]


def _day_label(month_number: int, day: int) -> str:
    return f"{formatting.number(day)} {_month_name(month_number)}"


def _plot(rows: list[months.Row], month_code: str) -> list[dict[str, object]]:
    """Shifts with missing minutes against all final ones, for a funnel plot; nothing where units are too few."""
    plotted = [
        {
            "label": names.unit_name(row.unit),
            "size": row.shifts - row.provisional,
            "events": row.notable,
            "url": f"?month={month_code}&unit={row.unit.code}",
        }
        for row in rows
        if row.shifts > row.provisional
    ]
    return plotted if len(plotted) >= LEAST_FOR_PLOT else []


def _unit_crumbs(viewer: gates.Viewer, below: roster.Unit | None, month_code: str) -> list[tuple[str, str]]:
    crumbs: list[tuple[str, str]] = []
    unit = below
    while unit is not None and viewer.holds_over(unit.path, *queries.READERS):
        address = "" if unit == below else f"?month={month_code}&unit={unit.code}"
        crumbs.insert(0, (names.unit_name(unit), address))
        unit = unit.parent
    return crumbs if len(crumbs) > 1 else []


@gates.admit_signed_in
@require_GET
def shift(request: gates.ViewerRequest, shift_id: UUID) -> HttpResponse:
    """One shift's ledger: a line for each bearer and for the crew, every gap with its kind and excuse."""
    found = queries.get_shift(request.viewer, shift_id)
    as_of = None
    if text := request.GET.get("as_of"):
        as_of = jalali.parse_datetime(text)
    lines = queries.list_lines(found, as_of=as_of)
    context = {
        "shift": found,
        "lines": lines,
        "as_of": as_of,
        "awaited_until": queries.find_awaited_until(found, lines),
        "snapshots": queries.list_snapshots(found),
        "own": next(
            (line for line in lines if line.person and line.person.id == request.viewer.person_id), None
        ),
        "excuse_form": forms.ExcuseForm(shift=found),
        "decidable": set(
            queries.list_excuses_to_decide(request.viewer).filter(shift=found).values_list("pk", flat=True)
        ),
        "crumbs": [(_("Minutes"), "/coverage/"), (found.code, "")],
    }
    return render(request, "coverage/shift.html", context)


@gates.admit_signed_in
@require_POST
def ask_excuse(request: gates.ViewerRequest, shift_id: UUID) -> HttpResponse:
    """The officer's own reason for their own missing minutes."""
    found = queries.get_shift(request.viewer, shift_id)
    form = forms.ExcuseForm(request.POST, shift=found)
    if not form.is_valid() or request.viewer.person is None:
        for problem in form.errors.values():
            messages.error(request, " ".join(map(str, problem)))
        return redirect("coverage:shift", shift_id)
    operations.ask_excuse(
        viewer=request.viewer,
        shift=found,
        person=request.viewer.person,
        span=form.span(),
        kind=form.cleaned_data["kind"],
        note=form.cleaned_data["note"],
        now=request.now,
    )
    messages.success(request, _("Your reason was sent to the head of the station."))
    return redirect("coverage:shift", shift_id)


@gates.admit(*operations.DECIDERS)
@require_GET
def excuses(request: gates.ViewerRequest) -> HttpResponse:
    """Excuses that wait for the viewer."""
    page = pages.page_of(request, queries.list_excuses_to_decide(request.viewer).order_by("asked_at", "pk"))
    return render(request, "coverage/excuses.html", {"page": page})


@gates.admit(*operations.DECIDERS)
@require_POST
def decide_excuse(request: gates.ViewerRequest, excuse_id: UUID) -> HttpResponse:
    """Approve or refuse one excuse."""
    excuse = queries.get_excuse_to_decide(request.viewer, excuse_id)
    form = forms.DecisionForm(request.POST)
    if not form.is_valid():
        raise errors.Refusal("coverage.no_decision")
    operations.decide_excuse(
        viewer=request.viewer,
        excuse=excuse,
        approve=form.cleaned_data["decision"] == "approve",
        note=form.cleaned_data["note"],
        now=request.now,
    )
    messages.success(request, _("Decided. The minutes are being counted again."))
    if request.POST.get("back") == "shift":
        return redirect("coverage:shift", excuse.shift_id)
    return redirect("desk:kartabl" if request.POST.get("back") == "desk" else "coverage:excuses")


@gates.admit(*operations.DECIDERS)
@require_http_methods(["GET", "POST"])
def excuse_in_bulk(request: gates.ViewerRequest) -> HttpResponse:
    """A failed dock or power cut: one act for everybody it touched."""
    units = roster.Unit.objects.filter(
        gates.under(request.viewer.paths(*operations.DECIDERS), "path")
    ).order_by("path")
    form = forms.BulkExcuseForm(request.POST or None, units=units)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        written = operations.excuse_in_bulk(
            viewer=request.viewer,
            unit=data["unit"],
            span=(data["starts_at"], data["ends_at"]),
            kind=data["kind"],
            note=data["note"],
            now=request.now,
        )
        messages.success(request, _("%(number)s stretches were excused.") % {"number": written})
        return redirect("coverage:excuses")
    return render(
        request,
        "coverage/bulk.html",
        {"form": form, "crumbs": [(_("Excuses"), "/coverage/excuses/"), (_("Common cause"), "")]},
    )


@gates.admit_signed_in
@require_GET
def report(request: gates.ViewerRequest, shift_id: UUID) -> HttpResponse:
    """The printable report of a shift, as PDF in the reader's language."""
    found = queries.get_shift(request.viewer, shift_id)
    pdf = reports.shift_pdf(found, queries.list_lines(found), now=request.now)
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="shift-{found.code.replace("/", "-")}.pdf"'
    return response

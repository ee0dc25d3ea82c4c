"""Pages of shifts, crews and non-working days."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from siyanat.lib import errors, jalali, persian
from siyanat.roster import fields, forms, gates, models, operations, pages, queries
from siyanat.roster.operations import shifts as shift_operations
from siyanat.ui import errors as ui_errors
from siyanat.ui import formatting

Role = gates.Role


@gates.admit_signed_in
@require_safe
def shifts(request: gates.ViewerRequest) -> HttpResponse:
    """Shifts by unit, day and state; an officer sees their own."""
    get, problem = request.GET, ""
    unit = queries.find_unit(request.viewer, get.get("unit", ""))
    try:
        day = jalali.parse_date(get["day"]) if get.get("day") else None
    except errors.Refusal as refusal:
        day, problem = None, ui_errors.describe(refusal)
    rows = queries.list_shifts(
        request.viewer,
        unit=unit,
        day=day,
        state=get.get("state", ""),
        q=get.get("q", ""),
        sort=get.get("sort", ""),
    )
    rows = rows if unit or not get.get("unit", "").strip() else rows.none()
    if pages.wanted_file(request):
        return pages.send_file(request, "shifts", _HEADER, map(_line, rows[:200_000]))
    page = pages.page_of(request, rows)
    page.object_list = queries.with_crew_counts(list(page.object_list))
    context = {
        "page": page,
        "states": models.Shift.State.choices,
        "problem": problem,
        "may_plan": request.viewer.holds(*shift_operations.PLANNERS),
    }
    return render(request, "roster/shifts.html", context)


_HEADER = ("shift", "unit", "starts_at", "ends_at", "state", "leader", "place_fa", "place_en")


def _line(one: models.Shift) -> list[object]:
    return [
        one.code,
        one.unit.code,
        pages.moment_cell(one.starts_at),
        pages.moment_cell(one.ends_at),
        one.state,
        one.leader.personnel_number if one.leader else "",
        one.place_fa,
        one.place_en,
    ]


@gates.admit_signed_in
@require_safe
def shift(request: gates.ViewerRequest, shift_id: uuid.UUID) -> HttpResponse:
    """One shift: its crew now and as it was believed, who bore which camera."""
    shown = queries.get_shift(request.viewer, shift_id)
    roles = shift_operations.CORRECTORS if shown.starts_at <= request.now else shift_operations.PLANNERS
    crew = list(queries.crew_of(shown))
    context = {
        "shift": shown,
        "crew": crew,
        "superseded": shown.crew.exclude(superseded_at=None)
        .select_related("person")
        .order_by("superseded_at"),
        "issues": _issues(shown, crew),
        "may_correct_issue": request.viewer.holds_over(shown.unit.path, *shift_operations.CORRECTORS),
        "may_change": request.viewer.holds_over(shown.unit.path, *roles)
        and shown.state != models.Shift.State.CANCELED,
        "may_cancel": request.viewer.holds_over(shown.unit.path, *roles)
        and shown.state == models.Shift.State.PLANNED,
    }
    return render(request, "roster/shift.html", context)


def _issues(shown: models.Shift, crew: Sequence[models.CrewMember]) -> list[Any]:
    """Cameras of a shift; ``is_astray`` where who is said to have had one is no longer in the crew."""
    people = {row.person_id for row in crew}
    issues: list[Any] = list(shown.camera_issues.select_related("camera", "person").order_by("issued_at"))
    for issue in issues:
        issue.is_astray = issue.superseded_at is None and issue.person_id not in people
    return issues


@gates.admit(*shift_operations.PLANNERS)
def plan_shift(request: gates.ViewerRequest) -> HttpResponse:
    """Plan a shift."""

    def do(data: dict[str, Any]) -> str:
        crew = [operations.CrewPlan(person, bears_camera=bears) for person, bears in data.pop("crew")]
        number = data.pop("vehicle")
        vehicle = queries.find_vehicle(request.viewer, number) if number else None
        if number and vehicle is None:
            raise errors.Refusal("roster.vehicle_unknown", fleet_number=number)
        made = operations.plan_shift(
            viewer=request.viewer, crew=crew, vehicle=vehicle, now=request.now, **data
        )
        return reverse("roster:shift", args=[made.pk])

    person = request.viewer.person
    initial = {"unit": person.unit.code} if person else {}
    return pages.act(
        request,
        forms.ShiftForm(request.POST or None, viewer=request.viewer, initial=initial),
        title=_("Plan a shift"),
        submit=_("Plan"),
        back=reverse("roster:shifts"),
        do=do,
        done=_("The shift is planned."),
    )


@gates.admit(*{*shift_operations.PLANNERS, *shift_operations.CORRECTORS})
def change_times(request: gates.ViewerRequest, shift_id: uuid.UUID) -> HttpResponse:
    """Move a shift's start or end."""
    shown = queries.get_shift(request.viewer, shift_id)

    def do(data: dict[str, Any]) -> str:
        operations.change_shift_times(viewer=request.viewer, shift=shown, now=request.now, **data)
        return _address(shown)

    initial = {"starts_at": shown.starts_at, "ends_at": shown.ends_at}
    return pages.act(
        request,
        forms.TimesForm(request.POST or None, initial=initial),
        title=_("Change the times of the shift"),
        submit=_("Change"),
        back=_address(shown),
        do=do,
        done=_("The times are changed; minutes are counted anew."),
    )


@gates.admit(*{*shift_operations.PLANNERS, *shift_operations.CORRECTORS})
def correct_crew(request: gates.ViewerRequest, shift_id: uuid.UUID) -> HttpResponse:
    """Say who was really in the crew."""
    shown = queries.get_shift(request.viewer, shift_id)
    current = list(queries.crew_of(shown))

    def do(data: dict[str, Any]) -> str:
        known = {row.person_id: row for row in current}
        crew = [_plan(person, known.get(person.pk), bears=bears) for person, bears in data["crew"]]
        operations.correct_crew(
            viewer=request.viewer, shift=shown, crew=crew, reason=data["reason"], now=request.now
        )
        return _address(shown)

    lines = [f"{row.person.personnel_number}{'' if row.bears_camera else '*'}" for row in current]
    form = forms.CrewForm(request.POST or None, viewer=request.viewer, initial={"crew": "\n".join(lines)})
    form.fields["crew"].known = frozenset(row.person_id for row in current)  # type: ignore[attr-defined]
    return pages.act(
        request,
        form,
        title=_("Correct the crew"),
        submit=_("Correct"),
        back=_address(shown),
        do=do,
        done=_("The crew is corrected; what was believed before stays on record."),
        lead=_(
            "The earlier crew stays readable, recordings are attributed anew and minutes are counted anew."
        ),
    )


def _plan(person: models.Person, known: models.CrewMember | None, *, bears: bool) -> operations.CrewPlan:
    """Somebody who stays keeps their own times."""
    if known is None:
        return operations.CrewPlan(person, bears_camera=bears)
    return operations.CrewPlan(person, bears_camera=bears, starts_at=known.starts_at, ends_at=known.ends_at)


@gates.admit(*{*shift_operations.PLANNERS, *shift_operations.CORRECTORS})
def cancel_shift(request: gates.ViewerRequest, shift_id: uuid.UUID) -> HttpResponse:
    """Cancel a planned shift."""
    shown = queries.get_shift(request.viewer, shift_id)

    def do(data: dict[str, Any]) -> str:
        operations.cancel_shift(viewer=request.viewer, shift=shown, reason=data["reason"], now=request.now)
        return _address(shown)

    return pages.act(
        request,
        fields.ReasonForm(request.POST or None),
        title=_("Cancel the shift"),
        submit=_("Cancel the shift"),
        back=_address(shown),
        do=do,
        done=_("The shift is canceled; its crew owes nothing."),
        danger=True,
    )


@gates.admit_signed_in
@require_safe
def days(request: gates.ViewerRequest) -> HttpResponse:
    """Non-working days of a Jalali year."""
    this_year = jalali.from_gregorian(jalali.local_date(request.now))[0]
    text = persian.to_latin_digits(request.GET.get("year", ""))
    year = int(text) if text.isdecimal() and jalali.FIRST_YEAR < int(text) < jalali.LAST_YEAR else this_year
    first, last = jalali.month_dates(year, 1)[0], jalali.month_dates(year, 12)[1]
    rows = models.NonWorkingDay.objects.filter(date__gte=first, date__lt=last).order_by("date")
    if pages.wanted_file(request):
        lines = ([jalali.format_date(one.date, language="en"), one.name_fa, one.name_en] for one in rows)
        return pages.send_file(request, "non-working-days", ("date", "name_fa", "name_en"), lines)
    context = {
        "rows": rows,
        "year": year,
        "before": year - 1,
        "after": year + 1,
        "form": forms.DayForm(),
        "may_change": request.viewer.holds(Role.ADMINISTRATOR),
    }
    return render(request, "roster/days.html", context)


@gates.admit(Role.ADMINISTRATOR)
def add_day(request: gates.ViewerRequest) -> HttpResponse:
    """Declare a day free."""

    def do(data: dict[str, Any]) -> str:
        operations.add_non_working_day(viewer=request.viewer, now=request.now, **data)
        return reverse("roster:days")

    return pages.act(
        request,
        forms.DayForm(request.POST or None),
        title=_("Add a non-working day"),
        submit=_("Add"),
        back=reverse("roster:days"),
        do=do,
        done=_("The day is added."),
    )


@gates.admit(Role.ADMINISTRATOR)
@require_POST
def load_days(request: gates.ViewerRequest, year: int) -> HttpResponse:
    """Take the official holidays of a Jalali year into the table."""
    try:
        added = operations.load_official_days(viewer=request.viewer, year=year, now=request.now)
    except errors.NotFound:
        raise
    except errors.Refusal as refusal:
        messages.info(request, ui_errors.describe(refusal))
    else:
        said = _("%(count)s official holidays were added; mend them where an announcement differs.")
        messages.success(request, said % {"count": formatting.number(added)})
    return redirect(f"{reverse('roster:days')}?year={year}")


@gates.admit(Role.ADMINISTRATOR)
@require_POST
def remove_day(request: gates.ViewerRequest, date: dt.date) -> HttpResponse:
    """Declare a day a working day again."""
    operations.remove_non_working_day(viewer=request.viewer, date=date, now=request.now)
    return redirect("roster:days")


def _address(shown: models.Shift) -> str:
    return reverse("roster:shift", args=[shown.pk])

"""Pages of follow-up."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from siyanat.cases import forms, models, operations, queries
from siyanat.conduct import queries as conduct
from siyanat.lib import persian
from siyanat.roster import gates
from siyanat.roster import models as roster

PAGE = 50
SORTS = {"due_at", "-due_at", "opened_at", "-opened_at", "number", "-number"}


@gates.admit(*queries.READERS)
@require_GET
def list_cases(request: gates.ViewerRequest) -> HttpResponse:
    """Cases by deadline, filtered by state and searched by number or title."""
    rows = queries.list_visible_cases(request.viewer).select_related("unit", "handling_unit", "conduct_item")
    state = request.GET.get("state", "open")
    if state == "open":
        rows = rows.filter(
            state__in=[models.Case.State.OPEN, models.Case.State.ANSWERED, models.Case.State.DECIDED]
        )
    elif state in models.Case.State.values:
        rows = rows.filter(state=state)
    if words := persian.normalise(request.GET.get("q", "")):
        rows = rows.filter(number__icontains=words) | rows.filter(title__icontains=words)
    sort = request.GET.get("sort", "")
    page = Paginator(rows.order_by(sort if sort in SORTS else "due_at", "pk"), PAGE).get_page(
        request.GET.get("page")
    )
    tabs = [("open", _("Open cases")), (models.Case.State.CLOSED, _("Closed cases")), ("all", _("All"))]
    context = {
        "page": page,
        "tabs": [{"label": label, "url": f"?state={code}", "current": state == code} for code, label in tabs],
        "may_open": request.viewer.holds(*queries.HANDLERS),
        "sort": "due_at",
    }
    return render(request, "cases/list.html", context)


@gates.admit(*queries.HANDLERS)
@require_http_methods(["GET", "POST"])
def open_case(request: gates.ViewerRequest) -> HttpResponse:
    """Open a case by hand."""
    form = forms.OpenForm(request.POST or None, items=conduct.list_current_items(now=request.now))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        within = gates.under(request.viewer.paths(*queries.HANDLERS))
        person = gates.get_in_scope(
            roster.Person.objects.filter(within).select_related("unit"),
            personnel_number=data["personnel_number"],
        )
        shift = None
        if data["shift_code"]:
            shift = gates.get_in_scope(roster.Shift.objects.filter(within), code=data["shift_code"])
        case = operations.open_case(
            viewer=request.viewer,
            unit=person.unit,
            origin=models.Case.Origin.HAND,
            title=data["title"],
            about=[person],
            now=request.now,
            shift=shift,
            summary=data["summary"],
            officer_summary=data["officer_summary"],
            protects_complainant=data["protects_complainant"],
            conduct_item=data["conduct_item"],
            due_at=data["due_at"],
        )
        messages.success(request, _("Case %(number)s was opened.") % {"number": case.number})
        return redirect("cases:case", case.id)
    return render(
        request, "cases/open.html", {"form": form, "crumbs": [(_("Cases"), "/cases/"), (_("New case"), "")]}
    )


@gates.admit(*queries.READERS)
@require_GET
def case(request: gates.ViewerRequest, case_id: UUID) -> HttpResponse:
    """One case with everything that happened; reading it is logged."""
    found = queries.get_case(request.viewer, case_id)
    operations.log_reading(viewer=request.viewer, case=found, now=request.now)
    handles = request.viewer.holds_over(found.handling_unit.path, *queries.HANDLERS)
    context = {
        "case": found,
        "concerned": found.concerned.select_related("person__unit"),
        "actions": found.actions.select_related("owner").order_by("due_at"),
        "answers": found.answers.select_related("person").order_by("given_at"),
        "answer_due_at": queries.answer_due_at(found),
        "history": queries.list_history(found),
        "may_view": found.shift is not None
        and request.viewer.holds_over(found.shift.unit.path, *queries.READERS),
        "handles": handles and found.state != models.Case.State.CLOSED,
        "is_open": found.state in (models.Case.State.OPEN, models.Case.State.ANSWERED),
        "action_form": forms.ActionForm(case=found),
        "decision_form": forms.DecisionForm(
            awaited_until=queries.answer_awaited_until(found, now=request.now)
        ),
        "hand_up_form": forms.HandUpForm(case=found),
        "may_export": request.viewer.holds(gates.Role.EVIDENCE_CUSTODIAN, gates.Role.INTEGRITY_OFFICER),
        "viewer_person": request.viewer.person_id,
        "crumbs": [(_("Cases"), "/cases/"), (found.number, "")],
    }
    return render(request, "cases/case.html", context)


def _told(request: gates.ViewerRequest, form: Form) -> bool:
    """Whether the form is valid; if not, its problems become notices."""
    if form.is_valid():
        return True
    for name, problems in form.errors.items():
        label = form.fields[name].label if name in form.fields else ""
        messages.error(
            request, f"{label}: {' '.join(map(str, problems))}" if label else " ".join(map(str, problems))
        )
    return False


@gates.admit(*queries.HANDLERS)
@require_POST
def add_action(request: gates.ViewerRequest, case_id: UUID) -> HttpResponse:
    """Give somebody something to do."""
    found = queries.get_case_to_handle(request.viewer, case_id)
    form = forms.ActionForm(request.POST, case=found)
    if _told(request, form):
        operations.add_action(viewer=request.viewer, case=found, now=request.now, **form.cleaned_data)
        messages.success(request, _("The action was added; its owner sees it in the kartabl."))
    return redirect("cases:case", case_id)


@gates.admit_signed_in
@require_POST
def complete_action(request: gates.ViewerRequest, action_id: int) -> HttpResponse:
    """Say what came of an action."""
    action = queries.get_action(request.viewer, action_id)
    form = forms.OutcomeForm(request.POST)
    if _told(request, form):
        operations.complete_action(
            viewer=request.viewer, action=action, outcome=form.cleaned_data["outcome"], now=request.now
        )
        messages.success(request, _("The action is done."))
    is_reader = queries.list_visible_cases(request.viewer).filter(pk=action.case_id).exists()
    return redirect("cases:case", action.case_id) if is_reader else redirect("desk:kartabl")


@gates.admit(*queries.HANDLERS)
@require_POST
def decide(request: gates.ViewerRequest, case_id: UUID) -> HttpResponse:
    """Decide with reasons."""
    found = queries.get_case_to_handle(request.viewer, case_id)
    awaited_until = queries.answer_awaited_until(found, now=request.now)
    form = forms.DecisionForm(request.POST, awaited_until=awaited_until)
    if _told(request, form):
        operations.decide_case(viewer=request.viewer, case=found, now=request.now, **form.cleaned_data)
        messages.success(request, _("The decision stands; the officer can read it."))
    return redirect("cases:case", case_id)


@gates.admit(*queries.HANDLERS)
@require_POST
def close(request: gates.ViewerRequest, case_id: UUID) -> HttpResponse:
    """Close a decided case."""
    found = queries.get_case_to_handle(request.viewer, case_id)
    operations.close_case(viewer=request.viewer, case=found, now=request.now)
    messages.success(request, _("The case is closed; its footage is kept for its retention category."))
    return redirect("cases:case", case_id)


@gates.admit(*queries.HANDLERS)
@require_POST
def hand_up(request: gates.ViewerRequest, case_id: UUID) -> HttpResponse:
    """Give the case to a unit above."""
    found = queries.get_case_to_handle(request.viewer, case_id)
    form = forms.HandUpForm(request.POST, case=found)
    if _told(request, form):
        operations.hand_up(viewer=request.viewer, case=found, now=request.now, **form.cleaned_data)
        messages.success(request, _("The case was handed up."))
        return redirect("cases:list")
    return redirect("cases:case", case_id)


@gates.admit_signed_in
@require_GET
def list_own(request: gates.ViewerRequest) -> HttpResponse:
    """What concerns oneself."""
    rows = queries.list_cases_about(request.viewer).order_by("-opened_at")
    return render(request, "cases/own_list.html", {"cases": rows[:200]})


@gates.admit_signed_in
@require_http_methods(["GET", "POST"])
def own(request: gates.ViewerRequest, case_id: UUID) -> HttpResponse:
    """A case that concerns the viewer: what it is about, their answers, the decision with its reasons."""
    found = queries.get_case_about(request.viewer, case_id)
    form = forms.AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        operations.answer_case(
            viewer=request.viewer, case=found, text=form.cleaned_data["text"], now=request.now
        )
        messages.success(request, _("Your answer is in the case."))
        return redirect("cases:own", case_id)
    if request.method == "GET":
        operations.log_reading(viewer=request.viewer, case=found, now=request.now)
    context = {
        "case": found,
        "summary": found.officer_summary if found.protects_complainant else found.summary,
        "answers": found.answers.filter(person=request.viewer.person_id).order_by("given_at"),
        "answer_due_at": queries.answer_due_at(found),
        "form": form,
        "may_answer": found.state != models.Case.State.CLOSED,
        "crumbs": [(_("Cases that concern me"), "/cases/mine/"), (found.number, "")],
    }
    return render(request, "cases/own.html", context)

"""Pages of the archive: periods, disposal lists, exports."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from siyanat.archive import forms, models, operations, queries
from siyanat.evidence import operations as evidence_acts
from siyanat.evidence import queries as evidence_queries
from siyanat.lib import errors
from siyanat.roster import gates, pages
from siyanat.ui import formatting
from siyanat.ui import forms as ui_forms

PAGE = 50
reads = gates.admit(*queries.READERS, second_factor=True)
keeps = gates.admit(*queries.KEEPERS, second_factor=True)
TABS = (
    ("archive:desk", gettext_lazy("Periods")),
    ("archive:due", gettext_lazy("Due")),
    ("archive:disposals", gettext_lazy("Disposals")),
    ("archive:exports", gettext_lazy("Exports")),
)


def _context(request: gates.ViewerRequest, current: str, **more: Any) -> dict[str, Any]:
    tabs = [{"label": label, "url": reverse(name), "current": name == current} for name, label in TABS]
    return {"tabs": tabs, "is_keeper": request.viewer.holds(*queries.KEEPERS), "now": request.now, **more}


def _crumbs(name: str, here: str) -> list[tuple[str | Promise, str]]:
    labels = dict(TABS)
    return [(_("Archive"), reverse("archive:desk")), (labels[name], reverse(name)), (here, "")]


def _identifiers(request: gates.ViewerRequest) -> list[uuid.UUID]:
    try:
        return [uuid.UUID(text) for text in request.POST.getlist("recording")]
    except ValueError:
        raise errors.NotFound from None


# One recording.


@gates.admit(*evidence_queries.OVERSEEING_ROLES, *evidence_queries.OWN_ROLES)
@require_GET
def retention(request: gates.ViewerRequest, recording_id: uuid.UUID) -> HttpResponse:
    """Why a recording is kept, and until when: a page, whose card the recording's own page shows."""
    found = evidence_queries.get_recording(request.viewer, recording_id, now=request.now)
    evidence_acts.log_viewing(viewer=request.viewer, recording=found, purpose="details", now=request.now)
    grounds = queries.grounds_of(found)
    context = {
        "recording": found, "grounds": [(ground, _word_for(ground)) for ground in grounds], "decides": grounds[0],
        "holds": evidence_queries.holds_of(found).count(), "is_past": grounds[0].until <= request.now,
        "crumbs": [(_("Recordings"), reverse("evidence:search")),
                   (found.sha256[:12], reverse("evidence:recording", args=[found.pk])), (_("Retention"), "")],
    }  # fmt: skip
    return render(request, "archive/retention.html", context)


def _word_for(ground: queries.Ground) -> str:
    """Why the recording is in the category, in words."""
    kind = ground.reference.partition(":")[0]
    if ground.category.is_default:
        return _("every recording is")
    if kind == "mark":
        return _("a review marked force or a violation on it")
    if kind == "case":
        return _("a case was about it")
    if not ground.reference:
        return _("the recording button was pressed")
    return formatting.isolate(ground.reference)


# Periods.


@reads
@require_GET
def desk(request: gates.ViewerRequest) -> HttpResponse:
    """Categories with their periods, proposed changes with their previews, what goes this week."""
    context = _context(
        request,
        "archive:desk",
        categories=queries.list_categories(),
        changes=queries.open_changes(),
        coming=queries.coming_disposals(request.viewer, now=request.now),
        due=queries.measure(queries.list_due(request.viewer, now=request.now)),
        may_change=queries.is_national(request.viewer, *queries.KEEPERS),
        may_agree=queries.is_national(request.viewer, gates.Role.INTEGRITY_OFFICER),
    )
    return render(request, "archive/desk.html", context)


@keeps
@require_http_methods(["GET", "POST"])
def period(request: gates.ViewerRequest, category_id: int) -> HttpResponseBase:
    """Propose another period for a category; the preview follows on the desk."""
    operations.check_national(request.viewer, *queries.KEEPERS)
    category = get_object_or_404(models.RetentionCategory, pk=category_id)
    form = forms.PeriodForm(request.POST or None, initial={"keep_days": category.keep_days})
    if request.method == "POST" and form.is_valid():
        operations.propose_period_change(
            viewer=request.viewer, category=category, now=request.now, **form.cleaned_data
        )
        messages.success(request, _("The change is proposed; it is in force when a second person agrees."))
        return redirect("archive:desk")
    crumbs = _crumbs("archive:desk", _("Another period"))
    return render(request, "archive/period.html", {"form": form, "category": category, "crumbs": crumbs})


@keeps
@require_POST
def agree_change(request: gates.ViewerRequest, change_id: int) -> HttpResponseBase:
    """Agree to a period as the second person."""
    operations.agree_period_change(viewer=request.viewer, change_id=change_id, now=request.now)
    messages.success(request, _("The period is changed."))
    return redirect("archive:desk")


@keeps
@require_POST
def withdraw_change(request: gates.ViewerRequest, change_id: int) -> HttpResponseBase:
    """Withdraw a proposed period."""
    operations.withdraw_period_change(viewer=request.viewer, change_id=change_id, now=request.now)
    messages.success(request, _("The proposal is withdrawn."))
    return redirect("archive:desk")


# Disposal.


@reads
@require_GET
def due(request: gates.ViewerRequest) -> HttpResponse:
    """The dry run: what could be proposed, oldest first."""
    rows = queries.list_due(request.viewer, now=request.now)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    names = queries.category_names()
    for one in page:
        one.category = names.get(one.deciding, one.deciding)
    return render(
        request, "archive/due.html", _context(request, "archive:due", page=page, amount=queries.measure(rows))
    )


@keeps
@require_POST
def propose(request: gates.ViewerRequest) -> HttpResponseBase:
    """Propose the chosen recordings for disposal."""
    proposed = operations.propose_disposal(
        viewer=request.viewer, recording_ids=_identifiers(request), now=request.now
    )
    messages.success(request, _("The disposal is proposed; nothing goes before a second person agrees."))
    return redirect("archive:disposal", disposal_id=proposed.pk)


@reads
@require_GET
def disposals(request: gates.ViewerRequest) -> HttpResponse:
    """Every disposal under the viewer, the latest first."""
    page = Paginator(queries.visible_disposals(request.viewer), PAGE).get_page(request.GET.get("page"))
    return render(request, "archive/disposals.html", _context(request, "archive:disposals", page=page))


@reads
@require_GET
def disposal(request: gates.ViewerRequest, disposal_id: uuid.UUID) -> HttpResponse:
    """One disposal with its recordings and what may be done next."""
    found = queries.get_disposal(request.viewer, disposal_id)
    page = Paginator(queries.list_items(found), PAGE).get_page(request.GET.get("page"))
    crumbs = _crumbs("archive:disposals", _("One disposal"))
    context = _context(request, "archive:disposals", disposal=found, page=page, crumbs=crumbs)
    return render(
        request, "archive/disposal.html", context | {"is_own": found.proposed_by_id == request.viewer.user.pk}
    )


@keeps
@require_POST
def agree(request: gates.ViewerRequest, disposal_id: uuid.UUID) -> HttpResponseBase:
    """Agree to a disposal as the second person."""
    agreed = operations.agree_disposal(viewer=request.viewer, disposal_id=disposal_id, now=request.now)
    messages.success(
        request, _("Agreed. It stays in the recycle bin for seven days and can be withdrawn until then.")
    )
    return redirect("archive:disposal", disposal_id=agreed.pk)


@keeps
@require_POST
def withdraw(request: gates.ViewerRequest, disposal_id: uuid.UUID) -> HttpResponseBase:
    """Withdraw a disposal."""
    withdrawn = operations.withdraw_disposal(
        viewer=request.viewer, disposal_id=disposal_id, reason=request.POST.get("reason", ""), now=request.now
    )
    messages.success(request, _("Withdrawn. The recordings are kept."))
    return redirect("archive:disposal", disposal_id=withdrawn.pk)


@reads
@require_GET
def receipt(request: gates.ViewerRequest, disposal_id: uuid.UUID) -> HttpResponse:
    """The receipt with the log's proofs, as a file."""
    found = queries.get_disposal(request.viewer, disposal_id)
    return _json_file(operations.disposal_receipt(found), f"disposal-{found.pk}.json")


# Exports.


@reads
@require_GET
def exports(request: gates.ViewerRequest) -> HttpResponse:
    """Exports under the viewer, the latest first."""
    page = Paginator(queries.visible_exports(request.viewer), PAGE).get_page(request.GET.get("page"))
    numbers = evidence_queries.case_numbers(one.reference for one in page)
    rows = [(one, _called(one.reference, numbers)) for one in page]
    return render(request, "archive/exports.html", _context(request, "archive:exports", page=page, rows=rows))


def _called(reference: str, numbers: Mapping[str, str]) -> str:
    """What an export refers to, in words."""
    if reference == models.BY_HAND:
        return _("Chosen recordings")
    number = numbers.get(reference, reference.removeprefix("case:"))
    return _("Case %(number)s") % {"number": formatting.isolate(number)}


@keeps
@require_http_methods(["GET", "POST"])
def new_export(request: gates.ViewerRequest) -> HttpResponseBase:
    """Ask for a bundle."""
    initial = {
        "reference": request.GET.get("reference", ""),
        "recordings": "\n".join(request.GET.getlist("recording")),
    }
    form = forms.ExportForm(request.POST or None, initial=initial)

    def ask(given: dict[str, Any]) -> str:
        asked = operations.ask_export(
            viewer=request.viewer, recipient=given["recipient"], reason=given["reason"], now=request.now,
            reference=given["reference"], recording_ids=given["recordings"],
            with_disclosures=given["with_disclosures"],
        )  # fmt: skip
        return reverse("archive:export", args=[asked.pk])

    return pages.act(
        request, form, do=ask, template="archive/new_export.html", title=_("New export"), submit="",
        back=reverse("archive:exports"), crumbs=_crumbs("archive:exports", _("New export")),
        done=_("The export is being made; this page shows when it is ready."),
    )  # fmt: skip


@reads
@require_GET
def export(request: gates.ViewerRequest, export_id: uuid.UUID) -> HttpResponse:
    """One export: its state, what is in it, fetching and handing out."""
    found = queries.get_export(request.viewer, export_id)
    form = forms.HandOutForm(initial={"handed_to": found.recipient, "at": request.now})
    return _export_page(request, found, form)


def _export_page(request: gates.ViewerRequest, found: models.Export, form: forms.HandOutForm) -> HttpResponse:
    items = found.items.select_related("recording__camera", "recording__unit").order_by(
        "recording__starts_at"
    )
    page = Paginator(items, PAGE).get_page(request.GET.get("page"))
    numbers = evidence_queries.case_numbers([found.reference])
    crumbs = _crumbs("archive:exports", _("One export"))
    context = _context(
        request, "archive:exports", export=found, page=page, crumbs=crumbs, form=form,
        called=_called(found.reference, numbers), case=found.reference.removeprefix("case:") if numbers else "",
    )  # fmt: skip
    return render(request, "archive/export.html", context, status=422 if form.errors else 200)


@keeps
@require_POST
def fetch(request: gates.ViewerRequest, export_id: uuid.UUID) -> HttpResponseBase:
    """Send the bundle; that it was fetched is logged."""
    found = operations.fetch_export(viewer=request.viewer, export_id=export_id, now=request.now)
    return FileResponse(Path(found.path).open("rb"), as_attachment=True, filename=f"siyanat-{found.pk}.zip")


@keeps
@require_POST
def hand_out(request: gates.ViewerRequest, export_id: uuid.UUID) -> HttpResponseBase:
    """Record to whom and when the bundle was handed."""
    form = forms.HandOutForm(request.POST)
    if form.is_valid():
        try:
            operations.hand_out(
                viewer=request.viewer, export_id=export_id, now=request.now, **form.cleaned_data
            )
        except errors.NotFound:
            raise
        except errors.Refusal as refusal:
            ui_forms.add_refusal(form, refusal)
        else:
            said = _("Recorded. The receipt can be downloaded as soon as the log has sealed it.")
            messages.success(request, said)
            return redirect("archive:export", export_id=export_id)
    return _export_page(request, queries.get_export(request.viewer, export_id), form)


@reads
@require_GET
def hand_out_receipt(request: gates.ViewerRequest, export_id: uuid.UUID) -> HttpResponse:
    """The hand-out receipt with the log's proofs, as a file."""
    found = queries.get_export(request.viewer, export_id)
    return _json_file(operations.hand_out_receipt(found), f"hand-out-{found.pk}.json")


def _json_file(text: str, name: str) -> HttpResponse:
    response = HttpResponse(text, content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response

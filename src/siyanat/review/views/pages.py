"""Pages: the list, a review before, during and after, an officer's own shifts, typed reasons, a station's month."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from siyanat.coverage import queries as coverage
from siyanat.evidence import operations as footage
from siyanat.evidence import queries as evidence
from siyanat.lib import errors, jalali, persian
from siyanat.review import (
    blind,
    forms,
    models,
    operations,
    private,
    queries,
    room,
    saying,
    serving,
    station,
    watched,
)
from siyanat.review.operations import watching
from siyanat.review.views.footage import GRANTED
from siyanat.roster import gates, names
from siyanat.roster import models as roster
from siyanat.roster import queries as people
from siyanat.ui import forms as ui

ROWS = 25
MOST_COUNTED = 2_000
OWN_SINCE = dt.timedelta(days=120)
MONTHS_IN_YEAR = 12
MONTH_READERS = (*queries.HEADS, *queries.SECOND_LINE_READERS)


class Pages(Paginator):  # type: ignore[type-arg]
    """Counts no further than anybody pages: a signed-off list of a province is long."""

    @property
    def count(self) -> int:
        """Rows, up to `MOST_COUNTED`."""
        rows: Any = self.object_list
        return int(rows.order_by()[:MOST_COUNTED].count())


def _tab_labels() -> dict[str, str]:
    return {
        "waiting": _("Waiting"), "overdue": _("Overdue"), "under_way": _("Under way"), "signed_off": _("Signed off"),
    }  # fmt: skip


@gates.admit(*queries.READERS, second_factor=True)
@require_GET
def review_list(request: gates.ViewerRequest) -> HttpResponse:
    """Reviews of the viewer's units, by tab."""
    tab = request.GET.get("tab", "waiting")
    tab = tab if tab in queries.TABS else "waiting"
    q = persian.normalise(request.GET.get("q", ""))
    page: Page[Any] = Pages(
        queries.list_reviews(request.viewer, now=request.now, tab=tab, q=q), ROWS
    ).get_page(request.GET.get("page"))
    reviews = list(page.object_list)
    counts = queries.current_counts([one.shift_id for one in reviews])
    tab_counts = queries.count_tabs(request.viewer, now=request.now)
    tabs = [
        {"label": label, "url": f"?tab={name}", "current": name == tab,
         "count": tab_counts.get(name)}
        for name, label in _tab_labels().items()
    ]  # fmt: skip
    rows = [(one, counts.get(one.shift_id), queries.may_review(request.viewer, one)) for one in reviews]
    context = {"rows": rows, "page": page, "tabs": tabs, "tab": tab, "q": q, "now": request.now,
               "sees_month": request.viewer.holds(*MONTH_READERS),
               "sees_private": request.viewer.holds(*evidence.TOLD_ROLES)}  # fmt: skip
    return render(request, "review/list.html", context)


@gates.admit(*queries.READERS, second_factor=True)
@require_GET
def page(request: gates.ViewerRequest, review_id: UUID) -> HttpResponse:
    """The room for who is doing it; before that its facts and the way in; afterwards what came of it."""
    review = queries.get_review(request.viewer, review_id)
    if queries.is_at_work(request.viewer, review):
        return _room(request, review)
    lines = coverage.list_lines(review.shift)
    context = {
        "review": review,
        "shift": review.shift,
        "lines": lines,
        "crew": next((line.count for line in lines if line.person is None), None),
        "now": request.now,
        "may_begin": review.begun_at is None and queries.may_review(request.viewer, review),
        "may_take_over": _may_take_over(request.viewer, review),
        "crumbs": [(_("Shift reviews"), reverse("review:list")), (review.shift.code, "")],
    }
    if review.signed_off_at is not None:
        context |= {"marks": queries.marks_of(review), "questions": queries.questions_of(review),
                    "skips": review.skips.select_related("item"), "told": blind.told_after(review)}  # fmt: skip
    return render(request, "review/page.html", context)


def _may_take_over(viewer: gates.Viewer, review: models.Review) -> bool:
    is_stuck = review.is_open and review.escalated_at is not None and review.reviewer_id != viewer.user.pk
    return is_stuck and queries.may_review(viewer, review)


def _room(request: gates.ViewerRequest, review: models.Review) -> HttpResponse:
    warrant = watching.warrant_of_review(request.viewer, review.pk, request.now)
    standing = watched.standing_of(review, viewer=request.viewer, now=request.now, clips=warrant.clips())
    serving.warm(room.first_segments(warrant, standing))
    facts = room.facts(warrant, standing, now=request.now)
    none = UUID(int=0)
    facts["urls"] = {
        "playlist": reverse("review:review_playlist", args=[review.pk, none]),
        "still": reverse("review:review_still", args=[review.pk, none, 0]),
        "tracks": reverse("review:review_tracks", args=[review.pk]),
        "played": reverse("review:played", args=[review.pk]),
        "marks": reverse("review:make_mark", args=[review.pk]),
        "withdraw": reverse("review:withdraw_mark", args=[none]),
        "case": reverse("review:open_case", args=[none]),
        "skip": reverse("review:skip_item", args=[review.pk, 0]),
        "ask": reverse("review:ask", args=[review.pk]),
        "sign_off": reverse("review:sign_off", args=[review.pk]),
    }
    plan = review.plan
    context = {"review": review, "shift": review.shift, "plan": plan, "facts": facts, "standing": standing,
               "back_url": reverse("review:list"), "skip_reasons": models.Skip.Reason.choices, "now": request.now,
               "share": plan.planned_ms / plan.owed_ms if plan and plan.owed_ms else 0}  # fmt: skip
    return render(request, "review/room.html", context)


@gates.admit(*queries.REVIEWERS, second_factor=True)
@require_POST
def begin(request: gates.ViewerRequest, review_id: UUID) -> HttpResponse:
    """Take a waiting review."""
    operations.begin_review(viewer=request.viewer, review_id=review_id, now=request.now)
    return redirect("review:page", review_id)


@gates.admit(*queries.REVIEWERS, second_factor=True)
@require_POST
def take_over(request: gates.ViewerRequest, review_id: UUID) -> HttpResponse:
    """Go on with an overdue review that somebody else began."""
    operations.take_over_review(viewer=request.viewer, review_id=review_id, now=request.now)
    return redirect("review:page", review_id)


# Officers.


@gates.admit(*evidence.OWN_ROLES, gates.Role.STATION_HEAD)
@require_GET
def mine(request: gates.ViewerRequest) -> HttpResponse:
    """The viewer's own shifts: what waits for an answer, what was found, thanks included."""
    reviews = list(
        queries.reviews_of_own_shifts(request.viewer).filter(shift__starts_at__gte=request.now - OWN_SINCE)[
            :100
        ]
    )
    marks = list(queries.marks_on(request.viewer, reviews))
    by_review: dict[UUID, list[models.Mark]] = {}
    for mark in marks:
        by_review.setdefault(mark.review_id, []).append(mark)
    counts = queries.current_counts([one.shift_id for one in reviews], person=request.viewer.person_id)
    context = {
        "questions": list(queries.list_questions_for(request.viewer)),
        "rows": [(one, by_review.get(one.pk, []), counts.get(one.shift_id)) for one in reviews],
        "open_shifts": private.list_open_to_declare(request.viewer, now=request.now),
        "thanks": sum(mark.kind == models.Mark.Kind.THANKS for mark in marks),
        "now": request.now,
    }
    return render(request, "review/mine.html", context)


@gates.admit(*evidence.OWN_ROLES, gates.Role.STATION_HEAD)
@require_http_methods(["GET", "POST"])
def answer(request: gates.ViewerRequest, question_id: UUID) -> HttpResponse:
    """An officer answers a question."""
    question = queries.get_question_for(request.viewer, question_id)
    form = forms.TextForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            operations.answer_question(
                viewer=request.viewer,
                question_id=question_id,
                text=form.cleaned_data["text"],
                now=request.now,
            )
            messages.success(
                request, _("Your answer was sent. It stands as it is; you can tell more to the reviewer.")
            )
            return redirect("review:mine")
        except errors.Refusal as error:
            ui.add_refusal(form, error, field="text")
    context = {"question": question, "form": form, "now": request.now,
               "crumbs": [(_("My shifts"), reverse("review:mine")), (question.review.shift.code, "")]}  # fmt: skip
    return render(request, "review/answer.html", context)


# Outside a review.


@gates.admit(*GRANTED, second_factor=True)
@require_http_methods(["GET", "POST"])
def give_reason(request: gates.ViewerRequest, shift_id: UUID) -> HttpResponse:
    """Why the viewer wants to see footage outside a review; then it opens."""
    shift = people.get_shift(request.viewer, shift_id)
    form = forms.ReasonForm(request.POST or None, own=evidence.is_in_crew(request.viewer, shift))
    if request.method == "POST" and form.is_valid():
        try:
            grant = footage.grant_viewing(
                viewer=request.viewer, shift=shift, reason=form.cleaned_data["reason"], note=form.cleaned_data["note"],
                now=request.now,
            )  # fmt: skip
            return redirect("review:grant", grant.pk)
        except errors.NotFound:
            raise
        except errors.Refusal as error:
            ui.add_refusal(form, error)
    return render(request, "review/reason.html", {"shift": shift, "form": form})


@gates.admit(*GRANTED, second_factor=True)
@require_GET
def grant(request: gates.ViewerRequest, grant_id: UUID) -> HttpResponse:
    """The player against a typed reason, without a plan."""
    warrant = watching.warrant_of_grant(request.viewer, grant_id, request.now)
    serving.warm(room.first_segments(warrant, None))
    facts = room.facts(warrant, None, now=request.now)
    none = UUID(int=0)
    facts["urls"] = {
        "playlist": reverse("review:grant_playlist", args=[grant_id, none]),
        "still": reverse("review:grant_still", args=[grant_id, none, 0]),
        "tracks": reverse("review:grant_tracks", args=[grant_id]),
    }
    context = {
        "shift": warrant.shift,
        "facts": facts,
        "grant": warrant.grant,
        "back_url": "/",
        "now": request.now,
    }
    return render(request, "review/room.html", context)


# A station's month.


def _month(request: gates.ViewerRequest) -> tuple[int, int]:
    year, month, _day = jalali.from_gregorian(jalali.local_date(request.now))
    asked = persian.to_latin_digits(request.GET.get("month", ""))
    if not asked:
        return year, month
    head, _dash, tail = asked.partition("-")
    if not (
        head.isdecimal()
        and tail.isdecimal()
        and 1 <= int(tail) <= MONTHS_IN_YEAR
        and 1300 <= int(head) <= 1500
    ):
        raise errors.Refusal("review.no_such_month", value=asked)
    return int(head), int(tail)


@gates.admit(*MONTH_READERS, second_factor=True)
@require_GET
def month(request: gates.ViewerRequest) -> HttpResponse:
    """What a station's random samples say about the minutes that nobody saw; and how reviewers agree."""
    year, number = _month(request)
    units = roster.Unit.objects.filter(gates.under(request.viewer.paths(*MONTH_READERS), "path"))
    code = request.GET.get("unit", "")
    unit = gates.get_in_scope(units, code=code) if code else units.order_by("path").first()
    if unit is None:
        raise errors.NotFound
    starts_at, ends_at = jalali.month_range(year, number)
    agreement, compared = None, 0
    sees_agreement = request.viewer.holds_over(unit.path, *queries.SECOND_LINE_READERS)
    if sees_agreement:
        agreement, compared = station.agreement_of(unit, starts_at=starts_at, ends_at=ends_at)
    step = year * MONTHS_IN_YEAR + number - 1
    found = station.month_of(unit, starts_at=starts_at, ends_at=ends_at)
    context = {
        "unit": unit,
        "children": units.filter(parent=unit).order_by("code")[:200],
        "found": found,
        "sentences": saying.sentences(found),
        "at_most": saying.share(found.bad.unseen_at_most) if found.bad else "–",
        "agreement": agreement,
        "compared": compared,
        "sees_agreement": sees_agreement,
        "month_name": (jalali.MONTHS_FA if names.is_persian() else jalali.MONTHS_EN)[number - 1],
        "year": year,
        "current": f"{year}-{number:02d}",
        "before": f"{(step - 1) // 12}-{(step - 1) % 12 + 1:02d}",
        "after": f"{(step + 1) // 12}-{(step + 1) % 12 + 1:02d}",
        "crumbs": [(_("Shift reviews"), reverse("review:list")), (_("A month’s samples"), "")],
    }
    return render(request, "review/month.html", context)

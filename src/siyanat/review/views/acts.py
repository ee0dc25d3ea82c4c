"""What the player sends: JSON for its reports, forms for the rest; the answers are JSON."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import Any
from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from siyanat.lib import errors, timespan
from siyanat.review import forms, models, operations, proof, queries, room
from siyanat.roster import gates

MAX_CLAIMS = 200


def read_report(body: bytes) -> dict[UUID, list[proof.Claim]]:
    """Claims by bearer, from ``{"claims": [{"person", "start", "end", "rate"}]}`` with times in Unix ms.

    :raises errors.Refusal: ``review.bad_report``.
    """
    claims: dict[UUID, list[proof.Claim]] = defaultdict(list)
    try:
        rows: list[dict[str, Any]] = json.loads(body)["claims"]
        for row in rows[:MAX_CLAIMS]:
            span = timespan.Span(forms.moment(int(row["start"])), forms.moment(int(row["end"])))
            claims[UUID(row["person"])].append(proof.Claim(span, float(row["rate"])))
    except (KeyError, TypeError, ValueError, AttributeError, errors.BrokenPromise):
        raise errors.Refusal("review.bad_report") from None
    return dict(claims)


@gates.admit(*queries.REVIEWERS, second_factor=True)
@require_POST
def played(request: gates.ViewerRequest, review_id: UUID) -> HttpResponse:
    """The player reports what it played; the answer says what was believed."""
    claims = read_report(request.body)
    standing = operations.record_played(
        viewer=request.viewer, review_id=review_id, claims=claims, now=request.now
    )
    return JsonResponse(room.standing_facts(standing))


@gates.admit(*queries.REVIEWERS, second_factor=True)
@require_POST
def make_mark(request: gates.ViewerRequest, review_id: UUID) -> HttpResponse:
    """A mark on a stretch."""
    form = forms.MarkForm(request.POST)
    data = forms.checked(form)
    mark = operations.make_mark(
        viewer=request.viewer, review_id=review_id, person_id=data["person"], kind=data["kind"], span=form.span(),
        note=data["note"], conduct_item_id=data["conduct_item"], now=request.now,
    )  # fmt: skip
    return JsonResponse(room.mark_facts(mark))


@gates.admit(*queries.REVIEWERS, second_factor=True)
@require_POST
def withdraw_mark(request: gates.ViewerRequest, mark_id: UUID) -> HttpResponse:
    """Take a mark back."""
    mark = operations.withdraw_mark(viewer=request.viewer, mark_id=mark_id, now=request.now)
    return JsonResponse({"id": str(mark.pk)})


@gates.admit(*queries.REVIEWERS, second_factor=True)
@require_POST
def open_case(request: gates.ViewerRequest, mark_id: UUID) -> HttpResponse:
    """Open a case on a mark."""
    data = forms.checked(forms.TextForm(request.POST))
    case = operations.open_case_from_mark(
        viewer=request.viewer, mark_id=mark_id, title=data["text"], now=request.now
    )
    return JsonResponse({"id": str(mark_id), "case": case.number})


@gates.admit(*queries.REVIEWERS, second_factor=True)
@require_POST
def skip_item(request: gates.ViewerRequest, review_id: UUID, item_id: int) -> HttpResponse:
    """Skip an item with a reason; without one, put it back."""
    data = forms.checked(forms.SkipForm(request.POST))
    if not data["reason"]:
        operations.take_back_skip(
            viewer=request.viewer, review_id=review_id, item_id=item_id, now=request.now
        )
        return JsonResponse({"id": item_id, "skip": ""})
    skip = operations.skip_item(
        viewer=request.viewer, review_id=review_id, item_id=item_id, reason=data["reason"], note=data["note"],
        now=request.now,
    )  # fmt: skip
    return JsonResponse({"id": item_id, "skip": str(models.Skip.Reason(skip.reason).label)})


@gates.admit(*queries.REVIEWERS, second_factor=True)
@require_POST
def ask(request: gates.ViewerRequest, review_id: UUID) -> HttpResponse:
    """Ask an officer."""
    form = forms.QuestionForm(request.POST)
    data = forms.checked(form)
    question = operations.ask_officer(
        viewer=request.viewer, review_id=review_id, person_id=data["person"], text=data["text"], span=form.span(),
        now=request.now,
    )  # fmt: skip
    return JsonResponse(room.question_facts(question))


@gates.admit(*queries.REVIEWERS, second_factor=True)
@require_POST
def sign_off(request: gates.ViewerRequest, review_id: UUID) -> HttpResponse:
    """End the review."""
    data = forms.checked(forms.TextForm(request.POST))
    operations.sign_off_review(
        viewer=request.viewer, review_id=review_id, summary=data["text"], now=request.now
    )
    return JsonResponse({"url": reverse("review:page", args=[review_id])})

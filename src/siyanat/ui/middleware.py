"""What every response carries, and how a refusal is told.

Kept here: the content security policy, and the one place where a `Refusal` or a `PassingFault` becomes an
answer: a page, a fragment for HTMX, JSON for the API. A `BrokenPromise` is not answered here; it is logged
and the person sees the page of an internal error, without details.
"""

from __future__ import annotations

import dataclasses
import logging

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.deprecation import MiddlewareMixin

from siyanat.lib import errors
from siyanat.ui import errors as sentences

logger = logging.getLogger(__name__)

FRAGMENT = "ui/parts/refusal.html"
PAGES = {404: "404.html", 403: "403.html", 503: "ui/passing.html"}


class ContentSecurityPolicy(MiddlewareMixin):
    """Adds the policy of ``SECURE_CSP_HEADER`` unless the view has set its own."""

    def process_response(self, _request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        response.headers.setdefault("Content-Security-Policy", settings.SECURE_CSP_HEADER)
        return response


class PoliteRefusals(MiddlewareMixin):
    """Answers a refusal in the reader's language, with the right status and no trace of the program."""

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, errors.Refusal | errors.PassingFault):
            return None
        if isinstance(exception, errors.PassingFault):
            logger.warning("passing fault: %s", exception)
        return answer(request, exception)


def status_of(error: errors.SiyanatError) -> int:
    """404 for what is absent or hidden, 403 for an act that this person may not do, 422 for the rest."""
    if isinstance(error, errors.NotFound):
        return 404
    if isinstance(error, errors.PassingFault):
        return 503
    return 403 if error.code in sentences.forbidden_codes() else 422


def answer(request: HttpRequest, error: errors.SiyanatError) -> HttpResponse:
    """The response that tells an error: JSON, a fragment or a page, by what was asked for."""
    status, sentence = status_of(error), sentences.describe(error)
    if wants_json(request):
        return JsonResponse(as_json(error, sentence), status=status)
    context = {"error": error, "sentence": sentence, "problems": sentences.describe_problems(error)}
    if request.headers.get("HX-Request") == "true" and not request.headers.get("HX-Boosted"):
        response = render(request, FRAGMENT, context, status=status)
        response.headers["HX-Retarget"] = "#notices"
        response.headers["HX-Reswap"] = "innerHTML show:#notices:top"
        return response
    return render(request, PAGES.get(status, "ui/refused.html"), context, status=status)


def wants_json(request: HttpRequest) -> bool:
    """Whether the caller is a program: the API's addresses, or one that accepts JSON and no HTML."""
    accept = request.headers.get("Accept", "")
    return request.path.startswith("/api/") or ("application/json" in accept and "text/html" not in accept)


def as_json(error: errors.SiyanatError, sentence: str) -> dict[str, object]:
    """An error for a program: its stable code, the sentence, and the rows at fault."""
    body: dict[str, object] = {"code": error.code, "message": sentence}
    if isinstance(error, errors.InputRefused):
        body["problems"] = [
            {**dataclasses.asdict(row), "message": text} for row, text in sentences.describe_problems(error)
        ]
    return body

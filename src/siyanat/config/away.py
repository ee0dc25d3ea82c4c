"""The answer when the database does not answer: 503 and a sentence, never a trace, never an error of ours.

Sessions, permissions and navigation live in the database, so nothing here asks for a person, a role or a row.
"""

from __future__ import annotations

import logging
import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.template import loader
from django.utils.log import log_response
from django.views import defaults

from siyanat.lib import errors
from siyanat.ui import errors as sentences
from siyanat.ui import middleware

logger = logging.getLogger(__name__)

AGAIN_SECONDS = 10
_PLAIN = "text/plain; charset=utf-8"


def server_error(request: HttpRequest) -> HttpResponseBase:
    """What becomes of an error that nobody foresaw; one of the database's is answered as what may pass."""
    error = sys.exc_info()[1]
    if not isinstance(error, OperationalError | InterfaceError):
        return defaults.server_error(request)
    response = answer(request)
    response.headers["Retry-After"] = str(AGAIN_SECONDS)
    response.headers["Cache-Control"] = "no-store"
    reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
    log_response(
        "%s %s: the database is away: %s", request.method, request.path, reason,
        response=response, request=request, logger=logger, level="warning",
    )  # fmt: skip
    return response


def answer(request: HttpRequest) -> HttpResponse:
    """The sentence as JSON, as plain text for an uploader, as a fragment, or as a page in both languages."""
    fault = errors.PassingFault("config.database_away")
    sentence = sentences.describe(fault)
    if middleware.wants_json(request):
        return JsonResponse(middleware.as_json(fault, sentence), status=503)
    if tus := request.headers.get("Tus-Resumable"):
        return HttpResponse(sentence, status=503, content_type=_PLAIN, headers={"Tus-Resumable": tus})
    if request.headers.get("HX-Request") == "true" and not request.headers.get("HX-Boosted"):
        fragment = loader.render_to_string(middleware.FRAGMENT, {"sentence": sentence, "problems": []})
        headers = {"HX-Retarget": "#notices", "HX-Reswap": "innerHTML show:#notices:top"}
        return HttpResponse(fragment, status=503, headers=headers)
    address = request.get_full_path() if request.method == "GET" else "/"
    return HttpResponse(loader.render_to_string("503.html", {"address": address}), status=503)

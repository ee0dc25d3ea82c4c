"""What no page needs to see: a request with a NUL in an address, a query or a form field is turned away.

PostgreSQL can't store or compare such a text, and nobody types one. Nothing else of a request is judged here, and
bodies that are no forms are never read.
"""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, QueryDict, UnreadablePostError
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

NUL = "\x00"
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


class NoNul:
    """Answers 400 with a sentence before any view, query or form sees the text."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass the request on, or turn it away."""
        if NUL in request.path or _has_nul(request.GET) or _form_has_nul(request):
            sentence = _("The address or a field holds a character that can't be stored (NUL).")
            return HttpResponse(sentence, status=400, content_type="text/plain; charset=utf-8")
        return self.get_response(request)


def _form_has_nul(request: HttpRequest) -> bool:
    if request.method != "POST" or request.content_type not in FORMS:
        return False
    try:
        return _has_nul(request.POST)
    except UnreadablePostError:
        return False  # the line broke: whoever reads the form next answers that


def _has_nul(values: QueryDict) -> bool:
    return any(NUL in name or any(NUL in one for one in texts) for name, texts in values.lists())

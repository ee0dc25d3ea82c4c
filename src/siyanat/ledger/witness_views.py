"""What logs of the level below, and monitors, ask of this deployment as a witness: public, without session or form.

A request proves itself by the signature of its checkpoint. Bodies are small by the specification, and so many a
minute are taken from one address.
"""

from __future__ import annotations

from allauth.core import ratelimit
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from siyanat.ledger import witnessing
from siyanat.lib import clock, errors

MAX_BODY_BYTES = 65_536


@csrf_exempt
@require_POST
def add_checkpoint(request: HttpRequest) -> HttpResponse:
    """``POST <prefix>/add-checkpoint`` of c2sp.org/tlog-witness."""
    if not witnessing.is_witness():
        return HttpResponse(status=404)
    if not ratelimit.consume(request, action="witness"):
        return HttpResponse(status=429)
    body = request.read(MAX_BODY_BYTES + 1)
    if len(body) > MAX_BODY_BYTES:
        return HttpResponse(status=413)
    answer = witnessing.add_checkpoint(body, now=clock.now())
    return HttpResponse(answer.text, status=answer.status, content_type=answer.content_type)


@require_GET
def checkpoint(_request: HttpRequest, origin_hash: str) -> HttpResponse:
    """``GET <prefix>/<origin hash>/checkpoint``: the head of a log that was cosigned last."""
    try:
        note = witnessing.get_cosigned(origin_hash)
    except errors.NotFound:
        return HttpResponse(status=404)
    return HttpResponse(note, content_type="text/plain; charset=utf-8")

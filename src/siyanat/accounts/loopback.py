"""Whether a request was made at this very machine: what only the machine's own user may do asks here.

Kept here: one answer for demo logins, the demo's door and the status figures. It is no when in doubt: a proxy that
passes requests on from elsewhere stands on the loopback interface too.
"""

from __future__ import annotations

import ipaddress

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest
from django.http.request import split_domain_port

# What a proxy adds; by any of them a request has come from elsewhere.
PASSED_ON = ("HTTP_FORWARDED", "HTTP_VIA", "HTTP_X_REAL_IP")
PASSED_ON_PREFIX = "HTTP_X_FORWARDED_"


def is_local(request: HttpRequest | None) -> bool:
    """Whether the request came over the loopback interface, to a loopback name, and through no proxy."""
    if request is None or settings.BEHIND_TLS:
        return False
    if any(name in PASSED_ON or name.startswith(PASSED_ON_PREFIX) for name in request.META):
        return False
    try:
        name, _port = split_domain_port(request.get_host())
    except DisallowedHost:
        return False
    return _is_loopback(request.META.get("REMOTE_ADDR") or "") and (name == "localhost" or _is_loopback(name))


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address.strip("[]")).is_loopback
    except ValueError:
        return False

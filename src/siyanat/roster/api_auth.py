"""The gate of the API: each operation says which roles it admits; the session of the browser opens it.

An operation is declared with ``auth=api_auth.Admitted(Role...)``. The gatekeeper lets requests of the API through
to here; what is not admitted gets the answer for what is absent, as on pages. Writing needs the CSRF token.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from ninja.operation import PathView
from ninja.security import APIKeyCookie

from siyanat.lib import errors
from siyanat.roster import gates


class Admitted(APIKeyCookie):
    """Admits holders of any of ``roles`` (none given: everybody who is signed in)."""

    param_name = settings.SESSION_COOKIE_NAME

    def __init__(self, *roles: str) -> None:
        super().__init__()
        self.admission = gates.Admission(roles=roles or None)

    def authenticate(self, request: HttpRequest, key: str | None) -> gates.Viewer | None:  # noqa: ARG002
        """The viewer; None (401) for strangers.

        :raises errors.NotFound: for those whom the operation does not admit.
        """
        viewer: gates.Viewer | None = getattr(request, "viewer", None)
        if viewer is None:
            return None
        if self.admission.roles is not None and not viewer.holds(*self.admission.roles):
            raise errors.NotFound
        return viewer


def admissions_of(view: Callable[..., Any]) -> list[tuple[str, gates.Admission | None]] | None:
    """What each method of an API view admits (None: closed by mistake); None when it is no view of the API."""
    if getattr(view, "__module__", "") != PathView.__module__:
        return None
    paths = [
        cell.cell_contents for cell in view.__closure__ or () if isinstance(cell.cell_contents, PathView)
    ]
    return [
        (
            method,
            next((gate.admission for gate in operation.auth_callbacks if isinstance(gate, Admitted)), None),
        )
        for path in paths
        for operation in path.operations
        for method in operation.methods
    ]

"""The access matrix: every address of the deployment with whom it admits, read from the resolver.

Kept here: the walk and the page made of it. Nothing is decided here; ``tests/test_access_matrix.py`` knocks at each
address as each of the cast and compares what happens with the page.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from siyanat.roster import api_auth, gates, middleware

CLOSED, PUBLIC, SIGNED_IN = "closed", "public", "signed in"


@dataclass(frozen=True, slots=True)
class Row:
    """One address: how it is named, what it admits, and by which methods where that matters (the API)."""

    route: str
    name: str
    methods: str
    admission: gates.Admission | None
    pattern: URLPattern
    converters: dict[str, Any]

    @property
    def admits(self) -> str:
        """In words: ``public``, ``signed in``, the roles, or ``closed``."""
        if self.admission is None:
            return CLOSED
        if self.admission.public:
            return PUBLIC
        return (
            SIGNED_IN if self.admission.roles is None else ", ".join(sorted(map(str, self.admission.roles)))
        )

    @property
    def second_factor(self) -> bool:
        """Whether everybody needs a second factor here, not only those who see footage or administer."""
        return self.admission is not None and self.admission.second_factor


def rows() -> list[Row]:
    """Every address, by route; one row a method where methods admit differently."""
    return sorted(_walk(get_resolver(), "/", {}, ""), key=lambda row: (row.route, row.methods))


def page() -> str:
    """The matrix as a Markdown page, for ``docs/reference/access-matrix.md``."""
    lines = [
        "# Access matrix",
        "",
        "Generated from what each view declares; do not edit. Who is not admitted gets the answer for what is absent.",
        "Holders of a role that sees footage, and administrators, need a second factor everywhere; `yes` in the last column",
        "asks it of all.",
        "",
        "| address | name | method | admits | second factor |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| `{row.route}` | {row.name or '-'} | {row.methods or 'any'} | {row.admits}"
        f" | {'yes' if row.second_factor else '-'} |"
        for row in rows()
    ]
    return "\n".join(lines) + "\n"


def _walk(resolver: URLResolver, prefix: str, converters: dict[str, Any], namespace: str) -> Iterator[Row]:
    for pattern in resolver.url_patterns:
        route = f"{prefix}{pattern.pattern}"
        known = {**converters, **pattern.pattern.converters}
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from _walk(pattern, route, known, inner)
        else:
            yield from _rows_of(pattern, route, known, namespace)


def _rows_of(pattern: URLPattern, route: str, converters: dict[str, Any], namespace: str) -> Iterator[Row]:
    name = f"{namespace}{pattern.name}" if pattern.name else ""
    gates_of_api = api_auth.admissions_of(pattern.callback)
    if gates_of_api is None:
        yield Row(route, name, "", middleware.admission_of(pattern.callback), pattern, converters)
        return
    for method, admission in gates_of_api:
        yield Row(route, name, method, admission, pattern, converters)

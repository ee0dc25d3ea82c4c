"""Every address x the whole cast: who is not admitted by the published matrix does not get in."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from siyanat.roster import gates, matrix
from tests import cast as cast_module
from tests.accounts import sessions
from tests.cast import Cast, make_camera, make_shift

PAGE = Path(__file__).parent.parent / "docs/reference/access-matrix.md"
NIL = "00000000-0000-0000-0000-000000000000"
SAMPLES = {
    "IntConverter": "999999999",
    "UUIDConverter": NIL,
    "UUIDStrConverter": NIL,
    "SlugConverter": "none",
    "StringConverter": "none",
    "PathConverter": "none",
    "IsoDate": "2001-01-01",
}
# Closed to everybody: the root of the API has no operation.
CLOSED = {"api-root"}
# One of the cast for each role: whoever holds the same role is admitted to the same addresses.
OF_EACH_ROLE = list({role: name for name, (role, _) in reversed(cast_module.ROLES.items())}.values())
# What entering has as a consequence: the session would be gone for the addresses that follow.
NOT_ENTERED = {"account_logout"}


def address_of(row: matrix.Row) -> str:
    """An address of the row, with identifiers of nothing that exists."""
    address = row.route
    for name, converter in row.converters.items():
        sample = SAMPLES.get(type(converter).__name__, "none")
        address = re.sub(rf"<(\w+:)?{name}>", sample, address)
    return re.sub(r"\(\?P<\w+>[^)]*\)", "none", address).replace("^", "").replace("$", "").replace("\\Z", "")


def published() -> dict[tuple[str, str], str]:
    """What the page says: (address, method) -> whom it admits."""
    found = {}
    for line in PAGE.read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 5 and cells[0].startswith("`"):
            found[(cells[0].strip("`"), cells[2])] = cells[3]
    return found


def test_the_page_is_what_the_views_declare() -> None:
    assert PAGE.read_text() == matrix.page(), (
        "docs/reference/access-matrix.md has drifted: run `make reference`"
    )


def test_no_view_is_undeclared() -> None:
    closed = {row.name or row.route for row in matrix.rows() if row.admits == matrix.CLOSED}
    assert {name.rpartition(":")[2] for name in closed} <= CLOSED


def test_roles_of_the_matrix_exist() -> None:
    known = {role.value for role in gates.Role}
    for admits in published().values():
        assert admits in {matrix.CLOSED, matrix.PUBLIC, matrix.SIGNED_IN} or set(admits.split(", ")) <= known


def knock(client: Client, row: matrix.Row) -> Any:
    """Ask for the address, the API by the method of the row; as a program, so that refusals are not rendered."""
    return client.generic(
        row.methods or "GET", address_of(row), "{}", "application/json", HTTP_ACCEPT="application/json"
    )


def is_led_to(response: Any, name: str) -> bool:
    """Whether the answer leads to another page of signing in."""
    return response.status_code == 302 and response["Location"].split("?")[0] == reverse(name)


@pytest.mark.expects_errors
def test_nobody_gets_in_without_signing_in(cast: Cast, client: Client) -> None:
    for row in matrix.rows():
        response = knock(client, row)
        refused = is_led_to(response, "account_login") or response.status_code in (401, 404)
        if row.admits == matrix.PUBLIC:
            assert response.status_code not in (401, 403), row.route
        else:
            assert refused, (row.route, response.status_code)


@pytest.mark.expects_errors
@pytest.mark.parametrize("name", OF_EACH_ROLE)
def test_each_of_the_cast_enters_where_the_matrix_admits_them_and_nowhere_else(
    cast: Cast, client: Client, name: str
) -> None:
    sessions.opener(client, cast)(name)
    roles, table = {cast_module.ROLES[name][0]}, published()
    for row in matrix.rows():
        if row.name in NOT_ENTERED:
            continue
        admits = table[(row.route, row.methods or "any")]
        response = knock(client, row)
        if admits == matrix.CLOSED or (
            admits not in (matrix.PUBLIC, matrix.SIGNED_IN) and not roles & set(admits.split(", "))
        ):
            assert response.status_code == 404, (row.route, response.status_code)
            continue
        # 503 is an answer: the health page says so when something is wrong.
        assert response.status_code in range(500) or response.status_code == 503, (
            row.route,
            response.status_code,
        )
        assert not is_led_to(response, "account_login") or admits == matrix.PUBLIC, row.route
        if not row.converters:
            assert response.status_code not in (401, 403), (row.route, response.status_code)


@pytest.mark.parametrize(
    "name", [name for name in OF_EACH_ROLE if cast_module.ROLES[name][0] in gates.SECOND_FACTOR_ROLES]
)
def test_a_role_that_sees_footage_or_administers_gets_nowhere_without_a_second_factor(
    cast: Cast, client: Client, name: str
) -> None:
    sessions.opener(client, cast)(name, second_factor=False)
    roles, table = {cast_module.ROLES[name][0]}, published()
    for row in matrix.rows():
        admits = table[(row.route, row.methods or "any")]
        admitted = admits == matrix.SIGNED_IN or roles & set(admits.split(", "))
        if not admitted or row.route.startswith("/account/"):
            continue
        response = knock(client, row)
        led = is_led_to(response, "mfa_activate_totp") or (
            row.route.startswith("/api/") and response.status_code == 403
        )
        assert led, (row.route, response.status_code)


def test_what_is_forbidden_looks_like_what_is_absent(cast: Cast, client: Client) -> None:
    shift, camera = make_shift(cast), make_camera(cast, "C1")
    sessions.opener(client, cast)("stranger")
    pairs = [
        (reverse("roster:shift", args=[shift.pk]), reverse("roster:shift", args=[NIL])),
        (reverse("roster:person", args=[cast.people["arash"].pk]), reverse("roster:person", args=[NIL])),
        (reverse("roster:unit", args=[cast.units["A"].pk]), reverse("roster:unit", args=[999999999])),
        (reverse("cameras:camera", args=[camera.serial]), reverse("cameras:camera", args=["NONE"])),
    ]
    for real, absent in pairs:
        pages = [client.get(one) for one in (real, absent)]
        assert [page.status_code for page in pages] == [404, 404]
        texts = [
            re.sub(r'(CSRFToken": "|csrfmiddlewaretoken" value=")\w+', "", page.content.decode())
            for page in pages
        ]
        assert texts[0].replace(real, "") == texts[1].replace(absent, "")

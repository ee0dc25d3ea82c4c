"""Signing in: password, second factor, lock-out, temporary passwords, demo logins."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from siyanat.accounts import models, operations
from siyanat.ledger import models as ledger
from siyanat.roster import gates
from tests.cast import NOW, PASSWORD, Cast

SignIn = Callable[..., Client]
LOGIN = "/account/login/"


@pytest.fixture(autouse=True)
def fresh_limits(db: None) -> None:
    """No failed attempts of an earlier test."""
    cache.clear()


def log_in(client: Client, name: str, password: str = PASSWORD, **more: str) -> object:
    return client.post(LOGIN, {"login": name, "password": password}, **more)


@pytest.mark.parametrize(("language", "word"), [("fa", "ورود"), ("en", "Log in")])
def test_the_login_page_speaks_both_languages(client: Client, db: None, language: str, word: str) -> None:
    client.cookies["language"] = language
    page = client.get(LOGIN)
    assert page.status_code == 200
    assert (word in page.content.decode()) or language == "fa"


def test_an_officer_logs_in_and_out_and_the_log_knows(cast: Cast, client: Client) -> None:
    assert log_in(client, "arash").status_code == 302
    assert client.get(reverse("roster:shifts")).status_code == 200
    client.post(reverse("account_logout"))
    assert client.get(reverse("roster:shifts")).status_code == 302
    kinds = set(ledger.Entry.objects.values_list("kind", flat=True))
    assert {"accounts.log_in", "accounts.log_out"} <= kinds


@pytest.mark.parametrize(("language", "words"), [("en", "locked for 10 minutes"), ("fa", "")])
def test_five_failures_lock_the_login(cast: Cast, client: Client, language: str, words: str) -> None:
    client.cookies["language"] = language
    for _ in range(5):
        assert log_in(client, "arash", "wrong").status_code == 200
    page = log_in(client, "arash")
    assert page.status_code == 200
    assert words in page.content.decode()
    assert client.get(reverse("roster:shifts")).status_code == 302
    assert ledger.Entry.objects.filter(kind="accounts.refuse_log_in").count() >= 5
    assert "arash" not in "".join(ledger.Entry.objects.values_list("body", flat=True))


def test_a_head_without_a_second_factor_is_led_to_set_one_up_and_then_enters(
    cast: Cast, client: Client
) -> None:
    log_in(client, "head")
    page = client.get(reverse("roster:people"))
    assert (page.status_code, page["Location"]) == (302, "/account/2fa/totp/activate/")
    page = client.get(page["Location"])  # the password once more, before something delicate
    assert client.get(page["Location"]).status_code == 200
    page = client.post(page["Location"], {"password": PASSWORD})
    page = client.get(page["Location"])
    assert "data:image/svg+xml" in page.content.decode()
    secret = page.context["form"].secret
    code = totp.format_hotp_value(totp.hotp_value(secret, next(iter(totp.yield_hotp_counters_from_time()))))
    page = client.post("/account/2fa/totp/activate/", {"code": code})
    assert page["Location"] == "/account/2fa/recovery-codes/"
    assert client.get(page["Location"]).status_code == 200
    assert client.get(reverse("roster:people")).status_code == 200
    assert ledger.Entry.objects.filter(kind="accounts.set_up_second_factor").exists()


def test_whoever_has_an_authenticator_is_asked_for_its_code(cast: Cast, client: Client) -> None:
    secret = totp.generate_totp_secret()
    totp.TOTP.activate(cast.people["head"].user, secret)
    assert log_in(client, "head")["Location"] == "/account/2fa/authenticate/"
    assert client.get("/account/2fa/authenticate/").status_code == 200
    assert client.get(reverse("roster:people")).status_code == 302
    assert client.post("/account/2fa/authenticate/", {"code": "000000"}).status_code == 200
    code = totp.format_hotp_value(totp.hotp_value(secret, next(iter(totp.yield_hotp_counters_from_time()))))
    assert client.post("/account/2fa/authenticate/", {"code": code}).status_code == 302
    assert client.get(reverse("roster:people")).status_code == 200


def test_a_temporary_password_is_changed_before_anything_else(cast: Cast, client: Client) -> None:
    user = cast.people["arash"].user
    assert user is not None
    password = operations.reset_password(user=user, actor="test", now=NOW)
    log_in(client, "arash", password)
    page = client.get(reverse("roster:shifts"))
    assert (page.status_code, page["Location"]) == (302, "/account/password/")
    assert client.get("/account/password/").status_code == 200
    new = "chosen-by-arash-9"
    page = client.post("/account/password/", {"oldpassword": password, "password1": new, "password2": new})
    assert page.status_code == 302
    assert client.get(reverse("roster:shifts")).status_code == 200
    user.refresh_from_db()
    assert not user.must_change_password


@pytest.mark.parametrize(("address", "opens"), [("127.0.0.1", True), ("::1", True), ("192.0.2.7", False)])
def test_demo_logins_work_on_loopback_alone(cast: Cast, client: Client, address: str, opens: bool) -> None:
    models.User.objects.filter(username="arash").update(is_demo=True)
    page = log_in(client, "arash", REMOTE_ADDR=address, HTTP_HOST="localhost:8000")
    assert (page.status_code == 302) is opens


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HTTP_X_FORWARDED_FOR", "192.0.2.7"),
        ("HTTP_X_FORWARDED_PROTO", "https"),
        ("HTTP_X_REAL_IP", "192.0.2.7"),
        ("HTTP_FORWARDED", "for=192.0.2.7"),
        ("HTTP_VIA", "1.1 proxy"),
        ("HTTP_HOST", "testserver"),
    ],
)
def test_a_demo_login_behind_a_proxy_is_refused(cast: Cast, client: Client, name: str, value: str) -> None:
    models.User.objects.filter(username="arash").update(is_demo=True)
    headers = {"REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": "127.0.0.1:8000"} | {name: value}
    assert log_in(client, "arash", **headers).status_code == 200


def test_where_there_is_tls_there_is_no_demo(cast: Cast, client: Client, settings: Settings) -> None:
    settings.BEHIND_TLS = True
    models.User.objects.filter(username="arash").update(is_demo=True)
    assert log_in(client, "arash", HTTP_HOST="localhost").status_code == 200


def test_a_temporary_password_is_not_chosen_again(cast: Cast, client: Client) -> None:
    user = cast.people["arash"].user
    assert user is not None
    password = operations.reset_password(user=user, actor="test", now=NOW)
    log_in(client, "arash", password)
    page = client.post(
        "/account/password/", {"oldpassword": password, "password1": password, "password2": password}
    )
    assert page.status_code == 200
    user.refresh_from_db()
    assert user.must_change_password


@pytest.mark.parametrize("name", ["head", "admin"])
def test_removing_the_authenticator_closes_everything_again(cast: Cast, sign_in: SignIn, name: str) -> None:
    client = sign_in(name)
    assert client.get(reverse("roster:people")).status_code == 200
    Authenticator.objects.all().delete()
    page = client.get(reverse("roster:people"))
    assert (page.status_code, page["Location"]) == (302, "/account/2fa/totp/activate/")


def test_an_administrator_does_nothing_with_a_password_alone(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in("admin", second_factor=False)
    for address in (reverse("roster:people"), reverse("roster:give_post", args=[cast.people["arash"].pk])):
        for page in (client.get(address), client.post(address, {"role": "external_overseer", "unit": "N"})):
            assert (page.status_code, page["Location"]) == (302, "/account/2fa/totp/activate/")


def test_a_closed_login_ends_its_sessions(cast: Cast, client: Client) -> None:
    log_in(client, "arash")
    user = cast.people["arash"].user
    assert user is not None
    operations.deactivate(user=user, actor="test", now=NOW)
    assert client.get(reverse("roster:shifts")).status_code == 302
    assert log_in(client, "arash")["Location"] == "/account/inactive/"


@pytest.mark.parametrize(
    "name",
    [
        "mfa_index",
        "account_reauthenticate",
        "account_change_password",
        "account_logout",
        "account_inactive",
    ],
)
@pytest.mark.parametrize("language", ["fa", "en"])
def test_account_pages_have_the_products_look(cast: Cast, client: Client, name: str, language: str) -> None:
    client.cookies["language"] = language
    log_in(client, "arash")
    page = client.get(reverse(name))
    assert page.status_code == 200
    assert re.search('class="bare-page"', page.content.decode())


def test_everyone_who_sees_footage_needs_a_second_factor() -> None:
    assert set(gates.FOOTAGE_ROLES) >= {
        "station_head",
        "evidence_custodian",
        "integrity_officer",
        "provincial_reviewer",
        "external_overseer",
    }

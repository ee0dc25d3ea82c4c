from __future__ import annotations

import json
import re

import pytest
from django.http import HttpResponse
from django.utils import translation

from siyanat.lib import errors
from siyanat.ui import errors as sentences
from siyanat.ui import middleware
from tests.ui import pages

pytestmark = pytest.mark.urls("tests.ui.addresses")
polite = middleware.PoliteRefusals(lambda _request: HttpResponse())


def answer(error: Exception, path: str = "/", **headers: str) -> HttpResponse:
    with translation.override("en"):
        response = polite.process_exception(pages.get(path, **headers), error)
    assert response is not None
    return response


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (errors.NotFound(), 404),
        (errors.Refusal("jalali.no_such_date", value="x"), 422),
        (errors.PassingFault("store.full"), 503),
    ],
    ids=["absent", "refused", "passing"],
)
def test_an_error_is_answered_with_its_status(error: errors.SiyanatError, status: int) -> None:
    response = answer(error)
    assert response.status_code == status
    with translation.override("en"):
        assert sentences.describe(error)[:20] in response.content.decode()


def test_an_act_that_is_forbidden_answers_403(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sentences, "forbidden_codes", lambda: frozenset({"review.concerns_yourself"}))
    assert answer(errors.Refusal("review.concerns_yourself")).status_code == 403


def without_token(response: HttpResponse) -> str:
    return re.sub(r'("X-CSRFToken": "|csrfmiddlewaretoken" value=")\w+', r"\1", response.content.decode())


def test_absent_and_forbidden_look_the_same() -> None:
    one, other = answer(errors.NotFound()), answer(errors.NotFound("absent_or_forbidden", id=7))
    assert without_token(one) == without_token(other)


def test_a_program_gets_json() -> None:
    row = errors.RowProblem("a.csv", 2, "born", "x", "jalali.unreadable_date")
    body = json.loads(answer(errors.InputRefused("roster.file_refused", [row]), "/api/people").content)
    assert body["code"] == "roster.file_refused"
    assert body["problems"][0]["row"] == 2


def test_htmx_gets_a_notice_in_its_place() -> None:
    response = answer(errors.Refusal("jalali.no_such_date", value="x"), **{"HX-Request": "true"})
    assert response.headers["HX-Retarget"] == "#notices"
    assert "<html" not in response.content.decode()


def test_a_broken_promise_is_not_made_polite() -> None:
    assert polite.process_exception(pages.get(), errors.BrokenPromise("store.bad_digest")) is None


def test_every_answer_forbids_inline_scripts_and_styles() -> None:
    keeper = middleware.ContentSecurityPolicy(lambda _request: HttpResponse())
    policy = keeper(pages.get()).headers["Content-Security-Policy"]  # type: ignore[union-attr]
    assert "unsafe-inline" not in policy
    assert "default-src 'self'" in policy


def test_the_page_of_an_internal_error_needs_nothing() -> None:
    from django.template.loader import render_to_string

    assert "Something went wrong on our side" in render_to_string("500.html")

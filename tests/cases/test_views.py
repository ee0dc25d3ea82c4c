"""Pages of follow-up: who reads which case, and that its way can be gone on the pages alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from tests import cast as cast_module
from tests.accounts import sessions
from tests.cast import Cast

from siyanat.cases import models, operations
from siyanat.lib import clock, jalali
from siyanat.roster import working_days
from siyanat.ui import formatting

SignIn = Callable[..., Client]
READERS = {"head", "custodian", "integrity", "reviewer", "overseer"}


@pytest.fixture
def sign_in(client: Client, cast: Cast) -> SignIn:
    """Open a session for one of the cast, as signing in leaves it."""
    return sessions.opener(client, cast)


@pytest.fixture
def case(cast: Cast) -> models.Case:
    """A case about Arash, opened by the head of his station."""
    now = clock.now()
    return operations.open_case(
        viewer=cast.viewer("head", now=now), unit=cast.units["A"], origin="hand", title="Late start",
        about=[cast.people["arash"]], now=now, summary="What the head knows", officer_summary="What he may read",
        protects_complainant=True,
    )  # fmt: skip


@pytest.mark.parametrize("name", cast_module.ROLES)
def test_a_case_opens_for_its_readers_alone(sign_in: SignIn, case: models.Case, name: str) -> None:
    client = sign_in(name)
    assert client.get(reverse("cases:case", args=[case.pk])).status_code == (200 if name in READERS else 404)
    expected = 200 if name in READERS | {"stranger"} else 404
    assert client.get(reverse("cases:list")).status_code == expected
    own = client.get(reverse("cases:own", args=[case.pk])).status_code
    assert own == (200 if name == "arash" else 404)


@pytest.mark.parametrize("language", ["fa", "en"])
def test_pages_open_in_both_languages(sign_in: SignIn, case: models.Case, language: str) -> None:
    client = sign_in("head")
    client.cookies["language"] = language
    for url in (reverse("cases:list"), reverse("cases:open"), reverse("cases:case", args=[case.pk])):
        assert f'lang="{language}"' in client.get(url).content.decode()


def test_whom_a_case_concerns_reads_the_summary_that_is_meant_for_them(
    sign_in: SignIn, case: models.Case
) -> None:
    page = sign_in("arash").get(reverse("cases:own", args=[case.pk])).content.decode()
    assert "What he may read" in page
    assert "What the head knows" not in page


def test_the_list_is_searched_sorted_and_by_state(sign_in: SignIn, case: models.Case) -> None:
    client, url = sign_in("head"), reverse("cases:list")
    assert case.number in client.get(url, {"q": case.number, "sort": "-opened_at"}).content.decode()
    assert case.number not in client.get(url, {"state": "closed"}).content.decode()


def test_a_case_is_answered_decided_and_closed_on_its_pages(sign_in: SignIn, case: models.Case) -> None:
    sign_in("arash").post(reverse("cases:own", args=[case.pk]), {"text": "The camera was late"})
    client = sign_in("head")
    assert "The camera was late" in client.get(reverse("cases:case", args=[case.pk])).content.decode()
    client.post(reverse("cases:decide", args=[case.pk]), {"decision": "coached", "reasons": "He knows now"})
    client.post(reverse("cases:close", args=[case.pk]))
    case.refresh_from_db()
    assert (case.state, case.decision) == ("closed", "coached")


def test_a_stranger_acts_on_nothing(sign_in: SignIn, case: models.Case) -> None:
    client = sign_in("stranger")
    for name in ("decide", "close", "hand_up", "add_action"):
        assert client.post(reverse(f"cases:{name}", args=[case.pk]), {}).status_code == 404


def test_who_decides_a_case_sees_the_stretch_the_footage_and_what_was_done(
    sign_in: SignIn, cast: Cast
) -> None:
    now = clock.now()
    shift = cast_module.make_shift(cast)
    case = operations.open_case(
        viewer=cast.viewer("head", now=now), unit=cast.units["A"], origin="mark", title="Manner of speaking",
        about=[cast.people["arash"]], now=now, shift=shift,
        span=(shift.starts_at, shift.starts_at + cast_module.HOUR),
    )  # fmt: skip
    client = sign_in("integrity")
    client.cookies["language"] = "en"
    page = client.get(reverse("cases:case", args=[case.pk])).content.decode()
    assert "mark in a review" in page
    assert reverse("review:give_reason", args=[shift.pk]) in page
    assert "A case was opened" in page
    assert reverse("archive:new_export") + f"?reference=case:{case.pk}" in page


def test_a_date_alone_is_the_end_of_that_working_day(sign_in: SignIn, case: models.Case, cast: Cast) -> None:
    day = jalali.local_date(case.opened_at) + dt.timedelta(days=3)
    form = {"title": "Ask the dock", "owner": str(cast.people["leader"].pk), "due_at": formatting.date(day)}
    sign_in("head").post(reverse("cases:add_action", args=[case.pk]), form)
    assert case.actions.get().due_at == working_days.end_of_working_day(day)


def test_nothing_is_decided_against_an_officer_who_may_still_answer(
    sign_in: SignIn, case: models.Case
) -> None:
    client = sign_in("head")
    assert 'value="sustained"' not in client.get(reverse("cases:case", args=[case.pk])).content.decode()
    client.post(reverse("cases:decide", args=[case.pk]), {"decision": "sustained", "reasons": "seen"})
    case.refresh_from_db()
    assert case.state == models.Case.State.OPEN

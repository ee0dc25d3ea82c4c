"""The kartabl: each role finds what waits for it and nothing else, one act away."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from siyanat.cases import models as cases
from siyanat.cases import queries as case_queries
from siyanat.coverage import models as coverage
from siyanat.desk import items, queries
from siyanat.ui import formatting
from tests.cast import ROLES
from tests.desk.conftest import Day

SignIn = Callable[..., Client]

EXPECTED = {
    "arash": {"questions", "own_cases", "missing", "news"},
    "babak": {"my_cameras"},
    "leader": {"actions", "without_cameras", "overdue_returns"},
    "head": {"reviews", "unanswered", "excuses", "cases", "overdue_returns"},
    "steward": {"without_cameras", "overdue_returns", "quarantine", "faulty", "ready_checks"},
    "custodian": {"quarantine", "disposals"},
    "integrity": {"escalated", "excuses", "cases", "period_changes"},
    "reviewer": {"reviews", "excuses", "overdue_returns"},
    "overseer": set(),
    "admin": {"second_factor", "failed_jobs"},
    "stranger": set(),
    "stranger_officer": set(),
}


def _kinds(day: Day, name: str) -> dict[str, items.Found]:
    kartabl = queries.read_kartabl(day.cast.viewer(name, now=day.now), now=day.now)
    return {group.source.kind: group.found for group in kartabl.groups}


@pytest.mark.parametrize("name", ROLES)
def test_each_of_the_cast_finds_what_waits_for_them_and_nothing_else(day: Day, name: str) -> None:
    assert set(_kinds(day, name)) == EXPECTED[name]


@pytest.mark.parametrize("language", ["fa", "en"])
@pytest.mark.parametrize("name", ROLES)
def test_every_line_leads_to_a_page_that_opens(day: Day, sign_in: SignIn, name: str, language: str) -> None:
    client = sign_in(name)
    client.cookies["language"] = language
    page = client.get("/", follow=False)
    assert page.status_code == 200
    assert f'lang="{language}"' in page.content.decode()
    kartabl = page.context["kartabl"]
    for item in (*kartabl.items, *kartabl.notices):
        if item.url:
            assert client.get(item.url.partition("#")[0]).status_code == 200, (item.kind, item.url)
        else:
            assert item.form, item.kind


def test_what_is_overdue_stands_first_and_a_deadline_before_none(day: Day) -> None:
    kartabl = queries.read_kartabl(day.cast.viewer("head", now=day.now), now=day.now)
    urgencies = [item.urgency(day.now) for item in kartabl.items]
    order = ["overdue", "soon", "later", "open"]
    assert urgencies == sorted(urgencies, key=order.index)
    assert urgencies[0] == "overdue"


def test_a_reason_that_was_given_no_longer_waits_for_the_officer(day: Day) -> None:
    assert "missing" not in _kinds(day, "babak")
    coverage.Excuse.objects.all().delete()
    assert "missing" in _kinds(day, "babak")


def test_news_is_put_away_once_and_stays_away(day: Day, sign_in: SignIn) -> None:
    client = sign_in("arash")
    assert "Calmed a quarrel" in client.get("/").content.decode()
    for _ in range(2):
        answer = client.post(reverse("desk:put_away"), {"notice": f"thanks:{day.thanks.pk}"})
        assert answer.status_code == 302
    assert "Calmed a quarrel" not in client.get("/").content.decode()
    assert client.post(reverse("desk:put_away"), {"notice": "anything"}).status_code == 404


def test_an_action_is_done_on_the_kartabl_itself(day: Day, sign_in: SignIn) -> None:
    client = sign_in("leader")
    url = reverse("cases:complete_action", args=[day.action.pk])
    assert url in client.get("/").content.decode()
    assert client.post(url, {"outcome": "They know now"}).status_code == 302
    assert cases.Action.objects.get().done_at is not None
    assert url not in client.get("/").content.decode()


def test_an_excuse_is_decided_on_the_kartabl_itself(day: Day, sign_in: SignIn) -> None:
    client = sign_in("head")
    url = reverse("coverage:decide_excuse", args=[day.excuse.pk])
    assert client.post(url, {"decision": "approve", "back": "desk"}).url == "/"  # type: ignore[attr-defined]
    day.excuse.refresh_from_db()
    assert day.excuse.state == "approved"


def test_one_kind_can_be_looked_at_alone(day: Day, sign_in: SignIn) -> None:
    page = sign_in("head").get("/", {"kind": "excuses"})
    assert [item.kind for _, _, rows, _ in page.context["sections"] for item in rows] == ["excuses"]


def test_the_count_for_the_navigation_follows_the_kartabl(day: Day) -> None:
    viewer = day.cast.viewer("head", now=day.now)
    total = queries.read_kartabl(viewer, now=day.now).total
    assert queries.count_waiting(viewer, now=day.now) == total > 0


def test_nobody_sees_a_kartabl_without_signing_in(client: Client, db: None) -> None:
    assert client.get("/").status_code == 302
    assert client.get(reverse("desk:jump"), {"q": "1"}).status_code == 302


@pytest.mark.parametrize(
    ("name", "typed", "lands"),
    [
        ("head", "1405/09/01-0001", "roster:shift"),
        ("head", "۱۴۰۵/۰۹/۰۱-۰۰۰۱", "roster:shift"),
        ("head", "1405-000001", "cases:case"),
        ("arash", "1405-000001", "cases:own"),
        ("head", "100001", "roster:person"),
    ],
)
def test_an_identifier_leads_to_what_it_names(
    day: Day, sign_in: SignIn, name: str, typed: str, lands: str
) -> None:
    answer = sign_in(name).get(reverse("desk:jump"), {"q": typed}, follow=True)
    assert answer.status_code == 200
    assert answer.resolver_match.view_name == lands


@pytest.mark.parametrize("typed", ["1405/09/01-0001", "1405-000001", "BWC-0001", "100001", "no such thing"])
def test_a_stranger_can_not_tell_what_exists(day: Day, sign_in: SignIn, typed: str) -> None:
    page = sign_in("stranger").get(reverse("desk:jump"), {"q": typed})
    assert page.status_code == 200
    assert page.context["places"] == []


def test_a_beginning_lists_what_begins_so(day: Day, sign_in: SignIn) -> None:
    page = sign_in("head").get(reverse("desk:jump"), {"q": "1405/0"})
    assert len(page.context["places"]) == 4


def test_a_case_says_until_when_the_officer_may_answer_rather_than_decide(day: Day) -> None:
    found = queries.read_kartabl(day.cast.viewer("integrity", now=day.now), now=day.now)
    fresh = [item for item in found.items if item.kind == "cases"]
    until = case_queries.answer_awaited_until(day.case, now=day.now)
    for item in fresh:
        if until is not None and item.code == day.case.number:
            assert formatting.moment(until) in item.whose
            assert str(item.act) == "دیدن پرونده"


def test_a_review_says_enough_to_choose(day: Day) -> None:
    found = queries.read_kartabl(day.cast.viewer("head", now=day.now), now=day.now)
    lines = [item.whose for item in found.items if item.kind == "reviews" and item.code == day.shift.code]
    assert lines
    assert all(day.cast.people[name].name in lines[0] for name in ("arash", "babak"))


@pytest.mark.parametrize("name", ["head", "steward", "integrity"])
def test_the_sections_add_up_to_what_waits(day: Day, name: str) -> None:
    found = queries.read_kartabl(day.cast.viewer(name, now=day.now), now=day.now)
    assert sum(count for _, _, count in found.sections()) == found.total

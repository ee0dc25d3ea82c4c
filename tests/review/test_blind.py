"""Nobody is told why an item is in the plan before having watched it, nor which were drawn before sign-off."""

from __future__ import annotations

import base64
import datetime as dt
import gzip
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from siyanat.lib import timespan
from siyanat.review import blind, models, operations
from siyanat.triage import models as triage
from tests.cast import NOW, Cast
from tests.review import make

SignIn = Callable[[str], Client]
TELLING = re.compile(r"random|must_see|ranked|raised_voice\"|impulse|inclusion|probab|seed", re.IGNORECASE)
SECOND = dt.timedelta(seconds=1)


def room_of(client: Client, review: models.Review) -> tuple[dict[str, Any], str]:
    """The facts of the room, and its page without them."""
    page = client.get(f"/review/{review.pk}/", headers={"accept-language": "en"}).content.decode()
    found = re.search(r'<script id="room-facts" type="application/json">(.*?)</script>', page, re.DOTALL)
    assert found
    return json.loads(found.group(1)), page.replace(found.group(0), "")


def tracks_of(client: Client, review: models.Review) -> dict[str, Any]:
    answer = client.get(f"/review/{review.pk}/tracks.json")
    return dict(json.loads(gzip.decompress(answer.content)))


def test_before_watching_every_item_looks_like_the_others(
    patrol: make.Patrol, review: models.Review, sign_in: SignIn
) -> None:
    facts, page = room_of(sign_in("head"), review)
    items = facts["plan"]["items"]
    assert {"random", "must_see"} <= set(patrol.plan.items.values_list("kind", flat=True))
    assert len({frozenset(item) for item in items}) == 1
    assert not TELLING.search(json.dumps(facts["plan"]))
    assert not TELLING.search(page)
    assert [item["order"] for item in items] == sorted(item["order"] for item in items)
    assert [item["start"] for item in items] == sorted(item["start"] for item in items)
    for item in items:
        assert re.fullmatch(r"\D+ [\d۰-۹]+", item["title"])
        assert all("footage" in why or "فیلم" in why for why in item["why"])
        assert bool(item["why"]) == item["missing"]


def test_a_drawn_item_can_not_be_known_by_beginning_on_the_minute(
    patrol: make.Patrol, review: models.Review, sign_in: SignIn
) -> None:
    facts, _page = room_of(sign_in("head"), review)
    starts = patrol.shift.starts_at.timestamp() * 1000
    for item in facts["plan"]["items"]:
        row = triage.PlanItem.objects.get(pk=item["id"])
        if row.kind == "random" and row.starts_at > patrol.shift.starts_at:
            assert (item["start"] - starts) % 60_000
            assert item["end"] - item["start"] > 60_000


def test_the_reason_is_told_when_the_item_was_watched(
    patrol: make.Patrol, review: models.Review, sign_in: SignIn
) -> None:
    patrol.serve_all(review)
    standing = patrol.claim(review, "arash", [(0, 5)], now=NOW)
    for one in standing.items:
        said = blind.told(one)
        if one.state == "watched":
            assert said["why"]
            assert not re.search(r"\d|[۰-۹]$", said["title"])
        else:
            assert re.search(r"[\d۰-۹]$", said["title"])
    assert any(one.state == "watched" for one in standing.items)
    assert any(one.state == "waiting" for one in standing.items)


def test_skipping_tells_nothing(
    patrol: make.Patrol, review: models.Review, cast: Cast, sign_in: SignIn
) -> None:
    item = patrol.plan.items.filter(kind="must_see", is_missing=False).first()
    assert item is not None
    patrol.fail(review, item)
    operations.skip_item(
        viewer=cast.viewer("head"), review_id=review.pk, item_id=item.pk, reason="unplayable", note="Green picture",
        now=NOW,
    )  # fmt: skip
    facts, _page = room_of(sign_in("head"), review)
    (shown,) = [one for one in facts["plan"]["items"] if one["id"] == item.pk]
    assert (shown["state"], shown["why"]) == ("skipped", [])


def test_findings_and_tracks_of_an_item_are_shown_when_it_was_watched(
    patrol: make.Patrol, review: models.Review, sign_in: SignIn, cast: Cast
) -> None:
    client, person = sign_in("head"), str(cast.people["arash"].pk)
    waiting = patrol.plan.items.filter(person=cast.people["arash"], is_missing=False)
    before = tracks_of(client, review)[person]
    for _kind, start, end, _score, _text in before["findings"]:
        assert not any(ms(one.shown_from) < end and start < ms(one.shown_until) for one in waiting)
    level = base64.b64decode(before["clips"][0]["level"])
    for second in range(len(level)):
        at = before["clips"][0]["start"] + second * 1000
        if any(ms(one.shown_from) <= at < ms(one.shown_until) for one in waiting):
            assert level[second] == 0
    patrol.watch_all(review)
    after = tracks_of(client, review)[person]
    assert len(after["findings"]) > len(before["findings"])
    assert all(base64.b64decode(after["clips"][0]["level"]))


def ms(moment: dt.datetime) -> int:
    return int(moment.timestamp() * 1000)


def test_after_sign_off_everybody_is_told_which_were_drawn(
    patrol: make.Patrol, review: models.Review, sign_in: SignIn, cast: Cast
) -> None:
    now = patrol.watch_all(review)
    operations.sign_off_review(viewer=cast.viewer("head"), review_id=review.pk, summary="All well", now=now)
    page = sign_in("head").get(f"/review/{review.pk}/").content.decode()
    drawn = sum(one.item.kind == "random" for one in blind.told_after(review))
    assert page.count("نمونه: به قید قرعه") == drawn == patrol.plan.random_count


@pytest.mark.parametrize("length", [0, 5, 30])
@given(first=st.integers(-10, 40), seconds=st.integers(0, 40))
def test_a_track_is_empty_where_it_is_closed_and_whole_elsewhere(
    length: int, first: int, seconds: int
) -> None:
    span = timespan.Span(NOW + first * SECOND, NOW + (first + seconds) * SECOND)
    kept = blind.without(bytes([7]) * length, starts_at=NOW, closed=timespan.SpanSet([span]))
    assert list(kept) == [0 if first <= one < first + seconds else 7 for one in range(length)]

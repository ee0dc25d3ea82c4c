"""Pages and addresses of the room: who gets in, what they hold, what the player is told."""

from __future__ import annotations

import gzip
import json
import uuid
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from siyanat.evidence import operations as footage
from siyanat.review import models, operations, queries
from tests.cast import NOW, Cast
from tests.review import make

SignIn = Callable[[str], Client]


def test_the_list_shows_what_waits_in_each_tab(patrol: make.Patrol, sign_in: SignIn) -> None:
    patrol.open()
    client = sign_in("head")
    for tab in queries.TABS:
        assert client.get(f"/review/?tab={tab}").status_code == 200
    assert patrol.shift.code in client.get("/review/").content.decode()
    assert patrol.shift.code not in client.get("/review/?tab=signed_off").content.decode()


def test_a_review_has_a_page_before_during_and_after(
    patrol: make.Patrol, sign_in: SignIn, cast: Cast
) -> None:
    review = patrol.open()
    client = sign_in("head")
    assert b"/begin/" in client.get(f"/review/{review.pk}/").content
    assert client.post(f"/review/{review.pk}/begin/").status_code == 302
    page = client.get(f"/review/{review.pk}/").content.decode()
    assert 'data-island="review-room"' in page
    now = patrol.watch_all(review)
    operations.sign_off_review(viewer=cast.viewer("head"), review_id=review.pk, summary="آرام بود", now=now)
    assert "آرام بود" in client.get(f"/review/{review.pk}/").content.decode()


def test_the_player_gets_its_playlist_segments_stills_and_tracks(
    patrol: make.Patrol, review: models.Review, sign_in: SignIn
) -> None:
    client, person = sign_in("head"), patrol.cast.people["arash"]
    text = gzip.decompress(client.get(f"/review/{review.pk}/film/{person.pk}.m3u8").content).decode()
    address = next(line for line in text.splitlines() if line.endswith(".ts"))
    segment = client.get(f"/review/{review.pk}/film/{address}")
    assert segment["Content-Type"] == "video/mp2t"
    assert segment["Cache-Control"] == "private, no-store"
    assert segment.content[:1] == b"\x47"
    assert models.ServedSegment.objects.count() == 1
    recording = patrol.recordings["arash"][0]
    still = client.get(f"/review/{review.pk}/still/{recording.pk}/62000.jpg")
    assert still.content[:2] == b"\xff\xd8"
    tracks = client.get(f"/review/{review.pk}/tracks.json")
    assert tracks["Content-Encoding"] == "gzip"


def test_reports_are_read_and_nonsense_is_refused(
    patrol: make.Patrol, review: models.Review, sign_in: SignIn
) -> None:
    client, person = sign_in("head"), patrol.cast.people["arash"]
    patrol.serve_all(review)
    start = int(patrol.at(0).timestamp() * 1000)
    good = {"claims": [{"person": str(person.pk), "start": start, "end": start + 30_000, "rate": 4}]}
    answer = client.post(f"/review/{review.pk}/played/", json.dumps(good), content_type="application/json")
    assert answer.json()["watched"][str(person.pk)] == [[start, start + 30_000]]
    for bad in ("", "[]", '{"claims": 3}', '{"claims": [{"person": "x", "start": 1, "end": 2, "rate": 1}]}',
                json.dumps({"claims": [{"person": str(person.pk), "start": 9, "end": 2, "rate": 1}]})):  # fmt: skip
        refused = client.post(
            f"/review/{review.pk}/played/",
            bad,
            content_type="application/json",
            headers={"accept": "application/json"},
        )
        assert (refused.status_code, refused.json()["code"]) == (422, "review.bad_report")


def test_acts_answer_with_what_they_made(patrol: make.Patrol, review: models.Review, sign_in: SignIn) -> None:
    client, person = sign_in("head"), patrol.cast.people["arash"]
    start = int(patrol.at(1).timestamp() * 1000)
    told = client.post(
        f"/review/{review.pk}/marks/",
        {"person": person.pk, "kind": "coaching", "start": start, "end": start + 9000, "note": "Slower"},
    ).json()
    case = client.post(f"/review/marks/{told['id']}/case/", {"text": "Manner of speaking"}).json()
    assert case["case"].startswith("1405-")
    asked = client.post(f"/review/{review.pk}/questions/", {"person": person.pk, "text": "Why?"}).json()
    assert asked["text"] == "Why?"
    item = review.plan.items.first() if review.plan else None
    assert item is not None
    patrol.fail(review, item)
    skipped = client.post(
        f"/review/{review.pk}/items/{item.pk}/skip/",
        {"reason": "unplayable", "note": "Green picture, no sound"},
    )
    assert skipped.json()["skip"]
    assert client.post(f"/review/{review.pk}/items/{item.pk}/skip/", {}).json()["skip"] == ""


@pytest.mark.parametrize(
    "name", ["stranger", "arash", "steward", "admin", "custodian", "integrity", "overseer"]
)
def test_nobody_else_gets_a_byte(
    patrol: make.Patrol, review: models.Review, sign_in: SignIn, name: str
) -> None:
    client, person = sign_in(name), patrol.cast.people["arash"]
    recording = patrol.recordings["arash"][0]
    for address in (
        f"film/{person.pk}.m3u8",
        f"film/{recording.pk}/0.ts",
        f"still/{recording.pk}/0.jpg",
        "tracks.json",
    ):
        assert client.get(f"/review/{review.pk}/{address}").status_code in (404, 422)
    assert not models.ServedSegment.objects.exists()


def test_a_typed_reason_opens_the_player_without_a_plan(patrol: make.Patrol, sign_in: SignIn) -> None:
    client = sign_in("integrity")
    refused = client.post(f"/review/view/{patrol.shift.pk}/", {"reason": "case", "note": "short"})
    assert refused.status_code == 200
    assert client.get(f"/review/view/{patrol.shift.pk}/").status_code == 200
    opened = client.post(
        f"/review/view/{patrol.shift.pk}/", {"reason": "case", "note": "Follow-up of case 1405-000001"}
    )
    page = client.get(opened["Location"]).content.decode()
    assert 'data-island="review-room"' in page
    assert "data-plan" not in page
    recording = patrol.recordings["babak"][0]
    assert client.get(f"{opened['Location']}film/{recording.pk}/1.ts").status_code == 200
    served = models.ServedSegment.objects.get()
    assert (served.review, served.grant is not None) == (None, True)


def test_an_officer_reads_their_own_page(
    patrol: make.Patrol, review: models.Review, sign_in: SignIn, cast: Cast
) -> None:
    operations.make_mark(
        viewer=cast.viewer("head"), review_id=review.pk, person_id=cast.people["arash"].pk, kind="thanks",
        span=(patrol.at(1), patrol.at(2)), note="مهربان با کودک", now=NOW,
    )  # fmt: skip
    client = sign_in("arash")
    assert "مهربان" not in client.get("/review/mine/").content.decode()
    now = patrol.watch_all(review)
    operations.sign_off_review(viewer=cast.viewer("head"), review_id=review.pk, summary="خوب", now=now)
    assert "مهربان" in client.get("/review/mine/").content.decode()
    assert client.get(f"/review/questions/{uuid.uuid4()}/").status_code == 404


def test_a_stations_month_states_its_bound(
    patrol: make.Patrol, review: models.Review, sign_in: SignIn, cast: Cast
) -> None:
    now = patrol.watch_all(review)
    operations.sign_off_review(viewer=cast.viewer("head"), review_id=review.pk, summary="خوب", now=now)
    page = sign_in("reviewer").get("/review/month/?unit=A&month=1405-08").content.decode()
    assert "N = 40, n = 5" in page
    assert sign_in("reviewer").get("/review/month/?month=1405-99").status_code == 422
    assert sign_in("reviewer").get("/review/month/?unit=B").status_code == 404


def test_a_page_of_reviews_costs_the_same_however_many(
    patrol: make.Patrol, sign_in: SignIn, cast: Cast
) -> None:
    patrol.open()
    client = sign_in("head")
    client.get("/review/")
    with CaptureQueriesContext(connection) as few:
        client.get("/review/")
    for number in range(20):
        shift = make.cast_module.make_shift(cast, starts_at=NOW - 40 * make.HOUR, code=f"A-{number + 10}")
        models.Review.objects.create(
            shift=shift, unit=shift.unit, plan=patrol.plan, created_at=NOW, due_at=NOW
        )
    with CaptureQueriesContext(connection) as many:
        assert client.get("/review/").status_code == 200
    assert len(many) <= len(few) + 2


def test_footage_is_closed_to_a_grant_of_somebody_else(
    patrol: make.Patrol, sign_in: SignIn, cast: Cast
) -> None:
    grant = footage.grant_viewing(
        viewer=cast.viewer("integrity"),
        shift=patrol.shift,
        reason="case",
        note="Follow-up of a case",
        now=NOW,
    )
    assert sign_in("head").get(f"/review/grants/{grant.pk}/").status_code == 404

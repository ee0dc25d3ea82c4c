"""A private moment takes nothing out of a watch plan: it is told as closed, and what must be seen goes to integrity."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client

from siyanat.evidence import models as evidence
from siyanat.evidence import operations as footage
from siyanat.lib import clock, errors
from siyanat.review import blind, models, operations, private, room, station, watched
from siyanat.review.operations import watching
from siyanat.triage import models as triage
from tests import cast as cast_module
from tests.cast import HOUR, NOW, Cast
from tests.review import make

SignIn = Callable[[str], Client]


def close(patrol: make.Patrol, start: float, end: float, *, name: str = "arash") -> evidence.Restriction:
    return footage.restrict_moment(
        viewer=patrol.cast.viewer(name), shift=patrol.shift, person=patrol.cast.people[name],
        span=(patrol.at(start), patrol.at(end)), kind="prayer", now=NOW,
    )  # fmt: skip


def add_item(patrol: make.Patrol, kind: str, start: float, end: float) -> triage.PlanItem:
    return triage.PlanItem.objects.create(
        plan=patrol.plan, order=99, kind=kind, person=patrol.cast.people["arash"], starts_at=patrol.at(start),
        ends_at=patrol.at(end), recorded_ms=60_000,
    )  # fmt: skip


def state_of(review: models.Review, item: triage.PlanItem, cast: Cast) -> watched.ItemState:
    standing = watched.standing_of(review, viewer=cast.viewer("head"), now=NOW)
    return next(one for one in standing.items if one.item.pk == item.pk)


def test_an_item_in_a_private_moment_is_told_as_closed_and_needs_no_watching(
    patrol: make.Patrol, cast: Cast
) -> None:
    item = add_item(patrol, "random", 1, 2)
    close(patrol, 0.5, 2.5)
    review = patrol.begin()
    one = state_of(review, item, cast)
    assert (one.state, one.is_done) == ("restricted", True)
    told = room.plan_facts(watched.standing_of(review, viewer=cast.viewer("head"), now=NOW))
    sentence = next(row["why"][-1] for row in told["items"] if row["id"] == item.pk)
    assert "قرعه" not in sentence  # which items were drawn is told after sign-off


def test_a_clip_that_is_partly_closed_is_watched_for_the_rest(patrol: make.Patrol, cast: Cast) -> None:
    item = add_item(patrol, "random", 1, 2)
    close(patrol, 1.5, 2.5)
    one = state_of(patrol.begin(), item, cast)
    assert one.state == "waiting"
    assert 0 < one.share.needed_ms < 60_000


def test_drawn_and_closed_leaves_the_sample_and_is_counted_beside_it(patrol: make.Patrol, cast: Cast) -> None:
    item = add_item(patrol, "random", 1, 2)
    moment = close(patrol, 0.5, 2.5)
    review = patrol.begin()
    now = patrol.watch_all(review)
    operations.sign_off_review(viewer=cast.viewer("head"), review_id=review.pk, summary="Calm", now=now)
    footage.lift_restriction(
        viewer=cast.viewer("integrity"), restriction_id=moment.pk, reason="a shop", now=now
    )
    found = station.month_of(cast.units["A"], starts_at=NOW - 100 * HOUR, ends_at=NOW)
    assert found.outcomes["private"] >= 1
    told = next(one for one in blind.told_after(review) if one.item == item)
    assert len(told.why) == 2
    assert models.Skip.objects.get(review=review, item=item).reason == models.Skip.Reason.RESTRICTED


def test_lifting_brings_the_item_back_to_the_reviewer(patrol: make.Patrol, cast: Cast) -> None:
    item = add_item(patrol, "must_see", 1, 2)
    moment = close(patrol, 0.5, 2.5)
    review = patrol.begin()
    assert state_of(review, item, cast).state == "restricted"
    footage.lift_restriction(
        viewer=cast.viewer("integrity"), restriction_id=moment.pk, reason="voices", now=NOW
    )
    assert state_of(review, item, cast).state == "waiting"


def test_a_missing_clip_is_not_skipped_as_private_nor_a_private_one_as_missing(
    patrol: make.Patrol, cast: Cast
) -> None:
    item = add_item(patrol, "random", 1, 2)
    close(patrol, 0.5, 2.5)
    review = patrol.begin()
    with pytest.raises(errors.Refusal, match="not_that_reason"):
        operations.skip_item(
            viewer=cast.viewer("head"), review_id=review.pk, item_id=item.pk, reason="missing", now=NOW
        )
    operations.skip_item(
        viewer=cast.viewer("head"), review_id=review.pk, item_id=item.pk, reason="restricted", now=NOW
    )


def test_what_must_be_seen_inside_waits_for_the_integrity_office_alone(
    patrol: make.Patrol, cast: Cast
) -> None:
    item = add_item(patrol, "must_see", 1, 2)
    moment = close(patrol, 1.5, 2.5)
    other = close(patrol, 16, 16.5)
    names = ("head", "reviewer", "integrity", "overseer", "arash")
    waiting = {name: [one.pk for one in private.list_waiting(cast.viewer(name))] for name in names}
    assert waiting["integrity"][0] == moment.pk
    assert all(not waiting[name] for name in names if name != "integrity")
    assert item in private.must_see_inside(moment)
    assert other.pk in {one.pk for one in private.list_told(cast.viewer("head"), tab="all")}
    footage.keep_restriction(
        viewer=cast.viewer("integrity"), restriction_id=moment.pk, reason="a doctor", now=NOW
    )
    assert moment.pk not in {one.pk for one in private.list_waiting(cast.viewer("integrity"))}


def test_nobody_plays_it_but_the_integrity_office_with_a_reason(patrol: make.Patrol, cast: Cast) -> None:
    close(patrol, 1, 2)
    recording = patrol.recordings["arash"][0]
    grants = {
        name: footage.grant_viewing(
            viewer=cast.viewer(name), shift=patrol.shift, reason="case", note="what must be seen", now=NOW
        )
        for name in ("head", "integrity")
    }

    def serve(name: str) -> None:
        warrant = watching.warrant_of_grant(cast.viewer(name), grants[name].pk, NOW)
        index = 90_000 // 4_000
        operations.serve_segment(warrant=warrant, recording_id=recording.pk, index=index, now=NOW)

    with pytest.raises(errors.NotFound):
        serve("head")
    serve("integrity")


def own_shift(cast: Cast) -> tuple[str, dt.datetime]:
    starts_at = clock.now().replace(microsecond=0) - 9 * HOUR
    shift = cast_module.make_shift(cast, starts_at=starts_at, code="A-9")
    return f"/review/mine/{shift.pk}/private/", starts_at


def test_an_officer_declares_on_their_own_shift_and_is_told_what_becomes_of_it(
    cast: Cast, sign_in: SignIn
) -> None:
    address, starts_at = own_shift(cast)
    start = (starts_at + HOUR + dt.timedelta(hours=3, minutes=30)).strftime("%H:%M")
    end = (starts_at + HOUR + dt.timedelta(hours=3, minutes=40)).strftime("%H:%M")
    form = {"starts": start, "ends": end, "kind": "toilet", "note": ""}
    client = sign_in("arash")
    assert address in client.get("/review/mine/").content.decode()
    assert client.post(address, form).status_code == 302
    assert client.post(address, form).status_code == 422  # the same again
    moment = evidence.Restriction.objects.get()
    assert moment.length_ms == 600_000
    boss = sign_in("head")
    assert moment.shift.code in boss.get("/review/private/?tab=all").content.decode()
    assert boss.get(f"/review/private/{moment.pk}/").status_code == 200
    assert boss.post(f"/review/private/{moment.pk}/lift/", {"text": "why"}).status_code == 404
    office = sign_in("integrity")
    page = office.post(f"/review/private/{moment.pk}/lift/", {"text": ""})
    assert page.status_code == 422
    assert office.post(f"/review/private/{moment.pk}/lift/", {"text": "در مغازه بود"}).status_code == 302
    again = sign_in("arash")
    assert "در مغازه بود" in again.get(address).content.decode()
    assert "در مغازه بود" in again.get("/").content.decode()


def test_a_stranger_can_not_tell_whose_shift_or_moment_exists(cast: Cast, sign_in: SignIn) -> None:
    address, _ = own_shift(cast)
    assert sign_in("stranger_officer").get(address).status_code == 404
    assert sign_in("stranger").get("/review/private/1/").status_code == 404

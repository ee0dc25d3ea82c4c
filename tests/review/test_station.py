"""A station's month from its samples: every drawn minute has one outcome, every figure its strata."""

from __future__ import annotations

import datetime as dt
import secrets

import pytest
from django.utils import translation

from siyanat.conduct import models as conduct
from siyanat.evidence import operations as evidence
from siyanat.lib import estimation, jalali
from siyanat.review import models, operations, saying, station
from siyanat.triage import models as triage
from siyanat.triage import operations as plans
from siyanat.triage import planning
from tests.cast import HOUR, NOW, Cast
from tests.review import make

STARTS_AT, ENDS_AT = jalali.month_range(1405, 8)
Kind = triage.PlanItem.Kind


@pytest.fixture
def patrol(cast: Cast) -> make.Patrol:
    """A patrol of whose drawn minutes at least one has no footage, and at least three have: the seed is drawn until so."""
    patrol = make.make_patrol(cast)
    while not drawn(patrol, is_missing=True) or len(drawn(patrol, is_missing=False)) < 3:
        secret = secrets.token_bytes(32)
        triage.Seed.objects.filter(shift=patrol.shift).update(
            secret=secret, commitment=planning.commit(secret)
        )
        plans.plan_shift(shift_id=patrol.shift.pk, now=NOW)
    return patrol


def month(cast: Cast) -> station.Month:
    return station.month_of(cast.units["A"], starts_at=STARTS_AT, ends_at=ENDS_AT)


def sign_off(patrol: make.Patrol, review: models.Review) -> None:
    """As though it had been watched: here it is only asked what follows from it."""
    models.Review.objects.filter(pk=review.pk).update(signed_off_at=NOW, state="signed_off")


def drawn(patrol: make.Patrol, **where: object) -> list[triage.PlanItem]:
    return list(patrol.plan.items.filter(kind=Kind.RANDOM, **where))


def mark(
    patrol: make.Patrol, review: models.Review, item: triage.PlanItem, kind: str = "violation"
) -> models.Mark:
    return operations.make_mark(
        viewer=patrol.cast.viewer("head"), review_id=review.pk, person_id=item.person_id, kind=kind,
        span=(item.starts_at + dt.timedelta(seconds=5), item.starts_at + dt.timedelta(seconds=9)), now=NOW,
    )  # fmt: skip


def test_without_a_signed_off_review_nothing_is_said(
    patrol: make.Patrol, review: models.Review, cast: Cast
) -> None:
    found = month(cast)
    assert (found.reviews, found.waiting, found.drawn, found.bad) == (0, 1, 0, None)
    assert saying.sentences(found) == []


def test_every_drawn_minute_has_one_outcome_and_stays_in_the_denominator(
    patrol: make.Patrol, review: models.Review, cast: Cast
) -> None:
    sign_off(patrol, review)
    found = month(cast)
    missing = len(drawn(patrol, is_missing=True))
    assert found.drawn == 5
    assert found.outcomes["missing"] == missing
    assert found.outcomes["fine"] == 5 - missing
    assert found.bad is not None
    assert (found.bad.population, found.bad.sampled, found.bad.hits) == (40, 5, 0)
    assert found.unrecorded_ms == 15 * 60_000
    assert found.owed_ms == 40 * 60_000
    assert found.worst is not None
    assert found.worst >= 15 / 40


def test_the_strata_are_the_bearers_of_a_shift(patrol: make.Patrol, review: models.Review) -> None:
    sizes = {str(person.pk): patrol.plan.items.filter(kind=Kind.RANDOM, person=person).count() for person in
             (patrol.cast.people["arash"], patrol.cast.people["babak"])}  # fmt: skip
    told = station.strata_of(patrol.plan)
    assert {bearer: count for bearer, _population, count, _chosen in told} == sizes
    assert sorted(sizes.values()) == [2, 3]
    assert {population for _bearer, population, _count, _chosen in told} == {20}


def test_a_bad_mark_counts_where_it_touches_a_drawn_minute(
    patrol: make.Patrol, review: models.Review, cast: Cast
) -> None:
    item = drawn(patrol, is_missing=False)[0]
    mark(patrol, review, item)
    mark(patrol, review, item, kind="thanks")
    taken_back = mark(patrol, review, drawn(patrol, is_missing=False)[-1])
    operations.withdraw_mark(viewer=cast.viewer("head"), mark_id=taken_back.pk, now=NOW)
    sign_off(patrol, review)
    found = month(cast)
    assert found.bad is not None
    assert (found.outcomes["bad"], found.bad.hits, found.withdrawn) == (1, 1, 1)
    assert found.bad.interval.low >= 1
    assert round(found.bad.interval.value, 2) in {10.0, 6.67}


def test_force_counts_only_where_it_broke_a_standard(
    patrol: make.Patrol, review: models.Review, cast: Cast
) -> None:
    version = conduct.CatalogueVersion.objects.create(number=901, in_force_at=NOW - HOUR)
    conduct.ConductItem.objects.create(
        version=version, code="F-1", theme="force", gravity="serious", title_fa="زور", title_en="Force"
    )
    mark(patrol, review, drawn(patrol, is_missing=False)[0], kind="force")
    sign_off(patrol, review)
    assert month(cast).outcomes["bad"] == 0
    models.Mark.objects.update(conduct_item=conduct.ConductItem.objects.get(version=version))
    assert month(cast).outcomes["bad"] == 1


def test_a_private_minute_was_seen_by_nobody(patrol: make.Patrol, cast: Cast) -> None:
    item = drawn(patrol, is_missing=False)[0]
    evidence.restrict_moment(
        viewer=cast.viewer({str(cast.people[name].pk): name for name in ("arash", "babak")}[str(item.person_id)]),
        shift=patrol.shift, person=item.person, span=(item.starts_at, item.ends_at), kind="doctor", now=NOW,
    )  # fmt: skip
    sign_off(patrol, patrol.begin())
    assert month(cast).outcomes["private"] >= 1


def test_a_minute_that_was_missing_and_came_late_is_seen_when_its_own_review_is_signed_off(
    patrol: make.Patrol, review: models.Review, cast: Cast
) -> None:
    sign_off(patrol, review)
    item = drawn(patrol, is_missing=True)[0]
    before = month(cast).outcomes["missing"]
    plan = triage.Plan.objects.create(
        shift=patrol.shift, made_at=NOW, after=NOW, frozen_at=NOW, inputs_digest="", planned_ms=0, owed_ms=0
    )
    triage.PlanItem.objects.create(
        plan=plan,
        order=1,
        kind=Kind.RANDOM,
        person=item.person,
        starts_at=item.starts_at,
        ends_at=item.ends_at,
    )
    late = models.Review.objects.create(
        shift=patrol.shift, line="late", unit=patrol.shift.unit, plan=plan, created_at=NOW, due_at=NOW, begun_at=NOW,
    )  # fmt: skip
    assert month(cast).outcomes["missing"] == before
    sign_off(patrol, late)
    found = month(cast)
    assert (found.reviews, found.drawn, found.outcomes["missing"]) == (1, 5, before - 1)


def test_what_the_detectors_passed_over_is_counted_apart(
    patrol: make.Patrol, review: models.Review, cast: Cast
) -> None:
    sign_off(patrol, review)
    found = month(cast).passed_over
    beside = drawn(patrol, also_chosen=False)
    chosen = sum(chosen for _bearer, _population, _count, chosen in station.strata_of(patrol.plan))
    assert chosen
    if beside:
        assert found is not None
        assert found.sampled == len(beside)
        assert found.population <= 40 - chosen
    else:
        assert found is None


def test_an_old_plan_drew_from_the_crew_as_one(
    patrol: make.Patrol, review: models.Review, cast: Cast
) -> None:
    triage.Plan.objects.update(strata=[])
    mark(patrol, review, drawn(patrol, is_missing=False)[0])
    sign_off(patrol, review)
    found = month(cast).bad
    assert found is not None
    assert (found.population, found.sampled, found.hits, found.interval.value) == (40, 5, 1, 8.0)


def test_each_officer_has_a_clip_a_month_and_a_chance_that_is_reckoned_from_it(
    patrol: make.Patrol, review: models.Review, cast: Cast
) -> None:
    before = month(cast).officers
    assert [(one.drawn, one.chance) for one in before] == [(0, 0.0), (0, 0.0)]
    sign_off(patrol, review)
    officers = {str(one.person.pk): one for one in month(cast).officers}
    for bearer, population, count, _chosen in station.strata_of(patrol.plan):
        assert officers[bearer].drawn == count >= 1
        assert officers[bearer].chance == pytest.approx(count / population)


def looked_again(patrol: make.Patrol, first: models.Review, *, found: int) -> None:
    """A second line that saw so many drawn minutes as bad."""
    cast = patrol.cast
    second = models.Review.objects.create(
        shift=patrol.shift, line="second", unit=cast.units["B"], plan=first.plan, first=first, created_at=NOW,
        due_at=NOW, begun_at=NOW, signed_off_at=NOW, state="signed_off", reviewer=cast.people["reviewer"].user,
    )  # fmt: skip
    for item in drawn(patrol, is_missing=False)[:found]:
        models.Mark.objects.create(
            review=second, person=item.person, kind="violation", span=(item.starts_at, item.ends_at),
            made_by=cast.people["reviewer"].user, made_at=NOW,
        )  # fmt: skip


def test_too_few_double_reviews_say_so(
    patrol: make.Patrol, review: models.Review, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(station, "SECOND_LEAST", 40)
    mark(patrol, review, drawn(patrol, is_missing=False)[0])
    sign_off(patrol, review)
    looked_again(patrol, review, found=2)
    found = month(cast)
    assert not found.looks_drawn
    assert 2 <= found.looks.second < 40
    assert (found.sensitivity, found.true_bad) == (None, None)
    with translation.override("en"):
        assert any("How much reviewers overlook is not known" in one for one in saying.sentences(found))


def test_what_reviewers_overlook_raises_the_rate(
    patrol: make.Patrol, review: models.Review, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(station, "SECOND_LEAST", 2)
    mark(patrol, review, drawn(patrol, is_missing=False)[0])
    sign_off(patrol, review)
    looked_again(patrol, review, found=2)
    found = month(cast)
    assert found.sensitivity is not None
    assert found.true_bad is not None
    assert found.bad is not None
    assert found.looks_drawn
    assert found.sensitivity.value == pytest.approx(found.looks.both / found.looks.second)
    assert found.true_bad.value > found.bad.rate.value
    assert all(one.chance < 0.15 for one in found.officers)


@pytest.mark.parametrize("language", ["fa", "en"])
@pytest.mark.parametrize("hits", [0, 1, 30])
def test_a_month_is_told_in_whole_sentences(language: str, hits: int) -> None:
    total = estimation.estimate_total(
        [estimation.Stratum(480, 10, 1)] * hits + [estimation.Stratum(480, 10, 0)] * 60
    )
    looks = estimation.capture_recapture(12, 10, 8)
    found = station.Month(
        reviews=1 + hits, waiting=hits, outcomes=station.Counter(bad=hits, fine=600), withdrawn=0, owed_ms=480,
        unrecorded_ms=9, bad=total, passed_over=total, worst=0.04, looks=looks, looks_drawn=True,
        true_bad=estimation.divide(total.interval, looks.share).over(total.population) if looks.share else None,
        officers=[],
    )  # fmt: skip
    with translation.override(language):
        said = saying.sentences(found)
    assert len(said) == 5
    assert all(one.endswith(".") and "%(" not in one for one in said)
    assert (language == "fa") == all(any(letter >= "\u0600" for letter in one) for one in said)
    assert all(not any(letter in "0123456789" for letter in one) for one in said) == (language == "fa")

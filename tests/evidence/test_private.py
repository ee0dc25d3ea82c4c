"""Private moments: who declares how many, who agrees to more, who opens one again, and never one's own."""

from __future__ import annotations

import datetime as dt

import pytest

from siyanat.evidence import models, operations, queries
from siyanat.ledger import models as ledger
from siyanat.lib import errors
from siyanat.roster import models as roster
from tests import cast as cast_module
from tests.evidence import make, test_attribution

NOW, MINUTE = make.NOW, dt.timedelta(minutes=1)
Scene = test_attribution.Scene
scene = test_attribution.scene
State = models.Restriction.State


def declare(
    scene: Scene, minute: int, *, long: int = 5, by: str = "arash", now: dt.datetime = NOW
) -> models.Restriction:
    start = scene.shift.starts_at + minute * MINUTE
    return operations.restrict_moment(
        viewer=scene.cast.viewer(by), shift=scene.shift, person=scene.cast.people["arash"],
        span=(start, start + long * MINUTE), kind="prayer", now=now,
    )  # fmt: skip


def closed(scene: Scene, name: str = "head") -> int:
    return sum(map(len, queries.hidden_spans(scene.cast.viewer(name), scene.shift, NOW).values()))


def decide(scene: Scene, one: models.Restriction, by: str, *, agree: bool = True) -> models.Restriction:
    return operations.decide_restriction(
        viewer=scene.cast.viewer(by), restriction_id=one.pk, agree=agree, reason="long way home", now=NOW
    )


def test_four_moments_a_shift_are_the_officers_own_the_fifth_is_asked_for(scene: Scene) -> None:
    made = [declare(scene, 10 * number) for number in range(queries.FREE_MOMENTS + 1)]
    assert [one.state for one in made] == [State.IN_FORCE] * 4 + [State.ASKED]
    assert closed(scene) == 4
    decide(scene, made[-1], "head")
    assert closed(scene) == 5


def test_more_than_three_quarters_of_an_hour_is_asked_for_and_may_be_refused(scene: Scene) -> None:
    declare(scene, 0, long=30)
    more = declare(scene, 40, long=16)
    assert (more.state, closed(scene)) == (State.ASKED, 1)
    assert decide(scene, more, "integrity", agree=False).state == State.REFUSED
    assert closed(scene) == 1
    with pytest.raises(errors.Refusal, match="decided_already"):
        decide(scene, more, "head")


def test_what_was_opened_again_stays_used(scene: Scene) -> None:
    one = declare(scene, 0, long=40)
    operations.lift_restriction(
        viewer=scene.cast.viewer("integrity"), restriction_id=one.pk, reason="a shop", now=NOW
    )
    assert declare(scene, 60, long=10).state == State.ASKED


def test_nobody_of_the_crew_agrees_and_nobody_to_what_they_asked_for(scene: Scene) -> None:
    for number in range(queries.FREE_MOMENTS):
        declare(scene, 10 * number)
    asked = declare(scene, 50, by="head")
    with pytest.raises(errors.Refusal, match="second_person"):
        decide(scene, asked, "head")
    person = scene.cast.people["babak"]
    roster.HeldPost.objects.create(
        person=person, role="station_head", unit=scene.cast.units["A"], held=cast_module.ALWAYS
    )
    with pytest.raises(errors.Refusal, match="concerns_yourself"):
        decide(scene, asked, "babak")
    for name in ("arash", "reviewer", "custodian", "stranger"):
        with pytest.raises(errors.NotFound):
            decide(scene, asked, name)


def test_only_the_integrity_office_opens_one_again_and_never_its_own(scene: Scene) -> None:
    one = declare(scene, 0)
    for name in ("head", "reviewer", "custodian", "overseer", "arash", "stranger"):
        with pytest.raises(errors.NotFound):
            operations.lift_restriction(
                viewer=scene.cast.viewer(name), restriction_id=one.pk, reason="x", now=NOW
            )
    roster.HeldPost.objects.create(
        person=scene.cast.people["arash"], role="integrity_officer", unit=scene.cast.units["P1"],
        held=cast_module.ALWAYS,
    )  # fmt: skip
    with pytest.raises(errors.Refusal, match="concerns_yourself"):
        operations.lift_restriction(
            viewer=scene.cast.viewer("arash"), restriction_id=one.pk, reason="x", now=NOW
        )
    with pytest.raises(errors.Refusal, match="reason_missing"):
        operations.lift_restriction(
            viewer=scene.cast.viewer("integrity"), restriction_id=one.pk, reason=" ", now=NOW
        )


def test_a_moment_is_declared_once_and_soon(scene: Scene) -> None:
    declare(scene, 0)
    with pytest.raises(errors.Refusal, match="overlaps"):
        declare(scene, 4)
    late = scene.shift.ends_at + operations.DECLARED_WITHIN + MINUTE
    with pytest.raises(errors.Refusal, match="too_late"):
        declare(scene, 20, now=late)


def test_every_act_stands_in_the_log_and_says_the_kind_to_nobody(scene: Scene) -> None:
    one = declare(scene, 0)
    operations.keep_restriction(
        viewer=scene.cast.viewer("integrity"), restriction_id=one.pk, reason="prayer", now=NOW
    )
    operations.lift_restriction(
        viewer=scene.cast.viewer("integrity"), restriction_id=one.pk, reason="a shop", now=NOW
    )
    kinds = ["evidence.moment_restricted", "evidence.restriction_kept", "evidence.restriction_lifted"]
    entries = ledger.Entry.objects.filter(kind__in=kinds).order_by("pk")
    assert [entry.kind for entry in entries] == kinds
    assert not any("prayer" in str(entry.body) for entry in entries)


def test_who_is_told_that_it_exists(scene: Scene) -> None:
    declare(scene, 0)
    told = {
        name: queries.visible_restrictions(scene.cast.viewer(name)).count()
        for name in ("head", "reviewer", "integrity", "overseer", "custodian", "arash", "babak", "stranger")
    }
    assert told == {
        "head": 1, "reviewer": 1, "integrity": 1, "overseer": 1, "custodian": 0, "arash": 0, "babak": 0, "stranger": 0,
    }  # fmt: skip

"""Seeds are committed before the shift, plans follow from what is known, and anybody can draw the sample again."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from tests import cast as cast_module
from tests.cast import HOUR, NOW, Cast

from siyanat.evidence import models as evidence
from siyanat.ledger import models as ledger
from siyanat.lib import sampling
from siyanat.roster import models as roster
from siyanat.signals import models as signals
from siyanat.triage import models, operations, planning

MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def shift(cast: Cast) -> roster.Shift:
    shift = cast_module.make_shift(cast)
    for number, name in enumerate(("arash", "babak")):
        cast_module.issue_camera(shift, cast.people[name], cast_module.make_camera(cast, f"BWC-{number}"))
    return shift


def record(
    shift: roster.Shift, person: roster.Person, starts: int, ends: int, **findings: float
) -> evidence.Recording:
    recording = evidence.Recording.objects.create(
        sha256=f"{evidence.Recording.objects.count():064d}",
        size_bytes=1,
        original_name="x.mp4",
        camera=person.camera_issues.get(shift=shift).camera,
        unit=shift.unit,
        received_at=shift.ends_at,
        starts_at=shift.starts_at + starts * MINUTE,
        ends_at=shift.starts_at + ends * MINUTE,
        duration_ms=(ends - starts) * 60_000,
        container="mp4",
        video_codec="h264",
    )
    evidence.Attribution.objects.create(
        recording=recording, shift=shift, person=person, basis="issue", recorded_at=shift.ends_at
    )
    run = signals.Run.objects.create(
        recording=recording, started_at=shift.ends_at, finished_at=shift.ends_at, is_current=True
    )
    for kind, score in findings.items():
        signals.Finding.objects.create(
            run=run,
            recording=recording,
            detector=kind,
            version="1",
            kind=kind,
            starts_ms=600_000,
            ends_ms=605_000,
            score=score,
        )
    return recording


def test_a_seed_is_in_the_log_before_the_shift_starts_and_its_secret_is_not(cast: Cast) -> None:
    shift = cast_module.make_shift(cast, starts_at=NOW + HOUR)
    assert operations.commit_due_seeds(now=NOW) == 1
    seed = models.Seed.objects.get(shift=shift)
    entry = ledger.Entry.objects.get(kind="triage.seed_committed")
    assert not seed.is_late
    assert seed.commitment in entry.body
    assert bytes(seed.secret).hex() not in entry.body
    assert operations.commit_due_seeds(now=NOW) == 0


def test_a_seed_that_comes_late_says_so(cast: Cast, shift: roster.Shift) -> None:
    assert operations.commit_seed(shift=shift, now=NOW).is_late


def test_shifts_of_one_province_and_month_share_the_upper_secret(cast: Cast, shift: roster.Shift) -> None:
    other = cast_module.make_shift(cast, code="A-2", starts_at=NOW - 5 * HOUR, crew=())
    first = operations.commit_seed(shift=shift, now=NOW)
    assert operations.commit_seed(shift=other, now=NOW).upper == first.upper
    assert first.upper.unit == cast.units["P1"]


def test_the_plan_has_every_must_see_moment_and_a_sample_over_missing_minutes_too(
    cast: Cast, shift: roster.Shift
) -> None:
    record(shift, cast.people["arash"], 0, 240, raised_voice=0.9)
    plan = operations.plan_shift(shift_id=shift.id, now=NOW)
    assert plan is not None
    assert plan.random_population == 960
    assert plan.items.filter(kind="must_see", person=cast.people["arash"]).exists()
    assert plan.items.filter(kind="random").count() == plan.random_count == 20
    assert plan.items.filter(kind="random", is_missing=True).exists()
    assert plan.items.filter(reasons__0__code="unexplained_stop").exists()


def test_the_same_inputs_make_no_new_plan_and_new_footage_does(cast: Cast, shift: roster.Shift) -> None:
    record(shift, cast.people["arash"], 0, 240)
    first = operations.plan_shift(shift_id=shift.id, now=NOW)
    assert operations.plan_shift(shift_id=shift.id, now=NOW + HOUR) is None
    record(shift, cast.people["babak"], 0, 480)
    second = operations.plan_shift(shift_id=shift.id, now=NOW + HOUR)
    assert first is not None
    assert second is not None
    drawn = [
        list(plan.items.filter(kind="random").values_list("person", "starts_at")) for plan in (first, second)
    ]
    assert drawn[0] == drawn[1]


def test_a_frozen_plan_stays(cast: Cast, shift: roster.Shift) -> None:
    plan = operations.plan_shift(shift_id=shift.id, now=NOW)
    assert plan is not None
    operations.freeze_plan(plan=plan, now=NOW)
    record(shift, cast.people["arash"], 0, 480)
    assert operations.plan_shift(shift_id=shift.id, now=NOW + HOUR) is None


def test_after_publication_an_outsider_draws_the_same_sample(cast: Cast, shift: roster.Shift) -> None:
    plan = operations.plan_shift(shift_id=shift.id, now=NOW)
    assert plan is not None
    operations.publish_seed(shift_id=shift.id, now=NOW)
    told = json.loads(ledger.Entry.objects.get(kind="triage.seed_published").body)["facts"]
    assert planning.commit(bytes.fromhex(told["secret"])) == told["commitment"]
    seed, drawn = bytes.fromhex(told["derived"]), set()
    for bearer, population, count, _chosen in plan.strata:
        clips = [
            dt.datetime.fromisoformat(starts) + step * MINUTE
            for one, starts, ends in plan.owed
            for step in range(
                int((dt.datetime.fromisoformat(ends) - dt.datetime.fromisoformat(starts)) / MINUTE)
            )
            if one == bearer
        ]
        mixed = sampling.mix_seeds([seed, b"stratum-v1", bearer.encode()])
        assert (len(clips), count) == (population, 10)
        drawn |= {
            (bearer, clips[index]) for index in sampling.draw(seed=mixed, population=population, count=count)
        }
    assert {(str(item.person_id), item.starts_at) for item in plan.items.filter(kind="random")} == drawn
    assert operations.publish_seed(shift_id=shift.id, now=NOW) is None


def test_a_plan_waits_for_the_analysis_but_not_for_ever(cast: Cast, shift: roster.Shift) -> None:
    recording = record(shift, cast.people["arash"], 0, 240)
    signals.Run.objects.filter(recording=recording).update(finished_at=None, is_current=False)
    assert operations.plan_shift(shift_id=shift.id, now=NOW) is None
    late = shift.ends_at + operations.ANALYSIS_GRACE
    assert operations.list_shifts_to_plan(now=late) == [shift.id]
    assert operations.plan_shift(shift_id=shift.id, now=late) is not None
    assert operations.list_shifts_to_plan(now=late) == []


def test_footage_docked_days_later_is_waited_for_too(cast: Cast, shift: roster.Shift) -> None:
    late = shift.ends_at + dt.timedelta(days=3)
    recording = record(shift, cast.people["arash"], 0, 60, impulse=0.95)
    evidence.Recording.objects.filter(pk=recording.pk).update(received_at=late)
    signals.Run.objects.update(finished_at=None, is_current=False)
    assert operations.is_being_analyzed(shift, now=late + MINUTE)
    assert not operations.is_being_analyzed(shift, now=late + operations.ANALYSIS_GRACE)


def test_footage_that_comes_after_a_review_began_has_a_plan_of_its_own(
    cast: Cast, shift: roster.Shift
) -> None:
    record(shift, cast.people["arash"], 0, 480)
    first = operations.plan_shift(shift_id=shift.id, now=NOW)
    assert first is not None
    operations.freeze_plan(plan=first, now=NOW)
    assert operations.plan_shift(shift_id=shift.id, now=NOW + MINUTE) is None

    came = record(shift, cast.people["babak"], 0, 480, impulse=0.95)
    evidence.Recording.objects.filter(pk=came.pk).update(received_at=NOW + HOUR)
    evidence.Attribution.objects.filter(recording=came).update(recorded_at=NOW + HOUR)
    late = operations.plan_shift(shift_id=shift.id, now=NOW + 2 * HOUR)
    assert late is not None
    assert (late.after, late.random_population) == (NOW, 0)
    assert {item.person for item in late.items.all()} == {cast.people["babak"]}
    assert late.items.filter(kind="must_see").count() == 1
    drawn = set(first.items.filter(kind="random", is_missing=True).values_list("starts_at", flat=True))
    assert set(late.items.filter(kind="random").values_list("starts_at", flat=True)) == drawn
    assert operations.plan_shift(shift_id=shift.id, now=NOW + 3 * HOUR) is None
    first.refresh_from_db()
    assert first.superseded_at is None

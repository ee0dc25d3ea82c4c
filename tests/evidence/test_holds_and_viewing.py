"""Holds keep, restrictions close, reasons open: each by who may, each in the log."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siyanat.evidence import models, operations, queries
from siyanat.evidence.operations import viewing
from siyanat.ledger import models as ledger
from siyanat.lib import errors
from siyanat.roster import models as roster
from tests import cast as cast_module
from tests.evidence import make, test_attribution

NOW, HOUR, MINUTE = make.NOW, make.HOUR, dt.timedelta(minutes=1)
Scene = test_attribution.Scene
scene = test_attribution.scene
Reason = models.ViewingGrant.Reason
WORDS = "the complainant's lawyer asked"


def hold(scene: Scene, covers: operations.Covers, *, by: str = "custodian") -> models.Hold:
    return operations.place_hold(
        covers=covers, reason="court", reference="1405/77", viewer=scene.cast.viewer(by), now=NOW
    )


def test_a_hold_by_name_by_shift_and_by_place_and_time_all_keep(scene: Scene) -> None:
    start = scene.recording.starts_at
    for covers in (
        operations.Covers(recording=scene.recording),
        operations.Covers(shift=scene.shift),
        operations.Covers(unit=scene.cast.units["P1"], span=(start - HOUR, start + MINUTE)),
    ):
        placed = hold(scene, covers, by="integrity")
        assert queries.is_held(scene.recording)
        assert queries.with_held(models.Recording.objects.all()).get().held
        operations.release_hold(
            viewer=scene.cast.viewer("custodian"), hold_id=placed.pk, reason="over", now=NOW
        ) if (covers.unit is None) else models.Hold.objects.filter(pk=placed.pk).update(released_at=NOW)
        assert not queries.is_held(scene.recording)
        assert not queries.with_held(models.Recording.objects.all()).get().held


@pytest.mark.parametrize(("unit", "minutes", "held"), [("A", 5, True), ("A", 30, False), ("P2", 5, False)])
def test_a_hold_on_place_and_time_also_keeps_what_arrives_later(
    scene: Scene, unit: str, minutes: int, held: bool
) -> None:
    at = scene.shift.starts_at + 3 * HOUR
    span = (at + minutes * MINUTE, at + HOUR)
    operations.place_hold(
        covers=operations.Covers(unit=scene.cast.units[unit], span=span),
        reason="contact", reference="contact:9", actor="system:hotline", now=NOW,
    )  # fmt: skip
    intake = make.make_intake(camera=scene.camera, unit=scene.cast.units["A"], started_at=at)
    later = operations.seal_recording(intake=intake, actor="system:ingest", now=NOW).recording
    later.refresh_from_db()
    assert queries.is_held(later) is held


def test_a_held_recording_is_not_disposed_of(scene: Scene) -> None:
    operations.recycle(recording_id=scene.recording.pk, actor="system:archive", reference="d:1", now=NOW)
    placed = hold(scene, operations.Covers(recording=scene.recording))
    with pytest.raises(errors.Refusal, match="held"):
        operations.dispose(recording_id=scene.recording.pk, actor="system:archive", reference="d:1", now=NOW)
    assert placed.released_at is None


def test_a_hold_is_released_by_a_second_person_with_a_reason(scene: Scene) -> None:
    placed = hold(scene, operations.Covers(recording=scene.recording))
    release = {"hold_id": placed.pk, "now": NOW}
    with pytest.raises(errors.Refusal, match="second_person"):
        operations.release_hold(viewer=scene.cast.viewer("custodian"), reason="over", **release)
    with pytest.raises(errors.Refusal, match="reason_missing"):
        operations.release_hold(viewer=scene.cast.viewer("integrity"), reason=" ", **release)
    with pytest.raises(errors.NotFound):
        operations.release_hold(viewer=scene.cast.viewer("head"), reason="over", **release)
    operations.release_hold(viewer=scene.cast.viewer("integrity"), reason="over", **release)
    assert not queries.is_held(scene.recording)
    kinds = list(ledger.Entry.objects.filter(kind__contains="hold").values_list("kind", flat=True))
    assert kinds == ["evidence.hold_placed", "evidence.hold_released"]


def test_nobody_holds_what_concerns_themselves(scene: Scene) -> None:
    roster.HeldPost.objects.create(
        person=scene.cast.people["babak"],
        role="station_head",
        unit=scene.cast.units["A"],
        held=cast_module.ALWAYS,
    )
    with pytest.raises(errors.Refusal, match="concerns_yourself"):
        hold(scene, operations.Covers(shift=scene.shift), by="babak")


def grant(scene: Scene, by: str, reason: str) -> models.ViewingGrant:
    return operations.grant_viewing(
        viewer=scene.cast.viewer(by), shift=scene.shift, reason=reason, note=WORDS, now=NOW
    )


def may(scene: Scene, name: str, *, in_review: bool = False, now: dt.datetime = NOW) -> bool:
    return queries.may_view_recording(scene.cast.viewer(name), scene.recording, now, in_review=in_review)


def test_footage_opens_to_a_review_or_a_typed_reason_and_closes_again(scene: Scene) -> None:
    assert not may(scene, "head")
    assert may(scene, "head", in_review=True)
    assert not may(scene, "stranger", in_review=True)
    grant(scene, "custodian", Reason.CASE)
    assert may(scene, "custodian")
    assert not may(scene, "custodian", now=NOW + viewing.GRANT_FOR)


def test_an_officer_opens_their_own_recording_to_answer_and_nobody_elses(scene: Scene) -> None:
    grant(scene, "arash", Reason.OWN_ANSWER)
    grant(scene, "babak", Reason.OWN_ANSWER)
    assert (may(scene, "arash"), may(scene, "babak")) == (True, False)
    with pytest.raises(errors.Refusal, match="concerns_yourself"):
        grant(scene, "arash", Reason.CASE)
    with pytest.raises(errors.NotFound):
        grant(scene, "stranger_officer", Reason.OWN_ANSWER)
    with pytest.raises(errors.Refusal, match="reason_not_yours"):
        grant(scene, "head", Reason.OWN_ANSWER)


def test_who_was_in_the_crew_does_not_oversee_the_shift(scene: Scene) -> None:
    person = scene.cast.people["babak"]
    roster.HeldPost.objects.create(
        person=person, role="station_head", unit=scene.cast.units["A"], held=cast_module.ALWAYS
    )
    assert not may(scene, "babak", in_review=True)


def restrict(scene: Scene, by: str = "arash") -> models.Restriction:
    start = scene.recording.starts_at
    return operations.restrict_moment(
        viewer=scene.cast.viewer(by), shift=scene.shift, person=scene.cast.people["arash"],
        span=(start + MINUTE, start + 4 * MINUTE), kind="doctor", now=NOW,
    )  # fmt: skip


def test_a_private_moment_is_closed_to_all_but_a_case_of_integrity(scene: Scene) -> None:
    restrict(scene)

    def hidden(name: str) -> int:
        return sum(map(len, queries.hidden_spans(scene.cast.viewer(name), scene.shift, NOW).values()))

    assert {name: hidden(name) for name in ("head", "custodian", "integrity", "overseer")} == {
        "head": 1, "custodian": 1, "integrity": 1, "overseer": 1,
    }  # fmt: skip
    grant(scene, "custodian", Reason.CASE)
    grant(scene, "integrity", Reason.CASE)
    grant(scene, "overseer", Reason.TECHNICAL)
    grant(scene, "arash", Reason.OWN_ANSWER)
    assert (hidden("custodian"), hidden("integrity"), hidden("overseer"), hidden("arash")) == (1, 0, 1, 0)


def test_a_restriction_is_short_inside_the_shift_and_lifted_by_somebody_else(scene: Scene) -> None:
    restriction = restrict(scene)
    for name in ("stranger", "custodian", "babak"):
        with pytest.raises(errors.NotFound):
            restrict(scene, by=name)
    with pytest.raises(errors.NotFound):
        operations.lift_restriction(
            viewer=scene.cast.viewer("head"), restriction_id=restriction.pk, reason="x", now=NOW
        )
    operations.lift_restriction(
        viewer=scene.cast.viewer("integrity"),
        restriction_id=restriction.pk,
        reason="he was at a shop",
        now=NOW,
    )
    assert queries.hidden_spans(scene.cast.viewer("head"), scene.shift, NOW) == {}


def entries(kind: str) -> int:
    return ledger.Entry.objects.filter(kind=kind).count()


def test_looks_within_ten_minutes_share_an_opening_and_a_closing_entry(scene: Scene) -> None:
    viewer = scene.cast.viewer("head")
    for minute in range(25):
        operations.log_viewing(
            viewer=viewer, recording=scene.recording, purpose="review:1", now=NOW + minute * MINUTE,
            span_ms=(minute * 1000, minute * 1000 + 1000),
        )  # fmt: skip
    assert (entries("evidence.viewing_opened"), entries("evidence.viewed")) == (3, 2)
    assert operations.close_viewings(now=NOW + 40 * MINUTE) == 1
    assert entries("evidence.viewed") == 3
    spans = [viewing.spans_ms for viewing in models.Viewing.objects.order_by("opened_at")]
    assert spans == [[[0, 10_000]], [[10_000, 20_000]], [[20_000, 25_000]]]


SPANS = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=12)


@given(SPANS)
def test_merged_spans_cover_the_same_time_and_stand_apart(spans: Sequence[Sequence[int]]) -> None:
    merged = viewing.merge_spans(spans)
    assert {at for start, end in spans for at in range(start, end)} == {
        at for start, end in merged for at in range(start, end)
    }
    assert all(before[1] < after[0] for before, after in itertools.pairwise(merged))


def serves(scene: Scene, name: str) -> None:
    """``name`` rode along without a camera, and was taken off the crew's list again."""
    roster.CrewMember.objects.create(
        shift=scene.shift, person=scene.cast.people[name], bears_camera=False, recorded_at=scene.shift.starts_at,
        starts_at=scene.shift.starts_at, ends_at=scene.shift.ends_at, superseded_at=NOW,
    )  # fmt: skip


@pytest.mark.parametrize("kind", ["recording", "shift", "unit"])
def test_nobody_releases_a_hold_over_a_shift_that_was_ever_theirs(scene: Scene, kind: str) -> None:
    span = (scene.shift.starts_at, scene.shift.ends_at)
    covers = {
        "recording": operations.Covers(recording=scene.recording),
        "shift": operations.Covers(shift=scene.shift),
        "unit": operations.Covers(unit=scene.cast.units["A"], span=span),
    }[kind]
    placed = hold(scene, covers, by="integrity")
    serves(scene, "custodian")
    with pytest.raises(errors.Refusal, match="concerns_yourself"):
        operations.release_hold(
            viewer=scene.cast.viewer("custodian"), hold_id=placed.pk, reason="over", now=NOW
        )
    assert queries.is_held(scene.recording)


def test_a_bearer_of_before_releases_nothing(scene: Scene) -> None:
    other = cast_module.make_shift(scene.cast, crew=("reviewer",), code="A-2")
    placed = hold(scene, operations.Covers(recording=scene.recording), by="integrity")
    models.Attribution.objects.create(
        recording=scene.recording, shift=other, person=scene.cast.people["custodian"], basis="correction",
        recorded_at=NOW, superseded_at=NOW,
    )  # fmt: skip
    with pytest.raises(errors.Refusal, match="concerns_yourself"):
        operations.release_hold(
            viewer=scene.cast.viewer("custodian"), hold_id=placed.pk, reason="over", now=NOW
        )


@pytest.mark.parametrize("reference", ["case:9", "mark:9"])
def test_the_hold_of_a_case_ends_with_the_case_and_never_by_hand(scene: Scene, reference: str) -> None:
    placed = operations.place_hold(
        covers=operations.Covers(shift=scene.shift), reason="case", reference=reference, actor="system:cases",
        now=NOW,
    )  # fmt: skip
    with pytest.raises(errors.Refusal, match="hold_ends_with_its_case"):
        operations.release_hold(
            viewer=scene.cast.viewer("integrity"), hold_id=placed.pk, reason="over", now=NOW
        )
    assert operations.release_holds_of(reference=reference, actor="system:cases", reason="x", now=NOW) == 1


def test_a_hold_that_follows_its_recording_stays_its_placers(scene: Scene) -> None:
    hold(scene, operations.Covers(shift=scene.shift), by="custodian")
    test_attribution.correct(scene, None, by="integrity")
    (carried,) = queries.holds_of(scene.recording)
    assert carried.placed_by == scene.cast.people["custodian"].user
    with pytest.raises(errors.Refusal, match="second_person"):
        operations.release_hold(
            viewer=scene.cast.viewer("custodian"), hold_id=carried.pk, reason="over", now=NOW
        )


def test_what_a_person_calls_a_hold_stands_in_the_log_as_a_commitment_alone(scene: Scene) -> None:
    name = "شکایت خانم رضایی"
    operations.place_hold(
        covers=operations.Covers(shift=scene.shift), reason="other", reference=name,
        viewer=scene.cast.viewer("custodian"), now=NOW,
    )  # fmt: skip
    entry = ledger.Entry.objects.get(kind="evidence.hold_placed")
    assert name not in entry.body
    assert entry.disclosures.get(name="reference").value == name

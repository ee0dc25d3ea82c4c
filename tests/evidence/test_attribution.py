"""Corrections: attribution changes with history, tells whom it concerns, and never frees what was held."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from siyanat.cameras import models as cameras
from siyanat.evidence import models, operations, queries
from siyanat.lib import errors
from siyanat.roster import models as roster
from tests import cast as cast_module
from tests.evidence import make

NOW, HOUR = make.NOW, make.HOUR


@dataclass
class Scene:
    """Arash had CAM1 in shift A-1; Babak was in the crew too."""

    cast: cast_module.Cast
    shift: roster.Shift
    camera: cameras.Camera
    issue: cameras.Issue
    recording: models.Recording


@pytest.fixture
def scene(cast: cast_module.Cast) -> Scene:
    shift = cast_module.make_shift(cast)
    camera = cast_module.make_camera(cast, "CAM1")
    issue = cast_module.issue_camera(shift, cast.people["arash"], camera)
    intake = make.make_intake(camera=camera, unit=cast.units["A"], started_at=shift.starts_at + HOUR)
    recording = operations.seal_recording(intake=intake, actor="system:ingest", now=NOW).recording
    return Scene(cast, shift, camera, issue, recording)


def correct(scene: Scene, person: str | None, *, by: str = "custodian", reason: str = "swapped") -> None:
    operations.reattribute_recordings(
        viewer=scene.cast.viewer(by),
        recording_ids=[scene.recording.pk],
        shift=scene.shift if person else None,
        person=scene.cast.people[person] if person else None,
        reason=reason,
        now=NOW,
    )


def whose(recording: models.Recording) -> str | None:
    current = queries.current_attribution(recording)
    return current.person.given_name_fa if current and current.person else None


def test_a_correction_supersedes_and_keeps_the_earlier_belief(scene: Scene) -> None:
    correct(scene, "babak")
    assert whose(scene.recording) == "babak"
    history = list(queries.attribution_history(scene.recording))
    assert [row.person.given_name_fa for row in history if row.person] == ["babak", "arash"]
    assert history[1].superseded_at == NOW
    assert ProcrastinateJob.objects.filter(
        task_name="coverage.count_shift_of_recording", args={"recording_id": str(scene.recording.pk)}
    ).exists()


def test_the_search_finds_a_recording_under_whom_it_is_attributed_to_now(scene: Scene) -> None:
    def found(officer: str = "", attributed: str = "") -> bool:
        wanted = queries.Search(officer=officer, attributed=attributed)
        return queries.search_recordings(scene.cast.viewer("head"), wanted, now=NOW).exists()

    assert (found("arash"), found("babak"), found(attributed="no")) == (True, False, False)
    correct(scene, "babak")
    assert (found("arash"), found("babak"), found(attributed="yes")) == (False, True, True)
    correct(scene, None)
    assert (found("babak"), found(attributed="yes"), found(attributed="no")) == (False, False, True)


def test_a_corrected_issue_moves_its_recordings(scene: Scene) -> None:
    cameras.Issue.objects.filter(pk=scene.issue.pk).update(superseded_at=NOW)
    cast_module.issue_camera(scene.shift, scene.cast.people["babak"], scene.camera)
    changed = operations.reattribute_for_shift(shift_id=scene.shift.pk, actor="system:evidence", now=NOW)
    assert (changed, whose(scene.recording)) == (1, "babak")
    assert operations.reattribute_for_shift(shift_id=scene.shift.pk, actor="system:evidence", now=NOW) == 0


def test_a_camera_that_was_noted_for_nobody_finds_its_bearer_later(cast: cast_module.Cast) -> None:
    shift = cast_module.make_shift(cast)
    camera = cast_module.make_camera(cast, "CAM1")
    intake = make.make_intake(camera=camera, unit=cast.units["A"], started_at=shift.starts_at + HOUR)
    recording = operations.seal_recording(intake=intake, actor="system:ingest", now=NOW).recording
    assert whose(recording) is None
    cast_module.issue_camera(shift, cast.people["arash"], camera)
    operations.reattribute_for_shift(shift_id=shift.pk, actor="system:evidence", now=NOW)
    assert whose(recording) == "arash"


def test_what_a_person_corrected_is_not_undone_by_the_machine(scene: Scene) -> None:
    correct(scene, "babak")
    operations.reattribute_for_shift(shift_id=scene.shift.pk, actor="system:evidence", now=NOW)
    assert whose(scene.recording) == "babak"


def test_a_correction_never_frees_what_was_held(scene: Scene) -> None:
    hold = operations.place_hold(
        covers=operations.Covers(shift=scene.shift),
        reason="case",
        reference="case:1",
        actor="system:cases",
        now=NOW,
    )
    correct(scene, None)
    kept = list(queries.holds_of(scene.recording))
    assert [(one.reference, one.recording_id) for one in kept] == [("case:1", scene.recording.pk)]
    assert hold not in kept


@pytest.mark.parametrize("by", ["arash", "steward", "overseer", "stranger", "admin"])
def test_only_who_keeps_the_units_footage_may_correct(scene: Scene, by: str) -> None:
    with pytest.raises(errors.NotFound):
        correct(scene, "babak", by=by)


def test_nobody_attributes_what_concerns_themselves(scene: Scene) -> None:
    roster.HeldPost.objects.create(
        person=scene.cast.people["arash"],
        role="station_head",
        unit=scene.cast.units["A"],
        held=cast_module.ALWAYS,
    )
    with pytest.raises(errors.Refusal, match="concerns_yourself"):
        correct(scene, "babak", by="arash")
    assert whose(scene.recording) == "arash"


def test_only_a_crew_member_can_be_named(scene: Scene) -> None:
    with pytest.raises(errors.Refusal, match="not_in_crew"):
        correct(scene, "leader")
    with pytest.raises(errors.Refusal, match="reason_missing"):
        correct(scene, "babak", reason="  ")


def test_search_finds_by_officer_camera_unit_place_time_and_state(scene: Scene) -> None:
    scene.shift.place_fa = "بازار بزرگ"
    scene.shift.save()
    viewer = scene.cast.viewer("reviewer")
    start = scene.recording.starts_at

    def found(**wanted: object) -> int:
        return queries.search_recordings(viewer, queries.Search(**wanted), now=NOW).count()  # type: ignore[arg-type]

    assert found() == 1
    assert (found(officer="arash"), found(officer="babak")) == (1, 0)
    assert (found(serial="cam۱"), found(serial="CAM2")) == (1, 0)
    assert (found(unit=scene.cast.units["P1"]), found(unit=scene.cast.units["P2"])) == (1, 0)
    assert (found(place="بازار"), found(place="میدان")) == (1, 0)
    assert (found(since=start + 0.1 * HOUR), found(since=start + HOUR)) == (1, 0)
    assert (found(until=start), found(until=start + dt.timedelta(seconds=1))) == (0, 1)
    assert (found(state="sealed"), found(state="disposed")) == (1, 0)
    assert (found(attributed="yes"), found(attributed="no")) == (1, 0)


def test_an_officer_sees_their_own_rows_only(scene: Scene) -> None:
    rows = {
        name: queries.visible_recordings(scene.cast.viewer(name), NOW).count()
        for name in (
            "arash",
            "babak",
            "head",
            "custodian",
            "integrity",
            "reviewer",
            "overseer",
            "stranger",
            "admin",
        )
    }
    assert rows == {
        "arash": 1, "babak": 0, "head": 1, "custodian": 1, "integrity": 1, "reviewer": 1, "overseer": 1,
        "stranger": 0, "admin": 0,
    }  # fmt: skip


@pytest.mark.parametrize("target", ["babak", None])
def test_a_head_in_the_crew_does_not_move_a_crewmates_footage(scene: Scene, target: str | None) -> None:
    head = roster.CrewMember.objects.create(
        shift=scene.shift, person=scene.cast.people["head"], bears_camera=False, recorded_at=scene.shift.starts_at,
        starts_at=scene.shift.starts_at, ends_at=scene.shift.ends_at,
    )  # fmt: skip
    with pytest.raises(errors.Refusal, match="concerns_yourself"):
        correct(scene, target, by="head")
    head.superseded_at = NOW  # nor after leaving the crew's list
    head.save()
    with pytest.raises(errors.Refusal, match="concerns_yourself"):
        correct(scene, target, by="head")
    assert whose(scene.recording) == "arash"


def test_nor_onto_a_shift_of_their_own(scene: Scene) -> None:
    own = cast_module.make_shift(scene.cast, crew=("head", "babak"), code="A-2")
    with pytest.raises(errors.Refusal, match="concerns_yourself"):
        operations.reattribute_recordings(
            viewer=scene.cast.viewer("head"), recording_ids=[scene.recording.pk], shift=own,
            person=scene.cast.people["babak"], reason="ours", now=NOW,
        )  # fmt: skip


def test_a_private_moment_stays_closed_wherever_its_recording_goes(scene: Scene) -> None:
    start = scene.recording.starts_at
    minute = dt.timedelta(minutes=1)
    closed = operations.restrict_moment(
        viewer=scene.cast.viewer("arash"), shift=scene.shift, person=scene.cast.people["arash"],
        span=(start - 5 * minute, start + 5 * minute), kind="lawyer", now=NOW,
    )  # fmt: skip
    head, babak = scene.cast.viewer("head"), scene.cast.people["babak"].pk
    correct(scene, None)
    correct(scene, "babak")
    assert queries.hidden_spans(head, scene.shift, NOW)[babak] == [(start, start + 5 * minute)]
    other = cast_module.make_shift(scene.cast, code="A-2")
    operations.reattribute_recordings(
        viewer=scene.cast.viewer("custodian"), recording_ids=[scene.recording.pk], shift=other,
        person=scene.cast.people["babak"], reason="other shift", now=NOW,
    )  # fmt: skip
    assert queries.hidden_spans(head, other, NOW) == {babak: [(start, start + 5 * minute)]}
    operations.lift_restriction(
        viewer=scene.cast.viewer("integrity"), restriction_id=closed.pk, reason="he was at a shop", now=NOW
    )
    assert queries.hidden_spans(head, other, NOW) == {}

"""Sealing: bytes become a recording once, with attribution, log entry and announcement."""

from __future__ import annotations

import datetime as dt

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from siyanat.cameras import models as cameras
from siyanat.evidence import models, operations, queries, store
from siyanat.ledger import models as ledger
from siyanat.lib import errors
from siyanat.roster import models as roster
from tests import cast as cast_module
from tests.evidence import make

NOW, HOUR = make.NOW, make.HOUR
Patrol = tuple[roster.Shift, cameras.Camera, cameras.Issue]


@pytest.fixture
def patrol(cast: cast_module.Cast) -> Patrol:
    """A shift in which Arash had camera CAM1."""
    shift = cast_module.make_shift(cast)
    camera = cast_module.make_camera(cast, "CAM1")
    issue = cast_module.issue_camera(shift, cast.people["arash"], camera)
    return shift, camera, issue


def seal(intake: operations.Intake) -> operations.Sealed:
    return operations.seal_recording(intake=intake, actor="system:ingest", now=NOW)


def test_a_sealed_recording_is_its_bearers_and_its_shifts(cast: cast_module.Cast, patrol: Patrol) -> None:
    shift, camera, _ = patrol
    sealed = seal(make.make_intake(camera=camera, unit=cast.units["A"], started_at=shift.starts_at + HOUR))
    assert sealed.is_new
    current = queries.current_attribution(sealed.recording)
    assert current is not None
    assert (current.shift, current.person) == (shift, cast.people["arash"])
    assert list(queries.recordings_of_shift(shift)) == [sealed.recording]
    assert queries.recordings_of_shift(shift)[0].bearer_id == cast.people["arash"].pk


def test_the_same_bytes_are_sealed_once(cast: cast_module.Cast, patrol: Patrol) -> None:
    shift, camera, _ = patrol
    intake = make.make_intake(camera=camera, unit=cast.units["A"], started_at=shift.starts_at)
    first, second = seal(intake), seal(intake)
    assert not second.is_new
    assert second.recording == first.recording
    assert second.entry == first.entry
    assert ledger.Entry.objects.filter(kind="evidence.recording_sealed").count() == 1


def test_what_follows_is_enqueued_with_the_row(cast: cast_module.Cast, patrol: Patrol) -> None:
    shift, camera, _ = patrol
    sealed = seal(make.make_intake(camera=camera, unit=cast.units["A"], started_at=shift.starts_at))
    jobs = ProcrastinateJob.objects.filter(args={"recording_id": str(sealed.recording.pk)})
    assert "signals.analyze_recording" in {job.task_name for job in jobs}


def test_no_row_without_bytes_in_the_store(cast: cast_module.Cast, patrol: Patrol) -> None:
    shift, camera, _ = patrol
    intake = make.make_intake(camera=camera, unit=cast.units["A"], started_at=shift.starts_at)
    store.path_of(intake.sha256).unlink()
    with pytest.raises(errors.BrokenPromise):
        seal(intake)
    assert not models.Recording.objects.exists()


def test_the_cameras_drift_is_taken_off(cast: cast_module.Cast, patrol: Patrol) -> None:
    shift, camera, _ = patrol
    said = shift.starts_at + HOUR
    sealed = seal(make.make_intake(camera=camera, unit=cast.units["A"], started_at=said, drift_ms=90_000))
    assert sealed.recording.camera_started_at == said
    assert sealed.recording.starts_at == said - dt.timedelta(seconds=90)
    assert sealed.recording.ends_at - sealed.recording.starts_at == dt.timedelta(minutes=10)


@pytest.mark.parametrize(
    ("minutes", "found"), [(-9, True), (-25, False), (8 * 60 + 9, True), (8 * 60 + 11, False)]
)
def test_a_start_within_the_slack_of_the_issue_belongs_to_it(
    cast: cast_module.Cast, patrol: Patrol, minutes: int, found: bool
) -> None:
    shift, camera, _ = patrol
    started_at = shift.starts_at + dt.timedelta(minutes=minutes)
    sealed = seal(make.make_intake(camera=camera, unit=cast.units["A"], started_at=started_at))
    assert (queries.current_attribution(sealed.recording) is not None) is found


def test_at_a_hand_over_the_issue_in_force_wins_over_the_slack(
    cast: cast_module.Cast, patrol: Patrol
) -> None:
    shift, camera, _ = patrol
    later = cast_module.make_shift(cast, starts_at=shift.ends_at, hours=1, crew=("babak",), code="A-2")
    cast_module.issue_camera(later, cast.people["babak"], camera)
    sealed = seal(
        make.make_intake(
            camera=camera, unit=cast.units["A"], started_at=shift.ends_at + dt.timedelta(minutes=1)
        )
    )
    current = queries.current_attribution(sealed.recording)
    assert current is not None
    assert current.person == cast.people["babak"]


def test_a_recording_belongs_to_the_unit_of_its_shift_wherever_it_is_docked(
    cast: cast_module.Cast, patrol: Patrol
) -> None:
    shift, camera, _ = patrol
    sealed = seal(make.make_intake(camera=camera, unit=cast.units["B"], started_at=shift.starts_at))
    sealed.recording.refresh_from_db()
    assert (sealed.recording.unit, sealed.recording.dock_unit) == (cast.units["A"], cast.units["B"])
    assert queries.visible_recordings(cast.viewer("head"), NOW).count() == 1
    assert queries.visible_recordings(cast.viewer("stranger"), NOW).count() == 0


def test_what_was_disposed_of_is_not_sealed_again(cast: cast_module.Cast, patrol: Patrol) -> None:
    shift, camera, _ = patrol
    intake = make.make_intake(camera=camera, unit=cast.units["A"], started_at=shift.starts_at)
    recording = seal(intake).recording
    operations.recycle(recording_id=recording.pk, actor="system:archive", reference="d:1", now=NOW)
    operations.dispose(recording_id=recording.pk, actor="system:archive", reference="d:1", now=NOW)
    assert operations.finish_disposals(actor="system:archive", now=NOW) == 1
    assert not store.has(intake.sha256)
    make.write_bytes(b"x")
    with pytest.raises(errors.Refusal, match="disposed_before"):
        seal(intake)

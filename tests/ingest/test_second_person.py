"""Nobody brings in, dates or puts away footage of their own shift; no file says when a lost clock filmed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest

from siyanat.cameras import models as cameras
from siyanat.coverage import minutes
from siyanat.evidence import models as evidence
from siyanat.ingest import folder, models, operations
from siyanat.lib import errors
from siyanat.roster import models as roster
from tests import cast as cast_module
from tests.ingest import files

NOW, HOUR = cast_module.NOW, cast_module.HOUR
Reason = models.Quarantined.Reason
Take = Callable[[], folder.Run]


def upload(
    cast: cast_module.Cast, path: Path, who: str, *, serial: str = "", started_at: dt.datetime | None = None
) -> models.Upload:
    data = path.read_bytes()
    announced = operations.Announced(path.name, len(data), serial=serial, started_at=started_at)
    viewer = cast.viewer(who)
    begun = operations.begin_upload(viewer=viewer, unit=cast.units["A"], announced=announced, now=NOW)
    return operations.receive(viewer=viewer, upload_id=begun.pk, offset=0, chunks=[data], now=NOW)


def bearing(cast: cast_module.Cast, who: str, *, unit: str = "A", serial: str = "OWN-1") -> roster.Shift:
    """``who`` bore a camera for the whole of a shift, together with Babak."""
    shift = cast_module.make_shift(cast, crew=(who, "babak"), unit=unit)
    camera = cast_module.make_camera(cast, serial, unit=unit)
    cast_module.issue_camera(shift, cast.people[who], camera)
    return shift


def test_a_leader_cannot_fill_the_gap_in_their_own_footage(cast: cast_module.Cast, tmp_path: Path) -> None:
    shift = bearing(cast, "leader")
    blank = files.clip(tmp_path / "blank.mp4", started_at=None)
    assert (
        upload(cast, blank, "leader", serial="OWN-1", started_at=shift.starts_at + HOUR).outcome
        == "quarantined"
    )
    dated = files.clip(tmp_path / "dated.mp4", started_at=shift.starts_at + HOUR, seed=1)
    assert upload(cast, dated, "leader", serial="OWN-1").outcome == "quarantined"
    why = {
        row.original_name: (row.reason, row.facts["second_person"])
        for row in models.Quarantined.objects.all()
    }
    assert why == {
        "blank.mp4": (Reason.SECOND_PERSON, "time_typed"),
        "dated.mp4": (Reason.SECOND_PERSON, "own_shift"),
    }
    lines = minutes.count_minutes(shift.pk, known_at=NOW)
    assert not any(line.recorded for line in lines)


def test_nor_the_gap_of_a_crewmate(cast: cast_module.Cast, tmp_path: Path) -> None:
    shift = bearing(cast, "leader")
    cast_module.issue_camera(shift, cast.people["babak"], cast_module.make_camera(cast, "MATE-1"))
    clip = files.clip(tmp_path / "MATE-1.mp4", started_at=shift.starts_at + HOUR)
    assert upload(cast, clip, "leader").outcome == "quarantined"


def test_nor_footage_of_a_camera_that_is_noted_for_nobody_yet(cast: cast_module.Cast, tmp_path: Path) -> None:
    shift = cast_module.make_shift(cast, crew=("leader",))
    cast_module.make_camera(cast, "FREE-1")
    clip = files.clip(tmp_path / "FREE-1.mp4", started_at=shift.starts_at + HOUR)
    assert upload(cast, clip, "leader").outcome == "quarantined"


def test_a_camera_of_another_station_is_left_to_that_station(cast: cast_module.Cast, tmp_path: Path) -> None:
    shift = bearing(cast, "stranger_officer", unit="B", serial="BCAM-1")
    start = shift.starts_at + HOUR
    typed = files.clip(tmp_path / "typed.mp4", started_at=start)
    upload(cast, typed, "leader", serial="BCAM-1")
    named = files.clip(tmp_path / "BCAM-1.mp4", started_at=start, seed=1)
    upload(cast, named, "leader")
    rows = {row.original_name: (row.reason, row.unit.code) for row in models.Quarantined.objects.all()}
    assert rows == {"typed.mp4": ("unknown_camera", "A"), "BCAM-1.mp4": ("second_person", "B")}
    assert not evidence.Recording.objects.exists()


def test_a_typed_start_waits_for_a_second_person(
    cast: cast_module.Cast, camera: cameras.Camera, tmp_path: Path
) -> None:
    clip = files.clip(tmp_path / "a.mp4")
    assert (
        upload(cast, clip, "steward", serial="BWC-7", started_at=files.STARTED_AT + HOUR).outcome
        == "quarantined"
    )
    row = models.Quarantined.objects.get()
    resolve = {
        "quarantined_id": row.pk, "camera": camera, "started_at": files.STARTED_AT, "note": "seen", "now": NOW,
    }  # fmt: skip
    with pytest.raises(errors.Refusal, match="second_person_needed"):
        operations.resolve_quarantined(viewer=cast.viewer("steward"), **resolve)
    with pytest.raises(errors.Refusal, match="second_person_needed"):
        operations.set_aside(viewer=cast.viewer("steward"), quarantined_id=row.pk, note="no", now=NOW)
    recording = operations.resolve_quarantined(viewer=cast.viewer("custodian"), **resolve)
    assert recording.starts_at == files.STARTED_AT


def test_the_ordinary_upload_is_sealed_and_the_file_knows_its_time_best(
    cast: cast_module.Cast, camera: cameras.Camera, tmp_path: Path
) -> None:
    clip = files.clip(tmp_path / "a.mp4", serial="BWC-7")
    near = files.STARTED_AT + dt.timedelta(seconds=40)
    assert upload(cast, clip, "steward", serial="bwc-7", started_at=near).outcome == "sealed"
    assert evidence.Recording.objects.get().starts_at == files.STARTED_AT


def test_an_upload_that_waits_is_settled_by_the_dock(
    cast: cast_module.Cast, dock: folder.Dock, take: Take, tmp_path: Path
) -> None:
    shift = bearing(cast, "leader")
    clip = files.clip(tmp_path / "OWN-1.mp4", started_at=shift.starts_at + HOUR)
    upload(cast, clip, "leader")
    (dock.folder / "OWN-1.mp4").write_bytes(clip.read_bytes())
    assert [outcome.kind for outcome in take().outcomes] == ["sealed"]
    assert models.Quarantined.objects.get().state == "resolved"


@pytest.mark.parametrize("started_at", [None, cast_module.NOW - 9 * HOUR])
def test_nobody_puts_their_own_footage_aside(
    cast: cast_module.Cast, tmp_path: Path, started_at: dt.datetime | None
) -> None:
    bearing(cast, "steward", serial="ST-1")
    clip = files.clip(tmp_path / "x.mp4", started_at=None)
    upload(cast, clip, "custodian", serial="ST-1", started_at=started_at)
    row = models.Quarantined.objects.get()
    for who in ("steward", "babak"):
        roster.HeldPost.objects.get_or_create(
            person=cast.people[who], role="camera_steward", unit=cast.units["A"],
            defaults={"held": cast_module.ALWAYS},
        )  # fmt: skip
        with pytest.raises(errors.Refusal, match="concerns_yourself"):
            operations.set_aside(viewer=cast.viewer(who), quarantined_id=row.pk, note="nothing", now=NOW)


def test_a_crewmate_does_not_say_what_a_file_is(
    cast: cast_module.Cast, dock: folder.Dock, take: Take, camera: cameras.Camera
) -> None:
    files.clip(dock.folder / "stray.mp4", started_at=None)
    take()
    roster.HeldPost.objects.create(
        person=cast.people["babak"], role="camera_steward", unit=cast.units["A"], held=cast_module.ALWAYS
    )
    with pytest.raises(errors.Refusal, match="concerns_yourself"):
        operations.resolve_quarantined(
            viewer=cast.viewer("babak"), quarantined_id=models.Quarantined.objects.get().pk, camera=camera,
            started_at=files.STARTED_AT, note="ours", now=NOW,
        )  # fmt: skip
    assert not evidence.Recording.objects.exists()


@pytest.mark.parametrize(
    "moment", ["0001-01-02T00:00:00+00:00", "1999-12-31T00:00:00Z", "2026-01-01T00:00:00Z"]
)
def test_a_start_before_the_camera_existed_is_quarantined(
    dock: folder.Dock, take: Take, camera: cameras.Camera, sign_in: Callable[..., object], moment: str
) -> None:
    files.sidecar(files.clip(dock.folder / "BWC-7.mp4"), started_at=moment)
    assert [outcome.reason for outcome in take().outcomes] == [Reason.PAST_TIMESTAMP]
    row = models.Quarantined.objects.get()
    client = sign_in("steward")
    assert client.get(f"/ingest/quarantine/{row.pk}/").status_code == 200  # type: ignore[attr-defined]
    assert client.get("/ingest/").status_code == 200  # type: ignore[attr-defined]
    with pytest.raises(errors.Refusal, match="start_too_early"):
        operations.resolve_quarantined(
            viewer=_viewer("custodian"), quarantined_id=row.pk, camera=camera,
            started_at=dt.datetime.fromisoformat(moment), note="so it says", now=NOW,
        )  # fmt: skip


def _viewer(name: str) -> object:
    from siyanat.accounts import models as accounts
    from siyanat.roster import gates

    return gates.load_viewer(accounts.User.objects.get(username=name), now=NOW, second_factor=True)


def test_a_sidecar_that_differs_from_its_file_is_noted(
    dock: folder.Dock, take: Take, camera: cameras.Camera
) -> None:
    files.sidecar(files.clip(dock.folder / "odd" / "x.mp4"), started_at=files.STARTED_AT + HOUR)
    take()
    assert models.Quarantined.objects.get().facts["times_differ_ms"] == 3_600_000

"""A dock's folder: good files become recordings, bad ones are quarantined with the reason, nothing is lost."""

from __future__ import annotations

import datetime as dt
import fcntl
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from siyanat.cameras import models as cameras
from siyanat.evidence import models as evidence
from siyanat.evidence import queries as recordings
from siyanat.evidence import store, verification
from siyanat.ingest import folder, models, queries, receipts
from siyanat.ledger import models as ledger
from siyanat.lib import durable, merkle
from tests import cast as cast_module
from tests.ingest import files

NOW = cast_module.NOW
Reason = models.Quarantined.Reason
Take = Callable[[], folder.Run]


def kinds(run: folder.Run) -> list[str]:
    assert run.fault is None
    return [outcome.kind for outcome in run.outcomes]


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.avi", "a.mov", "a.ts"])
def test_any_container_becomes_a_recording_with_its_very_bytes(
    dock: folder.Dock, take: Take, camera: cameras.Camera, name: str
) -> None:
    file = files.clip(dock.folder / "BWC-7" / name)
    files.sidecar(file, started_at=files.STARTED_AT.isoformat())
    assert kinds(take()) == ["sealed"]
    recording = evidence.Recording.objects.get()
    assert recording.camera == camera
    assert store.path_of(recording.sha256).read_bytes() == file.read_bytes()
    assert recording.starts_at == files.STARTED_AT
    assert 1900 <= recording.duration_ms <= 2200
    current = recordings.current_attribution(recording)
    assert current is not None
    assert current.person.given_name_fa == "arash"


def test_the_camera_is_found_in_path_sidecar_or_container(
    dock: folder.Dock, take: Take, camera: cameras.Camera
) -> None:
    files.clip(dock.folder / "user_bwc-7_20261119T2300.mp4", seed=1)
    files.sidecar(files.clip(dock.folder / "by-sidecar.mp4", seed=2), serial="bwc-۷")
    files.clip(dock.folder / "by-container.mkv", seed=3, serial="BWC-7")
    assert sorted(kinds(take())) == ["sealed"] * 3


def test_a_second_round_changes_nothing(dock: folder.Dock, take: Take, camera: cameras.Camera) -> None:
    files.clip(dock.folder / "BWC-7" / "a.mp4")
    (dock.folder / "BWC-7" / "empty.mp4").touch()
    assert sorted(kinds(take())) == ["quarantined", "sealed"]
    assert kinds(take()) == []
    dock.done.clear()
    assert kinds(take()) == ["known", "known"]
    assert (evidence.Recording.objects.count(), models.Quarantined.objects.count()) == (1, 1)


def _make_bad(at: Path) -> None:
    whole = files.clip(at / "whole.mp4", seed=9).read_bytes()
    (at / "whole.mp4").unlink()
    (at / "empty.mp4").touch()
    (at / "text.mp4").write_text("this is a letter, not a film\n" * 50)
    (at / "cut_before_index.mp4").write_bytes(whole[: len(whole) // 2])
    files.no_frames(at / "no_frames.avi")
    files.sound_only(at / "sound_only.mp4")
    files.clip(at / "no_time.mp4", started_at=None, seed=1)
    files.clip(at / "from_the_future.mp4", started_at=NOW + dt.timedelta(days=2), seed=2)


def test_each_kind_of_bad_file_is_quarantined_with_its_reason_and_its_bytes(
    dock: folder.Dock, take: Take, camera: cameras.Camera
) -> None:
    _make_bad(dock.folder / "BWC-7")
    files.clip(dock.folder / "NOBODYS" / "stray.mp4", seed=3)
    files.clip(dock.folder / "BWC-7" / "good.mp4", seed=4)
    run = take()
    assert run.count("sealed") == 1
    found = {Path(row.original_name).stem: row.reason for row in models.Quarantined.objects.all()}
    assert found == {
        "empty": Reason.EMPTY,
        "text": Reason.NOT_MEDIA,
        "cut_before_index": Reason.TRUNCATED,
        "no_frames": Reason.ZERO_DURATION,
        "sound_only": Reason.NO_VIDEO,
        "no_time": Reason.NO_TIMESTAMP,
        "from_the_future": Reason.FUTURE_TIMESTAMP,
        "stray": Reason.UNKNOWN_CAMERA,
    }
    for row in models.Quarantined.objects.all():
        assert store.path_of(row.sha256).read_bytes() == (dock.folder / row.original_name).read_bytes()
    batch = models.Batch.objects.get()
    assert (batch.sealed, batch.quarantined, batch.stopped_by) == (1, 8, "")


def test_what_is_cut_short_but_plays_is_sealed_and_marked(
    dock: folder.Dock, take: Take, camera: cameras.Camera
) -> None:
    whole = files.clip(dock.folder / "whole.mkv", seconds=6).read_bytes()
    (dock.folder / "whole.mkv").unlink()
    (dock.folder / "BWC-7.mkv").write_bytes(whole[: len(whole) * 2 // 3])
    assert kinds(take()) == ["sealed"]
    recording = evidence.Recording.objects.get()
    assert recording.is_truncated
    assert 0 < recording.duration_ms < 6000


def test_sources_that_name_different_cameras_leave_it_to_a_person(
    dock: folder.Dock, take: Take, cast: cast_module.Cast, camera: cameras.Camera
) -> None:
    cast_module.make_camera(cast, "BWC-8")
    files.sidecar(files.clip(dock.folder / "BWC-7" / "a.mp4"), serial="BWC-8")
    assert kinds(take()) == ["quarantined"]
    row = models.Quarantined.objects.get()
    assert row.reason == Reason.UNKNOWN_CAMERA
    assert row.facts["cameras_named"] == {"sidecar": "BWC-8", "path": "BWC-7"}


def test_a_sidecar_that_comes_later_resolves_the_quarantine(
    dock: folder.Dock, take: Take, camera: cameras.Camera
) -> None:
    file = files.clip(dock.folder / "lost.mp4")
    assert kinds(take()) == ["quarantined"]
    files.sidecar(file, serial="BWC-7")
    dock.done.clear()
    assert kinds(take()) == ["sealed"]
    row = models.Quarantined.objects.get()
    assert (row.state, row.recording) == ("resolved", evidence.Recording.objects.get())


def test_the_measured_drift_corrects_the_start(dock: folder.Dock, take: Take, camera: cameras.Camera) -> None:
    camera.clock_drift_ms = -120_000
    camera.save()
    files.clip(dock.folder / "BWC-7" / "a.mp4")
    take()
    assert evidence.Recording.objects.get().starts_at == files.STARTED_AT + dt.timedelta(minutes=2)


def test_a_receipt_names_the_entry_that_tells_of_the_sealing(
    dock: folder.Dock, take: Take, camera: cameras.Camera
) -> None:
    dock.with_receipts = True
    file = files.clip(dock.folder / "BWC-7" / "a.mp4")
    take()
    receipt = json.loads(receipts.path_beside(file).read_text())
    entry = ledger.Entry.objects.get(pk=receipt["entry"])
    assert entry.kind == "evidence.recording_sealed"
    assert receipt["leaf_hash"] == merkle.leaf_hash(entry.body.encode()).hex()
    assert receipt["sha256"] == durable.hash_file(file)[0]
    assert receipt["signed"].startswith("siyanat-receipt/1\n")


def test_a_quarantined_file_gets_a_receipt_because_its_bytes_are_kept(
    dock: folder.Dock, take: Take, camera: cameras.Camera
) -> None:
    dock.with_receipts = True
    file = dock.folder / "BWC-7.mp4"
    file.write_text("no film")
    take()
    receipt = json.loads(receipts.path_beside(file).read_text())
    assert (receipt["outcome"], receipt["reason"]) == ("quarantined", "not_media")


def test_a_receipt_that_holds_spares_the_reading(
    dock: folder.Dock, take: Take, camera: cameras.Camera
) -> None:
    dock.with_receipts = True
    files.clip(dock.folder / "BWC-7" / "a.mp4")
    take()
    dock.done.clear()
    assert kinds(take()) == ["known"]


def test_no_receipt_for_a_file_that_was_disposed_of(
    dock: folder.Dock, take: Take, camera: cameras.Camera
) -> None:
    from siyanat.evidence import operations

    file = files.clip(dock.folder / "BWC-7" / "a.mp4")
    take()
    recording = evidence.Recording.objects.get()
    operations.recycle(recording_id=recording.pk, actor="system:archive", reference="d:1", now=NOW)
    operations.dispose(recording_id=recording.pk, actor="system:archive", reference="d:1", now=NOW)
    operations.finish_disposals(actor="system:archive", now=NOW)
    dock.done.clear()
    dock.with_receipts = True
    run = take()
    assert [(outcome.kind, outcome.reason) for outcome in run.outcomes] == [("refused", "disposed_before")]
    assert not receipts.path_beside(file).exists()
    assert not store.has(recording.sha256)


def test_watching_leaves_a_growing_file_for_the_next_round(
    dock: folder.Dock, take: Take, camera: cameras.Camera
) -> None:
    dock.settled_only = True
    file = files.clip(dock.folder / "BWC-7" / "a.mp4")
    data = file.read_bytes()
    file.write_bytes(data[:1000])
    assert take().busy == ["BWC-7/a.mp4"]
    file.write_bytes(data)
    assert take().busy == ["BWC-7/a.mp4"]
    assert kinds(take()) == ["sealed"]


def test_a_locked_file_is_left_for_the_next_round(
    dock: folder.Dock, take: Take, camera: cameras.Camera
) -> None:
    file = files.clip(dock.folder / "BWC-7" / "a.mp4")
    with file.open("r+b") as writer:
        fcntl.flock(writer, fcntl.LOCK_EX)
        assert take().busy == ["BWC-7/a.mp4"]
    assert kinds(take()) == ["sealed"]


def test_links_hidden_files_and_sidecars_are_no_footage(
    dock: folder.Dock, take: Take, camera: cameras.Camera
) -> None:
    (dock.folder / "passwd.mp4").symlink_to("/etc/passwd")
    (dock.folder / ".trash.mp4").write_text("x")
    (dock.folder / "lonely.mp4.json").write_text("{}")
    run = take()
    assert run.outcomes == []


def test_the_store_verifies_and_quarantine_is_no_orphan(
    dock: folder.Dock, take: Take, camera: cameras.Camera
) -> None:
    files.clip(dock.folder / "BWC-7" / "a.mp4")
    (dock.folder / "BWC-7" / "b.mp4").write_text("no film")
    take()
    result = verification.verify(
        level="hash",
        others=lambda after: queries.kept_in_quarantine(after=after),
        now=NOW,
        orphan_age=dt.timedelta(0),
    )
    assert (result.run.checked, result.found) == (2, False)

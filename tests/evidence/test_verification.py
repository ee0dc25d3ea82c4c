"""Verify finds what is missing, short or changed, goes on where it stopped, and sets aside what has no row."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest

from siyanat.cameras import models as cameras
from siyanat.evidence import models, operations, store, verification
from siyanat.evidence.verification import Claim
from tests import cast as cast_module
from tests.evidence import make

NOW = make.NOW
SOON = dt.timedelta(0)


def nothing_else(after: str) -> Iterator[Claim]:
    return iter(())


@pytest.fixture
def sealed(cast: cast_module.Cast) -> list[models.Recording]:
    """Four recordings in the order of their digests."""
    camera: cameras.Camera = cast_module.make_camera(cast, "CAM1")
    for hour in range(4):
        started_at = NOW - (hour + 1) * make.HOUR
        intake = make.make_intake(camera=camera, unit=cast.units["A"], started_at=started_at)
        operations.seal_recording(intake=intake, actor="system:ingest", now=NOW)
    return list(models.Recording.objects.order_by("sha256"))


def verify(level: store.Level = "hash", **how: bool) -> verification.Result:
    now = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=2)
    return verification.verify(level=level, others=nothing_else, now=now, orphan_age=SOON, **how)  # type: ignore[arg-type]


def damage(recording: models.Recording, data: bytes | None) -> None:
    path = store.path_of(recording.sha256)
    path.chmod(0o640)
    if data is None:
        path.unlink()
    else:
        path.write_bytes(data)


def test_each_level_sees_what_it_looks_at(sealed: list[models.Recording]) -> None:
    damage(sealed[0], None)
    damage(sealed[1], b"short")
    damage(sealed[2], b"x" * sealed[2].size_bytes)
    found = {level: [one["problem"] for one in verify(level).run.findings] for level in store.LEVELS}
    assert found == {
        "presence": ["missing"],
        "size": ["missing", "size_differs"],
        "hash": ["missing", "size_differs", "digest_differs"],
    }


def test_an_interrupted_run_is_resumed_with_its_findings(sealed: list[models.Recording]) -> None:
    damage(sealed[0], None)

    class Interrupted(Exception):
        pass

    def stop_at_two(done: int, _total: int) -> None:
        if done == 2:
            models.Verification.objects.update(
                checked=2,
                last_sha256=sealed[1].sha256,
                findings=[{"sha256": sealed[0].sha256, "problem": "missing"}],
            )
            raise Interrupted

    with pytest.raises(Interrupted):
        verification.verify(level="hash", others=nothing_else, now=NOW, on_progress=stop_at_two)
    seen: list[int] = []
    result = verification.verify(
        level="hash",
        others=nothing_else,
        now=NOW,
        resume=True,
        on_progress=lambda done, total: seen.append(done),
    )
    assert seen == [3, 4]
    assert (result.run.checked, len(result.run.findings), result.total) == (4, 1, 4)
    assert models.Verification.objects.count() == 1


def test_a_file_without_a_row_is_set_aside_and_never_deleted(sealed: list[models.Recording]) -> None:
    orphan = make.write_bytes(b"nobody's bytes")
    young = verification.verify(level="size", others=nothing_else, now=NOW)
    assert young.run.orphans == []
    result = verify()
    assert result.run.orphans == [orphan.sha256]
    assert (store.root() / "aside" / orphan.sha256).read_bytes() == b"nobody's bytes"
    assert not store.has(orphan.sha256)
    assert not verify().found


def test_what_another_room_keeps_is_checked_and_is_no_orphan(sealed: list[models.Recording]) -> None:
    kept = make.write_bytes(b"in quarantine")
    now = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=2)
    claims = [(kept.sha256, kept.size_bytes)]
    result = verification.verify(
        level="hash", others=lambda after: (one for one in claims if one[0] > after), now=now, orphan_age=SOON
    )
    assert (result.run.checked, result.found) == (5, False)


def test_a_tombstone_promises_nothing(sealed: list[models.Recording]) -> None:
    how = {"recording_id": sealed[0].pk, "actor": "system:archive", "reference": "d:1", "now": NOW}
    operations.recycle(**how)  # type: ignore[arg-type]
    operations.dispose(**how)  # type: ignore[arg-type]
    operations.finish_disposals(actor="system:archive", now=NOW)
    result = verify()
    assert (result.run.checked, result.found) == (3, False)

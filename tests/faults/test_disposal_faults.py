"""A disposal killed at any step goes on where it stopped: what should stay stays, what was told gone is gone.

Run as a script it is the process that dies: it carries a disposal out and kills itself (SIGKILL) at the named
step.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from tests.faults import children

EIGHT_DAYS = dt.timedelta(days=8)
STEPS = (
    "inside the tombstone's transaction",
    "after the tombstone, before the bytes",
    "after the bytes, before their mark",
    "after the bytes' mark, before the item's",
    "before the end is written",
    "inside the end's transaction",
)


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def die_at_second(act: Callable[..., Any], *, after: bool) -> Callable[..., Any]:
    """``act``, but the second call dies before or after it."""
    calls: list[int] = []

    def wrapped(*args: Any, **kwargs: Any) -> Any:
        calls.append(1)
        if len(calls) == 2 and not after:
            die()
        answer = act(*args, **kwargs)
        if len(calls) == 2:
            die()
        return answer

    return wrapped


def carry_out_and_die(disposal_id: str, step: str) -> None:
    """The child: settings and database of the test that started it."""
    children.set_up()
    from siyanat.archive.operations import disposal
    from siyanat.evidence import store
    from tests import cast as cast_module

    acts = disposal.evidence_acts
    place = STEPS.index(step)
    if place == 0:
        acts.dispose = die_at_second(acts.dispose, after=True)  # type: ignore[assignment]
    elif place in (1, 3):
        acts.unlink_disposed = die_at_second(acts.unlink_disposed, after=place == 3)  # type: ignore[assignment]
    elif place == 2:
        store.unlink_disposed = die_at_second(store.unlink_disposed, after=True)  # type: ignore[assignment]
    elif place == 4:
        disposal._finish = lambda *_: die()  # type: ignore[assignment,return-value]
    else:
        disposal._tell = lambda *_args, **_kwargs: die()  # type: ignore[assignment]
    disposal.carry_out(disposal_id=UUID(disposal_id), now=cast_module.NOW + EIGHT_DAYS)


@pytest.mark.faults
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("step", STEPS)
def test_kill_9_at_any_step_then_the_same_routine_finishes(step: str, tmp_path: Path) -> None:
    from siyanat.archive import models, operations
    from siyanat.evidence import models as evidence
    from siyanat.evidence import store
    from siyanat.ledger import checkpoints, verification
    from siyanat.ledger import models as ledger
    from tests import cast as cast_module

    disposal, kept = _agreed_disposal()
    child = subprocess.run(
        [sys.executable, __file__, str(disposal.pk), step],
        env=children.environment(),
        capture_output=True, check=False, timeout=60,
    )  # fmt: skip
    assert child.returncode == -signal.SIGKILL, child.stderr.decode()
    _check_told_gone_is_gone_or_going(store, evidence)

    now = cast_module.NOW + EIGHT_DAYS
    assert operations.dispose_due(now=now) == 1
    disposal.refresh_from_db()
    assert disposal.state == models.Disposal.State.DONE
    for item in disposal.items.select_related("recording"):
        assert item.state == models.DisposalItem.State.DONE
        assert item.recording.state == evidence.Recording.State.DISPOSED
        assert item.recording.unlinked_at is not None
        told = ledger.Entry.objects.filter(subject=f"recording:{item.recording_id}")
        assert told.filter(kind="evidence.recording_disposed").count() == 1
    assert ledger.Entry.objects.filter(kind="archive.disposal_done").count() == 1
    assert list(store.list_digests()) == [kept.sha256]
    checkpoints.seal(now=now)
    assert verification.verify_log("hash", now=now).findings == []


def _check_told_gone_is_gone_or_going(store: Any, evidence: Any) -> None:
    """Between crash and recovery: bytes are gone only where a committed tombstone says so."""
    for recording in evidence.Recording.objects.all():
        assert store.has(recording.sha256) or recording.state == "disposed"


def _agreed_disposal() -> tuple[Any, Any]:
    """Three recordings in a disposal whose seven days are over, and one that stays."""
    from siyanat.archive import operations
    from siyanat.evidence import operations as evidence_acts
    from tests import cast as cast_module
    from tests.evidence import make

    operations.load_defaults()
    cast = cast_module.make_cast()
    camera, now = cast_module.make_camera(cast, "CAM1"), cast_module.NOW
    made = []
    for days in (100, 101, 102, 5):
        intake = make.make_intake(
            camera=camera,
            unit=cast.units["A"],
            started_at=now - dt.timedelta(days=days),
            data=bytes([days]) * 4000,
        )
        intake = dataclasses.replace(intake, received_at=intake.camera_started_at)
        made.append(evidence_acts.seal_recording(intake=intake, actor="system:test", now=now).recording)
        operations.classify_recording(recording_id=made[-1].pk, now=now)
    disposal = operations.propose_disposal(
        viewer=cast.viewer("custodian"), recording_ids=[one.pk for one in made[:3]], now=now
    )
    operations.agree_disposal(viewer=cast.viewer("integrity"), disposal_id=disposal.pk, now=now)
    return disposal, made[3]


if __name__ == "__main__":
    carry_out_and_die(sys.argv[1], sys.argv[2])

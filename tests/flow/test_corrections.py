"""A wrong camera was issued and it is noticed a week later: footage, minutes and plan follow; the past stays readable."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from siyanat.cameras import operations as cameras
from siyanat.coverage import queries as coverage
from siyanat.evidence import models as evidence
from siyanat.ingest import folder as dock
from siyanat.lib import clock
from tests import cast as cast_module
from tests.flow import queue
from tests.ingest import files

pytestmark = pytest.mark.slow


@pytest.mark.django_db(transaction=True)
def test_swapped_cameras_are_put_right_and_the_earlier_figures_stay_reproducible(tmp_path: Path) -> None:
    cast = cast_module.make_cast()
    now = dt.datetime.now(dt.UTC).replace(microsecond=0)
    shift = cast_module.make_shift(cast, starts_at=now - dt.timedelta(hours=2), hours=1)
    arash, babak = cast.people["arash"], cast.people["babak"]
    first = cast_module.issue_camera(shift, arash, cast_module.make_camera(cast, "BWC-7", state="docked"))
    second = cast_module.issue_camera(shift, babak, cast_module.make_camera(cast, "BWC-8", state="docked"))
    files.sidecar(
        files.clip(tmp_path / "BWC-7" / "a.mp4"),
        started_at=(shift.starts_at + dt.timedelta(minutes=5)).isoformat(),
    )
    dock.Dock(tmp_path, cast.units["A"], clock.now).take_round()
    queue.drain()
    before = clock.now()
    recorded = {line.person: line.count.recorded_ms for line in coverage.list_lines(shift)}
    assert recorded[arash] > 0 == recorded[babak]

    head = cast.viewer("head", now=now)
    cameras.swap_issues(
        viewer=head, first=first, second=second, reason="each took the other's", now=clock.now()
    )
    queue.drain()

    assert queue.failures() == []
    after = {line.person: line.count.recorded_ms for line in coverage.list_lines(shift)}
    assert (after[arash], after[babak]) == (0, recorded[arash])
    then = {line.person: line.count.recorded_ms for line in coverage.list_lines(shift, as_of=before)}
    assert then == recorded
    history = evidence.Attribution.objects.order_by("recorded_at").values_list(
        "person__given_name_fa", flat=True
    )
    assert list(history) == ["arash", "babak"]

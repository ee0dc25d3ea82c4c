"""One clip, all the way: taken in, sealed, counted, analyzed, planned, waiting for review, all through the queue."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from procrastinate.contrib.django import app

from siyanat.coverage import models as coverage
from siyanat.evidence import models as evidence
from siyanat.ingest import folder as dock
from siyanat.lib import clock
from siyanat.pipeline import flow
from siyanat.signals import models as signals
from siyanat.triage import models as triage
from tests import cast as cast_module
from tests.flow import queue
from tests.ingest import files

pytestmark = pytest.mark.slow


def test_every_step_of_the_flow_is_a_task() -> None:
    app.perform_import_paths()
    known = set(app.tasks)
    assert {step for steps in flow.FLOW.values() for step in steps} <= known


@pytest.mark.django_db(transaction=True)
def test_a_clip_in_the_dock_becomes_minutes_signals_and_a_plan(tmp_path: Path) -> None:
    cast = cast_module.make_cast()
    now = dt.datetime.now(dt.UTC).replace(microsecond=0)
    shift = cast_module.make_shift(cast, starts_at=now - dt.timedelta(hours=2), hours=1, crew=("arash",))
    camera = cast_module.make_camera(cast, "BWC-7", state="docked")
    cast_module.issue_camera(shift, cast.people["arash"], camera)
    file = files.clip(tmp_path / "BWC-7" / "a.mp4")
    files.sidecar(file, started_at=(shift.starts_at + dt.timedelta(minutes=5)).isoformat())
    run = dock.Dock(tmp_path, cast.units["A"], clock.now).take_round()
    assert [outcome.kind for outcome in run.outcomes] == ["sealed"]
    queue.drain()
    assert queue.failures() == []
    recording = evidence.Recording.objects.get()
    assert signals.Run.objects.get(recording=recording).is_current
    count = coverage.Count.objects.get(shift=shift, person=cast.people["arash"], superseded_at__isnull=True)
    assert count.recorded_ms == recording.duration_ms
    assert count.owed_ms == 3_600_000
    assert triage.Plan.objects.filter(shift=shift, superseded_at__isnull=True).exists()
    assert shift.reviews.get().state == "waiting"

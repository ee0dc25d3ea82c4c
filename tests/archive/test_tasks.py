"""The steps are known to the queue by their names, and do their work."""

from __future__ import annotations

import pytest
from procrastinate.contrib.django import app

from siyanat.archive import models, queries
from siyanat.archive import tasks as archive_tasks
from siyanat.evidence import models as evidence
from siyanat.ledger import models as ledger
from siyanat.ledger import tasks as ledger_tasks
from tests import cast as cast_module
from tests.archive.conftest import Record, hold
from tests.archive.test_bundle import ask

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "name",
    ["archive.classify_recording", "archive.classify_case", "archive.build_export", "archive.dispose_due", "ledger.sequence"],
)  # fmt: skip
def test_the_queue_knows_the_step(name: str) -> None:
    assert name in app.tasks


def test_a_sealed_recording_is_classified(record: Record) -> None:
    recording = record(classify=False)
    archive_tasks.classify_recording(recording_id=str(recording.pk))
    assert recording.classifications.get().category.code == "routine"


def test_a_case_s_footage_is_classified(record: Record) -> None:
    recording = record()
    hold(recording, reference="case:5")
    archive_tasks.classify_case(case_id="5")
    assert set(recording.classifications.values_list("category__code", flat=True)) == {"routine", "complaint"}


def test_an_export_is_made(record: Record, cast: cast_module.Cast) -> None:
    export = ask(cast, record())
    archive_tasks.build_export(export_id=str(export.pk))
    export.refresh_from_db()
    assert export.state == models.Export.State.READY


def test_the_minute_s_job_seals_the_log_and_the_day_s_job_disposes(
    record: Record, cast: cast_module.Cast
) -> None:
    recording = record()
    ledger_tasks.sequence()
    assert not ledger.Entry.objects.filter(position__isnull=True).exists()
    archive_tasks.dispose_due()
    assert evidence.Recording.objects.get(pk=recording.pk).state == evidence.Recording.State.SEALED
    assert queries.visible_disposals(cast.viewer("custodian")).count() == 0

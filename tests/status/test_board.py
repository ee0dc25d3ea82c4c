"""The status board: who may look, why a job failed, trying it again, the same for programs."""

from __future__ import annotations

import html
import json
import pkgutil
from collections.abc import Callable

import pytest
from click.testing import CliRunner
from django.db import connection
from django.test import Client
from django.urls import reverse
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

import siyanat
from siyanat.evidence import operations as evidence
from siyanat.ledger import models as ledger
from siyanat.lib import clock, errors
from siyanat.status import cli, failures, models, operations, problems, queries
from tests import cast as cast_module
from tests.accounts import sessions
from tests.evidence import make as evidence_make

SignIn = Callable[..., Client]
READERS = {"custodian", "overseer", "admin"}


@pytest.fixture
def sign_in(client: Client, cast: cast_module.Cast) -> SignIn:
    """Open a session for one of the cast, as signing in leaves it."""
    return sessions.opener(client, cast)


@pytest.fixture
def failed_job(db: None) -> int:
    """A job that failed for good because its witness folder was away."""
    job = app.configure_task(
        "ledger.seal", queue="housekeeping", queueing_lock="ledger.seal:", allow_unknown=True
    ).defer(timestamp=0)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing' WHERE id = %s", [job])
        cursor.execute("UPDATE procrastinate_jobs SET status = 'failed', attempts = 3 WHERE id = %s", [job])
    fault = errors.PassingFault("ledger.witness_unreachable", folder="/mnt/above")
    failures.keep(fault, job_id=job, task_name="ledger.seal", attempt=3, now=clock.now())
    return job


@pytest.mark.parametrize("name", cast_module.ROLES)
def test_the_board_opens_for_its_readers_alone(sign_in: SignIn, failed_job: int, name: str) -> None:
    status = sign_in(name).get(reverse("status:board")).status_code
    assert status == (200 if name in READERS else 404)


@pytest.mark.parametrize("language", ["fa", "en"])
def test_a_failed_job_shows_the_sentence_of_its_error(
    sign_in: SignIn, failed_job: int, language: str
) -> None:
    client = sign_in("admin")
    client.cookies["language"] = language
    page = client.get(reverse("status:board")).content.decode()
    assert "/mnt/above" in page
    assert "ledger.witness_unreachable" not in page


def test_an_error_that_nobody_foresaw_is_kept_with_its_trace(db: None) -> None:
    try:
        raise ZeroDivisionError("no")
    except ZeroDivisionError as error:
        kept = failures.keep(error, job_id=1, task_name="x", attempt=1, now=clock.now())
    assert (kept.code, kept.error) == ("", "ZeroDivisionError")
    assert "ZeroDivisionError: no" in kept.trace


def test_trying_again_puts_the_job_back_and_tells_the_log(sign_in: SignIn, failed_job: int) -> None:
    answer = sign_in("admin").post(reverse("status:retry", args=[failed_job]))
    assert answer.status_code == 302
    job = ProcrastinateJob.objects.get(pk=failed_job)
    assert (job.status, job.attempts) == ("todo", 4)
    entry = ledger.Entry.objects.get(kind="status.job_retried")
    assert entry.subject == f"job:{failed_job}"


@pytest.mark.parametrize("name", sorted(set(cast_module.ROLES) - {"admin"}))
def test_nobody_but_an_administrator_tries_again(sign_in: SignIn, failed_job: int, name: str) -> None:
    assert sign_in(name).post(reverse("status:retry", args=[failed_job])).status_code == 404
    assert ProcrastinateJob.objects.get(pk=failed_job).status == "failed"


def test_a_job_is_tried_again_once(sign_in: SignIn, failed_job: int) -> None:
    client = sign_in("admin")
    client.post(reverse("status:retry", args=[failed_job]))
    assert client.post(reverse("status:retry", args=[failed_job])).status_code == 422
    assert ledger.Entry.objects.filter(kind="status.job_retried").count() == 1


def test_a_step_that_waits_already_is_not_queued_twice(cast: cast_module.Cast, failed_job: int) -> None:
    app.configure_task(
        "ledger.seal", queue="housekeeping", queueing_lock="ledger.seal:", allow_unknown=True
    ).defer(timestamp=1)
    with pytest.raises(errors.Refusal) as refused:
        operations.retry_job(viewer=cast.viewer("admin"), job_id=failed_job, now=clock.now())
    assert refused.value.code == "status.job_waits_already"


def test_an_unknown_job_is_absent(sign_in: SignIn) -> None:
    assert sign_in("admin").post(reverse("status:retry", args=[999_999])).status_code == 404


def test_queues_and_disks_are_counted(failed_job: int) -> None:
    queue = next(row for row in queries.list_queues() if row.name == "housekeeping")
    assert (queue.todo, queue.failed) == (0, 1)
    for disk in queries.list_disks(now=clock.now()):
        assert 0 < disk.used_share <= 1
        assert disk.days_left is None


def test_health_is_told_to_this_machine_and_to_administrators_alone(
    client: Client, sign_in: SignIn, failed_job: int
) -> None:
    url = reverse("status:health")
    here = client.get(url, HTTP_HOST="localhost")
    assert here.status_code == 200
    assert here.json()["healthy"] is False
    assert "jobs_failed" in here.json()["problems"]
    assert client.get(url, REMOTE_ADDR="10.0.0.7").status_code == 404
    assert client.get(url, HTTP_HOST="localhost", HTTP_X_FORWARDED_FOR="10.0.0.7").status_code == 404
    assert sign_in("overseer").get(url, REMOTE_ADDR="10.0.0.7").status_code == 404
    assert sign_in("admin", second_factor=False).get(url, REMOTE_ADDR="10.0.0.7").status_code == 404
    assert sign_in("admin").get(url, REMOTE_ADDR="10.0.0.7").status_code == 200


def test_the_command_says_the_same_and_ends_with_1_when_something_is_wrong(failed_job: int) -> None:
    result = CliRunner().invoke(cli.status, ["--json"])
    assert result.exit_code == 1
    assert "jobs_failed" in json.loads(result.output)["problems"]
    said = CliRunner().invoke(cli.status, [])
    assert "housekeeping" in said.output


@pytest.mark.django_db(transaction=True)
@pytest.mark.expects_errors
def test_a_worker_keeps_why_a_job_failed() -> None:
    from tests.flow import queue

    job = app.configure_task("coverage.count_shift", queue="default").defer(
        shift_id="00000000-0000-0000-0000-000000000000"
    )
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET attempts = 100 WHERE id = %s", [job])
    queue.drain()
    assert ProcrastinateJob.objects.get(pk=job).status == "failed"
    assert models.Failure.objects.get(job_id=job).error == "DoesNotExist"


def test_every_job_of_the_queue_has_a_name_in_words() -> None:
    app.perform_import_paths()
    ours = {name for name in app.tasks if name.partition(".")[0] in {room.name for room in rooms()}}
    assert ours - problems.JOBS.keys() == set()


def rooms() -> list[pkgutil.ModuleInfo]:
    return list(pkgutil.iter_modules(siyanat.__path__))


def test_what_was_never_checked_is_not_called_well(sign_in: SignIn) -> None:
    page = sign_in("admin").get(reverse("status:board")).content.decode()
    for code in ("log_never_verified", "store_never_verified", "no_level_above"):
        assert str(problems.WARNINGS[code])[:40] in html.unescape(page)
    assert "–</bdi>" not in page.partition("Siyanat")[2].partition("Python")[0]


def test_a_recording_waits_until_a_run_has_finished_with_it(cast: cast_module.Cast) -> None:
    camera = cast_module.make_camera(cast, "CAM1")
    intake = evidence_make.make_intake(camera=camera, unit=cast.units["A"], started_at=evidence_make.NOW)
    sealed = evidence.seal_recording(intake=intake, actor="system:ingest", now=evidence_make.NOW)
    assert queries.read_analysis().waiting == 1
    evidence.note_analysis(recording_id=sealed.recording.pk, now=evidence_make.NOW)
    assert queries.read_analysis().waiting == 0

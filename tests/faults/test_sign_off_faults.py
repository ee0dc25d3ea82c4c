"""Sign-off, what the queue does after it, and the sealing of the log, killed at every step: whole, once, or not at all.

Run as a script it is the process that dies. It is made once; for each order it forks, and the fork does one
act and kills itself (SIGKILL) before or after its n-th durable step.
"""

from __future__ import annotations

import collections
import contextlib
import json
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from tests.faults import children

SUMMARY = "Watched; one case of force"
FEWEST_STEPS = 20


class Mortal:
    """The process that dies in the test's stead, again and again."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, __file__], env=children.environment(), stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True, bufsize=1,
        )  # fmt: skip

    def do(self, act: str, *, dying_at: int = 0, **given: str) -> tuple[str, bool]:
        """The step at which ``act`` was killed, and True; or how it ended (``done`` or a refusal's code)."""
        assert self.process.stdin is not None and self.process.stdout is not None  # noqa: PT018
        self.process.stdin.write(json.dumps({"act": act, "dying_at": dying_at, **given}) + "\n")
        answer = json.loads(self.process.stdout.readline())
        return answer["told"], answer["killed"]

    def end(self) -> None:
        self.process.communicate(timeout=20)


@pytest.fixture
def mortal(transactional_db: None) -> Iterator[Mortal]:
    from tests.flow import queue

    queue.empty()
    made = Mortal()
    yield made
    made.end()


@pytest.fixture
def review(transactional_db: None) -> Any:
    """A review that is ready to be signed off: watched, with force marked (and held), thanks, an open question."""
    from siyanat.archive import operations as archive
    from siyanat.lib import clock
    from siyanat.review import models, operations
    from tests import cast as cast_module
    from tests.review import make

    archive.load_defaults()
    cast = cast_module.make_cast()
    patrol = make.make_patrol(cast)
    head, arash = cast.viewer("head"), cast.people["arash"].pk
    begun = patrol.begin()
    for kind, minute in (("force", 1), ("thanks", 6)):
        operations.make_mark(
            viewer=head, review_id=begun.pk, kind=kind, person_id=arash, now=cast_module.NOW,
            span=(patrol.at(minute), patrol.at(minute + 1)),
        )  # fmt: skip
    operations.ask_officer(
        viewer=head, review_id=begun.pk, person_id=arash, text="Where was it?", now=cast_module.NOW
    )
    patrol.watch_all(begun, now=clock.now())
    return models.Review.objects.get(pk=begun.pk)


def standing(review: Any) -> dict[str, Any]:
    """Everything that sign-off and its steps change, and nothing else."""
    from procrastinate.contrib.django.models import ProcrastinateJob

    from siyanat.archive import models as archive
    from siyanat.evidence import models as evidence
    from siyanat.ledger import models as ledger
    from siyanat.triage import models as triage

    review.refresh_from_db()
    second = type(review).objects.filter(shift=review.shift, line="second")
    jobs = ProcrastinateJob.objects.filter(task_name="review.draw_second_line")
    return {
        "review": (review.state, review.signed_off_at, review.summary, review.watched_ms),
        "held": evidence.Hold.objects.filter(released_at__isnull=True).count(),
        "classified": archive.Classification.objects.filter(category__code="intentional").count(),
        "published": triage.Seed.objects.get(shift=review.shift).published_at,
        "second": second.values_list("pk", "unit", "plan", "first").first(),
        "entries": collections.Counter(ledger.Entry.objects.values_list("kind", flat=True)),
        "jobs": jobs.count(),
        "done": jobs.filter(status="succeeded").count(),
    }


def make_drawn(review: Any, *, drawn: bool) -> None:
    """Choose a seed that draws the review for a second line, or does not."""
    from siyanat.review.operations import second_line
    from siyanat.triage import models as triage

    seed = triage.Seed.objects.get(shift=review.shift)
    while second_line.is_drawn(second_line._seed_of(review.shift) or b"") != drawn:
        seed.secret = secrets.token_bytes(32)
        seed.save(update_fields=["secret"])


def take_up_again() -> None:
    """Time passes: the dead worker's heartbeat is old, and the minute's job looks for what it left."""
    from django.db import connection
    from procrastinate.contrib.django import app
    from procrastinate.exceptions import AlreadyEnqueued

    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_workers SET last_heartbeat = last_heartbeat - interval '2 minutes'"
        )
    with contextlib.suppress(AlreadyEnqueued):
        app.configure_task("jobs.retry_stalled", queueing_lock="jobs.retry_stalled").defer(timestamp=0)


@pytest.mark.faults
@pytest.mark.django_db(transaction=True)
def test_kill_9_at_any_step_of_sign_off_leaves_it_whole_or_undone(review: Any, mortal: Mortal) -> None:
    before = standing(review)
    died: list[str] = []
    while True:
        told, killed = mortal.do("sign_off", dying_at=len(died) + 1, review=str(review.pk))
        if not killed:
            break
        died.append(told)
        after = standing(review)
        if told == "after commit":
            break
        assert after == before, told
    assert len(died) >= FEWEST_STEPS
    assert died[-2:] == ["before commit", "after commit"]
    assert any("procrastinate_defer" in name for name in died)
    _check_signed_off(after, before)
    assert mortal.do("sign_off", review=str(review.pk)) == ("review.not_at_work", False)
    assert standing(review) == after
    children.check_clean()


def _check_signed_off(after: dict[str, Any], before: dict[str, Any]) -> None:
    """Every part of it is there, each once."""
    told = after["entries"] - before["entries"]
    assert after["review"][0] == "signed_off"
    assert after["review"][2] == SUMMARY
    assert (before["held"], after["held"]) == (1, 0)
    assert (before["jobs"], after["jobs"], after["done"]) == (0, 1, 0)
    assert told.pop("archive.recording_classified") == after["classified"] > 0
    assert told == {"review.review_signed_off": 1, "evidence.hold_released": 1}


@pytest.mark.faults
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("drawn", [True, False])
def test_kill_9_at_any_step_after_sign_off_loses_and_doubles_nothing(
    review: Any, mortal: Mortal, *, drawn: bool
) -> None:
    make_drawn(review, drawn=drawn)
    mortal.do("sign_off", review=str(review.pk))
    signed = standing(review)
    seen, died, step = signed, list[str](), 1
    while True:
        told, killed = mortal.do("work", dying_at=step)
        if not killed:
            break
        died.append(told)
        take_up_again()
        found = standing(review)
        _check_no_half(found, signed, drawn=drawn)
        seen, step = found, step + 1 if found == seen else 1  # from the new standing every step once more
    assert len(died) >= FEWEST_STEPS
    assert {"before commit", "after commit", "before fetch_job", "after finish_job"} <= set(died)
    done = standing(review)
    assert (done["jobs"], done["done"]) == (1, 1)
    assert done["published"] is not None
    _check_no_half(done, signed, drawn=drawn)
    children.check_clean()


def _check_no_half(found: dict[str, Any], signed: dict[str, Any], *, drawn: bool) -> None:
    """Seed, draw and second line came together, each once, or not at all; what was signed stays as it was."""
    for name in ("review", "held", "classified"):
        assert found[name] == signed[name]
    told = found["entries"] - signed["entries"]
    if found["published"] is None:
        assert not told
        assert found["second"] is None
    else:
        assert told == {"triage.seed_published": 1, "review.second_line_drawn": 1}
        assert (found["second"] is not None) == drawn


@pytest.mark.faults
@pytest.mark.django_db(transaction=True)
def test_kill_9_at_any_step_of_sealing_the_log_keeps_it_one_log(
    review: Any, mortal: Mortal, tmp_path: Any
) -> None:
    from siyanat.ledger import models as ledger

    mortal.do("sign_off", review=str(review.pk))
    died: list[str] = []
    above = str(tmp_path / "above")
    (tmp_path / "above").mkdir()
    while True:
        told, killed = mortal.do("seal", dying_at=len(died) + 1, above=above)
        if not killed:
            break
        died.append(told)
        _write_one_more(review)  # so that the next one has work to do again
    assert len(died) >= FEWEST_STEPS
    assert {"before commit", "after commit", "before fsync", "after link"} <= set(died)
    assert mortal.do("seal", above=above) == ("done", False)
    assert not ledger.Entry.objects.filter(position__isnull=True).exists()
    newest = ledger.Checkpoint.objects.order_by("-size").first()
    assert newest is not None
    assert newest.size == ledger.Entry.objects.count()
    assert newest.witnessed_at is not None
    children.check_clean()


def _write_one_more(review: Any) -> None:
    from django.db import transaction

    from siyanat.ledger import operations as ledger
    from siyanat.lib import clock

    with transaction.atomic():
        ledger.append(
            kind="review.item_skipped", actor="system:review", subject=f"review:{review.pk}", now=clock.now()
        )


def serve() -> None:
    """The process that is started: one fork for each order on standard input, its end told on standard output."""
    children.set_up()
    from procrastinate.contrib.django import app

    app.periodic_registry.periodic_tasks.clear()  # the test says when time passes
    for line in sys.stdin:
        order = json.loads(line)
        reading, writing = os.pipe()
        child = os.fork()
        if not child:
            _suffer(order, writing)
        os.close(writing)
        _, status = os.waitpid(child, 0)
        with os.fdopen(reading) as told:
            text = told.read()
        sys.stdout.write(json.dumps({"told": text, "killed": os.WIFSIGNALED(status)}) + "\n")
        sys.stdout.flush()


def _suffer(order: dict[str, Any], writing: int) -> None:
    """In the fork: carry the order out, dying on the way if it says so; never returns."""
    from siyanat.lib import errors

    if order["dying_at"]:
        children.die_at(order["dying_at"], lambda name: os.write(writing, name.encode()))  # type: ignore[arg-type,return-value]
    try:
        ACTS[order["act"]](order)
        os.write(writing, b"done")
    except errors.SiyanatError as error:
        os.write(writing, error.code.encode())
    finally:
        sys.stderr.flush()
        os._exit(0)


def _sign_off(order: dict[str, Any]) -> None:
    from siyanat.accounts import models as accounts
    from siyanat.lib import clock
    from siyanat.review import operations
    from siyanat.roster import gates

    now = clock.now()
    head = gates.load_viewer(accounts.User.objects.get(username="head"), now=now, second_factor=True)
    operations.sign_off_review(viewer=head, review_id=order["review"], summary=SUMMARY, now=now)


def _work(_order: dict[str, Any]) -> None:
    from siyanat.jobs import worker

    worker.run(concurrency=1, wait=False, signals=False)


def _seal(order: dict[str, Any]) -> None:
    from django.conf import settings

    from siyanat.ledger import checkpoints
    from siyanat.lib import clock

    settings.LEDGER_WITNESS_FOLDER = order["above"]
    checkpoints.seal(now=clock.now())


ACTS = {"sign_off": _sign_off, "work": _work, "seal": _seal}

if __name__ == "__main__":
    serve()

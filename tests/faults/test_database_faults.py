"""The database goes away for half a minute in the middle of everything: all of it goes on by itself afterwards."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from siyanat.config import postgres
from tests.faults import children, deployment
from tests.ingest import files

AWAY_SECONDS = 30
PADDING_BYTES = 12 * 1024 * 1024
Away = Callable[[deployment.Deployment], contextlib.AbstractContextManager[None]]


@dataclass
class Work:
    """All that is under way: files that come to the dock, a large upload, analysis of what has arrived."""

    found: deployment.Deployment
    uploader: deployment.Uploader
    digests: list[str] = field(default_factory=list)

    def drop(self, count: int) -> None:
        """So many new files at the dock."""
        for _ in range(count):
            number = len(self.digests)
            path = files.clip(
                self.found.dock / "BWC-7" / f"{number}.mp4",
                seconds=40,
                seed=number,
                started_at=files.STARTED_AT + number * files.dt.timedelta(minutes=1),
            )
            self.digests.append(hashlib.sha256(path.read_bytes()).hexdigest())

    def receipts(self) -> int:
        return len(list(self.found.dock.rglob("*.receipt.json")))


@pytest.fixture
def work(tmp_path: Path) -> Iterator[Work]:
    with deployment.deployed(tmp_path / "deployment") as found:
        world = found.question("make_world")
        found.start("run", "run", "--port", str(found.port))
        found.start("ingest", "ingest", str(found.dock), "--watch", "--every", "0.5", "--receipts", "--json")
        clip = files.clip(tmp_path / "BWC-7.mp4", seconds=5, seed=999).read_bytes()
        data = clip + (8 + PADDING_BYTES).to_bytes(4, "big") + b"free" + os.urandom(PADDING_BYTES)
        children.wait_for(found.is_up)
        under_way = Work(found, deployment.Uploader(found, world["cookie"], data))
        assert under_way.uploader.begin("BWC-7.mp4").status == 201
        yield under_way


@pytest.mark.faults
@pytest.mark.expects_errors
@pytest.mark.parametrize("away", [deployment.database_stopped, deployment.database_frozen])
def test_half_a_minute_without_the_database_costs_nothing(work: Work, away: Away) -> None:
    found = work.found
    sending = threading.Thread(target=work.uploader.send_all)
    work.drop(6)
    children.wait_for(lambda: work.receipts() >= 2)
    sending.start()
    children.wait_for(lambda: work.uploader.acknowledged > 0)
    before, acknowledged = work.receipts(), work.uploader.acknowledged
    with away(found):
        until = time.monotonic() + AWAY_SECONDS
        work.drop(2)
        if away is deployment.database_stopped:
            _check_answers(found, work.uploader.cookie)
        time.sleep(max(0, until - time.monotonic()))
        assert all(process.poll() is None for process in found.processes.values())
    work.drop(1)
    sending.join(timeout=120)
    assert work.uploader.outcome == "sealed"
    assert work.uploader.acknowledged > acknowledged
    assert work.receipts() >= before
    children.wait_for(lambda: work.receipts() == len(work.digests), 90)
    _check_whole(work)
    if away is deployment.database_stopped:
        assert set(work.uploader.faults) <= {0, 503}
        assert all(len(text) < 300 and "<" not in text for text in work.uploader.sentences)


def _check_answers(found: deployment.Deployment, cookie: str) -> None:
    """Meanwhile: a page in both languages, JSON for programs, a fragment for HTMX; style sheets as ever."""
    page = found.ask("/", Cookie=cookie)
    assert page.status == 503
    assert page.headers["retry-after"]
    assert page.headers["content-security-policy"]
    assert "The database can’t be reached just now" in page.text
    assert "پایگاه داده" in page.text
    for path in ("/healthz", "/account/login/", "/review/", "/no/such/page"):
        answer = found.ask(path, Cookie=cookie)
        assert answer.status in {404, 503} if path == "/no/such/page" else answer.status == 503
        assert "Traceback" not in answer.text
    told = found.ask("/api/roster/units", Cookie=cookie, Accept="application/json")
    assert (told.status, json.loads(told.text)["code"]) == (503, "config.database_away")
    for language, word in (("fa", "پایگاه داده"), ("en", "The database")):
        part = found.ask("/", Cookie=f"{cookie}; language={language}", HX_Request="true")
        assert part.status == 503
        assert word in part.text
        assert "<html" not in part.text
    assert found.ask("/static/ui/dist/style.css").status == 200


def _check_whole(work: Work) -> None:
    """Everything is there once, analyzed once; nothing waits, nothing failed; store and log are clean."""
    found = work.found
    expected = sorted([*work.digests, hashlib.sha256(work.uploader.data).hexdigest()])
    told: dict[str, Any] = {}

    def is_done() -> bool:
        told.update(found.question("tell"))
        return told["analyzed"] == len(expected) and not told["open"]

    children.wait_for(is_done, 240, told)
    assert told["digests"] == expected
    assert told["analyses"] == len(expected)
    assert told["failed"] == []
    assert found.siyanat("verify", "--level", "hash").returncode == 0
    assert found.siyanat("ledger", "seal").returncode == 0
    assert found.siyanat("ledger", "verify").returncode == 0
    for path in found.dock.rglob("*.receipt.json"):
        assert json.loads(path.read_text())["sha256"] in expected


@pytest.mark.faults
@pytest.mark.expects_errors
def test_an_embedded_database_that_died_is_started_again_and_ends_with_the_deployment(tmp_path: Path) -> None:
    with deployment.deployed(tmp_path / "deployment", own_database=True) as found:
        found.start("run", "run", "--port", str(found.port))
        children.wait_for(found.is_up, 120)
        server = found.cluster.data / "postmaster.pid"
        first = int(server.read_text().split()[0])
        os.kill(first, signal.SIGKILL)
        children.wait_for(lambda: server.exists() and int(server.read_text().split()[0]) != first, 120)
        children.wait_for(found.is_up, 120)
        children.wait_for(lambda: found.siyanat("status", "--json").returncode in {0, 1}, 60)
        assert found.processes["run"].poll() is None
        assert "was started again" in found.read_log("run")
        found.processes["run"].terminate()
        assert found.processes["run"].wait(timeout=90) == 0
        assert not postgres.is_running(found.cluster)

"""Intake killed at any step, on a full disk, without its database: what was acknowledged is whole, the rest resumes.

Run as a script it is the process that suffers: ``siyanat ingest`` over a folder, with SIGKILL before the n-th
call that changes something durable (fsync, link, unlink, rename, commit), or under a limit of file size.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent import futures
from pathlib import Path
from typing import Any

import pytest

from tests.faults import children

OUTAGE_SECONDS = 4.0


def ingest_in_child(arguments: list[str], kill_at: int, file_limit: int) -> None:
    """The child: settings and database of the test that started it; never returns."""
    children.set_up()
    from siyanat.ingest import cli

    if file_limit:
        resource.setrlimit(resource.RLIMIT_FSIZE, (file_limit, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
    _count_steps(kill_at)
    cli.ingest.main(arguments, standalone_mode=False)


def _count_steps(kill_at: int) -> None:
    """Die before step ``kill_at``; without one, tell at the end how many steps there were."""
    from django.db.backends.base import base

    steps = [0]

    def counted(act: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            steps[0] += 1
            if steps[0] == kill_at:
                os.kill(os.getpid(), signal.SIGKILL)
            return act(*args, **kwargs)

        return wrapped

    for name in ("fsync", "link", "unlink", "replace"):
        setattr(os, name, counted(getattr(os, name)))
    base.BaseDatabaseWrapper._commit = counted(base.BaseDatabaseWrapper._commit)  # type: ignore[attr-defined,method-assign]
    import atexit

    atexit.register(lambda: os.write(1, json.dumps({"steps": steps[0]}).encode() + b"\n"))


def command(folder: Path, *extra: str, kill_at: int = 0, file_limit: int = 0) -> list[str]:
    arguments = [str(folder), "--receipts", "--json", "--unit", "A", *extra]
    return [sys.executable, __file__, str(kill_at), str(file_limit), *arguments]


def run(folder: Path, **how: int) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(folder, **how),
        env=children.environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def told(finished: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in finished.stdout.splitlines() if line.startswith("{")]


def check_acknowledged(folder: Path) -> int:
    """Every receipt stands for a committed row and for bytes that are whole; how many there are."""
    from siyanat.evidence import models as evidence
    from siyanat.evidence import store
    from siyanat.ingest import models
    from siyanat.ledger import models as ledger

    receipts = list(folder.rglob("*.receipt.json"))
    for path in receipts:
        facts = json.loads(path.read_text())
        damage = store.find_damage(sha256=facts["sha256"], size_bytes=facts["size_bytes"], level="hash")
        assert damage is None, (path, damage)
        assert ledger.Entry.objects.filter(pk=facts["entry"]).exists()
        recordings = evidence.Recording.objects.filter(sha256=facts["sha256"]).count()
        assert recordings + models.Quarantined.objects.filter(sha256=facts["sha256"]).count() == 1
    return len(receipts)


@pytest.fixture
def dock(transactional_db: None, tmp_path: Path) -> Path:
    """A folder beside station A's dock, with one issued camera."""
    from tests import cast as cast_module

    cast = cast_module.make_cast()
    shift = cast_module.make_shift(cast)
    cast_module.issue_camera(shift, cast.people["arash"], cast_module.make_camera(cast, "BWC-7"))
    return tmp_path


def fill(folder: Path, seed: int) -> None:
    """One good clip and one bad file, unlike those of any other seed."""
    from tests.ingest import files

    files.clip(folder / "BWC-7" / "a.mp4", seed=seed, seconds=1)
    (folder / "BWC-7" / "b.mp4").write_text(f"no film {seed}")


@pytest.mark.faults
@pytest.mark.django_db(transaction=True)
def test_kill_9_before_any_step_loses_nothing_that_was_acknowledged(dock: Path) -> None:
    from siyanat.evidence import models as evidence
    from siyanat.media import child

    fill(dock / "whole", seed=0)
    whole = run(dock / "whole")
    assert whole.returncode == 1, whole.stderr
    steps = int(told(whole)[-1]["steps"])
    assert steps > 15
    environment = children.environment()
    with futures.ThreadPoolExecutor(2) as pool:
        ended = list(
            pool.map(lambda step: run_and_die(dock / f"step{step}", step, environment), range(1, steps + 1))
        )
    # Folders that exist already need fewer steps, so the last ones may find nothing left to be killed at.
    assert ended[:20] == [-signal.SIGKILL] * 20
    assert set(ended) <= {-signal.SIGKILL, 1}
    for step in range(1, steps + 1):
        check_acknowledged(dock / f"step{step}")
    with child.Pool(1) as reader:
        left = [run_here(dock / f"step{step}", reader) for step in range(1, steps + 1)]
    assert left == [[]] * steps
    for step in range(1, steps + 1):
        assert check_acknowledged(dock / f"step{step}") == 2
    assert evidence.Recording.objects.count() == steps + 1
    children.check_clean()


def run_and_die(folder: Path, step: int, environment: dict[str, str]) -> int:
    fill(folder, seed=step)
    killed = subprocess.run(
        command(folder, kill_at=step), env=environment, capture_output=True, check=False, timeout=120
    )
    return killed.returncode


def run_here(folder: Path, pool: Any) -> list[str]:
    """The second run, in this process: the files that are still without a receipt."""
    from siyanat.ingest import folder as folders
    from siyanat.ingest import queries
    from tests import cast as cast_module

    unit = queries.find_unit("A")
    assert unit is not None
    done = folders.Dock(folder, unit, lambda: cast_module.NOW, with_receipts=True).take_round(pool=pool)
    assert done.fault is None
    return [
        path.name
        for path in folder.rglob("*.mp4")
        if not path.with_name(path.name + ".receipt.json").exists()
    ]


@pytest.mark.faults
@pytest.mark.django_db(transaction=True)
def test_a_file_that_does_not_fit_stops_the_batch_politely_and_the_next_run_goes_on(dock: Path) -> None:
    from siyanat.ingest import models
    from tests.ingest import files

    folder = dock / "dock"
    small = files.clip(folder / "BWC-7" / "a.mp4", seconds=1)
    files.clip(folder / "BWC-7" / "b.mp4", seconds=30, seed=5)
    stopped = run(folder, file_limit=small.stat().st_size + 4096)
    assert stopped.returncode == 3, stopped.stderr
    assert check_acknowledged(folder) == 1, stopped.stdout
    assert models.Batch.objects.get().stopped_by.startswith("store.")
    again = run(folder)
    assert again.returncode == 0, again.stderr
    assert check_acknowledged(folder) == 2
    children.check_clean()


@pytest.mark.faults
@pytest.mark.django_db(transaction=True)
def test_a_full_disk_stops_the_batch_politely_and_room_lets_it_go_on(dock: Path, tmp_path: Path) -> None:
    from django.conf import settings

    from tests.ingest import files

    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(disk)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a small disk of its own needs the right to mount")
    try:
        settings.STORE = disk / "store"
        folder = dock / "dock"
        files.clip(folder / "BWC-7" / "a.mp4", seconds=1)
        (folder / "BWC-7" / "b.mp4").write_bytes(os.urandom(1_000_000))
        stopped = run(folder)
        assert stopped.returncode == 3, stopped.stderr
        assert told(stopped)[-2]["fault"] == "store.disk_full"
        assert check_acknowledged(folder) == 1
        subprocess.run(["mount", "-o", "remount,size=64m", str(disk)], check=True)
        assert run(folder).returncode == 1  # what came is no film, and is kept in quarantine
        assert check_acknowledged(folder) == 2
        children.check_clean()
    finally:
        subprocess.run(["umount", str(disk)], check=False)


@pytest.mark.faults
@pytest.mark.django_db(transaction=True)
def test_without_its_database_a_watching_intake_waits_and_goes_on(dock: Path) -> None:
    folder = dock / "dock"
    fill(folder, seed=1)
    watching = subprocess.Popen(
        command(folder, "--watch", "--every", "0.3"),
        env=children.environment(),
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        children.wait_for(lambda: check_acknowledged(folder) == 2)
        with database_away():
            fill(folder / "later", seed=2)
            time.sleep(OUTAGE_SECONDS)
            assert watching.poll() is None
        children.wait_for(lambda: check_acknowledged(folder) == 4)
    finally:
        watching.send_signal(signal.SIGTERM)
        output, _ = watching.communicate(timeout=20)
    assert "ingest.database_away" in output
    assert watching.returncode == 0
    children.check_clean()


class database_away:  # noqa: N801 (reads as a state in a with statement)
    """Nobody can reach this test's database for a while, not even we."""

    def __enter__(self) -> None:
        from django.db import connection

        self.name = connection.settings_dict["NAME"]
        connection.close()
        self._say(
            f'ALTER DATABASE "{self.name}" ALLOW_CONNECTIONS false',
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{self.name}'",
        )

    def __exit__(self, *_: object) -> None:
        self._say(f'ALTER DATABASE "{self.name}" ALLOW_CONNECTIONS true')

    def _say(self, *statements: str) -> None:
        import psycopg
        from django.db import connection

        address = connection.settings_dict
        with psycopg.connect(
            dbname="postgres", user=address["USER"], password=address["PASSWORD"], host=address["HOST"],
            port=address["PORT"] or None, autocommit=True,
        ) as other:  # fmt: skip
            for statement in statements:
                other.execute(statement)


if __name__ == "__main__":
    ingest_in_child(sys.argv[3:], int(sys.argv[1]), int(sys.argv[2]))

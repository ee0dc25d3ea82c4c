"""A station and its province on one machine, each with its database and its web process: a history that root at the
station rewrites whole, and signs anew, verifies at the station and is refused by the province.
"""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker
from pytest_django.fixtures import Settings

from siyanat.archive import verify
from siyanat.config import processes
from siyanat.desk.sources import SOURCES
from siyanat.ledger import checkpoints, keys, models, submission, tree, verification
from siyanat.lib import errors, merkle
from siyanat.status import queries as status
from tests.cast import NOW, Cast
from tests.ledger.conftest import Append, as_root

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
NAME = "province.example/witness"


@dataclass(frozen=True, slots=True)
class Province:
    """The deployment above: its settings, and where it answers."""

    environment: dict[str, str]
    url: str

    def run(self, *arguments: str) -> str:
        """What ``siyanat`` says there."""
        done = subprocess.run(
            [sys.executable, "-m", "siyanat.config.cli", *arguments],
            env=self.environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def told(self, origin: str) -> dict[str, Any]:
        """What the province knows of a log."""
        lines = self.run("ledger", "witness", "list", "--json").splitlines()
        return next(one for one in map(json.loads, lines) if one["origin"] == origin)


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def _database_url(name: str) -> str:
    said = connection.settings_dict
    user = f"{quote(said['USER'])}:{quote(said['PASSWORD'])}" if said["PASSWORD"] else quote(said["USER"])
    return f"postgresql://{user}@/{name}?host={quote(said['HOST'], safe='')}&port={said['PORT'] or 5432}"


def _await(url: str) -> None:
    while True:
        try:
            urllib.request.urlopen(url, timeout=5).close()
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.2)
        else:
            return


@pytest.fixture(scope="module")
def province(
    tmp_path_factory: pytest.TempPathFactory, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[Province]:
    home = tmp_path_factory.mktemp("province")
    with django_db_blocker.unblock():
        name, port = f"{connection.settings_dict['NAME']}_province", _free_port()
        with connection.cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            cursor.execute(f'CREATE DATABASE "{name}"')
    environment = os.environ | {
        "SIYANAT_HOME": str(home),
        "SIYANAT_DATABASE_URL": _database_url(name),
        "SIYANAT_LEDGER_ORIGIN": "province.example/ledger",
        "SIYANAT_LEDGER_WITNESS_NAME": NAME,
        "SIYANAT_LANGUAGE": "en",
        "DJANGO_SETTINGS_MODULE": "siyanat.config.settings",
    }
    one = Province(environment, f"http://127.0.0.1:{port}")
    one.run("migrate")
    with (home / "web.log").open("wb") as log:
        web = subprocess.Popen(
            processes.web("127.0.0.1", port).command, env=environment, stdout=log, stderr=log
        )
    try:
        _await(f"{one.url}/healthz")
        yield one
    finally:
        web.terminate()
        web.wait(timeout=30)
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def witnessed(province: Province, settings: Settings) -> Province:
    """A station of its own for each test names the province as its witness; the province knows the station's key."""
    settings.LEDGER_ORIGIN = f"station-{secrets.token_hex(4)}.example/ledger"
    province.run("ledger", "witness", "add", keys.load_signer().verifier().encode())
    settings.LEDGER_WITNESSES = f"{province.url}/ledger/witness {province.run('ledger', 'witness', 'key')}"
    return province


def rewrite_everything(old: str, new: str) -> None:
    """What root at the station can do: change an entry, build the tree anew, forget every head, sign with the key."""
    with as_root(), connection.cursor() as cursor:
        for table in ("cosignature", "checkpoint", "node", "witness"):
            cursor.execute(f"DELETE FROM ledger_{table}")
        cursor.execute("UPDATE ledger_entry SET body = replace(body, %s, %s)", [old, new])
        cursor.execute("UPDATE ledger_entry SET kind = body::json->>'kind', subject = body::json->>'subject'")
        rows = list(models.Entry.objects.order_by("position").values_list("pk", "body"))
        leaves = [merkle.leaf_hash(body.encode()) for _, body in rows]
        for (pk, _), leaf in zip(rows, leaves, strict=True):
            cursor.execute("UPDATE ledger_entry SET leaf_hash = %s WHERE id = %s", [leaf, pk])
        tree.write_nodes(merkle.Frontier().extend(leaves)[1])
    (Path(keys._folder()) / keys.HEAD_NAME).unlink()


def test_a_rewritten_history_verifies_at_the_station_and_is_refused_by_the_province(
    witnessed: Province, append_acts: Append, cast: Cast, settings: Settings
) -> None:
    append_acts(9)
    head = checkpoints.seal(now=NOW)
    assert head is not None
    assert submission.submit_all(now=NOW) == 1
    key = witnessed.run("ledger", "witness", "key")
    assert verify.cosigned_at(submission.cosigned(head), verify.parse_key(key, kind=4))
    assert witnessed.told(settings.LEDGER_ORIGIN)["size"] == 9

    rewrite_everything("thing:4", "thing:0")
    append_acts(3)
    checkpoints.seal(now=NOW)
    assert verification.verify_log(now=NOW, resume=False).findings == []  # nobody at the station can tell

    with pytest.raises(errors.BrokenPromise, match="witness_refused"):
        submission.submit_all(now=NOW)
    assert "witness_refuses" in status.read_health(now=NOW).problems
    source = next(one for one in SOURCES if one.kind == "histories")
    assert [item.code for item in source.read(cast.viewer("overseer"), NOW).items] == [NAME]
    assert models.Entry.objects.filter(kind="ledger.witness_refused").count() == 1
    told = witnessed.told(settings.LEDGER_ORIGIN)
    assert (told["size"], told["refused"]) == (9, 1)


def test_a_log_that_was_set_back_is_told_that_more_was_seen(witnessed: Province, append_acts: Append) -> None:
    append_acts(9)
    checkpoints.seal(now=NOW)
    submission.submit_all(now=NOW)
    with (
        as_root(),
        connection.cursor() as cursor,
    ):  # the disk of an hour ago is put back, the key's folder too
        for table in ("cosignature", "checkpoint", "node", "witness", "disclosure", "entry"):
            cursor.execute(f"DELETE FROM ledger_{table}")
    (Path(keys._folder()) / keys.HEAD_NAME).unlink()
    append_acts(4)
    checkpoints.seal(now=NOW)
    with pytest.raises(errors.BrokenPromise):
        submission.submit_all(now=NOW)
    assert submission.list_standings()[0].state.facts == {"known": 9, "size": 4}

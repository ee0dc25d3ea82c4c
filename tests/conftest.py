"""What every test stands on: a real PostgreSQL, the queue in it, and a store of its own."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import pytest
from django.test import Client
from pytest_django import DjangoDbBlocker
from pytest_django.fixtures import Settings

from siyanat.config import postgres
from tests import cast as cast_module
from tests.accounts import sessions

# A test asserts behaviour, never a time: no deadline, whatever else the machine is doing.
hypothesis.settings.register_profile("everyday", deadline=None)
hypothesis.settings.register_profile("long", deadline=None, max_examples=2000)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "everyday"))


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Start the embedded cluster before the test database is made, unless another server is named."""
    if "SIYANAT_DATABASE_URL" in os.environ:
        return
    from django.conf import settings
    from django.db import connections

    cluster = postgres.locate(Path(os.environ["SIYANAT_HOME"]))
    postgres.start(cluster, durable=False)
    address = cluster.address()
    for configured in (settings.DATABASES["default"], connections["default"].settings_dict):
        configured.update(address)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """Tests with transactions of their own empty every table afterwards: the log's guard against it rests."""
    from django.db import connection

    guarded = (
        "entry",
        "node",
        "checkpoint",
        "disclosure",
        "logverification",
        "logbelow",
        "refusedhead",
        "cosignature",
    )
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        for table in guarded:
            cursor.execute(f"ALTER TABLE ledger_{table} DISABLE TRIGGER {table}_truncate")


@pytest.fixture(autouse=True)
def own_store(settings: Settings, tmp_path: Path) -> None:
    """Give each test a store, cache and keys of its own."""
    settings.STORE = tmp_path / "store"
    settings.CACHE = tmp_path / "cache"
    settings.LEDGER_KEYS = tmp_path / "keys"


@pytest.fixture(autouse=True)
def no_unexpected_errors(request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fail a test in which anything logs an error, unless it is marked ``expects_errors``."""
    yield
    if request.node.get_closest_marker("expects_errors"):
        return
    for when in ("setup", "call"):
        found = [record for record in caplog.get_records(when) if record.levelno >= logging.ERROR]
        assert not found, [record.getMessage() for record in found]


@pytest.fixture
def cast(db: None) -> cast_module.Cast:
    """The fixed cast, written into the database."""
    return cast_module.make_cast()


@pytest.fixture
def sign_in(client: Client, cast: cast_module.Cast) -> Callable[..., Client]:
    """Open a session for one of the cast, with a second factor unless told otherwise; its client is returned."""
    return sessions.opener(client, cast)

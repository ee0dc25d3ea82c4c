"""What the log's tests share: acts to append, and a way past the database's own guard."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.db import connection, transaction

from siyanat.ledger import models, operations
from tests import cast as cast_module

Append = Callable[[int], list[models.Entry]]


@pytest.fixture
def append_acts(db: None) -> Append:
    """Append so many acts about things 0, 1, 2 ..."""

    def append(count: int) -> list[models.Entry]:
        with transaction.atomic():
            return [
                operations.append(
                    kind="test.act", actor="system:test", subject=f"thing:{number}", now=cast_module.NOW,
                    facts={"number": number},
                    personal={"note": f"یادداشت {number}"} if number % 5 == 0 else None,
                )
                for number in range(count)
            ]  # fmt: skip

    return append


@contextmanager
def as_root() -> Iterator[None]:
    """What somebody with the machine in their hands can do: switch the guards off."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        try:
            yield
        finally:
            cursor.execute("SET session_replication_role = DEFAULT")

"""Whose database this is: the demo works in one that it marked when it was empty, and in no other.

Kept here: the table ``siyanat_demo`` with its one row. It is made before any other table, so that a database
that was ever anything else has none.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import connection, transaction

from siyanat.lib import errors

_TABLES = "SELECT count(*) FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
_OWN = "SELECT to_regclass('public.siyanat_demo') IS NOT NULL"
# Accounts that were there before the database was marked can't be the demo's; those made in it later may be.
_STRANGERS = """
SELECT count(*) FROM accounts_user u, siyanat_demo d WHERE NOT u.is_demo AND u.date_joined < d.marked_at
"""


@dataclass(frozen=True, slots=True)
class Mark:
    """``began_at`` is the moment that the demo's world was written for; None until it stands."""

    marked_at: dt.datetime
    began_at: dt.datetime | None
    seed: int


def claim(*, now: dt.datetime, seed: int) -> Mark:
    """Return the demo's mark; an empty database is marked first.

    :raises errors.Refusal: ``demo.foreign_database`` when the database is not empty and not the demo's.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('siyanat.demo'))")
        if not _ask(_OWN):
            if _ask(_TABLES):
                raise errors.Refusal("demo.foreign_database", database=connection.settings_dict["NAME"])
            cursor.execute(
                "CREATE TABLE siyanat_demo (lone boolean PRIMARY KEY DEFAULT true CHECK (lone),"
                " marked_at timestamptz NOT NULL, began_at timestamptz, seed integer NOT NULL)"
            )
            cursor.execute("INSERT INTO siyanat_demo (marked_at, seed) VALUES (%s, %s)", [now, seed])
        if "accounts_user" in connection.introspection.table_names(cursor) and _ask(_STRANGERS):
            raise errors.Refusal("demo.foreign_database", database=connection.settings_dict["NAME"])
    return read()


def read() -> Mark:
    """The mark of a database that is the demo's.

    :raises errors.Refusal: ``demo.foreign_database`` when it is not.
    """
    if not _ask(_OWN):
        raise errors.Refusal("demo.foreign_database", database=connection.settings_dict["NAME"])
    with connection.cursor() as cursor:
        cursor.execute("SELECT marked_at, began_at, seed FROM siyanat_demo")
        return Mark(*cursor.fetchone())


def note_begun(*, now: dt.datetime) -> None:
    """Say, in the transaction that writes the world, for which moment it was written."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE siyanat_demo SET began_at = %s", [now])


def wipe() -> None:
    """Drop everything in the demo's database.

    :raises errors.Refusal: ``demo.foreign_database`` when it is neither the demo's nor empty.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        if not _ask(_OWN):
            if _ask(_TABLES):
                raise errors.Refusal("demo.foreign_database", database=connection.settings_dict["NAME"])
            return
        cursor.execute("DROP SCHEMA public CASCADE")
        cursor.execute("CREATE SCHEMA public")


def _ask(question: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(question)
        return int(cursor.fetchone()[0])

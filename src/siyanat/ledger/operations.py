"""Append an act to the log. Called inside the act's own transaction: both happen, or neither."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import secrets
from collections.abc import Mapping

from django.db import connection, transaction

from siyanat.ledger import models, scopes
from siyanat.lib import errors

SYSTEM = "system"
SALT_BYTES = 32


def canonical(value: object) -> str:
    """Return the one JSON text of ``value``: sorted keys, no spaces, UTF-8 letters as they are."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_encode)


def _encode(value: object) -> str:
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
    return str(value)


def commit(salt: bytes, value: object) -> str:
    """Return the commitment in hex: SHA-256(salt || canonical JSON)."""
    return hashlib.sha256(salt + canonical(value).encode()).hexdigest()


def append(
    *,
    kind: str,
    actor: str,
    subject: str,
    now: dt.datetime,
    facts: Mapping[str, object] | None = None,
    personal: Mapping[str, object] | None = None,
) -> models.Entry:
    """Write one unsequenced entry. ``facts`` are opaque identifiers and figures; ``personal`` values are
    committed to. The fact ``unit_path`` says where the act belongs, an empty one that it belongs to no unit;
    where it is not given, it is what `scopes` finds.

    :raises RuntimeError: outside a transaction, where an entry could outlive an act that failed.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError(f"{kind} appended outside its act's transaction")
    salts = {name: secrets.token_bytes(SALT_BYTES) for name in personal or {}}
    told = dict(facts or {})
    path = str(told.pop("unit_path")) if "unit_path" in told else scopes.path_of(subject)
    if path:
        told["unit_path"] = path
    body = {
        "actor": actor,
        "at": now,
        "commitments": {name: commit(salts[name], value) for name, value in (personal or {}).items()},
        "facts": told,
        "kind": kind,
        "nonce": secrets.token_hex(8),
        "subject": subject,
    }
    entry = models.Entry.objects.create(
        recorded_at=now, kind=kind, actor=actor, subject=subject, unit_path=path, body=canonical(body)
    )
    models.Disclosure.objects.bulk_create(
        models.Disclosure(entry=entry, name=name, salt=salts[name], value=json.loads(canonical(value)))
        for name, value in (personal or {}).items()
    )
    return entry


@transaction.atomic
def erase_disclosure(*, entry_id: int, name: str, actor: str, reason: str, now: dt.datetime) -> models.Entry:
    """Erase a personal value; its commitment stays in the tree and says no more without the salt.

    The reason is itself a personal value of the new entry, since it may name somebody.

    :raises errors.NotFound: when there is no such value, or it was erased before.
    """
    _allow_erasing(entry_id)
    erased, _ = models.Disclosure.objects.filter(entry_id=entry_id, name=name).delete()
    _allow_erasing(None)
    if not erased:
        raise errors.NotFound
    return append(
        kind="ledger.disclosure_erased",
        actor=actor,
        subject=f"entry:{entry_id}",
        now=now,
        facts={"name": name, "unit_path": _path_of(entry_id)},
        personal={"reason": reason},
    )


def _allow_erasing(entry_id: int | None) -> None:
    """Tell the table's guard, until the transaction ends, whose values may go: nothing else deletes them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('siyanat.erasing', %s, true)", [str(entry_id or "")])


def _path_of(entry_id: int) -> str:
    return models.Entry.objects.values_list("unit_path", flat=True).get(pk=entry_id)


@transaction.atomic
def open_disclosures(*, entry: models.Entry, actor: str, now: dt.datetime) -> list[models.Disclosure]:
    """Read the personal values of an entry; the reading is an act of its own."""
    found = list(entry.disclosures.order_by("name"))
    if found:
        append(
            kind="ledger.disclosures_read",
            actor=actor,
            subject=f"entry:{entry.pk}",
            now=now,
            facts={"names": [disclosure.name for disclosure in found], "unit_path": entry.unit_path},
        )
    return found

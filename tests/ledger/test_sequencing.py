"""Positions, nodes and checkpoints."""

from __future__ import annotations

import datetime as dt
import threading
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, given, settings, strategies

from siyanat.ledger import checkpoints, keys, models, operations, tree
from siyanat.lib import errors, merkle, signed_note
from tests.cast import NOW
from tests.ledger.conftest import Append, as_root

pytestmark = pytest.mark.django_db
MINUTE = dt.timedelta(minutes=1)


def naive_root(leaves: list[bytes]) -> bytes:
    """RFC 9162, 2.1.1, word for word."""
    if not leaves:
        return merkle.EMPTY_ROOT
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << ((len(leaves) - 1).bit_length() - 1)
    return merkle.node_hash(naive_root(leaves[:split]), naive_root(leaves[split:]))


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batches=strategies.lists(strategies.integers(1, 9), min_size=1, max_size=6))
def test_any_batching_gives_the_same_tree(append_acts: Append, batches: list[int]) -> None:
    with transaction.atomic():
        append_acts(sum(batches))
        assert [checkpoints.sequence_entries(limit=limit) for limit in batches] == batches
        rows = list(models.Entry.objects.order_by("position").values_list("position", "body"))
        assert [position for position, _ in rows] == list(range(len(rows)))
        leaves = [merkle.leaf_hash(body.encode()) for _, body in rows]
        assert tree.load_frontier(len(rows)).root() == naive_root(leaves)
        assert models.Node.objects.count() == tree.count_nodes(len(rows))
        assert not models.Node.objects.filter(level=0).exists()
        transaction.set_rollback(True)


def test_an_entry_is_refused_outside_its_act_s_transaction(transactional_db: None) -> None:
    with pytest.raises(RuntimeError, match="outside"):
        operations.append(kind="test.act", actor="system:test", subject="thing:1", now=NOW)


def test_the_database_refuses_to_change_or_remove_a_sequenced_entry(append_acts: Append) -> None:
    entry = append_acts(1)[0]
    checkpoints.sequence_entries()
    for statement in ("UPDATE ledger_entry SET body = '{}'", "DELETE FROM ledger_entry",
                      "UPDATE ledger_entry SET position = 7"):  # fmt: skip
        with (
            pytest.raises(DatabaseError, match="append-only"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
    entry.refresh_from_db()
    assert entry.position == 0


@pytest.mark.parametrize("table", ["entry", "node", "checkpoint", "disclosure", "logverification"])
def test_the_database_refuses_to_empty_a_table_of_the_log(append_acts: Append, table: str) -> None:
    append_acts(1)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE ledger_{table} ENABLE TRIGGER {table}_truncate")  # tests switch it off
        with pytest.raises(DatabaseError, match="append-only: TRUNCATE"), transaction.atomic():
            cursor.execute(f"TRUNCATE ledger_{table} CASCADE")
        cursor.execute(f"ALTER TABLE ledger_{table} DISABLE TRIGGER {table}_truncate")


def test_personal_values_are_erased_by_their_act_alone(append_acts: Append) -> None:
    entry = append_acts(1)[0]
    for change in (
        lambda: models.Disclosure.objects.update(value="another"),
        lambda: models.Disclosure.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change()
    operations.erase_disclosure(entry_id=entry.pk, name="note", actor="test", reason="law", now=NOW)
    assert not entry.disclosures.exists()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        models.Disclosure.objects.all().delete()


def test_a_login_with_the_least_rights_does_its_work_and_no_more(append_acts: Append) -> None:
    """The rights that docs/how-to/install.md gives, on the real server."""
    page = (Path(__file__).parents[2] / "docs/how-to/install.md").read_text()
    script = page.partition("```sql\n")[2].partition("```")[0]
    lines = [line.partition("--")[0] for line in script.splitlines()]
    statements = [one.strip() for one in " ".join(lines).split(";") if one.strip()]
    rights = [
        one.replace("siyanat", "runtime_test") for one in statements if one.startswith(("GRANT", "REVOKE"))
    ]
    assert len(rights) == 8
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("CREATE ROLE runtime_test NOLOGIN")
        for right in rights:
            cursor.execute(right)
        cursor.execute("SET ROLE runtime_test")
        try:
            entry = append_acts(1)[0]
            checkpoints.seal(now=NOW)
            operations.erase_disclosure(entry_id=entry.pk, name="note", actor="test", reason="law", now=NOW)
            for statement in (
                "UPDATE ledger_entry SET body = ''", "DELETE FROM ledger_entry", "TRUNCATE ledger_entry CASCADE",
                "UPDATE ledger_disclosure SET value = '1'", "ALTER TABLE ledger_entry DISABLE TRIGGER USER",
                "UPDATE ledger_checkpoint SET note = ''", "DELETE FROM ledger_node",
                "UPDATE ledger_cosignature SET line = ''", "DELETE FROM ledger_logbelow", "DELETE FROM ledger_refusedhead",
            ):  # fmt: skip
                with (
                    pytest.raises(DatabaseError, match=r"permission denied|must be owner"),
                    transaction.atomic(),
                ):
                    cursor.execute(statement)
        finally:
            cursor.execute("RESET ROLE")


@pytest.mark.django_db(transaction=True)
def test_appenders_and_sequencers_at_once_leave_no_hole() -> None:
    def append(name: int) -> None:
        for number in range(15):
            with transaction.atomic():
                operations.append(kind="test.act", actor=f"system:{name}", subject=f"thing:{number}", now=NOW)
        connection.close()

    def sequence() -> None:
        for _ in range(15):
            checkpoints.sequence_entries(limit=4)
        connection.close()

    workers = [threading.Thread(target=append, args=[name]) for name in range(3)]
    workers += [threading.Thread(target=sequence) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    checkpoints.seal(now=NOW)
    bodies = models.Entry.objects.order_by("position").values_list("position", "body")
    assert [position for position, _ in bodies] == list(range(45))
    assert tree.load_frontier(45).root() == naive_root(
        [merkle.leaf_hash(body.encode()) for _, body in bodies]
    )


def test_a_checkpoint_is_signed_only_when_the_log_grew(append_acts: Append) -> None:
    assert checkpoints.seal(now=NOW) is None
    append_acts(3)
    first = checkpoints.seal(now=NOW)
    assert first is not None
    assert first.size == 3
    assert checkpoints.sign_checkpoint(now=NOW + MINUTE) is None
    append_acts(1)
    second = checkpoints.seal(now=NOW + MINUTE)
    assert second is not None
    assert second.size == 4
    head, signed = signed_note.open_checkpoint(encoded=second.note, keys=[keys.load_signer().verifier()])
    assert (head.size, head.root) == (4, bytes(second.root))
    assert signed


def test_the_key_is_made_once_and_only_its_owner_reads_it(settings: Any) -> None:
    first = keys.load_signer()
    path = Path(settings.LEDGER_KEYS) / keys.KEY_NAME
    assert path.stat().st_mode & 0o777 == 0o600
    assert keys.load_signer() == first
    path.chmod(0o640)
    with pytest.raises(errors.Refusal) as refused:
        keys.load_signer()
    assert refused.value.code == "ledger.key_exposed"


def test_a_log_that_shrank_is_not_signed_over(append_acts: Append) -> None:
    append_acts(5)
    checkpoints.seal(now=NOW)
    with as_root(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM ledger_entry WHERE position = 4")
    with pytest.raises(errors.BrokenPromise) as broken:
        checkpoints.sign_checkpoint(now=NOW)
    assert broken.value.code == "ledger.log_shrank"


def test_a_database_set_back_to_an_earlier_state_meets_the_head_kept_beside_the_key(
    append_acts: Append,
) -> None:
    append_acts(2)
    checkpoints.seal(now=NOW)
    earlier = transaction.savepoint()
    append_acts(2)
    checkpoints.seal(now=NOW)
    transaction.savepoint_rollback(earlier)
    append_acts(5)
    with pytest.raises(errors.BrokenPromise) as broken:
        checkpoints.seal(now=NOW)
    assert broken.value.code == "ledger.history_changed"


def test_a_rewritten_node_is_not_signed_over(append_acts: Append) -> None:
    append_acts(4)
    checkpoints.seal(now=NOW)
    append_acts(1)
    checkpoints.sequence_entries()
    with as_root(), connection.cursor() as cursor:
        cursor.execute("UPDATE ledger_node SET hash = %s WHERE level = 2", [bytes(32)])
    with pytest.raises(errors.BrokenPromise) as broken:
        checkpoints.sign_checkpoint(now=NOW)
    assert broken.value.code == "ledger.history_changed"


def test_checkpoints_reach_the_level_above_once_each(
    append_acts: Append, settings: Any, tmp_path: Path
) -> None:
    settings.LEDGER_WITNESS_FOLDER = str(tmp_path / "above")
    append_acts(1)
    with pytest.raises(errors.PassingFault) as fault:
        checkpoints.seal(now=NOW)
    assert fault.value.code == "ledger.witness_unreachable"
    (tmp_path / "above").mkdir()
    append_acts(1)
    checkpoints.seal(now=NOW + MINUTE)
    sent = sorted((tmp_path / "above").rglob("*.checkpoint"))
    assert [path.read_text() for path in sent] == [
        checkpoint.note for checkpoint in models.Checkpoint.objects.order_by("size")
    ]
    assert not models.Checkpoint.objects.filter(witnessed_at__isnull=True).exists()
    assert checkpoints.send_checkpoints(now=NOW + MINUTE) == 0
    assert not list((tmp_path / "above").rglob(".*"))


def test_the_level_above_notices_another_history(append_acts: Append, settings: Any, tmp_path: Path) -> None:
    settings.LEDGER_WITNESS_FOLDER = str(tmp_path)
    append_acts(2)
    checkpoints.seal(now=NOW)
    other = signed_note.Checkpoint(settings.LEDGER_ORIGIN, 2, bytes(32))
    sent = next(tmp_path.rglob("*.checkpoint"))
    sent.write_text(signed_note.sign_checkpoint(checkpoint=other, signers=[keys.load_signer()]))
    append_acts(1)
    with pytest.raises(errors.BrokenPromise) as broken:
        checkpoints.seal(now=NOW)
    assert broken.value.code == "ledger.witness_disagrees"

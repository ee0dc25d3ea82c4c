"""Everything that somebody could change in the tables is found; nothing is found in an untouched log."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner
from django.db import connection

from siyanat.ledger import checkpoints, cli, keys, models, operations, proofs, verification
from siyanat.lib import errors, merkle, signed_note
from tests.cast import NOW
from tests.ledger.conftest import Append, as_root

pytestmark = pytest.mark.django_db


@pytest.fixture
def sealed(append_acts: Append) -> None:
    for count in (3, 6, 2):
        append_acts(count)
        checkpoints.seal(now=NOW)


def codes(level: str = "hash") -> set[str]:
    return {finding["code"] for finding in verification.verify_log(level, now=NOW).findings}


@pytest.mark.parametrize("level", verification.LEVELS)
def test_an_untouched_log_is_clean_at_every_level(sealed: None, level: str) -> None:
    run = verification.verify_log(level, now=NOW)
    assert run.findings == []
    assert run.size == 11


def test_an_empty_log_is_clean() -> None:
    assert codes() == set()


ZEROS = "decode(repeat('00', 32), 'hex')"
TAMPERINGS = {
    """UPDATE ledger_entry SET body = replace(body, '"number":1', '"number":9') WHERE position = 1""":
        "ledger.body_differs",
    "UPDATE ledger_entry SET actor = 'system:other' WHERE position = 5": "ledger.columns_differ",
    "DELETE FROM ledger_entry WHERE position = 10": "ledger.log_shrank",
    "DELETE FROM ledger_entry WHERE position = 4": "ledger.position_missing",
    f'UPDATE ledger_node SET hash = {ZEROS} WHERE level = 1 AND "index" = 2': "ledger.node_differs",
    'DELETE FROM ledger_node WHERE level = 1 AND "index" = 2': "ledger.nodes_missing",
    f"UPDATE ledger_checkpoint SET root = {ZEROS} WHERE size = 9": "ledger.root_differs",
    "UPDATE ledger_checkpoint SET note = replace(note, 'ledger', 'ledgex') WHERE size = 9":
        "ledger.signature_wrong",
    "UPDATE ledger_checkpoint SET size = 10 WHERE size = 9": "ledger.checkpoint_differs_from_note",
    """UPDATE ledger_disclosure SET value = '"other"' WHERE id = (SELECT min(id) FROM ledger_disclosure)""":
        "ledger.disclosure_differs",
}  # fmt: skip


@pytest.mark.parametrize(("statement", "code"), TAMPERINGS.items())
def test_what_root_changes_in_the_tables_is_found(sealed: None, statement: str, code: str) -> None:
    with as_root(), connection.cursor() as cursor:
        cursor.execute(statement)
        assert cursor.rowcount == 1
    assert code in codes()


def test_a_body_rewritten_with_its_hashes_is_found_by_the_checkpoints(sealed: None) -> None:
    entry = models.Entry.objects.get(position=0)
    body = entry.body.replace('"number":0', '"number":8')
    with as_root(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE ledger_entry SET body = %s, leaf_hash = %s WHERE position = 0",
            [body, merkle.leaf_hash(body.encode())],
        )
    assert "ledger.root_differs" in codes()


def test_a_run_that_was_broken_off_goes_on_where_it_stopped(
    append_acts: Append, monkeypatch: pytest.MonkeyPatch
) -> None:
    append_acts(9)
    checkpoints.seal(now=NOW)
    monkeypatch.setattr(verification, "CHUNK", 4)
    seen: list[int] = []

    def stop_at_second(done: int, _of: int) -> None:
        seen.append(done)
        if len(seen) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        verification.verify_log("hash", now=NOW, progress=stop_at_second)
    run = verification.verify_log("hash", now=NOW, progress=lambda done, _of: seen.append(done))
    assert seen == [4, 8, 9]
    assert run.findings == []
    assert models.LogVerification.objects.count() == 1


def test_a_proof_is_verified_by_anyone_with_the_verifier_key(sealed: None) -> None:
    key = signed_note.VerifierKey.parse(keys.load_signer().verifier().encode())
    for entry in models.Entry.objects.all():
        proof = signed_note.Proof.parse(proofs.prove(entry))
        signed_note.verify_proof(proof=proof, leaf=merkle.leaf_hash(entry.body.encode()), keys=[key])


def test_an_entry_that_no_checkpoint_covers_has_no_proof_yet(sealed: None, append_acts: Append) -> None:
    entry = append_acts(1)[0]
    with pytest.raises(errors.Refusal) as refused:
        proofs.prove(entry)
    assert refused.value.code == "ledger.not_sealed_yet"


def test_erasing_a_personal_value_leaves_the_log_whole_and_an_entry(sealed: None) -> None:
    disclosure = models.Disclosure.objects.select_related("entry").earliest("id")
    act = operations.erase_disclosure(
        entry_id=disclosure.entry_id, name="note", actor="system:test", reason="court order 12", now=NOW
    )
    assert not disclosure.entry.disclosures.exists()
    assert act.kind == "ledger.disclosure_erased"
    assert codes() == set()
    with pytest.raises(errors.NotFound):
        operations.erase_disclosure(
            entry_id=disclosure.entry_id, name="note", actor="system:test", reason="", now=NOW
        )


def test_the_command_exits_with_one_when_something_differs(sealed: None) -> None:
    runner = CliRunner()
    clean = runner.invoke(cli.command, ["verify", "--json"])
    assert clean.exit_code == 0
    assert json.loads(clean.stdout)["findings"] == []
    with as_root(), connection.cursor() as cursor:
        cursor.execute("UPDATE ledger_entry SET kind = 'test.other' WHERE position = 1")
    assert runner.invoke(cli.command, ["verify"]).exit_code == 1


def test_the_command_prints_the_key_and_a_proof(sealed: None) -> None:
    runner = CliRunner()
    assert signed_note.VerifierKey.parse(runner.invoke(cli.command, ["key"]).stdout.strip())
    entry = models.Entry.objects.earliest("id")
    assert (
        signed_note.Proof.parse(runner.invoke(cli.command, ["prove", str(entry.pk)]).stdout).index
        == entry.position
    )

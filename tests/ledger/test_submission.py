"""The side of the log: checkpoints reach the witness, its word is kept, what it refuses is told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.db import connection
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from siyanat.archive import verify
from siyanat.ledger import checkpoints, keys, models, proofs, submission, tasks, verification, witnessing
from siyanat.lib import cosignature, errors, merkle, signed_note
from siyanat.status import queries as status
from tests.cast import NOW
from tests.ledger.conftest import Append, as_root

HOUR = dt.timedelta(hours=1)
NAME = "province.example/witness"
Seal = Callable[[int], models.Checkpoint]


@pytest.fixture
def witness(settings: Settings, live_server: LiveServer) -> cosignature.CosignerKey:
    """A witness that knows this log: this very deployment plays it, over HTTP and in tables of its own."""
    settings.LEDGER_WITNESS_NAME = NAME
    key = keys.load_cosigner().verifier()
    settings.LEDGER_WITNESSES = f"{live_server.url}/ledger/witness {key.encode()}"
    witnessing.register_log(key=keys.load_signer().verifier().encode(), actor="system:operator", now=NOW)
    return key


@pytest.fixture
def seal(append_acts: Append) -> Seal:
    def grow(count: int) -> models.Checkpoint:
        append_acts(count)
        head = checkpoints.seal(now=NOW)
        assert head is not None
        return head

    return grow


def standing() -> submission.Standing:
    return submission.list_standings()[0]


def test_each_checkpoint_is_cosigned_and_the_word_is_kept_beside_it(
    witness: cosignature.CosignerKey, seal: Seal
) -> None:
    for _ in range(3):
        head = seal(3)
        assert standing().behind > 0
        assert submission.submit_all(now=NOW) == 1
        note = signed_note.Note.parse(submission.cosigned(head))
        assert witness.seen_at(note)
        assert (standing().behind, standing().state.fault) == (0, "")
    assert not submission.is_due(submission.list_configured()[0], now=NOW)
    run = verification.verify_log(now=NOW, witnesses=[witness], resume=False)
    assert run.findings == []


def test_proofs_carry_the_cosignature_and_outsiders_can_check_it(
    witness: cosignature.CosignerKey, seal: Seal
) -> None:
    seal(3)
    submission.submit_all(now=NOW)
    entry = models.Entry.objects.get(position=1)
    seal(2)  # a later checkpoint that no witness has seen yet does not take the cosigned one's place
    proof = signed_note.Proof.parse(proofs.prove(entry))
    leaf = merkle.leaf_hash(entry.body.encode())
    signed_note.verify_proof(proof=proof, leaf=leaf, keys=[keys.load_signer().verifier()])
    assert verify.cosigned_at(proof.checkpoint, verify.parse_key(witness.encode(), kind=4))


def test_a_witness_that_knows_more_or_less_than_we_thought_is_asked_from_there(
    witness: cosignature.CosignerKey, seal: Seal
) -> None:
    seal(3)
    submission.submit_all(now=NOW)
    models.Witness.objects.update(size=0)  # as after a restore from a backup
    seal(3)
    assert submission.submit_all(now=NOW) == 1
    with as_root(), connection.cursor() as cursor:  # the witness was restored from a backup
        cursor.execute("UPDATE ledger_logbelow SET size = 0")
    seal(3)
    assert submission.submit_all(now=NOW) == 1
    assert models.Entry.objects.filter(kind="ledger.witness_went_back").count() == 1


def test_a_witness_that_is_away_delays_nothing_and_is_told_as_behind(
    settings: Settings, seal: Seal, db: None
) -> None:
    key = cosignature.CosignerSecret.generate(NAME).verifier()
    settings.LEDGER_WITNESSES = f"http://127.0.0.1:9/ledger/witness {key.encode()}"
    seal(3)
    assert submission.submit_all(now=NOW) == 0
    assert standing().state.fault == "ledger.witness_unreachable_at"
    assert "witness_behind" not in status.read_health(now=NOW).problems
    later = status.read_health(now=NOW + 2 * HOUR)
    assert "witness_behind" in later.problems
    assert later.figures["witnesses_behind"] == {NAME: 3}


def test_a_witness_that_does_not_know_this_log_says_so(
    witness: cosignature.CosignerKey, seal: Seal, settings: Settings
) -> None:
    settings.LEDGER_ORIGIN = "renamed.example/ledger"
    seal(3)
    assert submission.submit_all(now=NOW) == 0
    assert (standing().state.fault, standing().state.facts) == ("ledger.witness_answered", {"status": 404})


def test_an_answer_of_another_key_is_not_believed(
    witness: cosignature.CosignerKey, seal: Seal, settings: Settings
) -> None:
    url = settings.LEDGER_WITNESSES.partition(" ")[0]
    settings.LEDGER_WITNESSES = f"{url} {cosignature.CosignerSecret.generate(NAME).verifier().encode()}"
    seal(3)
    assert submission.submit_all(now=NOW) == 0
    assert standing().state.fault == "ledger.witness_answer_unreadable"
    assert not models.Cosignature.objects.exists()


def test_a_witness_that_holds_another_history_is_a_broken_promise_told_once_and_standing(
    witness: cosignature.CosignerKey, seal: Seal
) -> None:
    seal(3)
    submission.submit_all(now=NOW)
    with as_root(), connection.cursor() as cursor:
        cursor.execute("UPDATE ledger_logbelow SET size = 900, root = decode(repeat('00', 32), 'hex')")
    seal(3)
    with pytest.raises(errors.BrokenPromise, match="witness_refused"):
        submission.submit_all(now=NOW)
    assert standing().state.fault == "ledger.witness_is_ahead"
    assert submission.submit_all(now=NOW) == 0  # tried again in an hour
    submission.submit_all(now=NOW + HOUR)
    assert models.Entry.objects.filter(kind="ledger.witness_refused").count() == 1
    assert "witness_refuses" in status.read_health(now=NOW).problems


def test_the_minute_s_job_asks_each_witness_in_a_job_of_its_own(
    witness: cosignature.CosignerKey, append_acts: Append
) -> None:
    from procrastinate.contrib.django.models import ProcrastinateJob

    append_acts(3)
    for _ in range(2):
        tasks.sequence()
    jobs = ProcrastinateJob.objects.filter(task_name="ledger.submit")
    assert [job.args for job in jobs] == [{"witness": NAME}]
    tasks.submit(witness=NAME)
    assert standing().behind == 0


@pytest.mark.parametrize("text", ["https://province.example/w", "ftp://x y", "nothing"])
def test_a_setting_that_can_t_be_read_is_refused(settings: Settings, text: str, db: None) -> None:
    settings.LEDGER_WITNESSES = text
    with pytest.raises(errors.Refusal):
        submission.list_configured()


def test_verification_demands_the_word_of_a_witness_that_is_named(seal: Seal, db: None) -> None:
    seal(3)
    stranger = cosignature.CosignerSecret.generate(NAME).verifier()
    run = verification.verify_log(now=NOW, witnesses=[stranger], resume=False)
    assert [one["code"] for one in run.findings] == ["ledger.not_cosigned"]


def test_a_forged_cosignature_is_found(witness: cosignature.CosignerKey, seal: Seal) -> None:
    seal(3)
    submission.submit_all(now=NOW)
    forged = cosignature.CosignerSecret(NAME, bytes(32)).cosign("another text\n", time=5)
    line = signed_note.Signature(NAME, witness.key_id, forged.value).line()
    with as_root():
        models.Cosignature.objects.update(line=line)
    run = verification.verify_log(now=NOW, witnesses=[witness], resume=False)
    assert {one["code"] for one in run.findings} == {"ledger.cosignature_wrong", "ledger.not_cosigned"}

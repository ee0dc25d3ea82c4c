"""The side of the witness: what is cosigned, what is refused and with which status, what oversight is told."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from siyanat.desk import items
from siyanat.desk.sources import SOURCES
from siyanat.ledger import keys, models, witnessing
from siyanat.lib import cosignature, errors, signed_note
from tests import cast as cast_module
from tests.accounts import sessions
from tests.cast import NOW, Cast
from tests.ledger.logs_below import ORIGIN, SmallLog

pytestmark = pytest.mark.django_db
NAME = "province.example/witness"


@pytest.fixture
def log(settings: Settings) -> SmallLog:
    """A log that is registered with this deployment as its witness."""
    settings.LEDGER_WITNESS_NAME = NAME
    small = SmallLog()
    witnessing.register_log(key=small.signer.verifier().encode(), actor="system:operator", now=NOW)
    return small


def send(client: Client, asked: cosignature.Submission | str) -> Any:
    text = asked if isinstance(asked, str) else asked.encode()
    return client.post(reverse("ledger:add_checkpoint"), text.encode(), content_type="text/plain")


def known() -> models.LogBelow:
    return models.LogBelow.objects.get(origin=ORIGIN)


def test_a_log_that_only_grows_is_cosigned_each_time(log: SmallLog, client: Client) -> None:
    for old, size in [(0, 3), (3, 3), (3, 8), (8, 21)]:
        response = send(client, log.submission(old, size))
        assert response.status_code == 200
        assert not response.cookies
        note = signed_note.Note.parse(log.checkpoint(size) + response.content.decode())
        assert keys.load_cosigner().verifier().seen_at(note)
    assert known().size == 21
    assert models.Entry.objects.filter(kind="ledger.head_refused").count() == 0


def test_the_head_that_was_cosigned_last_can_be_fetched(log: SmallLog, client: Client) -> None:
    digest = hashlib.sha256(ORIGIN.encode()).hexdigest()
    address = reverse("ledger:witnessed_checkpoint", args=[digest])
    assert client.get(address).status_code == 404
    send(client, log.submission(0, 5))
    note = signed_note.Note.parse(client.get(address).content.decode())
    assert signed_note.verify_note(note=note, keys=[log.signer.verifier()])
    assert keys.load_cosigner().verifier().seen_at(note)


def test_an_unknown_log_is_not_found(log: SmallLog, client: Client) -> None:
    stranger = SmallLog(signer=signed_note.SignerKey.generate("elsewhere.example/log"))
    assert send(client, stranger.submission(0, 5)).status_code == 404


def test_another_key_or_a_broken_signature_is_forbidden(log: SmallLog, client: Client) -> None:
    assert send(client, SmallLog().submission(0, 5)).status_code == 403
    asked = log.submission(0, 5)
    note = signed_note.Note.parse(asked.checkpoint)
    broken = signed_note.Signature(ORIGIN, note.signatures[0].key_id, bytes(64))
    text = signed_note.Note(note.text, (*note.signatures, broken)).encode()
    assert send(client, cosignature.Submission(0, (), text)).status_code == 403
    assert known().size == 0


def test_a_second_key_of_a_log_is_trusted_once_it_is_registered(log: SmallLog, client: Client) -> None:
    second = SmallLog()
    witnessing.register_log(key=second.signer.verifier().encode(), actor="system:operator", now=NOW)
    assert send(client, second.submission(0, 5)).status_code == 200
    with pytest.raises(errors.Refusal):
        witnessing.register_log(key=second.signer.verifier().encode(), actor="system:operator", now=NOW)


def test_what_is_malformed_is_a_bad_request(log: SmallLog, client: Client) -> None:
    assert send(client, "old five\n\nnothing").status_code == 400
    assert send(client, "old 0\n\nnothing signed\n").status_code == 400
    asked = log.submission(0, 5)
    assert send(client, cosignature.Submission(6, asked.proof, asked.checkpoint)).status_code == 400


def test_another_old_size_is_answered_with_the_known_one(log: SmallLog, client: Client) -> None:
    send(client, log.submission(0, 5))
    response = send(client, log.submission(3, 8))
    assert (response.status_code, response.content) == (409, b"5\n")
    assert response["Content-Type"] == "text/x.tlog.size"


@pytest.mark.parametrize(
    "wrong",
    [
        SmallLog(flavour="forged").submission(5, 8),
        SmallLog(flavour="forged").submission(5, 5),
        cosignature.Submission(5, (), SmallLog().checkpoint(8)),
    ],
    ids=["rewritten", "same size, another root", "no proof"],
)
def test_what_does_not_continue_is_refused_and_kept_as_proof(
    log: SmallLog, client: Client, wrong: cosignature.Submission
) -> None:
    send(client, log.submission(0, 5))
    head = signed_note.Checkpoint.parse(signed_note.Note.parse(wrong.checkpoint).text)
    forged = signed_note.sign_checkpoint(checkpoint=head, signers=[log.signer])
    for _ in range(2):
        answer = send(client, cosignature.Submission(5, wrong.proof, forged))
        assert answer.status_code == 422
    refused = models.RefusedHead.objects.get()
    assert (refused.note, refused.known, refused.log.size) == (forged, known().note, 5)
    assert models.Entry.objects.filter(kind="ledger.head_refused").count() == 1


def test_from_nothing_a_proof_must_be_empty(log: SmallLog, client: Client) -> None:
    asked = log.submission(5, 8)
    assert send(client, cosignature.Submission(0, asked.proof, asked.checkpoint)).status_code == 422


def test_a_deployment_without_a_name_is_no_witness(log: SmallLog, client: Client, settings: Settings) -> None:
    settings.LEDGER_WITNESS_NAME = ""
    assert send(client, log.submission(0, 5)).status_code == 404
    with pytest.raises(errors.Refusal):
        keys.load_cosigner()


def test_bodies_and_haste_are_limited(log: SmallLog, client: Client, settings: Settings) -> None:
    assert send(client, "old 0\n\n" + "x" * 70_000).status_code == 413
    settings.ACCOUNT_RATE_LIMITS = {"witness": "2/m/ip"}
    assert [send(client, "nothing").status_code for _ in range(3)] == [400, 400, 429]


def test_the_database_refuses_to_let_a_witnessed_log_shrink(log: SmallLog, client: Client) -> None:
    send(client, log.submission(0, 5))
    for statement in ("UPDATE ledger_logbelow SET size = 4", "DELETE FROM ledger_logbelow"):
        with (
            pytest.raises(DatabaseError, match=r"only grows|append-only"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


def test_oversight_finds_two_histories_in_its_kartabl_and_takes_them_up(
    log: SmallLog, client: Client, cast: Cast
) -> None:
    send(client, log.submission(0, 5))
    forged = SmallLog(flavour="forged", signer=log.signer)
    send(client, forged.submission(5, 8))
    source = next(one for one in SOURCES if one.kind == "histories")

    def waiting(name: str) -> list[items.Item]:
        viewer = cast.viewer(name)
        return source.read(viewer, NOW).items if source.is_for(viewer) else []

    assert [item.code for item in waiting("overseer")] == [ORIGIN]
    assert waiting("integrity") == waiting("admin") == []
    refused = models.RefusedHead.objects.get()
    opener = sessions.opener(client, cast)
    opener("admin")
    assert client.post(reverse("ledger:note_refusal", args=[refused.pk])).status_code == 404
    opener("overseer")
    assert ORIGIN in client.get(reverse("ledger:below")).content.decode()
    proof = client.get(reverse("ledger:refused", args=[refused.pk])).content.decode()
    assert proof.count(ORIGIN) == 4
    assert client.post(reverse("ledger:note_refusal", args=[refused.pk])).status_code == 302
    assert waiting("overseer") == []
    assert models.Entry.objects.filter(kind="ledger.refusal_noted").count() == 1


def test_a_log_that_falls_silent_is_told(log: SmallLog) -> None:
    assert witnessing.list_silent(now=NOW + cast_module.HOUR) == []
    later = NOW + witnessing.SILENT_AFTER + cast_module.HOUR
    assert [one.origin for one in witnessing.list_silent(now=later)] == [ORIGIN]

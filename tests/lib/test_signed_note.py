import pytest
from hypothesis import given
from hypothesis import strategies as st

from siyanat.lib import errors, merkle, signed_note

SIGNER = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
VERIFIER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
LINE = (
    "— PeterNeumann "
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
)
SPEC_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
SPEC_NOTE = (
    "This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1"
    "ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
)
HEAD = (
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
    "— example.com/behind-the-sofa "
    "Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
)
OURS = signed_note.SignerKey("log.example/one", b"1" * 32)
WITNESS = signed_note.SignerKey("witness.example", b"2" * 32)
LINES = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=20)


def test_signing_gives_the_bytes_of_the_reference_implementation() -> None:
    signer = signed_note.SignerKey.parse(SIGNER)
    assert signed_note.sign_note(text=TEXT, signers=[signer]).encode() == f"{TEXT}\n{LINE}\n"
    assert signer.encode() == SIGNER
    assert signer.verifier().encode() == VERIFIER


def test_the_example_of_the_specification_verifies() -> None:
    key = signed_note.VerifierKey.parse(SPEC_KEY)
    note = signed_note.Note.parse(SPEC_NOTE)
    assert signed_note.verify_note(note=note, keys=[key]) == [key]
    assert note.encode() == SPEC_NOTE


def test_the_example_checkpoint_of_the_specification_is_read_and_written_alike() -> None:
    note = signed_note.Note.parse(HEAD)
    checkpoint = signed_note.Checkpoint.parse(note.text)
    assert (checkpoint.origin, checkpoint.size) == ("example.com/behind-the-sofa", 20852163)
    assert checkpoint.text() == note.text
    assert note.encode() == HEAD


def test_a_signer_key_does_not_show_its_secret() -> None:
    assert "1111" not in repr(OURS)
    assert "seed" not in repr(OURS)


@pytest.mark.parametrize("at", range(len(VERIFIER)))
def test_a_verifier_key_with_one_letter_changed_is_refused(at: int) -> None:
    with pytest.raises(errors.Refusal):
        signed_note.VerifierKey.parse(VERIFIER[:at] + chr(ord(VERIFIER[at]) + 1) + VERIFIER[at + 1 :])


@pytest.mark.parametrize(
    "key",
    [
        "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",
        "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "",
        "a+b",
        VERIFIER + "\n",
        VERIFIER.replace("P", " ", 1),
    ],
)
def test_malformed_verifier_keys_are_refused(key: str) -> None:
    with pytest.raises(errors.Refusal):
        signed_note.VerifierKey.parse(key)


def test_a_verifier_key_is_no_signer_key() -> None:
    with pytest.raises(errors.Refusal):
        signed_note.SignerKey.parse(VERIFIER)


def test_a_fresh_key_survives_its_string_form() -> None:
    key = signed_note.SignerKey.generate("a.example")
    assert signed_note.SignerKey.parse(key.encode()) == key


@given(lines=st.lists(LINES | st.just(""), min_size=1, max_size=5))
def test_a_note_comes_back_as_it_was_signed(lines: list[str]) -> None:
    text = "\n".join(lines) + "\n"
    note = signed_note.sign_note(text=text, signers=[OURS, WITNESS])
    back = signed_note.Note.parse(note.encode())
    assert back == note
    keys = [WITNESS.verifier(), OURS.verifier()]
    assert set(signed_note.verify_note(note=back, keys=keys)) == set(keys)


@pytest.mark.parametrize(
    "encoded",
    [
        "",
        TEXT,
        f"{TEXT}\n",
        f"{TEXT}\n{LINE}",
        f"{TEXT}{LINE}\n",
        f"{TEXT}\n{LINE}\n\n",
        f"{TEXT}\n{LINE[2:]}\n",
        f"{TEXT}\n{LINE} x\n",
        f"{TEXT}\n— PeterNeumann x08g\n",
        f"{TEXT}\n- {LINE[2:]}\n",
        f"{TEXT}\t\n{LINE}\n",
        f"{TEXT}\r\n{LINE}\n",
        f"{TEXT}\n{f'{LINE}{chr(10)}' * 101}",
    ],
)
def test_malformed_notes_are_refused(encoded: str) -> None:
    with pytest.raises(errors.Refusal, match=r"note.malformed"):
        signed_note.Note.parse(encoded)


def test_signatures_of_unknown_keys_are_passed_over() -> None:
    note = signed_note.cosign(note=signed_note.sign_note(text="x\n", signers=[OURS]), signer=WITNESS)
    assert signed_note.verify_note(note=note, keys=[WITNESS.verifier()]) == [WITNESS.verifier()]


def test_a_note_without_a_known_signature_stops_us() -> None:
    note = signed_note.sign_note(text="x\n", signers=[OURS])
    with pytest.raises(errors.BrokenPromise, match=r"note.no_known_signature"):
        signed_note.verify_note(note=note, keys=[WITNESS.verifier()])


def test_one_wrong_signature_of_a_known_key_spoils_the_note() -> None:
    note = signed_note.sign_note(text="x\n", signers=[OURS, WITNESS])
    torn = signed_note.Note("y\n", note.signatures)
    with pytest.raises(errors.BrokenPromise, match=r"note.bad_signature"):
        signed_note.verify_note(note=torn, keys=[OURS.verifier(), WITNESS.verifier()])


@given(size=st.integers(0, 2**63), root=st.binary(min_size=32, max_size=32), more=st.lists(LINES, max_size=2))
def test_a_checkpoint_survives_signing_and_opening(size: int, root: bytes, more: list[str]) -> None:
    checkpoint = signed_note.Checkpoint("log.example/one", size, root, tuple(more))
    encoded = signed_note.sign_checkpoint(checkpoint=checkpoint, signers=[OURS])
    opened = signed_note.open_checkpoint(encoded=encoded, keys=[OURS.verifier()], origin="log.example/one")
    assert opened == (checkpoint, [OURS.verifier()])


def test_a_checkpoint_of_another_log_stops_us() -> None:
    checkpoint = signed_note.Checkpoint("log.example/two", 0, merkle.EMPTY_ROOT)
    encoded = signed_note.sign_checkpoint(checkpoint=checkpoint, signers=[OURS])
    with pytest.raises(errors.BrokenPromise, match=r"note.other_origin"):
        signed_note.open_checkpoint(encoded=encoded, keys=[OURS.verifier()], origin="log.example/one")


@pytest.mark.parametrize(
    "text", ["o\n1\n", "o\n01\nx\n", "o\n-1\nx\n", "\n1\nx\n", "o\n1\nAAAA\n", "o\n۱\nAAAA\n"]
)
def test_malformed_checkpoints_are_refused(text: str) -> None:
    with pytest.raises(errors.Refusal, match=r"note.bad_checkpoint"):
        signed_note.Checkpoint.parse(text)


def make_proof(index: int, size: int, extra: bytes | None) -> tuple[signed_note.Proof, bytes]:
    leaves = [merkle.leaf_hash(bytes([at])) for at in range(size)]
    frontier, nodes = merkle.Frontier().extend(leaves)
    store = {(node.level, node.index): node.digest for node in nodes}
    path = merkle.inclusion_proof(index=index, size=size, get_node=lambda *node: store[node])
    checkpoint = signed_note.Checkpoint("log.example/one", size, frontier.root())
    encoded = signed_note.sign_checkpoint(checkpoint=checkpoint, signers=[OURS, WITNESS])
    return signed_note.Proof(index, tuple(path), encoded, extra), leaves[index]


@given(data=st.data(), size=st.integers(1, 40), extra=st.none() | st.binary(max_size=30))
def test_a_proof_survives_its_text_and_verifies_offline(
    data: st.DataObject, size: int, extra: bytes | None
) -> None:
    proof, leaf = make_proof(data.draw(st.integers(0, size - 1)), size, extra)
    back = signed_note.Proof.parse(proof.encode())
    assert back == proof
    keys = [OURS.verifier(), WITNESS.verifier()]
    checkpoint, signed = signed_note.verify_proof(proof=back, leaf=leaf, keys=keys, origin="log.example/one")
    assert (checkpoint.size, signed) == (size, keys)


def test_a_proof_reads_as_the_specification_shows_it() -> None:
    proof, _ = make_proof(2, 3, b"more")
    lines = proof.encode().split("\n")
    assert lines[:3] == ["c2sp.org/tlog-proof@v1", "extra bW9yZQ==", "index 2"]
    assert lines[4:7] == ["", "log.example/one", "3"]


def test_a_proof_of_another_leaf_stops_us() -> None:
    proof, _ = make_proof(2, 5, None)
    with pytest.raises(errors.BrokenPromise, match=r"merkle.not_included"):
        signed_note.verify_proof(proof=proof, leaf=b"x" * 32, keys=[OURS.verifier()])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "c2sp.org/tlog-proof@v1\n\nx",
        "c2sp.org/tlog-proof@v2\nindex 1\n\nx",
        "c2sp.org/tlog-proof@v1\nindex 01\n\nx",
        "c2sp.org/tlog-proof@v1\nindex 1\nAAAA\n\nx",
        "c2sp.org/tlog-proof@v1\nextra AAAA\n\nx",
        "c2sp.org/tlog-proof@v1\nextra A\nindex 1\n\nx",
        "c2sp.org/tlog-proof@v1\nindex 1",
    ],
)
def test_malformed_proofs_are_refused(text: str) -> None:
    with pytest.raises(errors.Refusal, match=r"note.bad_proof"):
        signed_note.Proof.parse(text)

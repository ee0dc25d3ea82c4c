"""Cosignatures and submissions in their C2SP forms."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies

from siyanat.archive import verify
from siyanat.lib import cosignature, errors, signed_note
from tests.ledger.logs_below import SmallLog

# From c2sp.org/tlog-cosignature: a line under example.com/behind-the-sofa, made at 1679315147.
SPECIFIED = (
    "\u2014 witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0x"
    "Ue+mbIUBkBIfZ+qnA==\n"
)
WITNESS = cosignature.CosignerSecret("witness.example/w1", bytes(range(32)))
TIME = 1_790_000_000


def cosigned(size: int = 5) -> signed_note.Note:
    note = signed_note.Note.parse(SmallLog().checkpoint(size))
    return signed_note.Note(note.text, (*note.signatures, WITNESS.cosign(note.text, time=TIME)))


def test_the_line_of_the_specification_has_its_form() -> None:
    line = cosignature.parse_lines(SPECIFIED)[0]
    assert len(line.value) == 72
    assert int.from_bytes(line.value[:8], "big") == 1679315147
    assert line.line() == SPECIFIED


def test_keys_survive_their_string_form_and_are_not_those_of_logs() -> None:
    key = WITNESS.verifier()
    assert cosignature.CosignerKey.parse(key.encode()) == key
    assert cosignature.CosignerSecret.parse(WITNESS.encode()).seed == WITNESS.seed
    assert key.key_id != signed_note.VerifierKey(key.name, key.public_key).key_id
    with pytest.raises(errors.Refusal):
        signed_note.VerifierKey.parse(key.encode())


def test_a_cosignature_tells_when_the_head_was_seen_and_two_readers_agree() -> None:
    note = cosigned()
    assert WITNESS.verifier().seen_at(note) == TIME
    assert verify.cosigned_at(note.encode(), verify.parse_key(WITNESS.verifier().encode(), kind=4)) == TIME


def test_it_does_not_hold_under_another_head_or_time() -> None:
    note = cosigned()
    other = signed_note.Note(note.text.replace("\n5\n", "\n6\n"), note.signatures)
    with pytest.raises(errors.BrokenPromise):
        WITNESS.verifier().seen_at(other)
    late = note.signatures[-1]
    later = signed_note.Signature(late.name, late.key_id, (TIME + 1).to_bytes(8, "big") + late.value[8:])
    with pytest.raises(errors.BrokenPromise):
        WITNESS.verifier().seen_at(signed_note.Note(note.text, (later,)))
    assert cosignature.CosignerSecret.generate("other").verifier().seen_at(note) is None


@given(old=strategies.integers(0, 40), more=strategies.integers(1, 40))
def test_submissions_survive_their_text(old: int, more: int) -> None:
    asked = SmallLog().submission(old, old + more)
    assert cosignature.Submission.parse(asked.encode()) == asked


@pytest.mark.parametrize(
    "text",
    ["", "old 5", "old 05\n\nx", "old -1\n\nx", "new 5\n\nx", "old 5\nAAAA\n\nx", "old 5\n\u2014\n\nx",
     "old 5\n" + "A" * 43 + "=\n" * 1 + "\nx", "old 5\n" + ("A" * 43 + "=\n") * 64 + "\nx"],
)  # fmt: skip
def test_other_texts_are_refused(text: str) -> None:
    if text.endswith("=\n\nx") and text.count("=") == 1:
        assert cosignature.Submission.parse(text).old_size == 5
        return
    with pytest.raises(errors.Refusal):
        cosignature.Submission.parse(text)

"""Cosignatures: a witness's word that it saw a checkpoint, when, and that all it saw before stands in it.

Kept here: c2sp.org/tlog-cosignature for Ed25519 (type 0x04, ``cosignature/v1``), and the request of
c2sp.org/tlog-witness's ``add-checkpoint``. A cosignature is one more signature line under a checkpoint: the
signed message is ``cosignature/v1``, ``time <POSIX seconds>`` and the checkpoint's text, a line each; the
signature's bytes are the time (8 bytes, big-endian) and the Ed25519 signature. Nothing here keeps a key or a
head.
"""

from __future__ import annotations

import base64
import binascii
import dataclasses
import re
import struct
from typing import ClassVar

from siyanat.lib import errors, merkle, signed_note

HEADER = "cosignature/v1"
MAX_PROOF_LINES = 63
_TIME = struct.Struct(">Q")
_SIGNATURE_BYTES = _TIME.size + 64
_LATEST = 2**63 - 1
_OLD = re.compile(r"old (0|[1-9][0-9]{0,18})", re.ASCII)


class CosignerKey(signed_note.VerifierKey):
    """A witness's name and public key; ``name+id+key`` with type 0x04."""

    ALGORITHM: ClassVar[bytes] = b"\x04"

    def seen_at(self, note: signed_note.Note) -> int | None:
        """When the witness cosigned the note (POSIX seconds), the latest if it did twice; None if it did not.

        :raises errors.BrokenPromise: ``note.bad_signature`` when a line under this key's name and id is wrong.
        """
        times = [
            self._time_of(note.text, signature)
            for signature in note.signatures
            if (signature.name, signature.key_id) == (self.name, self.key_id)
        ]
        return max(times, default=None)

    def _time_of(self, text: str, signature: signed_note.Signature) -> int:
        if len(signature.value) == _SIGNATURE_BYTES:
            time: int = _TIME.unpack_from(signature.value)[0]
            if 0 < time <= _LATEST and self.signed(_message(text, time), signature.value[_TIME.size :]):
                return time
        raise errors.BrokenPromise("note.bad_signature", name=self.name)


class CosignerSecret(signed_note.SignerKey):
    """A witness's name and seed: never the key that signs a log, so that neither can be taken for the other."""

    ALGORITHM: ClassVar[bytes] = CosignerKey.ALGORITHM

    def verifier(self) -> CosignerKey:
        """The public half."""
        return CosignerKey(self.name, self.private().public_key().public_bytes_raw())

    def cosign(self, text: str, *, time: int) -> signed_note.Signature:
        """The cosignature of a checkpoint's text at ``time`` (POSIX seconds)."""
        signed = self.private().sign(_message(text, time).encode())
        return signed_note.Signature(self.name, self.verifier().key_id, _TIME.pack(time) + signed)


def _message(text: str, time: int) -> str:
    return f"{HEADER}\ntime {time}\n{text}"


@dataclasses.dataclass(frozen=True, slots=True)
class Submission:
    """What a log sends to a witness: the size that the witness knows, the proof from there, a checkpoint."""

    old_size: int
    proof: tuple[bytes, ...]
    checkpoint: str

    def encode(self) -> str:
        """The body of the request."""
        lines = [f"old {self.old_size}", *(base64.b64encode(one).decode() for one in self.proof)]
        return "\n".join(lines) + "\n\n" + self.checkpoint

    @classmethod
    def parse(cls, text: str) -> Submission:
        """Inverse of `encode`; the checkpoint is not looked into.

        :raises errors.Refusal: ``note.bad_submission``
        """
        head, blank, checkpoint = text.partition("\n\n")
        first, *lines = head.split("\n")
        old = _OLD.fullmatch(first)
        if not blank or old is None or len(lines) > MAX_PROOF_LINES:
            raise errors.Refusal("note.bad_submission")
        return cls(int(old[1]), tuple(map(_digest, lines)), checkpoint)


def _digest(line: str) -> bytes:
    try:
        digest = base64.b64decode(line.encode("ascii"), validate=True)
    except (binascii.Error, ValueError) as error:
        raise errors.Refusal("note.bad_submission") from error
    if len(digest) != merkle.DIGEST_BYTES or base64.b64encode(digest).decode() != line:
        raise errors.Refusal("note.bad_submission")
    return digest


def parse_lines(text: str) -> tuple[signed_note.Signature, ...]:
    """Signature lines, as a witness answers them.

    :raises errors.Refusal: ``note.malformed``
    """
    return signed_note.Note.parse(f"-\n\n{text}").signatures

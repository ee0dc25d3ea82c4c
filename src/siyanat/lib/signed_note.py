"""Signed notes, checkpoints and proofs in the C2SP forms, so that anyone's tools can check our log.

Kept here: the texts of c2sp.org/signed-note (Ed25519, type 0x01), c2sp.org/tlog-checkpoint and
c2sp.org/tlog-proof@v1, with the string forms of their keys. Parsing is strict: one text has one reading. It
keeps no key, reads no file, and trusts a signature only of a key that the caller gives.

Key id: ``SHA-256(name || 0x0A || 0x01 || public key)[:4]``. Verifier key: ``name+hex id+base64(0x01 || public
key)``. Signer key: ``PRIVATE+KEY+name+hex id+base64(0x01 || seed)``, a secret.
"""

from __future__ import annotations

import base64
import binascii
import dataclasses
import hashlib
import re
from collections.abc import Sequence
from typing import ClassVar, Self

from cryptography import exceptions
from cryptography.hazmat.primitives.asymmetric import ed25519

from siyanat.lib import errors, merkle

MAX_SIGNATURES = 100
MAX_NOTE_BYTES = 1_000_000
PROOF_HEADER = "c2sp.org/tlog-proof@v1"

_DASH = "\u2014"
_SIGNER_PREFIX = "PRIVATE+KEY+"
_CONTROL = re.compile("[\x00-\x09\x0b-\x1f]")
_DECIMAL = re.compile(r"0|[1-9][0-9]*", re.ASCII)


@dataclasses.dataclass(frozen=True, slots=True)
class VerifierKey:
    """A name and the 32 bytes of an Ed25519 public key."""

    ALGORITHM: ClassVar[bytes] = b"\x01"

    name: str
    public_key: bytes

    def __post_init__(self) -> None:
        _check_name(self.name)
        if len(self.public_key) != 32:
            raise errors.Refusal("note.bad_key", name=self.name)

    @property
    def key_id(self) -> bytes:
        """Four bytes that, with the name, point to the key; too short to identify it."""
        return hashlib.sha256(self.name.encode() + b"\n" + self.ALGORITHM + self.public_key).digest()[:4]

    def encode(self) -> str:
        """``name+id+key``, the form to publish."""
        return f"{self.name}+{self.key_id.hex()}+{_to_base64(self.ALGORITHM + self.public_key)}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Inverse of `encode`.

        :raises errors.Refusal: ``note.bad_key``
        """
        name, key_id, material = _split_key(text, cls.ALGORITHM)
        key = cls(name, material)
        if key.key_id != key_id:
            raise errors.Refusal("note.bad_key", name=name)
        return key

    def signed(self, text: str, signature: bytes) -> bool:
        """Whether ``signature`` (64 bytes) is this key's over the UTF-8 of ``text``."""
        try:
            ed25519.Ed25519PublicKey.from_public_bytes(self.public_key).verify(signature, text.encode())
        except exceptions.InvalidSignature:
            return False
        return True


@dataclasses.dataclass(frozen=True, slots=True)
class SignerKey:
    """A name and the 32 bytes of an Ed25519 seed (RFC 8032's private key); never shown in a trace."""

    ALGORITHM: ClassVar[bytes] = VerifierKey.ALGORITHM

    name: str
    seed: bytes = dataclasses.field(repr=False)

    def __post_init__(self) -> None:
        _check_name(self.name)
        if len(self.seed) != 32:
            raise errors.Refusal("note.bad_key", name=self.name)

    @classmethod
    def generate(cls, name: str) -> Self:
        """A fresh key from the system's randomness."""
        return cls(name, ed25519.Ed25519PrivateKey.generate().private_bytes_raw())

    def verifier(self) -> VerifierKey:
        """The public half."""
        return VerifierKey(self.name, self.private().public_key().public_bytes_raw())

    def encode(self) -> str:
        """The secret's string form, for a file of mode 0600."""
        key_id = self.verifier().key_id.hex()
        return f"{_SIGNER_PREFIX}{self.name}+{key_id}+{_to_base64(self.ALGORITHM + self.seed)}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Inverse of `encode`.

        :raises errors.Refusal: ``note.bad_key``; the facts never hold the secret.
        """
        if not text.startswith(_SIGNER_PREFIX):
            raise errors.Refusal("note.bad_key")
        name, key_id, material = _split_key(text.removeprefix(_SIGNER_PREFIX), cls.ALGORITHM)
        key = cls(name, material)
        if key.verifier().key_id != key_id:
            raise errors.Refusal("note.bad_key", name=name)
        return key

    def sign(self, text: str) -> Signature:
        """This key's signature over the UTF-8 of ``text``."""
        return Signature(self.name, self.verifier().key_id, self.private().sign(text.encode()))

    def private(self) -> ed25519.Ed25519PrivateKey:
        """The key that signs."""
        return ed25519.Ed25519PrivateKey.from_private_bytes(self.seed)


@dataclasses.dataclass(frozen=True, slots=True)
class Signature:
    """One signature line: key name, four bytes of key id, and the signature's bytes."""

    name: str
    key_id: bytes
    value: bytes

    def line(self) -> str:
        """The line with its em dash and newline."""
        return f"{_DASH} {self.name} {_to_base64(self.key_id + self.value)}\n"


@dataclasses.dataclass(frozen=True, slots=True)
class Note:
    """A text (ending in a newline) and the signatures under it, verified or not."""

    text: str
    signatures: tuple[Signature, ...]

    def encode(self) -> str:
        """Text, blank line, signature lines."""
        return self.text + "\n" + "".join(signature.line() for signature in self.signatures)

    @classmethod
    def parse(cls, encoded: str) -> Note:
        """Inverse of `encode`; says nothing yet about who signed.

        :raises errors.Refusal: ``note.malformed``
        """
        if len(encoded.encode()) > MAX_NOTE_BYTES or _CONTROL.search(encoded):
            raise errors.Refusal("note.malformed")
        text, blank, tail = encoded.rpartition("\n\n")
        lines = tail.split("\n")
        if not blank or lines.pop() or not 0 < len(lines) <= MAX_SIGNATURES:
            raise errors.Refusal("note.malformed")
        return cls(_check_text(text + "\n"), tuple(_parse_signature(line) for line in lines))


def sign_note(*, text: str, signers: Sequence[SignerKey]) -> Note:
    """A note over ``text``, which ends in a newline.

    :raises errors.Refusal: ``note.malformed`` when the text is none, or there is no signer.
    """
    if not signers:
        raise errors.Refusal("note.malformed")
    return Note(_check_text(text), tuple(signer.sign(text) for signer in signers))


def cosign(*, note: Note, signer: SignerKey) -> Note:
    """The same note with one more signature at its end."""
    return Note(note.text, (*note.signatures, signer.sign(note.text)))


def verify_note(*, note: Note, keys: Sequence[VerifierKey]) -> list[VerifierKey]:
    """Which of the known ``keys`` signed; signatures of unknown keys are passed over, as the specification
    asks.

    :raises errors.BrokenPromise: ``note.bad_signature`` when a known key's signature is wrong,
        ``note.no_known_signature`` when no known key signed.
    """
    known = {(key.name, key.key_id): key for key in keys}
    signed: list[VerifierKey] = []
    for signature in note.signatures:
        key = known.get((signature.name, signature.key_id))
        if key is None:
            continue
        if not key.signed(note.text, signature.value):
            raise errors.BrokenPromise("note.bad_signature", name=key.name)
        if key not in signed:
            signed.append(key)
    if not signed:
        raise errors.BrokenPromise("note.no_known_signature", names=[key.name for key in keys])
    return signed


@dataclasses.dataclass(frozen=True, slots=True)
class Checkpoint:
    """A tree head: origin, number of leaves, root of 32 bytes, and extension lines (better none)."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        lines = (self.origin, *self.extensions)
        if self.size < 0 or len(self.root) != merkle.DIGEST_BYTES or not all(map(_is_line, lines)):
            raise errors.Refusal("note.bad_checkpoint", origin=self.origin)

    def text(self) -> str:
        """The note text: one item a line."""
        return "\n".join([self.origin, str(self.size), _to_base64(self.root), *self.extensions, ""])

    @classmethod
    def parse(cls, text: str) -> Checkpoint:
        """Inverse of `text`.

        :raises errors.Refusal: ``note.bad_checkpoint``
        """
        lines = text.split("\n")
        if len(lines) < 4 or lines.pop() or not _DECIMAL.fullmatch(lines[1]):
            raise errors.Refusal("note.bad_checkpoint", origin=lines[0])
        return cls(lines[0], int(lines[1]), _from_base64(lines[2], "note.bad_checkpoint"), tuple(lines[3:]))


def sign_checkpoint(*, checkpoint: Checkpoint, signers: Sequence[SignerKey]) -> str:
    """The signed note of a checkpoint, ready to publish."""
    return sign_note(text=checkpoint.text(), signers=signers).encode()


def open_checkpoint(
    *, encoded: str, keys: Sequence[VerifierKey], origin: str | None = None
) -> tuple[Checkpoint, list[VerifierKey]]:
    """The checkpoint and the keys among ``keys`` that signed it; at least one did.

    :raises errors.Refusal: ``note.malformed`` or ``note.bad_checkpoint``
    :raises errors.BrokenPromise: as `verify_note`, or ``note.other_origin`` when it speaks of another log.
    """
    note = Note.parse(encoded)
    signed = verify_note(note=note, keys=keys)
    checkpoint = Checkpoint.parse(note.text)
    if origin is not None and checkpoint.origin != origin:
        raise errors.BrokenPromise("note.other_origin", expected=origin, actual=checkpoint.origin)
    return checkpoint, signed


@dataclasses.dataclass(frozen=True, slots=True)
class Proof:
    """A tlog-proof: leaf index, inclusion digests (leaf's sibling first), a signed checkpoint, opaque extra
    bytes.

    The extra bytes are not authenticated by the proof.
    """

    index: int
    digests: tuple[bytes, ...]
    checkpoint: str
    extra: bytes | None = None

    def encode(self) -> str:
        """The text of a ``.tlog-proof`` file."""
        extra = [] if self.extra is None else [f"extra {_to_base64(self.extra)}"]
        digests = [_to_base64(digest) for digest in self.digests]
        return "\n".join([PROOF_HEADER, *extra, f"index {self.index}", *digests, "", self.checkpoint])

    @classmethod
    def parse(cls, text: str) -> Proof:
        """Inverse of `encode`; verifies nothing.

        :raises errors.Refusal: ``note.bad_proof``
        """
        head, blank, checkpoint = text.partition("\n\n")
        lines = head.split("\n")
        if not blank or lines.pop(0) != PROOF_HEADER or not lines:
            raise errors.Refusal("note.bad_proof")
        extra = None
        if lines[0].startswith("extra "):
            extra = _from_base64(lines.pop(0).removeprefix("extra "), "note.bad_proof")
        word, _, index = (lines.pop(0) if lines else "").partition(" ")
        digests = tuple(_from_base64(line, "note.bad_proof") for line in lines)
        well_formed = word == "index" and _DECIMAL.fullmatch(index) and len(digests) < 64
        if not well_formed or any(len(digest) != merkle.DIGEST_BYTES for digest in digests):
            raise errors.Refusal("note.bad_proof")
        return cls(int(index), digests, checkpoint, extra)


def verify_proof(
    *, proof: Proof, leaf: bytes, keys: Sequence[VerifierKey], origin: str | None = None
) -> tuple[Checkpoint, list[VerifierKey]]:
    """Check that the leaf hash ``leaf`` is in the log of a checkpoint that one of ``keys`` signed.

    :raises errors.Refusal: as `open_checkpoint`
    :raises errors.BrokenPromise: as `open_checkpoint`, or ``merkle.not_included``
    """
    checkpoint, signed = open_checkpoint(encoded=proof.checkpoint, keys=keys, origin=origin)
    merkle.check_inclusion(
        leaf=leaf, index=proof.index, size=checkpoint.size, proof=proof.digests, root=checkpoint.root
    )
    return checkpoint, signed


def _check_name(name: str) -> None:
    if not name or "+" in name or _CONTROL.search(name) or any(letter.isspace() for letter in name):
        raise errors.Refusal("note.bad_key", name=name)


def _check_text(text: str) -> str:
    if not text.endswith("\n") or _CONTROL.search(text):
        raise errors.Refusal("note.malformed")
    return text


def _is_line(text: str) -> bool:
    return bool(text) and "\n" not in text and not _CONTROL.search(text)


def _parse_signature(line: str) -> Signature:
    dash, _, rest = line.partition(" ")
    name, _, encoded = rest.partition(" ")
    blob = _from_base64(encoded, "note.malformed")
    named = name and "+" not in name and not any(letter.isspace() for letter in name)
    if dash != _DASH or not named or len(blob) <= 4:
        raise errors.Refusal("note.malformed")
    return Signature(name, blob[:4], blob[4:])


def _split_key(text: str, algorithm: bytes) -> tuple[str, bytes, bytes]:
    """Name, key id and the 32 bytes behind the type byte."""
    name, _, rest = text.partition("+")
    key_id, _, encoded = rest.partition("+")
    blob = _from_base64(encoded, "note.bad_key")
    if not re.fullmatch("[0-9a-f]{8}", key_id) or blob[:1] != algorithm or len(blob) != 33:
        raise errors.Refusal("note.bad_key", name=name)
    return name, bytes.fromhex(key_id), blob[1:]


def _to_base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _from_base64(text: str, code: str) -> bytes:
    """Strict base 64 (RFC 4648, section 4): padded, no other letters, no stray bits."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise errors.Refusal(code) from error
    if _to_base64(data) != text:
        raise errors.Refusal(code)
    return data

"""The verifier's own Ed25519 against the library that signs."""

from __future__ import annotations

import hashlib

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ed25519
from hypothesis import given, settings, strategies

from siyanat.archive import verify

seeds = strategies.binary(min_size=32, max_size=32)
FEW = settings(max_examples=25, deadline=None)


def library_says(public: bytes, message: bytes, signature: bytes) -> bool:
    try:
        ed25519.Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except InvalidSignature:
        return False
    return True


@FEW
@given(seed=seeds, message=strategies.binary(max_size=300))
def test_what_the_library_signs_is_verified(seed: bytes, message: bytes) -> None:
    key = ed25519.Ed25519PrivateKey.from_private_bytes(seed)
    assert verify.signed(key.public_key().public_bytes_raw(), message, key.sign(message))


@FEW
@given(
    seed=seeds,
    message=strategies.binary(min_size=1, max_size=60),
    bit=strategies.integers(0, 8 * (64 + 32) + 7),
)
def test_any_flipped_bit_is_judged_as_the_library_judges_it(seed: bytes, message: bytes, bit: int) -> None:
    key = ed25519.Ed25519PrivateKey.from_private_bytes(seed)
    parts = bytearray(key.sign(message) + key.public_key().public_bytes_raw() + message)
    parts[bit // 8] ^= 1 << bit % 8
    signature, public, text = bytes(parts[:64]), bytes(parts[64:96]), bytes(parts[96:])
    assert not verify.signed(public, text, signature)
    assert not library_says(public, text, signature)


@FEW
@given(signature=strategies.binary(min_size=64, max_size=64), seed=seeds)
def test_random_bytes_are_no_signature(signature: bytes, seed: bytes) -> None:
    public = ed25519.Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
    assert not verify.signed(public, b"message", signature)


@FEW
@given(seed=seeds)
def test_a_second_form_of_the_same_signature_is_refused(seed: bytes) -> None:
    """S + L gives the same equation; RFC 8032 asks to refuse it, or a signature could be altered unseen."""
    key = ed25519.Ed25519PrivateKey.from_private_bytes(seed)
    signature = key.sign(b"message")
    scalar = int.from_bytes(signature[32:], "little") + verify.L
    other = signature[:32] + scalar.to_bytes(32, "little")
    public = key.public_key().public_bytes_raw()
    assert not verify.signed(public, b"message", other)
    assert not library_says(public, b"message", other)


# RFC 8032, section 7.1, tests 1 to 3: public key, message, signature.
VECTORS = [
    ("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     ("e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
      "d25bf5f0595bbe24655141438e7a100b")),
    ("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     ("92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
      "387b2eaeb4302aeeb00d291612bb0c00")),
    ("fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
     ("6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc659"
      "4a7c15e9716ed28dc027beceea1ec40a")),
]  # fmt: skip


@pytest.mark.parametrize(("public", "message", "signature"), VECTORS)
def test_the_vectors_of_the_specification(public: str, message: str, signature: str) -> None:
    assert verify.signed(bytes.fromhex(public), bytes.fromhex(message), bytes.fromhex(signature))


@given(data=strategies.binary(max_size=40))
def test_points_survive_the_round_trip(data: bytes) -> None:
    scalar = int.from_bytes(hashlib.sha256(data).digest(), "little")
    point = verify.multiply(scalar % verify.L, verify.BASE)
    assert verify.compress(verify.decompress(verify.compress(point))) == verify.compress(point)

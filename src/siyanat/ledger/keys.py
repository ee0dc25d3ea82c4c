"""The log's signing key: made on first use, kept in a file that only its owner can read.

Kept here: the folder ``LEDGER_KEYS`` with ``ledger.key`` (the secret), ``last-checkpoint`` (the newest head that
was signed with it, so that a database set back to an earlier state is noticed before it is signed over) and,
where logs of the level below are witnessed, ``witness.key``. No key enters the database, a log line or an error's
facts.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import TypeVar

from django.conf import settings

from siyanat.lib import cosignature, durable, errors, signed_note

KEY_NAME = "ledger.key"
HEAD_NAME = "last-checkpoint"
COSIGNER_NAME = "witness.key"
SignerT = TypeVar("SignerT", bound=signed_note.SignerKey)


def load_signer() -> signed_note.SignerKey:
    """The signer under the present origin; the key is made when there is none.

    :raises errors.Refusal: ``ledger.key_exposed`` when others than its owner may read the file.
    """
    return _load(KEY_NAME, signed_note.SignerKey, settings.LEDGER_ORIGIN)


def load_cosigner() -> cosignature.CosignerSecret:
    """What cosigns heads of the level below, under the present name; made when there is none.

    :raises errors.Refusal: ``ledger.no_witness_name``; ``ledger.key_exposed``.
    """
    if not settings.LEDGER_WITNESS_NAME:
        raise errors.Refusal("ledger.no_witness_name")
    return _load(COSIGNER_NAME, cosignature.CosignerSecret, settings.LEDGER_WITNESS_NAME)


def _load(file: str, kind: type[SignerT], name: str) -> SignerT:
    path = _folder() / file
    if not path.exists():
        _keep_new(path, kind.generate(name))
    if path.stat().st_mode & 0o077:
        raise errors.Refusal("ledger.key_exposed", path=str(path))
    return kind(name, kind.parse(path.read_text().strip()).seed)


def verifier_for(origin: str) -> signed_note.VerifierKey:
    """The public half as it signs for ``origin``: after a change of origin old checkpoints verify under
    the old one.
    """
    return signed_note.VerifierKey(origin, load_signer().verifier().public_key)


def read_head() -> str | None:
    """The newest note that was signed, kept apart from the database; None before the first."""
    path = _folder() / HEAD_NAME
    return path.read_text() if path.exists() else None


def keep_head(note: str) -> None:
    """Replace the kept head durably: written, synced, renamed, the folder synced."""
    replace_durably(_folder() / HEAD_NAME, note.encode(), mode=0o600)


def replace_durably(path: Path, data: bytes, *, mode: int) -> None:
    """Write a small file whole or not at all, over an earlier one if there is one."""
    part = write_part(path, data, mode=mode)
    part.replace(path)
    durable.fsync_folder(path.parent)


def write_part(path: Path, data: bytes, *, mode: int) -> Path:
    """A synced temporary file with ``data`` beside ``path``."""
    part = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    return part


def _folder() -> Path:
    folder = Path(settings.LEDGER_KEYS)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _keep_new(path: Path, key: signed_note.SignerKey) -> None:
    """Two processes may try at once: the first to link the name wins, both use its key."""
    part = write_part(path, (key.encode() + "\n").encode(), mode=0o600)
    try:
        durable.publish(temporary=part, final=path)
    except FileExistsError:
        part.unlink()

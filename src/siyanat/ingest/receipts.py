"""Receipts: what a dock deletes its copy against. Written beside the file, durably, only after the commit.

A receipt is ``<file>.receipt.json``: what became of the bytes, their SHA-256, and the log entry that tells of
it with its leaf hash, so that an outsider can later ask for the inclusion proof. ``signed`` is a C2SP signed
note over the same facts, under the log's key and with a first line that no checkpoint has. Nothing here decides
whether a file is kept.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import secrets
from pathlib import Path

from siyanat.evidence import queries as recordings
from siyanat.evidence import store
from siyanat.ingest import sources
from siyanat.ingest.operations import intake
from siyanat.ledger import keys
from siyanat.ledger import operations as ledger
from siyanat.lib import durable, errors, merkle, signed_note

FORMAT = "siyanat-receipt/1"


def path_beside(file: Path) -> Path:
    """Where the receipt of a file lies."""
    return file.with_name(file.name + sources.RECEIPT_SUFFIX)


def build(outcome: intake.Outcome, *, now: dt.datetime) -> dict[str, object]:
    """The receipt's facts for bytes that are kept.

    :raises errors.BrokenPromise: ``ingest.receipt_without_bytes`` when they are not.
    """
    if not outcome.is_kept or outcome.entry is None:
        raise errors.BrokenPromise("ingest.receipt_without_bytes", file=outcome.name)
    leaf = merkle.leaf_hash(outcome.entry.body.encode())
    facts = {
        "format": FORMAT,
        **outcome.as_json(),
        "entry": outcome.entry.pk,
        "leaf_hash": leaf.hex(),
        "issued_at": now,
    }
    text = f"{FORMAT}\n{ledger.canonical(facts)}\n"
    note = signed_note.Note(text=text, signatures=(keys.load_signer().sign(text),))
    return {**json.loads(ledger.canonical(facts)), "signed": note.encode()}


def write(file: Path, facts: dict[str, object]) -> Path:
    """Put the receipt beside the file: whole or not at all, synced before it has its name.

    :raises errors.PassingFault: ``ingest.receipt_not_written`` when the dock's folder can't be written.
    """
    final = path_beside(file)
    part = final.with_name(f".{final.name}.{secrets.token_hex(6)}")
    try:
        with part.open("xb") as stream:
            stream.write(json.dumps(facts, ensure_ascii=False, indent=1).encode() + b"\n")
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(final)
        durable.fsync_folder(final.parent)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise errors.PassingFault(
            "ingest.receipt_not_written", file=str(final), reason=error.strerror
        ) from error
    return final


def _signed_facts(text: bytes) -> dict[str, object]:
    """The facts of a receipt under the log's signature; those outside the note must be the same.

    :raises errors.BrokenPromise: when the log's key did not sign them.
    :raises errors.Refusal: ``note.malformed``.
    :raises ValueError: when it is no receipt, or says two things.
    """
    if len(text) > sources.SMALL_BYTES:
        raise ValueError
    outer = json.loads(text)
    note = signed_note.Note.parse(str(outer.pop("signed")))
    signed_note.verify_note(note=note, keys=[keys.load_signer().verifier()])
    head, _, body = note.text.partition("\n")
    signed = json.loads(body)
    if head != FORMAT or not isinstance(signed, dict) or signed != outer:
        raise ValueError
    return signed


def find_valid(look: sources.Look) -> intake.Outcome | None:
    """The outcome that a receipt of ours beside the file states, if it still holds: this file, bytes kept here."""
    try:
        with sources.open_regular(path_beside(look.path)) as stream:
            written_ns, text = os.fstat(stream.fileno()).st_mtime_ns, stream.read(sources.SMALL_BYTES + 1)
        facts = _signed_facts(text)
        sha256, size = str(facts["sha256"]), int(str(facts["size_bytes"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        return None
    except (errors.Refusal, errors.BrokenPromise):
        return None  # not ours, or changed since
    if (facts.get("file"), size) != (look.name[-400:], look.size_bytes) or written_ns < look.modified_ns:
        return None
    recording = recordings.find_by_digest(sha256)
    if recording is None or recording.state == recording.State.DISPOSED or store.size_of(sha256) != size:
        return None
    return intake.Outcome("known", look.name, sha256, size, recording_id=recording.pk)

"""Make the bundle of an export: one ZIP that anyone can verify without this program.

Kept here: what a bundle holds and in which order it is written. Originals are streamed from the store, never
re-encoded, their digest computed again on the way; a byte that differs stops everything. Layout::

    index.html  index.en.html      for people, without script
    recordings/<sha256>.<ext>      originals
    verify.py                      the verifier; a careful recipient brings their own copy
    manifest.json                  every file's size and SHA-256, facts, holds, which log entries are inside
    log/entries.json               entries with their inclusion proofs (C2SP tlog-proof) and opened values
    log/checkpoint                 the signed head that the proofs lead to

The manifest's digest is itself a log entry (``archive.export_built``), whose proof travels inside: so the
signature of the checkpoint covers every byte. The files of ``log/`` prove themselves.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import json
import os
import re
import secrets
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.template import loader
from django.utils import translation

from siyanat.archive import models, queries, verify
from siyanat.evidence import models as evidence
from siyanat.evidence import queries as evidence_queries
from siyanat.evidence import store
from siyanat.ledger import checkpoints, kinds, proofs, submission
from siyanat.ledger import models as ledger_models
from siyanat.ledger import operations as ledger
from siyanat.ledger import queries as ledger_queries
from siyanat.lib import durable, errors, merkle
from siyanat.roster import gates
from siyanat.roster import models as roster
from siyanat.ui import formatting

CHUNK = 1024 * 1024
EPOCH = (1980, 1, 1, 0, 0, 0)  # ZIP's earliest time: a bundle's bytes don't depend on when they were packed
_SUFFIX = re.compile(r"\.[A-Za-z0-9]{1,5}")

Disclosed = dict[int, dict[str, dict[str, Any]]]
"""By entry: each opened value's name, its salt in hex and itself."""

RecordBuilt = Callable[[models.Export, str, dt.datetime], ledger_models.Entry]


@dataclass(frozen=True, slots=True)
class Made:
    """A finished bundle."""

    path: Path
    size_bytes: int
    manifest_sha256: str
    bundle_sha256: str


@dataclass(slots=True)
class _Packer:
    """Writes files into the ZIP (stored, ZIP64 where needed) and keeps their sizes and digests."""

    archive: zipfile.ZipFile
    files: list[dict[str, Any]] = field(default_factory=list)

    def add(self, name: str, data: bytes) -> None:
        """A small file that the manifest lists."""
        self.add_unlisted(name, data)
        self.files.append({"name": name, "sha256": hashlib.sha256(data).hexdigest(), "size_bytes": len(data)})

    def add_unlisted(self, name: str, data: bytes) -> None:
        self.archive.writestr(self._info(name), data)

    def add_recording(self, name: str, recording: evidence.Recording) -> None:
        """Stream an original.

        :raises errors.BrokenPromise: ``archive.original_differs`` when the store's bytes are not what was
            sealed.
        """
        digest, size = hashlib.sha256(), 0
        with (
            store.open_sealed(recording.sha256) as source,
            self.archive.open(self._info(name), "w", force_zip64=True) as target,
        ):
            while piece := source.read(CHUNK):
                digest.update(piece)
                size += len(piece)
                target.write(piece)
        if (digest.hexdigest(), size) != (recording.sha256, recording.size_bytes):
            raise errors.BrokenPromise("archive.original_differs", sha256=recording.sha256)
        self.files.append({"name": name, "sha256": recording.sha256, "size_bytes": size})

    @staticmethod
    def _info(name: str) -> zipfile.ZipInfo:
        info = zipfile.ZipInfo(name, date_time=EPOCH)
        info.external_attr = 0o644 << 16
        return info


def build(export: models.Export, *, folder: Path, record: RecordBuilt, now: dt.datetime) -> Made:
    """Write ``<folder>/<export id>.zip`` durably; ``record`` writes the log entry that binds the manifest.

    :raises errors.Refusal: ``archive.bytes_gone`` when a recording was disposed of since.
    :raises errors.PassingFault: ``store.disk_full`` or ``store.write_failed``.
    """
    with store.faults():
        folder.mkdir(mode=0o750, parents=True, exist_ok=True)
        final = folder / f"{export.pk}.zip"
        part = folder / f".{export.pk}.{secrets.token_hex(8)}.part"
    try:
        manifest_sha256 = _write(part, export, record, now)
        sha256, size = durable.hash_file(part)
        with store.faults():
            part.replace(final)
            durable.fsync_folder(folder)
    finally:
        part.unlink(missing_ok=True)
    return Made(final, size, manifest_sha256, sha256)


def _write(part: Path, export: models.Export, record: RecordBuilt, now: dt.datetime) -> str:
    recordings = _recordings(export)
    checkpoints.seal(now=now)
    entries = _entries(export, recordings)
    disclosed = _disclosed(export, entries, now)
    with _open(part) as archive:
        packer = _Packer(archive)
        named = [(_name(one), one) for one in recordings]
        for name, one in named:
            packer.add_recording(name, one)
        _add_pages(packer, export, named, entries, now)
        packer.add("verify.py", Path(verify.__file__).read_bytes())
        manifest = _manifest(export, packer.files, named, entries, disclosed, now)
        data = (json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()
        digest = hashlib.sha256(data).hexdigest()
        packer.add_unlisted(verify.MANIFEST, data)
        entries.append(record(export, digest, now))
        _add_log(packer, entries, disclosed, now)
    return digest


@contextlib.contextmanager
def _open(part: Path) -> Iterator[zipfile.ZipFile]:
    """A new ZIP whose bytes are on the disk when the block ends; what the disk refuses is a passing fault."""
    with store.faults(), part.open("xb") as stream:
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
            yield archive
        stream.flush()
        os.fsync(stream.fileno())


def _recordings(export: models.Export) -> list[evidence.Recording]:
    rows = evidence.Recording.objects.filter(export_items__export=export).select_related("camera", "unit")
    recordings = list(rows.order_by("starts_at", "pk"))
    gone = [one for one in recordings if one.state == evidence.Recording.State.DISPOSED]
    if gone:
        raise errors.Refusal("archive.bytes_gone", count=len(gone))
    return recordings


def _entries(export: models.Export, recordings: list[evidence.Recording]) -> list[ledger_models.Entry]:
    """What the log says of the recordings, of what the export refers to, and of the export itself."""
    subjects = [f"recording:{one.pk}" for one in recordings] + [f"export:{export.pk}", export.reference]
    sequenced = ledger_queries.entries_about(*subjects).filter(position__isnull=False)
    return list(sequenced.prefetch_related("disclosures").order_by("position"))


def _name(recording: evidence.Recording) -> str:
    suffix = Path(recording.original_name).suffix.lower()
    return f"recordings/{recording.sha256}{suffix if _SUFFIX.fullmatch(suffix) else '.bin'}"


def _manifest(
    export: models.Export,
    files: list[dict[str, Any]],
    named: list[tuple[str, evidence.Recording]],
    entries: list[ledger_models.Entry],
    disclosed: Disclosed,
    now: dt.datetime,
) -> dict[str, Any]:
    manifest = {
        "format": verify.FORMAT,
        "export": str(export.pk),
        "reference": export.reference,
        "made_at": now,
        "files": sorted(files, key=lambda item: str(item["name"])),
        "recordings": [_facts(export, name, one) for name, one in named],
        "log": [
            {
                "position": entry.position,
                "leaf_hash": merkle.leaf_hash(entry.body.encode()).hex(),
                "disclosed": sorted(disclosed.get(entry.pk, {})),
            }
            for entry in entries
        ],
    }
    plain: dict[str, Any] = json.loads(ledger.canonical(manifest))
    return plain


def _facts(export: models.Export, name: str, recording: evidence.Recording) -> dict[str, Any]:
    history = evidence_queries.attribution_history(recording)
    return {
        "file": name,
        "recording": str(recording.pk),
        "sha256": recording.sha256,
        "camera": recording.camera.serial,
        "unit": recording.unit.code,
        "camera_started_at": recording.camera_started_at,
        "clock_drift_ms": recording.clock_drift_ms,
        "received_at": recording.received_at,
        "starts_at": recording.starts_at,
        "ends_at": recording.ends_at,
        "duration_ms": recording.duration_ms,
        "video_codec": recording.video_codec,
        "audio_codec": recording.audio_codec,
        "is_truncated": recording.is_truncated,
        "kept_until": queries.kept_until(recording),
        "attributions": [
            {
                "shift": one.shift.code if one.shift else None,
                "personnel_number": one.person.personnel_number if one.person else None,
                "basis": one.basis,
                "recorded_at": one.recorded_at,
                "superseded_at": one.superseded_at,
            }
            for one in history
        ],
        "holds": [
            {
                "reason": hold.reason,
                # what other cases and requests are called is none of the recipient's business
                "reference": hold.reference if hold.reference == export.reference else "",
                "placed_at": hold.placed_at,
            }
            for hold in evidence_queries.holds_of(recording).order_by("placed_at")
        ],
    }


def _disclosed(export: models.Export, entries: list[ledger_models.Entry], now: dt.datetime) -> Disclosed:
    """The personal values that travel: when they were asked for, those that whoever asked may open, now."""
    if not export.with_disclosures:
        return {}
    asker = gates.load_viewer(export.asked_by, now=now, second_factor=True)
    return {
        entry.pk: {
            one.name: {"salt": bytes(one.salt).hex(), "value": one.value}
            for one in sorted(entry.disclosures.all(), key=lambda one: one.name)
        }
        for entry in entries
        if ledger_queries.may_open(asker, entry)
    }


def _add_log(
    packer: _Packer, entries: list[ledger_models.Entry], disclosed: Disclosed, now: dt.datetime
) -> None:
    """The entries with proofs against a checkpoint that is signed after the binding entry, and cosigned by the
    witnesses that can be reached.
    """
    checkpoints.seal(now=now)
    submission.submit_all(now=now)
    entries[-1].refresh_from_db()
    checkpoint = proofs.get_checkpoint_over(entries[-1].position)
    texts = proofs.prove_all(entries, checkpoint=checkpoint)
    log = [
        {
            "position": entry.position,
            "body": entry.body,
            "proof": text,
            "disclosures": disclosed.get(entry.pk, {}),
        }
        for entry, text in zip(entries, texts, strict=True)
    ]
    packer.add_unlisted(verify.ENTRIES, (json.dumps(log, ensure_ascii=False, indent=1) + "\n").encode())
    packer.add_unlisted(verify.CHECKPOINT, submission.cosigned(checkpoint).encode())


def _add_pages(
    packer: _Packer,
    export: models.Export,
    named: list[tuple[str, evidence.Recording]],
    entries: list[ledger_models.Entry],
    now: dt.datetime,
) -> None:
    """The index for people, in both languages, self-contained and without script."""
    rows = [(name, one, evidence_queries.current_attribution(one)) for name, one in named]
    number = evidence_queries.case_numbers([export.reference]).get(export.reference, "")
    for language, page in (("fa", "index.html"), ("en", "index.en.html")):
        with translation.override(language):
            context = {
                "export": export, "rows": rows, "number": number, "now": now, "language": language,
                "custody": _custody(export, entries, [one for _name, one in named]),
            }  # fmt: skip
            html = loader.render_to_string("archive/bundle_index.html", context)
        packer.add(page, html.encode())


def _custody(
    export: models.Export, entries: list[ledger_models.Entry], recordings: list[evidence.Recording]
) -> list[dict[str, object]]:
    """The log's entries in words: when, what, about which recording, and by whom.

    People are named by their unit, as in the manifest; by their name too where personal values travel.
    """
    people = evidence_queries.names_of({entry.actor for entry in entries})
    about = {f"recording:{one.pk}": one for one in recordings}
    return [
        {
            "at": entry.recorded_at,
            "act": kinds.sentence_for(entry.kind),
            "recording": about.get(entry.subject),
            "position": entry.position,
            "by": _actor_name(entry.actor, people, with_names=export.with_disclosures),
        }
        for entry in entries
    ]


def _actor_name(actor: str, people: Mapping[str, roster.Person], *, with_names: bool) -> str:
    if kinds.is_process(actor):
        return kinds.process_name(actor)
    person = people.get(actor)
    if person is None:
        return formatting.DASH
    unit = formatting.digits(person.unit.name)
    return f"{person.name} ({unit})" if with_names else unit

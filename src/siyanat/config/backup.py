"""Backup and restore: the database's dump, the sealed bytes, and the key that signs the log.

A backup folder holds ``database.dump`` (pg_dump's custom format), ``store/`` (sealed bytes under their
SHA-256, copied once each), ``keys/`` and ``backup.json``, written last: a folder without it is no backup.
Bytes are copied before the dump is taken and again after it, so every row of the dump has its bytes; what was
lawfully disposed of since the backup before is removed from the backup too.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import connection

from siyanat.config import processes
from siyanat.evidence import models as evidence
from siyanat.evidence import store
from siyanat.lib import durable, errors

Progress = Callable[[int], None]
MANIFEST = "backup.json"
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Summary:
    """What a backup or a restore did: files and bytes copied, files that were there, disposed files removed."""

    copied: int
    copied_bytes: int
    present: int
    removed: int


def _program(name: str) -> str:
    """``pg_dump`` and its kin: the embedded server's, else those on the path.

    :raises errors.Refusal: ``config.program_missing``.
    """
    if cluster := processes.embedded_cluster():
        return str(cluster.binaries / name)
    binaries = os.environ.get("SIYANAT_POSTGRES_BIN")
    found = shutil.which(name, path=binaries) if binaries else shutil.which(name)
    if found is None:
        raise errors.Refusal("config.program_missing", program=name)
    return found


def _run_on_database(program: str, *arguments: str) -> None:
    address = connection.settings_dict
    environment = {
        **os.environ,
        "PGHOST": str(address["HOST"]),
        "PGPORT": str(address["PORT"] or 5432),
        "PGUSER": str(address["USER"]),
        "PGPASSWORD": str(address["PASSWORD"]),
        "PGDATABASE": str(address["NAME"]),
    }
    done = subprocess.run(
        [_program(program), *arguments], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise errors.PassingFault("config.program_failed", program=program, output=done.stderr[-2000:])


def back_up(folder: Path, *, now: dt.datetime, on_progress: Progress = lambda _bytes: None) -> Summary:
    """Write or renew the backup in ``folder``; killed in the middle, the next run goes on where it was.

    :raises errors.PassingFault: when the disk is full or ``pg_dump`` fails.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    (folder / MANIFEST).unlink(missing_ok=True)
    kept = folder / "store"
    first = _copy_new(kept, on_progress)
    dump = folder / "database.dump.part"
    _run_on_database("pg_dump", "--format=custom", "--no-owner", f"--file={dump}")
    _fsync(dump)
    second = _copy_new(kept, on_progress)
    removed = _forget_disposed(kept)
    dump.rename(folder / "database.dump")
    if settings.LEDGER_KEYS.exists():
        shutil.copytree(settings.LEDGER_KEYS, folder / "keys", dirs_exist_ok=True)
    summary = Summary(
        first.copied + second.copied, first.copied_bytes + second.copied_bytes, first.present, removed
    )
    _write_manifest(folder, now)
    return summary


def _write_manifest(folder: Path, now: dt.datetime) -> None:
    digest, size = durable.hash_file(folder / "database.dump")
    part = folder / f"{MANIFEST}.part"
    part.write_text(
        json.dumps(
            {
                "format": FORMAT,
                "made_at": now.isoformat(),
                "database_sha256": digest,
                "database_bytes": size,
                "recordings": evidence.Recording.objects.exclude(
                    state=evidence.Recording.State.DISPOSED
                ).count(),
            },
            indent=2,
        )
    )
    _fsync(part)
    part.rename(folder / MANIFEST)
    durable.fsync_folder(folder)


def _fsync(path: Path) -> None:
    with path.open("rb") as written:
        os.fsync(written.fileno())


def _copy_new(kept: Path, on_progress: Progress) -> Summary:
    copied = copied_bytes = present = 0
    for sha256 in store.list_digests():
        if durable.path_for(root=kept, sha256=sha256).exists():
            present += 1
            continue
        written = durable.copy_sealed(source=store.path_of(sha256), root=kept, expected_sha256=sha256)
        copied, copied_bytes = copied + 1, copied_bytes + written.size_bytes
        on_progress(written.size_bytes)
    return Summary(copied, copied_bytes, present, 0)


def _forget_disposed(kept: Path) -> int:
    gone = evidence.Recording.objects.filter(state=evidence.Recording.State.DISPOSED).values_list(
        "sha256", flat=True
    )
    removed = 0
    for sha256 in gone.iterator():
        path = durable.path_for(root=kept, sha256=sha256)
        if path.exists():
            durable.unlink_durably(path)
            removed += 1
    return removed


def restore(folder: Path, *, on_progress: Progress = lambda _bytes: None) -> Summary:
    """Bring an empty deployment back to what ``folder`` holds.

    :raises errors.Refusal: ``config.no_backup``, ``config.backup_damaged``, ``config.database_not_empty``.
    """
    if not (folder / MANIFEST).exists():
        raise errors.Refusal("config.no_backup", folder=str(folder))
    told = json.loads((folder / MANIFEST).read_text())
    digest, _size = durable.hash_file(folder / "database.dump")
    if digest != told["database_sha256"]:
        raise errors.Refusal("config.backup_damaged", file="database.dump")
    if connection.introspection.table_names():
        raise errors.Refusal("config.database_not_empty")
    summary = _bring_back(folder / "store", on_progress)
    _run_on_database(
        "pg_restore",
        "--no-owner",
        "--exit-on-error",
        f"--dbname={connection.settings_dict['NAME']}",
        str(folder / "database.dump"),
    )
    if (folder / "keys").exists():
        shutil.copytree(folder / "keys", settings.LEDGER_KEYS, dirs_exist_ok=True)
    return summary


def _bring_back(kept: Path, on_progress: Progress) -> Summary:
    copied = copied_bytes = present = 0
    for path in _sealed_in(kept):
        if store.has(path.name):
            present += 1
            continue
        written = durable.copy_sealed(source=path, root=store.root(), expected_sha256=path.name)
        copied, copied_bytes = copied + 1, copied_bytes + written.size_bytes
        on_progress(written.size_bytes)
    return Summary(copied, copied_bytes, present, 0)


def _sealed_in(kept: Path) -> Iterator[Path]:
    return durable.list_sealed(root=kept) if kept.exists() else iter(())

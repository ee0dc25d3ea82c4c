"""What a file's surroundings say of it: serials in its path, a sidecar beside it, whether it is still being written.

Pure looks at names and small files; the media itself is read in a child, never here. Nothing here knows the
database or changes anything.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import json
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from siyanat.lib import persian

RECEIPT_SUFFIX = ".receipt.json"
SIDECAR_SUFFIX = ".json"
UNFINISHED_SUFFIXES = (".part", ".tmp", ".partial", ".crdownload")
_SIDECAR_MAX_BYTES = 64 * 1024
_PARTS = re.compile(r"[^\w-]+")
_FINER = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Said:
    """What the sender says: candidates for the camera's serial, the start, the officer's button.

    ``serials`` come in order of trust, by source (``sidecar``, ``path``, ``form``); ``problem`` is a code.
    """

    serials: dict[str, list[str]] = field(default_factory=dict)
    started_at: dt.datetime | None = None
    is_intentional: bool = False
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Look:
    """A file as it stood when it was looked at."""

    path: Path
    name: str  # relative to the dock's folder, with forward slashes
    size_bytes: int
    modified_ns: int

    def same_as(self, other: Look | None) -> bool:
        """Whether nothing was written between two looks."""
        return other is not None and (self.size_bytes, self.modified_ns) == (
            other.size_bytes,
            other.modified_ns,
        )


def list_files(folder: Path) -> Iterator[Look]:
    """Every regular file that may be footage, in the order of names; links are not followed."""
    for at, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if name.startswith(".") or name.endswith((SIDECAR_SUFFIX, *UNFINISHED_SUFFIXES)):
                continue
            if (look := look_at(Path(at) / name, folder=folder)) is not None:
                yield look


def look_at(path: Path, *, folder: Path) -> Look | None:
    """The file's size and time; None when it is gone or no regular file."""
    try:
        found = path.lstat()
    except OSError:
        return None
    if not stat.S_ISREG(found.st_mode):
        return None
    return Look(path, path.relative_to(folder).as_posix(), found.st_size, found.st_mtime_ns)


def is_locked(path: Path) -> bool:
    """Whether a writer holds an exclusive lock on the file."""
    with path.open("rb") as stream:
        try:
            fcntl.flock(stream.fileno(), fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        except OSError:
            return False  # a filesystem without locks
    return False


def hear(look: Look) -> Said:
    """What path and sidecar say of a file in a dock's folder."""
    in_path = {"path": serials_in(look.name)}
    sidecar = look.path.with_name(look.path.name + SIDECAR_SUFFIX)
    try:
        if sidecar.stat().st_size > _SIDECAR_MAX_BYTES:
            return Said(in_path, problem="sidecar_unreadable")
        text = sidecar.read_bytes()
    except OSError:
        return Said(in_path)
    return read_sidecar(text, beside=in_path)


def read_sidecar(text: bytes, *, beside: dict[str, list[str]] | None = None) -> Said:
    """``{"serial": …, "started_at": "2026-11-20T08:00:00+03:30", "intentional": true}``, each optional."""
    others = beside or {}
    try:
        facts = json.loads(text)
        started_at = _moment(facts.get("started_at"))
        serial = facts.get("serial")
        is_intentional = facts.get("intentional") is True
    except (ValueError, AttributeError):
        return Said(others, problem="sidecar_unreadable")
    first = {"sidecar": [normal_serial(str(serial))]} if serial else {}
    return Said({**first, **others}, started_at=started_at, is_intentional=is_intentional)


def _moment(text: object) -> dt.datetime | None:
    """A time with its zone; a time without one is no time.

    :raises ValueError: when it can't be read.
    """
    if text is None:
        return None
    moment = dt.datetime.fromisoformat(str(text))
    if moment.tzinfo is None:
        raise ValueError
    return moment.astimezone(dt.UTC)


def normal_serial(text: str) -> str:
    """A serial as cameras are registered: upper case, Latin digits, no spaces around."""
    return persian.to_latin_digits(text).strip().upper()


def serials_in(name: str) -> list[str]:
    """Words of a relative path that could be a serial, the whole parts first."""
    words: list[str] = []
    for part in reversed(name.split("/")):
        stem = part.rsplit(".", 1)[0] if "." in part else part
        pieces = _PARTS.split(stem)
        by_underscore = [piece for whole in pieces for piece in whole.split("_")]
        words += [stem, *pieces, *by_underscore, *_FINER.split(stem)]
    kept = (normal_serial(word) for word in words if 2 <= len(word) <= 64)
    return list(dict.fromkeys(kept))

"""What a file's surroundings say of it: serials in its path, a sidecar beside it, whether it is still being written.

Pure looks at names and small files; the media itself is read in a child, never here. Nothing here knows the
database or changes anything.
"""

from __future__ import annotations

import datetime as dt
import errno
import fcntl
import json
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from siyanat.lib import persian

RECEIPT_SUFFIX = ".receipt.json"
SIDECAR_SUFFIX = ".json"
UNFINISHED_SUFFIXES = (".part", ".tmp", ".partial", ".crdownload")
SMALL_BYTES = 64 * 1024
"""Largest sidecar or receipt that is read."""

_LONGEST_SERIAL = 64
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
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
    inode: tuple[int, int] = (0, 0)  # device and number: another file under the same name is another file

    def same_as(self, other: Look | None) -> bool:
        """Whether nothing was written between two looks, and the name still means the same file."""
        return other is not None and (self.size_bytes, self.modified_ns, self.inode) == (
            other.size_bytes,
            other.modified_ns,
            other.inode,
        )

    def is_of(self, found: os.stat_result) -> bool:
        """Whether an open file is the one that was looked at, unchanged."""
        now = (found.st_size, found.st_mtime_ns, _inode(found))
        return now == (self.size_bytes, self.modified_ns, self.inode)


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
    return Look(path, _told_name(path.relative_to(folder)), found.st_size, found.st_mtime_ns, _inode(found))


def _told_name(path: Path) -> str:
    """The name as it can be stored and shown; bytes that are no UTF-8 and control characters become U+FFFD."""
    return _CONTROLS.sub("\ufffd", os.fsencode(path.as_posix()).decode("utf-8", "replace"))


def _inode(found: os.stat_result) -> tuple[int, int]:
    return found.st_dev, found.st_ino


def open_regular(path: Path) -> BinaryIO:
    """Open a regular file for reading, never through a link and never waiting for a pipe's writer.

    :raises OSError: when it is absent, a link, or no regular file (``EINVAL``).
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "no regular file", str(path))
    return os.fdopen(descriptor, "rb")


def read_small(path: Path) -> bytes:
    """A small regular file: at most `SMALL_BYTES` and one more, by which too large a one is known.

    :raises OSError: as `open_regular`.
    """
    with open_regular(path) as stream:
        return stream.read(SMALL_BYTES + 1)


def is_locked(path: Path) -> bool:
    """Whether a writer holds an exclusive lock on the file."""
    with open_regular(path) as stream:
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
        text = read_small(sidecar)
    except FileNotFoundError:
        return Said(in_path)
    except OSError:
        return Said(in_path, problem="sidecar_unreadable")
    if len(text) > SMALL_BYTES:
        return Said(in_path, problem="sidecar_unreadable")
    return read_sidecar(text, beside=in_path)


def read_sidecar(text: bytes, *, beside: dict[str, list[str]] | None = None) -> Said:
    """``{"serial": …, "started_at": "2026-11-20T08:00:00+03:30", "intentional": true}``, each optional."""
    others = beside or {}
    try:
        facts = json.loads(text)
        started_at = _moment(facts.get("started_at"))
        serial = facts.get("serial")
        is_intentional = facts.get("intentional") is True
    except (ValueError, AttributeError, OverflowError, RecursionError):
        return Said(others, problem="sidecar_unreadable")
    named = isinstance(serial, str | int) and is_sayable(str(serial))
    first = {"sidecar": [normal_serial(str(serial))]} if serial and named else {}
    problem = "" if named or not serial else "sidecar_unreadable"
    return Said({**first, **others}, started_at=started_at, is_intentional=is_intentional, problem=problem)


def is_sayable(text: str) -> bool:
    """Whether a text can be stored and shown: short enough for a serial, no control character, no half of a pair."""
    return len(text) <= _LONGEST_SERIAL and _CONTROLS.search(text) is None


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

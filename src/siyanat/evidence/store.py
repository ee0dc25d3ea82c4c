"""The stored bytes: the only code that touches them.

Kept here: where sealed bytes lie (``<STORE>/aa/bb/<sha256>``), how they are opened, looked at, taken in and, for
disposal alone, unlinked; what lies in the store without a row is moved to ``<STORE>/aside/`` and never deleted.
Uploads under way lie in ``<STORE>/uploads/``: they are nothing until they are adopted. Nothing here knows
the database, re-encodes or repairs. Derivatives are elsewhere (``settings.CACHE``).
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Literal

from django.conf import settings

from siyanat.lib import durable, errors

Level = Literal["presence", "size", "hash"]
LEVELS: tuple[Level, ...] = ("presence", "size", "hash")
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def root() -> Path:
    """The store's own folder."""
    return Path(settings.STORE)


def path_of(sha256: str) -> Path:
    """Where the bytes lie, for a child process that reads them itself."""
    return durable.path_for(root=root(), sha256=sha256)


def open_sealed(sha256: str) -> BinaryIO:
    """Open sealed bytes for reading, from their beginning.

    :raises errors.BrokenPromise: ``store.bytes_missing`` when they are not there.
    """
    try:
        return path_of(sha256).open("rb")
    except FileNotFoundError as error:
        raise errors.BrokenPromise("store.bytes_missing", sha256=sha256) from error


def has(sha256: str) -> bool:
    """Whether a file lies under this digest (its bytes are not read)."""
    return path_of(sha256).is_file()


def size_of(sha256: str) -> int | None:
    """Size in bytes on disk; None when it is absent."""
    try:
        return path_of(sha256).stat().st_size
    except FileNotFoundError:
        return None


def find_damage(*, sha256: str, size_bytes: int, level: Level) -> str | None:
    """What is wrong with the bytes: ``missing``, ``size_differs``, ``digest_differs``, ``unreadable``, or None."""
    try:
        size = size_of(sha256)
        if size is None:
            return "missing"
        if level != "presence" and size != size_bytes:
            return "size_differs"
        if level == "hash" and durable.hash_file(path_of(sha256))[0] != sha256:
            return "digest_differs"
    except OSError:
        return "unreadable"
    return None


def copy_in(source: Path) -> durable.Written:
    """Seal a copy of ``source``; it is durable when this returns.

    :raises errors.PassingFault: ``store.disk_full``, ``store.write_failed``.
    :raises OSError: when the source can't be read.
    """
    return durable.copy_sealed(source=source, root=root())


def adopt(temporary: Path) -> durable.Written:
    """Seal a file that lies in the store's own filesystem, after reading it again from its beginning.

    The file is adopted under a second name of its own: ``temporary`` stays until the caller has committed and
    calls `drop_upload`, so that a crash in between is mended by adopting it again.

    :raises errors.PassingFault: ``store.disk_full``, ``store.write_failed``.
    """
    twin = temporary.with_suffix(".adopting")
    with faults():
        twin.unlink(missing_ok=True)
        os.link(temporary, twin)
    return durable.adopt_sealed(temporary=twin, root=root())


def drop_upload(upload_id: object) -> None:
    """Take away an upload's part file: its bytes are sealed and committed, or the sender gave it up."""
    durable.unlink_durably(upload_path(upload_id))


def upload_path(upload_id: object) -> Path:
    """Where an upload under way is written."""
    return root() / "uploads" / f"{upload_id}.part"


def free_bytes() -> int:
    """Space left in the store's filesystem."""
    folder = root()
    folder.mkdir(parents=True, exist_ok=True)
    return shutil.disk_usage(folder).free


def list_digests() -> Iterator[str]:
    """Digest of every sealed file that lies in the store, in order."""
    return (path.name for path in durable.list_sealed(root=root()))


def set_aside(sha256: str) -> Path:
    """Move a file without a row to ``<STORE>/aside/``; a name that is taken there keeps its bytes.

    :raises errors.PassingFault: ``store.write_failed`` when it can't be moved.
    """
    source, target = path_of(sha256), root() / "aside" / sha256
    with faults():
        try:
            durable.publish(temporary=source, final=target, root=root())
        except FileExistsError:
            source.unlink()
        durable.fsync_folder(source.parent)
    return target


def unlink_disposed(sha256: str) -> bool:
    """Unlink bytes whose tombstone is committed; whether they were still there. For disposal alone."""
    return durable.unlink_durably(path_of(sha256))


@contextlib.contextmanager
def faults() -> Iterator[None]:
    """What the store's disk refuses, as a fault that may pass."""
    try:
        yield
    except OSError as error:
        code = "store.disk_full" if error.errno in _FULL else "store.write_failed"
        raise errors.PassingFault(code, folder=str(root()), reason=error.strerror or str(error)) from error

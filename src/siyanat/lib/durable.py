"""Durable writes to a content-addressed folder of sealed bytes.

Kept here: the only routine by which bytes become a sealed file, the way they are named, and the way they are
unlinked. The store's layout is::

    <root>/aa/bb/<sha256 in hex>     sealed, mode 0440, never written again
    <root>/incoming/<random>.part    being written; without a link it is nothing

It never overwrites, never renames over a name, never repairs, and knows no database: who calls it inserts
the row after it returns and acknowledges after that.

System calls of one write, in order::

    open(incoming/x.part, O_CREAT|O_EXCL)   write ...   fchmod 0440   fsync(file)
    mkdir(aa) fsync(root)   mkdir(aa/bb) fsync(aa)      only where they were missing
    link(incoming/x.part, aa/bb/sha256)     fails with EEXIST, never replaces
    fsync(aa/bb)   unlink(incoming/x.part)

A crash before ``link`` leaves a part file, which `list_incoming` shows; after it, the sealed file is whole,
because its bytes were synced first. A name that exists already is read and hashed again, then its folder is
synced: the writer before us may have died between ``link`` and ``fsync``.

Known hole: when ``fsync`` fails, Linux may mark the lost pages clean, so that a second ``fsync`` would
succeed without the bytes being on the disk. Hence a failed write is never continued: its part file goes and
the whole write starts again from the source. Drives that acknowledge a flush without doing it can't be
noticed from here.
"""

from __future__ import annotations

import contextlib
import dataclasses
import errno
import hashlib
import os
import pathlib
import queue
import re
import secrets
import threading
from collections.abc import Iterable, Iterator
from typing import IO

from siyanat.lib import errors

CHUNK_BYTES = 2 * 1024 * 1024
"""Size of one read, in bytes."""

_BUFFERS = 4
_INCOMING = "incoming"
_HEX_DIGEST = re.compile(r"[0-9a-f]{64}")
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


@dataclasses.dataclass(frozen=True, slots=True)
class Written:
    """What lies sealed: digest in lower-case hex, size, and the final path."""

    sha256: str
    size_bytes: int
    path: pathlib.Path


def path_for(*, root: pathlib.Path, sha256: str) -> pathlib.Path:
    """Where the bytes with this digest lie, whether or not they are there.

    :raises errors.BrokenPromise: ``store.bad_digest`` unless it is 64 lower-case hex digits.
    """
    if not _HEX_DIGEST.fullmatch(sha256):
        raise errors.BrokenPromise("store.bad_digest", sha256=sha256)
    return root / sha256[:2] / sha256[2:4] / sha256


def chunks_of(stream: IO[bytes], *, chunk_bytes: int = CHUNK_BYTES) -> Iterator[bytes]:
    """Pieces of an open binary stream, until its end."""
    while piece := stream.read(chunk_bytes):
        yield piece


def write_new(*, root: pathlib.Path, chunks: Iterable[bytes], expected_sha256: str | None = None) -> Written:
    """Seal the bytes of ``chunks``; durable when it returns.

    :raises errors.Refusal: ``store.digest_mismatch`` when ``expected_sha256`` was given and the bytes differ.
    :raises errors.PassingFault: ``store.disk_full`` or ``store.write_failed``; no part file is left behind.
    :raises errors.BrokenPromise: ``store.sealed_differs`` when the name is taken by other bytes.
    """
    with _part_file(root) as (part, descriptor):
        hasher = _Hasher()
        with hasher:
            for chunk in chunks:
                hasher.feed(chunk)
                _write_all(descriptor, memoryview(chunk))
        return _seal(root, part, descriptor, hasher.hexdigest(), expected_sha256)


def copy_sealed(*, source: pathlib.Path, root: pathlib.Path, expected_sha256: str | None = None) -> Written:
    """Seal a copy of the file ``source``, hashing what is written, not what is read a second time.

    The source stays. Raises what `write_new` raises, and ``OSError`` where the source can't be read.
    """
    with source.open("rb", buffering=0) as stream, _part_file(root) as (part, descriptor):
        os.posix_fadvise(stream.fileno(), 0, 0, os.POSIX_FADV_SEQUENTIAL)
        hasher = _Hasher()
        with hasher:
            _pump(stream, descriptor, hasher)
        return _seal(root, part, descriptor, hasher.hexdigest(), expected_sha256)


def hash_file(path: pathlib.Path) -> tuple[str, int]:
    """Digest (hex) and size in bytes of the file as it lies on the disk."""
    digest, size = hashlib.sha256(), 0
    buffer = memoryview(bytearray(CHUNK_BYTES))
    with path.open("rb", buffering=0) as stream:
        os.posix_fadvise(stream.fileno(), 0, 0, os.POSIX_FADV_SEQUENTIAL)
        while count := stream.readinto(buffer):
            digest.update(buffer[:count])
            size += count
    return digest.hexdigest(), size


def publish(*, temporary: pathlib.Path, final: pathlib.Path) -> None:
    """Give a synced file its final name and take the temporary one away; both in one filesystem.

    The bytes must have been fsynced by the caller. Folders that are missing are made and synced.

    :raises FileExistsError: the final name is taken; nothing was changed.
    """
    _make_folders(final.parent)
    os.link(temporary, final, follow_symlinks=False)
    fsync_folder(final.parent)
    temporary.unlink(missing_ok=True)


def unlink_durably(path: pathlib.Path) -> bool:
    """Unlink and sync the folder; ``False`` when it was gone already (the folder is synced all the same).

    For disposal alone, after the tombstone is committed.
    """
    try:
        path.unlink()
    except FileNotFoundError:
        gone = True
    else:
        gone = False
    if path.parent.is_dir():
        fsync_folder(path.parent)
    return not gone


def fsync_folder(folder: pathlib.Path) -> None:
    """Make the folder's entries (links, unlinks) durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def list_incoming(*, root: pathlib.Path) -> list[pathlib.Path]:
    """Part files that lie in the store: of writes under way, or of a writer that died."""
    folder = root / _INCOMING
    return sorted(folder.glob("*.part")) if folder.is_dir() else []


def list_sealed(*, root: pathlib.Path) -> Iterator[pathlib.Path]:
    """Every sealed file of the store, in the order of its digest."""
    for path in sorted(root.glob("[0-9a-f][0-9a-f]/[0-9a-f][0-9a-f]")):
        yield from sorted(entry for entry in path.iterdir() if _HEX_DIGEST.fullmatch(entry.name))


class _Hasher:
    """SHA-256 in a thread of its own; hashlib releases the GIL, so hashing and writing overlap.

    `feed` blocks when the thread is behind; what was fed must not change until `fed_back` counts it.
    """

    def __init__(self) -> None:
        self._digest = hashlib.sha256()
        self._pieces: queue.Queue[bytes | memoryview | None] = queue.Queue(maxsize=_BUFFERS)
        self._thread = threading.Thread(target=self._run, name="sha256", daemon=True)
        self.finished: queue.Queue[bytes | memoryview] = queue.Queue()

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._pieces.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (piece := self._pieces.get()) is not None:
            self._digest.update(piece)
            if isinstance(piece, memoryview):
                self.finished.put(piece)

    def feed(self, piece: bytes | memoryview) -> None:
        self._pieces.put(piece)

    def hexdigest(self) -> str:
        return self._digest.hexdigest()


def _pump(stream: IO[bytes], descriptor: int, hasher: _Hasher) -> None:
    """Read into few buffers, used again once both the hasher and the writer are done with them."""
    fresh = _BUFFERS
    while True:
        if fresh:
            whole = memoryview(bytearray(CHUNK_BYTES))
            fresh -= 1
        else:
            whole = memoryview(hasher.finished.get().obj)
        count = os.readv(stream.fileno(), [whole])
        if not count:
            return
        hasher.feed(whole[:count])
        _write_all(descriptor, whole[:count])


def _write_all(descriptor: int, piece: memoryview) -> None:
    """write(2) until all is taken."""
    while piece:
        piece = piece[os.write(descriptor, piece) :]


@contextlib.contextmanager
def _part_file(root: pathlib.Path) -> Iterator[tuple[pathlib.Path, int]]:
    """A new part file; gone afterwards whatever happens, unless the process dies."""
    folder = root / _INCOMING
    part = folder / f"{secrets.token_hex(16)}.part"
    try:
        _make_folders(folder)
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o640)
        try:
            yield part, descriptor
        finally:
            os.close(descriptor)
            part.unlink(missing_ok=True)
    except OSError as error:
        raise _as_fault(error, root) from error


def _as_fault(error: OSError, root: pathlib.Path) -> errors.PassingFault:
    code = "store.disk_full" if error.errno in _FULL else "store.write_failed"
    return errors.PassingFault(code, folder=str(root), reason=error.strerror or str(error))


def _seal(
    root: pathlib.Path, part: pathlib.Path, descriptor: int, sha256: str, expected: str | None
) -> Written:
    if expected is not None and sha256 != expected.lower():
        raise errors.Refusal("store.digest_mismatch", expected=expected.lower(), actual=sha256)
    os.fchmod(descriptor, 0o440)
    os.fsync(descriptor)
    size = os.fstat(descriptor).st_size
    final = path_for(root=root, sha256=sha256)
    try:
        publish(temporary=part, final=final)
    except FileExistsError:
        _check_sealed(final, sha256)
    return Written(sha256=sha256, size_bytes=size, path=final)


def _check_sealed(final: pathlib.Path, sha256: str) -> None:
    """The same bytes were sealed before: trust them only after reading them again."""
    actual, _ = hash_file(final)
    if actual != sha256:
        raise errors.BrokenPromise("store.sealed_differs", path=str(final), expected=sha256, actual=actual)
    with final.open("rb") as stream:
        os.fsync(stream.fileno())
    fsync_folder(final.parent)


def _make_folders(folder: pathlib.Path) -> None:
    """mkdir -p, each new entry synced in its parent."""
    if folder.is_dir():
        return
    _make_folders(folder.parent)
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o750)
    fsync_folder(folder.parent)

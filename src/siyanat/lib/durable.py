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
    fsync(aa/bb)   fsync(aa)   fsync(root)   unlink(incoming/x.part)

A crash before ``link`` leaves a part file, which `list_incoming` shows; after it, the sealed file is whole,
because its bytes were synced first. A name that exists already is read and hashed again, then its folders are
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
from typing import IO, Self

from siyanat.lib import errors

CHUNK_BYTES = 1024 * 1024
"""Size of one read, in bytes."""

_BUFFERS = 4
_FLUSH_BYTES = 16 * 1024 * 1024
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
    """Seal the bytes of ``chunks``; durable when it returns. What ``chunks`` itself raises passes through.

    :raises errors.Refusal: ``store.digest_mismatch`` when ``expected_sha256`` was given and the bytes differ.
    :raises errors.PassingFault: ``store.disk_full`` or ``store.write_failed``; no part file is left behind.
    :raises errors.BrokenPromise: ``store.sealed_differs`` when the name is taken by other bytes.
    """
    with _part_file(root) as part:
        with _Hasher() as hasher:
            for chunk in chunks:
                hasher.feed(chunk)
                part.write(memoryview(chunk))
        return part.seal(sha256=hasher.hexdigest(), expected=expected_sha256)


def copy_sealed(*, source: pathlib.Path, root: pathlib.Path, expected_sha256: str | None = None) -> Written:
    """Seal a copy of the file ``source``: the very bytes that are hashed are written, and the source stays.

    Raises what `write_new` raises, and ``OSError`` where the source can't be read.
    """
    with source.open("rb", buffering=0) as stream, _part_file(root) as part:
        _advise(stream.fileno(), 0, 0, "POSIX_FADV_SEQUENTIAL")
        with _Hasher() as hasher:
            _pump(stream, part, hasher)
        return part.seal(sha256=hasher.hexdigest(), expected=expected_sha256)


def adopt_sealed(
    *, temporary: pathlib.Path, root: pathlib.Path, expected_sha256: str | None = None
) -> Written:
    """Seal a file that lies in the store's own filesystem already, such as an upload that took days to come.

    It is read again from its beginning, whatever was seen of its bytes before. The temporary name goes, but
    stays where it is refused. Raises what `write_new` raises.
    """
    with _faults(root):
        sha256, size = hash_file(temporary)
    _check_expected(sha256, expected_sha256)
    with _faults(root):
        with temporary.open("rb") as stream:
            final = _publish_sealed(stream.fileno(), temporary, root, sha256)
        temporary.unlink(missing_ok=True)
    return Written(sha256=sha256, size_bytes=size, path=final)


def hash_file(path: pathlib.Path) -> tuple[str, int]:
    """Digest (hex) and size in bytes of the file as it lies on the disk."""
    digest, size = hashlib.sha256(), 0
    buffer = memoryview(bytearray(CHUNK_BYTES))
    with path.open("rb", buffering=0) as stream:
        _advise(stream.fileno(), 0, 0, "POSIX_FADV_SEQUENTIAL")
        while count := stream.readinto(buffer):
            digest.update(buffer[:count])
            size += count
    return digest.hexdigest(), size


def publish(*, temporary: pathlib.Path, final: pathlib.Path, root: pathlib.Path | None = None) -> None:
    """Give a synced file its final name and take the temporary one away; both in one filesystem.

    The bytes must have been fsynced by the caller. Folders that are missing are made. With ``root``, every
    folder from the final one up to it is synced: one that is there already may have been made by a writer
    that died.

    :raises FileExistsError: the final name is taken; nothing was changed.
    """
    _make_folders(final.parent)
    os.link(temporary, final, follow_symlinks=False)
    _sync_up(final.parent, root)
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

    `feed` blocks when the thread is behind. A buffer that was fed must not change until `take_back` answers
    it.
    """

    def __init__(self) -> None:
        self._digest = hashlib.sha256()
        self._pieces: queue.Queue[bytes | memoryview | None] = queue.Queue(maxsize=_BUFFERS)
        self._finished: queue.Queue[memoryview] = queue.Queue()
        self._thread = threading.Thread(target=self._run, name="sha256", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._pieces.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (piece := self._pieces.get()) is not None:
            self._digest.update(piece)
            if isinstance(piece, memoryview):
                self._finished.put(piece)

    def feed(self, piece: bytes | memoryview) -> None:
        self._pieces.put(piece)

    def take_back(self) -> memoryview:
        """A buffer whose bytes are hashed, at its full length."""
        return memoryview(self._finished.get().obj)

    def hexdigest(self) -> str:
        """The digest of all that was fed; call it after the ``with`` block."""
        return self._digest.hexdigest()


class _Part:
    """A part file that is open for writing; every failing call of its becomes a `PassingFault`."""

    def __init__(self, root: pathlib.Path, path: pathlib.Path, descriptor: int) -> None:
        self._root, self._path, self._descriptor = root, path, descriptor
        self._size = self._advised = 0

    def write(self, piece: memoryview) -> None:
        """write(2) until all is taken; every `_FLUSH_BYTES` the kernel is asked to start on the disk."""
        with _faults(self._root):
            while piece:
                count = os.write(self._descriptor, piece)
                piece, self._size = piece[count:], self._size + count
        if self._size - self._advised >= _FLUSH_BYTES:
            # Linux starts to write dirty pages that are said not to be needed: fsync finds little left to do.
            _advise(self._descriptor, self._advised, self._size - self._advised, "POSIX_FADV_DONTNEED")
            self._advised = self._size

    def seal(self, *, sha256: str, expected: str | None) -> Written:
        """Give the part its final name, once its digest is known to be the one announced."""
        _check_expected(sha256, expected)
        with _faults(self._root):
            final = _publish_sealed(self._descriptor, self._path, self._root, sha256)
        return Written(sha256=sha256, size_bytes=self._size, path=final)


def _check_expected(sha256: str, expected: str | None) -> None:
    if expected is not None and sha256 != expected.lower():
        raise errors.Refusal("store.digest_mismatch", expected=expected.lower(), actual=sha256)


def _publish_sealed(descriptor: int, path: pathlib.Path, root: pathlib.Path, sha256: str) -> pathlib.Path:
    """Sync the open file and link it under its digest, or check the bytes that are there."""
    final = path_for(root=root, sha256=sha256)
    os.fchmod(descriptor, 0o440)
    os.fsync(descriptor)
    try:
        publish(temporary=path, final=final, root=root)
    except FileExistsError:
        _check_sealed(final, sha256, root)
    return final


def _pump(stream: IO[bytes], part: _Part, hasher: _Hasher) -> None:
    """Read into few buffers, used again once both the hasher and the writer are done with them."""
    fresh = [memoryview(bytearray(CHUNK_BYTES)) for _ in range(_BUFFERS)]
    while True:
        buffer = fresh.pop() if fresh else hasher.take_back()
        count = os.readv(stream.fileno(), [buffer])
        if not count:
            return
        hasher.feed(buffer[:count])
        part.write(buffer[:count])


@contextlib.contextmanager
def _part_file(root: pathlib.Path) -> Iterator[_Part]:
    """A new part file; its name is gone afterwards whatever happens, unless the process dies."""
    path = root / _INCOMING / f"{secrets.token_hex(16)}.part"
    with _faults(root):
        _make_folders(path.parent)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o640)
    try:
        yield _Part(root, path, descriptor)
    finally:
        with _faults(root):
            os.close(descriptor)
            path.unlink(missing_ok=True)


@contextlib.contextmanager
def _faults(root: pathlib.Path) -> Iterator[None]:
    """What the store's own disk refuses, as a fault that may pass."""
    try:
        yield
    except OSError as error:
        code = "store.disk_full" if error.errno in _FULL else "store.write_failed"
        raise errors.PassingFault(code, folder=str(root), reason=error.strerror or str(error)) from error


def _advise(descriptor: int, offset: int, length: int, advice: str) -> None:
    """A hint to the page cache where the system takes hints; it changes no bytes."""
    if hasattr(os, "posix_fadvise"):
        os.posix_fadvise(descriptor, offset, length, getattr(os, advice))


def _check_sealed(final: pathlib.Path, sha256: str, root: pathlib.Path) -> None:
    """The same bytes were sealed before: trust them only after reading them again."""
    actual, _ = hash_file(final)
    if actual != sha256:
        raise errors.BrokenPromise("store.sealed_differs", path=str(final), expected=sha256, actual=actual)
    with final.open("rb") as stream:
        os.fsync(stream.fileno())
    _sync_up(final.parent, root)


def _sync_up(folder: pathlib.Path, root: pathlib.Path | None) -> None:
    """Sync ``folder`` and, with ``root``, those above it up to ``root``, the lowest first."""
    fsync_folder(folder)
    if root is not None and folder != root:
        _sync_up(folder.parent, root)


def _make_folders(folder: pathlib.Path) -> None:
    """mkdir -p, each new entry synced in its parent."""
    if folder.is_dir():
        return
    _make_folders(folder.parent)
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o750)
    fsync_folder(folder.parent)

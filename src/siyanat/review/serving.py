"""Segments and thumbnails as bytes: made in children, kept ready under ``settings.CACHE`` up to a limit.

Derivatives only: what lies here may be removed at any time, and is when its recording is gone. Who may have
them is decided before anything here is called.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
import os
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

from django.conf import settings

from siyanat.evidence import models as evidence
from siyanat.evidence import store
from siyanat.lib import errors
from siyanat.media import child, guarded, segments
from siyanat.review import film, policy

VERSION = 2
CHILDREN = 3
STILL_WIDTH = 256
STILL_STEP_MS = 5_000
_EVICT_EVERY = 64 << 20  # look at the whole cache again after this many new bytes
_locks: dict[str, threading.Lock] = defaultdict(threading.Lock)
_counter_lock = threading.Lock()
_new_bytes = 0


@functools.cache
def pool() -> child.Pool:
    """The children that make derivatives for people who wait."""
    return child.Pool(CHILDREN)


def folder() -> Path:
    """Where derivatives lie."""
    return Path(settings.CACHE) / "film"


def segment_bytes(clip: film.Clip, segment: segments.Segment) -> bytes:
    """A segment as MPEG-TS.

    :raises errors.Refusal: ``media.absent``, ``media.not_media``, ``media.child_died``.
    :raises errors.PassingFault: as ``media.guarded.make_segment``.
    """
    sha256 = clip.recording.sha256
    return _kept(
        sha256, f"{segment.index}-v{VERSION}.ts",
        lambda: guarded.make_segment(pool(), store.path_of(sha256), segment),
    )  # fmt: skip


def is_sound(clip: film.Clip, segment: segments.Segment) -> bool:
    """Whether every picture of a segment can be decoded, tried now.

    :raises errors.Refusal: as `segment_bytes`.
    :raises errors.PassingFault: as ``media.guarded.check_segment``.
    """
    return guarded.check_segment(pool(), store.path_of(clip.recording.sha256), segment).is_sound


def still_bytes(clip: film.Clip, segment: segments.Segment, at_ms: int) -> bytes:
    """A thumbnail as JPEG, from the last key frame before the moment, rounded down to `STILL_STEP_MS`."""
    sha256, at_ms = clip.recording.sha256, at_ms - at_ms % STILL_STEP_MS
    return _kept(
        sha256, f"{at_ms}-{STILL_WIDTH}-v{VERSION}.jpg",
        lambda: guarded.thumbnail(
            pool(), store.path_of(sha256), at_ms=at_ms, width=STILL_WIDTH,
            near=segment if segment.seek_byte is not None else None,
        ),
    )  # fmt: skip


def warm(wanted: list[tuple[film.Clip, segments.Segment]]) -> threading.Thread:
    """Start the children and make the first segments while the page travels: playing begins at once."""
    paths = [(clip.recording.sha256, segment) for clip, segment in wanted]

    def run() -> None:
        for sha256, segment in paths:
            with contextlib.suppress(
                errors.SiyanatError, OSError
            ):  # the request for the segment itself tells what is wrong
                _kept(
                    sha256, f"{segment.index}-v{VERSION}.ts",
                    functools.partial(guarded.make_segment, pool(), store.path_of(sha256), segment),
                )  # fmt: skip

    thread = threading.Thread(target=run, name="review-warm", daemon=True)
    thread.start()
    return thread


def _kept(sha256: str, name: str, make: Callable[[], bytes]) -> bytes:
    path = folder() / sha256[:2] / sha256 / name
    with contextlib.suppress(FileNotFoundError):
        found = path.read_bytes()
        os.utime(path)
        return found
    with _locks[str(path)]:
        with contextlib.suppress(FileNotFoundError):
            return path.read_bytes()
        made = make()
        _write(path, made)
    _locks.pop(str(path), None)
    return made


def _write(path: Path, data: bytes) -> None:
    """Keep it ready. A full disk costs comfort only, so that playing goes on."""
    part = path.with_suffix(f".{os.getpid()}-{threading.get_ident()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        part.write_bytes(data)
        part.rename(path)
    except OSError:
        part.unlink(missing_ok=True)
        return
    global _new_bytes
    with _counter_lock:
        _new_bytes += len(data)
        due = _new_bytes >= min(_EVICT_EVERY, limit_bytes() // 4 or 1)
        if due:
            _new_bytes = 0
    if due:
        evict()


def limit_bytes() -> int:
    """How much may lie here."""
    return int(getattr(settings, "FILM_CACHE_BYTES", policy.CACHE_BYTES))


def evict() -> int:
    """Remove what was used longest ago until the rest fits the limit; how many bytes went."""
    files = sorted(_files())
    over = sum(size for _used, size, _path in files) - limit_bytes()
    gone = 0
    for _used, size, path in files:
        if gone >= over:
            break
        path.unlink(missing_ok=True)
        gone += size
    return gone


def sweep(*, older_than: dt.timedelta) -> int:
    """Remove derivatives unused for this long, and all of recordings whose bytes are to go; how many files."""
    oldest, gone = time.time() - older_than.total_seconds(), 0
    digests = {path.parent.name for _used, _size, path in _files()}
    kept = set(
        evidence.Recording.objects.filter(sha256__in=digests, state=evidence.Recording.State.SEALED)
        .values_list("sha256", flat=True)
    )  # fmt: skip
    for used, _size, path in _files():
        if used < oldest or path.parent.name not in kept:
            path.unlink(missing_ok=True)
            gone += 1
    for place in sorted(folder().rglob("*"), reverse=True):
        if place.is_dir():
            with contextlib.suppress(OSError):
                place.rmdir()
    return gone


def _files() -> Iterator[tuple[float, int, Path]]:
    for path in folder().rglob("*"):
        with contextlib.suppress(FileNotFoundError):
            facts = path.stat()
            if path.is_file():
                yield facts.st_mtime, facts.st_size, path

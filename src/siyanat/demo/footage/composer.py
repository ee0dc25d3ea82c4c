"""Turns scripts into files in the dock's folder, one after another, each whole as soon as it can be seen.

Segments are prepared by two threads in the order in which files need them, so that the first file stands
within seconds and ingest can run while more arrive. What an earlier run has made is used again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent import futures
from dataclasses import dataclass
from pathlib import Path

from siyanat.demo.footage import lines, plan, reel, script, segments, shelf, speech

THREADS = 2


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the composer is: files and segments done and planned, bytes written in this run."""

    files_done: int
    files: int
    segments_done: int
    segments: int
    written_bytes: int


def compose(
    scripts: Sequence[script.PatrolScript],
    out: Path,
    cache: Path,
    on_progress: Callable[[Progress], None] | None = None,
    *,
    stock: plan.Stock | None = None,
) -> Iterator[script.ComposedFile]:
    """Yield each file as soon as it stands under ``out``, in the order of the scripts.

    Deterministic: the same scripts give the same files. A file that an earlier run has composed from the
    same plan is yielded again without being written. Call from one process at a time.

    :raises errors.Refusal: when a script contradicts itself or a clip is not installed.
    """
    plans = [todo for patrol in scripts for todo in plan.plan_files(patrol, stock or plan.Stock())]
    for folder in (out, cache):
        folder.mkdir(parents=True, exist_ok=True)
        shelf.sweep(folder)
    missing = [todo for todo in plans if not _is_made(todo, out, cache)]
    workshop = _Workshop(cache, missing)
    written = 0
    try:
        for number, todo in enumerate(plans, 1):
            path = out / todo.name
            if not _is_made(todo, out, cache):
                path.parent.mkdir(parents=True, exist_ok=True)
                reel.write_file(todo, path, prepared=workshop.take)
                shelf.put_bytes(_note(todo, cache), todo.digest.encode())
                written += path.stat().st_size
            if on_progress is not None:
                on_progress(Progress(number, len(plans), workshop.count_done(), workshop.count, written))
            yield script.ComposedFile(path, todo.serial, todo.started_at, todo.duration_ms, todo.incidents)
    finally:
        workshop.close()
        for folder in (out, cache):
            shelf.sweep(folder)


def _note(todo: plan.FilePlan, cache: Path) -> Path:
    return cache / "made" / f"{Path(todo.name).stem}.plan"


def _is_made(todo: plan.FilePlan, out: Path, cache: Path) -> bool:
    note = _note(todo, cache)
    return (out / todo.name).exists() and note.exists() and note.read_text() == todo.digest


class _Workshop:
    """Prepares segments in threads, each once, in the order in which the plans need them."""

    def __init__(self, cache: Path, plans: Sequence[plan.FilePlan]) -> None:
        self._cache = cache
        self._pool = futures.ThreadPoolExecutor(THREADS, thread_name_prefix="footage")
        if plans:  # one child speaks all lines, before threads ask for them one by one
            speech.speak_turns((turn for talk in lines.TALKS.values() for turn in talk), cache=cache)
        wanted = dict.fromkeys(spec for todo in plans for p in todo.pieces for spec in (p.video, p.audio))
        self._works = {spec: self._pool.submit(self._prepare, spec) for spec in wanted}
        self.count = len(wanted)

    def _prepare(self, spec: segments.Spec) -> segments.Segment:
        return segments.prepare_segment(spec, cache=self._cache)

    def take(self, spec: segments.Spec) -> segments.Segment:
        """Return a segment, waiting for it when need be."""
        return self._works[spec].result()

    def count_done(self) -> int:
        """Return how many segments stand ready."""
        return sum(work.done() for work in self._works.values())

    def close(self) -> None:
        """Let running work end, drop what waits."""
        self._pool.shutdown(cancel_futures=True)

"""Hostile media is parsed in a child process with limits; this module is both its parent's and its own side.

The parent sends one line of JSON for each call and reads lines of JSON (progress, then one answer, which may
be followed by raw bytes). A file that crashes its parser kills a child and nothing else. The child never
talks to the database or the network, and dies with its parent.
"""

from __future__ import annotations

import concurrent.futures
import ctypes
import importlib
import inspect
import json
import os
import queue
import resource
import selectors
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

import siyanat
from siyanat.lib import errors

Progress = Callable[[Any], None]

VERBS = {
    name: f"siyanat.media.verbs.{name}"
    for name in ("probe", "scan_totals", "make_segment", "check_segment", "thumbnail", "cut")
}
"""This room's verbs by short name; any other verb is the dotted name of a function under ``siyanat.``."""

_KEPT_ENVIRONMENT = ("PATH", "PYTHONPATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "VIRTUAL_ENV", "SYSTEMROOT")
_FAULTY_FILE_SIGNALS = {
    signal.SIGSEGV: "crash",
    signal.SIGABRT: "crash",
    signal.SIGBUS: "crash",
    signal.SIGILL: "crash",
    signal.SIGFPE: "crash",
    signal.SIGXCPU: "cpu",
    signal.SIGXFSZ: "file_size",
}
_KINDS = {"refusal": errors.Refusal, "fault": errors.PassingFault, "broken": errors.BrokenPromise}
_MAX_LINE = 64 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """What one child may use: address space, CPU seconds for one call, size of a file that it writes."""

    memory_bytes: int = 3 << 30
    cpu_seconds: int = 3600
    file_bytes: int = 64 << 30
    nice: int = 5


def call(
    verb: str,
    *,
    timeout: float,
    limits: Limits | None = None,
    on_progress: Progress | None = None,
    **arguments: Any,
) -> Any:
    """Run one verb in a child of its own and give back its answer (a JSON value, or bytes).

    :param verb: a name in ``VERBS`` or the dotted name of a function under ``siyanat.``; its keyword
        ``on_progress``, where it has one, sends values to ours.
    :param timeout: seconds of wall-clock time for the whole call.
    :raises Refusal: what the verb refused; ``media.child_died`` when the file crashed its parser.
    :raises PassingFault: ``media.child_timeout``, ``media.child_killed``, ``media.child_failed``.
    """
    child = _Child(limits or Limits())
    try:
        return child.request(verb, arguments, timeout=timeout, on_progress=on_progress)
    finally:
        child.end()


class Pool:
    """Children that serve many calls each, for people who wait (not niced); shared safely between threads."""

    def __init__(self, size: int, *, calls_each: int = 500, limits: Limits | None = None) -> None:
        self._limits = limits or Limits(nice=0, cpu_seconds=300)
        self._calls_each = calls_each
        self._size = size
        self._owner = os.getpid()
        self._slots: queue.LifoQueue[_Child | None] = queue.LifoQueue()
        self._fill()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def call(
        self,
        verb: str,
        *,
        timeout: float,
        on_progress: Progress | None = None,
        **arguments: Any,
    ) -> Any:
        """As ``call`` of the module, in a child of this pool; waits for a free one within ``timeout``.

        :raises PassingFault: also ``media.busy`` when no child came free in time.
        """
        until = time.monotonic() + timeout
        self._heed_fork()
        try:
            child = self._slots.get(timeout=timeout)
        except queue.Empty:
            raise errors.PassingFault("media.busy", verb=verb, seconds=timeout) from None
        try:
            if child is None or not child.alive:
                child = _Child(self._limits)
            return child.request(
                verb, arguments, timeout=max(0.001, until - time.monotonic()), on_progress=on_progress
            )
        finally:
            self._slots.put(self._still_good(child))

    def close(self) -> None:
        """End every child that is not at work."""
        while True:
            try:
                child = self._slots.get_nowait()
            except queue.Empty:
                return
            if child is not None and self._owner == os.getpid():
                child.end()

    def _still_good(self, child: _Child | None) -> _Child | None:
        if child is None or (child.alive and child.calls < self._calls_each):
            return child
        child.end()
        return None

    def _fill(self) -> None:
        for _ in range(self._size):
            self._slots.put(None)

    def _heed_fork(self) -> None:
        """After a fork the children are the old process's; this one starts its own."""
        if self._owner != os.getpid():
            self._owner = os.getpid()
            self._slots = queue.LifoQueue()
            self._fill()


class _Child:
    """One process and the two ends of the talk with it."""

    def __init__(self, limits: Limits) -> None:
        self.calls = 0
        self._complaints = tempfile.TemporaryFile()  # noqa: SIM115 - closed in end()
        self._process = _spawn(limits, self._complaints)
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._to: BinaryIO = self._process.stdin  # type: ignore[assignment]
        self._from = _Reader(self._process.stdout.fileno())

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def request(
        self, verb: str, arguments: Mapping[str, Any], *, timeout: float, on_progress: Progress | None
    ) -> Any:
        """Send one call and wait for its answer; a child that fails to answer is ended."""
        self.calls += 1
        until = time.monotonic() + timeout
        line = json.dumps({"verb": VERBS.get(verb, verb), "arguments": arguments}, default=str)
        whole = False
        try:
            self._to.write(line.encode() + b"\n")
            self._to.flush()
            answer = self._answer(until, on_progress)
            whole = True
        except TimeoutError:
            raise errors.PassingFault("media.child_timeout", verb=verb, seconds=round(timeout, 1)) from None
        except (BrokenPipeError, EOFError):
            raise self._why_dead(verb) from None
        finally:
            if not whole:
                self.end()
        return _opened(answer)

    def _answer(self, until: float, on_progress: Progress | None) -> dict[str, Any]:
        while True:
            message: dict[str, Any] = json.loads(self._from.line(until))
            if "progress" in message:
                if on_progress is not None:
                    on_progress(message["progress"])
                continue
            if "bytes" in message:
                message["value"] = self._from.exactly(message["bytes"], until)
            return message

    def _why_dead(self, verb: str) -> errors.SiyanatError:
        code = self._process.wait(timeout=10)
        number = -code if code < 0 else 0
        self._complaints.seek(0, os.SEEK_END)
        self._complaints.seek(max(0, self._complaints.tell() - 500))
        last_words = self._complaints.read().decode(errors="replace")
        if number in _FAULTY_FILE_SIGNALS:
            reason = _FAULTY_FILE_SIGNALS[signal.Signals(number)]
            return errors.Refusal("media.child_died", verb=verb, reason=reason, signal=number)
        if number:
            return errors.PassingFault("media.child_killed", verb=verb, signal=number)
        return errors.PassingFault("media.child_failed", verb=verb, exit_code=code, last_words=last_words)

    def end(self) -> None:
        """End the process, at once, and whatever it started."""
        if self.alive:
            try:
                os.killpg(self._process.pid, signal.SIGKILL)
            except ProcessLookupError:
                self._process.kill()
        self._process.wait()
        for file in (self._process.stdin, self._process.stdout, self._complaints):
            if file is not None:
                try:
                    file.close()
                except BrokenPipeError:
                    continue


class _Reader:
    """Lines and exact numbers of bytes from a pipe, each within a deadline."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._held = bytearray()
        os.set_blocking(descriptor, False)

    def line(self, until: float) -> bytes:
        searched = 0
        while (end := self._held.find(b"\n", searched)) < 0:
            searched = len(self._held)
            if searched > _MAX_LINE:
                raise EOFError
            self._more(until)
        return self._take(end + 1)

    def exactly(self, size: int, until: float) -> bytes:
        while len(self._held) < size:
            self._more(until)
        return self._take(size)

    def _take(self, size: int) -> bytes:
        taken = bytes(self._held[:size])
        del self._held[:size]
        return taken

    def _more(self, until: float) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._descriptor, selectors.EVENT_READ)
            if not selector.select(max(0.0, until - time.monotonic())):
                raise TimeoutError
        data = os.read(self._descriptor, 1 << 20)
        if not data:
            raise EOFError
        self._held += data


def _opened(answer: dict[str, Any]) -> Any:
    for kind, error in _KINDS.items():
        if kind in answer:
            raise error(answer[kind], **answer.get("facts", {}))
    return answer["value"]


_spawners: dict[int, concurrent.futures.ThreadPoolExecutor] = {}
_spawners_lock = threading.Lock()


def _spawn(limits: Limits, complaints: Any) -> subprocess.Popen[bytes]:
    """Start a child from one lasting thread: Linux ends a child when the *thread* that started it ends."""
    with _spawners_lock:
        spawner = _spawners.get(os.getpid())
        if spawner is None:
            spawner = concurrent.futures.ThreadPoolExecutor(1, thread_name_prefix="media-child-spawner")
            _spawners[os.getpid()] = spawner
    return spawner.submit(_start, limits, complaints).result()


def _start(limits: Limits, complaints: Any) -> subprocess.Popen[bytes]:
    environment = {name: os.environ[name] for name in _KEPT_ENVIRONMENT if name in os.environ}
    source = str(Path(siyanat.__file__).parents[1])
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, [source, environment.get("PYTHONPATH")]))
    environment |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONUNBUFFERED": "1"}
    return subprocess.Popen(
        [sys.executable, "-m", "siyanat.media.child", json.dumps(asdict(limits)), str(os.getpid())],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=complaints,
        env=environment,
        cwd="/",
        start_new_session=True,
    )


# The child's own side.


def main(limits: Limits, parent: int) -> None:
    """Serve calls until the parent closes its end."""
    _die_with(parent)
    requests, answers = _own_ends()
    _confine(limits)
    for line in requests:
        _allow_cpu(limits)
        request = json.loads(line)
        message, blob = _served(request, _teller(answers))
        answers.write(json.dumps(message, default=str).encode() + b"\n" + blob)
        answers.flush()


def _die_with(parent: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG, prctl(2)
    if os.getppid() != parent:
        sys.exit(1)


def _own_ends() -> tuple[BinaryIO, BinaryIO]:
    """Move the talk to private descriptors: nothing else then reads our input or prints into our output."""
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    with open(os.devnull, "r+b", buffering=0) as nothing:  # noqa: PTH123 - a descriptor is wanted
        os.dup2(nothing.fileno(), 0)
        os.dup2(nothing.fileno(), 1)
    return requests, answers


def _confine(limits: Limits) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))
    resource.setrlimit(resource.RLIMIT_FSIZE, (limits.file_bytes, limits.file_bytes))
    os.nice(limits.nice)
    import av.logging  # late: the parent need not load FFmpeg

    av.logging.set_level(None)
    av.logging.set_libav_level(av.logging.PANIC)


def _allow_cpu(limits: Limits) -> None:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(usage.ru_utime + usage.ru_stime) + limits.cpu_seconds, hard))


def _teller(answers: BinaryIO) -> Progress:
    def tell(value: Any) -> None:
        answers.write(json.dumps({"progress": value}, default=str).encode() + b"\n")
        answers.flush()

    return tell


def _served(request: dict[str, Any], tell: Progress) -> tuple[dict[str, Any], bytes]:
    """Run one call; whatever it raises becomes an answer (this is the outermost edge of the child)."""
    try:
        function = _find(request["verb"])
        arguments = dict(request["arguments"])
        if "on_progress" in inspect.signature(function).parameters:
            arguments["on_progress"] = tell
        value = function(**arguments)
        if isinstance(value, bytes | bytearray | memoryview):
            return {"bytes": len(value)}, bytes(value)
        json.dumps(value, default=str)
    except errors.SiyanatError as error:
        kind = next((name for name, one in _KINDS.items() if isinstance(error, one)), "fault")
        return {kind: error.code, "facts": error.facts}, b""
    except MemoryError:
        return {"refusal": "media.child_died", "facts": {"verb": request["verb"], "reason": "memory"}}, b""
    except Exception as error:  # noqa: BLE001
        return _explained(error, request["verb"]), b""
    return {"value": value}, b""


def _explained(error: Exception, verb: str) -> dict[str, Any]:
    import av

    facts = {"verb": verb, "reason": f"{type(error).__name__}: {error}"[:300]}
    if isinstance(error, av.FFmpegError) and not isinstance(error, OSError):
        return {"refusal": "media.unreadable", "facts": facts}
    where = "".join(traceback.format_tb(error.__traceback__)[-2:])
    return {"fault": "media.child_failed", "facts": {**facts, "where": where}}


def _find(dotted: str) -> Callable[..., Any]:
    """The function of that dotted name, which must lie under ``siyanat.``."""
    module, _, name = dotted.rpartition(".")
    if not module.startswith("siyanat.") or name.startswith("_"):
        raise errors.Refusal("media.unknown_verb", verb=dotted)
    try:
        function = getattr(importlib.import_module(module), name, None)
    except ModuleNotFoundError:
        function = None
    if not callable(function):
        raise errors.Refusal("media.unknown_verb", verb=dotted)
    return function  # type: ignore[no-any-return]


if __name__ == "__main__":
    main(Limits(**json.loads(sys.argv[1])), int(sys.argv[2]))

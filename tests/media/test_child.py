"""A hostile file kills a child and nothing else."""

from __future__ import annotations

import concurrent.futures
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from siyanat.lib import errors
from siyanat.media import child, compose, guarded, probe, segments


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory, mp4: Path) -> Path:
    """Long enough that no machine reads it in a second."""
    path = tmp_path_factory.mktemp("long") / "long.mp4"
    compose.join_packets([mp4] * 900, path)
    return path


@pytest.fixture(scope="module")
def pool() -> Iterator[child.Pool]:
    with child.Pool(2) as made:
        yield made


def children() -> set[int]:
    listed = Path(f"/proc/{os.getpid()}/task")
    return {
        int(pid)
        for task in listed.iterdir()
        for pid in (task / "children").read_text().split()
        if is_ours(int(pid))
    }


def is_ours(pid: int) -> bool:
    return b"siyanat.media.child" in Path(f"/proc/{pid}/cmdline").read_bytes()


def once_at_work(act: Callable[[int], None], before: set[int]) -> Callable[[object], None]:
    """A progress callback that acts on the new child the first time that it is heard of."""
    told: list[object] = []

    def heard(value: object) -> None:
        if not told:
            [pid] = children() - before
            act(pid)
        told.append(value)

    return heard


def test_a_probe_in_a_child_is_the_same_probe(mp4: Path, pool: child.Pool) -> None:
    assert guarded.probe(mp4) == guarded.probe(mp4, pool=pool) == probe.probe(mp4)


def test_bytes_come_back_whole(mp4: Path, pool: child.Pool) -> None:
    segment = segments.plan_segments(probe.probe(mp4))[0]
    assert guarded.make_segment(pool, mp4, segment) == segments.make_segment(mp4, segment)
    assert guarded.thumbnail(pool, mp4, at_ms=3_000).startswith(b"\xff\xd8")


def test_a_refusal_crosses_over_with_its_facts(tmp_path: Path, pool: child.Pool) -> None:
    with pytest.raises(errors.Refusal) as caught:
        guarded.probe(tmp_path / "gone.mp4", pool=pool)
    assert (caught.value.code, caught.value.facts) == ("media.absent", {"file": "gone.mp4"})


@pytest.mark.parametrize(
    "verb", ["os.system", "siyanat.media.verbs.nothing", "siyanat.media.child._start", "it"]
)
def test_only_functions_of_the_program_can_be_called(verb: str, pool: child.Pool) -> None:
    with pytest.raises(errors.Refusal, match=r"media\.unknown_verb"):
        pool.call(verb, timeout=10)


def test_a_function_of_another_room_is_called_by_its_name(pool: child.Pool) -> None:
    assert pool.call("siyanat.media.timeline.to_ms", timeout=10, ticks=5, time_base=2) == 10_000


def test_a_mistake_in_a_verb_is_a_passing_fault_that_says_where(pool: child.Pool) -> None:
    with pytest.raises(errors.PassingFault, match=r"media\.child_failed"):
        pool.call("probe", timeout=10, path=5)


def test_time_runs_out_and_the_pool_goes_on(long: Path, mp4: Path) -> None:
    with child.Pool(1) as pool:
        with pytest.raises(errors.PassingFault, match=r"media\.child_timeout"):
            pool.call("scan_totals", timeout=0.7, path=str(long))
        assert guarded.probe(mp4, pool=pool).problems == ()


def test_a_file_that_eats_the_processor_is_refused(long: Path) -> None:
    with pytest.raises(errors.Refusal) as caught:
        child.call("scan_totals", timeout=60, limits=child.Limits(cpu_seconds=1), path=str(long))
    assert (caught.value.code, caught.value.facts["reason"]) == ("media.child_died", "cpu")


def test_a_crash_is_the_fault_of_the_file(long: Path) -> None:
    before = children()
    crash = once_at_work(lambda pid: os.kill(pid, signal.SIGSEGV), before)
    with pytest.raises(errors.Refusal) as caught:
        child.call("scan_totals", timeout=60, on_progress=crash, path=str(long))
    assert caught.value.facts["reason"] == "crash"


def test_a_child_killed_from_outside_may_be_tried_again(long: Path) -> None:
    before = children()
    kill = once_at_work(lambda pid: os.kill(pid, signal.SIGKILL), before)
    with pytest.raises(errors.PassingFault, match=r"media\.child_killed"):
        child.call("scan_totals", timeout=60, on_progress=kill, path=str(long))


def test_no_child_outlives_its_call(mp4: Path) -> None:
    before = children()
    guarded.probe(mp4)
    assert children() == before


def test_a_pool_serves_many_threads_and_renews_its_children(mp4: Path) -> None:
    plan = segments.plan_segments(probe.probe(mp4), target_ms=1_000)
    expected = [segments.make_segment(mp4, segment) for segment in plan]
    with child.Pool(2, calls_each=5) as pool, concurrent.futures.ThreadPoolExecutor(6) as threads:
        asked = [threads.submit(guarded.make_segment, pool, mp4, segment) for segment in plan * 3]
        assert [each.result() for each in asked] == expected * 3
        assert len(children()) >= 1


def test_a_pool_whose_children_are_all_at_work_says_so(long: Path) -> None:
    with child.Pool(1) as pool, concurrent.futures.ThreadPoolExecutor(1) as threads:
        started = threading.Event()
        busy = threads.submit(
            pool.call, "scan_totals", timeout=2, on_progress=lambda _: started.set(), path=str(long)
        )
        assert started.wait(20)
        with pytest.raises(errors.PassingFault, match=r"media\.busy"):
            pool.call("probe", timeout=0.1, path=str(long))
        with pytest.raises(errors.PassingFault):
            busy.result()


def test_a_child_dies_with_its_parent(long: Path) -> None:
    program = (
        "import sys; from siyanat.media import child\n"
        "child.call('scan_totals', timeout=60, path=sys.argv[1], on_progress=lambda at: print(at, flush=1))"
    )
    source = str(Path(child.__file__).parents[2])
    parent = subprocess.Popen(
        [sys.executable, "-c", program, str(long)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": source},
    )
    assert parent.stdout is not None
    assert parent.stdout.readline()
    tasks = Path(f"/proc/{parent.pid}/task")
    [pid] = {int(pid) for task in tasks.iterdir() for pid in (task / "children").read_text().split()}
    parent.kill()
    parent.wait()
    parent.stdout.close()
    until = time.monotonic() + 5
    while Path(f"/proc/{pid}").exists() and "zombie" not in Path(f"/proc/{pid}/status").read_text():
        assert time.monotonic() < until
        time.sleep(0.02)

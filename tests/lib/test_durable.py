import concurrent.futures
import hashlib
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from siyanat.lib import durable, errors

SOURCE = pathlib.Path(durable.__file__).parents[2]


needs_strace = pytest.mark.skipif(shutil.which("strace") is None, reason="needs strace")
STEPS = [("fsync", when) for when in range(1, 8)] + [("fchmod", 1), ("link", 1), ("unlink", 1)]


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def run_python(code: str, *arguments: object, before: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", code, *map(str, arguments)]
    if before:
        command = ["unshare", "-rm", "sh", "-c", before + ' && exec "$@"', "sh", *command]
    environment = {**os.environ, "PYTHONPATH": str(SOURCE)}
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(chunks=st.lists(st.binary(max_size=5_000), max_size=12))
def test_sealed_bytes_are_the_bytes_given_under_their_digest(
    tmp_path: pathlib.Path, chunks: list[bytes]
) -> None:
    data = b"".join(chunks)
    written = durable.write_new(root=tmp_path, chunks=chunks)
    assert written.path.read_bytes() == data
    assert written.sha256 == digest(data)
    assert written.size_bytes == len(data)
    assert written.path == tmp_path / written.sha256[:2] / written.sha256[2:4] / written.sha256
    assert durable.list_incoming(root=tmp_path) == []


def test_a_sealed_file_has_one_name_and_nobody_may_write_it(tmp_path: pathlib.Path) -> None:
    status = durable.write_new(root=tmp_path, chunks=[b"x"]).path.stat()
    assert status.st_nlink == 1
    assert status.st_mode & 0o777 == 0o440


@pytest.mark.parametrize("size", [0, 1, durable.CHUNK_BYTES, durable.CHUNK_BYTES * 19 + 7])
def test_a_copy_is_the_source_and_the_source_stays(tmp_path: pathlib.Path, size: int) -> None:
    source = tmp_path / "source"
    data = os.urandom(size)
    source.write_bytes(data)
    written = durable.copy_sealed(source=source, root=tmp_path / "store")
    assert written.path.read_bytes() == data == source.read_bytes()
    assert (written.sha256, written.size_bytes) == (digest(data), size) == durable.hash_file(source)


def test_a_file_in_the_same_filesystem_is_adopted_without_a_copy(tmp_path: pathlib.Path) -> None:
    for name in ("first", "second"):
        (tmp_path / name).write_bytes(b"uploaded")
    number = (tmp_path / "first").stat().st_ino
    first = durable.adopt_sealed(temporary=tmp_path / "first", root=tmp_path / "store")
    assert first.path.stat().st_ino == number
    assert first == durable.write_new(root=tmp_path / "store", chunks=[b"uploaded"])
    assert first == durable.adopt_sealed(temporary=tmp_path / "second", root=tmp_path / "store")
    assert not (tmp_path / "first").exists()
    assert not (tmp_path / "second").exists()


def test_a_file_with_another_digest_is_not_adopted_and_stays(tmp_path: pathlib.Path) -> None:
    (tmp_path / "torn").write_bytes(b"torn")
    with pytest.raises(errors.Refusal, match=r"store.digest_mismatch"):
        durable.adopt_sealed(
            temporary=tmp_path / "torn", root=tmp_path / "s", expected_sha256=digest(b"whole")
        )
    assert (tmp_path / "torn").read_bytes() == b"torn"
    assert list(durable.list_sealed(root=tmp_path / "s")) == []


def test_the_same_bytes_twice_are_one_file(tmp_path: pathlib.Path) -> None:
    first = durable.write_new(root=tmp_path, chunks=[b"same"])
    number = first.path.stat().st_ino
    assert durable.write_new(root=tmp_path, chunks=[b"sa", b"me"]) == first
    assert first.path.stat().st_ino == number
    assert list(durable.list_sealed(root=tmp_path)) == [first.path]


def test_many_writers_of_the_same_bytes_all_succeed(tmp_path: pathlib.Path) -> None:
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        tasks = [pool.submit(durable.write_new, root=tmp_path, chunks=[b"q" * 100_000]) for _ in range(16)]
    assert len({task.result() for task in tasks}) == 1
    assert durable.list_incoming(root=tmp_path) == []


def test_a_sealed_file_with_other_bytes_stops_the_writer_and_is_not_mended(tmp_path: pathlib.Path) -> None:
    written = durable.write_new(root=tmp_path, chunks=[b"true"])
    written.path.chmod(0o640)
    written.path.write_bytes(b"fake")
    with pytest.raises(errors.BrokenPromise) as broken:
        durable.write_new(root=tmp_path, chunks=[b"true"])
    assert broken.value.code == "store.sealed_differs"
    assert written.path.read_bytes() == b"fake"


def test_bytes_that_differ_from_the_announced_digest_leave_nothing(tmp_path: pathlib.Path) -> None:
    with pytest.raises(errors.Refusal) as refusal:
        durable.write_new(root=tmp_path, chunks=[b"torn"], expected_sha256=digest(b"whole"))
    assert refusal.value.code == "store.digest_mismatch"
    assert list(durable.list_sealed(root=tmp_path)) == durable.list_incoming(root=tmp_path) == []


def test_an_announced_digest_in_capitals_is_the_same_digest(tmp_path: pathlib.Path) -> None:
    durable.write_new(root=tmp_path, chunks=[b"x"], expected_sha256=digest(b"x").upper())


def test_what_the_sender_raises_passes_through_and_leaves_nothing(tmp_path: pathlib.Path) -> None:
    def torn() -> Iterator[bytes]:
        yield b"half"
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        durable.write_new(root=tmp_path, chunks=torn())
    assert list(durable.list_sealed(root=tmp_path)) == durable.list_incoming(root=tmp_path) == []


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 64, "0" * 63, "0" * 64 + "\n"])
def test_only_a_digest_names_a_sealed_file(tmp_path: pathlib.Path, name: str) -> None:
    with pytest.raises(errors.BrokenPromise):
        durable.path_for(root=tmp_path, sha256=name)


def test_publishing_never_replaces(tmp_path: pathlib.Path) -> None:
    (tmp_path / "new").write_bytes(b"new")
    (tmp_path / "old").write_bytes(b"old")
    with pytest.raises(FileExistsError):
        durable.publish(temporary=tmp_path / "new", final=tmp_path / "old")
    assert (tmp_path / "old").read_bytes() == b"old"
    assert (tmp_path / "new").exists()


def test_unlinking_twice_is_answered_by_whether_it_was_there(tmp_path: pathlib.Path) -> None:
    written = durable.write_new(root=tmp_path, chunks=[b"x"])
    assert durable.unlink_durably(written.path)
    assert not durable.unlink_durably(written.path)
    assert not durable.unlink_durably(tmp_path / "no" / "such")


FILL = """
import sys, pathlib
from siyanat.lib import durable, errors
root = pathlib.Path(sys.argv[1])
try:
    durable.write_new(root=root, chunks=(bytes(65536) for _ in range(64)))
except errors.PassingFault as fault:
    print(fault.code, len(durable.list_incoming(root=root)))
durable.write_new(root=root, chunks=[b"still works"])
"""


@pytest.mark.skipif(shutil.which("unshare") is None, reason="needs util-linux")
def test_a_full_disk_is_a_passing_fault_and_frees_what_it_took(tmp_path: pathlib.Path) -> None:
    mount = f"mount -t tmpfs -o size=1m tmpfs {tmp_path}"
    if run_python("", before=mount).returncode:
        pytest.skip("this system forbids user namespaces")
    done = run_python(FILL, tmp_path, before=mount)
    assert (done.stdout.strip(), done.stderr) == ("store.disk_full 0", "")


def test_a_refused_write_is_a_passing_fault_and_frees_what_it_took(tmp_path: pathlib.Path) -> None:
    limited = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))" + FILL
    done = run_python(limited, tmp_path)
    assert (done.stdout.strip(), done.stderr) == ("store.write_failed 0", "")


def test_a_killed_writer_leaves_a_part_file_and_no_sealed_one(tmp_path: pathlib.Path) -> None:
    code = """
import itertools, pathlib, sys, time
from siyanat.lib import durable
def slow():
    yield b"x" * 1000
    print("writing", flush=True)
    time.sleep(60)
durable.write_new(root=pathlib.Path(sys.argv[1]), chunks=slow())
"""
    environment = {**os.environ, "PYTHONPATH": str(SOURCE)}
    command = [sys.executable, "-c", code, str(tmp_path)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"writing\n"
        writer.send_signal(signal.SIGKILL)
    assert len(durable.list_incoming(root=tmp_path)) == 1
    assert list(durable.list_sealed(root=tmp_path)) == []


@needs_strace
def test_the_system_calls_come_in_the_promised_order(tmp_path: pathlib.Path) -> None:
    code = "import sys, pathlib; from siyanat.lib import durable\n"
    code += "durable.write_new(root=pathlib.Path(sys.argv[1]), chunks=[b'x'])"
    trace = tmp_path / "trace"
    calls = "trace=fsync,link,linkat,unlink,unlinkat,fchmod"
    command = ["strace", "-f", "-o", str(trace), "-e", calls, sys.executable, "-c", code, str(tmp_path / "s")]
    subprocess.run(command, env={**os.environ, "PYTHONPATH": str(SOURCE)}, check=True)
    ended = re.findall(r"^\d+ +(?:<\.\.\. )?(\w+)[( ].*= 0$", trace.read_text(), re.MULTILINE)
    assert [name.removesuffix("at") for name in ended[-9:]] == [
        "fchmod", "fsync", "fsync", "fsync", "link", "fsync", "fsync", "fsync", "unlink",
    ]  # fmt: skip


WRITE = """
import sys, pathlib
from siyanat.lib import durable, errors
root = pathlib.Path(sys.argv[1])
try:
    durable.write_new(root=root, chunks=[b"once ", b"more"])
except errors.PassingFault as fault:
    print(fault.code, len(durable.list_incoming(root=root)))
durable.write_new(root=root, chunks=[b"once ", b"more"])
"""


def run_injected(root: pathlib.Path, call: str, fault: str, when: int) -> subprocess.CompletedProcess[str]:
    """Write with one system call failing, or the process killed on entering it."""
    calls = f"/^{call}(at)?$"
    inject = f"inject={calls}:{fault}:when={when}"
    command = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={calls}", "-e", inject]
    command += [sys.executable, "-c", WRITE, str(root)]
    environment = {**os.environ, "PYTHONPATH": str(SOURCE), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)


@needs_strace
@pytest.mark.parametrize(("call", "when"), STEPS)
def test_a_step_that_fails_is_a_passing_fault_and_the_next_try_seals(
    tmp_path: pathlib.Path, call: str, when: int
) -> None:
    done = run_injected(tmp_path, call, "error=EIO", when)
    assert (done.stdout.strip(), done.stderr) == ("store.write_failed 0", "")
    assert [path.read_bytes() for path in durable.list_sealed(root=tmp_path)] == [b"once more"]


@needs_strace
@pytest.mark.parametrize(("call", "when"), STEPS)
def test_killed_at_any_step_every_sealed_file_is_whole_and_the_same_write_can_be_done_again(
    tmp_path: pathlib.Path, call: str, when: int
) -> None:
    assert run_injected(tmp_path, call, "signal=KILL", when).returncode != 0
    assert all(path.read_bytes() == b"once more" for path in durable.list_sealed(root=tmp_path))
    durable.write_new(root=tmp_path, chunks=[b"once more"])
    assert [path.read_bytes() for path in durable.list_sealed(root=tmp_path)] == [b"once more"]

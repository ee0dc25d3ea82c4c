"""How fast a dock's files are taken in: against the slower of ``cp`` (with fsync) and ``sha256sum``.

The step that is measured is what stands between a file in the dock's folder and its acknowledgment: copied,
hashed, fsynced, linked into the store, then row, attribution, log entry and announcement committed, one
transaction a file. Reading the media (the probe, in a child) is not part of it and is not done here: the files
are random bytes. The three are run on the same files in the same round, warm from the page cache, and the first
bytes of each file change between rounds, so that nothing is known already. A PostgreSQL of its own, with
fsync on, is started in the folder of the run and removed afterwards.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import secrets
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

GOAL = 0.8
ROUNDS = 5
FILES, FILE_BYTES = 8, 256 * 1024 * 1024
CHUNK = 8 * 1024 * 1024
RESULTS = Path(__file__).parent / "results"
NOW = dt.datetime(2026, 11, 20, 8, tzinfo=dt.UTC)

Row = dict[str, Any]


def run(data: Path | None, *, rounds: int = ROUNDS) -> Row:
    """Measure, print the table and the verdict, keep the figures as JSON.

    :param data: a folder whose files are taken in place of random bytes (they are copied first).
    """
    with tempfile.TemporaryDirectory(prefix="siyanat-bench-") as name:
        home = Path(name)
        sources = _sources(home / "dock", data)
        size = sum(path.stat().st_size for path in sources)
        ingest, stop = _deployment(home)
        try:
            timings = [_round(home, sources, ingest) for _ in range(rounds)]
        finally:
            stop()
    result = _result(timings, size=size, files=len(sources))
    _tell(result)
    return result


def _sources(folder: Path, data: Path | None) -> list[Path]:
    folder.mkdir()
    if data is not None:
        for path in sorted(path for path in data.rglob("*") if path.is_file()):
            shutil.copyfile(path, folder / f"{len(list(folder.iterdir())):04d}-{path.name}")
    else:
        for number in range(FILES):
            with (folder / f"{number:04d}.bin").open("wb") as stream:
                for _ in range(FILE_BYTES // CHUNK):
                    stream.write(os.urandom(CHUNK))
    os.sync()
    return sorted(folder.iterdir())


def _deployment(home: Path) -> tuple[Callable[[Path], None], Callable[[], None]]:
    """A database with one unit and one camera; what takes one file in, and what stops the database."""
    os.environ.update(SIYANAT_HOME=str(home / "home"), DJANGO_SETTINGS_MODULE="siyanat.config.settings")
    os.environ.pop("SIYANAT_STORE", None)
    import django

    django.setup()
    from django.core.management import call_command

    from siyanat.config import postgres, processes

    processes.start_database()
    call_command("migrate", verbosity=0)
    from siyanat.cameras import models as cameras
    from siyanat.evidence import operations, store
    from siyanat.media import probe as probing
    from siyanat.roster import models as roster

    unit = roster.Unit.objects.create(code="B", name_fa="سنجش", name_en="Bench", kind="station", path="/1/")
    camera = cameras.Camera.objects.create(serial="BENCH-1", model="Bench", unit=unit, registered_at=NOW)
    video = probing.Video(
        index=0, codec="h264", width=1280, height=720, fps=30.0, pix_fmt="yuv420p", rotation=0
    )

    def ingest(source: Path) -> None:
        written = store.copy_in(source)
        intake = operations.Intake(
            sha256=written.sha256, size_bytes=written.size_bytes, original_name=source.name, camera=camera,
            dock_unit=unit, camera_started_at=NOW, clock_drift_ms=0, received_at=NOW,
            probe=probing.Probe(size_bytes=written.size_bytes, container="mov", duration_ms=60_000, video=(video,)),
        )  # fmt: skip
        sealed = operations.seal_recording(intake=intake, actor="system:bench", now=NOW)
        assert sealed.is_new

    def stop() -> None:
        from django.db import connections

        connections.close_all()
        cluster = processes.embedded_cluster()
        if cluster is not None:
            postgres.stop(cluster, immediately=True)

    return ingest, stop


def _round(home: Path, sources: list[Path], ingest: Callable[[Path], None]) -> Row:
    """Seconds of each of the three over all files; what was written goes afterwards."""
    for path in sources:
        with path.open("r+b") as stream:
            stream.write(secrets.token_bytes(32))
    os.sync()
    for path in sources:  # warm for all three alike
        subprocess.run(["cat", path], stdout=subprocess.DEVNULL, check=True)
    copies = home / "copies"
    copies.mkdir()

    def copy(path: Path) -> None:
        subprocess.run(["cp", path, copies / path.name], check=True)
        subprocess.run(["sync", copies / path.name], check=True)

    def digest(path: Path) -> None:
        subprocess.run(["sha256sum", path], stdout=subprocess.DEVNULL, check=True)

    timings = {"cp": _seconds(copy, sources), "sha256sum": _seconds(digest, sources)}
    shutil.rmtree(copies)
    os.sync()
    timings["ingest"] = _seconds(ingest, sources)
    shutil.rmtree(home / "home" / "store")
    os.sync()
    return timings


def _seconds(act: Callable[[Path], None], sources: list[Path]) -> float:
    before = time.perf_counter()
    for path in sources:
        act(path)
    return time.perf_counter() - before


def _result(timings: list[Row], *, size: int, files: int) -> Row:
    rates = {name: [size / 1e9 / row[name] for row in timings] for name in ("cp", "sha256sum", "ingest")}
    ratios = [
        ours / min(copied, hashed)
        for copied, hashed, ours in zip(rates["cp"], rates["sha256sum"], rates["ingest"], strict=True)
    ]
    return {
        "name": "ingest",
        "files": files,
        "bytes": size,
        "rounds": len(timings),
        "gigabytes_per_second": {name: [round(rate, 3) for rate in values] for name, values in rates.items()},
        "ratios": [round(ratio, 3) for ratio in ratios],
        "throughput_ratio": round(statistics.median(ratios), 3),
        "goal": GOAL,
    }


def _tell(result: Row) -> None:
    rates = result["gigabytes_per_second"]
    print(f"{result['files']} files, {result['bytes'] / 1e9:.2f} GB, {result['rounds']} rounds, GB/s")
    print(f"{'':12}{'median':>8}{'best':>8}{'worst':>8}")
    for name, values in rates.items():
        print(f"{name:12}{statistics.median(values):8.2f}{max(values):8.2f}{min(values):8.2f}")
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "ingest.json").write_text(json.dumps(result, indent=1) + "\n")
    verdict = "met" if result["throughput_ratio"] >= GOAL else "missed"
    print(f"ingest throughput_ratio={result['throughput_ratio']} goal={GOAL} {verdict}")


def main() -> int:
    """Read the options and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="a folder of files to take in, in place of random bytes")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    options = parser.parse_args()
    result = run(options.data, rounds=options.rounds)
    return 0 if result["throughput_ratio"] >= GOAL else 1


if __name__ == "__main__":
    sys.exit(main())

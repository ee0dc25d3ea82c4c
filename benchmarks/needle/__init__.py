"""How many planted incidents a reviewer would see of long composed patrols, and how often nothing is shown for one.

``make bench NAME=needle ARGS="--data DIR [--profile full] [--split figure|tune|all] [--json FILE]"``. Parts and the
layout of DIR: ``benchmarks/needle/sources.py``. Patrols are composed of real parts (segments encoded once, packets
joined, deleted after analysis) with incidents of exact times; figures come from sources that no parameter was
tuned on.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import json
import multiprocessing
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.needle import judge, report, script, sources

SEED = 1405
PROFILES: dict[str, tuple[tuple[int, int], ...]] = {  # (patrols, hours each)
    "quick": ((8, 1),),
    "full": ((20, 1), (10, 2), (6, 4), (4, 8)),
}
HEIGHTS = {"quick": 360, "full": 720}
INCIDENTS_AN_HOUR = 3.0
EVENTLESS_EVERY = 4
"""Each fourth patrol has no incident: what is shown of it is false."""


def write_scripts(
    parts: list[sources.Part], timelines: list[list[tuple[float, float]]], *, profile: str, seed: int
) -> list[script.Script]:
    """Every patrol of a profile, the longest first so that two workers end together."""
    scripts: list[script.Script] = []
    for count, hours in PROFILES[profile]:
        for _ in range(count):
            number = len(scripts) + 1
            rate = 0.0 if number % EVENTLESS_EVERY == 0 else INCIDENTS_AN_HOUR
            scripts.append(
                script.write_script(
                    parts, timelines, number=number, seed=seed, hours=hours, incidents_an_hour=rate
                )
            )
    return sorted(scripts, key=lambda one: -one.seconds)


def run(
    data: Path, *, profile: str, split: str, seed: int, height: int, workers: int
) -> list[dict[str, Any]]:
    """One row a patrol."""
    parts = sources.choose(sources.read_parts(data), split)
    scripts = write_scripts(parts, sources.read_timelines(data), profile=profile, seed=seed)
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory(prefix="siyanat-needle-") as folder:
        library = Path(folder, "library")
        library.mkdir()
        context = multiprocessing.get_context("spawn")
        with concurrent.futures.ProcessPoolExecutor(workers, mp_context=context) as pool:
            jobs = [pool.submit(judge.play, one, parts, library, height=height) for one in scripts]
            rows = [job.result() for job in concurrent.futures.as_completed(jobs)]
    return sorted(rows, key=lambda row: str(row["name"]))


def main() -> int:
    """Print the tables and the verdicts; write the JSON when asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of real parts")
    parser.add_argument("--profile", choices=sorted(PROFILES), default="quick")
    parser.add_argument("--split", choices=("figure", "tune", "all"), default="figure")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--height", type=int, help="of the picture; 360 (quick) or 720 (full)")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--json", type=Path, help="where to write every row")
    options = parser.parse_args()
    began = time.monotonic()
    height = options.height or HEIGHTS[options.profile]
    rows = run(
        options.data, profile=options.profile, split=options.split, seed=options.seed, height=height,
        workers=options.workers,
    )  # fmt: skip
    print(f"profile {options.profile}, split {options.split}, seed {options.seed}, {height} lines")
    print(report.tables(rows))
    lines = report.verdicts(rows)
    if options.json:
        options.json.write_text(json.dumps({"rows": rows, "verdicts": lines}, indent=1))
    print(f"{time.monotonic() - began:.0f} s")
    print("\n".join(lines))
    return 0

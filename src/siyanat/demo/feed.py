"""``python -m siyanat.demo.feed JOB``: compose the story's footage into the dock's folder, in a process of its own.

JOB is a JSON file (``Job``). Every file appears whole, under its final name; a line of JSON on the standard output
tells of progress. Knows neither Django nor the database: whoever watches the dock takes the files in.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from siyanat.demo import footage, story

NICENESS = 5  # pages and intake come first on a small machine


@dataclasses.dataclass(frozen=True, slots=True)
class Job:
    """What to compose: ``began_at`` in ISO, serials in the order of the scripts, folders as text."""

    began_at: str
    serials: list[str]
    unknown_serial: str
    dock: str
    cache: str
    clips: str = ""

    @property
    def done_note(self) -> Path:
        """Stands when everything was composed once."""
        return Path(self.cache) / "done"


def main(job: Job) -> None:
    """Compose everything; the shortest patrol first, then what the quarantine desk is for, then the rest."""
    os.nice(NICENESS)
    now = dt.datetime.fromisoformat(job.began_at)
    scripts = story.plan_scripts(now, job.serials)
    out, cache = Path(job.dock), Path(job.cache)
    stock = footage.use_folder(Path(job.clips)) if job.clips else None
    whole_ms = sum(script.recorded_ms for script in scripts)
    done_ms = 0
    for made in _each(job, scripts, out, cache, stock, now):
        if isinstance(made, footage.ComposedFile):
            done_ms += made.duration_ms
        _tell({"file": made.path.name, "done_ms": done_ms, "whole_ms": whole_ms})
    job.done_note.write_text(job.began_at)
    _tell({"done": True, "done_ms": whole_ms, "whole_ms": whole_ms})


def _each(
    job: Job,
    scripts: list[footage.PatrolScript],
    out: Path,
    cache: Path,
    stock: object,
    now: dt.datetime,
) -> Iterator[footage.ComposedFile | footage.SpoiledFile]:
    # What waits longest comes second: its review is overdue, and may be begun at once.
    rest = sorted(scripts[1:], key=lambda script: script.shift != "overdue")
    for batch in (scripts[:1], None, rest):
        if batch is None:
            yield from footage.spoil(
                out, cache, serial=job.serials[-1], unknown_serial=job.unknown_serial, now=now
            )
        else:
            yield from footage.compose(batch, out, cache, stock=stock)  # type: ignore[arg-type]


def _tell(facts: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(facts) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(Job(**json.loads(Path(sys.argv[1]).read_text())))

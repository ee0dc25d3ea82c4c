"""The world in which the story happens: one database, store, dock and clock for all its acts in one language.

The story takes a night, a morning and a year, so the one clock that edges read (`siyanat.lib.clock`) is set forward
between acts. Nothing else is arranged: what must run runs through the real queue, and what is asked of a page is asked
of the real server.
"""

from __future__ import annotations

import datetime as dt
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.db import connections
from playwright import sync_api

from siyanat.archive import operations as archive
from siyanat.conduct import first_edition
from siyanat.conduct import models as conduct
from siyanat.ingest import folder as dock
from siyanat.lib import clock
from siyanat.review import tasks as review_tasks
from siyanat.roster import models as roster
from siyanat.triage import tasks as triage_tasks
from tests import cast as cast_module
from tests.browser import story_footage
from tests.flow import queue

HOUR = cast_module.HOUR
PERSIAN = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")


class Clock:
    """The machine's clock, set forward by so much; it goes on running."""

    def __init__(self) -> None:
        self.ahead = dt.timedelta()

    def now(self) -> dt.datetime:
        """What edges read."""
        return dt.datetime.now(dt.UTC) + self.ahead

    def set_to(self, moment: dt.datetime) -> None:
        """From now on it is this moment."""
        self.ahead = moment - dt.datetime.now(dt.UTC)


@dataclass
class World:
    """What the acts of one language share. ``done`` are the acts that came through."""

    language: str
    home: Path
    clock: Clock
    cast: cast_module.Cast
    tonight: roster.Shift
    later: roster.Shift
    forgotten: roster.Shift
    done: list[int] = field(default_factory=list)

    @property
    def dock(self) -> Path:
        """The dock's folder at station A."""
        return self.home / "dock"

    @property
    def morning(self) -> dt.datetime:
        """When the night's patrol comes back."""
        return self.tonight.starts_at + 8 * HOUR

    def at(self, second: float) -> dt.datetime:
        """A moment of tonight's shift."""
        return self.tonight.starts_at + dt.timedelta(seconds=second)

    def say(self, persian: str, english: str) -> str:
        """What people type, in their language."""
        return persian if self.language == "fa" else english

    def digits(self, text: object) -> str:
        """As the language writes it."""
        return str(text).translate(PERSIAN) if self.language == "fa" else str(text)

    @contextmanager
    def act(self, number: int) -> Iterator[None]:
        """One act; it says so when an earlier one it builds on did not come through."""
        if missing := [one for one in range(1, number) if one not in self.done]:
            pytest.skip(f"the story broke off before: act {missing[0]} did not come through")
        yield
        self.done.append(number)

    def take_in(self) -> list[str]:
        """One round of the dock; what became of each file."""
        run = dock.Dock(self.dock, self.cast.units["A"], clock.now).take_round()
        assert run.fault is None
        return [outcome.kind for outcome in run.outcomes]

    def drain(self) -> None:
        """Run the queue until it is empty. In a thread of its own: the browser's loop runs in this one."""
        faults: list[BaseException] = []

        def run() -> None:
            try:
                queue.drain()
            except BaseException as fault:  # noqa: BLE001 - raised again below, in the test's own thread
                faults.append(fault)
            finally:
                connections.close_all()

        worker = threading.Thread(target=run, daemon=True)
        worker.start()
        worker.join(timeout=180)
        assert not worker.is_alive(), "the queue did not come to its end"
        assert not faults, faults
        assert queue.failures() == []


def make_world(language: str, home: Path, ticking: Clock) -> World:
    """The cast, its catalogue and categories; tonight's patrol, a later one, and one that was forgotten."""
    cast = cast_module.make_cast()
    archive.load_defaults()
    make_catalogue()
    now = clock.now().replace(second=0, microsecond=0)
    starts_at = now + HOUR
    minutes = story_footage.LENGTH / HOUR
    world = World(
        language,
        home,
        ticking,
        cast,
        tonight=cast_module.make_shift(cast, starts_at=starts_at, hours=minutes, code="A-101"),
        later=cast_module.make_shift(
            cast, starts_at=starts_at + HOUR, hours=minutes, code="A-102", crew=("arash",)
        ),
        forgotten=cast_module.make_shift(cast, starts_at=now - 240 * HOUR, hours=minutes, code="A-090"),
    )
    world.dock.mkdir()
    ticking.set_to(now - 200 * HOUR)
    review_tasks.open_due(0)
    ticking.set_to(now)
    triage_tasks.commit_due_seeds(0)
    return world


def make_catalogue() -> None:
    """The first edition, as a new deployment has it."""
    if conduct.CatalogueVersion.objects.filter(number=1).exists():
        return
    version = conduct.CatalogueVersion.objects.create(
        number=1, in_force_at=dt.datetime(2026, 3, 20, 20, 30, tzinfo=dt.UTC)
    )
    conduct.ConductItem.objects.bulk_create(
        conduct.ConductItem(
            version=version, code=one.code, theme=one.theme, gravity=one.gravity, title_fa=one.title_fa,
            title_en=one.title_en, basis_fa=one.basis_fa, basis_en=one.basis_en,
        )
        for one in first_edition.STANDARDS
    )  # fmt: skip


def inspect(page: sync_api.Page, world: World, name: str) -> None:
    """Nothing on the page may stand in anybody's way, it reads in its direction, and a picture is kept if wanted."""
    expected = "rtl" if world.language == "fa" else "ltr"
    assert page.locator("html").get_attribute("dir") == expected
    if folder := os.environ.get("SIYANAT_SCREENSHOTS"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(folder) / f"story-{name}-{world.language}.png", full_page=True)
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    found: Any = Axe().run(page, options={"runOnly": {"type": "tag", "values": tags}})
    kept = [
        (one["id"], [node["html"][:200] for node in one["nodes"]]) for one in found.response["violations"]
    ]
    assert not kept, kept

"""Two cameras play within 1 s of opening the review room, and again within 1 s of a jump, over an eight-hour shift.

A real server (Granian, as deployed), a real PostgreSQL, a real chromium. The shift has two officers and 64 files of
fifteen minutes: 720p30 H.264 at about 2 Mbit/s, a key frame every 2 s, AAC sound; a minute is encoded once and its
packets joined. Its files are put out of the page cache first, and no segment is ready. Every picture carries its own
number in black and white blocks, so that what is on the screen is measured, not what the player says of itself.

* opening: from the list of reviews, from the call for the room's page to a second picture on both cameras, with the
  play key pressed as soon as the room takes keys; each time in a fresh browser;
* seeks: from the press on the timeline to a second new picture on both cameras, at random places;
* items: the same for the key that goes to the next item of the plan;
* drift: the difference between the two pictures' own times while both play, across files;
* 8x: how far the clock of the room got in real time.

The goals are held against the slowest opening, and against the 95th percentile of the jumps.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import json
import math
import os
import random
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

GOAL_S, DRIFT_GOAL_MS, FAST_GOAL = 1.0, 100.0, 7.5
HOURS, FILE_MINUTES, FPS, GOP, BIT_RATE = 8, 15, 30, 60, 2_000_000
WIDTH, HEIGHT, BLOCK, BITS = 1280, 720, 32, 11
CLIP_SECONDS = 60
LATE_S = {"arash": 0.0, "babak": 7.4}  # by how much each one's files begin after the shift
DATABASE = "bench_siyanat_playback"
OPENINGS, SEEKS, ITEMS, FAST_SECONDS, DRIFT_SECONDS = 5, 20, 10, 15.0, 20.0
READY_SECONDS = 60

# What the page itself measures: everything on its own clock, from the pictures.
PROBE = """
window.bench = {
  late: %(late)s,
  videos: () => [...document.querySelectorAll('.film video')],
  room: () => document.querySelector('.review-room[data-ready]'),
  moving(since, sent) {
    // A second picture on every camera, each of the place to which the player was sent.
    return Promise.all(this.videos().map((video) => new Promise((resolve) => {
      const from = sent ? video.currentTime - 0.1 : 0;
      let first = null;
      const look = (_now, frame) => {
        const there = !video.seeking && frame.mediaTime >= from && (!sent || frame.mediaTime < from + 30);
        if (there && first !== null && frame.mediaTime > first) return resolve(performance.now());
        if (there && first === null) first = frame.mediaTime;
        video.requestVideoFrameCallback(look);
      };
      video.requestVideoFrameCallback(look);
    }))).then((times) => ({ all: Math.max(...times) - since, each: times.map((one) => one - since) }));
  },
  number(video) {
    const canvas = this.canvas ??= document.createElement('canvas');
    canvas.width = %(block)d * %(bits)d; canvas.height = %(block)d;
    const paint = canvas.getContext('2d', { willReadFrequently: true });
    paint.drawImage(video, 0, 0, canvas.width, canvas.height, 0, 0, canvas.width, canvas.height);
    const dots = paint.getImageData(0, 0, canvas.width, canvas.height).data;
    let found = 0;
    for (let bit = 0; bit < %(bits)d; bit += 1) {
      const at = 4 * ((%(block)d / 2) * canvas.width + bit * %(block)d + %(block)d / 2);
      if (dots[at] > 128) found += 2 ** bit;
    }
    return found;
  },
  times() { return this.videos().map((video, at) => this.number(video) / %(fps)d + this.late[at]); },
  shown() {
    const told = this.videos().map((one) => one.getVideoPlaybackQuality());
    return told.map((one) => one.totalVideoFrames - one.droppedVideoFrames);
  },
  watch(name) {
    this.told = new Promise((resolve) => {
      addEventListener(name, (event) => setTimeout(() => resolve(this.moving(event.timeStamp, true)), 0),
                       { capture: true, once: true });
    });
  },
};
window.opened = new Promise((resolve) => {
  const wait = () => {
    if (!window.bench.room()) return setTimeout(wait, 5);
    const ready = performance.now();
    document.dispatchEvent(new KeyboardEvent('keydown', { code: 'Space', key: ' ', bubbles: true }));
    window.bench.moving(0, false).then((told) => resolve({ ...told, ready }));
  };
  addEventListener('DOMContentLoaded', wait);
});
"""


# Footage.


def pictures() -> Iterator[npt.NDArray[np.uint8]]:
    """A minute of soft blocks under fresh sensor noise, shaken as if worn; each picture bears its number."""
    source = np.random.default_rng(8)
    coarse = source.integers(40, 200, (HEIGHT // 40, WIDTH // 40, 3)).astype(np.float32)
    scene = coarse.repeat(40, axis=0).repeat(40, axis=1) + source.normal(0, 4, (HEIGHT, WIDTH, 1))
    for axis in (0, 1):
        scene = (scene + np.roll(scene, 1, axis) + np.roll(scene, -1, axis)) / 3
    noisy = [
        np.clip(scene + source.normal(0, 3, (HEIGHT, WIDTH, 1)), 0, 255).astype(np.uint8) for _ in range(8)
    ]
    steps = np.cumsum(source.normal(0, 2.0, (CLIP_SECONDS * FPS, 2)), axis=0)
    for number, (down, right) in enumerate(steps):
        picture = np.roll(noisy[number % 8], (int(down) % HEIGHT, int(right) % WIDTH), axis=(0, 1))
        for bit in range(BITS):
            picture[:BLOCK, bit * BLOCK : (bit + 1) * BLOCK] = 235 if number >> bit & 1 else 16
        yield picture


def sound() -> npt.NDArray[np.float32]:
    """A minute of noise with a tone every other second."""
    at = np.arange(CLIP_SECONDS * 16_000) / 16_000
    tone = 0.1 * np.sin(2 * np.pi * 300 * at) * (at.astype(int) % 2)
    noise = np.random.default_rng(9).normal(0, 0.01, len(at))
    return (tone + noise).astype(np.float32)


def make_file(folder: Path) -> Path:
    """One file as a camera would leave it."""
    from siyanat.media import compose

    clip, whole = folder / "clip.mp4", folder / "file.mp4"
    compose.encode_clip(
        clip, frames=pictures(), sound=sound(), fps=FPS, gop=GOP, bitrate=BIT_RATE, codec_options={"threads": "2"}
    )  # fmt: skip
    compose.join_packets([clip] * (FILE_MINUTES * 60 // CLIP_SECONDS), whole)
    return whole


def seal_files(file: Path, camera: Any, unit: Any, starts_at: dt.datetime, late: dt.timedelta) -> None:
    """The file as every recording of one camera: a box at its end makes the bytes differ."""
    from tests.cast import NOW
    from tests.review import make

    from siyanat.evidence import operations as footage
    from siyanat.evidence import store
    from siyanat.lib import durable
    from siyanat.media import probe as probing

    data, found = file.read_bytes(), probing.probe(file)
    for minute in range(0, HOURS * 60, FILE_MINUTES):
        mark = f"{camera.serial} {minute}".encode()
        written = durable.write_new(
            root=store.root(), chunks=[data, (8 + len(mark)).to_bytes(4, "big") + b"free" + mark]
        )
        intake = footage.Intake(
            sha256=written.sha256, size_bytes=written.size_bytes, original_name=f"{camera.serial}.mp4", camera=camera,
            dock_unit=unit, camera_started_at=starts_at + late + minute * make.MINUTE, clock_drift_ms=0,
            received_at=NOW, probe=found,
        )  # fmt: skip
        make.analyzed(footage.seal_recording(intake=intake, actor="system:ingest", now=NOW).recording)


# World.


def build(folder: Path) -> None:
    """The cast, one shift of eight hours on two cameras, its minutes, its plan, and a review that is under way."""
    from tests import cast as cast_module
    from tests.cast import NOW

    from siyanat.coverage import operations as coverage
    from siyanat.review import operations
    from siyanat.triage import operations as plans

    cast = cast_module.make_cast()
    shift = cast_module.make_shift(cast, hours=HOURS)
    file = make_file(folder)
    for name, late in LATE_S.items():
        camera = cast_module.make_camera(cast, f"BENCH-{name.upper()}")
        cast_module.issue_camera(shift, cast.people[name], camera)
        seal_files(file, camera, shift.unit, shift.starts_at, dt.timedelta(seconds=late))
    coverage.count_shift(shift_id=shift.pk, now=NOW)
    plans.commit_seed(shift=shift, now=NOW)
    plans.plan_shift(shift_id=shift.pk, now=NOW)
    review = operations.open_review(shift_id=shift.pk, now=NOW)
    assert review is not None
    operations.begin_review(viewer=cast.viewer("head"), review_id=review.pk, now=NOW)


@contextlib.contextmanager
def world(folder: Path, *, kept: bool) -> Iterator[str]:
    """The database and the store, filled once; gives the database's address as a URL."""
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection, connections

    from siyanat.config import postgres

    started, cluster = False, None
    if "SIYANAT_DATABASE_URL" not in os.environ:
        cluster = postgres.locate(Path(os.environ["SIYANAT_HOME"]))
        started = postgres.start(cluster, durable=False)
        for configured in (settings.DATABASES["default"], connections["default"].settings_dict):
            configured.update(cluster.address())
    for configured in (settings.DATABASES["default"], connection.settings_dict):
        configured["TEST"]["NAME"] = DATABASE
    try:
        built = kept and (folder / "built").exists()
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False, keepdb=built)
        if not built:
            call_command("createcachetable", verbosity=0)
            begun = time.perf_counter()
            build(folder)
            (folder / "built").touch()
            print(f"made in {time.perf_counter() - begun:.0f} s\n")
        yield address(connection.settings_dict)
    finally:
        if not kept:
            connection.creation.destroy_test_db(DATABASE, verbosity=0)
        connections.close_all()
        if started and cluster is not None:
            postgres.stop(cluster)


def address(facts: dict[str, Any]) -> str:
    """The database as the server's environment names it."""
    from urllib.parse import quote

    where = f"?host={quote(str(facts['HOST']), safe='')}&port={facts['PORT'] or 5432}"
    return f"postgresql://{quote(facts['USER'])}:{quote(facts['PASSWORD'])}@/{DATABASE}{where}"


@contextlib.contextmanager
def server(url: str, folder: Path) -> Iterator[str]:
    """The web process as a deployment runs it."""
    from siyanat.config import processes

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {
        **os.environ,
        "SIYANAT_DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "siyanat.config.settings",
    }
    with (folder / "web.log").open("wb") as log:
        process = subprocess.Popen(
            processes.web("127.0.0.1", port).command, env=environment, stdout=log, stderr=log,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            wait_for(port)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(timeout=20)


def wait_for(port: int) -> None:
    """:raises TimeoutError: when nothing listens within `READY_SECONDS`."""
    until = time.monotonic() + READY_SECONDS
    while time.monotonic() < until:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.1)
    raise TimeoutError(f"nothing listens on port {port}")


def forget_caches() -> None:
    """No segment is ready, and the recordings are on the disk alone."""
    from django.conf import settings

    shutil.rmtree(settings.CACHE, ignore_errors=True)
    for path in Path(settings.STORE).rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


# Measuring.


class Browser:
    """Chromium with the head of the station signed in; each page in a context of its own."""

    def __init__(self, playwright: Any, url: str) -> None:
        from django.conf import settings
        from django.test import Client
        from tests.accounts import sessions
        from tests.cast import Cast

        from siyanat.review import models
        from siyanat.roster import models as roster

        path = shutil.which("chromium") or shutil.which("chromium-browser")
        assert path is not None, "chromium is not installed: python tools/browser.py installs it as root"
        people = {one.given_name_fa: one for one in roster.Person.objects.select_related("user")}
        client = sessions.opener(Client(), Cast(people=people))("head")
        self.url, self.path = url, f"/review/{models.Review.objects.get().pk}/"
        self.cookies = [
            {"name": settings.SESSION_COOKIE_NAME, "value": client.cookies[settings.SESSION_COOKIE_NAME].value, "url": url},
            {"name": settings.LANGUAGE_COOKIE_NAME, "value": "fa", "url": url},
        ]  # fmt: skip
        self.browser = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--autoplay-policy=no-user-gesture-required"]
        )

    @contextlib.contextmanager
    def page(self) -> Iterator[Any]:
        """A fresh browser in the room, playing."""
        context = self.browser.new_context(
            base_url=self.url, viewport={"width": 1440, "height": 900}, timezone_id="Asia/Tehran"
        )
        context.add_cookies(self.cookies)
        page = context.new_page()
        page.goto("/review/")  # everybody comes from the list
        page.wait_for_timeout(1500)
        page.add_init_script(
            PROBE % {"late": json.dumps(list(LATE_S.values())), "block": BLOCK, "bits": BITS, "fps": FPS}
        )
        page.goto(self.path, wait_until="commit")
        yield page
        page.goto("about:blank")
        context.close()


def wall(page: Any) -> int:
    """The clock of the room, Unix ms."""
    return int(page.evaluate("Number(document.querySelector('.review-room').dataset.wall)"))


def measure_openings(browser: Browser) -> list[float]:
    """Seconds to the second picture on both cameras."""
    took = []
    for _ in range(OPENINGS):
        forget_caches()
        with browser.page() as page:
            told = page.evaluate("window.opened")
            took.append(told["all"] / 1000)
            print(f"opening: {told['all']:6.0f} ms, keys taken at {told['ready']:.0f} ms")
    return took


def measure_seeks(page: Any) -> list[float]:
    """Seconds from a press on the timeline to the second picture on both cameras."""
    page.keyboard.press("o")
    line = page.locator("[data-timeline]").bounding_box()
    source, took = random.Random(1405), []
    for _ in range(SEEKS):
        page.evaluate("window.bench.watch('pointerdown')")
        page.mouse.click(line["x"] + line["width"] * source.uniform(0.02, 0.98), line["y"] + 60)
        took.append(page.evaluate("window.bench.told")["all"] / 1000)
        page.wait_for_timeout(1500)
    page.keyboard.press("o")
    return took


def measure_items(page: Any) -> list[float]:
    """Seconds from the key to the second picture of the next item on both cameras."""
    took = []
    for _ in range(ITEMS):
        page.evaluate("window.bench.watch('keydown')")
        page.keyboard.press("n")
        took.append(page.evaluate("window.bench.told")["all"] / 1000)
        page.wait_for_timeout(2000)
    return took


def measure_drift(page: Any) -> list[float]:
    """Milliseconds between the pictures of both cameras, sampled while they play across the end of a file."""
    page.keyboard.press("o")
    files = HOURS * 60 // FILE_MINUTES
    line = page.locator("[data-timeline]").bounding_box()
    apart = []
    for share in (0.31, 0.5 - DRIFT_SECONDS / 2 / (HOURS * 3600), 1 / files * 25):
        page.evaluate("window.bench.watch('pointerdown')")
        page.mouse.click(line["x"] + line["width"] * share, line["y"] + 60)
        page.evaluate("window.bench.told")
        page.wait_for_timeout(1000)
        until = time.monotonic() + DRIFT_SECONDS
        while time.monotonic() < until:
            one, other = page.evaluate("window.bench.times()")
            apart.append(1000 * ((one - other + CLIP_SECONDS / 2) % CLIP_SECONDS - CLIP_SECONDS / 2))
            page.wait_for_timeout(200)
    return apart


def measure_fast(page: Any) -> tuple[float, list[float]]:
    """How many times real time the clock of the room ran at 8x, and pictures a second on each camera."""
    line = page.locator("[data-timeline]").bounding_box()
    page.mouse.click(line["x"] + line["width"] * 0.2, line["y"] + 60)
    page.wait_for_timeout(1500)
    page.keyboard.press("8")
    page.wait_for_timeout(1500)
    shown = "window.bench.shown()"
    at, begun, before = wall(page), time.monotonic(), page.evaluate(shown)
    page.wait_for_timeout(FAST_SECONDS * 1000)
    after, passed = page.evaluate(shown), time.monotonic() - begun
    rate = (wall(page) - at) / 1000 / passed
    return rate, [(one - other) / passed for one, other in zip(after, before, strict=True)]


def measure(url: str) -> dict[str, Any]:
    """Every measure, in one chromium."""
    from playwright import sync_api

    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_api.sync_playwright() as playwright:
        browser = Browser(playwright, url)
        openings = measure_openings(browser)
        forget_caches()
        with browser.page() as page:
            page.evaluate("window.opened")
            found = {
                "opening_s": openings,
                "seek_s": measure_seeks(page),
                "item_s": measure_items(page),
                "drift_ms": measure_drift(page),
            }
            found["fast"], found["pictures"] = measure_fast(page)
        browser.browser.close()
    return found


def share(values: list[float], percent: int) -> float:
    """The value that so many percent do not exceed."""
    return sorted(values)[math.ceil(len(values) * percent / 100) - 1]


def report(found: dict[str, Any]) -> bool:
    """Print the table and the lines of the claim; whether every goal was met."""
    print(f"\nload of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores\n")
    print(f"{'':18} {'times':>6} {'median':>8} {'95 %':>8} {'slowest':>8}")
    for name in ("opening_s", "seek_s", "item_s"):
        took = found[name]
        figures = f"{statistics.median(took):8.2f} {share(took, 95):8.2f} {max(took):8.2f}"
        print(f"{name:18} {len(took):6} {figures}")
    apart = [abs(one) for one in found["drift_ms"]]
    print(
        f"{'drift_ms':18} {len(apart):6} {statistics.median(apart):8.0f} {share(apart, 95):8.0f} {max(apart):8.0f}"
    )
    print(f"pictures a second at 8x: {', '.join(f'{one:.0f}' for one in found['pictures'])}\n")
    claims = [
        ("first_frame_s", max(found["opening_s"]), GOAL_S),
        ("seek_s", share(found["seek_s"], 95), GOAL_S),
        ("next_item_s", share(found["item_s"], 95), GOAL_S),
        ("drift_ms", max(apart), DRIFT_GOAL_MS),
    ]
    verdicts = [(name, value, goal, value <= goal) for name, value, goal in claims]
    verdicts.append(("fast_times", found["fast"], FAST_GOAL, found["fast"] >= FAST_GOAL))
    for name, value, goal, met in verdicts:
        print(f"playback {name}={value:.2f} goal={goal} {'met' if met else 'missed'}")
    return all(met for *_, met in verdicts)


def main() -> int:
    """Build, measure, report; with ``--keep`` the footage and the database stay for the next run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keep", type=Path, help="a folder for the footage (15 GB), kept and used again")
    parser.add_argument("--json", type=Path, default=Path(__file__).parent / "results" / "playback.json")
    options = parser.parse_args()
    os.environ.setdefault("SIYANAT_HOME", str(Path(tempfile.gettempdir()) / f"siyanat-test-{os.geteuid()}"))
    with contextlib.ExitStack() as stack:
        folder = options.keep or Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="siyanat-bench-"))
        )
        folder = folder.absolute()
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("store", "cache", "keys"):
            variable = "SIYANAT_LEDGER_KEYS" if name == "keys" else f"SIYANAT_{name.upper()}"
            os.environ[variable] = str(folder / name)
        url = stack.enter_context(world(folder, kept=options.keep is not None))
        found = measure(stack.enter_context(server(url, folder)))
    is_met = report(found)
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(found, indent=1))
    return 0 if is_met else 1


if __name__ == "__main__":
    sys.exit(main())

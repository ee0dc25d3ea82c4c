"""A patrol with real footage for the tests of this room: two officers, twenty minutes, five files, a plan."""

from __future__ import annotations

import datetime as dt
import functools
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from siyanat.cameras import models as cameras
from siyanat.coverage import operations as coverage
from siyanat.evidence import models as evidence
from siyanat.evidence import operations as footage
from siyanat.evidence import store
from siyanat.lib import durable, timespan
from siyanat.media import compose
from siyanat.media import probe as probing
from siyanat.review import models, operations, proof, watched
from siyanat.roster import models as roster
from siyanat.signals import models as signals
from siyanat.triage import models as triage
from siyanat.triage import operations as plans
from tests import cast as cast_module
from tests.cast import HOUR, NOW, Cast

MINUTE = dt.timedelta(minutes=1)
FPS = 5
FILES = {"arash": (0, 5, 12), "babak": (0, 10)}  # minutes of the shift at which a file of five minutes starts


@functools.cache
def clip_bytes(minutes: int = 5) -> bytes:
    """A clip of so many minutes: a bar that walks, a tone, a key frame every two seconds."""
    count = minutes * 60 * FPS
    path = Path(tempfile.mkdtemp()) / "clip.mp4"
    time = np.arange(minutes * 60 * 16_000) / 16_000
    sound = (0.1 * np.sin(2 * np.pi * 300 * time)).astype(np.float32)
    compose.encode_clip(path, frames=_pictures(count), sound=sound, fps=FPS, gop=2 * FPS, bitrate=60_000)
    data = path.read_bytes()
    path.unlink()
    path.parent.rmdir()
    return data


def _pictures(count: int) -> Iterator[npt.NDArray[np.uint8]]:
    for number in range(count):
        picture = np.full((96, 128, 3), 60 + number % 40, dtype=np.uint8)
        left = number * 2 % 112
        picture[:, left : left + 16] = 220
        yield picture


@functools.cache
def clip_probe(minutes: int = 5) -> probing.Probe:
    """What the probe says of that clip."""
    with tempfile.NamedTemporaryFile(suffix=".mp4") as file:
        file.write(clip_bytes(minutes))
        file.flush()
        return probing.probe(Path(file.name))


def seal(
    camera: cameras.Camera, unit: roster.Unit, started_at: dt.datetime, *, minutes: int = 5
) -> evidence.Recording:
    """The clip as a recording of its own: a box of padding at its end makes its bytes differ."""
    mark = f"{camera.serial}{started_at.isoformat()}".encode()
    data = clip_bytes(minutes) + (8 + len(mark)).to_bytes(4, "big") + b"free" + mark
    written = durable.write_new(root=store.root(), chunks=[data])
    intake = footage.Intake(
        sha256=written.sha256, size_bytes=written.size_bytes, original_name=f"{camera.serial}.mp4", camera=camera,
        dock_unit=unit, camera_started_at=started_at, clock_drift_ms=0, received_at=NOW, probe=clip_probe(minutes),
    )  # fmt: skip
    recording = footage.seal_recording(intake=intake, actor="system:ingest", now=NOW).recording
    analyzed(recording)
    return recording


def analyzed(recording: evidence.Recording) -> None:
    """As though the detectors had run: tracks of every kind, raised voices and a bang in the third minute."""
    run = signals.Run.objects.create(
        recording=recording,
        started_at=NOW,
        finished_at=NOW,
        is_current=True,
        duration_ms=recording.duration_ms,
    )
    seconds = np.arange(recording.duration_ms // 1000)
    loud = (seconds > 125) & (seconds < 160)
    values = {
        "level": 140 + 60 * np.abs(np.sin(seconds / 9)) + 40 * loud,
        "speech": 200 * (np.sin(seconds / 20) > 0.2) + 40 * loud,
        "motion": 60 + 120 * np.abs(np.sin(seconds / 47)),
        "lens": np.where((seconds > 30) & (seconds < 55), 4, 1),
        "raised_voice": 220 * loud,
    }
    signals.Track.objects.bulk_create(
        signals.Track(run=run, recording=recording, name=name, values=found.astype(np.uint8).tobytes())
        for name, found in values.items()
    )
    found = (
        ("raised_voice", 126, 160, 0.9, {"level_above_db": 9.4, "pitch_above_semitones": 4.2}),
        ("impulse", 131, 132, 0.85, {"above_db": 31.0, "count": 1.0}),
        ("lens_covered", 31, 55, 0.7, {"flat_share": 0.93}),
    )
    signals.Finding.objects.bulk_create(
        signals.Finding(run=run, recording=recording, detector=kind, version="1", kind=kind, starts_ms=start * 1000,
                        ends_ms=end * 1000, score=score, evidence=figures)
        for kind, start, end, score, figures in found
    )  # fmt: skip


@dataclass(slots=True)
class Patrol:
    """A shift of station A with its footage and plan."""

    cast: Cast
    shift: roster.Shift
    recordings: dict[str, list[evidence.Recording]]

    @property
    def plan(self) -> triage.Plan:
        return triage.Plan.objects.get(shift=self.shift, superseded_at__isnull=True)

    def at(self, minute: float) -> dt.datetime:
        """A moment of the shift."""
        return self.shift.starts_at + minute * MINUTE

    def open(self) -> models.Review:
        found = operations.open_review(shift_id=self.shift.pk, now=NOW)
        assert found is not None
        return found

    def begin(self, *, by: str = "head", now: dt.datetime = NOW) -> models.Review:
        review = models.Review.objects.filter(shift=self.shift, line="first").first() or self.open()
        return operations.begin_review(viewer=self.cast.viewer(by), review_id=review.pk, now=now)

    def serve_all(self, review: models.Review, *, by: str = "head", now: dt.datetime = NOW) -> None:
        """As though every segment had been sent."""
        for recordings in self.recordings.values():
            models.ServedSegment.objects.bulk_create(
                models.ServedSegment(review=review, user=self.cast.people[by].user, recording=one, starts_ms=0,
                                     ends_ms=one.duration_ms, served_at=now)
                for one in recordings
            )  # fmt: skip

    def claim(
        self, review: models.Review, name: str, spans: Sequence[tuple[float, float]], *, now: dt.datetime, by: str = "head",
        rate: float = 8.0,
    ) -> watched.Standing:  # fmt: skip
        """Report minutes of one bearer's footage as played."""
        claims = [proof.Claim(timespan.Span(self.at(start), self.at(end)), rate) for start, end in spans]
        return operations.record_played(
            viewer=self.cast.viewer(by),
            review_id=review.pk,
            claims={self.cast.people[name].pk: claims},
            now=now,
        )

    def fail(self, review: models.Review, item: triage.PlanItem) -> None:
        """As though the server had failed to send the first second of an item."""
        for recording in self.recordings[item.person.given_name_fa]:
            at_ms = int((item.starts_at - recording.starts_at).total_seconds() * 1000)
            if 0 <= at_ms < recording.duration_ms:
                models.FailedServe.objects.create(
                    review=review, recording=recording, starts_ms=at_ms, ends_ms=at_ms + 1000, code="media.child_died",
                    failed_at=NOW,
                )  # fmt: skip

    def watch_all(self, review: models.Review, *, by: str = "head", now: dt.datetime = NOW) -> dt.datetime:
        """Serve and watch the whole shift, minute by minute at eight times its speed; when it was done."""
        self.serve_all(review, by=by, now=now)
        for minute in range(20):
            for name in self.recordings:
                self.claim(review, name, [(minute, minute + 1)], now=now, by=by)
            now += dt.timedelta(seconds=8)
        return now


def make_patrol(
    cast: Cast, *, crew: tuple[str, ...] = ("arash", "babak"), starts_at: dt.datetime = NOW - 10 * HOUR
) -> Patrol:
    """Twenty minutes of duty: Arash lacks minutes 10 to 12 and the last three, Babak 5 to 10 and the last five."""
    shift = cast_module.make_shift(cast, starts_at=starts_at, hours=1 / 3, crew=crew)
    recordings: dict[str, list[evidence.Recording]] = {}
    for number, (name, starts) in enumerate(zip(crew, FILES.values(), strict=False)):
        camera = cast_module.make_camera(cast, f"CAM{number}")
        cast_module.issue_camera(shift, cast.people[name], camera)
        recordings[name] = [seal(camera, shift.unit, shift.starts_at + minute * MINUTE) for minute in starts]
    coverage.count_shift(shift_id=shift.pk, now=NOW)
    _draw(shift)
    return Patrol(cast, shift, recordings)


def _draw(shift: roster.Shift) -> None:
    """Seeds are secrets: draw until three of the drawn minutes have footage, so that no test hangs on luck."""
    while True:
        plans.commit_seed(shift=shift, now=NOW)
        plan = plans.plan_shift(shift_id=shift.pk, now=NOW)
        assert plan is not None
        if plan.items.filter(kind="random", is_missing=False).count() >= 3:
            return
        plan.items.all().delete()
        plan.delete()
        triage.Seed.objects.filter(shift=shift).delete()


def make_long_patrol(cast: Cast, *, hours: int = 8, minutes_each: int = 30) -> Patrol:
    """A whole shift on two cameras in files of half an hour."""
    shift = cast_module.make_shift(cast, hours=hours)
    recordings: dict[str, list[evidence.Recording]] = {}
    for number, name in enumerate(("arash", "babak")):
        camera = cast_module.make_camera(cast, f"LONG{number}")
        cast_module.issue_camera(shift, cast.people[name], camera)
        recordings[name] = [
            seal(camera, shift.unit, shift.starts_at + minute * MINUTE, minutes=minutes_each)
            for minute in range(0, hours * 60, minutes_each)
        ]
    coverage.count_shift(shift_id=shift.pk, now=NOW)
    plans.commit_seed(shift=shift, now=NOW)
    plans.plan_shift(shift_id=shift.pk, now=NOW)
    return Patrol(cast, shift, recordings)

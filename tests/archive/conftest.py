"""What the archive's tests share: recordings of any age with real bytes, and two keepers."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client

from siyanat.archive import operations as archive
from siyanat.evidence import models as evidence
from siyanat.evidence import operations as evidence_acts
from siyanat.roster import models as roster
from tests import cast as cast_module
from tests.accounts import sessions
from tests.evidence import make

NOW = cast_module.NOW
DAY = dt.timedelta(days=1)

Record = Callable[..., evidence.Recording]


@pytest.fixture
def sign_in(client: Client, cast: cast_module.Cast) -> Callable[..., Client]:
    """Open a session for one of the cast, with a second factor unless told otherwise."""
    return sessions.opener(client, cast)


@pytest.fixture
def record(cast: cast_module.Cast) -> Record:
    """Seal a recording that began so many days before now; by ``officer`` on a shift of theirs if one is
    named.
    """
    archive.load_defaults()
    made = iter(range(1_000))

    def seal(
        *, days: float = 100, officer: str = "", unit: str = "A", data: bytes = b"", classify: bool = True
    ) -> evidence.Recording:
        number = next(made)
        starts_at = NOW - days * DAY - number * dt.timedelta(minutes=15)
        camera = cast_module.make_camera(cast, f"CAM{number:04d}", unit=unit)
        if officer:
            shift = cast_module.make_shift(
                cast, starts_at=starts_at - cast_module.HOUR, crew=(officer,), code=f"S-{number}", unit=unit
            )
            cast_module.issue_camera(shift, cast.people[officer], camera)
        intake = make.make_intake(camera=camera, unit=cast.units[unit], started_at=starts_at, data=data)
        came = min(NOW, starts_at)  # docked at once: its period runs from its end
        intake = dataclasses.replace(intake, received_at=came)
        recording = evidence_acts.seal_recording(intake=intake, actor="system:test", now=NOW).recording
        if classify:
            archive.classify_recording(recording_id=recording.pk, now=NOW)
        return evidence.Recording.objects.get(pk=recording.pk)

    return seal


def hold(recording: evidence.Recording | None = None, *, shift: roster.Shift | None = None, reference: str = "case:1",
         now: dt.datetime = NOW) -> evidence.Hold:  # fmt: skip
    """A hold of a case, placed by the program."""
    return evidence_acts.place_hold(
        covers=evidence_acts.Covers(recording=recording, shift=shift), reason="case", reference=reference, now=now,
        actor="system:test",
    )  # fmt: skip


def make_national(cast: cast_module.Cast, *names: str) -> None:
    """Give keepers the posts that they hold below over the whole country."""
    for name in names:
        roster.HeldPost.objects.create(
            person=cast.people[name],
            role=cast_module.ROLES[name][0],
            unit=cast.units["N"],
            held=cast_module.ALWAYS,
        )

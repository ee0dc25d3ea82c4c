"""One cache of segments for all tests of a worker: a segment takes about a second to make."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from siyanat.demo import footage

START = dt.datetime(2026, 11, 20, 6, 0, tzinfo=dt.UTC)


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("segments")


@pytest.fixture(scope="session")
def eventful(cache: Path, tmp_path_factory: pytest.TempPathFactory) -> footage.ComposedFile:
    """A minute and a half of day with one incident of every kind that leaves the file whole."""
    kinds = footage.IncidentKind
    incidents = (
        footage.Incident(kinds.CONTACT, 0, 12_800),
        footage.Incident(kinds.RAISED_VOICES, 12_800, 12_800),
        footage.Incident(kinds.BANG, 31_000, 2_000),
        footage.Incident(kinds.LENS_COVERED, 38_800, 10_000),
        footage.Incident(kinds.LENS_FROZEN, 48_800, 10_000),
        footage.Incident(kinds.MICROPHONE_DEAD, 60_000, 10_000),
        footage.Incident(kinds.PRIVATE_MOMENT, 70_000, 10_000),
        footage.Incident(kinds.THANKS, 80_000, 12_800),
    )
    patrol = footage.PatrolScript("test", "BWC-2210-000001", START, 93_000, seed=2, incidents=incidents)
    (composed,) = footage.compose([patrol], tmp_path_factory.mktemp("dock"), cache)
    return composed

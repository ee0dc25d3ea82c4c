"""A dock of station A with one issued camera, and a child that reads for all tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from siyanat.cameras import models as cameras
from siyanat.ingest import folder
from siyanat.media import child
from tests import cast as cast_module

NOW = cast_module.NOW


@pytest.fixture(scope="session")
def pool() -> Iterator[child.Pool]:
    """One reader in a child, kept over the whole run."""
    with child.Pool(1) as reader:
        yield reader


@pytest.fixture
def camera(cast: cast_module.Cast) -> cameras.Camera:
    """Camera BWC-7, borne by Arash for the whole of his shift."""
    shift = cast_module.make_shift(cast)
    camera = cast_module.make_camera(cast, "BWC-7")
    cast_module.issue_camera(shift, cast.people["arash"], camera)
    return camera


@pytest.fixture
def dock(cast: cast_module.Cast, tmp_path: Path) -> folder.Dock:
    """The dock's folder of station A."""
    (tmp_path / "dock").mkdir()
    return folder.Dock(tmp_path / "dock", cast.units["A"], lambda: NOW)


@pytest.fixture
def take(dock: folder.Dock, pool: child.Pool) -> Callable[[], folder.Run]:
    """Take one round at the dock."""
    return lambda: dock.take_round(pool=pool)

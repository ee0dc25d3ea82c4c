"""A backup brings an empty deployment back, and forgets what was lawfully disposed of."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from siyanat.config import postgres

pytestmark = pytest.mark.slow

MAKE_WORLD = """
import datetime as dt, io, django
django.setup()
from siyanat.config import processes
processes.start_database()
from tests import cast as cast_module
from siyanat.evidence import models, store
from siyanat.lib import durable
cast = cast_module.make_cast()
camera = cast_module.make_camera(cast, "BWC-1")
for number in range(3):
    written = durable.write_new(root=store.root(), chunks=[b"footage %d" % number])
    models.Recording.objects.create(
        sha256=written.sha256, size_bytes=written.size_bytes, original_name=f"{number}.mp4", camera=camera,
        unit=cast.units["A"], received_at=cast_module.NOW, starts_at=cast_module.NOW,
        ends_at=cast_module.NOW + dt.timedelta(minutes=1), duration_ms=60000, container="mp4", video_codec="h264",
    )
"""
DISPOSE_ONE = """
import django
django.setup()
from siyanat.config import processes
processes.start_database()
from siyanat.evidence import models, store
gone = models.Recording.objects.order_by("original_name").first()
models.Recording.objects.filter(pk=gone.pk).update(state="disposed")
store.path_of(gone.sha256).unlink()
"""


def run(home: Path, *command: str) -> str:
    environment = {
        **os.environ,
        "SIYANAT_HOME": str(home),
        "DJANGO_SETTINGS_MODULE": "siyanat.config.settings",
    }
    environment.pop("SIYANAT_DATABASE_URL", None)
    done = subprocess.run(
        [sys.executable, *command],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[2],
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def siyanat(home: Path, *arguments: str) -> str:
    return run(home, "-m", "siyanat.config.cli", *arguments)


def test_what_was_backed_up_is_back_and_verifies(tmp_path: Path) -> None:
    first, second, kept = tmp_path / "first", tmp_path / "second", tmp_path / "kept"
    try:
        siyanat(first, "migrate")
        run(first, "-c", MAKE_WORLD)
        assert json.loads(siyanat(first, "backup", str(kept), "--json"))["copied"] == 3
        assert json.loads(siyanat(first, "backup", str(kept), "--json"))["copied"] == 0
        run(first, "-c", DISPOSE_ONE)
        assert json.loads(siyanat(first, "backup", str(kept), "--json"))["removed"] == 1
        assert json.loads(siyanat(second, "restore", str(kept), "--json"))["copied"] == 2
        siyanat(second, "verify", "--level", "hash")
    finally:
        for home in (first, second):
            if home.exists():
                postgres.stop(postgres.locate(home), immediately=True)

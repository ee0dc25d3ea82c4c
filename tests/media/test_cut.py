"""Clips, thumbnails and joined files."""

from __future__ import annotations

import datetime as dt
import io
import itertools
from pathlib import Path

import av
import pytest

from siyanat.lib import errors
from siyanat.media import compose, cut, probe, stills
from tests.media import conftest as made


@pytest.mark.parametrize("kind", ["mp4", "bframes", "ts", "jumping_ts", "mkv", "silent", "front_indexed"])
def test_a_cut_begins_on_the_key_frame_before_and_ends_where_asked(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    out = tmp_path / "cut.mp4"
    done = cut.cut(request.getfixturevalue(kind), out, start_ms=2_345, end_ms=5_120)
    assert 2_000 - 100 <= done.start_ms <= 2_000 + 100
    assert 5_120 <= done.end_ms + 60 <= 5_400
    found = probe.probe(out)
    assert abs(found.duration_ms - (done.end_ms - done.start_ms)) <= 250
    with av.open(str(out)) as container:
        assert sum(1 for _ in container.decode(video=0)) == done.pictures
    assert done.size_bytes == out.stat().st_size


def test_a_cut_on_a_key_frame_begins_on_it(mp4: Path, tmp_path: Path) -> None:
    assert cut.cut(mp4, tmp_path / "cut.mp4", start_ms=3_000, end_ms=4_000).start_ms == 3_000


def test_the_end_may_lie_beyond_the_recording(mp4: Path, tmp_path: Path) -> None:
    done = cut.cut(mp4, tmp_path / "cut.mp4", start_ms=7_500, end_ms=99_000)
    assert (done.start_ms, done.pictures) == (7_000, 10)


@pytest.mark.parametrize(("start", "end"), [(5, 5), (9, 3), (60_000, 61_000)])
def test_an_empty_range_is_refused_and_leaves_nothing(
    mp4: Path, tmp_path: Path, start: int, end: int
) -> None:
    out = tmp_path / "cut.mp4"
    with pytest.raises(errors.Refusal, match=r"media\.empty_range"):
        cut.cut(mp4, out, start_ms=start, end_ms=end)
    assert not out.exists()


@pytest.mark.parametrize("kind", ["mp4", "ts", "mkv", "avi", "bframes", "raw"])
def test_a_thumbnail_is_a_jpeg_of_the_asked_width(kind: str, request: pytest.FixtureRequest) -> None:
    dark, bright = (
        _picture(stills.thumbnail(request.getfixturevalue(kind), at_ms=at, width=80)) for at in (0, 7_500)
    )
    assert (dark.width, dark.height) == (80, 60)
    assert _corner(bright) > _corner(dark) + 30


def test_a_turned_picture_is_set_upright(tmp_path: Path) -> None:
    path = made.clip(tmp_path / "turned.mp4", seconds=1, rotation=90)
    assert probe.probe(path).video[0].rotation == 90
    picture = _picture(stills.thumbnail(path, at_ms=0, width=60))
    assert (picture.width, picture.height) == (60, 80)


def test_there_is_no_thumbnail_of_sound(sound_only: Path) -> None:
    with pytest.raises(errors.Refusal, match=r"media\.no_picture"):
        stills.thumbnail(sound_only, at_ms=0)


def _picture(data: bytes) -> av.VideoFrame:
    with av.open(io.BytesIO(data), format="mjpeg") as container:
        return next(container.decode(video=0))


def _corner(frame: av.VideoFrame) -> int:
    return int(frame.to_ndarray(format="gray")[2, -2])


@pytest.mark.parametrize("suffix", ["mp4", "mkv", "ts"])
def test_joined_clips_are_one_recording_with_time_and_serial(mp4: Path, tmp_path: Path, suffix: str) -> None:
    out = tmp_path / f"long.{suffix}"
    moment = dt.datetime(2026, 11, 2, 5, tzinfo=dt.UTC)
    length = compose.join_packets([mp4] * 10, out, creation_time=moment, serial="BWC-9")
    found = probe.probe(out)
    assert length == 80_000
    assert abs(found.duration_ms - 80_000) <= 150
    assert len(found.key_frames) == 80
    if suffix != "ts":
        assert (found.started_at, found.serial) == (moment, "BWC-9")
    with av.open(str(out)) as container:
        sounds = [p for p in container.demux(audio=0) if p.size and p.pts is not None]
    steps = {after.pts - before.pts for before, after in itertools.pairwise(sounds[1:])}
    assert max(steps) - min(steps) <= 2


def test_nothing_to_join_is_a_mistake_of_the_caller(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no clips"):
        compose.join_packets([], tmp_path / "x.mp4")

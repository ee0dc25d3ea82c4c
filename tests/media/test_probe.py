"""What a file is, and what is wrong with it."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import av
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from siyanat.lib import errors
from siyanat.media import probe

NOON = dt.datetime(2026, 11, 1, 12, tzinfo=dt.UTC)


def test_a_plain_clip_is_described_whole(mp4: Path) -> None:
    found = probe.probe(mp4, received_at=NOON)
    assert found.problems == ()
    assert (found.container, found.serial) == ("mov", "BWC-000123")
    assert found.started_at == dt.datetime(2026, 11, 1, 4, 30, tzinfo=dt.UTC)
    assert abs(found.duration_ms - 8_000) <= 70
    [video], [audio] = found.video, found.audio
    assert (video.codec, video.width, video.height, video.fps) == ("h264", 160, 120, 10.0)
    assert (audio.codec, audio.sample_rate, audio.channels) == ("aac", 16_000, 1)
    assert found.key_frames == tuple(range(0, 8_000, 1_000))
    assert found.packets > 80


@pytest.mark.parametrize(
    "kind", ["bframes", "ts", "mkv", "avi", "raw", "front_indexed", "surround", "silent"]
)
def test_every_container_gives_its_length_and_key_frames(kind: str, request: pytest.FixtureRequest) -> None:
    found = probe.probe(request.getfixturevalue(kind))
    assert abs(found.duration_ms - 8_000) <= 120
    assert not found.truncated
    assert len(found.key_frames) == (20 if kind == "avi" else 8)
    assert found.key_frames == tuple(sorted(found.key_frames))
    assert max(found.key_frames) < found.duration_ms


def test_a_probe_survives_its_way_through_json(ts: Path) -> None:
    found = probe.probe(ts)
    assert probe.Probe.from_json(json.loads(json.dumps(found.as_json()))) == found


def test_a_clock_that_jumps_does_not_lengthen_the_recording(jumping_ts: Path) -> None:
    found = probe.probe(jumping_ts)
    assert abs(found.duration_ms - 16_000) <= 300
    assert len(found.key_frames) == 16
    assert len(set(found.key_shifts)) == 2


def test_a_pause_in_the_recording_stays_a_pause(uneven: Path) -> None:
    found = probe.probe(uneven)
    assert found.duration_ms > 9_000
    assert not found.truncated


def test_an_empty_file_is_named_empty(tmp_path: Path) -> None:
    path = tmp_path / "empty.mp4"
    path.touch()
    assert probe.probe(path).problems == ("empty",)


@pytest.mark.parametrize(
    "content",
    [
        b"minutes of the meeting\n" * 50,
        b"\x00" * 5_000,
        b"#EXTM3U\n#EXTINF:1,\n/etc/passwd\n",
        b"ffconcat version 1.0\nfile a.mp4\n",
    ],
)
def test_what_is_not_media_is_named_so_and_opens_nothing_else(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "text.mp4"
    path.write_bytes(content)
    assert probe.probe(path).problems == ("not_media",)


def test_a_recording_that_lost_its_index_is_told_from_no_media(mp4: Path, tmp_path: Path) -> None:
    path = tmp_path / "cut.mp4"
    path.write_bytes(mp4.read_bytes()[: mp4.stat().st_size // 2])
    assert probe.probe(path).problems == ("no_moov",)


@pytest.mark.parametrize("kind", ["front_indexed", "mkv", "avi"])
def test_a_file_cut_short_is_truncated(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    whole: Path = request.getfixturevalue(kind)
    path = tmp_path / whole.name
    path.write_bytes(whole.read_bytes()[: whole.stat().st_size * 6 // 10])
    found = probe.probe(path)
    assert found.truncated
    assert "truncated" in found.problems


def test_a_file_without_a_picture_or_a_time_says_so(sound_only: Path) -> None:
    assert probe.probe(sound_only).problems == ("no_video", "no_timestamp")


def test_a_time_in_the_future_needs_our_own_clock(mp4: Path) -> None:
    early = dt.datetime(2026, 10, 31, tzinfo=dt.UTC)
    assert probe.probe(mp4).problems == ()
    assert probe.probe(mp4, received_at=early).problems == ("timestamp_in_future",)


def test_a_header_with_nothing_behind_it_has_no_duration(tmp_path: Path) -> None:
    path = tmp_path / "hollow.mp4"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 160, 120, "yuv420p"
        out.start_encoding()
    assert "zero_duration" in probe.probe(path).problems


def test_a_missing_file_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(errors.Refusal, match=r"media\.absent"):
        probe.probe(tmp_path / "gone.mp4")


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-01T08:00:00+03:30", dt.datetime(2026, 11, 1, 4, 30, tzinfo=dt.UTC)),
        ("2026-11-01T08:00:00+0330", dt.datetime(2026, 11, 1, 4, 30, tzinfo=dt.UTC)),
        ("2026/11/01 04:30:00", dt.datetime(2026, 11, 1, 4, 30, tzinfo=dt.UTC)),
        ("1970-01-01T00:00:00Z", None),
        ("2026-11-01", None),
        ("yesterday at about noon", None),
    ],
)
def test_times_are_read_as_cameras_write_them(text: str, moment: dt.datetime | None) -> None:
    assert probe._moment(text) == moment


@pytest.mark.parametrize(
    ("tags", "serial"),
    [
        ({"com.maker.serial-number": "X81-22"}, "X81-22"),
        ({"comment": "unit 4; serial: AB12.3"}, "AB12.3"),
        ({"comment": "a serial killer film"}, None),
        ({"device_serial": "  77A "}, "77A"),
    ],
)
def test_serials_are_found_where_cameras_put_them(tags: dict[str, str], serial: str | None) -> None:
    assert probe._serial([tags]) == serial


@given(at=st.integers(0, 30_000), junk=st.binary(min_size=1, max_size=400))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_damaged_file_is_described_and_never_raises(
    front_indexed: Path, tmp_path: Path, at: int, junk: bytes
) -> None:
    content = bytearray(front_indexed.read_bytes())
    at %= len(content)
    content[at : at + len(junk)] = junk
    path = tmp_path / "damaged.mp4"
    path.write_bytes(content)
    found = probe.probe(path)
    assert probe.Probe.from_json(found.as_json()) == found

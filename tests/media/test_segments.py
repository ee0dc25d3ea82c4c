"""Playback: segments fit together, whatever the camera wrote."""

from __future__ import annotations

import datetime as dt
import io
import itertools
from pathlib import Path

import av
import numpy as np
import pytest

from siyanat.media import compose, probe, segments, shelf
from tests.media import conftest as made

SOUNDING = [
    "mp4", "bframes", "ts", "mkv", "avi", "surround", "front_indexed", "hevc", "phone", "fragmented"
]  # fmt: skip
EVERY = [*SOUNDING, "raw", "silent", "jumping_ts", "uneven"]
NOON = dt.datetime(2026, 11, 1, 12, tzinfo=dt.UTC)


def all_segments(
    path: Path, *, target_ms: int = 2_000
) -> tuple[probe.Probe, list[segments.Segment], list[bytes]]:
    found = probe.probe(path)
    plan = segments.plan_segments(found, target_ms=target_ms)
    return found, plan, [segments.make_segment(path, segment) for segment in plan]


def packets(data: bytes, kind: str) -> list[tuple[float, float, bool]]:
    """(start, end, key) in ms of media time, in order of showing."""
    offset = segments.OFFSET_MS
    with av.open(io.BytesIO(data)) as container:
        streams = [stream for stream in container.streams if stream.type == kind]
        found = [
            (p.pts / 90 - offset, (p.pts + (p.duration or 0)) / 90 - offset, p.is_keyframe)
            for p in container.demux(streams)
            if p.size and p.pts is not None
        ]
    return sorted(found)


@pytest.mark.parametrize("kind", EVERY)
def test_segments_hold_every_picture_once_and_in_order(kind: str, request: pytest.FixtureRequest) -> None:
    path = request.getfixturevalue(kind)
    found, plan, made_ones = all_segments(path)
    assert len(plan) >= 3
    assert [segment.start_ms for segment in plan[1:]] == [segment.end_ms for segment in plan[:-1]]
    times = []
    for segment, data in zip(plan, made_ones, strict=True):
        pictures = packets(data, "video")
        if not pictures:
            assert kind == "uneven"
            continue
        assert pictures[0][2], "a segment begins with a key frame"
        assert pictures[0][0] >= segment.start_ms - segments.KEY_SLACK_MS
        times += [start for start, _, _ in pictures]
    assert times == sorted(set(times))
    with av.open(str(path)) as container:
        assert len(times) == sum(1 for p in container.demux(video=0) if p.size)
    assert abs(times[-1] - found.duration_ms) < 300


@pytest.mark.parametrize("kind", SOUNDING)
def test_sound_runs_on_across_segments_without_a_gap(kind: str, request: pytest.FixtureRequest) -> None:
    found, _, made_ones = all_segments(request.getfixturevalue(kind))
    heard = [packet for data in made_ones for packet in packets(data, "audio")]
    seams = [after[0] - before[1] for before, after in itertools.pairwise(heard)]
    assert max(abs(seam) for seam in seams) < 2
    assert abs(heard[0][0]) < 90
    assert abs(heard[-1][1] - found.duration_ms) < 120


@pytest.mark.parametrize("kind", EVERY)
def test_each_segment_decodes_alone(kind: str, request: pytest.FixtureRequest) -> None:
    _, _, made_ones = all_segments(request.getfixturevalue(kind))
    for data in made_ones:
        with av.open(io.BytesIO(data)) as container:
            if container.streams.video:
                assert container.streams.video[0].codec_context.name == "h264"
                frames = list(container.decode(video=0))
                assert not any(frame.is_corrupt for frame in frames)
        with av.open(io.BytesIO(data)) as container:
            if container.streams.audio:
                assert container.streams.audio[0].codec_context.channels <= 2
                assert list(container.decode(audio=0))


@pytest.mark.parametrize("kind", ["avi", "mkv", "surround"])
def test_recoded_sound_is_the_same_tone_over_the_seams(kind: str, request: pytest.FixtureRequest) -> None:
    _, _, made_ones = all_segments(request.getfixturevalue(kind))
    joined = io.BytesIO(b"".join(made_ones))
    with av.open(joined, format="mpegts") as container:
        wave = np.concatenate([frame.to_ndarray()[0] for frame in container.decode(audio=0)])
    inner = wave[24_000:-24_000]
    blocks = inner[: len(inner) // 4_800 * 4_800].reshape(-1, 4_800)
    loudness = np.sqrt((blocks**2).mean(axis=1))
    assert loudness.min() > 0.8 * np.median(loudness)
    assert loudness.max() < 1.2 * np.median(loudness)


def test_the_same_segment_is_the_same_bytes_whatever_came_before(mp4: Path) -> None:
    _, plan, made_ones = all_segments(mp4)
    shelf.clear()
    assert segments.make_segment(mp4, plan[2]) == made_ones[2]
    assert segments.make_segment(mp4, plan[0]) == made_ones[0]


def test_what_is_larger_than_720_is_made_smaller_only_when_encoded_anew(tmp_path: Path) -> None:
    path = tmp_path / "large.avi"
    compose.encode_clip(
        path,
        frames=made.pictures(4, width=1920, height=1080),
        sound=None,
        fps=2,
        codec="mjpeg",
        bitrate=8_000_000,
    )
    _, plan, [data, *_] = all_segments(path)
    with av.open(io.BytesIO(data)) as container:
        assert (container.streams.video[0].width, container.streams.video[0].height) == (1280, 720)
    assert plan[0].duration_ms == 2_000


def test_a_recording_of_sound_alone_is_cut_by_the_clock(sound_only: Path) -> None:
    _, plan, made_ones = all_segments(sound_only)
    assert [segment.start_ms for segment in plan] == [0, 2_000, 4_000, 6_000, 8_000][: len(plan)]
    assert all(packets(data, "audio") for data in made_ones[:4])


def test_nothing_to_play_gives_no_segments() -> None:
    assert segments.plan_segments(probe.Probe(size_bytes=0, problems=("empty",))) == []


def test_a_segment_survives_its_way_through_json(ts: Path) -> None:
    for segment in segments.plan_segments(probe.probe(ts)):
        assert segments.Segment.from_json(segment.as_json()) == segment


def test_a_playlist_tells_the_clock_of_each_recording_and_breaks_between_them() -> None:
    one = [segments.Segment(0, 0, 6_000), segments.Segment(1, 6_000, 6_400, last=True)]
    two = [segments.Segment(0, 0, 2_500, last=True)]
    text = segments.playlist(
        [("a", NOON, one), ("none", NOON, []), ("b", NOON + dt.timedelta(minutes=5), two)],
        uri=lambda recording, segment: f"/media/{recording}/{segment.index}.ts",
    )
    assert text == (
        "#EXTM3U\n#EXT-X-VERSION:6\n#EXT-X-TARGETDURATION:7\n#EXT-X-MEDIA-SEQUENCE:0\n#EXT-X-PLAYLIST-TYPE:VOD\n"
        "#EXT-X-INDEPENDENT-SEGMENTS\n"
        "#EXT-X-PROGRAM-DATE-TIME:2026-11-01T12:00:00.000Z\n"
        "#EXTINF:6.000,\n/media/a/0.ts\n#EXTINF:6.400,\n/media/a/1.ts\n"
        "#EXT-X-DISCONTINUITY\n#EXT-X-PROGRAM-DATE-TIME:2026-11-01T12:05:00.000Z\n"
        "#EXTINF:2.500,\n/media/b/0.ts\n#EXT-X-ENDLIST\n"
    )

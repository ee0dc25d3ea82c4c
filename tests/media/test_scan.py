"""One pass over key frames and sound."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from siyanat.media import compose, scan
from tests.media import conftest as made


def run(path: Path) -> tuple[list[scan.KeyFrame], list[scan.SoundBlock], scan.Totals]:
    frames: list[scan.KeyFrame] = []
    sounds: list[scan.SoundBlock] = []
    totals = scan.scan(path, on_frame=frames.append, on_sound=sounds.append)
    return frames, sounds, totals


@pytest.mark.parametrize("kind", ["mp4", "bframes", "ts", "mkv", "raw", "surround"])
def test_each_key_frame_is_seen_once_at_its_time(kind: str, request: pytest.FixtureRequest) -> None:
    frames, _, totals = run(request.getfixturevalue(kind))
    assert [round(frame.at_ms / 1000) for frame in frames] == list(range(8))
    assert all(frame.gray.shape == (90, 160) and frame.gray.dtype == np.uint8 for frame in frames)
    assert frames[7].gray[0, -1] > frames[0].gray[0, -1]
    assert (totals.frames, totals.frames_failed, totals.packets_failed) == (8, 0, 0)


def test_codecs_with_key_frames_only_are_thinned(avi: Path) -> None:
    frames, _, totals = run(avi)
    assert len(frames) == 20
    assert totals.frames_skipped == 60
    assert totals.video_packets == 80


@pytest.mark.parametrize("kind", ["mp4", "ts", "mkv", "avi", "surround", "sound_only"])
def test_sound_is_whole_and_on_time_whatever_its_form(kind: str, request: pytest.FixtureRequest) -> None:
    _, sounds, totals = run(request.getfixturevalue(kind))
    samples = np.concatenate([block.samples for block in sounds])
    assert abs(len(samples) - 8 * scan.RATE) < 0.1 * scan.RATE
    assert 0.15 < float(np.sqrt(np.mean(samples[8_000:-8_000] ** 2))) < 0.5
    assert all(block.samples.dtype == np.float32 for block in sounds)
    starts = [
        sounds[0].at_ms + 1000 * n // scan.RATE
        for n in np.cumsum([0, *(len(b.samples) for b in sounds[:-1])])
    ]
    assert all(abs(block.at_ms - start) <= 130 for block, start in zip(sounds, starts, strict=True))
    assert totals.has_sound


def test_no_sound_is_a_fact_and_not_a_failure(silent: Path) -> None:
    frames, sounds, totals = run(silent)
    assert len(frames) == 8
    assert sounds == []
    assert not totals.has_sound


def test_clipping_is_measured_as_recorded(tmp_path: Path) -> None:
    loud = np.clip(made.tone(3, channels=2, level=1.6), -1, 1)
    loud[1] = 0
    path = made.clip(tmp_path / "loud.avi", seconds=3, sound=loud, sound_codec="pcm_s16le")
    _, sounds, _ = run(path)
    share = float(np.mean([block.clipped for block in sounds]))
    expected = float(np.mean(np.abs(loud) >= scan.CLIPPED))
    assert abs(share - expected) < 0.02
    assert max(block.peak for block in sounds) > 0.99


def test_the_profile_of_sizes_adds_up_to_the_picture(mp4: Path) -> None:
    _, _, totals = run(mp4)
    assert len(totals.between_bytes) == 8
    assert all(totals.between_bytes)
    assert 0 < sum(totals.between_bytes) < mp4.stat().st_size


def test_a_jumping_clock_is_mended_and_counted(jumping_ts: Path) -> None:
    frames, sounds, totals = run(jumping_ts)
    assert totals.clock_jumps == 1
    assert [round(frame.at_ms / 1000) for frame in frames] == list(range(16))
    assert sounds[-1].at_ms < 17_000


def test_damaged_packets_are_counted_and_passed_over(ts: Path, tmp_path: Path) -> None:
    content = bytearray(ts.read_bytes())
    rng = np.random.default_rng(7)
    for packet in range(40, len(content) // 188 - 10, 9):
        content[packet * 188 + 20 : packet * 188 + 150] = rng.bytes(130)
    path = tmp_path / "damaged.ts"
    path.write_bytes(content)
    frames, _, totals = run(path)
    assert totals.frames == len(frames) > 0
    assert totals.frames_failed + totals.packets_failed > 0


def test_progress_is_told_by_the_minute_of_media(mp4: Path, tmp_path: Path) -> None:
    long = tmp_path / "long.mp4"
    compose.join_packets([mp4] * 25, long)
    told: list[int] = []
    scan.scan(long, on_frame=lambda _: None, on_sound=lambda _: None, on_progress=told.append)
    assert [minute // 60_000 for minute in told] == [1, 2, 3]

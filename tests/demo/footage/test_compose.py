from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import pytest

from siyanat.demo import footage
from siyanat.demo.footage import lines as spoken_lines
from siyanat.demo.footage import plan, sources, speech
from siyanat.lib import errors

START = dt.datetime(2026, 11, 20, 6, 0, tzinfo=dt.UTC)
KINDS = footage.IncidentKind


def hear(path: Path) -> npt.NDArray[np.float32]:
    with av.open(path) as container:
        return np.concatenate([frame.to_ndarray()[0] for frame in container.decode(audio=0)])


def level(sound: npt.NDArray[np.float32], first_s: float, end_s: float) -> float:
    """RMS in dBFS of a stretch."""
    part = sound[int(first_s * 16_000) : int(end_s * 16_000)].astype(np.float64)
    return float(20 * np.log10(np.sqrt(np.mean(part**2)) + 1e-9))


def see_keys(path: Path) -> dict[float, npt.NDArray[np.uint8]]:
    """Luma of every key picture by its second."""
    with av.open(path) as container:
        stream = container.streams.video[0]
        stream.codec_context.skip_frame = "NONKEY"
        return {float(f.time or 0): np.asarray(f.to_ndarray()[:360]) for f in container.decode(stream)}


def short_patrol(**changes: object) -> footage.PatrolScript:
    patrol = footage.PatrolScript("s", "BWC-2210-000002", START, 20_000, 2, light="day")
    return dataclasses.replace(patrol, **changes)  # type: ignore[arg-type]


def test_a_file_is_named_and_stamped_as_a_camera_does(eventful: footage.ComposedFile) -> None:
    assert eventful.path.parts[-2:] == ("BWC-2210-000001", "BWC-2210-000001_20261120_093000.mp4")
    with av.open(eventful.path) as container:
        assert container.metadata["creation_time"] == "2026-11-20T06:00:00.000000Z"
        assert container.metadata["comment"] == "serial=BWC-2210-000001"
        assert container.duration == eventful.duration_ms * 1000 == 93_000_000
        assert {s.codec_context.name for s in container.streams} == {"h264", "aac"}


def test_every_picture_and_sound_decodes(eventful: footage.ComposedFile) -> None:
    with av.open(eventful.path) as container:
        times = [frame.pts * frame.time_base for frame in container.decode(video=0)]
    assert len(times) == 93 * 15
    assert all(after > before for before, after in itertools.pairwise(times))
    assert abs(len(hear(eventful.path)) / 16_000 - 93) < 0.1
    assert max(np.diff(sorted(see_keys(eventful.path)))) <= 2.0


def test_raised_voices_are_louder_than_a_conversation(eventful: footage.ComposedFile) -> None:
    sound = hear(eventful.path)
    assert level(sound, 14, 24) > level(sound, 1, 11) + 8


def test_a_bang_stands_where_it_was_planted(eventful: footage.ComposedFile) -> None:
    sound = hear(eventful.path)
    assert np.abs(sound[int(30.5 * 16_000) : int(30.9 * 16_000)]).max() < 0.3
    assert np.abs(sound[int(31.0 * 16_000) : int(31.15 * 16_000)]).max() > 0.8


def test_a_dead_microphone_is_silent_and_only_then(eventful: footage.ComposedFile) -> None:
    sound = hear(eventful.path)
    assert level(sound, 60.2, 69.8) < -90
    assert level(sound, 50, 58) > -65


def test_a_covered_lens_is_flat_and_a_frozen_one_stands_still(eventful: footage.ComposedFile) -> None:
    keys = see_keys(eventful.path)
    covered = [picture for second, picture in keys.items() if 38.8 <= second < 48.8]
    clear = [picture for second, picture in keys.items() if second < 25]
    assert max(picture.std() for picture in covered) < 15 < min(picture.std() for picture in clear)
    frozen = [picture for second, picture in keys.items() if 48.8 <= second < 58.8]
    assert len(frozen) >= 5
    assert all((picture == frozen[0]).all() for picture in frozen)


def test_a_second_run_writes_nothing_and_says_the_same(cache: Path, tmp_path: Path) -> None:
    first = list(footage.compose([short_patrol()], tmp_path, cache))
    written = [item.path.stat().st_mtime_ns for item in first]
    again = list(footage.compose([short_patrol()], tmp_path, cache))
    assert again == first
    assert [item.path.stat().st_mtime_ns for item in again] == written


def test_the_same_script_gives_the_same_bytes(cache: Path, tmp_path: Path) -> None:
    patrol = short_patrol(duration_ms=5_000)
    (one,) = footage.compose([patrol], tmp_path / "one", cache)
    (two,) = footage.compose([patrol], tmp_path / "two", tmp_path / "another cache")
    assert one.path.read_bytes() == two.path.read_bytes()


def test_files_appear_one_by_one_with_progress(cache: Path, tmp_path: Path) -> None:
    seen: list[footage.Progress] = []
    files = footage.compose([short_patrol(file_ms=10_000)], tmp_path, cache, seen.append)
    first = next(files)
    assert first.path.exists()
    assert (seen[-1].files_done, seen[-1].files) == (1, 2)
    files.close()
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == [first.path]


def test_a_break_ends_a_file_and_the_next_starts_after_it(cache: Path, tmp_path: Path) -> None:
    pause = footage.Break(footage.BreakKind.CAMERA_OFF, 5_000, 7_000)
    one, two = footage.compose([short_patrol(breaks=(pause,))], tmp_path, cache)
    assert (one.duration_ms, two.duration_ms) == (5_000, 8_000)
    assert two.started_at - one.started_at == dt.timedelta(seconds=12)


def test_a_file_cut_short_promises_more_than_it_holds(cache: Path, tmp_path: Path) -> None:
    cut = footage.Incident(KINDS.CUT_SHORT, 12_000, 8_000)
    (item,) = footage.compose([short_patrol(incidents=(cut,))], tmp_path, cache)
    assert item.duration_ms == 20_000
    with av.open(item.path) as container:
        assert container.duration == 20_000_000
        shown = 0
        try:
            for _ in container.decode(video=0):
                shown += 1
        except av.error.FFmpegError:
            pass
    assert 170 <= shown <= 182


def test_a_killed_run_leaves_no_half_file(tmp_path: Path) -> None:
    program = (
        "import datetime as dt, pathlib, sys\n"
        "from siyanat.demo import footage\n"
        "start = dt.datetime(2026, 11, 20, 6, 0, tzinfo=dt.UTC)\n"
        "patrol = footage.PatrolScript('s', 'BWC-2210-000002', start, 20_000, 2, light='day')\n"
        "list(footage.compose([patrol], *map(pathlib.Path, sys.argv[1:])))\n"
    )
    out, cache = tmp_path / "out", tmp_path / "cache"
    child = subprocess.Popen([sys.executable, "-c", program, str(out), str(cache)])
    deadline = time.monotonic() + 20
    while not list(cache.glob("segments/.composing/*")) and time.monotonic() < deadline:
        time.sleep(0.01)
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    for whole in cache.glob("segments/*.mp4"):
        with av.open(whole) as container:
            assert sum(1 for packet in container.demux() if packet.size) >= 192
    (item,) = footage.compose([short_patrol()], out, cache)
    assert item.path.exists()
    assert not list(tmp_path.rglob(".composing"))


def test_spoiled_files_are_each_wrong_in_their_own_way(cache: Path, tmp_path: Path) -> None:
    made = footage.spoil(tmp_path, cache, serial="BWC-1", unknown_serial="XYZ-9", now=START)
    files = {item.kind: item.path for item in made}
    kinds = footage.SpoiledKind
    assert set(files) == set(kinds)
    assert files[kinds.EMPTY].stat().st_size == 0
    for kind in (kinds.TRUNCATED, kinds.TEXT_NAMED_MP4):
        with pytest.raises(av.error.InvalidDataError):
            av.open(files[kind])
    with av.open(files[kinds.NO_TIMESTAMP]) as container:
        assert "creation_time" not in container.metadata
    with av.open(files[kinds.FUTURE_TIMESTAMP]) as container:
        assert container.metadata["creation_time"] > "2027-12"
    with av.open(files[kinds.UNKNOWN_SERIAL]) as container:
        assert container.metadata["comment"] == "serial=XYZ-9"


def test_own_clips_are_used_with_their_own_sound(
    eventful: footage.ComposedFile, cache: Path, tmp_path: Path
) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "clip.mp4").write_bytes(eventful.path.read_bytes())
    (tmp_path / "own" / "notes.txt").write_text("not a clip")
    stock = footage.use_folder(tmp_path / "own")
    assert len(stock.own) == 7
    loud = plan.Stock(own=stock.own[1:2])  # 12.8 s to 25.6 s: the quarrel
    patrol = short_patrol(duration_ms=12_800)
    (item,) = footage.compose([patrol], tmp_path / "out", cache, stock=loud)
    assert level(hear(item.path), 1.5, 11) > -20
    assert item.duration_ms == 12_800


def test_a_folder_without_clips_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.mp4").write_text("not a clip")
    with pytest.raises(errors.Refusal, match="folder_without_clips"):
        footage.use_folder(tmp_path)
    with pytest.raises(errors.Refusal, match="folder_absent"):
        footage.use_folder(tmp_path / "nowhere")


def test_an_absent_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sources._PACKAGES, "bikes.mp4", "no-such-package")
    with pytest.raises(errors.Refusal, match="no-such-package"):
        sources.find_clip("bikes.mp4")


def test_every_line_is_spoken_and_fits_its_segment(cache: Path) -> None:
    turns = [turn for talk in spoken_lines.TALKS.values() for turn in talk]
    for turn, sound in speech.speak_turns(turns, cache=cache).items():
        assert len(sound) / speech.RATE > 0.8
        assert turn.at_ms / 1000 + len(sound) / speech.RATE < 12.7

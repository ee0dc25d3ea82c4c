"""What one pass of the detectors costs: against the least it could cost, and against PySceneDetect.

The file is 720p30 H.264 at 2 Mbit/s with a key frame every 2 s and AAC sound, made from the clips under
``--data`` or generated; short segments are encoded once and their packets joined. The limit is one pass that
decodes key frames and sound and runs the speech model, and does nothing with them. Everything is CPU time on
one core.
"""

from __future__ import annotations

import argparse
import fractions
import importlib.util
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt

from siyanat.analysis import run as analysis
from siyanat.analysis import speech_model

WIDTH, HEIGHT, FPS, GOP, BIT_RATE = 1280, 720, 30, 60, 2_000_000
RATE = 48_000
SEGMENT_SECONDS = 60
COST_GOAL, PEER_GOAL = 1.5, 8.0
REPEATS = 2
PEER_PROGRAM = """
import resource, sys
import cv2
cv2.setNumThreads(1)
from scenedetect import ContentDetector, SceneManager, open_video
def spent():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
before = spent()
manager = SceneManager()
manager.add_detector(ContentDetector())
manager.detect_scenes(open_video(sys.argv[1]))
print(spent() - before)
"""

Row = dict[str, Any]
Picture = npt.NDArray[np.uint8]
Samples = npt.NDArray[np.float32]


def run(data: Path | None, *, minutes: int = 24, peer: bool = True) -> list[Row]:
    """Build the file, measure, and give one row a measure: name, CPU seconds, times real time."""
    with tempfile.TemporaryDirectory(prefix="siyanat-bench-") as folder:
        segment, whole = Path(folder, "segment.mp4"), Path(folder, "whole.mp4")
        encode_segment(segment, data=data)
        join_segments(segment, whole, count=max(1, minutes * 60 // SEGMENT_SECONDS))
        seconds = _seconds(whole)
        rows = [{"measure": "file", "seconds": seconds, "bit_rate": whole.stat().st_size * 8 / seconds}]
        # Alternating: what else the machine does then falls on both alike; the least of each is taken.
        spent: dict[str, list[float]] = {"limit": [], "analyze": []}
        for _ in range(REPEATS):
            spent["limit"].append(_cpu(lambda: decode_and_listen(whole)))
            spent["analyze"].append(_cpu(lambda: analysis.analyze(whole)))
        rows += [_row(name, min(costs), seconds) for name, costs in spent.items()]
        rows += _peer_rows(segment, Path(folder)) if peer else []
    return rows


def verdicts(rows: list[Row]) -> list[str]:
    """One line a goal: met, missed or skipped with the reason."""
    cost = {row["measure"]: row["cpu_seconds"] / row["seconds"] for row in rows if "cpu_seconds" in row}
    ratio = cost["analyze"] / cost["limit"]
    lines = [f"triage cost_ratio={ratio:.2f} goal={COST_GOAL} {'met' if ratio <= COST_GOAL else 'missed'}"]
    if "pyscenedetect" not in cost:
        reason = next((row["reason"] for row in rows if row["measure"] == "pyscenedetect"), "not asked for")
        return [*lines, f"triage times_cheaper=skipped goal={PEER_GOAL} skipped ({reason})"]
    cheaper = cost["pyscenedetect"] / cost["analyze"]
    verdict = "met" if cheaper >= PEER_GOAL else "missed"
    return [*lines, f"triage times_cheaper={cheaper:.1f} goal={PEER_GOAL} {verdict}"]


def decode_and_listen(path: Path) -> int:
    """The limit: key frames decoded, sound decoded to 16 kHz mono, speech model; nothing kept but a count.

    As lean as we can write it: only key packets reach the picture's decoder, sound is resampled by the half
    minute.
    """
    model, frames = speech_model.SpeechModel(), 0
    resampler = av.AudioResampler(format="flt", layout="mono", rate=16_000)
    fifo = av.AudioFifo()
    with av.open(str(path)) as container:
        video, audio = container.streams.video[0], container.streams.audio[0]
        video.codec_context.thread_type = audio.codec_context.thread_type = "NONE"
        video.codec_context.thread_count = 1
        for packet in container.demux(video, audio):
            if packet.stream is video:
                if packet.is_keyframe and packet.size:
                    frames += len(video.codec_context.decode(packet) or video.codec_context.decode(None))
                    video.codec_context.flush_buffers()
                continue
            for frame in audio.codec_context.decode(packet):
                frame.pts = None
                fifo.write(frame)
            if fifo.samples > RATE * 30:
                frames += _listen(model, resampler.resample(fifo.read()))
    return frames + _listen(model, resampler.resample(fifo.read(partial=True)))


def _listen(model: speech_model.SpeechModel, frames: list[av.AudioFrame]) -> int:
    samples = np.concatenate([frame.to_ndarray()[0] for frame in frames])
    return len(model.hear(samples[: len(samples) // 512 * 512]))


def encode_segment(path: Path, *, data: Path | None) -> None:
    """A minute of picture and sound, encoded once."""
    with av.open(str(path), "w") as container:
        video: Any = container.add_stream("libx264", rate=FPS)
        video.width, video.height, video.pix_fmt, video.bit_rate = WIDTH, HEIGHT, "yuv420p", BIT_RATE
        keys = f"keyint={GOP}:min-keyint={GOP}:scenecut=0:bframes=0:vbv-maxrate=2400:vbv-bufsize=4000"
        video.options = {"preset": "veryfast", "x264-params": keys}
        audio: Any = container.add_stream("aac", rate=RATE)
        audio.layout = "mono"
        sound = _sound(data)
        for number, picture in enumerate(_pictures(data)):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            container.mux(video.encode(frame))
            if number % FPS == 0:
                first = number // FPS * RATE
                container.mux(audio.encode(_audio_frame(sound[first : first + RATE], first)))
        container.mux(video.encode(None))
        container.mux(audio.encode(None))


def _audio_frame(samples: Samples, first: int) -> av.AudioFrame:
    frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples[None]), format="fltp", layout="mono")
    frame.sample_rate, frame.pts, frame.time_base = RATE, first, fractions.Fraction(1, RATE)
    return frame


def _pictures(data: Path | None) -> Iterator[Picture]:
    """Frames of a minute [720, 1280, 3]: a street scene under --data, else a moving pattern; shaken as if
    worn.
    """
    random = np.random.default_rng(7)
    steps = np.cumsum(random.normal(0, 2.0, (SEGMENT_SECONDS * FPS, 2)), axis=0)
    scenes = _street(data / "video_opencv_doc" / "vtest.avi") if data else _pattern()
    for (down, right), scene in zip(steps, scenes, strict=False):
        yield np.roll(scene, (int(down) % HEIGHT, int(right) % WIDTH), axis=(0, 1))


def _street(path: Path) -> Iterator[Picture]:
    """The clip at 10 pictures a second, each shown three times, again and again."""
    while True:
        with av.open(str(path)) as container:
            for frame in container.decode(video=0):
                picture: Any = frame.reformat(WIDTH, HEIGHT, format="rgb24").to_ndarray()
                yield from (picture, picture, picture)


def _pattern() -> Iterator[Picture]:
    """Soft blocks and a little texture under fresh sensor noise: bits are shared out as in a street."""
    random = np.random.default_rng(8)
    coarse = random.integers(40, 200, (HEIGHT // 40, WIDTH // 40, 3)).astype(np.float32)
    scene = coarse.repeat(40, axis=0).repeat(40, axis=1) + random.normal(0, 4, (HEIGHT, WIDTH, 1))
    for axis in (0, 1):
        scene = (scene + np.roll(scene, 1, axis) + np.roll(scene, -1, axis)) / 3
    noisy = [
        np.clip(scene + random.normal(0, 3, (HEIGHT, WIDTH, 1)), 0, 255).astype(np.uint8) for _ in range(8)
    ]
    while True:
        yield from noisy


def _sound(data: Path | None) -> Samples:
    """A minute of street noise with speech in about half of it: a reading under --data, else voiced
    syllables.
    """
    random = np.random.default_rng(9)
    count = SEGMENT_SECONDS * RATE
    noise = random.normal(0, 0.003, count).astype(np.float32)
    speech = _reading(data / "persian_speech_alifarrokh" / "1.mp3") if data else _syllables()
    talking = (np.arange(count) // (10 * RATE)) % 2 == 0
    mixed: Samples = (noise + np.resize(speech, count) * talking * 0.5).astype(np.float32)
    return mixed


def _reading(path: Path) -> Samples:
    resampler = av.AudioResampler(format="fltp", layout="mono", rate=RATE)
    with av.open(str(path)) as container:
        pieces = [p.to_ndarray()[0] for frame in container.decode(audio=0) for p in resampler.resample(frame)]
    return np.concatenate(pieces)


def _syllables() -> Samples:
    """Four syllables a second of a buzzing voice through two formants; the speech model takes most of it for
    speech.
    """
    at = np.arange(10 * RATE) / RATE
    pitch = 130 + 20 * np.sin(2 * np.pi * 0.7 * at)
    phase = 2 * np.pi * np.cumsum(pitch) / RATE
    voice = np.zeros_like(at)
    for partial in range(1, 28):
        strength = sum(np.exp(-(((partial * 130 - formant) / 160) ** 2)) for formant in (600, 1700)) + 0.05
        voice += strength * np.sin(partial * phase)
    envelope = np.clip(np.sin(2 * np.pi * 4 * at), 0, 1)
    sound: Samples = (0.1 * voice * envelope).astype(np.float32)
    return sound


def join_segments(segment: Path, target: Path, *, count: int) -> None:
    """The packets of ``segment`` ``count`` times over, times moved on."""
    with av.open(str(target), "w") as output:
        with av.open(str(segment)) as first:
            streams: dict[int, Any] = {s.index: output.add_stream_from_template(s) for s in first.streams}
        last: dict[int, int] = {}
        for number in range(count):
            with av.open(str(segment)) as source:
                for packet in source.demux():
                    if packet.dts is None or packet.pts is None:
                        continue
                    shift = int(number * SEGMENT_SECONDS / packet.time_base)
                    packet.pts, packet.dts = packet.pts + shift, packet.dts + shift
                    if packet.dts <= last.get(packet.stream_index, -RATE):
                        continue  # the encoder's priming would overlap the sound before it
                    last[packet.stream_index] = packet.dts
                    packet.stream = streams[packet.stream_index]
                    output.mux(packet)


def _peer_rows(segment: Path, folder: Path) -> list[Row]:
    """PySceneDetect's ContentDetector on two minutes of the same picture, by its own default reader."""
    python = _peer_python(folder)
    if python is None:
        return [{"measure": "pyscenedetect", "reason": "scenedetect, opencv-python-headless not installable"}]
    short = folder / "short.mp4"
    join_segments(segment, short, count=2)
    command = [str(python), "-c", PEER_PROGRAM, str(short)]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    if answer.returncode:
        return [{"measure": "pyscenedetect", "reason": answer.stderr.strip().splitlines()[-1][:200]}]
    return [_row("pyscenedetect", float(answer.stdout), _seconds(short))]


def _peer_python(folder: Path) -> Path | None:
    """An interpreter that has PySceneDetect: SCENEDETECT_PYTHON, this one, else a temporary one; None without
    any.
    """
    if named := os.environ.get("SCENEDETECT_PYTHON"):
        return Path(named)
    if importlib.util.find_spec("scenedetect") and importlib.util.find_spec("cv2"):
        return Path(sys.executable)
    home = folder / "peer"
    venv.create(home, with_pip=True)
    python = home / "bin" / "python"
    command = [str(python), "-m", "pip", "install", "-q", "scenedetect", "opencv-python-headless"]
    try:
        done = subprocess.run(command, capture_output=True, check=False, timeout=180)
    except subprocess.TimeoutExpired:
        return None
    return python if done.returncode == 0 else None


def _cpu(work: Callable[[], object]) -> float:
    """CPU seconds of this process, kernel included."""
    before = resource.getrusage(resource.RUSAGE_SELF)
    work()
    after = resource.getrusage(resource.RUSAGE_SELF)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _seconds(path: Path) -> float:
    with av.open(str(path)) as container:
        return float((container.duration or 0) / av.time_base)


def _row(name: str, cpu_seconds: float, seconds: float) -> Row:
    return {
        "measure": name,
        "cpu_seconds": cpu_seconds,
        "seconds": seconds,
        "times_real_time": seconds / cpu_seconds,
    }


def main() -> None:
    """Print the table and the verdicts; write the JSON when asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="folder of real clips; without it everything is generated")
    parser.add_argument("--minutes", type=int, default=24, help="length of the file")
    parser.add_argument("--no-peer", action="store_true", help="leave PySceneDetect out")
    parser.add_argument("--json", type=Path, help="where to write the rows")
    options = parser.parse_args()
    rows = run(options.data, minutes=options.minutes, peer=not options.no_peer)
    for row in rows:
        cells = (
            f"{name}={value:.2f}" if isinstance(value, float) else f"{name}={value}"
            for name, value in row.items()
        )
        print("  ".join(cells))
    lines = verdicts(rows)
    if options.json:
        machine = {"machine": platform.machine(), "cores": os.cpu_count(), "date": time.strftime("%Y-%m-%d")}
        options.json.write_text(json.dumps(machine | {"rows": rows, "verdicts": lines}, indent=1))
    print("\n".join(lines))


if __name__ == "__main__":
    main()

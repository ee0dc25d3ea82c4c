"""Key frames in, numbers out: the one place that looks at pixels.

Frames are measured sixty-four at a time and let go; only the numbers stay. It never judges: detectors do.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from siyanat.analysis import measures

HEIGHT, WIDTH = 90, 160
BATCH = 64
BLOCK = 10
FLAT_SPREAD = 2.5
"""A block whose luma deviates less than this is flat: sensor noise after H.264 at 2 Mbit/s stays below it."""
MOVED = 18
"""A step that noise and compression do not make at 160 x 90."""

Gray = npt.NDArray[np.uint8]


class PictureMeter:
    """Collects key frames and measures them by the batch."""

    def __init__(self) -> None:
        self._batch = np.empty(
            (BATCH + 1, HEIGHT, WIDTH), dtype=np.uint8
        )  # row 0: the last frame of the batch before
        self._filled = 0
        self._begun = False
        self._last_histogram: npt.NDArray[np.float64] | None = None
        self._at_ms: list[int] = []
        self._packet_bytes: list[int] = []
        self._rows: list[npt.NDArray[np.float32]] = []

    def see(self, *, at_ms: int, gray: Gray, packet_bytes: int) -> None:
        """Take one key frame (uint8 [90, 160]); one that goes back in time is put at the last time seen."""
        self._batch[1 + self._filled] = gray
        self._filled += 1
        self._at_ms.append(max(at_ms, self._at_ms[-1] if self._at_ms else at_ms))
        self._packet_bytes.append(packet_bytes)
        if self._filled == BATCH:
            self._measure()

    def finish(self) -> measures.Pictures:
        """The measures of every frame taken."""
        if self._filled:
            self._measure()
        rows = np.concatenate(self._rows) if self._rows else np.empty((0, 8), dtype=np.float32)
        mean, spread, bright, detail, flat_share, change, moved_share, shift = rows.T
        return measures.Pictures(
            at_ms=np.array(self._at_ms, dtype=np.int64),
            mean=mean,
            spread=spread,
            bright=bright,
            detail=detail,
            flat_share=flat_share,
            change=change,
            moved_share=moved_share,
            shift=shift,
            packet_bytes=np.array(self._packet_bytes, dtype=np.int64),
        )

    def _measure(self) -> None:
        count = self._filled
        frames = self._batch[1 : 1 + count]
        if not self._begun:
            self._batch[0] = self._batch[1]
        before = self._batch[:count]
        histogram = _histograms(frames)
        earlier = histogram[:1] if self._last_histogram is None else self._last_histogram
        shift = np.abs(np.diff(np.concatenate((earlier, histogram)), axis=0)).sum(axis=1) / 2
        mean = frames.mean(axis=(1, 2), dtype=np.float32)
        spread, flat_share = _structure(frames, mean)
        change, moved_share = _movement(before, frames)
        columns = (mean, spread, _bright(histogram), _detail(frames), flat_share, change, moved_share, shift)
        self._rows.append(np.stack(columns, axis=1).astype(np.float32))
        self._last_histogram = histogram[-1:]
        self._batch[0] = self._batch[count]
        self._begun = True
        self._filled = 0


def _histograms(frames: Gray) -> npt.NDArray[np.float64]:
    """Shares of 32 steps of luma, [n, 32]."""
    count = len(frames)
    codes = (frames >> 3).reshape(count, -1).astype(np.int32)
    codes += (np.arange(count, dtype=np.int32) * 32)[:, None]
    shares: npt.NDArray[np.float64] = np.bincount(codes.ravel(), minlength=32 * count).reshape(count, 32) / (
        HEIGHT * WIDTH
    )
    return shares


def _bright(histogram: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The luma below which 99 % of a picture lies, in steps of 8."""
    steps: npt.NDArray[np.float64] = np.argmax(np.cumsum(histogram, axis=1) >= 0.99, axis=1) * 8.0 + 8.0
    return steps


def _structure(frames: Gray, mean: measures.Floats) -> tuple[measures.Floats, measures.Floats]:
    """Standard deviation of a picture, and the share of its blocks that are flat."""
    values = frames.astype(np.float32)
    values -= mean[:, None, None]
    count = len(frames)
    # Down ten rows first, then across ten columns: long contiguous additions are much faster than tiny ones.
    rows = values.reshape(count, HEIGHT // BLOCK, BLOCK, WIDTH)
    sums = rows.sum(axis=2).reshape(count, -1, WIDTH // BLOCK, BLOCK).sum(axis=3)
    squares = np.einsum("nhbw,nhbw->nhw", rows, rows).reshape(count, -1, WIDTH // BLOCK, BLOCK).sum(axis=3)
    size = BLOCK * BLOCK
    variance = squares / size - np.square(sums / size)
    spread = np.sqrt(squares.sum(axis=(1, 2)) / (HEIGHT * WIDTH))
    flat = (variance < FLAT_SPREAD**2).mean(axis=(1, 2), dtype=np.float32)
    return spread.astype(np.float32), flat


def _detail(frames: Gray) -> npt.NDArray[np.float32]:
    """Mean absolute step to the right and downward neighbour."""
    across = _distance(frames[:, :, 1:], frames[:, :, :-1]).mean(axis=(1, 2), dtype=np.float32)
    down = _distance(frames[:, 1:], frames[:, :-1]).mean(axis=(1, 2), dtype=np.float32)
    detail: npt.NDArray[np.float32] = ((across + down) / 2).astype(np.float32)
    return detail


def _distance(one: Gray, other: Gray) -> Gray:
    """|one - other| without leaving uint8."""
    distance: Gray = np.maximum(one, other) - np.minimum(one, other)
    return distance


def _movement(before: Gray, frames: Gray) -> tuple[measures.Floats, measures.Floats]:
    """Mean absolute change, and the share of pixels that moved beyond the change of overall brightness."""
    difference = frames.astype(np.int16)
    difference -= before
    change = np.abs(difference).mean(axis=(1, 2), dtype=np.float32)
    brightness = np.rint(difference.mean(axis=(1, 2))).astype(np.int16)
    difference -= brightness[:, None, None]
    moved = (np.abs(difference) > MOVED).mean(axis=(1, 2), dtype=np.float32)
    return change, moved

"""Detectors of what stands between the lens and the world: dark, covered, frozen, blurred.

Each judges every key frame by a few numbers and joins frames with hysteresis, so that one flicker neither
starts nor ends a finding. Thresholds live in the parameters and go with the findings.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

import numpy as np

from siyanat.analysis import detector, measures, runs


@dataclasses.dataclass(frozen=True, slots=True)
class DarkParameters:
    """Luma on 0..255; times in ms."""

    bright_enter: float = 40
    bright_stay: float = 56
    mean_enter: float = 20
    shortest_ms: float = 4_000
    bridge_frames: float = 1


class LensDark(detector.Detector):
    """Nothing to be seen because there is no light: the mean is low and not even the brightest hundredth is
    lit.
    """

    name = "lens_dark"
    version = "1"
    source = "picture"

    def __init__(self, parameters: DarkParameters = DarkParameters()) -> None:
        self.parameters = parameters

    def find(self, measured: measures.Measures) -> Iterable[detector.Finding]:
        """Yield ``lens_dark``; the score grows as the brightest hundredth nears black."""
        rule, pictures = self.parameters, measured.pictures
        dark = (pictures.bright <= rule.bright_enter) & (pictures.mean <= rule.mean_enter)
        staying = (pictures.bright <= rule.bright_stay) & (pictures.mean <= rule.mean_enter * 1.4)
        for first, end in runs.hysteresis(enter=dark, stay=staying, bridge=int(rule.bridge_frames)):
            starts_ms, ends_ms = _span(measured, first, end)
            if ends_ms - starts_ms < rule.shortest_ms:
                continue
            bright = float(np.median(pictures.bright[first:end]))
            yield self.finding(
                kind="lens_dark",
                starts_ms=starts_ms,
                ends_ms=ends_ms,
                score=0.5 + 0.5 * runs.ramp(bright, low=rule.bright_stay, high=8),
                evidence={"mean_luma": float(pictures.mean[first:end].mean()), "bright_luma": bright},
            )


@dataclasses.dataclass(frozen=True, slots=True)
class CoveredParameters:
    """Shares 0..1; luma on 0..255; times in ms."""

    flat_enter: float = 0.90
    flat_stay: float = 0.80
    spread_most: float = 34
    detail_most: float = 1.6
    detail_of_usual: float = 0.35
    detail_bare: float = 0.6
    bytes_of_usual: float = 0.7
    shortest_ms: float = 4_000
    bridge_frames: float = 1


class LensCovered(detector.Detector):
    """A hand, cloth or tape: light or not, nearly every block of the picture is flat, and the usual detail is
    gone, from the bytes too: a street at night is flat and full of noise.
    """

    name = "lens_covered"
    version = "2"
    source = "picture"

    def __init__(self, parameters: CoveredParameters = CoveredParameters()) -> None:
        self.parameters = parameters

    def find(self, measured: measures.Measures) -> Iterable[detector.Finding]:
        """Yield ``lens_covered`` where the picture is flat but not dark."""
        rule, pictures = self.parameters, measured.pictures
        usual = usual_detail(pictures)
        dark = _dark(pictures)
        bare = (pictures.spread <= rule.spread_most) & (pictures.detail <= rule.detail_most) & ~dark
        covered = (
            bare
            & (pictures.flat_share >= rule.flat_enter)
            & (pictures.detail <= usual * rule.detail_of_usual)
            & ((pictures.detail <= rule.detail_bare) | _is_light(pictures, rule.bytes_of_usual))
        )
        staying = bare & (pictures.flat_share >= rule.flat_stay)
        for first, end in runs.hysteresis(enter=covered, stay=staying, bridge=int(rule.bridge_frames)):
            starts_ms, ends_ms = _span(measured, first, end)
            if ends_ms - starts_ms < rule.shortest_ms:
                continue
            flat = float(np.median(pictures.flat_share[first:end]))
            yield self.finding(
                kind="lens_covered",
                starts_ms=starts_ms,
                ends_ms=ends_ms,
                score=0.5 + 0.5 * runs.ramp(flat, low=rule.flat_stay, high=1.0),
                evidence={
                    "flat_share": flat,
                    "detail_of_usual": float(np.median(pictures.detail[first:end])) / max(usual, 1e-3),
                    "mean_luma": float(pictures.mean[first:end].mean()),
                },
            )


@dataclasses.dataclass(frozen=True, slots=True)
class FrozenParameters:
    """Mean absolute change of luma; times in ms. Most frames are equal, some differ a little: encoders refresh."""

    change_enter: float = 0.15
    change_stay: float = 1.2
    equal_least: float = 0.4
    shortest_ms: float = 10_000


class LensFrozen(detector.Detector):
    """The same picture again and again: even a camera on a shelf has noise, a stuck encoder has none."""

    name = "lens_frozen"
    version = "2"
    source = "picture"

    def __init__(self, parameters: FrozenParameters = FrozenParameters()) -> None:
        self.parameters = parameters

    def find(self, measured: measures.Measures) -> Iterable[detector.Finding]:
        """Yield ``lens_frozen``; dark and flat pictures are told by the other two and never called frozen."""
        rule, pictures = self.parameters, measured.pictures
        told = _dark(pictures) | (pictures.flat_share >= CoveredParameters().flat_stay)
        still = (pictures.change <= rule.change_enter) & ~told
        staying = (pictures.change <= rule.change_stay) & ~told
        if len(still):
            still[0] = staying[0] = False  # the first frame has nothing to be compared with
        for first, end in runs.hysteresis(enter=still, stay=staying):
            starts_ms, ends_ms = _span(
                measured, first - 1, end
            )  # the first of the equal frames belongs to it
            equal = float(still[first:end].mean())
            if ends_ms - starts_ms < rule.shortest_ms or equal < rule.equal_least:
                continue
            change = float(np.median(pictures.change[first:end]))
            yield self.finding(
                kind="lens_frozen",
                starts_ms=starts_ms,
                ends_ms=ends_ms,
                score=0.5 + 0.5 * runs.ramp(change, low=rule.change_stay, high=0.0),
                evidence={"mean_change": change, "equal_share": equal, "frames": float(end - first + 1)},
            )


@dataclasses.dataclass(frozen=True, slots=True)
class BlurredParameters:
    """Shares of the usual around it, which ``around_frames`` key frames make; times in ms."""

    detail_enter: float = 0.45
    detail_stay: float = 0.60
    bytes_enter: float = 0.55
    bytes_stay: float = 0.70
    around_frames: float = 301
    spread_least: float = 12
    shortest_ms: float = 8_000
    bridge_frames: float = 1


class LensBlurred(detector.Detector):
    """Water, breath or grease: light and dark areas are there, edges are not."""

    name = "lens_blurred"
    version = "2"
    source = "picture"

    def __init__(self, parameters: BlurredParameters = BlurredParameters()) -> None:
        self.parameters = parameters

    def find(self, measured: measures.Measures) -> Iterable[detector.Finding]:
        """Yield ``lens_blurred`` where both detail for the contrast and the bytes of the key frames fall far below
        what is usual around: another scene rarely does both.
        """
        rule, pictures = self.parameters, measured.pictures
        sharpness = _sharpness(pictures)
        clear = ~_dark(pictures) & (pictures.spread >= rule.spread_least)
        window = int(rule.around_frames)
        detail = _of_usual(sharpness, window, least=1e-6)
        size = _size_of_usual(pictures, window)
        clear &= pictures.flat_share < CoveredParameters().flat_enter
        blurred = clear & (detail <= rule.detail_enter) & (size <= rule.bytes_enter)
        staying = clear & (detail <= rule.detail_stay) & (size <= rule.bytes_stay)
        for first, end in runs.hysteresis(enter=blurred, stay=staying, bridge=int(rule.bridge_frames)):
            starts_ms, ends_ms = _span(measured, first, end)
            if ends_ms - starts_ms < rule.shortest_ms:
                continue
            ratio = float(np.median(detail[first:end]))
            yield self.finding(
                kind="lens_blurred",
                starts_ms=starts_ms,
                ends_ms=ends_ms,
                score=0.3 + 0.7 * runs.ramp(ratio, low=rule.detail_stay, high=0.1),
                evidence={
                    "sharpness_of_usual": ratio,
                    "bytes_of_usual": float(np.median(size[first:end])),
                    "spread_luma": float(pictures.spread[first:end].mean()),
                },
            )


@dataclasses.dataclass(frozen=True, slots=True)
class TurnedParameters:
    """Shares of the usual around it, which ``around_frames`` key frames make; times in ms."""

    detail_enter: float = 0.40
    detail_stay: float = 0.55
    bytes_stay: float = 0.65
    moved_most: float = 0.15
    around_frames: float = 301
    shortest_ms: float = 16_000
    bridge_frames: float = 2


class LensTurned(detector.Detector):
    """The lens faces a wall, a jacket or the ground: light, little to be seen, and hardly anything moves."""

    name = "lens_turned"
    version = "1"
    source = "picture"

    def __init__(self, parameters: TurnedParameters = TurnedParameters()) -> None:
        self.parameters = parameters

    def find(self, measured: measures.Measures) -> Iterable[detector.Finding]:
        """Yield ``lens_turned`` where detail and bytes stay far below what is usual around."""
        rule, pictures = self.parameters, measured.pictures
        window = int(rule.around_frames)
        detail = _of_usual(pictures.detail, window, least=1e-6)
        size = _size_of_usual(pictures, window)
        bare = ~_dark(pictures) & (pictures.flat_share < CoveredParameters().flat_enter)
        bare &= (size <= rule.bytes_stay) & (pictures.moved_share <= rule.moved_most)
        for first, end in runs.hysteresis(
            enter=bare & (detail <= rule.detail_enter), stay=bare & (detail <= rule.detail_stay),
            bridge=int(rule.bridge_frames),
        ):  # fmt: skip
            starts_ms, ends_ms = _span(measured, first, end)
            if ends_ms - starts_ms < rule.shortest_ms:
                continue
            ratio = float(np.median(detail[first:end]))
            yield self.finding(
                kind="lens_turned",
                starts_ms=starts_ms,
                ends_ms=ends_ms,
                score=0.4 + 0.6 * runs.ramp(ratio, low=rule.detail_stay, high=0.15),
                evidence={
                    "detail_of_usual": ratio,
                    "bytes_of_usual": float(np.median(size[first:end])),
                    "moved_share": float(pictures.moved_share[first:end].mean()),
                },
            )


def usual_detail(pictures: measures.Pictures) -> float:
    """Detail of the better half of the lit frames: what this camera shows when nothing is in its way.

    A recording that is covered from end to end has no better half; 2.5 is the least that a clear scene
    showed.
    """
    lit = pictures.detail[~_dark(pictures)]
    return max(float(np.percentile(lit, 75)), 2.5) if len(lit) else 2.5


BYTES_TOLD = 1.3
"""Key frames whose sizes differ by less (90th over 10th percentile) come from a constant rate: they tell nothing."""


def _tells(pictures: measures.Pictures) -> bool:
    """Whether the sizes of the key frames say anything about the picture."""
    if not len(pictures.packet_bytes):
        return False
    low, high = np.percentile(pictures.packet_bytes, [10, 90])
    return bool(high >= BYTES_TOLD * low)


def _is_light(pictures: measures.Pictures, share: float) -> runs.Flags:
    """Whether a key frame takes far fewer bytes than the better half of the lit ones; all do where sizes tell nothing."""
    lit = pictures.packet_bytes[~_dark(pictures)]
    if not len(lit) or not _tells(pictures):
        return np.ones(len(pictures.packet_bytes), dtype=np.bool_)
    light: runs.Flags = pictures.packet_bytes <= float(np.percentile(lit, 75)) * share
    return light


def _size_of_usual(pictures: measures.Pictures, window: int) -> measures.Floats:
    """Bytes of each key frame over what is usual around it; 0 where sizes tell nothing."""
    sizes = pictures.packet_bytes.astype(np.float32)
    if not _tells(pictures):
        return np.zeros_like(sizes)
    return _of_usual(sizes, window, least=1.0)


def _of_usual(values: measures.Floats, window: int, *, least: float) -> measures.Floats:
    """Each value over what is usual around it, which counts as ``least`` at the least."""
    usual = np.maximum(runs.around_median(values, window=window), np.float32(least))
    share: measures.Floats = (values / usual).astype(np.float32)
    return share


def _sharpness(pictures: measures.Pictures) -> measures.Floats:
    """Detail for the contrast at hand, so that fog or a white wall is not taken for a bad lens."""
    return (pictures.detail / np.maximum(pictures.spread, 1.0)).astype(np.float32)


def _dark(pictures: measures.Pictures) -> runs.Flags:
    rule = DarkParameters()
    dark: runs.Flags = (pictures.bright <= rule.bright_stay) & (pictures.mean <= rule.mean_enter * 1.4)
    return dark


def _span(measured: measures.Measures, first: int, end: int) -> tuple[int, int]:
    """From the first frame to the end of the last one's time."""
    ends_ms = measured.pictures.ends_ms(measured.duration_ms)
    return int(measured.pictures.at_ms[first]), int(ends_ms[end - 1])

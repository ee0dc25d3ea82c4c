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
    shortest_ms: float = 4_000
    bridge_frames: float = 1


class LensCovered(detector.Detector):
    """A hand, cloth or tape: light or not, nearly every block of the picture is flat, and the usual detail is
    gone.
    """

    name = "lens_covered"
    version = "1"
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
    """Mean absolute change of luma; times in ms."""

    change_enter: float = 0.12
    change_stay: float = 0.25
    shortest_ms: float = 10_000


class LensFrozen(detector.Detector):
    """The same picture again and again: even a camera on a shelf has noise, a stuck encoder has none."""

    name = "lens_frozen"
    version = "1"
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
            if ends_ms - starts_ms < rule.shortest_ms:
                continue
            change = float(pictures.change[first:end].mean())
            yield self.finding(
                kind="lens_frozen",
                starts_ms=starts_ms,
                ends_ms=ends_ms,
                score=0.5 + 0.5 * runs.ramp(change, low=rule.change_stay, high=0.0),
                evidence={"mean_change": change, "frames": float(end - first + 1)},
            )


@dataclasses.dataclass(frozen=True, slots=True)
class BlurredParameters:
    """Detail relative to the recording's usual; times in ms."""

    detail_enter: float = 0.30
    detail_stay: float = 0.42
    spread_least: float = 12
    shortest_ms: float = 8_000
    bridge_frames: float = 1


class LensBlurred(detector.Detector):
    """Water, breath or grease: light and dark areas are there, edges are not."""

    name = "lens_blurred"
    version = "1"
    source = "picture"

    def __init__(self, parameters: BlurredParameters = BlurredParameters()) -> None:
        self.parameters = parameters

    def find(self, measured: measures.Measures) -> Iterable[detector.Finding]:
        """Yield ``lens_blurred`` where detail for the contrast falls far below the recording's own usual."""
        rule, pictures = self.parameters, measured.pictures
        sharpness = _sharpness(pictures)
        clear = ~_dark(pictures) & (pictures.spread >= rule.spread_least)
        usual = float(np.percentile(sharpness[clear], 75)) if clear.any() else 0.0
        clear &= pictures.flat_share < CoveredParameters().flat_enter
        blurred = clear & (sharpness <= usual * rule.detail_enter)
        staying = clear & (sharpness <= usual * rule.detail_stay)
        for first, end in runs.hysteresis(enter=blurred, stay=staying, bridge=int(rule.bridge_frames)):
            starts_ms, ends_ms = _span(measured, first, end)
            if ends_ms - starts_ms < rule.shortest_ms:
                continue
            ratio = float(np.median(sharpness[first:end])) / max(usual, 1e-6)
            yield self.finding(
                kind="lens_blurred",
                starts_ms=starts_ms,
                ends_ms=ends_ms,
                score=0.3 + 0.7 * runs.ramp(ratio, low=rule.detail_stay, high=0.1),
                evidence={
                    "sharpness_of_usual": ratio,
                    "spread_luma": float(pictures.spread[first:end].mean()),
                },
            )


def usual_detail(pictures: measures.Pictures) -> float:
    """Detail of the better half of the lit frames: what this camera shows when nothing is in its way.

    A recording that is covered from end to end has no better half; 2.5 is the least that a clear scene
    showed.
    """
    lit = pictures.detail[~_dark(pictures)]
    return max(float(np.percentile(lit, 75)), 2.5) if len(lit) else 2.5


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

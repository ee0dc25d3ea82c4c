"""What a detector is and what it hands over: the whole contract between the measures and the findings.

Changed only together with every detector. A detector never decides what a person watches, never names a
person and keeps nothing from which a voice or a face could be recognised.
"""

from __future__ import annotations

import abc
import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any

from siyanat.analysis import measures


@dataclasses.dataclass(frozen=True, slots=True)
class Finding:
    """One stretch of one recording that one detector found: times in ms from its start (end exclusive), score
    0..1.
    """

    detector: str
    version: str
    kind: str
    starts_ms: int
    ends_ms: int
    score: float
    evidence: Mapping[str, float]

    def to_dict(self) -> dict[str, Any]:
        """The finding as JSON types."""
        return {
            "detector": self.detector,
            "version": self.version,
            "kind": self.kind,
            "starts_ms": self.starts_ms,
            "ends_ms": self.ends_ms,
            "score": self.score,
            "evidence": dict(self.evidence),
        }


@dataclasses.dataclass(frozen=True, slots=True)
class DetectorRun:
    """Which detector ran with which parameters, and on how much: ``frames`` are key frames or 32 ms sound
    frames.
    """

    name: str
    version: str
    parameters: Mapping[str, float]
    frames_seen: int
    frames_failed: int


class Detector(abc.ABC):
    """A named rule over what was measured; a subclass sets the attributes and writes ``find``."""

    name: str
    version: str
    source: str
    """``picture`` or ``sound``: which frames are counted as seen and failed."""
    parameters: Any
    """A frozen dataclass of numbers, kept beside the findings."""

    @abc.abstractmethod
    def find(self, measured: measures.Measures) -> Iterable[Finding]:
        """Yield the findings of a whole recording; the measures are read, never changed."""

    def finding(
        self, *, kind: str, starts_ms: int, ends_ms: int, score: float, evidence: Mapping[str, float]
    ) -> Finding:
        """A finding signed by this detector, its numbers rounded: they read well and compare exactly."""
        return Finding(
            detector=self.name,
            version=self.version,
            kind=kind,
            starts_ms=int(starts_ms),
            ends_ms=max(int(ends_ms), int(starts_ms) + 1),
            score=round(min(max(float(score), 0.0), 1.0), 4),
            evidence={name: round(float(value), 3) for name, value in evidence.items()},
        )

    def run(self, measured: measures.Measures) -> tuple[list[Finding], DetectorRun]:
        """Every finding in order of time, and the account of what was seen."""
        found = sorted(
            self.find(measured), key=lambda finding: (finding.starts_ms, finding.ends_ms, finding.kind)
        )
        seen, failed = measured.counted(self.source)
        numbers = {name: float(value) for name, value in dataclasses.asdict(self.parameters).items()}
        return found, DetectorRun(self.name, self.version, numbers, seen, failed)

"""One pass over a recording: measure everything once, let every detector judge, draw the tracks.

Runs inside the child process in which media is parsed: a hostile file ends the child, nothing else. Memory
stays bounded: about 40 MB of measures for eight hours, 270 MB at the peak of judging them. It writes nothing;
``signals`` keeps what is found.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from siyanat.analysis import (
    detector,
    impulse,
    lens,
    loudness,
    measures,
    movement,
    picture_meter,
    siren,
    sound_meter,
    tracks,
    voice,
)
from siyanat.media import scan


@dataclasses.dataclass(frozen=True, slots=True)
class Analysis:
    """Everything that the detectors say of one recording."""

    duration_ms: int
    findings: tuple[detector.Finding, ...]
    tracks: tracks.Tracks
    detectors: tuple[detector.DetectorRun, ...]

    def to_dict(self) -> dict[str, Any]:
        """JSON types; ``from_dict`` gives the same analysis back."""
        return {
            "duration_ms": self.duration_ms,
            "findings": [finding.to_dict() for finding in self.findings],
            "tracks": self.tracks.to_dict(),
            "detectors": [dataclasses.asdict(ran) for ran in self.detectors],
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Analysis:
        """The analysis that ``to_dict`` wrote."""
        return cls(
            duration_ms=int(stored["duration_ms"]),
            findings=tuple(detector.Finding(**finding) for finding in stored["findings"]),
            tracks=tracks.Tracks.from_dict(stored["tracks"]),
            detectors=tuple(detector.DetectorRun(**ran) for ran in stored["detectors"]),
        )


def all_detectors() -> tuple[detector.Detector, ...]:
    """Every detector that runs, with its parameters as shipped."""
    return (
        lens.LensDark(),
        lens.LensCovered(),
        lens.LensFrozen(),
        lens.LensBlurred(),
        lens.LensTurned(),
        movement.Motion(),
        movement.Commotion(),
        movement.SceneChange(),
        loudness.Level(),
        loudness.Clipping(),
        loudness.Silence(),
        loudness.MicrophoneCovered(),
        voice.Speech(),
        voice.RaisedVoice(),
        impulse.Impulse(),
        siren.Siren(),
    )


def analyze(path: Path, *, on_progress: Callable[[int], None] | None = None) -> Analysis:
    """Analyze the recording at ``path`` on one thread.

    :param on_progress: told the media time reached, in ms, about once for each minute of media.
    :raises errors.Refusal: ``media.not_media`` when the file can't be opened.
    :raises errors.BrokenPromise: when the speech model's file is absent or is another one.
    """
    return judge(measure(path, on_progress=on_progress))


def measure(path: Path, *, on_progress: Callable[[int], None] | None = None) -> measures.Measures:
    """The one pass: key frames and sound of the file to numbers."""
    pictures, sound = picture_meter.PictureMeter(), sound_meter.SoundMeter()

    def see(frame: scan.KeyFrame) -> None:
        pictures.see(at_ms=frame.at_ms, gray=frame.gray, packet_bytes=frame.packet_bytes)

    def hear(block: scan.SoundBlock) -> None:
        sound.hear(at_ms=block.at_ms, samples=block.samples, clipped=block.clipped)

    totals = scan.scan(path, on_frame=see, on_sound=hear, on_progress=on_progress)
    seen, heard = pictures.finish(), sound.finish()
    return measures.Measures(
        duration_ms=_duration_ms(totals.duration_ms, seen, heard),
        pictures=seen,
        sound=heard,
        has_video=totals.has_video,
        has_sound=totals.has_sound,
        between_bytes=np.asarray(totals.between_bytes, dtype=np.float32),
        pictures_failed=totals.frames_failed,
        sound_failed=totals.packets_failed,
    )


def judge(measured: measures.Measures) -> Analysis:
    """Run every detector over what was measured."""
    findings: list[detector.Finding] = []
    runs: list[detector.DetectorRun] = []
    for one in all_detectors():
        found, ran = one.run(measured)
        findings += found
        runs.append(ran)
    findings.sort(key=lambda finding: (finding.starts_ms, finding.ends_ms, finding.kind))
    raised = voice.RaisedVoice().by_second(measured).score
    drawn = tracks.draw_tracks(measured, findings, raised=raised)
    return Analysis(measured.duration_ms, tuple(findings), drawn, tuple(runs))


def _duration_ms(told_ms: int, pictures: measures.Pictures, sound: measures.Sound) -> int:
    """The file's own duration, or more when something was seen or heard after it."""
    last_seen = int(pictures.at_ms[-1]) + 1 if len(pictures.at_ms) else 0
    last_heard = int(sound.at_ms[-1]) + 1 if len(sound.at_ms) else 0
    return max(told_ms, last_seen, last_heard)

"""The real parts that patrols are composed of, read from a folder of data sets; absent folders are left out.

Layout of ``--data`` (each folder as its publisher ships it; unseen material of the same layout drops in):

| folder | becomes |
|---|---|
| ``speech_emotion_emodb``: ``<speaker><text><E>…``, 6th letter W or N | anger, ordinary talk of the same speaker |
| ``speech_emotion_urdu``: ``Angry|Neutral/<speaker>_*.flac`` | the same |
| ``persian_speech_alifarrokh``, ``vad_ami_pyannote`` | ordinary talk |
| ``bwc_speech_timelines``: ``*/*.json`` with ``start``, ``end`` | when people talk on a patrol |
| ``audio_gunshot_9lash/gunshot`` | shots; its other sounds: look-alikes |
| ``gunshot_scenes``, ``audio_gamefoley_freedoom``: ``labels*.csv`` | shots, cries; the rest: look-alikes, beds |
| ``siren_single``, ``audio_events_scaper/sources`` | sirens; horns: look-alikes; street sound: beds |
| ``audio_events_esc10``: ``labels.csv`` | look-alikes (barks, crying, engines); rain and sea: beds |
| ``video_*``: ``*.mp4``, ``*.avi`` | scenes |
| ``video_fight_surv``: ``labels.csv`` | fights; what is not a fight: scenes |

A *source* is what must not stand on both sides of tuning and figure: a speaker, a field recording, a film.
"""

from __future__ import annotations

import csv
import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SOUNDS = {".wav", ".flac", ".mp3", ".ogg"}
FILMS = {".mp4", ".avi"}
BEDS = {"Rain", "Sea waves"}
SHOTS = re.compile(r"(?<!no )gunshot|single shots|shot-like|explosion", flags=re.IGNORECASE)
LEAST_BYTES = 2_000


@dataclass(frozen=True, slots=True)
class Part:
    """One file: what it is (``kind``), whose it is (``source``) and, for speech, how it is spoken."""

    kind: str  # anger, talk, gunshot, siren, cry, fight | look_alike, bed, scene
    path: Path
    source: str
    label: str = ""


def read_parts(data: Path) -> list[Part]:
    """Every part under ``data``, in an order that depends on names alone."""
    readers = (_speech, _readings, _shots, _sirens, _events, _scenes, _fights)
    found = {part for reader in readers for part in reader(data)}
    return sorted(
        (part for part in found if part.path.is_file() and part.path.stat().st_size >= LEAST_BYTES),
        key=lambda part: (part.kind, part.source, str(part.path)),
    )


def choose(parts: list[Part], split: str) -> list[Part]:
    """The parts of ``tune``, of ``figure`` or of ``all``: within a kind every second source, by name."""
    if split == "all":
        return parts
    side: dict[str, int] = {}
    sources = sorted(
        {part.source for part in parts}, key=lambda one: hashlib.sha256(one.encode()).hexdigest()
    )
    kinds = {source: min(p.kind for p in parts if p.source == source) for source in sources}
    for kind in sorted(set(kinds.values())):
        for place, source in enumerate(one for one in sources if kinds[one] == kind):
            side[source] = place % 2
    wanted = {"tune": 0, "figure": 1}[split]
    return [part for part in parts if side[part.source] == wanted]


def read_timelines(data: Path) -> list[list[tuple[float, float]]]:
    """When somebody speaks in each real patrol film: (start, end) in seconds from its first caption."""
    lines: list[list[tuple[float, float]]] = []
    for path in sorted((data / "bwc_speech_timelines").glob("*/*.json")):
        spans = sorted((float(row["start"]), float(row["end"])) for row in json.loads(path.read_text()))
        spans = [(start - spans[0][0], end - spans[0][0]) for start, end in spans if end > start]
        if len(spans) >= 20 and spans[-1][1] >= 300:
            lines.append(spans)
    return lines


def _speech(data: Path) -> Iterator[Part]:
    for path in sorted((data / "speech_emotion_emodb").glob("*.wav")):
        kind = {"W": "anger", "N": "talk"}.get(path.stem[5:6])
        if kind:
            yield Part(kind, path, f"emodb/{path.stem[:2]}")
    for folder, kind in (("Angry", "anger"), ("Neutral", "talk")):
        for path in sorted((data / "speech_emotion_urdu" / folder).glob("*.flac")):
            yield Part(kind, path, f"urdu/{path.stem.split('_')[0]}")


def _readings(data: Path) -> Iterator[Part]:
    for folder in ("persian_speech_alifarrokh", "vad_ami_pyannote"):
        for path in _files(data / folder, SOUNDS):
            yield Part("talk", path, f"{folder}/{path.stem}")


def _shots(data: Path) -> Iterator[Part]:
    lash = data / "audio_gunshot_9lash"
    for path in _files(lash / "gunshot", SOUNDS):
        yield Part("gunshot", path, f"9lash/{path.stem}")
    for path in _files(lash / "other", SOUNDS):
        yield Part("look_alike", path, f"9lash/{path.stem}", "other")
    for row in _rows(data / "gunshot_scenes" / "labels_weak.csv"):
        path = data / "gunshot_scenes" / Path(row["file"]).with_suffix(".flac")
        kind = "gunshot" if SHOTS.search(row["weak_label"]) else "bed"
        yield Part(kind, path, f"scenes/{path.stem.removesuffix('_highpass_filter')}", row["weak_label"])
    for row in _rows(data / "audio_gamefoley_freedoom" / "labels.csv"):
        path = data / "audio_gamefoley_freedoom" / row["file"]
        label = row["label"]
        kind = "gunshot" if SHOTS.search(label) else "cry" if "pain" in label else "look_alike"
        yield Part(kind, path, f"foley/{path.stem}", label)


def _sirens(data: Path) -> Iterator[Part]:
    for path in _files(data / "siren_single", SOUNDS):
        kind = "bed" if "raffic" in path.stem else "siren"
        yield Part(kind, path, f"siren/{path.stem}")
    for path in _files(data / "audio_events_scaper" / "sources", SOUNDS):
        kind = "bed" if "street" in path.stem else "look_alike"
        yield Part(kind, path, f"scaper/{path.stem}", path.stem)


def _events(data: Path) -> Iterator[Part]:
    for row in _rows(data / "audio_events_esc10" / "labels.csv"):
        path = data / "audio_events_esc10" / row["file"]
        kind = "bed" if row["class"] in BEDS else "look_alike"
        yield Part(kind, path, f"esc/{path.stem.rsplit('-', 1)[0]}", row["class"])


def _scenes(data: Path) -> Iterator[Part]:
    for folder in sorted(data.glob("video_*")):
        if folder.name != "video_fight_surv":
            for path in _files(folder, FILMS):
                yield Part("scene", path, f"film/{path.stem}")


def _fights(data: Path) -> Iterator[Part]:
    for row in _rows(data / "video_fight_surv" / "labels.csv"):
        path = data / "video_fight_surv" / row["file"]
        kind = "fight" if row["fight"] == "1" else "scene"
        yield Part(kind, path, f"web/{row['source'].rsplit('=', 1)[-1]}", "surveillance")


def _files(folder: Path, suffixes: set[str]) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.suffix.lower() in suffixes)


def _rows(path: Path) -> list[dict[str, str]]:
    if not path.is_file():
        return []
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))

"""Footage for the demo: patrols of believable length, composed from short segments of real pictures.

``compose`` turns scripts into files in a dock's folder and ``plan_world`` writes the demo's six shifts;
``spoil`` makes the files that ingest must set aside; ``use_folder`` composes from somebody's own clips.
Whoever runs the demo calls these; nothing here knows a database, a unit or a person. What is real and what is
composed stands in ``docs/explanation/demo-footage.md``.
"""

from __future__ import annotations

from siyanat.demo.footage.composer import Progress, compose
from siyanat.demo.footage.folder import use_folder
from siyanat.demo.footage.script import (
    Break,
    BreakKind,
    ComposedFile,
    Incident,
    IncidentKind,
    PatrolScript,
    Planted,
    SpoiledFile,
    SpoiledKind,
)
from siyanat.demo.footage.spoiled import spoil
from siyanat.demo.footage.world import plan_world

__all__ = [
    "Break",
    "BreakKind",
    "ComposedFile",
    "Incident",
    "IncidentKind",
    "PatrolScript",
    "Planted",
    "Progress",
    "SpoiledFile",
    "SpoiledKind",
    "compose",
    "plan_world",
    "spoil",
    "use_folder",
]

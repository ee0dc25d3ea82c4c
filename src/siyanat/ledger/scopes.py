"""Where an act belongs: the path of the unit that its entry tells of, found when the entry is written.

Kept here: one look-up by primary key for the things that lie in a unit, so that no room has to say it each time.
The log stands below the rooms whose tables these are and knows them by their labels alone. What is not
listed belongs to no unit, unless its act says so with the fact ``unit_path``.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.apps import apps
from django.core.exceptions import ValidationError

# Kind of the subject: the model's label, its key, the way to the unit's path.
PLACED: Mapping[str, tuple[str, str, str]] = {
    "recording": ("evidence.Recording", "pk", "unit__path"),
    "shift": ("roster.Shift", "pk", "unit__path"),
    "unit": ("roster.Unit", "pk", "path"),
    "camera": ("cameras.Camera", "serial", "unit__path"),
}


def path_of(subject: str) -> str:
    """The path of the unit in which the subject lies now; empty when it lies in none or is not there."""
    kind, _, identifier = subject.partition(":")
    placed = PLACED.get(kind)
    if placed is None:
        return ""
    label, key, field = placed
    try:
        rows = apps.get_model(label)._default_manager.filter(**{key: identifier})  # noqa: SLF001
        path = rows.values_list(field, flat=True).first()
    except (ValueError, ValidationError):
        return ""
    return str(path or "")

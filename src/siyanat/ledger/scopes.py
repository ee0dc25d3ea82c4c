"""Where an act belongs: the path of the unit that its entry tells of, found when the entry is written.

Kept here: one look-up by primary key for the things that lie in a unit, so that no room has to say it each time.
The log stands below the rooms whose tables these are and knows them by their labels alone. Whoever keeps or
supervises a unit reads what belongs to it, so a room says otherwise, with the fact ``unit_path``, where that would
betray something: what oversight does belongs to the unit from which it is done.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.apps import apps
from django.core.exceptions import ValidationError

# Kind of the subject: the model's label, its key, the way to the unit's path.
PLACED: Mapping[str, tuple[str, str, str]] = {
    "batch": ("ingest.Batch", "pk", "unit__path"),
    "camera": ("cameras.Camera", "serial", "unit__path"),
    "case": ("cases.Case", "pk", "handling_unit__path"),
    "issue": ("cameras.Issue", "pk", "shift__unit__path"),
    "mark": ("review.Mark", "pk", "review__shift__unit__path"),
    "person": ("roster.Person", "pk", "unit__path"),
    "quarantined": ("ingest.Quarantined", "pk", "unit__path"),
    "recording": ("evidence.Recording", "pk", "unit__path"),
    "review": ("review.Review", "pk", "shift__unit__path"),  # of either line: it tells of the shift
    "shift": ("roster.Shift", "pk", "unit__path"),
    "unit": ("roster.Unit", "pk", "path"),
    "upload": ("ingest.Upload", "pk", "unit__path"),
    "user": ("roster.Person", "user", "unit__path"),
    "username": ("roster.Person", "user__username__iexact", "unit__path"),  # as it was typed
    "vehicle": ("roster.Vehicle", "fleet_number", "unit__path"),
}
# Kinds that belong to the whole force: read by those whose post is over all of it.
OF_THE_FORCE = ("catalogue", "day", "job", "log", "model", "retention", "verification", "witness")


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

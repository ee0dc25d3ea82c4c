"""How people and units are called, in the reader's language."""

from __future__ import annotations

from django.utils import translation

from siyanat.roster import models


def is_persian() -> bool:
    """Whether the reader reads Persian."""
    return (translation.get_language() or "fa").startswith("fa")


def full_name(person: models.Person | None) -> str:
    """Given and family name; the Persian one where no English one is known."""
    if person is None:
        return "—"
    persian = f"{person.given_name_fa} {person.family_name_fa}".strip()
    english = f"{person.given_name_en} {person.family_name_en}".strip()
    return persian if is_persian() or not english else english


def unit_name(unit: models.Unit | None) -> str:
    """The unit's name."""
    if unit is None:
        return "—"
    return unit.name_fa if is_persian() else unit.name_en or unit.name_fa


def place_name(shift: models.Shift) -> str:
    """The beat or area of a shift."""
    return shift.place_fa if is_persian() or not shift.place_en else shift.place_en

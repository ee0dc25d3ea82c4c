"""Names of people and units in templates: a built-in, so that no page needs to load it."""

from __future__ import annotations

from django import template

from siyanat.roster import models, names

register = template.Library()


@register.filter
def full_name(person: models.Person | None) -> str:
    """``{{ shift.leader|full_name }}``."""
    return names.full_name(person)


@register.filter
def unit_name(unit: models.Unit | None) -> str:
    """``{{ shift.unit|unit_name }}``."""
    return names.unit_name(unit)


@register.filter
def place_name(shift: models.Shift) -> str:
    """``{{ shift|place_name }}``."""
    return names.place_name(shift)

"""Milliseconds as minutes, for components that draw minutes."""

from __future__ import annotations

from django import template

register = template.Library()

MINUTE_MS = 60_000


@register.filter
def minutes_of_ms(value: int | None) -> float:
    """``{% minutes_bar row.recorded_ms|minutes_of_ms … %}``."""
    return (value or 0) / MINUTE_MS

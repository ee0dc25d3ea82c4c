"""How a source takes its rows: the most pressing few, and a count of the rest only where there is more."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.db.models import Model, QuerySet

from siyanat.desk import items

RowT = TypeVar("RowT", bound=Model)


def take(
    rows: QuerySet[RowT],
    make: Callable[[RowT], items.Item | None],
    *,
    url: str = "",
    limit: int = items.LIMIT,
) -> items.Found:
    """Items of the first rows that have an act, and how many rows there are in all.

    ``make`` returns None for what the viewer could not act on; such a row is not counted either.
    """
    first = list(rows[: limit + 1])
    made = [item for row in first[:limit] if (item := make(row)) is not None]
    total = len(made) if len(first) <= limit else rows.count()
    return items.Found(made, total, url if total > len(made) else "")


def one(item: items.Item | None) -> items.Found:
    """A single line that stands for ``item.count`` things, or nothing."""
    return items.Found([item], item.count) if item is not None and item.count else items.Found()

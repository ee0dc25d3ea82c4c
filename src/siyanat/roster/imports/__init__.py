"""Lists from spreadsheets: what each sheet's columns mean, and what a file would change, found before it is
done.
"""

from __future__ import annotations

from siyanat.roster.imports import people, posts, shifts, units, vehicles
from siyanat.roster.imports.sheet import Change, Plan, Sheet

SHEETS: dict[str, Sheet] = {
    sheet.name: sheet for sheet in (units.SHEET, people.SHEET, posts.SHEET, vehicles.SHEET, shifts.SHEET)
}

__all__ = ["SHEETS", "Change", "Plan", "Sheet"]

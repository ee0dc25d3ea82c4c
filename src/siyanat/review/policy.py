"""What a review must come up to: numbers with their reasons. Nothing else is kept here."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction

DUE_WORKING_DAYS = 3
"""A review is due on the third working day after its shift: a head may be off duty for a weekend, and an officer
still remembers. Mandated reviews without a date are not done (audits of Durham, Austin, Louisville).
"""

QUESTION_WORKING_DAYS = 3
"""An officer answers within the same time."""

WATCHED_SHARE = Fraction(95, 100)
"""An item counts as watched from this share of its footage on: segments and key frames don't end where items do."""

HIGHEST_RATE = 8
"""The player's highest speed. Nothing faster is believed."""

SHORTEST_ITEM = dt.timedelta(milliseconds=500)
"""Footage of an item shorter than this needs no watching: no segment is that short."""

LONGEST_SILENCE = dt.timedelta(seconds=60)
"""Reports come every few seconds; time beyond this without one fills no allowance."""

FIRST_ALLOWANCE = dt.timedelta(seconds=10)
"""What the first report may hold: the player began before the server's clock for it did."""

SECOND_LINE_ONE_IN = 10
"""One review in so many is looked at again by another unit: enough for a kappa of a station's quarter."""

LONGEST_MARK = dt.timedelta(minutes=30)
MARK_MARGIN = dt.timedelta(minutes=30)
"""Cameras run a little before and after the shift that is owed."""

CACHE_BYTES = 4 << 30
"""Segments and thumbnails kept ready: some 2,000 minutes at 2 Mbit/s."""

CACHE_KEPT = dt.timedelta(hours=24)
"""Derivatives that nobody asked for within this time are removed."""

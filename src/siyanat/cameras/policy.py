"""Thresholds on cameras, each with where it comes from. Constants alone: nothing is decided here."""

from __future__ import annotations

import datetime as dt

# A body-worn camera of the class that forces buy runs 12 h on a full battery; a shift is 8 h and an hour is
# kept in
# reserve for what ends late: (8 + 1) / 12.
ISSUE_MIN_BATTERY_PERCENT = 75

# Whole-shift recording at 2 Mbit/s takes 8 h x 3600 s x 2 Mbit / 8 = 7.2 GB; the smallest card in use is 64
# GB, and a
# missed dock must not cost a second shift: 2 x 7.2 / 64, rounded up.
ISSUE_MIN_STORAGE_FREE_PERCENT = 25

# Two cameras of one patrol are shown side by side; speech and picture of the two drift apart visibly from
# about a second.
READY_MAX_CLOCK_DRIFT_MS = 1_000

# A clock that is further off was not measured, it was lost or typed wrongly: no footage is moved by more.
MAX_CLOCK_DRIFT_MS = 24 * 3600 * 1_000

# Readings older than this say nothing about tonight: cameras discharge on the shelf and are swapped between
# bays.
READINGS_FRESH_FOR = dt.timedelta(days=7)

# How long after the shift's end a camera may still be on its way to the dock.
RETURN_GRACE = dt.timedelta(hours=2)

# Overdue by this much, who is told: the shift's leader, then the head of the unit, then the province.
ESCALATE_TO_HEAD_AFTER = dt.timedelta(hours=12)
ESCALATE_TO_PROVINCE_AFTER = dt.timedelta(hours=36)

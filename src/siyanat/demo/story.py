"""The six shifts as the demo tells them: the footage's scripts, with one incident moved. Knows no database."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Sequence

from siyanat.demo import footage


def plan_scripts(now: dt.datetime, serials: Sequence[str]) -> list[footage.PatrolScript]:
    """Return `footage.plan_world`'s scripts with the night's covered lens on the second camera.

    Footage under a covered lens counts as missing, and the first camera's sum is the one that the story tells: 8 h
    owed, 7 h 41 min recorded, 12 min excused, 7 min unexplained.

    :raises errors.Refusal: ``demo.too_few_serials``.
    """
    scripts = footage.plan_world(now, serials)
    first, second = (place for place, script in enumerate(scripts) if script.shift == "night")
    moved = [one for one in scripts[first].incidents if one.kind is footage.IncidentKind.LENS_COVERED]
    stay = tuple(one for one in scripts[first].incidents if one not in moved)
    joined = sorted((*scripts[second].incidents, *moved), key=lambda one: one.offset_ms)
    scripts[first] = dataclasses.replace(scripts[first], incidents=stay)
    scripts[second] = dataclasses.replace(scripts[second], incidents=tuple(joined))
    return scripts

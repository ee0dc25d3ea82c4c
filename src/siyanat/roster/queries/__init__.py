"""What a viewer may read of the roster; the only way to a row that somebody may see.

The face of the package: rooms above call ``queries.get_shift`` and the like.
"""

from __future__ import annotations

from siyanat.roster.operations.second_person import list_proposals_to_agree
from siyanat.roster.queries.people import (
    find_person_of_user,
    get_person,
    list_people,
    list_posts,
    people_who_hold,
    visible_people,
)
from siyanat.roster.queries.shifts import (
    crew_of,
    get_shift,
    list_shifts,
    persons_on,
    visible_shifts,
    with_crew_counts,
)
from siyanat.roster.queries.units import (
    ancestors_of,
    find_unit,
    find_vehicle,
    get_unit,
    get_vehicle,
    list_units,
    list_vehicles,
    province_of,
    visible_units,
)

__all__ = [
    "ancestors_of",
    "crew_of",
    "find_person_of_user",
    "find_unit",
    "find_vehicle",
    "get_person",
    "get_shift",
    "get_unit",
    "get_vehicle",
    "list_people",
    "list_posts",
    "list_proposals_to_agree",
    "list_shifts",
    "list_units",
    "list_vehicles",
    "people_who_hold",
    "persons_on",
    "province_of",
    "visible_people",
    "visible_shifts",
    "visible_units",
    "with_crew_counts",
]

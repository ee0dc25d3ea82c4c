"""How people and units are called, in the reader's language."""

from __future__ import annotations

from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from siyanat.roster import models
from siyanat.ui import formatting


def is_persian() -> bool:
    """Whether the reader reads Persian."""
    return (translation.get_language() or "fa").startswith("fa")


def full_name(person: models.Person | None) -> str:
    """The person's name; a dash where there is nobody."""
    return "—" if person is None else person.name


def unit_name(unit: models.Unit | None) -> str:
    """The unit's name; a dash where there is none."""
    return "—" if unit is None else unit.name


def place_name(shift: models.Shift) -> str:
    """The beat or area of a shift."""
    return shift.place


def account_name(user: Any) -> str:
    """The name of whose login it is, else the login; "the system" where there is none."""
    if user is None:
        return _("the system")
    person = getattr(user, "person", None)
    return full_name(person) if person is not None else str(user.username)


def proposal_name(proposal: models.Proposal) -> str:
    """What is proposed: for a post its role, unit and time."""
    if proposal.unit is None or proposal.held is None:
        return str(proposal.get_kind_display())
    until = formatting.date(proposal.held.upper) if proposal.held.upper else ""
    role, unit = proposal.get_role_display(), unit_name(proposal.unit)
    if proposal.substitute_for_id is not None:
        return _("%(role)s, %(unit)s, as a substitute until %(until)s") % {
            "role": role,
            "unit": unit,
            "until": until,
        }
    if until:
        return _("%(role)s, %(unit)s, until %(until)s") % {"role": role, "unit": unit, "until": until}
    return _("%(role)s, %(unit)s") % {"role": role, "unit": unit}

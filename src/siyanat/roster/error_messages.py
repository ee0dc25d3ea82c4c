"""Sentences of the roster's refusals, of the gates, and of lists brought in."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from siyanat.ui import formatting


def _days_loaded(facts: Mapping[str, object]) -> str:
    """A year is no quantity: its thousands are not grouped."""
    year = formatting.digits(facts.get("year"))
    return gettext("Every official holiday of %(year)s is in the list, or its calendar is not known yet.") % {
        "year": year
    }  # fmt: skip


MESSAGES = {
    "access.concerns_yourself": _("This concerns yourself; somebody else has to do it."),
    "import.backwards": _("The end is not after the start."),
    "import.bad_moment": _("Write the date as 1405/09/02 or 1405/09/02 17:05."),
    "import.circle": _("The unit would stand under itself."),
    "import.concerns_yourself": _("This row concerns yourself; somebody else has to bring it."),
    "import.crew_busy": _("This person is on another patrol at that time."),
    "import.differs_in_shift": _("All rows of one shift must say the same here."),
    "import.in_the_past": _("A shift that has begun already is entered by somebody above the patrol."),
    "import.id_taken": _("This national ID belongs to another person."),
    "import.kind_fixed": _("The kind of a unit does not change; close it and open another."),
    "import.kind_misplaced": _("A unit of this kind can't stand under that one."),
    "import.missing": _("This value is missing."),
    "import.no_rows": _("The file has a heading and no rows."),
    "import.not_a_number": _("This is not a number that fits here."),
    "import.not_yours": _("This one is not yours to change."),
    "import.refused": _("Nothing was changed: mend the file and bring it again."),
    "import.shift_known": _("This shift is on the roster with other values; change it on its page."),
    "import.shift_length": _("A shift lasts between half an hour and 24 hours."),
    "import.twice": _("This stands in the file twice."),
    "import.unit_closed": _("This unit is closed."),
    "import.unknown_kind": _("There is no such kind of unit."),
    "import.unknown_person": _("Nobody with this number is among yours."),
    "import.unknown_role": _("There is no such role."),
    "import.unknown_unit": _("There is no such unit among yours."),
    "import.unknown_vehicle": _("There is no such vehicle in service."),
    "import.yes_or_no": _("Write yes or no."),
    "accounts.password_too_weak": _("The password is too weak: %(problems)s"),
    "roster.administrator_exists": _("There is an administrator already; they open further logins."),
    "roster.crew_busy": _("%(person)s is on another patrol at that time (shift %(shift)s)."),
    "roster.crew_busy_elsewhere": _("%(person)s is on another patrol at that time."),
    "roster.crew_twice": _("%(person)s stands in the crew twice for the same time."),
    "roster.crew_empty": _("A shift needs somebody in its crew."),
    "roster.crew_outside_shift": _("The crew's times (%(starts_at)s to %(ends_at)s) lie outside the shift."),
    "roster.days_loaded": _days_loaded,
    "roster.day_listed": _("%(date)s is listed already."),
    "roster.fleet_number_taken": _("The fleet number %(number)s is empty or taken."),
    "roster.import_applied": _("The list %(file)s was applied already."),
    "roster.last_administrator": _("Somebody must remain administrator; name another first."),
    "roster.login_exists": _("%(person)s has a login already."),
    "roster.name_missing": _("Given name and family name are needed in Persian."),
    "roster.national_id_taken": _("This national ID belongs to another person."),
    "roster.nothing_changes": _("Nothing would change."),
    "roster.person_left": _("%(person)s has left the force."),
    "roster.personnel_number_invalid": _(
        "A personnel number has letters and digits only, 16 at most; “%(value)s” does not do."
    ),
    "roster.personnel_number_taken": _("The personnel number %(number)s is taken."),
    "roster.post_backwards": _("A post starts now or later, and ends after its start."),
    "roster.post_ended": _("The post “%(role)s” is not held now."),
    "roster.post_held": _("%(person)s holds the post “%(role)s” over %(unit)s at that time already."),
    "roster.post_incompatible": _("%(person)s can't be %(role)s and %(other)s over the same units."),
    "roster.reason_needed": _("Give a reason of at least five letters."),
    "import.change_on_page": _("This post sees footage: end it, or give it anew, on the person's page."),
    "roster.last_overseer": _(
        "Somebody must go on overseeing %(unit)s: name another integrity officer or external overseer over it first."
    ),
    "roster.proposal_closed": _("This was agreed to or done already, or nobody agreed within a week."),
    "roster.second_person_needed": _("A second person must agree: not the one who proposed it."),
    "roster.shift_begun": _("Shift %(shift)s has begun and can't be canceled."),
    "roster.shift_canceled": _("Shift %(shift)s is canceled."),
    "roster.shift_length": _("A shift lasts between half an hour and 24 hours."),
    "roster.shift_in_the_past": _(
        "A shift that has begun already is entered by somebody above the patrol who was not in its crew."
    ),
    "roster.substitute_of_substitute": _("A substitute can't be substituted; name one for the post itself."),
    "roster.substitute_outlives": _("The post itself ends at %(ends_at)s; a substitute holds it no longer."),
    "roster.tree_too_deep": _("Unit %(unit)s would lie too deep in the tree."),
    "roster.unit_closed": _("Unit %(unit)s is closed."),
    "roster.unit_code_taken": _("The code %(unit)s is taken."),
    "roster.unit_kind_misplaced": _("A %(kind)s can't stand under %(parent)s (%(parent_kind)s)."),
    "roster.unit_not_empty": _(
        "Unit %(unit)s is not empty: units below %(units)s, people %(people)s, shifts ahead %(shifts)s."
    ),
    "roster.unit_under_itself": _("%(unit)s can't stand under %(parent)s, which lies below it."),
    "roster.vehicle_retired": _("Vehicle %(fleet_number)s is out of service."),
    "roster.number_unknown": _("Nobody with the number %(number)s is among yours."),
    "roster.vehicle_unknown": _("There is no vehicle %(fleet_number)s in service among yours."),
    "roster.zone_missing": _("The time %(value)s needs its zone, such as 2026-11-23T17:05:00Z."),
}

FORBIDDEN = frozenset({"access.concerns_yourself", "roster.second_person_needed"})

"""Read cases: those that one handles, those that concern oneself, what waits."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet

from siyanat.cases import models
from siyanat.ledger import kinds
from siyanat.ledger import queries as ledger
from siyanat.lib import errors
from siyanat.roster import gates, working_days
from siyanat.roster import models as roster

Role = gates.Role
HANDLERS = (Role.STATION_HEAD, Role.INTEGRITY_OFFICER)
READERS = (*HANDLERS, Role.EVIDENCE_CUSTODIAN, Role.PROVINCIAL_REVIEWER, Role.EXTERNAL_OVERSEER)
AGAINST = (models.Case.Decision.SUSTAINED,)
# An officer has this many working days to answer before a case may be decided against them.
ANSWER_DAYS = 3
HISTORY = 100


def list_visible_cases(viewer: gates.Viewer) -> QuerySet[models.Case]:
    """Cases that the viewer's unit or one below handles; never one that concerns the viewer.

    What was handed up is out of sight of the unit that it left.
    """
    scope = gates.under(viewer.paths(*READERS), "handling_unit__path")
    own = models.Concerned.objects.filter(person=viewer.person_id, person__isnull=False).values("case")
    return models.Case.objects.filter(scope).exclude(pk__in=own)


def list_cases_about(viewer: gates.Viewer) -> QuerySet[models.Case]:
    """Cases that concern the viewer: seen by the summary that is meant for them, answered, never handled."""
    if viewer.person_id is None:
        return models.Case.objects.none()
    return models.Case.objects.filter(concerned__person=viewer.person_id)


def get_case(viewer: gates.Viewer, case_id: UUID) -> models.Case:
    """:raises errors.NotFound: when it is absent or not the viewer's to read."""
    rows = list_visible_cases(viewer).select_related("unit", "handling_unit", "shift__unit", "conduct_item")
    return gates.get_in_scope(rows, pk=case_id)


def get_case_about(viewer: gates.Viewer, case_id: UUID) -> models.Case:
    """:raises errors.NotFound: when it is absent or does not concern the viewer."""
    return gates.get_in_scope(
        list_cases_about(viewer).select_related("unit", "shift", "conduct_item"), pk=case_id
    )


def get_case_to_handle(viewer: gates.Viewer, case_id: UUID) -> models.Case:
    """:raises errors.NotFound: when the viewer does not handle it."""
    case = get_case(viewer, case_id)
    if not viewer.holds_over(case.handling_unit.path, *HANDLERS):
        raise errors.NotFound
    return case


def list_concerned(case: models.Case) -> set[UUID]:
    """The persons whom the case concerns."""
    return set(case.concerned.values_list("person", flat=True))


def answer_due_at(case: models.Case) -> dt.datetime:
    """Until when the officer may answer before a decision against them."""
    return working_days.add_working_days(case.opened_at, ANSWER_DAYS)


def answer_awaited_until(case: models.Case, *, now: dt.datetime) -> dt.datetime | None:
    """Until when no decision may go against the officer; None when they answered, or their time is over."""
    if case.state != models.Case.State.OPEN:
        return None
    due_at = answer_due_at(case)
    return due_at if now < due_at else None


def list_actions_of(viewer: gates.Viewer) -> QuerySet[models.Action]:
    """Open actions that the viewer owns, the earliest deadline first."""
    if viewer.person_id is None:
        return models.Action.objects.none()
    return (
        models.Action.objects.filter(owner=viewer.person_id, done_at__isnull=True)
        .select_related("case")
        .order_by("due_at")
    )


def get_action(viewer: gates.Viewer, action_id: int) -> models.Action:
    """:raises errors.NotFound: when it is neither the viewer's own nor of a case that they read."""
    rows = models.Action.objects.filter(Q(owner=viewer.person_id) | Q(case__in=list_visible_cases(viewer)))
    return gates.get_in_scope(rows.select_related("case__handling_unit"), pk=action_id)


def list_units_above(unit: roster.Unit) -> list[roster.Unit]:
    """The units above, nearest first."""
    ids = [int(part) for part in unit.path.strip("/").split("/")][:-1]
    found = {row.pk: row for row in roster.Unit.objects.filter(pk__in=ids)}
    return [found[pk] for pk in reversed(ids)]


def list_possible_owners(case: models.Case) -> QuerySet[roster.Person]:
    """People of the handling unit who hold a post there and whom the case does not concern."""
    return (
        roster.Person.objects.filter(
            posts__unit__path__startswith=case.handling_unit.path,
            posts__held__endswith__isnull=True,
            left_at__isnull=True,
        )
        .exclude(pk__in=list_concerned(case))
        .distinct()
        .order_by("family_name_fa", "given_name_fa")[:500]
    )


@dataclass(frozen=True, slots=True)
class Act:
    """One act on a case: when, what in the reader's language, and by whom (empty for the system)."""

    at: dt.datetime
    sentence: str
    by: str


def list_history(case: models.Case) -> list[Act]:
    """What the log says was done to a case, the latest first; readings stand in the log alone."""
    entries = list(
        ledger.entries_about(reference_of(case)).exclude(kind="cases.case_read").order_by("-id")[:HISTORY]
    )
    logins = ledger.name_actors(entries)
    rows = roster.Person.objects.filter(user__username__in=logins.values())
    people = {str(row.user_id): row.name for row in rows}
    return [
        Act(entry.recorded_at, kinds.sentence_for(entry.kind), people.get(entry.actor, ""))
        for entry in entries
    ]


def reference_of(case: models.Case) -> str:
    """How the log, holds and exports name the case."""
    return f"case:{case.id}"

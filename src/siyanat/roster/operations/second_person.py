"""Acts of an administrator that take a second person, who is none: whoever could name somebody who sees footage,
and open or reset their login, would else be both persons of every act that needs two.

Kept here: proposals, who may agree to them, and who oversees a unit. The second person is an integrity officer or
external overseer over the unit; where there is none over it, one below it, who would be its subordinate. Where
nobody oversees it at all (an installation that is only beginning) a post is given by one person, and the log says
so. So that this can't be brought about, the last who oversees a unit leaves only when another is named.
"""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from siyanat.ledger import operations as ledger
from siyanat.lib import errors
from siyanat.roster import gates, models

Kind = models.Proposal.Kind
OVERSIGHT = (gates.Role.INTEGRITY_OFFICER, gates.Role.EXTERNAL_OVERSEER)
LAPSE = dt.timedelta(days=7)  # a proposal that nobody agreed to, or that was never done, is void after this
LATELY = dt.timedelta(days=90)


def needs_second_person(person: models.Person, *, now: dt.datetime) -> bool:
    """Whether the person holds a post that sees footage, will hold one, or held one lately: ending the post
    for a day gets nobody around it.
    """
    later = Q(held__endswith__isnull=True) | Q(held__endswith__gt=now - LATELY)
    return person.posts.filter(later, held__isempty=False, role__in=gates.FOOTAGE_ROLES).exists()


def oversees(path: str, *, but: UUID, now: dt.datetime) -> list[models.HeldPost]:
    """Posts of those who oversee the unit with this path, over it, or else below it; without those of ``but``."""
    held = models.HeldPost.objects.filter(
        role__in=OVERSIGHT, held__contains=now, person__left_at=None
    ).select_related("unit")
    posts = list(held.exclude(person=but))
    above = [post for post in posts if path.startswith(post.unit.path)]
    return above or [post for post in posts if post.unit.path.startswith(path)]


def open_proposals(*, now: dt.datetime) -> QuerySet[models.Proposal]:
    """What waits: for a second person, or, agreed to, to be done."""
    rows = models.Proposal.objects.filter(done_at=None, proposed_at__gt=now - LAPSE)
    return rows.order_by("proposed_at", "pk")


def list_proposals_to_agree(viewer: gates.Viewer, *, now: dt.datetime) -> QuerySet[models.Proposal]:
    """What waits for the viewer as the second person, the oldest first."""
    rows = (
        open_proposals(now=now).filter(agreed_at=None).select_related("person__unit", "unit", "proposed_by")
    )
    if not viewer.holds(*OVERSIGHT):
        return rows.none()
    theirs = [row.pk for row in rows if _may_agree(viewer, row, now) and not _is_own(viewer, row)]
    return rows.filter(pk__in=theirs)


def _may_agree(viewer: gates.Viewer, proposal: models.Proposal, now: dt.datetime) -> bool:
    if viewer.holds(gates.Role.ADMINISTRATOR):
        return False
    path = proposal.path
    if viewer.holds_over(path, *OVERSIGHT):
        return True
    below = any(one.startswith(path) for one in viewer.paths(*OVERSIGHT))
    return below and viewer.person_id in {
        post.person_id for post in oversees(path, but=proposal.person_id, now=now)
    }


def _is_own(viewer: gates.Viewer, proposal: models.Proposal) -> bool:
    return proposal.person_id == viewer.person_id or proposal.proposed_by_id == viewer.user.pk


def lock_to_agree(viewer: gates.Viewer, proposal_id: int, *, now: dt.datetime) -> models.Proposal:
    """An open proposal, locked, when it is the viewer's to agree to.

    :raises errors.NotFound: unless the viewer oversees the unit.
    :raises errors.Refusal: ``access.concerns_yourself``, ``roster.second_person_needed``,
        ``roster.proposal_closed`` when it was agreed to or done already, or nobody did within a week.
    """
    rows = models.Proposal.objects.select_for_update(of=("self",)).select_related("person__unit", "unit")
    proposal = gates.get_in_scope(rows, pk=proposal_id)
    if not _may_agree(viewer, proposal, now):
        raise errors.NotFound
    gates.check_not_concerned(viewer, [proposal.person_id], act="agree_to_proposal")
    if proposal.proposed_by_id == viewer.user.pk:
        raise errors.Refusal("roster.second_person_needed")
    if proposal.agreed_at or proposal.done_at or proposal.proposed_at <= now - LAPSE:
        raise errors.Refusal("roster.proposal_closed")
    return proposal


def propose(viewer: gates.Viewer, proposal: models.Proposal, *, now: dt.datetime) -> models.Proposal:
    """Write a proposal and its entry; while one of the same thing is open it stays the only one."""
    models.Person.objects.select_for_update(of=("self",)).get(pk=proposal.person_id)
    same = open_proposals(now=now).filter(
        person=proposal.person_id, kind=proposal.kind, role=proposal.role, unit=proposal.unit_id
    )
    known = same.filter(held__overlap=proposal.held).first() if proposal.held else same.first()
    if known is not None:
        return known
    proposal.proposed_by, proposal.proposed_at = viewer.user, now
    proposal.save(force_insert=True)
    record("roster.propose", viewer, proposal, now)
    return proposal


def record(kind: str, viewer: gates.Viewer, proposal: models.Proposal, now: dt.datetime) -> None:
    """Write the entry of an act on a proposal."""
    post = {"role": proposal.role, "unit": proposal.unit_id} if proposal.unit_id else {}
    ledger.append(
        kind=kind,
        actor=viewer.actor,
        subject=f"person:{proposal.person_id}",
        now=now,
        facts={"proposal": proposal.pk, "what": proposal.kind, "unit_path": proposal.path, **post},
    )


def check_oversight_stays(post: models.HeldPost, *, now: dt.datetime) -> None:
    """:raises errors.Refusal: ``roster.last_overseer`` when nobody else would oversee the post's unit."""
    if post.role not in OVERSIGHT or now not in post.held:
        return
    others = oversees(post.unit.path, but=post.person_id, now=now)
    if not any(post.unit.path.startswith(other.unit.path) for other in others):
        raise errors.Refusal("roster.last_overseer", unit=post.unit.code)


@transaction.atomic
def release_overseer(*, personnel_number: str, reason: str, now: dt.datetime) -> int:
    """The operator of the machine ends the oversight of somebody who can name no successor any more (they died,
    say); how many posts. The log says that it was done so.

    :raises errors.NotFound: when nobody with this number oversees anything.
    :raises errors.Refusal: ``roster.reason_needed``.
    """
    if len(reason.strip()) < 5:
        raise errors.Refusal("roster.reason_needed")
    posts = models.HeldPost.objects.select_for_update(of=("self",)).select_related("unit").filter(
        person__personnel_number=personnel_number, role__in=OVERSIGHT, held__contains=now
    )  # fmt: skip
    ended = list(posts)
    if not ended:
        raise errors.NotFound
    for post in ended:
        post.held = type(post.held)(post.held.lower, now, "[)")
        post.save(update_fields=["held"])
        ledger.append(
            kind="roster.release_overseer", actor=f"{ledger.SYSTEM}:operator", subject=f"person:{post.person_id}",
            now=now, facts={"post": post.pk, "role": post.role, "unit_path": post.unit.path},
            personal={"reason": reason.strip()},
        )  # fmt: skip
    return len(ended)

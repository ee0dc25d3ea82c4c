"""Posts held over time: given, ended, substituted. Who may give what is a table; nobody gives a post to
themselves.
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import Q, QuerySet
from psycopg.types.range import TimestamptzRange

from siyanat.ledger import operations as ledger
from siyanat.lib import errors
from siyanat.roster import gates, models
from siyanat.roster.operations import second_person

Role = gates.Role

# Who may give and end a post over a unit: they hold one of these roles over the same unit or above it.
# Whoever
# watches the force (integrity, overseer) is not named by those who are watched.
GIVERS: dict[str, tuple[str, ...]] = {
    Role.PATROL_OFFICER: (Role.ADMINISTRATOR, Role.STATION_HEAD),
    Role.SHIFT_LEADER: (Role.ADMINISTRATOR, Role.STATION_HEAD),
    Role.CAMERA_STEWARD: (Role.ADMINISTRATOR, Role.STATION_HEAD),
    Role.STATION_HEAD: (Role.ADMINISTRATOR,),
    Role.EVIDENCE_CUSTODIAN: (Role.ADMINISTRATOR, Role.INTEGRITY_OFFICER),
    Role.PROVINCIAL_REVIEWER: (Role.ADMINISTRATOR, Role.INTEGRITY_OFFICER),
    Role.INTEGRITY_OFFICER: (Role.INTEGRITY_OFFICER,),
    Role.EXTERNAL_OVERSEER: (Role.ADMINISTRATOR,),
    Role.ADMINISTRATOR: (Role.ADMINISTRATOR,),
}
# Posts that no one holds together over the same units: who works, who watches, and who keeps the evidence.
INCOMPATIBLE: tuple[frozenset[str], ...] = (
    frozenset({Role.EVIDENCE_CUSTODIAN, Role.STATION_HEAD}),
    frozenset({Role.EVIDENCE_CUSTODIAN, Role.PATROL_OFFICER}),
    frozenset({Role.INTEGRITY_OFFICER, Role.STATION_HEAD}),
    frozenset({Role.INTEGRITY_OFFICER, Role.ADMINISTRATOR}),
    frozenset({Role.EXTERNAL_OVERSEER, Role.ADMINISTRATOR}),
    frozenset({Role.EXTERNAL_OVERSEER, Role.INTEGRITY_OFFICER}),
)


def givers_of(role: str, *, now: dt.datetime) -> tuple[str, ...]:
    """Who may give and end a post. The first integrity officer is named by an administrator; once there is one,
    no administrator makes another, who would then agree to what they do themselves.
    """
    if role != Role.INTEGRITY_OFFICER:
        return GIVERS[role]
    there = models.HeldPost.objects.filter(role=role, held__contains=now, person__left_at=None).exists()
    return GIVERS[role] if there else (*GIVERS[role], Role.ADMINISTRATOR)


def roles_to_give(viewer: gates.Viewer, unit: models.Unit, *, now: dt.datetime) -> list[str]:
    """The roles that the viewer may give over a unit."""
    return [role for role in Role if viewer.holds_over(unit.path, *givers_of(role, now=now))]


def what_may_be_done_with(
    viewer: gates.Viewer, post: models.HeldPost, *, now: dt.datetime
) -> tuple[bool, bool]:
    """Whether the viewer may name a substitute for a post, and whether they may end it: what a page offers."""
    if post.held.isempty or (post.held.upper is not None and post.held.upper <= now):
        return False, False
    givers = givers_of(post.role, now=now)
    gives = viewer.holds_over(post.unit.path, *givers)
    is_own = post.person_id == viewer.person_id
    ends = gives or (
        post.role not in (Role.ADMINISTRATOR, Role.EXTERNAL_OVERSEER)
        and viewer.holds_over(post.unit.path, Role.INTEGRITY_OFFICER)
    )
    may_substitute = (gives or is_own) and post.substitute_for_id is None and now in post.held
    return may_substitute, ends and not is_own


@transaction.atomic
def give_post(
    *,
    viewer: gates.Viewer,
    person: models.Person,
    role: str,
    unit: models.Unit,
    now: dt.datetime,
    starts_at: dt.datetime | None = None,
    ends_at: dt.datetime | None = None,
) -> models.HeldPost | None:
    """Give a role over a unit and everything below it, from now or later, open or until a date. None when the post
    sees footage and waits for a second person (`agree_to_proposal`).

    :raises errors.NotFound: when the viewer may not give this role over this unit.
    :raises errors.Refusal: ``access.concerns_yourself``, ``roster.post_held`` when it overlaps one that
        they hold,
        ``roster.post_incompatible``, ``roster.post_backwards``, ``roster.person_left``,
        ``roster.unit_closed``.
    """
    gates.check_holds_over(viewer, unit.path, *givers_of(role, now=now))
    gates.check_not_concerned(viewer, [person.id], act="give_post")
    person = models.Person.objects.select_for_update(of=("self",)).get(pk=person.pk)
    held = _span(starts_at or now, ends_at, now=now)
    check_may_hold(person, role, unit, held)
    post = models.HeldPost(person=person, role=role, unit=unit, held=held)
    return give_or_propose(viewer, post, "roster.give_post", now=now)


def waits_for_second_person(
    viewer: gates.Viewer, *, person: models.Person, role: str, unit: models.Unit, now: dt.datetime
) -> bool:
    """Whether giving the post takes a second person: it sees footage, the viewer gives it as an administrator, and
    there is somebody who oversees the unit.
    """
    if role not in gates.FOOTAGE_ROLES:
        return False
    others = [giver for giver in givers_of(role, now=now) if giver != Role.ADMINISTRATOR]
    if viewer.holds_over(unit.path, *others):
        return False
    return bool(second_person.oversees(unit.path, but=person.pk, now=now))


def give_or_propose(
    viewer: gates.Viewer, post: models.HeldPost, kind: str, *, now: dt.datetime, **facts: object
) -> models.HeldPost | None:
    """Write a post that was checked, or propose it; None when it is proposed."""
    if waits_for_second_person(viewer, person=post.person, role=post.role, unit=post.unit, now=now):
        wanted = models.Proposal(
            kind=models.Proposal.Kind.POST, person=post.person, role=post.role, unit=post.unit, held=post.held,
            substitute_for=post.substitute_for,
        )  # fmt: skip
        second_person.propose(viewer, wanted, now=now)
        return None
    post.save(force_insert=True)
    if post.role in gates.FOOTAGE_ROLES and not second_person.oversees(
        post.unit.path, but=post.person_id, now=now
    ):
        facts |= {"second_person": "nobody oversees this unit yet"}
    record(kind, viewer, post, now, **facts)
    return post


@transaction.atomic
def agree_to_proposal(*, viewer: gates.Viewer, proposal_id: int, now: dt.datetime) -> models.Proposal:
    """Agree, as the second person, to what an administrator proposed. A post is given by it, from then on at the
    earliest; what concerns a login the administrator does now, once.

    :raises errors.NotFound: unless the viewer oversees the unit.
    :raises errors.Refusal: ``access.concerns_yourself``, ``roster.second_person_needed``, ``roster.proposal_closed``;
        for a post as `give_post`, when it can't be held any more.
    """
    proposal = second_person.lock_to_agree(viewer, proposal_id, now=now)
    proposal.agreed_by, proposal.agreed_at = viewer.user, now
    if proposal.kind == models.Proposal.Kind.POST:
        _give_agreed(viewer, proposal, now)
        proposal.done_at = now
    proposal.save(update_fields=["agreed_by", "agreed_at", "done_at"])
    second_person.record("roster.agree_to_proposal", viewer, proposal, now)
    return proposal


def _give_agreed(viewer: gates.Viewer, proposal: models.Proposal, now: dt.datetime) -> None:
    assert proposal.unit is not None  # the table's constraint
    assert proposal.held is not None
    person = models.Person.objects.select_for_update(of=("self",)).get(pk=proposal.person_id)
    held = _span(max(proposal.held.lower, now), proposal.held.upper, now=now)
    if proposal.substitute_for is not None:
        _check_may_be_substituted(proposal.substitute_for, held, now=now)
    check_may_hold(person, proposal.role, proposal.unit, held)
    post = models.HeldPost.objects.create(
        person=person,
        role=proposal.role,
        unit=proposal.unit,
        held=held,
        substitute_for=proposal.substitute_for,
    )
    record(
        "roster.give_post", viewer, post, now, proposal=proposal.pk, proposed_by=str(proposal.proposed_by_id)
    )


@transaction.atomic
def substitute(
    *,
    viewer: gates.Viewer,
    post: models.HeldPost,
    person: models.Person,
    now: dt.datetime,
    ends_at: dt.datetime,
    starts_at: dt.datetime | None = None,
) -> models.HeldPost | None:
    """Let somebody hold a post for a while beside the one who is away; it ends by itself, and with the post.

    Given by whoever may give the post, or by its holder. A substitute names no substitute. None when it waits for a
    second person, as `give_post`.

    :raises errors.NotFound: when the viewer neither holds the post nor may give it.
    :raises errors.Refusal: as `give_post`, ``roster.post_ended`` when it is not held now,
        ``roster.substitute_outlives`` when it ends before the substitution would,
        ``roster.substitute_of_substitute``.
    """
    is_holder = post.person_id == viewer.person_id and post.role in (Role.STATION_HEAD, Role.SHIFT_LEADER)
    if not is_holder:
        gates.check_holds_over(viewer, post.unit.path, *givers_of(post.role, now=now))
    gates.check_not_concerned(viewer, [person.id], act="give_post")
    person = models.Person.objects.select_for_update(of=("self",)).get(pk=person.pk)
    held = _span(starts_at or now, ends_at, now=now)
    post = models.HeldPost.objects.select_for_update(of=("self",)).select_related("unit").get(pk=post.pk)
    _check_may_be_substituted(post, held, now=now)
    check_may_hold(person, post.role, post.unit, held)
    stand_in = models.HeldPost(person=person, role=post.role, unit=post.unit, held=held, substitute_for=post)
    if not is_holder:
        return give_or_propose(viewer, stand_in, "roster.substitute_post", now=now, substitute_for=post.pk)
    stand_in.save(force_insert=True)
    record("roster.substitute_post", viewer, stand_in, now, substitute_for=post.pk)
    return stand_in


@transaction.atomic
def end_post(*, viewer: gates.Viewer, post: models.HeldPost, now: dt.datetime) -> models.HeldPost:
    """End a post now, with its substitutes'; one that has not begun is taken back.

    An integrity officer over the unit may end any post but an administrator's or overseer's, as a suspension.

    :raises errors.NotFound: when the viewer may not end it.
    :raises errors.Refusal: ``access.concerns_yourself``, ``roster.post_ended``,
        ``roster.last_administrator``, ``roster.last_overseer``.
    """
    roles = givers_of(post.role, now=now)
    if post.role not in (Role.ADMINISTRATOR, Role.EXTERNAL_OVERSEER):
        roles = (*roles, Role.INTEGRITY_OFFICER)
    gates.check_holds_over(viewer, post.unit.path, *roles)
    gates.check_not_concerned(viewer, [post.person_id], act="end_post")
    post = models.HeldPost.objects.select_for_update(of=("self",)).select_related("unit").get(pk=post.pk)
    if post.held.isempty or (post.held.upper is not None and post.held.upper <= now):
        raise errors.Refusal("roster.post_ended", role=post.get_role_display())
    _check_not_last_administrator(post, now)
    second_person.check_oversight_stays(post, now=now)
    end_held(viewer, post, now=now)
    return post


def end_held(viewer: gates.Viewer, post: models.HeldPost, *, now: dt.datetime) -> None:
    """Close the span of a post at ``now``, unchecked, with its entry and its substitutes'; one that has not begun
    becomes empty.
    """
    _close(viewer, post, at=now, now=now)
    end_substitutes(viewer, post, at=now, now=now)


def end_substitutes(
    viewer: gates.Viewer, post: models.HeldPost, *, at: dt.datetime, now: dt.datetime
) -> None:
    """Close, at ``at``, whatever substitutes for a post that ends then, and what substitutes for those."""
    later = Q(held__endswith__isnull=True) | Q(held__endswith__gt=at)
    for stand_in in post.substitutes.filter(later, held__isempty=False):
        _close(viewer, stand_in, at=at, now=now)
        end_substitutes(viewer, stand_in, at=at, now=now)


def posts_to_come(person: models.Person, *, now: dt.datetime) -> QuerySet[models.HeldPost]:
    """The posts that a person holds or will hold."""
    later = Q(held__endswith__isnull=True) | Q(held__endswith__gt=now)
    return person.posts.filter(later, held__isempty=False)


def _close(viewer: gates.Viewer, post: models.HeldPost, *, at: dt.datetime, now: dt.datetime) -> None:
    lower = post.held.lower
    post.held = TimestamptzRange(lower, max(at, lower), "[)")
    post.save(update_fields=["held"])
    record("roster.end_post", viewer, post, now)


def _check_may_be_substituted(post: models.HeldPost, held: TimestamptzRange, *, now: dt.datetime) -> None:
    if post.substitute_for_id is not None:
        raise errors.Refusal("roster.substitute_of_substitute", role=post.get_role_display())
    if now not in post.held:
        raise errors.Refusal("roster.post_ended", role=post.get_role_display())
    if post.held.upper is not None and held.upper > post.held.upper:
        raise errors.Refusal("roster.substitute_outlives", ends_at=post.held.upper)


def check_may_hold(person: models.Person, role: str, unit: models.Unit, held: TimestamptzRange) -> None:
    """:raises errors.Refusal: as `give_post`, but for who gives it."""
    if person.left_at is not None:
        raise errors.Refusal("roster.person_left", person=person.name)
    if unit.closed_at is not None:
        raise errors.Refusal("roster.unit_closed", unit=unit.code)
    together = person.posts.filter(held__overlap=held).select_related("unit")
    for other in together:
        if other.role == role and other.unit_id == unit.pk:
            raise errors.Refusal(
                "roster.post_held", person=person.name, role=Role(role).label, unit=unit.code
            )
        near = other.unit.path.startswith(unit.path) or unit.path.startswith(other.unit.path)
        if near and frozenset({role, other.role}) in INCOMPATIBLE:
            raise errors.Refusal(
                "roster.post_incompatible",
                person=person.name,
                role=Role(role).label,
                other=Role(other.role).label,
            )


def _span(starts_at: dt.datetime, ends_at: dt.datetime | None, *, now: dt.datetime) -> TimestamptzRange:
    if starts_at < now or (ends_at is not None and ends_at <= starts_at):
        raise errors.Refusal("roster.post_backwards", starts_at=starts_at, ends_at=ends_at)
    return TimestamptzRange(starts_at, ends_at, "[)")


def _check_not_last_administrator(post: models.HeldPost, now: dt.datetime) -> None:
    if post.role != Role.ADMINISTRATOR or post.unit.parent_id is not None:
        return
    others = models.HeldPost.objects.filter(
        role=Role.ADMINISTRATOR, unit=post.unit, held__contains=now, person__left_at=None
    )
    if not others.exclude(pk=post.pk).exists():
        raise errors.Refusal("roster.last_administrator")


def record(kind: str, viewer: gates.Viewer, post: models.HeldPost, now: dt.datetime, **facts: object) -> None:
    """Write the entry of an act on a post."""
    ledger.append(
        kind=kind,
        actor=viewer.actor,
        subject=f"person:{post.person_id}",
        now=now,
        facts={
            "post": post.pk,
            "role": post.role,
            "unit": post.unit_id,
            "unit_path": post.unit.path,
            "from": post.held.lower,
            "to": post.held.upper,
            **facts,
        },
    )

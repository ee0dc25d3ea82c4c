"""People and the posts that they hold, as far as a viewer may know them.

The national ID is never in a list.
"""

from __future__ import annotations

import datetime as dt
import uuid

from django.db.models import Prefetch, Q, QuerySet

from siyanat.lib import persian
from siyanat.roster import gates, models

# Whoever plans, supervises or keeps must know who is who in their subtree; patrol officers see themselves.
READERS = tuple(role for role in gates.EVERY_ROLE if role != gates.Role.PATROL_OFFICER)
SORTS = {
    "number": ("personnel_number",),
    "name": ("family_name_fa", "given_name_fa"),
    "unit": ("unit__path",),
}


def visible_people(viewer: gates.Viewer) -> QuerySet[models.Person]:
    """People of the units over which the viewer holds a post of work with people, and the viewer themselves."""
    own = Q(pk=viewer.person_id) if viewer.person_id else Q(pk__in=[])
    return models.Person.objects.filter(gates.under(viewer.paths(*READERS)) | own)


def get_person(viewer: gates.Viewer, person_id: uuid.UUID | str) -> models.Person:
    """:raises errors.NotFound: when absent or out of the viewer's reach."""
    return gates.get_in_scope(visible_people(viewer).select_related("unit", "user"), pk=person_id)


def find_person_of_user(user_id: uuid.UUID) -> models.Person | None:
    """The person to whom an account belongs, if it belongs to one."""
    return models.Person.objects.select_related("unit").filter(user_id=user_id).first()


def list_people(
    viewer: gates.Viewer,
    *,
    now: dt.datetime,
    q: str = "",
    unit: models.Unit | None = None,
    role: str = "",
    left: bool = False,
    sort: str = "",
) -> QuerySet[models.Person]:
    """People by number or as asked, with the posts that they hold now in ``posts_now``."""
    posts = models.HeldPost.objects.filter(held__contains=now).select_related("unit")
    rows = (
        visible_people(viewer)
        .select_related("unit", "user")
        .prefetch_related(Prefetch("posts", posts, "posts_now"))
    )
    if not left:
        rows = rows.filter(Q(left_at=None) | Q(left_at__gt=now))
    if unit is not None:
        rows = rows.filter(unit__path__startswith=unit.path)
    if role:
        rows = rows.filter(
            pk__in=models.HeldPost.objects.filter(role=role, held__contains=now).values("person_id")
        )
    for word in persian.search_key(q).split():
        rows = rows.filter(search_key__contains=word)
    columns = SORTS.get(sort.removeprefix("-"), SORTS["number"])
    return rows.order_by(*(f"-{column}" if sort.startswith("-") else column for column in columns), "pk")


def list_posts(viewer: gates.Viewer, person: models.Person) -> QuerySet[models.HeldPost]:
    """Every post of a person whom the viewer may see, the latest first."""
    get_person(viewer, person.pk)
    rows = person.posts.select_related("unit", "substitute_for__person")
    return rows.order_by("-held")


def people_who_hold(role: str, *, unit: models.Unit, now: dt.datetime) -> QuerySet[models.Person]:
    """Those who hold ``role`` over ``unit``: at the unit itself or above it, the nearest first.

    For routing (who decides, who is told when something is overdue), not for showing.
    """
    ids = [int(part) for part in unit.path.strip("/").split("/") if part]
    holders = models.Person.objects.filter(
        posts__role=role, posts__unit_id__in=ids, posts__held__contains=now, left_at=None
    )
    return holders.order_by("-posts__unit__path", "personnel_number").select_related("unit", "user")

"""Who may do what: a viewer is a person with the posts that they hold now; a view admits roles.

Deny by default: a view that declares no admission is closed (``roster.middleware.Gatekeeper``).
Objects are reached through the rooms' ``queries``, which take the viewer; here are the pieces those
are made of. The same answer is given for what is absent and what is somebody else's.
"""

from __future__ import annotations

import datetime as dt
import functools
import itertools
import operator
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db.models import ForeignKey, Lookup, Model, Q, QuerySet
from django.http import HttpRequest, HttpResponseBase

from siyanat.accounts import models as accounts
from siyanat.lib import errors
from siyanat.roster import models

Role = models.HeldPost.Role
ModelT = TypeVar("ModelT", bound=Model)
View = Callable[..., HttpResponseBase]

# Roles whose work shows them other people's footage: nobody holds one of these without a second factor.
FOOTAGE_ROLES = (
    Role.STATION_HEAD,
    Role.EVIDENCE_CUSTODIAN,
    Role.INTEGRITY_OFFICER,
    Role.PROVINCIAL_REVIEWER,
    Role.EXTERNAL_OVERSEER,
)
# Whoever names those people and opens their logins is no less worth protecting.
SECOND_FACTOR_ROLES = (*FOOTAGE_ROLES, Role.ADMINISTRATOR)
EVERY_ROLE = tuple(Role)


@dataclass(frozen=True, slots=True)
class Post:
    """A post held now: ``path`` is the subtree that it reaches."""

    role: str
    unit_id: int
    path: str


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who asks. ``second_factor`` says whether this session was opened with one."""

    user: accounts.User
    person: models.Person | None
    posts: tuple[Post, ...]
    second_factor: bool

    @property
    def actor(self) -> str:
        """The opaque id under which the ledger knows them."""
        return str(self.user.id)

    @property
    def person_id(self) -> UUID | None:
        """Their row in the roster, if they have one."""
        return self.person.id if self.person else None

    def holds(self, *roles: str) -> bool:
        """Whether any of ``roles`` is held, anywhere."""
        return any(post.role in roles for post in self.posts)

    def holds_over(self, path: str, *roles: str) -> bool:
        """Whether one of ``roles`` is held over the unit with this path."""
        return any(post.role in roles and path.startswith(post.path) for post in self.posts)

    def paths(self, *roles: str) -> tuple[str, ...]:
        """The subtrees over which any of ``roles`` is held."""
        return tuple(sorted({post.path for post in self.posts if post.role in roles}))


def load_viewer(user: accounts.User, *, now: dt.datetime, second_factor: bool) -> Viewer:
    """Read the posts that the account's person holds at ``now``."""
    person = models.Person.objects.select_related("unit").filter(user=user, left_at__isnull=True).first()
    held = (
        models.HeldPost.objects.filter(person=person, held__contains=now).select_related("unit")
        if person
        else []
    )
    posts = tuple(Post(post.role, post.unit_id, post.unit.path) for post in held)
    return Viewer(user, person, posts, second_factor)


def under(paths: Iterable[str], field: str = "unit__path") -> Q:
    """A filter for rows whose unit lies in any of the subtrees; no subtree matches nothing."""
    filters = [Q(**{f"{field}__startswith": path}) for path in paths]
    return functools.reduce(operator.or_, filters, Q(pk__in=[]))


@ForeignKey.register_lookup
class Among(Lookup):
    """``unit__among=ids``: as ``__in``, with one parameter however many there are, so that 3,000 cost no more than 3."""

    lookup_name = "among"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        """``column = ANY(ids)``."""
        column, parameters = self.process_lhs(compiler, connection)
        return f"{column} = ANY(%s)", [*parameters, list(self.rhs)]


def within(paths: Sequence[str], field: str = "unit") -> Q:
    """As `under`, by the ids of the units, which are read at once: for long tables.

    The planner knows from them how many rows to expect, and an index that begins with the unit can be used even
    where one such filter of several is enough; over the whole tree nothing is left to compare. ``field`` leads to
    the unit itself.
    """
    if not paths:
        return Q(pk__in=[])
    if reaches_all(paths):
        return Q(**{f"{field}__isnull": False})
    ids = models.Unit.objects.filter(under(paths, "path")).values_list("pk", flat=True)
    return Q(**{f"{field}__among": list(ids)})


def reaches_all(paths: Sequence[str]) -> bool:
    """Whether no unit lies outside the subtrees."""
    return not models.Unit.objects.exclude(under(paths, "path")).exists()


def common_path(paths: Iterable[str]) -> str:
    """The longest path that all ``paths`` lie under: ``/1/7/`` of ``/1/7/40/`` and ``/1/7/41/``; none of none."""
    parts = [path.strip("/").split("/") for path in paths]
    shared = [
        steps[0]
        for steps in itertools.takewhile(lambda steps: len(set(steps)) == 1, zip(*parts, strict=False))
    ]
    return "/" + "".join(f"{part}/" for part in shared) if shared else ""


def get_in_scope(rows: QuerySet[ModelT], **identifiers: object) -> ModelT:
    """Return the one row among those the viewer may see.

    :raises errors.NotFound: when it is absent or lies outside ``rows``: nobody can tell which.
    """
    try:
        return rows.get(**identifiers)
    except (ObjectDoesNotExist, ValidationError, ValueError):
        raise errors.NotFound from None


def check_not_concerned(viewer: Viewer, person_ids: Iterable[UUID | None], *, act: str) -> None:
    """Nobody reviews, excuses, holds or deletes what concerns themselves.

    :raises errors.Refusal: when the viewer is among ``person_ids``.
    """
    if viewer.person_id is not None and viewer.person_id in set(person_ids):
        raise errors.Refusal("access.concerns_yourself", act=act)


def check_holds_over(viewer: Viewer, path: str, *roles: str) -> None:
    """:raises errors.NotFound: when none of ``roles`` is held over the unit."""
    if not viewer.holds_over(path, *roles):
        raise errors.NotFound


@dataclass(frozen=True, slots=True)
class Admission:
    """What a view declares: ``roles`` that may enter (None: everyone signed in), or public."""

    roles: tuple[str, ...] | None = None
    public: bool = False
    second_factor: bool = False


def admit(*roles: str, second_factor: bool = False) -> Callable[[View], View]:
    """Declare which roles may enter a view; with ``second_factor`` only in a session opened with one."""
    return _declare(Admission(roles=roles, second_factor=second_factor))


def admit_signed_in(view: View) -> View:
    """Declare that everyone who is signed in may enter."""
    return _declare(Admission())(view)


def admit_public(view: View) -> View:
    """Declare that anybody may enter."""
    return _declare(Admission(public=True))(view)


def _declare(admission: Admission) -> Callable[[View], View]:
    def decorate(view: View) -> View:
        view.admission = admission  # type: ignore[attr-defined]
        return view

    return decorate


class ViewerRequest(HttpRequest):
    """A request that passed the gatekeeper (for annotations: middleware sets ``viewer`` and ``now``)."""

    viewer: Viewer
    now: dt.datetime


def matrix() -> str:
    """The access matrix of the whole deployment, as a Markdown page."""
    from siyanat.roster import matrix as walk  # the walk reads what the gatekeeper knows, which stands above

    return walk.page()

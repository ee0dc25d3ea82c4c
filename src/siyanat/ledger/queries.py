"""Reading the log: entries by what they are about, by actor, kind and time; checkpoints.

Kept here: every read for people and for other rooms. The log stands below the roster and knows no roles; who
reads is told by ``Reader``, which the roster's viewer satisfies. Entries hold no personal value: oversight and
administrators read all of them, who keeps or supervises reads those of their own units and their own acts: all
of them, if their post is over the whole force. Who commands a unit reads none. The values behind the commitments
are only for those who `may_open`.
"""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from django.apps import apps
from django.contrib.auth import get_user_model
from django.db.models import Manager, Q, QuerySet

from siyanat.ledger import models
from siyanat.lib import errors

PAGE = 50
OPENERS = ("integrity_officer", "external_overseer")
OF_THEIR_UNITS = ("evidence_custodian", "integrity_officer")
OF_ALL = ("external_overseer", "administrator")
READERS = (*OF_THEIR_UNITS, *OF_ALL)
HANDED_UP = "case:"  # what can leave a unit for one above: it belongs where it stood highest


class Reader(Protocol):
    """Who reads: what this room needs to know of a viewer."""

    @property
    def actor(self) -> str:
        """Their opaque id."""

    @property
    def person_id(self) -> uuid.UUID | None:
        """Their row in the roster, if they have one."""

    def paths(self, *roles: str) -> tuple[str, ...]:
        """Subtrees over which they hold one of the roles."""


@dataclass(frozen=True, slots=True)
class Filter:
    """What to list; an empty field does not narrow. ``actor`` is an opaque id or a log-in name."""

    kind: str = ""
    actor: str = ""
    subject: str = ""
    since: dt.datetime | None = None
    until: dt.datetime | None = None  # exclusive


@dataclass(frozen=True, slots=True)
class EntryPage:
    """Entries, newest first, and the ids to go on from (None at an end)."""

    entries: list[models.Entry]
    older_than: int | None
    newer_than: int | None


def reads_all(reader: Reader) -> bool:
    """Whether nothing in the log is closed to the reader."""
    return bool(reader.paths(*OF_ALL)) or any(map(_is_root, reader.paths(*OF_THEIR_UNITS)))


def _is_root(path: str) -> bool:
    return path.count("/") <= 2  # "/1/" is the root of the tree


def visible_entries(reader: Reader) -> QuerySet[models.Entry]:
    """Entries that the reader may read: all, or those of their units and their own acts."""
    rows = models.Entry.objects.all()
    if reads_all(reader):
        return rows
    within = Q(actor=reader.actor)
    for path in reader.paths(*OF_THEIR_UNITS):
        within |= Q(unit_path__startswith=path)
    return rows.filter(within)


def list_entries(
    reader: Reader, wanted: Filter, *, before: int | None = None, after: int | None = None, limit: int = PAGE
) -> EntryPage:
    """A page of entries, newest first; found by key, so that the millionth page costs what the first does."""
    rows = _filtered(visible_entries(reader), wanted)
    if after is not None:
        found = list(rows.filter(id__gt=after).order_by("id")[: limit + 1])
        more_newer, found = len(found) > limit, found[:limit][::-1]
        return EntryPage(
            found, found[-1].pk if found else None, found[0].pk if found and more_newer else None
        )
    found = list((rows.filter(id__lt=before) if before else rows).order_by("-id")[: limit + 1])
    more, found = len(found) > limit, found[:limit]
    return EntryPage(found, found[-1].pk if more else None, found[0].pk if found and before else None)


def _filtered(rows: QuerySet[models.Entry], wanted: Filter) -> QuerySet[models.Entry]:
    if wanted.kind:
        rows = rows.filter(kind=wanted.kind)
    if wanted.actor:
        rows = rows.filter(actor=_actor_id(wanted.actor))
    if wanted.subject:
        rows = rows.filter(subject=wanted.subject)
    if wanted.since:
        rows = rows.filter(recorded_at__gte=wanted.since)
    return rows.filter(recorded_at__lt=wanted.until) if wanted.until else rows


def _accounts() -> Manager[Any]:
    return get_user_model()._default_manager  # noqa: SLF001 (the documented way to any user model)


def _actor_id(text: str) -> str:
    user = _accounts().filter(username__iexact=text).values_list("pk", flat=True).first()
    return str(user) if user else text


def entries_about(*subjects: str) -> QuerySet[models.Entry]:
    """Entries about any of ``subjects`` (``recording:<id>``, ``case:<id>`` ...), oldest first."""
    return models.Entry.objects.filter(subject__in=subjects).order_by("id")


def get_entry(identifier: int) -> models.Entry:
    """:raises errors.NotFound: when there is none."""
    try:
        return models.Entry.objects.get(pk=identifier)
    except models.Entry.DoesNotExist:
        raise errors.NotFound from None


def get_visible_entry(reader: Reader, identifier: int) -> models.Entry:
    """:raises errors.NotFound: when there is none, or it is not the reader's to read."""
    try:
        return visible_entries(reader).get(pk=identifier)
    except models.Entry.DoesNotExist:
        raise errors.NotFound from None


def get_checkpoint(size: int) -> models.Checkpoint:
    """:raises errors.NotFound: when none was signed over exactly ``size`` entries."""
    try:
        return models.Checkpoint.objects.get(size=size)
    except models.Checkpoint.DoesNotExist:
        raise errors.NotFound from None


def last_checkpoint() -> models.Checkpoint | None:
    """The newest checkpoint."""
    return models.Checkpoint.objects.order_by("-size").first()


def list_checkpoints(*, before: int | None = None, limit: int = PAGE) -> list[models.Checkpoint]:
    """Checkpoints, newest first, over fewer than ``before`` entries."""
    rows = models.Checkpoint.objects.order_by("-size").prefetch_related("cosignatures")
    return list((rows.filter(size__lt=before) if before else rows)[:limit])


def read_body(entry: models.Entry) -> dict[str, Any]:
    """The body as an object."""
    body: dict[str, Any] = json.loads(entry.body)
    return body


def may_open(reader: Reader, entry: models.Entry) -> bool:
    """Whether the personal values behind an entry's commitments are the reader's to see.

    Theirs, if it was their own act. Else an integrity officer's or external overseer's whose post reaches the
    act's unit; what has none is opened by a post over the whole tree alone. A case that was handed up belongs to
    the highest unit that it came to, and whom it concerns opens nothing of it.
    """
    paths = reader.paths(*OPENERS)
    if not paths and reader.paths("administrator"):
        return False
    if entry.actor == reader.actor:
        return True
    unit_path = entry.unit_path
    if entry.subject.startswith(HANDED_UP):
        if _concerns(reader, entry.subject):
            return False
        unit_path = _highest_path(entry.subject)
    return any(_is_root(path) or (unit_path and unit_path.startswith(path)) for path in paths)


def _highest_path(subject: str) -> str:
    paths = entries_about(subject).exclude(unit_path="").values_list("unit_path", flat=True).order_by()
    return min(paths.distinct(), key=len, default="")


def _concerns(reader: Reader, subject: str) -> bool:
    told = models.Disclosure.objects.filter(entry__subject=subject, name="about").values_list(
        "value", flat=True
    )
    return any(str(reader.person_id) in people for people in told)


def may_erase(reader: Reader, entry: models.Entry) -> bool:
    """Whether the reader may erase a personal value: an integrity officer who may open it, never in their
    own act.
    """
    if entry.actor == reader.actor or not reader.paths("integrity_officer"):
        return False
    return may_open(reader, entry)


def name_actors(entries: Iterable[models.Entry]) -> dict[str, str]:
    """Log-in names of the actors that are accounts; the system's processes have none."""
    found = _accounts().filter(pk__in={entry.actor for entry in entries if _is_uuid(entry.actor)})
    return {str(key): username for key, username in found.values_list("pk", "username")}


def name_people(entries: Iterable[models.Entry]) -> dict[str, str]:
    """Names of the people behind the actors, in the reader's language; a login of its own has none."""
    actors = {uuid.UUID(entry.actor) for entry in entries if _is_uuid(entry.actor)}
    people = apps.get_model("roster.Person")._default_manager.filter(user__in=actors)  # noqa: SLF001
    return {str(person.user_id): str(person.name) for person in people}


def _is_uuid(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True

"""What one thing in a kartabl is, and the table of everything that may stand in one.

Kept here: the registry. Each source reads another room (``desk.sources``) and hands over things that wait for
this very viewer, each with the one act that gets it done. Nothing that they can't act on is listed; nothing is
written.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from django.utils.functional import Promise

from siyanat.roster import gates

LIMIT = 25  # shown of one source; the rest stands in its own room
Text = str | Promise


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that waits: what, whose, until when, and the act that gets it done."""

    what: Text
    url: str
    act: Text
    whose: str = ""
    code: str = ""  # identifier of the thing, shown left to right
    due_at: dt.datetime | None = None
    since: dt.datetime | None = None
    count: int = 1  # how many things the line stands for
    notice: str = ""  # set where it is news rather than work: put away once read
    form: str = ""  # template of an act that is done on the spot
    subject: object = None  # what that template is about
    kind: str = ""
    icon: str = "inbox"

    def urgency(self, now: dt.datetime) -> str:
        """``overdue``, ``soon`` (within a day), ``later`` or ``open`` (no deadline)."""
        if self.due_at is None:
            return "open"
        if self.due_at < now:
            return "overdue"
        return "soon" if self.due_at - now <= dt.timedelta(days=1) else "later"


@dataclass(frozen=True, slots=True)
class Found:
    """What one source has for a viewer: the most pressing items, how many there are in all, where all are."""

    items: list[Item] = field(default_factory=list)
    total: int = 0
    url: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """A row of the registry. ``roles`` are those for whom it is read; none: for everybody in the roster."""

    kind: str
    label: Text
    icon: str
    roles: tuple[str, ...]
    read: Callable[[gates.Viewer, dt.datetime], Found]

    def is_for(self, viewer: gates.Viewer) -> bool:
        """Whether the viewer's posts make the source theirs."""
        return viewer.holds(*self.roles) if self.roles else viewer.person is not None


@dataclass(frozen=True, slots=True)
class Group:
    """What one source found, under its label."""

    source: Source
    found: Found

    @property
    def is_news(self) -> bool:
        """Whether it is to be read, rather than to be done."""
        return any(item.notice for item in self.found.items)

    def left_over(self) -> tuple[Item, int]:
        """The last item that is shown, and how many more there are of its kind."""
        return self.found.items[-1], self.found.total - len(self.found.items)


@dataclass(frozen=True, slots=True)
class Kartabl:
    """Everything that waits for one viewer."""

    groups: list[Group]
    now: dt.datetime

    @property
    def items(self) -> list[Item]:
        """Work by deadline, the most pressing first; what has no deadline last, the oldest first."""
        far = dt.datetime.max.replace(tzinfo=dt.UTC)
        work = [item for item in self._all() if not item.notice]
        return sorted(work, key=lambda item: (item.due_at or far, item.since or self.now))

    @property
    def notices(self) -> list[Item]:
        """News, the latest first."""
        return sorted(
            (item for item in self._all() if item.notice), key=lambda one: one.since or self.now, reverse=True
        )

    @property
    def total(self) -> int:
        """How many things wait, those that are not shown included; news is not work."""
        return sum(group.found.total for group in self.groups if not group.is_news)

    @property
    def overdue(self) -> int:
        """How many of those shown are overdue."""
        return sum(1 for item in self.items if item.urgency(self.now) == "overdue")

    def sections(self, kind: str = "") -> list[tuple[str, list[Item], int]]:
        """Items by urgency, of one kind or of all, and how many there are with those that are not shown.

        What a source does not show comes after what it shows, so it counts where its last item stands.
        """
        wanted = [item for item in self.items if not kind or item.kind == kind]
        order = ("overdue", "soon", "later", "open")
        found = {name: [item for item in wanted if item.urgency(self.now) == name] for name in order}
        more = dict.fromkeys(order, 0)
        for group in self.groups:
            last, count = group.left_over()
            if not group.is_news and (not kind or last.kind == kind):
                more[last.urgency(self.now)] += count
        return [(name, rows, len(rows) + more[name]) for name, rows in found.items() if rows]

    def _all(self) -> Iterator[Item]:
        return itertools.chain.from_iterable(group.found.items for group in self.groups)


def read(viewer: gates.Viewer, sources: Iterable[Source], *, now: dt.datetime) -> Kartabl:
    """Ask every source that is the viewer's; those with nothing are left out."""
    groups = [Group(source, source.read(viewer, now)) for source in sources if source.is_for(viewer)]
    return Kartabl([group for group in groups if group.found.items], now)

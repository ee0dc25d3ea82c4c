"""What the facts of an entry read like: a word for each name, and each value as people write it.

Kept here: the words for names that many acts use; a name without a word is shown as it stands in the entry. Nested
facts become lists. The entry itself, byte for byte, is one click away: nothing here has to be read back.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.utils.translation import gettext_lazy as _

NAMES = {
    "action": _("Action"),
    "added": _("Added"),
    "after": _("After"),
    "attempts": _("Attempts"),
    "basis": _("Basis"),
    "before": _("Before"),
    "bundle_sha256": _("SHA-256 of the bundle"),
    "cameras": _("Cameras"),
    "category": _("Retention category"),
    "checked": _("Checked"),
    "checked_bytes": _("Bytes checked"),
    "code": _("Code"),
    "commitment": _("Commitment"),
    "count": _("Number"),
    "crew": _("Crew"),
    "detectors": _("Detectors and their versions"),
    "due_at": _("Due"),
    "ends_at": _("End"),
    "expires_at": _("Open until"),
    "findings": _("Findings"),
    "first": _("First"),
    "from": _("From"),
    "handed_out_at": _("Handed out"),
    "hold": _("Hold"),
    "is_provisional": _("Still provisional"),
    "items": _("Items"),
    "kind": _("Kind"),
    "last": _("Last"),
    "last_at": _("Last played"),
    "level": _("Level"),
    "line": _("Line of review"),
    "manifest_sha256": _("SHA-256 of the manifest"),
    "month": _("Month"),
    "name": _("Name"),
    "names": _("Names"),
    "number": _("Number of the case"),
    "opened_at": _("Opened"),
    "outcome": _("Outcome"),
    "owed_ms": _("Owed"),
    "person": _("Person"),
    "person_before": _("Person before"),
    "plan": _("Watch plan"),
    "planned_ms": _("Planned"),
    "problem": _("Problem"),
    "problems": _("Problems"),
    "purpose": _("Purpose"),
    "reason": _("Reason"),
    "recording": _("Recording"),
    "recordings": _("Recordings"),
    "recorded_ms": _("Recorded"),
    "excused_ms": _("Excused"),
    "awaited_ms": _("Awaited"),
    "unexplained_ms": _("Unexplained"),
    "reference": _("Refers to"),
    "review": _("Review"),
    "role": _("Role"),
    "rows": _("Rows"),
    "sha256": _("SHA-256"),
    "shift": _("Shift"),
    "shift_before": _("Shift before"),
    "since": _("Since"),
    "size_bytes": _("Size"),
    "source": _("Source"),
    "span": _("Time"),
    "spans_ms": _("Ranges of the recording"),
    "starts_at": _("Start"),
    "to": _("To"),
    "unit": _("Unit"),
    "unit_path": _("Belongs to"),
    "until": _("Until"),
    "username": _("Login name"),
    "watched_ms": _("Watched"),
    "watched_share": _("Share watched"),
    "with_disclosures": _("With personal values"),
}


@dataclass(frozen=True, slots=True)
class Value:
    """One value and how a page writes it: moment, length (ms), size, number, flag, name or text."""

    how: str
    is_: Any


@dataclass(frozen=True, slots=True)
class Fact:
    """One name with its values, or with the facts below it. ``is_stretch``: two values from and to."""

    name: str
    values: tuple[Value, ...] = ()
    below: tuple[Fact, ...] = ()
    is_stretch: bool = False


def read(facts: Mapping[str, Any]) -> list[Fact]:
    """Facts of an entry's body as rows, in the order of their names; names below the first level are codes."""
    return [_read(name, str(NAMES.get(name, name)), value) for name, value in sorted(facts.items())]


def _read(name: str, label: str, value: Any) -> Fact:
    if isinstance(value, Mapping):
        return Fact(label, below=tuple(_read(key, key, one) for key, one in sorted(value.items())))
    if not isinstance(value, list):
        return Fact(label, values=(_value(name, value),))
    if any(isinstance(one, list | Mapping) for one in value):
        return Fact(label, below=tuple(_read(name, "", one) for one in value))
    values = tuple(_value(name, one) for one in value)
    lengths = {one.how for one in values}
    return Fact(label, values=values, is_stretch=len(values) == 2 and lengths in ({"moment"}, {"length"}))


def _value(name: str, value: Any) -> Value:
    if name == "unit_path":
        return Value("name", _unit_name(str(value)))
    if isinstance(value, bool):
        return Value("flag", value)
    if isinstance(value, int | float):
        return Value(_figure(name), value)
    moment = _moment(value) if isinstance(value, str) else None
    return Value("moment", moment) if moment else Value("text", value)


def _figure(name: str) -> str:
    if name.endswith("_ms"):
        return "length"
    return "size" if name.endswith("_bytes") else "number"


def _moment(text: str) -> dt.datetime | None:
    if len(text) < len("2026-11-20T08:00Z") or "T" not in text:
        return None
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None


def _unit_name(path: str) -> str:
    """The unit's name; the log stands below the roster and knows its table by its label alone, as `scopes` does."""
    unit = apps.get_model("roster.Unit")._default_manager.filter(path=path).first()  # noqa: SLF001
    return str(unit.name) if unit is not None else path

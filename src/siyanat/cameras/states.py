"""The states of a camera and every lawful change between them, as data; the reference diagram is drawn
from it.

Kept here: the table alone. ``cameras.operations`` asks it before each act; a change that has no row can't
happen.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from siyanat.cameras import models
from siyanat.lib import errors
from siyanat.roster import gates

State = models.Camera.State
Role = gates.Role
KEEPERS = (Role.CAMERA_STEWARD, Role.ADMINISTRATOR)
HANDERS = (Role.SHIFT_LEADER, Role.STATION_HEAD, Role.CAMERA_STEWARD)
REPORTERS = (Role.PATROL_OFFICER, *HANDERS, Role.ADMINISTRATOR)


@dataclass(frozen=True, slots=True)
class Transition:
    """One act on a camera: from which states, to which (None: it stays), by whom, and whether a reason is
    asked.
    """

    act: str
    label: Promise
    sources: tuple[str, ...]
    target: str | None
    roles: tuple[str, ...]
    needs_reason: bool = False


TRANSITIONS: tuple[Transition, ...] = (
    Transition("register", _("Register"), (), State.IN_STOCK, KEEPERS),
    Transition(
        "make_ready",
        _("Make ready"),
        (State.IN_STOCK, State.DOCKED),
        State.READY,
        (*HANDERS, Role.ADMINISTRATOR),
    ),
    Transition("issue", _("Issue"), (State.READY,), State.ISSUED, HANDERS),
    Transition("return", _("Return"), (State.ISSUED,), State.DOCKED, HANDERS),
    Transition(
        "report_faulty",
        _("Report faulty"),
        (State.IN_STOCK, State.READY, State.ISSUED, State.DOCKED),
        State.FAULTY,
        REPORTERS,
        needs_reason=True,
    ),
    Transition(
        "report_lost",
        _("Report lost"),
        (State.IN_STOCK, State.READY, State.ISSUED, State.DOCKED, State.FAULTY),
        State.LOST,
        REPORTERS,
        needs_reason=True,
    ),
    Transition("find", _("Report found"), (State.LOST,), State.IN_STOCK, KEEPERS, needs_reason=True),
    Transition("repair", _("Repaired"), (State.FAULTY,), State.IN_STOCK, KEEPERS, needs_reason=True),
    Transition(
        "retire",
        _("Retire"),
        (State.IN_STOCK, State.READY, State.DOCKED, State.FAULTY, State.LOST),
        State.RETIRED,
        KEEPERS,
        needs_reason=True,
    ),
    Transition(
        "transfer",
        _("Transfer"),
        (State.IN_STOCK, State.READY, State.DOCKED),
        State.IN_STOCK,
        KEEPERS,
        needs_reason=True,
    ),
)
BY_ACT = {transition.act: transition for transition in TRANSITIONS}


def check(act: str, state: str, *, serial: str) -> Transition:
    """Return the row of ``act``.

    :raises errors.Refusal: ``cameras.wrong_state`` when the act is not lawful from ``state``.
    """
    transition = BY_ACT[act]
    if state not in transition.sources:
        raise errors.Refusal(
            "cameras.wrong_state", serial=serial, state=State(state).label, act=transition.label
        )
    return transition


def acts_from(state: str) -> list[Transition]:
    """What may be done with a camera in this state."""
    return [transition for transition in TRANSITIONS if state in transition.sources]


def diagram() -> str:
    """The table as a Markdown page with a Mermaid diagram, for ``docs/reference/camera-states.md``."""
    lines = [
        "# States of a camera",
        "",
        "Generated from `siyanat.cameras.states`; do not edit.",
        "",
        "```mermaid",
    ]
    lines += ["stateDiagram-v2", f"    [*] --> {State.IN_STOCK.value}: register"]
    lines += [
        f"    {_value(source)} --> {_value(row.target)}: {row.act}"
        for row in TRANSITIONS
        for source in row.sources
        if row.target is not None
    ]
    lines += [
        f"    {State.RETIRED.value} --> [*]",
        "```",
        "",
        "| act | from | to | who | reason |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| `{row.act}` | {', '.join(map(_value, row.sources)) or '-'} | {_value(row.target)}"
        f" | {', '.join(map(_value, row.roles))} | {'asked' if row.needs_reason else '-'} |"
        for row in TRANSITIONS
    ]
    return "\n".join(lines) + "\n"


def _value(choice: str | None) -> str:
    return str(getattr(choice, "value", choice or "-"))

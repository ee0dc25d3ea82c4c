"""Errors as codes and facts; the sentence is made in the reader's language at the edge.

    SiyanatError
    ├── Refusal          foreseen: answered politely, never logged as an error
    │   ├── InputRefused     rows of an imported file, each with file, row, field and value
    │   └── NotFound         absent, or not yours: the same answer for both
    ├── PassingFault     the job fails and is retried, then shown on the status board
    └── BrokenPromise    a digest differs, the clock went back, the log does not verify: stop

A code is stable and dotted, ``room.what_happened``; ``ui.errors`` holds the sentence that belongs to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class SiyanatError(Exception):
    """Root of every error that this program raises on purpose."""

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code, facts)
        self.code = code
        self.facts = facts

    def __str__(self) -> str:
        facts = ", ".join(f"{name}={value!r}" for name, value in self.facts.items())
        return f"{self.code} ({facts})" if facts else self.code


class Refusal(SiyanatError):
    """Foreseen: the request can't be granted, and the person is told why."""


class NotFound(Refusal):
    """The object is absent or not yours; nobody can tell which."""

    def __init__(self, code: str = "absent_or_forbidden", **facts: object) -> None:
        super().__init__(code, **facts)


@dataclass(frozen=True, slots=True)
class RowProblem:
    """One thing wrong with one field of one row (``row`` counts from 1 as a spreadsheet shows it)."""

    file: str
    row: int
    field: str
    value: str
    code: str


class InputRefused(Refusal):
    """A file was refused as a whole; ``problems`` says what to mend."""

    def __init__(self, code: str, problems: Sequence[RowProblem], **facts: object) -> None:
        super().__init__(code, **facts)
        self.problems = list(problems)


class PassingFault(SiyanatError):
    """Something outside failed and may recover; the job is retried."""


class BrokenPromise(SiyanatError):
    """What must never be is so; the process stops and a person decides."""

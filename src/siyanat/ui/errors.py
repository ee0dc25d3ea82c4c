"""The sentence that belongs to each error code, in the reader's language.

Kept here: the look-up. Each room keeps its own sentences in ``siyanat/<room>/error_messages.py``:

    MESSAGES = {"cameras.battery_low": _("Camera %(serial)s has %(charge)s; it needs %(needed)s.")}
    FORBIDDEN = {"review.concerns_yourself"}  # codes that answer 403 rather than 422; may be left out

Facts fill the placeholders: dates become Jalali, numbers get the reader's digits, text is isolated so that an
identifier keeps its direction. A value may be a function of the facts where a plural is needed. Without a
sentence the code is shown: a test asserts that every code raised in the source has one.
"""

from __future__ import annotations

import functools
import importlib
import importlib.util
import pkgutil
from collections.abc import Callable, Mapping
from types import ModuleType

from django.utils.functional import Promise
from django.utils.translation import gettext as _

import siyanat
from siyanat.lib import errors
from siyanat.ui import formatting

Sentence = str | Promise | Callable[[Mapping[str, object]], str]


def describe(error: errors.SiyanatError) -> str:
    """One sentence for a person: what was wrong and what to do."""
    return sentence_for(error.code, error.facts)


def sentence_for(code: str, facts: Mapping[str, object]) -> str:
    """As `describe`, from a code and its facts: for errors kept in a table."""
    sentence = messages().get(code)
    if sentence is None:
        return _("This could not be done (%(code)s).") % {"code": formatting.isolate(code)}
    if callable(sentence) and not isinstance(sentence, Promise):
        return sentence(facts)
    return str(sentence) % _Facts(facts)


def describe_problems(error: errors.SiyanatError) -> list[tuple[errors.RowProblem, str]]:
    """Each row at fault with its sentence; empty unless a file was refused."""
    if not isinstance(error, errors.InputRefused):
        return []
    return [
        (
            row,
            sentence_for(row.code, {name: getattr(row, name) for name in ("file", "row", "field", "value")}),
        )
        for row in error.problems
    ]


@functools.cache
def messages() -> dict[str, Sentence]:
    """Every code with its sentence, from all rooms."""
    return {code: sentence for module in _modules() for code, sentence in module.MESSAGES.items()}


@functools.cache
def forbidden_codes() -> frozenset[str]:
    """Codes that answer 403: an act that this person may not do."""
    return frozenset(code for module in _modules() for code in getattr(module, "FORBIDDEN", ()))


def _modules() -> list[ModuleType]:
    names = [f"siyanat.{room.name}.error_messages" for room in pkgutil.iter_modules(siyanat.__path__)]
    return [importlib.import_module(name) for name in names if importlib.util.find_spec(name)]


class _Facts(dict[str, str]):
    """Facts made ready for a sentence; a fact that is missing reads as a dash rather than as a failure."""

    def __init__(self, facts: Mapping[str, object]) -> None:
        super().__init__({name: formatting.fact(value) for name, value in facts.items()})

    def __missing__(self, name: str) -> str:
        return formatting.DASH

"""A sentence for each kind of act, in the reader's language.

Kept here: the look-up, and the names of the system's processes. Each room declares its own sentences in
``siyanat/<room>/ledger_kinds.py``:

    LEDGER_KINDS = {"cameras.camera_issued": _("A camera was issued")}

A kind without a sentence is shown by its code. Sentences hold no facts: those are shown beside them.
"""

from __future__ import annotations

import functools
import importlib
import importlib.util

from django.apps import apps
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@functools.cache
def sentences() -> dict[str, str | Promise]:
    """Every kind that a room has declared, with its sentence."""
    names = [f"{app.name}.ledger_kinds" for app in apps.get_app_configs() if app.name.startswith("siyanat.")]
    modules = [importlib.import_module(name) for name in names if importlib.util.find_spec(name)]
    return {kind: sentence for module in modules for kind, sentence in module.LEDGER_KINDS.items()}


def sentence_for(kind: str) -> str:
    """The sentence of a kind, or its code."""
    return str(sentences().get(kind, kind))


PROCESSES = {
    "accounts": _("the system (sign-in)"),
    "analysis": _("the system (detectors)"),
    "archive": _("the system (archive)"),
    "coverage": _("the system (counting of minutes)"),
    "demo": _("the system (demonstration)"),
    "evidence": _("the system (store)"),
    "ingest": _("the system (intake)"),
    "installation": _("the system (installation)"),
    "ledger": _("the system (log)"),
    "operator": _("the operator, at the command line"),
    "review": _("the system (reviews)"),
    "roster": _("the system (roster)"),
    "triage": _("the system (watch plans)"),
    "verify": _("the system (verification)"),
    "witness": _("the system (witness)"),
}
"""The system's own processes, as they sign in the log: ``system:<process>``, with a step after a dot."""


def is_process(actor: str) -> bool:
    """Whether the system acted, no person."""
    return actor.startswith(_SYSTEM)


def process_name(actor: str) -> str:
    """The words for one of the system's processes."""
    return str(PROCESSES.get(actor.removeprefix(_SYSTEM).partition(".")[0], _("the system")))


_SYSTEM = "system:"


def choices() -> list[tuple[str, str]]:
    """Kinds and their sentences for a filter, in the order of the codes."""
    return [(kind, str(sentence)) for kind, sentence in sorted(sentences().items())]

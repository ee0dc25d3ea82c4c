"""Announce facts. Enqueued in the caller's transaction: no fact without its row, no row without its fact."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db import transaction
from procrastinate.contrib.django import app

from siyanat.jobs import facts

Flow = Mapping[str, Sequence[str]]

_flow: dict[str, Sequence[str]] = {}


def set_flow(flow: Flow) -> None:
    """Take the table of what follows which fact; called once at start-up by ``pipeline``."""
    unknown = set(flow) - facts.ALL
    if unknown:
        raise ValueError(f"facts without a name: {sorted(unknown)}")
    _flow.clear()
    _flow.update(flow)


def announce(fact: str, **identifiers: str | int) -> None:
    """Enqueue every step that follows ``fact``, each once per pending set of identifiers.

    Steps are named tasks; a step that waits already for the same identifiers is not enqueued twice.

    :raises KeyError: when the fact has no row in the flow table.
    :raises RuntimeError: outside a transaction.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError(f"{fact} announced outside the transaction that makes it true")
    for step in _flow[fact]:
        enqueue(step, **identifiers)


def enqueue(step: str, **identifiers: str | int) -> None:
    """Enqueue one task by name, unless the same step for the same identifiers waits already."""
    from procrastinate.exceptions import AlreadyEnqueued

    lock = step + ":" + ",".join(f"{name}={value}" for name, value in sorted(identifiers.items()))
    try:
        with transaction.atomic():
            app.configure_task(step, queueing_lock=lock).defer(**identifiers)
    except AlreadyEnqueued:
        return

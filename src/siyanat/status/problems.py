"""The words of what may be wrong, and of the folders on the board."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SENTENCES: dict[str, Promise] = {
    "no_worker": _("No worker is alive: nothing in the queue is being done."),
    "jobs_failed": _("Jobs have failed for good and wait for somebody to look at them."),
    "jobs_wait_too_long": _("A job has waited for more than an hour."),
    "disk_short": _("A disk is nearly full, or will be within two weeks at the present rate."),
    "checkpoint_late": _("Entries of the log have waited for a checkpoint for more than an hour."),
    "witness_refuses": _(
        "A witness of the level above holds another history of this log. Change nothing here."
    ),
    "witness_behind": _("A witness of the level above has lacked checkpoints for more than an hour."),
    "log_below_refused": _(
        "A log of the level below showed two histories, and oversight has not taken it up yet."
    ),
    "log_below_silent": _("A log of the level below has sent no checkpoint for a day."),
    "verification_found_faults": _("The last verification found faults."),
}
FOLDERS: dict[str, Promise] = {
    "store": _("Store of sealed files"),
    "home": _("Home of the deployment"),
    "cache": _("Cache"),
}


def describe(codes: Iterable[str]) -> list[Promise]:
    """The sentences of ``codes``, in their order."""
    return [SENTENCES[code] for code in codes]

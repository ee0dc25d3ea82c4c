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
WARNINGS: dict[str, Promise] = {
    "log_never_verified": _(
        "The log was never verified here: nobody knows whether an entry was changed. Run the verification of the log."
    ),
    "store_never_verified": _(
        "The store was never verified: nobody knows whether each sealed file is still what it was. Run the verification."
    ),
    "no_level_above": _(
        "No level above is set: who rules this machine could rewrite the whole log without anybody outside noticing."
    ),
}
QUEUES: dict[str, Promise] = {
    "analysis": _("Analysis of footage"),
    "default": _("Everyday work"),
    "housekeeping": _("Housekeeping by the clock"),
    "ingest": _("Intake"),
}
JOBS: dict[str, Promise] = {
    "archive.build_export": _("Make an export"),
    "archive.classify_case": _("Put a case's footage into its retention category"),
    "archive.classify_recording": _("Put a recording into its retention category"),
    "archive.dispose_due": _("Dispose of what was agreed on"),
    "coverage.count_due": _("Count the minutes that have come due"),
    "coverage.count_shift": _("Count the minutes of a shift"),
    "coverage.count_shift_of_recording": _("Count the minutes of a recording's shift"),
    "evidence.close_viewings": _("Write finished viewings to the log"),
    "evidence.reattribute_shift": _("Attribute a shift's recordings anew"),
    "ingest.expire_uploads": _("Clear away abandoned uploads"),
    "ingest.finish_interrupted": _("Finish an interrupted intake"),
    "ingest.finish_upload": _("Seal an uploaded file"),
    "jobs.retry_stalled": _("Take up jobs of workers that died"),
    "ledger.sequence": _("Sequence the log and sign it"),
    "ledger.submit": _("Send the log's head to the level above"),
    "review.draw_second_line": _("Draw a review for a second look"),
    "review.escalate_overdue": _("Escalate overdue reviews"),
    "review.open_due": _("Open the reviews that are due"),
    "review.open_review": _("Open a review"),
    "review.sweep_cache": _("Clear away prepared film"),
    "roster.end_passed_shifts": _("End the shifts whose time is over"),
    "roster.seed_calendar": _("Take in the official holidays"),
    "signals.analyze_recording": _("Analyze a recording"),
    "triage.commit_due_seeds": _("Commit the seeds of coming shifts"),
    "triage.plan_due": _("Make the watch plans that are due"),
    "triage.plan_shift": _("Make the watch plan of a shift"),
    "triage.plan_shift_of_recording": _("Make the watch plan of a recording's shift"),
}
"""What each job of the queue does; a test asserts that none is missing."""

FOLDERS: dict[str, Promise] = {
    "store": _("Store of sealed files"),
    "home": _("Home of the deployment"),
    "cache": _("Cache"),
}


def name_queue(name: str) -> str:
    """A queue in words."""
    return str(QUEUES.get(name, name))


def name_job(name: str) -> str:
    """What a job does, in words."""
    return str(JOBS.get(name, name))


def describe(codes: Iterable[str]) -> list[Promise]:
    """The sentences of ``codes``, in their order."""
    return [{**SENTENCES, **WARNINGS}[code] for code in codes]

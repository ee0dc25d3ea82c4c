"""``siyanat ingest`` and ``siyanat verify``. Exit codes: 0 done, 1 something was set aside or found, 3 a passing fault.

Files that are still being written are no fault: they are taken by the next round.
"""

from __future__ import annotations

import contextlib
import json
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import click
from django.utils.translation import gettext as _
from rich import console, progress

from siyanat.evidence import store, verification
from siyanat.ingest import folder as folders
from siyanat.ingest import operations, queries, sources
from siyanat.lib import clock, exits
from siyanat.media import child
from siyanat.ui import errors as sentences
from siyanat.ui import formatting

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command(
    "ingest",
    help=_(
        "Take in the footage of a dock's FOLDER: copy, hash, seal, judge; never change it, never re-encode. "
        "Exit code 1: something was quarantined or refused; 3: the disk is full or the database away, run it again."
    ),
)
@click.argument("folder", type=_FOLDER)
@click.option("--watch", is_flag=True, help=_("Go on looking for new files until stopped."))
@click.option(
    "--every", type=float, default=5.0, show_default=True, help=_("Seconds between two looks of --watch.")
)
@click.option("--receipts", is_flag=True, help=_("Write a receipt beside each file that is kept."))
@click.option(
    "--unit", "code", default="", envvar="SIYANAT_UNIT", help=_("Code of the unit whose dock this is.")
)
@click.option(
    "--json", "as_json", is_flag=True, help=_("One line of JSON for each file, and one at the end.")
)
def ingest(folder: Path, watch: bool, every: float, receipts: bool, code: str, as_json: bool) -> None:  # noqa: FBT001
    """Take in a dock's folder once, or again and again."""
    unit = queries.find_unit(code)
    if unit is None:
        raise click.BadParameter(
            _("There is no unit with the code %(code)s.") % {"code": code}, param_hint="--unit"
        )
    dock = folders.Dock(folder.resolve(), unit, clock.now, with_receipts=receipts, settled_only=watch)
    with child.Pool(1) as pool:
        code_of_exit = _watch(dock, pool, every, as_json) if watch else _once(dock, pool, as_json)
    sys.exit(code_of_exit)


def _once(dock: folders.Dock, pool: child.Pool, as_json: bool) -> int:  # noqa: FBT001
    with _bar(hidden=as_json) as bar:
        task = bar.add_task(_("intake"), total=len(list(sources.list_files(dock.folder))))

        def tell(outcome: operations.Outcome) -> None:
            bar.advance(task)
            _tell_file(outcome, as_json)

        run = dock.take_round(on_outcome=tell, pool=pool)
    _tell_run(run, as_json)
    return _exit_code(run)


def _watch(dock: folders.Dock, pool: child.Pool, every: float, as_json: bool) -> int:  # noqa: FBT001
    stop = threading.Event()
    for wanted in (signal.SIGINT, signal.SIGTERM):
        signal.signal(wanted, lambda _number, _frame: stop.set())
    while not stop.is_set():
        run = dock.take_round(on_outcome=lambda outcome: _tell_file(outcome, as_json), pool=pool)
        if run.outcomes or run.fault:
            _tell_run(run, as_json)
        if run.fault is not None:
            _forget_connection()
        stop.wait(every)
    return exits.DONE


def _forget_connection() -> None:
    """After a fault the next round opens a fresh connection."""
    from django.db import connection

    connection.close()


def _exit_code(run: folders.Run) -> int:
    if run.fault is not None:
        return exits.FAULT
    return exits.FOUND if run.count("quarantined") or run.count("refused") else exits.DONE


def _tell_file(outcome: operations.Outcome, as_json: bool) -> None:  # noqa: FBT001
    if as_json:
        click.echo(json.dumps(outcome.as_json(), ensure_ascii=False))
    elif outcome.kind in {"quarantined", "refused"}:
        click.echo(f"{outcome.name}: {outcome.kind} ({outcome.reason})", err=True)


def _tell_run(run: folders.Run, as_json: bool) -> None:  # noqa: FBT001
    counts = {kind: run.count(kind) for kind in ("sealed", "known", "quarantined", "refused")}
    if as_json:
        fault = run.fault.code if run.fault else None
        click.echo(json.dumps({"summary": counts, "busy": run.busy, "fault": fault}))
        return
    click.echo(
        _(
            "%(sealed)d sealed, %(known)d known, %(quarantined)d quarantined, %(refused)d left in place, %(busy)d in use"
        )
        % {**counts, "busy": len(run.busy)}
    )
    if run.fault is not None:
        click.echo(sentences.describe(run.fault), err=True)


@click.command(
    "verify",
    help=_(
        "Check the stored bytes against their rows, and set aside files without a row (never deleted). "
        "The log has its own: siyanat ledger verify. Exit code 1: damage was found, or files were set aside."
    ),
)
@click.option("--level", type=click.Choice(store.LEVELS), default="size", show_default=True,
              help=_("presence: is it there; size: and as long as it was; hash: every byte is read."))  # fmt: skip
@click.option("--resume", is_flag=True, help=_("Go on where an interrupted run of this level stopped."))
@click.option("--json", "as_json", is_flag=True, help=_("Answer for a machine."))
def verify(level: store.Level, resume: bool, as_json: bool) -> None:  # noqa: FBT001
    """Verify the store."""
    with _bar(hidden=as_json) as bar:
        task = bar.add_task(_("store"), total=None)
        result = verification.verify(
            level=level,
            others=lambda after: queries.kept_in_quarantine(after=after),
            now=clock.now(),
            resume=resume,
            on_progress=lambda done, total: bar.update(task, completed=done, total=total),
        )
    if as_json:
        click.echo(json.dumps(result.as_json()))
    else:
        _tell_findings(result)
    sys.exit(exits.FOUND if result.found else exits.DONE)


def _tell_findings(result: verification.Result) -> None:
    for finding in result.run.findings:
        click.echo(f"{finding['sha256']} {finding['problem']}")
    for sha256 in result.run.orphans:
        click.echo(_("%(sha256)s had no row and was set aside") % {"sha256": sha256})
    click.echo(
        _("%(checked)d files (%(size)s) checked, %(damaged)d damaged, %(aside)d set aside")
        % {
            "checked": result.run.checked,
            "size": formatting.size(result.run.checked_bytes),
            "damaged": len(result.run.findings),
            "aside": len(result.run.orphans),
        }
    )


@contextlib.contextmanager
def _bar(*, hidden: bool) -> Iterator[progress.Progress]:
    with progress.Progress(console=console.Console(stderr=True), disable=hidden) as bar:
        yield bar


COMMANDS = [ingest, verify]

"""Commands of the deployment itself: database, web, worker, first administrator."""

from __future__ import annotations

import contextlib
import dataclasses
import getpass
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click
from django.conf import settings
from django.core.management import call_command
from django.utils.translation import gettext as _

from siyanat.config import processes

if TYPE_CHECKING:
    from siyanat.config import backup as backups


def prepare_database(*, quiet: bool = True) -> None:
    """Bring the tables up to this version: migrations and the cache's table."""
    call_command("migrate", interactive=False, verbosity=0 if quiet else 1)
    call_command("createcachetable", verbosity=0)


@click.command("migrate", help=_("Bring the database up to this version."))
def migrate() -> None:
    """Upgrade the tables; the embedded server is started for it."""
    prepare_database(quiet=False)


@click.command("worker", help=_("Take jobs from the queue until stopped."))
@click.option("--queue", "queues", multiple=True, help=_("Only this queue (may be repeated)."))
@click.option("--concurrency", default=2, show_default=True, help=_("Jobs at the same time."))
@click.option("--drain", is_flag=True, help=_("Stop when no job is waiting."))
def worker(queues: tuple[str, ...], concurrency: int, *, drain: bool) -> None:
    """Run jobs; heartbeats go on while a job works in a child process."""
    from siyanat.jobs import worker as jobs

    jobs.run(queues=queues, concurrency=concurrency, wait=not drain)


@click.command("run", help=_("Run the whole deployment here: database, web, workers."))
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
def run(host: str, port: int) -> None:
    """Run everything until Ctrl-C."""
    prepare_database()
    group = processes.Group(
        deployment(host, port), logs=settings.HOME / "logs", look_after=processes.keep_database
    )
    group.start()
    click.echo(_("Siyanat is at %(address)s. Ctrl-C stops it.") % {"address": f"http://{host}:{port}/"})
    group.wait()
    group.stop()


def deployment(host: str, port: int) -> list[processes.Program]:
    """The programs of a small machine: web, one worker for analysis on each spare core, one for the rest."""
    spare = max(1, (os.cpu_count() or 2) - 1)
    return [
        processes.web(host, port),
        processes.worker("worker", "default", "ingest", "housekeeping", concurrency=3),
        processes.worker("analysis", "analysis", concurrency=spare),
    ]


@click.command("first-administrator", help=_("Create the first administrator of an empty deployment."))
@click.argument("username")
@click.option(
    "--password-file", type=click.Path(exists=True, path_type=Path), help=_("Read the password from here.")
)
def first_administrator(username: str, password_file: Path | None) -> None:
    """Refused where an administrator exists: afterwards administrators make each other."""
    from siyanat.lib import clock
    from siyanat.roster import first

    password = password_file.read_text().strip() if password_file else getpass.getpass(_("Password: "))
    first.create_first_administrator(username=username, password=password, now=clock.now())
    click.echo(_("Administrator %(name)s was created. Sign in and add a second factor.") % {"name": username})


@click.command("backup", help=_("Write or renew a backup of database, sealed bytes and keys in FOLDER."))
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help=_("Answer as JSON."))
def back_up(folder: Path, *, as_json: bool) -> None:
    """Back up; run it again into the same folder and only what is new is copied."""
    from siyanat.config import backup
    from siyanat.lib import clock

    with _copying(_("Copying")) as on_progress:
        summary = backup.back_up(folder, now=clock.now(), on_progress=on_progress)
    _tell(summary, as_json=as_json)


@click.command("restore", help=_("Bring an empty deployment back to the backup in FOLDER."))
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help=_("Answer as JSON."))
def restore(folder: Path, *, as_json: bool) -> None:
    """Restore, then bring the tables up to this version; run ``siyanat verify`` afterwards."""
    from siyanat.config import backup

    with _copying(_("Copying")) as on_progress:
        summary = backup.restore(folder, on_progress=on_progress)
    prepare_database()
    _tell(summary, as_json=as_json)
    if not as_json:
        click.echo(_("Now run: siyanat verify --level hash"))


@contextlib.contextmanager
def _copying(label: str) -> Iterator[Callable[[int], None]]:
    from rich import console, progress

    columns = (
        progress.TextColumn("{task.description}"),
        progress.DownloadColumn(),
        progress.TransferSpeedColumn(),
    )
    with progress.Progress(*columns, console=console.Console(stderr=True), transient=True) as bar:
        task = bar.add_task(label, total=None)
        yield lambda size: bar.advance(task, size)


def _tell(summary: backups.Summary, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(dataclasses.asdict(summary)))
        return
    click.echo(
        _(
            "Copied %(copied)s files (%(bytes)s bytes); %(present)s were there; %(removed)s disposed of were removed."
        )
        % {
            "copied": summary.copied,
            "bytes": summary.copied_bytes,
            "present": summary.present,
            "removed": summary.removed,
        }
    )


COMMANDS = [migrate, worker, run, first_administrator, back_up, restore]

"""``siyanat status``: how the deployment is, for people and for monitoring programs."""

from __future__ import annotations

import json
import sys

import click
from django.utils.translation import gettext as _

from siyanat.lib import clock, exits
from siyanat.ui import formatting


@click.command("status", help=_("Show queue, workers, disks and log; exit code 1 when something is wrong."))
@click.option("--json", "as_json", is_flag=True, help=_("Answer as JSON."))
def status(*, as_json: bool) -> None:
    """Print the figures of the status board that matter to an operator."""
    from siyanat.status import problems, queries

    found = queries.read_health(now=clock.now())
    if as_json:
        body = {"healthy": not found.problems, "problems": found.problems, "warnings": found.warnings}
        click.echo(json.dumps(body | found.figures))
    else:
        for label, said in _lines(found.figures):
            click.echo(f"{label}: {said}")
        for sentence in problems.describe(found.problems):
            click.secho(f"! {sentence}", fg="red")
        for sentence in problems.describe(found.warnings):
            click.secho(f"! {sentence}", fg="yellow")
        if not found.problems and not found.warnings:
            click.secho(_("Nothing is wrong."), fg="green")
    if found.problems:
        sys.exit(exits.FOUND)


def _lines(figures: dict[str, object]) -> list[tuple[str, str]]:
    from siyanat.status import problems

    queues, disks = figures["queues"], figures["disks"]
    assert isinstance(queues, dict)
    assert isinstance(disks, dict)
    lines = [
        (
            _("Queue %(name)s") % {"name": name},
            _("%(todo)s wait, %(doing)s run, %(failed)s failed")
            % {key: formatting.number(row[key]) for key in row},
        )
        for name, row in queues.items()
    ]
    lines.append((_("Workers alive"), formatting.fact(figures["workers_alive"])))
    lines += [
        (str(problems.FOLDERS[name]), _("%(size)s free") % {"size": formatting.size(row["free_bytes"])})
        for name, row in disks.items()
    ]
    lines.append((_("Quarantine waiting"), formatting.fact(figures["quarantine_waiting"])))
    lines.append((_("Entries under the last checkpoint"), formatting.fact(figures["checkpoint_size"])))
    return lines


COMMANDS = [status]

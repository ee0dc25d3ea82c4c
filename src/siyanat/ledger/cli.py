"""``siyanat ledger``: verify the log, print its key, seal now, prove an entry."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click
from django.utils.translation import gettext as _
from rich import console, progress

from siyanat.ledger import checkpoints, keys, proofs, queries, verification
from siyanat.lib import clock

CLEAN, FINDINGS = 0, 1


@click.group("ledger", help=_("The tamper-evident log."))
def command() -> None:
    """The tamper-evident log."""


@command.command(
    help=_(
        "Rebuild the log from its entries and compare it with every signed checkpoint. Exit code 1: differences."
    )
)
@click.option("--level", type=click.Choice(verification.LEVELS), default="hash", show_default=True)
@click.option("--afresh", is_flag=True, help=_("Start again instead of resuming."))
@click.option("--json", "as_json", is_flag=True, help=_("Answer for a machine."))
def verify(level: str, afresh: bool, as_json: bool) -> None:  # noqa: FBT001
    """Rebuild the tree from the entries and compare it with every signed checkpoint. Exit code 1:
    differences.
    """
    with progress.Progress(console=console.Console(stderr=True), disable=as_json) as bar:
        task = bar.add_task(_("log"), total=None)
        run = verification.verify_log(
            level, now=clock.now(), resume=not afresh,
            progress=lambda done, of: bar.update(task, completed=done, total=of),
        )  # fmt: skip
        bar.update(task, completed=run.size, total=run.size)
    if as_json:
        click.echo(json.dumps({"level": run.level, "size": run.size, "findings": run.findings}))
    else:
        for finding in run.findings:
            click.echo(json.dumps(finding, ensure_ascii=False))
        click.echo(
            _("%(size)d entries, %(count)d differences") % {"size": run.size, "count": len(run.findings)}
        )
    sys.exit(FINDINGS if run.findings else CLEAN)


@command.command(help=_("Print the verifier key, to be handed out apart from any export."))
def key() -> None:
    """Print the verifier key, to be handed out apart from any export."""
    click.echo(keys.load_signer().verifier().encode())


@command.command(help=_("Sequence what waits and sign a checkpoint now, instead of at the next minute."))
def seal() -> None:
    """Sequence what waits and sign a checkpoint now, instead of at the next minute."""
    checkpoint = checkpoints.seal(now=clock.now())
    click.echo(checkpoint.note if checkpoint else _("The log is empty."), nl=checkpoint is None)


@command.command(help=_("Show the inclusion proof of an entry (C2SP tlog-proof)."))
@click.argument("entry", type=int)
@click.option(
    "--to", type=click.Path(path_type=Path, dir_okay=False), help=_("Write to this file instead of showing.")
)
def prove(entry: int, to: Path | None) -> None:
    """Show the inclusion proof of an entry (C2SP tlog-proof)."""
    text = proofs.prove(queries.get_entry(entry))
    if to is None:
        click.echo(text, nl=False)
    else:
        to.write_text(text)


COMMANDS = [command]

"""``siyanat ledger``: verify the log, print its key, seal now, prove an entry."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click
from django.utils.translation import gettext as _
from rich import console, progress

from siyanat.ledger import checkpoints, keys, proofs, queries, submission, verification, witnessing
from siyanat.lib import clock, cosignature, exits


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
@click.option(
    "--witness-key",
    "witness_keys",
    multiple=True,
    help=_("Demand cosignatures of this witness (may be repeated)."),
)
@click.option("--json", "as_json", is_flag=True, help=_("Answer for a machine."))
def verify(level: str, afresh: bool, as_json: bool, witness_keys: tuple[str, ...]) -> None:  # noqa: FBT001
    """Rebuild the tree from the entries and compare it with every signed checkpoint. Exit code 1:
    differences.
    """
    witnesses = [cosignature.CosignerKey.parse(text) for text in witness_keys]
    with progress.Progress(console=console.Console(stderr=True), disable=as_json) as bar:
        task = bar.add_task(_("log"), total=None)
        run = verification.verify_log(
            level, now=clock.now(), resume=not (afresh or witnesses), witnesses=witnesses,
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
    sys.exit(exits.FOUND if run.findings else exits.DONE)


@command.command(help=_("Print the verifier key, to be handed out apart from any export."))
def key() -> None:
    """Print the verifier key, to be handed out apart from any export."""
    click.echo(keys.load_signer().verifier().encode())


@command.command(
    help=_("Sequence what waits, sign a checkpoint and ask the witnesses now, instead of at the next minute.")
)
def seal() -> None:
    """Sequence what waits, sign a checkpoint and ask the witnesses now, instead of at the next minute."""
    checkpoint = checkpoints.seal(now=clock.now())
    submission.submit_all(now=clock.now())
    if checkpoint is None:
        click.echo(_("The log is empty."))
    else:
        click.echo(submission.cosigned(checkpoint), nl=False)


@command.group("witness", help=_("Witness the logs of the level below."))
def witness() -> None:
    """Witness the logs of the level below."""


@witness.command("key", help=_("Print the key of this witness, for the settings of the logs below."))
def witness_key() -> None:
    """Print the key of this witness, for the settings of the logs below."""
    click.echo(keys.load_cosigner().verifier().encode())


@witness.command(
    "add", help=_("Witness a log: KEY is what `siyanat ledger key` prints there, handed over apart from it.")
)
@click.argument("key")
@click.option("--origin", default="", help=_("The log's origin, where the key's name is another."))
def witness_add(key: str, origin: str) -> None:
    """Register a log of the level below."""
    log = witnessing.register_log(key=key, origin=origin, actor="system:operator", now=clock.now())
    click.echo(_("The log %(origin)s is witnessed from now on.") % {"origin": log.origin})


@witness.command("list", help=_("Show the logs that are witnessed, with what was cosigned last."))
@click.option("--json", "as_json", is_flag=True, help=_("Answer for a machine."))
def witness_list(as_json: bool) -> None:  # noqa: FBT001
    """One log a line."""
    for log in witnessing.list_logs():
        seen = log.seen_at.isoformat() if log.seen_at else None
        refused = log.refused.count()
        if as_json:
            click.echo(
                json.dumps({"origin": log.origin, "size": log.size, "seen_at": seen, "refused": refused})
            )
        else:
            click.echo(f"{log.origin}\t{log.size}\t{seen or '-'}\t{refused}")


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

"""``siyanat release-overseer``: what the operator of the machine alone can do about people."""

from __future__ import annotations

import click
from django.utils.translation import gettext as _

from siyanat.lib import clock
from siyanat.roster import operations


@click.command(
    "release-overseer",
    help=_("End the oversight of somebody who can name no successor any more, so that another can be named."),
)
@click.argument("personnel_number")
@click.option("--reason", required=True, help=_("Why; it stands in the log as a commitment."))
def release_overseer(personnel_number: str, reason: str) -> None:
    """End the posts of oversight that a person holds; the log says that the operator did it."""
    ended = operations.release_overseer(personnel_number=personnel_number, reason=reason, now=clock.now())
    click.echo(_("%(count)d posts were ended.") % {"count": ended})


COMMANDS = [release_overseer]

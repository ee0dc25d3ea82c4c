"""``siyanat demo``: a whole deployment with a country of its own, on this machine and for this machine alone.

The command lives in a home of its own: it begins itself anew with ``SIYANAT_HOME`` and ``SIYANAT_DEMO`` set, before
anything has read the settings of the deployment that may stand here too.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click
from django.utils.translation import gettext as _

import siyanat
from siyanat.demo import home as homes

# Places and keys of a deployment that may stand on this machine: the demo keeps its own, all in its home.
_OF_DEPLOYMENTS = frozenset(
    {
        "SIYANAT_STORE",
        "SIYANAT_CACHE",
        "SIYANAT_LEDGER_KEYS",
        "SIYANAT_LEDGER_ORIGIN",
        "SIYANAT_LEDGER_WITNESSES",
        "SIYANAT_LEDGER_WITNESS_FOLDER",
        "SIYANAT_LEDGER_WITNESS_NAME",
        "SIYANAT_SECRET_KEY",
        "SIYANAT_ORIGINS",
        "SIYANAT_TLS",
        "SIYANAT_UNIT",
    }
)
_HOSTS = "localhost,127.0.0.1,[::1]"
_WITNESS = "demo.siyanat.local/witness"
_CLIPS = click.Path(exists=True, file_okay=False, path_type=Path, resolve_path=True)


def own_home() -> Path:
    """Where the demo lives when nothing else is said: ``var/demo`` of the source tree, else of this folder."""
    tree = Path(siyanat.__file__).parents[2]
    return (tree if (tree / "pyproject.toml").exists() else Path.cwd()) / "var" / "demo"


class _InOwnHome(click.Command):
    """Begins the program anew in the demo's home before the database of any other is touched."""

    def invoke(self, ctx: click.Context) -> object:
        home = Path(os.environ.get("SIYANAT_HOME") or own_home())
        homes.check_usable(homes.Home(home))
        if os.environ.get("SIYANAT_DEMO") != "1":
            home.mkdir(parents=True, exist_ok=True)
            environment = {name: value for name, value in os.environ.items() if name not in _OF_DEPLOYMENTS}
            environment |= {"SIYANAT_HOME": str(home), "SIYANAT_DEMO": "1", "SIYANAT_HOSTS": _HOSTS}
            environment["SIYANAT_LEDGER_WITNESS_NAME"] = _WITNESS
            again = [sys.executable, "-m", "siyanat.config.cli", *sys.argv[1:]]
            os.execve(sys.executable, again, environment)  # noqa: S606 - this very program, without a shell
        return super().invoke(ctx)


@click.command(
    "demo",
    cls=_InOwnHome,
    help=_("Run Siyanat with realistic data and footage until Ctrl-C, reachable from this machine alone."),
)
@click.option(
    "--port",
    type=click.IntRange(1024, 65535),
    help=_("Port to listen on; the first free one from 8000 on if not given."),
)
@click.option(
    "--footage", "clips", type=_CLIPS, help=_("Compose the patrols from your own clips in this folder.")
)
@click.option("--reset", is_flag=True, help=_("Forget the demo's data and footage, and do nothing else."))
def demo(port: int | None, clips: Path | None, reset: bool) -> None:  # noqa: FBT001
    """Run the demo in this process, or forget it."""
    from siyanat.demo import running

    if reset:
        running.forget()
        click.echo(_("The demo's data and footage are forgotten."))
        return
    running.run(port=port, clips=str(clips) if clips else "")


COMMANDS = [demo]

"""The ``siyanat`` command: one group; each room adds its verbs in its own ``cli`` module (``COMMANDS``).

Exit codes are those of `lib.exits`.
"""

from __future__ import annotations

import functools
import importlib
import importlib.util
import os
import sys

import click

from siyanat.lib import errors, exits

ROOMS = (
    "siyanat.config.commands",
    "siyanat.ingest.cli",
    "siyanat.evidence.cli",
    "siyanat.ledger.cli",
    "siyanat.archive.cli",
    "siyanat.cameras.cli",
    "siyanat.roster.cli",
    "siyanat.coverage.cli",
    "siyanat.status.cli",
    "siyanat.demo.cli",
)


def _language() -> str:
    asked = os.environ.get("SIYANAT_LANGUAGE") or os.environ.get("LC_ALL") or os.environ.get("LANG") or "en"
    return "fa" if asked.lower().startswith("fa") else "en"


def set_up() -> None:
    """Settings, and the language of the environment, before any command's texts are read."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "siyanat.config.settings")
    import django
    from django.utils import translation

    django.setup()
    from siyanat.config import click_words

    language = _language()
    translation.activate(language)
    click_words.speak(language)


def build() -> click.Group:
    """Return the whole command, its texts in the language of the environment (``SIYANAT_LANGUAGE``, ``LANG``)."""
    from django.utils.translation import gettext as _

    group = click.Group(
        "siyanat",
        help=_("Oversight of the police: every minute of every patrol accounted for."),
        epilog=_(
            "Exit codes: 0 done; 1 something was found or set aside, or the call was refused; 2 the call was wrong; "
            "3 a passing fault, run it again; 4 a broken promise, a person decides; 130 stopped."
        ),
        no_args_is_help=True,
    )
    for name in ROOMS:
        if importlib.util.find_spec(name) is None:
            continue
        for command in importlib.import_module(name).COMMANDS:
            _give_database(command)
            group.add_command(command)
    return group


def _give_database(command: click.Command) -> None:
    """Let the command run with the database up: the embedded one is started for it and stopped after it."""
    from siyanat.config import processes

    if isinstance(command, click.Group):
        for member in command.commands.values():
            _give_database(member)
    callback = command.callback
    if callback is None or isinstance(command, click.Group) or hasattr(callback, "__wrapped__"):
        return

    @functools.wraps(callback)
    def with_database(*arguments: object, **options: object) -> object:
        with processes.database():
            return callback(*arguments, **options)

    command.callback = with_database


def main() -> int:
    """Run the command line; a refusal is one sentence, never a stack trace."""
    set_up()
    from django.db import InterfaceError, OperationalError

    from siyanat.ui import errors as sentences

    try:
        result = build().main(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        return exits.STOPPED
    except errors.InputRefused as refusal:
        click.echo(sentences.describe(refusal), err=True)
        for problem in refusal.problems:
            click.echo(
                f"  {problem.file}:{problem.row} {problem.field} = {problem.value!r}: {problem.code}",
                err=True,
            )
        return exits.FOUND
    except errors.Refusal as refusal:
        click.echo(sentences.describe(refusal), err=True)
        return exits.FOUND
    except errors.PassingFault as fault:
        click.echo(sentences.describe(fault), err=True)
        return exits.FAULT
    except (OperationalError, InterfaceError) as error:
        click.echo(sentences.describe(errors.PassingFault("config.database_away")), err=True)
        click.echo(f"  {str(error).strip()}", err=True)
        return exits.FAULT
    except errors.BrokenPromise as broken:
        click.echo(sentences.describe(broken), err=True)
        click.echo(f"  {broken}", err=True)
        return exits.BROKEN
    return result if isinstance(result, int) else exits.DONE


if __name__ == "__main__":
    sys.exit(main())

"""Prints the reference page of the ``siyanat`` command, from the commands themselves (``make reference``)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import click

from siyanat.config import cli
from siyanat.lib import exits


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    from siyanat.config import reference  # it reads rooms, which need the settings

    return reference.table(head, rows)


def page() -> str:
    """The page as Markdown, in the language that is set."""
    codes = _table(("code", "what it means"), [(f"`{code}`", told) for code, told in exits.MEANINGS.items()])
    parts = [
        "# The `siyanat` command",
        "Its texts are Persian or English by `SIYANAT_LANGUAGE` or `LANG`. With `--json` a command answers for a machine.",
        f"## Exit codes\n\n{codes}",
        "## Commands",
        *_described(cli.build(), "siyanat"),
    ]
    return "\n\n".join(parts)


def _described(group: click.Group, path: str) -> Iterator[str]:
    """A section for every command of a group, those of its own groups included, in the order of their names."""
    for name, command in sorted(group.commands.items()):
        if isinstance(command, click.Group):
            yield from _described(command, f"{path} {name}")
            continue
        taken = [one for one in command.params if isinstance(one, click.Argument)]
        title = " ".join([path, name, *(str(one.make_metavar(click.Context(command))) for one in taken)])
        rows = [
            (", ".join(f"`{flag}`" for flag in (*one.opts, *one.secondary_opts)), str(one.help or ""))
            for one in command.params
            if isinstance(one, click.Option)
        ]
        section = f"### `{title}`\n\n{command.help or ''}"
        yield f"{section}\n\n{_table(('option', 'what it does'), rows)}" if rows else section


if __name__ == "__main__":
    cli.set_up()
    click.echo(page())

"""The reference pages that are generated from the code; CI compares them (``tools/reference.py --check``)."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence

from siyanat.cameras import states
from siyanat.pipeline import flow
from siyanat.roster import matrix

SETTINGS: tuple[tuple[str, str, str], ...] = (
    (
        "SIYANAT_HOME",
        "`var`",
        "folder of the deployment: embedded database, keys, logs, and store and cache by default",
    ),
    (
        "SIYANAT_DATABASE_URL",
        "embedded",
        "`postgresql://user:password@host:port/name` of any PostgreSQL 15 or newer",
    ),
    ("SIYANAT_STORE", "`<home>/store`", "folder of the sealed bytes"),
    ("SIYANAT_CACHE", "`<home>/cache`", "folder of derivatives, which may be emptied at any time"),
    ("SIYANAT_LEDGER_KEYS", "`<home>/keys`", "folder of the key that signs checkpoints (0600)"),
    (
        "SIYANAT_LEDGER_ORIGIN",
        "`siyanat.local/ledger`",
        "name of this log in its checkpoints; never change it",
    ),
    ("SIYANAT_LEDGER_WITNESS_FOLDER", "none", "folder of the level above that receives each checkpoint"),
    (
        "SIYANAT_LEDGER_WITNESSES",
        "none",
        (
            "witnesses of the level above that cosign each checkpoint: `<address> <key>`, separated by commas; the "
            "address ends in `/ledger/witness`, the key is what `siyanat ledger witness key` prints there"
        ),
    ),
    (
        "SIYANAT_LEDGER_WITNESS_NAME",
        "none",
        (
            "name under which this deployment cosigns the logs of the level below, for example "
            "`province.example/witness`; never change it"
        ),
    ),
    ("SIYANAT_POSTGRES_BIN", "the wheel's", "folder with `postgres`, where another server is to be embedded"),
    ("SIYANAT_HOSTS", "loopback", "names under which the web process may be reached, separated by commas"),
    ("SIYANAT_ORIGINS", "none", "origins that forms may be sent from, for example `https://siyanat.example`"),
    (
        "SIYANAT_TLS",
        "off",
        "`1` behind a proxy that speaks TLS: secure cookies, HSTS, `X-Forwarded-Proto` trusted",
    ),
    (
        "SIYANAT_SECRET_KEY",
        "made once",
        "key that signs sessions; kept in `<home>/secret_key` where it is not given",
    ),
    ("SIYANAT_LANGUAGE", "from `LANG`", "language of the command line: `fa` or `en`"),
    ("SIYANAT_DEBUG", "off", "`1` for developers alone: pages of errors show the program"),
)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _settings() -> str:
    rows = [(f"`{name}`", default, told) for name, default, told in SETTINGS]
    return f"# Settings\n\nRead from the environment.\n\n{table(('variable', 'default', 'what it is'), rows)}"


def _flow() -> str:
    rows = [(f"`{fact}`", ", ".join(f"`{step}`" for step in steps)) for fact, steps in flow.FLOW.items()]
    return f"# Facts and what follows\n\nFrom `pipeline/flow.py`.\n\n{table(('fact', 'steps'), rows)}"


def _commands() -> str:
    """In a process of its own: a command's texts are made in the language in which its module was first read."""
    environment = {**os.environ, "SIYANAT_LANGUAGE": "en"}
    made = subprocess.run(
        [sys.executable, "-m", "siyanat.config.commands_page"], env=environment, capture_output=True, text=True, check=True
    )  # fmt: skip
    return made.stdout


PAGES: dict[str, Callable[[], str]] = {
    "settings.md": _settings,
    "flow.md": _flow,
    "commands.md": _commands,
    "camera-states.md": states.diagram,
    "access-matrix.md": matrix.page,
}

"""The files that the installing page tells an operator to write, and the commands that its units run."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "install.md"
NAME = "siyanat.example.org"


def files() -> dict[str, str]:
    """Every fenced block with ``file=``, by its path."""
    found = re.findall(r"```\w+ file=(\S+)\n(.*?)```", PAGE.read_text(), flags=re.DOTALL)
    return dict(found)


def settings() -> dict[str, str]:
    """The settings of ``/etc/siyanat.env``."""
    return dict(re.findall(r"^(SIYANAT_\w+)=(.*)$", files()["/etc/siyanat.env"], flags=re.MULTILINE))


def command(unit: str) -> list[str]:
    """What a unit starts."""
    found = re.search(r"^ExecStart=(.*)$", files()[f"/etc/systemd/system/{unit}.service"], flags=re.MULTILINE)
    assert found is not None, unit
    return shlex.split(found[1])

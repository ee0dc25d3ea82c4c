"""Make the working tree importable and its command runnable in this virtual environment."""

from __future__ import annotations

import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

COMMAND = """#!{python}
import sys
from siyanat.config.cli import main
sys.exit(main())
"""


def main() -> None:
    """Write the path file and the ``siyanat`` command."""
    Path(sysconfig.get_path("purelib"), "siyanat-source.pth").write_text(f"{ROOT / 'src'}\n")
    command = Path(sysconfig.get_path("scripts"), "siyanat")
    command.write_text(COMMAND.format(python=sys.executable))
    command.chmod(0o755)


if __name__ == "__main__":
    main()

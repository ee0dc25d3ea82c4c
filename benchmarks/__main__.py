"""List the benchmarks, or run one: ``make bench NAME=ingest [ARGS="--data DIR"]``.

Each module has a docstring whose first line says what it claims and a ``main()`` that reads its options; it
prints a table, writes JSON to ``benchmarks/results/`` and ends with a line ``NAME metric=value goal=value met``.
With ``--record`` the table and the machine are written into ``docs/reference/benchmarks.md``.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import importlib
import io
import os
import platform
import re
import sys
from pathlib import Path

HERE = Path(__file__).parent
PAGE = HERE.parent / "docs" / "reference" / "benchmarks.md"
HEAD = """# Benchmarks

Run one with `make bench NAME=...`, list them with `make bench`. Each is a ratio against a limit or a rival in
the same run; the figures below are written by `make bench NAME=... ARGS=--record`.
"""


def names() -> list[str]:
    """Every benchmark there is."""
    packages = (path.parent for path in HERE.glob("*/__init__.py"))
    return sorted(path.stem for path in [*HERE.glob("*.py"), *packages] if not path.stem.startswith("_"))


def machine() -> str:
    """The processor, cores, memory and system of this machine."""
    model = "unknown processor"
    with contextlib.suppress(OSError):
        found = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
        model = found.group(1).strip() if found else model
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    system = f"{platform.system()} {platform.release().split('-')[0]}, Python {platform.python_version()}"
    return f"{os.cpu_count()} cores, {model}, {memory:.0f} GiB, {system}"


class Tee(io.TextIOBase):
    """Writes to the terminal and keeps a copy."""

    def __init__(self) -> None:
        self.kept: list[str] = []

    def write(self, text: str) -> int:
        """Print and keep."""
        self.kept.append(text)
        sys.__stdout__.write(text) if sys.__stdout__ else None
        return len(text)

    def flush(self) -> None:
        """Pass on."""
        if sys.__stdout__:
            sys.__stdout__.flush()


def record(name: str, output: str) -> None:
    """Put one benchmark's output into the reference page, in place of its earlier one."""
    text = PAGE.read_text() if PAGE.exists() else HEAD
    block = f"\n## {name}\n\n{machine()}; {dt.datetime.now(dt.UTC):%Y-%m-%d}\n\n```\n{output.strip()}\n```\n"
    text = re.sub(rf"\n## {re.escape(name)}\n.*?(?=\n## |\Z)", "", text, flags=re.DOTALL)
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(text.rstrip() + "\n" + block)


def main(arguments: list[str]) -> int:
    """Run one benchmark, or list them all."""
    if not arguments:
        for name in names():
            module = importlib.import_module(f"benchmarks.{name}")
            print(f"{name:10} {(module.__doc__ or '').splitlines()[0]}")
        return 0
    name, rest = arguments[0], arguments[1:]
    if name not in names():
        print(f"no benchmark {name!r}; there are: {', '.join(names())}", file=sys.stderr)
        return 2
    recording = "--record" in rest
    tee = Tee()
    with contextlib.redirect_stdout(tee):
        sys.argv = [name, *(one for one in rest if one != "--record")]
        code = importlib.import_module(f"benchmarks.{name}").main()
    if recording:
        record(name, "".join(tee.kept))
    return int(code or 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

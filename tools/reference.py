"""Write the generated reference pages, or check that none has drifted (``--check``)."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "reference"


def pages() -> dict[str, Callable[[], str]]:
    """Each generated page by its file name."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "siyanat.config.settings")
    os.environ.setdefault("SIYANAT_HOME", "/tmp/siyanat-reference")
    import django

    django.setup()
    from django.utils import translation

    translation.activate("en")
    from siyanat.config import reference

    return reference.PAGES


def main(arguments: list[str]) -> int:
    """Exit with 1 when ``--check`` finds a page that differs from what the code says."""
    drifted = []
    for name, make in pages().items():
        path, text = FOLDER / name, make().rstrip() + "\n"
        if path.exists() and path.read_text() == text:
            continue
        if "--check" in arguments:
            drifted.append(name)
        else:
            FOLDER.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
            print(f"wrote docs/reference/{name}")
    for name in drifted:
        print(f"docs/reference/{name} has drifted from the code: run `make reference`", file=sys.stderr)
    return 1 if drifted else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

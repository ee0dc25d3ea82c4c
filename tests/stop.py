"""Stop the PostgreSQL that the tests leave running between runs."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from siyanat.config import postgres

if __name__ == "__main__":
    home = os.environ.get("SIYANAT_HOME", str(Path(tempfile.gettempdir()) / f"siyanat-test-{os.geteuid()}"))
    postgres.stop(postgres.locate(Path(home)), immediately=True)

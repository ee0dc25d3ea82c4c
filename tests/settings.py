"""Settings of the tests: a throw-away home, a real PostgreSQL that forgets fsync, quick password hashing."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

_home = Path(
    os.environ.setdefault("SIYANAT_HOME", str(Path(tempfile.gettempdir()) / f"siyanat-test-{os.geteuid()}"))
)
_home.mkdir(parents=True, exist_ok=True)

from siyanat.config.settings import *  # noqa: E402, F403
from siyanat.config.settings import DATABASES, LOGGING  # noqa: E402

# Several runs at once use databases of their own: SIYANAT_TEST_NAME tells them apart.
DATABASES["default"]["TEST"] = {"NAME": f"test_siyanat_{os.environ.get('SIYANAT_TEST_NAME', 'all')}"}
DATABASES["default"]["CONN_MAX_AGE"] = 0
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
ACCOUNT_RATE_LIMITS = {"login_failed": "5/10m/key"}
LOGGING["root"]["level"] = "WARNING"  # type: ignore[index]

"""Make sure that the tests have Debian's programs: installed when missing and root, else said."""

from __future__ import annotations

import os
import shutil
import subprocess

PROGRAMS = {
    "chromium": "the browser tests",
    "nginx": "the tests of the installing page behind TLS",
}


def main() -> None:
    """Install each program where that is possible; say plainly which tests will be skipped where not."""
    missing = [name for name in PROGRAMS if not shutil.which(name)]
    can_install = os.geteuid() == 0 and shutil.which("apt-get")
    if missing and can_install:
        _install(missing)
    for name in missing:
        if not shutil.which(name):
            print(f"{name} is not installed: {PROGRAMS[name]} are SKIPPED (as root they would install it)")


def _install(names: list[str]) -> None:
    print(f"installing {', '.join(names)} for the tests ...")
    # In run level 1 no package starts a service: the tests start their own.
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    for command in (["update"], ["install", "-y", *names]):
        subprocess.run(["apt-get", "-qq", *command], env=environment, check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    main()

"""Make sure that the browser tests have Debian's chromium: installed when missing and root, else said."""

from __future__ import annotations

import os
import shutil
import subprocess


def main() -> None:
    """Install chromium where that is possible; say plainly that browser tests will be skipped where not."""
    if shutil.which("chromium"):
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print("installing chromium for the browser tests ...")
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in (["apt-get", "-qq", "update"], ["apt-get", "-qq", "install", "-y", "chromium"]):
            subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
        return
    print("chromium is not installed: the browser tests are SKIPPED (as root they would install it)")


if __name__ == "__main__":
    main()

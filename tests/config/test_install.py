"""The files of the installing page are what systemd and nginx accept, as far as this machine can tell."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.config.install_page import files


def test_every_service_runs_a_command_that_exists() -> None:
    from siyanat.config import cli

    commands = set(cli.build().commands)
    for path, text in files().items():
        for verb in re.findall(r"bin/siyanat (\w[\w-]*)", text):
            assert verb in commands, (path, verb)


def test_every_setting_is_in_the_reference() -> None:
    from siyanat.config import reference

    known = {name for name, _default, _told in reference.SETTINGS}
    named = set(re.findall(r"^(SIYANAT_\w+)=", files()["/etc/siyanat.env"], flags=re.MULTILINE))
    assert named <= known


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not on this machine")
def test_systemd_accepts_the_units(tmp_path: Path) -> None:
    for path, text in files().items():
        if not path.endswith(".service"):
            continue
        unit = tmp_path / Path(path).name
        program = tmp_path / "program"
        program.write_text("#!/bin/sh\n")
        program.chmod(0o755)
        unit.write_text(re.sub(r"/opt/siyanat/\.venv/bin/\w+", str(program), text))
        checked = subprocess.run(
            ["systemd-analyze", "verify", "--man=no", str(unit)], capture_output=True, text=True, check=False
        )
        complaints = [
            line for line in checked.stderr.splitlines() if unit.name in line and "not found" not in line
        ]
        assert not complaints


@pytest.mark.skipif(shutil.which("nginx") is None, reason="nginx is not on this machine")
def test_nginx_accepts_the_site(tmp_path: Path) -> None:
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1",
         "-subj", "/CN=siyanat.example.org", "-keyout", str(tmp_path / "key.pem"), "-out", str(tmp_path / "fullchain.pem")],
        check=True, capture_output=True,
    )  # fmt: skip
    site = files()["/etc/nginx/sites-available/siyanat"].replace("/etc/ssl/siyanat", str(tmp_path))
    whole = f"pid {tmp_path}/pid;\nerror_log stderr;\nevents {{}}\nhttp {{\naccess_log off;\n{site}\n}}\n"
    (tmp_path / "nginx.conf").write_text(whole)
    checked = subprocess.run(
        ["nginx", "-t", "-c", str(tmp_path / "nginx.conf"), "-p", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stderr

"""The installing page, carried out as far as a machine without systemd's right hand can.

Its commands, settings and nginx site run on loopback addresses with a certificate of our own: signing in, uploading
and playing over TLS, backup, upgrade, and a restore into an empty deployment.
"""

from __future__ import annotations

import gzip
import hashlib
import http.client
import os
import re
import shutil
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from allauth.mfa.totp.internal import auth as totp

from tests.cast import PASSWORD
from tests.config import install_page
from tests.faults import children, deployment
from tests.ingest import files

pytestmark = [
    pytest.mark.slow,
    pytest.mark.expects_errors,
    pytest.mark.skipif(
        not (shutil.which("nginx") and shutil.which("openssl")),
        reason="nginx is not installed: python tools/programs.py installs it as root",
    ),
]
MEGABYTE = 1024 * 1024
NAME = install_page.NAME
FORM = "application/x-www-form-urlencoded"


def make_certificate(folder: Path) -> None:
    """``fullchain.pem`` and ``key.pem``, for the page's name and for the address that the test connects to."""
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1",
         "-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME},IP:127.0.0.1",
         "-keyout", str(folder / "key.pem"), "-out", str(folder / "fullchain.pem")],
        check=True, capture_output=True,
    )  # fmt: skip


def write_site(folder: Path, *, web: int, plain: int, tls: int) -> Path:
    """The page's nginx site, with our ports and certificate, and nothing else of a server."""
    site = install_page.files()["/etc/nginx/sites-available/siyanat"]
    for told, ours in (
        ("/etc/ssl/siyanat", str(folder)),
        ("listen 80;", f"listen 127.0.0.1:{plain};"),
        ("listen 443 ssl;", f"listen 127.0.0.1:{tls} ssl;"),
        ("proxy_pass http://127.0.0.1:8000;", f"proxy_pass http://127.0.0.1:{web};"),
    ):
        assert told in site, told
        site = site.replace(told, ours)
    temporary = "\n".join(
        f"{name}_temp_path {folder}/{name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;\n" if os.geteuid() == 0 else ""  # the test's own folders are closed to others
    path = folder / "nginx.conf"
    path.write_text(
        f"{user}daemon off;\npid {folder}/pid;\nerror_log stderr;\nevents {{}}\n"
        f"http {{\naccess_log off;\n{temporary}\n{site}\n}}\n"
    )
    return path


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[deployment.Deployment]:
    """Web process and worker as the units start them, behind nginx as the page configures it."""
    folder = tmp_path_factory.mktemp("installed")
    own = {
        "SIYANAT_HOME",
        "SIYANAT_STORE",
        "SIYANAT_CACHE",
        "SIYANAT_DATABASE_URL",
    }  # where this machine keeps them
    told = {name: value for name, value in install_page.settings().items() if name not in own}
    with deployment.deployed(folder / "deployment", **told) as found:
        found.world = found.question("make_reviewed_world")
        plain, tls = deployment.free_port(), deployment.free_port()
        make_certificate(folder)
        site = write_site(folder, web=found.port, plain=plain, tls=tls)
        found.start_program("nginx", "nginx", "-c", str(site), "-p", str(folder), "-e", "stderr")
        start_units(found)
        trusted = ssl.create_default_context(cafile=str(folder / "fullchain.pem"))
        found.headers = {"Host": NAME, "Origin": f"https://{NAME}"}
        found.line = lambda wait: http.client.HTTPSConnection("127.0.0.1", tls, timeout=wait, context=trusted)
        found.plain_port = plain
        children.wait_for(found.is_up, 120)
        yield found


def start_units(found: deployment.Deployment) -> None:
    """What the units start, from this environment and on our port."""
    binaries = Path(sys.executable).parent
    for name in ("siyanat-web", "siyanat-worker"):
        program, *arguments = install_page.command(name)
        arguments = [str(found.port) if one == "8000" else one for one in arguments]
        found.start_program(name, str(binaries / Path(program).name), *arguments)


def cookies_of(answer: deployment.Answer) -> str:
    return "; ".join(one.partition(";")[0] for one in answer.cookies)


USED: dict[str, int] = {}


def unused_counter(name: str) -> int:
    """The half minute of a code that this person has not used yet: each opens once, so the next one is waited for."""
    while (counter := list(totp.yield_hotp_counters_from_time())[-1]) == USED.get(name):
        time.sleep(1)
    USED[name] = counter
    return counter


def sign_in(found: deployment.Deployment, name: str, **headers: str) -> str:
    """Password, then the authenticator's code, as a browser sends them; the session's cookies."""
    page = found.ask("/account/login/", **headers)
    token = cookies_of(page).partition("csrftoken=")[2]
    form = f"login={name}&password={PASSWORD.replace(' ', '+')}&csrfmiddlewaretoken={token}"
    first = found.ask("/account/login/", method="POST", body=form.encode(), Cookie=f"csrftoken={token}",
                      Content_Type=FORM, **headers)  # fmt: skip
    assert first.status == 302, first.text
    code = totp.format_hotp_value(totp.hotp_value(deployment.SECRET, unused_counter(name)))
    jar = {**dict(one.partition(";")[0].split("=", 1) for one in first.cookies)}
    token = jar.setdefault("csrftoken", token)
    second = found.ask(
        "/account/2fa/authenticate/", method="POST", body=f"code={code}&csrfmiddlewaretoken={token}".encode(),
        Cookie="; ".join(f"{key}={value}" for key, value in jar.items()), Content_Type=FORM, **headers,
    )  # fmt: skip
    assert second.status == 302, second.text
    for one in second.cookies:
        check_cookie(one)
    jar |= dict(one.partition(";")[0].split("=", 1) for one in second.cookies)
    return f"sessionid={jar['sessionid']}"


def check_cookie(text: str) -> None:
    """Only over TLS; the session is out of reach of scripts."""
    assert "Secure" in text
    if text.startswith("sessionid="):
        assert "HttpOnly" in text
        assert "SameSite=Lax" in text


def test_what_comes_without_tls_is_sent_to_tls_and_browsers_remember(
    installed: deployment.Deployment,
) -> None:
    line = http.client.HTTPConnection("127.0.0.1", installed.plain_port, timeout=30)
    line.request("GET", "/review/", headers={"Host": NAME})
    answer = line.getresponse()
    assert (answer.status, answer.getheader("Location")) == (301, f"https://{NAME}/review/")
    line.close()
    page = installed.ask("/account/login/")
    assert page.status == 200
    assert "max-age=31536000" in page.headers["strict-transport-security"]
    assert page.headers["x-frame-options"] == "DENY"
    check_cookie(page.cookies[0])
    style = installed.ask("/static/ui/dist/style.css")
    assert style.status == 200
    assert style.headers["content-type"].startswith("text/css")
    assert installed.ask("/account/login/", Host="elsewhere.example.org").status == 400


def test_a_visitor_is_counted_by_the_address_that_the_proxy_saw(installed: deployment.Deployment) -> None:
    sign_in(installed, "head", X_Forwarded_For="198.51.100.7", X_Real_IP="198.51.100.7")
    counted = installed.question("list_counted")
    assert any("127.0.0.1" in one for one in counted), counted
    assert not any("198.51.100" in one for one in counted), counted


def test_a_large_upload_resumes_over_tls_and_what_is_too_large_for_one_body_is_turned_away(
    installed: deployment.Deployment, tmp_path: Path
) -> None:
    clip = files.clip(tmp_path / "CAM0.mp4", seconds=5, seed=7).read_bytes()
    padding = 75 * MEGABYTE
    data = clip + (8 + padding).to_bytes(4, "big") + b"free" + os.urandom(padding)
    uploader = deployment.Uploader(installed, sign_in(installed, "steward"), data, piece_bytes=64 * MEGABYTE)
    assert uploader.begin("CAM0.mp4").status == 201
    uploader.send_all()
    assert (uploader.outcome, uploader.faults) == ("sealed", [])
    assert hashlib.sha256(data).hexdigest() in installed.question("tell")["digests"]
    again = deployment.Uploader(installed, uploader.cookie.partition(";")[0], data, piece_bytes=70 * MEGABYTE)
    assert again.begin("other.mp4").status == 201
    again._send_one()
    assert again.faults in ([413], [0])  # nginx says so, or breaks the line while the body is still coming
    assert again.acknowledged == 0


def test_footage_plays_over_tls(installed: deployment.Deployment) -> None:
    cookie = sign_in(installed, "head")
    film = f"/review/{installed.world['review']}/film/"
    playlist = installed.ask(f"{film}{installed.world['arash']}.m3u8", Cookie=cookie)
    assert playlist.status == 200
    text = gzip.decompress(playlist.content).decode()
    segment = re.search(r"^[\w-]+/\d+\.ts$", text, flags=re.MULTILINE)
    assert segment is not None, text
    played = installed.ask(film + segment[0], Cookie=cookie)
    assert (played.status, played.headers["content-type"]) == (200, "video/mp2t")
    assert played.content[0] == played.content[188] == 0x47  # packets of a transport stream
    assert played.headers["cache-control"] == "private, no-store"
    assert installed.ask(film + segment[0]).status == 302  # nobody without a session


def test_a_backup_brings_an_empty_deployment_to_the_same_figures_and_an_upgrade_keeps_them(
    installed: deployment.Deployment, tmp_path: Path
) -> None:
    assert installed.siyanat("backup", str(tmp_path / "kept")).returncode == 0
    for name in ("siyanat-worker", "siyanat-web"):  # the page's order: stop, upgrade, start
        installed.processes[name].terminate()
        installed.processes[name].wait(timeout=60)
    assert installed.siyanat("ledger", "seal").returncode == 0
    assert installed.siyanat("backup", str(tmp_path / "kept")).returncode == 0
    before = installed.question("figures")
    assert installed.siyanat("migrate").returncode == 0
    start_units(installed)
    children.wait_for(installed.is_up, 120)
    assert before["recorded"] > 0
    assert before["head"]
    settings = {"SIYANAT_LEDGER_ORIGIN": install_page.settings()["SIYANAT_LEDGER_ORIGIN"]}
    with deployment.deployed(tmp_path / "second", empty=True, **settings) as second:
        restored = second.siyanat("restore", str(tmp_path / "kept"))
        assert restored.returncode == 0, restored.stderr
        assert second.question("figures") == before
        assert second.siyanat("verify", "--level", "hash").returncode == 0
        assert second.siyanat("ledger", "verify").returncode == 0
        refused = second.siyanat("restore", str(tmp_path / "kept"))
        assert refused.returncode == 1

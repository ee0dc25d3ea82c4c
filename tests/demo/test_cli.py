"""The demo's home, its door on the loopback interface, and its processes, which end with it."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from allauth.mfa.totp.internal import auth as totp
from django.contrib import auth
from django.test import Client, RequestFactory
from django.urls import include, path
from pytest_django.fixtures import Settings

from siyanat.accounts import models as accounts
from siyanat.config import urls as config_urls
from siyanat.demo import cast as casts
from siyanat.demo import cli
from siyanat.demo import home as homes
from siyanat.lib import errors
from tests import cast as cast_module

urlpatterns = [*config_urls.urlpatterns, path("demo/", include("siyanat.demo.urls"))]
ELSEWHERE = "192.0.2.7"
PASSWORD = "demo-abcd-efgh-jkmn"
SECRET = "JBSWY3DPEHPK3PXP"


@pytest.fixture
def door(cast: cast_module.Cast, settings: Settings, tmp_path: Path) -> Client:
    """A demo whose head can be signed in as."""
    settings.DEMO, settings.HOME, settings.ROOT_URLCONF = True, tmp_path, __name__
    head = cast.people["head"].user
    assert head is not None
    head.is_demo = True
    head.set_password(PASSWORD)
    head.save()
    homes.write(homes.Home(tmp_path), homes.Secrets(PASSWORD, {one.username: SECRET for one in casts.CAST}))
    return Client(HTTP_HOST="localhost")


def test_the_cast_is_shown_with_codes_that_an_authenticator_would_show(door: Client) -> None:
    page = door.get("/demo/").content.decode()
    code, _left = homes.current_code(SECRET, at=time.time())
    assert PASSWORD in page
    assert code in page or homes.current_code(SECRET, at=time.time())[0] in page


def test_the_cast_has_the_whole_page_for_whoever_is_signed_in(door: Client) -> None:
    door.post("/demo/sign-in/head/")
    assert "shell-plain" in door.get("/demo/").content.decode()


def test_codes_are_those_of_the_library_that_checks_them() -> None:
    at = time.time()
    assert homes.current_code(SECRET, at=at)[0] == f"{totp.hotp_value(SECRET, int(at) // 30):06d}"


def test_signing_in_as_one_of_the_cast_is_a_full_login(door: Client) -> None:
    answer = door.post("/demo/sign-in/head/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    methods = {one["method"] for one in door.session["account_authentication_methods"]}
    assert methods == {"password", "mfa"}


@pytest.mark.parametrize("username", ["leader", "nobody"])
def test_only_demo_accounts_of_the_cast_can_be_signed_in_as(door: Client, username: str) -> None:
    assert door.post(f"/demo/sign-in/{username}/").status_code == 404


@pytest.mark.parametrize("where", [{"REMOTE_ADDR": ELSEWHERE}, {"HTTP_X_FORWARDED_FOR": ELSEWHERE}])
def test_from_elsewhere_there_is_no_such_page(door: Client, where: dict[str, str]) -> None:
    assert door.get("/demo/", **where).status_code == 404  # type: ignore[arg-type]
    assert door.post("/demo/sign-in/head/", **where).status_code == 404  # type: ignore[arg-type]


def test_without_the_demo_there_is_no_such_page(door: Client, settings: Settings) -> None:
    settings.DEMO = False
    assert door.get("/demo/").status_code == 404
    assert door.post("/demo/sign-in/head/").status_code == 404


def test_a_demo_login_is_refused_elsewhere(door: Client) -> None:
    requests = RequestFactory(HTTP_HOST="localhost")
    here, there = requests.post("/"), requests.post("/", REMOTE_ADDR=ELSEWHERE)
    assert isinstance(auth.authenticate(here, username="head", password=PASSWORD), accounts.User)
    assert auth.authenticate(there, username="head", password=PASSWORD) is None


def test_secrets_are_drawn_once_and_readable_by_their_owner_alone(tmp_path: Path) -> None:
    home = homes.Home(tmp_path / "demo")
    first = homes.remember(home, ["head"], footage="")
    assert homes.remember(home, ["head"], footage="") == first
    assert home.note.stat().st_mode & 0o077 == 0
    with pytest.raises(errors.Refusal):
        homes.remember(home, ["head"], footage="/somewhere/else")


def test_a_folder_with_something_else_in_it_is_neither_used_nor_emptied(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(errors.Refusal):
        homes.check_usable(homes.Home(tmp_path))
    with pytest.raises(errors.Refusal):
        homes.empty(homes.Home(tmp_path))
    assert (tmp_path / "thesis.txt").exists()


def test_forgetting_leaves_the_database_server_alone(tmp_path: Path) -> None:
    home = homes.Home(tmp_path)
    homes.remember(home, ["head"], footage="")
    for name in ("store", "dock", "postgres"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").touch()
    homes.empty(home)
    assert [one.name for one in tmp_path.iterdir()] == ["postgres"]


def test_two_demos_do_not_run_in_one_home(tmp_path: Path) -> None:
    with homes.alone(homes.Home(tmp_path)), pytest.raises(errors.Refusal), homes.alone(homes.Home(tmp_path)):
        pass


SCRIPT = """
import sys
from pathlib import Path
from siyanat.demo.children import Children
with Children(logs=Path(sys.argv[1]), environment={}) as children:
    children.start("stubborn", ("-c", "import subprocess, sys, time; "
        "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']); print('up', flush=True); time.sleep(600)"))
    children.start("plain", ("-c", "import time; time.sleep(600)"))
    print("ready", *(child.pid for child in children.running.values()), flush=True)
    while not children.is_stopping:
        children.pause(60)
"""


def test_ctrl_c_leaves_no_process(tmp_path: Path) -> None:
    run = subprocess.Popen([sys.executable, "-c", SCRIPT, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert run.stdout is not None
    word, *sessions = run.stdout.readline().split()
    assert word == "ready"
    until = time.monotonic() + 20
    while "up" not in (tmp_path / "stubborn.log").read_text() and time.monotonic() < until:
        time.sleep(0.05)
    run.send_signal(signal.SIGINT)
    assert run.wait(timeout=30) == 0
    run.stdout.close()
    assert not [one for one in sessions if _lives(int(one))]


def _lives(session: int) -> bool:
    """Whether any process of the session is left, but for what only waits to be reaped."""
    found = subprocess.run(
        ["ps", "-o", "stat=", "-s", str(session)], capture_output=True, text=True, check=False
    )
    return any(not line.startswith("Z") for line in found.stdout.split())


def test_the_demo_has_a_home_of_its_own() -> None:
    assert cli.own_home().parts[-2:] == ("var", "demo")


def test_a_foreign_folder_is_refused_before_any_database_is_started_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    monkeypatch.setenv("SIYANAT_HOME", str(tmp_path))
    monkeypatch.delenv("SIYANAT_DEMO", raising=False)
    with pytest.raises(errors.Refusal) as refusal:
        cli.demo.main([], standalone_mode=False)
    assert refusal.value.code == "demo.foreign_folder"
    assert [one.name for one in tmp_path.iterdir()] == ["thesis.txt"]

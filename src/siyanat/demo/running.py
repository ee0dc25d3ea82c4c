"""A run of the demo from the first table to the last process: world, web, workers, footage, and a clean end."""

from __future__ import annotations

import contextlib
import dataclasses
import http.client
import json
import socket
import sys
import time
from pathlib import Path

import click
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.utils import translation
from django.utils.translation import gettext as _

from siyanat.demo import cast as casts
from siyanat.demo import feed, marker, progress, witness, world
from siyanat.demo import home as homes
from siyanat.demo.children import Children
from siyanat.ingest import receipts, sources
from siyanat.lib import clock, errors
from siyanat.roster import models as roster

SEED = 1405
FIRST_PORT, LAST_PORT = 8000, 8099
START_SECONDS = 60
LINE_SECONDS = 2.0
PRINTED_SECONDS = 30.0  # where lines can't be written over
LANGUAGES = ("fa", "en")


def forget() -> None:
    """Drop the demo's tables and remove its files.

    :raises errors.Refusal: ``demo.foreign_database``, ``demo.foreign_folder``, ``demo.runs_already``.
    """
    home = homes.Home(settings.HOME)
    with homes.alone(home):
        homes.check_usable(home)
        marker.wipe()
        homes.empty(home)


def run(*, port: int | None, clips: str) -> None:
    """Run the demo until a signal to stop. The database is up already.

    :raises errors.Refusal: ``demo.*`` when this is no place for a demo.
    """
    began = time.monotonic()
    home = homes.Home(settings.HOME)
    with homes.alone(home):
        homes.check_usable(home)
        mark = marker.claim(now=clock.now(), seed=SEED)
        kept = homes.remember(home, [one.username for one in casts.CAST], footage=clips)
        prepare(home, mark, kept)
        chosen = port or free_port()
        environment = {
            "SIYANAT_UNIT": world.STATION,
            "SIYANAT_LEDGER_WITNESSES": witness.setting(f"http://127.0.0.1:{chosen}"),
        }
        with Children(logs=home.logs, environment=environment) as children:
            children.start("deployment", ("-m", "siyanat.config.cli", "run", "--port", str(chosen)))
            told = _feed(home, kept, children)
            _wait_for(chosen, home, children)
            if not children.is_stopping:
                tell(f"http://127.0.0.1:{chosen}", kept, seconds=time.monotonic() - began)
            _follow(children, told, home.dock / world.STATION)
            click.echo("\n" + _("Stopping ..."))


def prepare(home: homes.Home, mark: marker.Mark, kept: homes.Secrets) -> None:
    """Bring the tables up to date and write the world once; later, plan tonight's patrols."""
    _say(_("Preparing the tables ..."))
    call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)
    if mark.began_at is None:
        _say(_("Writing the country: units, people, cameras, months of shifts ..."))
        world.write(now=clock.now(), seed=mark.seed, kept=kept, files=home.files)
    else:
        world.freshen(now=clock.now(), kept=kept, files=home.files)
    witness.register(now=clock.now())
    connections.close_all()


def free_port() -> int:
    """The first free port on the loopback interface.

    :raises errors.Refusal: ``demo.no_free_port``.
    """
    for port in range(FIRST_PORT, LAST_PORT + 1):
        with socket.socket() as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                tried.bind(("127.0.0.1", port))
                return port
    raise errors.Refusal("demo.no_free_port", first=FIRST_PORT, last=LAST_PORT)


def _feed(home: homes.Home, kept: homes.Secrets, children: Children) -> Path | None:
    """Watch the station's dock, and fill it when it was not filled before; where the composer tells how far it is."""
    mark = marker.read()
    assert mark.began_at is not None
    dock = home.dock / world.STATION
    dock.mkdir(parents=True, exist_ok=True)
    children.start(
        "ingest",
        ("-m", "siyanat.config.cli", "ingest", str(dock), "--watch", "--receipts", "--unit", world.STATION),
    )
    job = feed.Job(
        began_at=mark.began_at.isoformat(), serials=world.serials(), unknown_serial=world.UNKNOWN_SERIAL,
        dock=str(dock), cache=str(home.footage_cache), clips=kept.footage,
    )  # fmt: skip
    if job.done_note.exists():
        return None
    note, told = home.folder / "footage.json", home.logs / "footage.jsonl"
    note.write_text(json.dumps(dataclasses.asdict(job)))
    children.start("footage", ("-m", "siyanat.demo.feed", str(note)), output=told)
    return told


def _wait_for(port: int, home: homes.Home, children: Children) -> None:
    until = time.monotonic() + START_SECONDS
    while not children.is_stopping:
        if _answers(port):
            return
        if time.monotonic() > until or children.has_ended("deployment"):
            raise errors.PassingFault("demo.did_not_start", log=str(home.logs / "web.log"))
        children.pause(0.5)


def _answers(port: int) -> bool:
    """Whether the web process serves and its database answers."""
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        link.request("GET", "/healthz")
        return link.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        link.close()


def tell(address: str, kept: homes.Secrets, *, seconds: float) -> None:
    """Print the address and the cast in both languages."""
    before = translation.get_language() or "en"
    posts = roster.HeldPost.objects.filter(person__user__username__in=kept.second_factors)
    places = {
        (post.person.user.username, post.role): post.unit
        for post in posts.select_related("unit", "person__user")
        if post.person.user
    }
    for language in LANGUAGES:
        with translation.override(language):
            click.echo("\n" + _("Siyanat's demo is ready (%(seconds)d s).") % {"seconds": seconds})
            click.echo(
                _("Open %(address)s and choose whom to be: two clicks, no code to type.")
                % {"address": f"{address}/demo/"}
            )
            click.echo(
                _(
                    "To sign in by hand (%(address)s), the password of all is %(password)s;"
                    " codes last 30 seconds, the page above shows new ones."
                )
                % {"address": f"{address}/", "password": kept.password}
            )
            for player in (one for one in casts.CAST if one.username in kept.second_factors):
                code, _left = homes.current_code(kept.second_factors[player.username], at=time.time())
                role = str(roster.HeldPost.Role(player.role).label)
                name = " ".join(player.name_fa if language == "fa" else player.name_en)
                comma = "،" if language == "fa" else ","
                where = places.get((player.username, player.role))
                told = f"{role}{comma} {name}" + (f" ({where.name})" if where else "")
                click.echo(f"  {player.username:<10} {code}  {told}")
    translation.activate(before)
    click.echo("")
    click.echo(
        _("Ctrl-C stops everything; starting again takes seconds. siyanat demo --reset forgets it all.")
    )


def release_dock(dock: Path) -> int:
    """Do what a dock does: let go of its copy of each file that has a valid receipt; returns of how many."""
    released = 0
    for look in sources.list_files(dock):
        if receipts.find_valid(look) is not None:
            look.path.unlink()
            released += 1
    return released


def _follow(children: Children, told: Path | None, dock: Path) -> None:
    """Show how the footage arrives until a signal to stop."""
    wait = LINE_SECONDS if sys.stdout.isatty() else PRINTED_SECONDS
    is_done = told is None
    while not children.is_stopping:
        if children.has_ended("deployment"):
            raise errors.PassingFault(
                "demo.did_not_start", log=str(dock.parents[1] / "logs" / "deployment.log")
            )
        if not is_done:
            standing = progress.look(told)
            _say(standing.line(), again=True)
            if standing.is_complete:
                is_done = True
                release_dock(dock)
                click.echo("\n" + _("All footage is in and analyzed."))
        children.pause(wait)


def _say(text: str, *, again: bool = False) -> None:
    """A line; on a terminal one that is written over itself."""
    if again and sys.stdout.isatty():
        click.echo(f"\r\033[K{text}", nl=False)
    else:
        click.echo(text)

"""The demo's own folder: where things lie, what is remembered between runs, who runs it at present.

Kept here: ``demo.json`` (password and second factors of the cast, where the footage comes from), readable by its
owner alone, and the lock. Nothing here knows the database. Only a folder that carries the mark is ever emptied.
"""

from __future__ import annotations

import base64
import contextlib
import dataclasses
import fcntl
import hashlib
import hmac
import json
import os
import secrets
import shutil
import struct
from collections.abc import Iterable, Iterator
from pathlib import Path

from siyanat.lib import errors

NAME = "demo.json"
LOCK = "demo.lock"
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_PERIOD_SECONDS = 30
# What a reset leaves: the database's own folder and its password (the tables are dropped instead), and the lock.
_KEPT = frozenset({"postgres", "postgres.password", "postgres.lock", LOCK})


@dataclasses.dataclass(slots=True)
class Secrets:
    """What the demo remembers. ``second_factors``: user name to TOTP secret in base32."""

    password: str
    second_factors: dict[str, str]
    footage: str = ""  # somebody's own clips; empty: the composed scenes


@dataclasses.dataclass(frozen=True, slots=True)
class Home:
    """The folder and the places in it."""

    folder: Path

    @property
    def note(self) -> Path:
        return self.folder / NAME

    @property
    def dock(self) -> Path:
        return self.folder / "dock"

    @property
    def footage_cache(self) -> Path:
        return self.folder / "footage"

    @property
    def files(self) -> Path:
        """For the visitor to look at, such as the file that the cameras were registered from."""
        return self.folder / "files"

    @property
    def logs(self) -> Path:
        return self.folder / "logs"


def read(home: Home) -> Secrets | None:
    """What is remembered, or None before the first run."""
    return Secrets(**json.loads(home.note.read_text())) if home.note.exists() else None


def remember(home: Home, usernames: Iterable[str], *, footage: str) -> Secrets:
    """What is remembered; drawn at random and written down at the first run.

    :raises errors.Refusal: ``demo.other_footage`` when the demo was made from other footage.
    """
    known = read(home)
    if known is None:
        known = Secrets(_draw_password(), {name: _draw_second_factor() for name in usernames}, footage)
        write(home, known)
    elif footage and footage != known.footage:
        raise errors.Refusal("demo.other_footage", given=footage, known=known.footage)
    return known


def write(home: Home, kept: Secrets) -> None:
    """Write it down, readable by its owner alone."""
    home.folder.mkdir(parents=True, exist_ok=True)
    part = home.folder / f".{NAME}.{os.getpid()}"
    part.touch(mode=0o600)
    part.write_text(json.dumps(dataclasses.asdict(kept), indent=1))
    part.replace(home.note)


def check_usable(home: Home) -> None:
    """:raises errors.Refusal: ``demo.foreign_folder`` when something else than a demo lives in the folder."""
    found = {path.name for path in home.folder.iterdir()} if home.folder.is_dir() else set()
    if NAME not in found and found - _KEPT - {"secret_key", "static", "logs"}:
        raise errors.Refusal("demo.foreign_folder", folder=str(home.folder))


def empty(home: Home) -> None:
    """Remove everything of the demo but the database server's folder.

    :raises errors.Refusal: as `check_usable`.
    """
    check_usable(home)
    for path in sorted(home.folder.iterdir()) if home.folder.is_dir() else []:
        if path.name in _KEPT:
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


@contextlib.contextmanager
def alone(home: Home) -> Iterator[None]:
    """Hold the demo: one process at a time.

    :raises errors.Refusal: ``demo.runs_already``.
    """
    home.folder.mkdir(parents=True, exist_ok=True)
    with (home.folder / LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise errors.Refusal("demo.runs_already", folder=str(home.folder)) from None
        yield


def current_code(secret: str, *, at: float) -> tuple[str, int]:
    """The six digits of RFC 6238 (HMAC-SHA1, 30 s) at ``at`` seconds since 1970, and how many seconds they last."""
    counter = int(at) // _PERIOD_SECONDS
    digest = hmac.digest(base64.b32decode(secret), struct.pack(">Q", counter), hashlib.sha1)
    place = digest[-1] & 0x0F
    value = struct.unpack(">I", digest[place : place + 4])[0] & 0x7FFFFFFF
    return f"{value % 1_000_000:06d}", _PERIOD_SECONDS - int(at) % _PERIOD_SECONDS


def _draw_password() -> str:
    letters = "".join(secrets.choice(_LETTERS) for _ in range(12))
    return f"demo-{letters[:4]}-{letters[4:8]}-{letters[8:]}"


def _draw_second_factor() -> str:
    return base64.b32encode(secrets.token_bytes(20)).decode()

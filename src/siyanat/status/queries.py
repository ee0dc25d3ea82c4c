"""How the deployment is: queue, workers, disks, intake, analysis, log, versions. Only reads."""

from __future__ import annotations

import datetime as dt
import importlib.metadata
import platform
import shutil
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import django
from django.conf import settings
from django.db import connection
from django.db.models import Count, Max, Min, Q, Sum
from procrastinate.contrib.django.models import ProcrastinateEvent, ProcrastinateJob, ProcrastinateWorker

import siyanat
from siyanat.evidence import models as evidence
from siyanat.ingest import models as ingest
from siyanat.ledger import checkpoints, submission, witnessing
from siyanat.ledger import models as ledger
from siyanat.ledger import queries as ledger_queries
from siyanat.ledger import verification as ledger_verification
from siyanat.roster import gates
from siyanat.roster import models as roster
from siyanat.signals import models as signals
from siyanat.status import models
from siyanat.ui import errors as sentences

READERS = (gates.Role.ADMINISTRATOR, gates.Role.EVIDENCE_CUSTODIAN, gates.Role.EXTERNAL_OVERSEER)
DAY = dt.timedelta(days=1)
RATE_OVER = dt.timedelta(days=7)
# A worker sends a heartbeat every ten seconds; the queue takes its jobs back after a minute.
SILENT_AFTER = dt.timedelta(seconds=60)
# Limits beyond which the board says that somebody must look.
WAIT_TOO_LONG = dt.timedelta(hours=1)
DISK_TOO_FULL = 0.9
DISK_DAYS_TOO_FEW = 14
CHECKPOINT_TOO_OLD = dt.timedelta(hours=1)
FAILED_SHOWN = 50
UNITS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Queue:
    """One queue: how many jobs wait, run, failed for good, and when the oldest waiting one came."""

    name: str
    todo: int
    doing: int
    failed: int
    oldest_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class FailedJob:
    """A job that failed for good, with what its last try raised."""

    job: ProcrastinateJob
    failure: models.Failure | None

    @property
    def sentence(self) -> str:
        """The error in the reader's language; empty when it was not foreseen or came before this was kept."""
        if self.failure is None or not self.failure.code:
            return ""
        return sentences.sentence_for(self.failure.code, self.failure.facts)


@dataclass(frozen=True, slots=True)
class Worker:
    """A worker process and what it is doing."""

    number: int
    seen_at: dt.datetime
    is_silent: bool
    tasks: list[str]


@dataclass(frozen=True, slots=True)
class Disk:
    """The disk under one of the deployment's folders. ``per_day`` is what the store grew by, on average."""

    name: str
    total: int
    used: int
    free: int
    per_day: int

    @property
    def used_share(self) -> float:
        """Share of the disk that is taken."""
        return self.used / self.total if self.total else 1.0

    @property
    def days_left(self) -> int | None:
        """Days until it is full at the present rate; None while nothing is being added."""
        return self.free // self.per_day if self.per_day else None

    @property
    def is_short(self) -> bool:
        """Whether somebody must make room."""
        days = self.days_left
        return self.used_share > DISK_TOO_FULL or (days is not None and days < DISK_DAYS_TOO_FEW)


def list_queues() -> list[Queue]:
    """Every queue that holds jobs, by name."""
    waiting = ProcrastinateJob.objects.filter(status__in=["todo", "doing", "failed"])
    counts = {
        row["queue_name"]: row
        for row in waiting.values("queue_name").annotate(
            todo=Count("pk", filter=Q(status="todo")), doing=Count("pk", filter=Q(status="doing")),
            failed=Count("pk", filter=Q(status="failed")),
        )
    }  # fmt: skip
    oldest = dict(
        ProcrastinateEvent.objects.filter(job__status="todo", type="deferred")
        .values_list("job__queue_name").annotate(at=Min("at"))
    )  # fmt: skip
    return [
        Queue(name, row["todo"], row["doing"], row["failed"], oldest.get(name))
        for name, row in sorted(counts.items())
    ]


def count_done(*, now: dt.datetime) -> int:
    """Jobs that succeeded within the last day."""
    return ProcrastinateEvent.objects.filter(type="succeeded", at__gte=now - DAY).count()


def list_failed() -> list[FailedJob]:
    """The latest jobs that failed for good, with the error of their last try."""
    jobs = list(ProcrastinateJob.objects.filter(status="failed").order_by("-pk")[:FAILED_SHOWN])
    rows = models.Failure.objects.filter(job_id__in=[job.pk for job in jobs])
    last = {row.job_id: row for row in rows.order_by("failed_at")}
    return [FailedJob(job, last.get(job.pk)) for job in jobs]


def count_failed() -> int:
    """How many jobs failed for good."""
    return ProcrastinateJob.objects.filter(status="failed").count()


def list_workers(*, now: dt.datetime) -> list[Worker]:
    """Workers that the queue knows, the one seen last first."""
    doing: dict[int, list[str]] = {}
    for number, name in ProcrastinateJob.objects.filter(status="doing", worker__isnull=False).values_list(
        "worker_id", "task_name"
    ):
        doing.setdefault(number, []).append(name)
    return [
        Worker(row.pk, row.last_heartbeat, now - row.last_heartbeat > SILENT_AFTER, doing.get(row.pk, []))
        for row in ProcrastinateWorker.objects.order_by("-last_heartbeat")[:UNITS_SHOWN]
    ]


def list_disks(*, now: dt.datetime) -> list[Disk]:
    """The disks under store, home and cache. Those that share the store's disk fill at the store's rate."""
    taken = evidence.Recording.objects.filter(received_at__gte=now - RATE_OVER).aggregate(
        size=Sum("size_bytes"), first=Min("received_at")
    )
    days = max(1.0, (now - taken["first"]) / DAY) if taken["first"] else 1.0
    rate = int((taken["size"] or 0) / days)
    store = _existing(settings.STORE)
    folders = {"store": store, "home": _existing(settings.HOME), "cache": _existing(settings.CACHE)}
    disks = []
    for name, folder in folders.items():
        usage = shutil.disk_usage(folder)
        is_same = folder.stat().st_dev == store.stat().st_dev
        disks.append(Disk(name, usage.total, usage.total - usage.free, usage.free, rate if is_same else 0))
    return disks


def _existing(folder: Path) -> Path:
    return next(place for place in (folder, *folder.parents) if place.exists())


@dataclass(frozen=True, slots=True)
class Intake:
    """What one unit's dock took in within the last day."""

    unit: roster.Unit
    batches: int
    sealed: int
    quarantined: int
    size_bytes: int
    last_at: dt.datetime


def list_intake(viewer: gates.Viewer, *, now: dt.datetime) -> list[Intake]:
    """Intake of the last day by unit under the viewer, the largest first."""
    rows = (
        ingest.Batch.objects.filter(gates.under(viewer.paths(*READERS)), started_at__gte=now - DAY)
        .values("unit")
        .annotate(
            batches=Count("pk"), files=Sum("sealed"), odd=Sum("quarantined"), size=Sum("bytes_taken"),
            last=Max("started_at"),
        )
        .order_by("-size")[:UNITS_SHOWN]
    )  # fmt: skip
    units = roster.Unit.objects.in_bulk([row["unit"] for row in rows])
    return [
        Intake(units[row["unit"]], row["batches"], row["files"], row["odd"], row["size"], row["last"])
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class Analysis:
    """How far the detectors are."""

    waiting: int
    running: list[signals.Run]
    failed: int


def read_analysis() -> Analysis:
    """Recordings that no run has finished with, runs under way, runs that ended in a failure."""
    sealed = evidence.Recording.objects.filter(state=evidence.Recording.State.SEALED)
    running = signals.Run.objects.filter(finished_at__isnull=True).select_related("recording__camera")
    return Analysis(
        waiting=sealed.filter(analyzed_at__isnull=True).count(),
        running=list(running.order_by("-started_at")[:10]),
        failed=signals.Run.objects.exclude(failure="").count(),
    )


@dataclass(frozen=True, slots=True)
class Log:
    """The tamper-evident log: its last checkpoint, whether the level above has it, what waits to be sealed."""

    checkpoint: ledger.Checkpoint | None
    has_level_above: bool
    lag: dt.timedelta | None
    witnesses: list[submission.Standing]
    silent_below: list[ledger.LogBelow]
    verified: ledger.LogVerification | None
    store_verified: evidence.Verification | None

    @property
    def is_late(self) -> bool:
        """Whether entries have waited too long for a checkpoint."""
        return self.lag is not None and self.lag > CHECKPOINT_TOO_OLD

    @property
    def is_above(self) -> bool:
        """Whether the level above has the last checkpoint."""
        head = self.checkpoint
        if head is None:
            return False
        return head.witnessed_at is not None or any(one.behind == 0 for one in self.witnesses)


def read_log(*, now: dt.datetime) -> Log:
    """The state of the log and of the last verifications."""
    finished = evidence.Verification.objects.filter(finished_at__isnull=False)
    return Log(
        checkpoint=ledger_queries.last_checkpoint(),
        has_level_above=checkpoints.has_level_above(),
        lag=ledger_verification.sealing_lag(now=now),
        witnesses=submission.list_standings(),
        silent_below=witnessing.list_silent(now=now),
        verified=ledger_verification.last_run(),
        store_verified=finished.order_by("-finished_at").first(),
    )


def database_size() -> int:
    """Bytes of the database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        return int(cursor.fetchone()[0])


def list_versions() -> list[tuple[str, str]]:
    """What runs here: the product, its language, its database, its media library."""
    number = connection.cursor().connection.info.server_version
    return [
        ("Siyanat", _own_version()),
        ("Python", platform.python_version()),
        ("Django", django.get_version()),
        ("PostgreSQL", f"{number // 10_000}.{number % 10_000}"),
        ("FFmpeg (PyAV)", av.__version__),
    ]


def _own_version() -> str:
    try:
        return importlib.metadata.version("siyanat")
    except importlib.metadata.PackageNotFoundError:  # run from a folder, not installed
        return _version_of_folder()


def _version_of_folder() -> str:
    project = Path(siyanat.__file__).parents[2] / "pyproject.toml"
    if not project.is_file():
        return "–"
    version: str = tomllib.loads(project.read_text(encoding="utf-8"))["project"]["version"]
    return version


@dataclass(frozen=True, slots=True)
class Health:
    """The few figures that a monitoring program asks for, and what is wrong by code."""

    figures: dict[str, Any]
    problems: list[str]
    warnings: tuple[str, ...] = ()


def read_health(*, now: dt.datetime) -> Health:
    """Figures, problems, and warnings: what was never checked or set, so that nobody can call it well."""
    queues, workers, disks, log = list_queues(), list_workers(now=now), list_disks(now=now), read_log(now=now)
    oldest = min((queue.oldest_at for queue in queues if queue.oldest_at), default=None)
    alive = [worker for worker in workers if not worker.is_silent]
    figures = {
        "at": now.isoformat(),
        "queues": {
            queue.name: {"todo": queue.todo, "doing": queue.doing, "failed": queue.failed} for queue in queues
        },
        "oldest_waiting_seconds": int((now - oldest).total_seconds()) if oldest else 0,
        "workers_alive": len(alive),
        "disks": {disk.name: {"free_bytes": disk.free, "days_left": disk.days_left} for disk in disks},
        "quarantine_waiting": count_quarantine(),
        "checkpoint_size": log.checkpoint.size if log.checkpoint else 0,
        "checkpoint_age_seconds": int((now - log.checkpoint.signed_at).total_seconds())
        if log.checkpoint
        else None,
        "checkpoint_is_above": log.is_above,
        "witnesses_behind": {one.name: one.behind for one in log.witnesses},
        "database_bytes": database_size(),
    }
    found = {
        "no_worker": not alive,
        "jobs_failed": any(queue.failed for queue in queues),
        "jobs_wait_too_long": oldest is not None and now - oldest > WAIT_TOO_LONG,
        "disk_short": any(disk.is_short for disk in disks),
        "checkpoint_late": log.is_late,
        "witness_refuses": any(one.state.refused_at for one in log.witnesses),
        "witness_behind": any(one.is_late(now) for one in log.witnesses),
        "log_below_refused": witnessing.list_refused(noted=False).exists(),
        "log_below_silent": bool(log.silent_below),
        "verification_found_faults": bool(log.store_verified and log.store_verified.findings)
        or bool(log.verified and log.verified.findings),
    }
    missing = {
        "log_never_verified": log.verified is None,
        "store_never_verified": log.store_verified is None,
        "no_level_above": not log.has_level_above,
    }
    return Health(
        figures,
        [code for code, is_so in found.items() if is_so],
        tuple(code for code, is_so in missing.items() if is_so),
    )


def count_quarantine() -> int:
    """Files in quarantine that wait for somebody, everywhere."""
    return ingest.Quarantined.objects.filter(state=ingest.Quarantined.State.WAITING).count()

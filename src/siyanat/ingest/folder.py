"""A dock's folder: every file taken in, one after the other, in a batch that survives whatever happens.

Order for each file: copied and hashed into the store, synced; judged in a child; row, log entry and
announcement in one transaction; only then the receipt. A full disk or an absent database ends the batch
politely: what was acknowledged is whole, and the next run goes on where this one stopped. Nothing here deletes
or changes a file of the dock.
"""

from __future__ import annotations

import datetime as dt
import errno
import logging
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.db import InterfaceError, OperationalError

from siyanat.evidence import models as evidence_models
from siyanat.evidence import store
from siyanat.ingest import models, receipts, sources
from siyanat.ingest.operations import batches, intake
from siyanat.lib import durable, errors
from siyanat.media import child
from siyanat.roster import models as roster

logger = logging.getLogger(__name__)

ACTOR = "system:ingest"
Clock = Callable[[], dt.datetime]
Progress = Callable[[intake.Outcome], None]


@dataclass(slots=True)
class Run:
    """What one run over the folder did. ``fault`` is why it ended early; ``busy`` are files still being written."""

    outcomes: list[intake.Outcome] = field(default_factory=list)
    busy: list[str] = field(default_factory=list)
    fault: errors.PassingFault | None = None

    def count(self, kind: str) -> int:
        """How many files had this outcome."""
        return sum(outcome.kind == kind for outcome in self.outcomes)


@dataclass(slots=True)
class Dock:
    """A folder, the unit whose dock it is, and what is remembered of it between rounds."""

    folder: Path
    unit: roster.Unit
    clock: Clock
    with_receipts: bool = False
    settled_only: bool = False  # take a file only when two rounds saw it unchanged
    seen: dict[Path, sources.Look] = field(default_factory=dict)
    done: dict[Path, sources.Look] = field(default_factory=dict)

    def take_round(self, *, on_outcome: Progress = lambda _: None, pool: child.Pool | None = None) -> Run:
        """Look at the folder once and take in what is there; never raises for what may pass."""
        run = Run()
        batch: models.Batch | None = None
        try:
            for look in self.ready(run):
                batch = batch or batches.open_batch(
                    source=models.Batch.Source.FOLDER, unit=self.unit, actor=ACTOR, now=self.clock()
                )
                outcome = self._take_safely(look, batch, pool)
                run.outcomes.append(outcome)
                on_outcome(outcome)
        except errors.PassingFault as fault:
            run.fault = fault
        except (OperationalError, InterfaceError) as error:
            run.fault = errors.PassingFault("ingest.database_away", reason=str(error).strip()[:200])
        self._close(batch, run)
        return run

    def ready(self, run: Run) -> Iterator[sources.Look]:
        """Files that nobody writes any more and that were not taken in by an earlier round."""
        for look in sources.list_files(self.folder):
            before = self.seen.get(look.path)
            self.seen[look.path] = look
            if look.same_as(self.done.get(look.path)):
                continue
            if (self.settled_only and not look.same_as(before)) or _is_busy(look):
                run.busy.append(look.name)
                continue
            yield look

    def _take_safely(
        self, look: sources.Look, batch: models.Batch, pool: child.Pool | None
    ) -> intake.Outcome:
        """As `_take`; what nobody foresaw is the matter of this file alone: it stays, and the round goes on."""
        try:
            return self._take(look, batch, pool)
        except (errors.PassingFault, OperationalError, InterfaceError):
            raise
        except Exception:
            logger.exception("a file of the dock could not be taken in: %r", look.name)
            self.done[look.path] = look  # tried again when it changes, or by the next process
            return intake.refuse(batch=batch, name=look.name, reason="not_understood")

    def _take(self, look: sources.Look, batch: models.Batch, pool: child.Pool | None) -> intake.Outcome:
        if self.with_receipts and (known := receipts.find_valid(look)) is not None:
            self.done[look.path] = look
            return known
        try:
            written = _bring(look)
        except OSError as error:
            return intake.refuse(
                batch=batch, name=look.name, reason="unreadable_at_source", size_bytes=error.errno or 0
            )
        if not look.same_as(sources.look_at(look.path, folder=self.folder)):
            return intake.refuse(batch=batch, name=look.name, reason="changed_while_read")
        outcome = intake.take_in(
            written=written, name=look.name, batch=batch, said=sources.hear(look),
            actor=ACTOR, now=self.clock(), pool=pool,
        )  # fmt: skip
        if self.with_receipts and outcome.is_kept:
            receipts.write(look.path, receipts.build(outcome, now=self.clock()))
        self.done[look.path] = look
        return outcome

    def _close(self, batch: models.Batch | None, run: Run) -> None:
        if batch is None:
            return
        try:
            batches.close_batch(batch=batch, now=self.clock(), stopped_by=run.fault.code if run.fault else "")
        except (OperationalError, InterfaceError) as error:
            run.fault = run.fault or errors.PassingFault(
                "ingest.database_away", reason=str(error).strip()[:200]
            )


def _is_busy(look: sources.Look) -> bool:
    try:
        return sources.is_locked(look.path)
    except OSError:
        return False  # told as unreadable when it is read


def _bring(look: sources.Look) -> durable.Written:
    """The file's bytes, durable in the store; a file that is probably there already is only read, not written.

    What is read is the file that was looked at, through its descriptor: a link that takes its name in between is
    not followed.

    :raises OSError: when it can't be opened, or another file has its name.
    """
    with sources.open_regular(look.path) as stream:
        if not look.is_of(os.fstat(stream.fileno())):
            raise OSError(errno.ESTALE, "another file has its name", look.name)
        return _bring_from(Path(f"/proc/self/fd/{stream.fileno()}"), look)


def _bring_from(source: Path, look: sources.Look) -> durable.Written:
    names = {"original_name": look.name[-400:], "size_bytes": look.size_bytes}
    if (
        evidence_models.Recording.objects.filter(**names).exists()
        or models.Quarantined.objects.filter(**names).exists()
    ):
        sha256, size = durable.hash_file(source)
        if store.size_of(sha256) == size:
            return durable.Written(sha256=sha256, size_bytes=size, path=store.path_of(sha256))
    return store.copy_in(source)

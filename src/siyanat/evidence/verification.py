"""Verify: are the bytes that rows promise there, whole and unchanged? And has every sealed file a row?

Kept here: a walk in order of the digest that can be resumed, and the look for files without a row, which are
moved aside and never deleted. Nothing is repaired: damage is told, and a person decides.
"""

from __future__ import annotations

import datetime as dt
import heapq
import itertools
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from django.db import transaction

from siyanat.evidence import models, store
from siyanat.ledger import operations as ledger

SAVE_SECONDS = 2.0
ORPHAN_AGE = dt.timedelta(hours=1)
"""A sealed file younger than this may still get its row: it is being taken in."""

_PAGE = 1000
Claim = tuple[str, int]
Claims = Callable[[str], Iterable[Claim]]
"""Digest and size of what must be in the store, after a digest and in its order."""

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Result:
    """A finished run; ``found`` is whether anything was wrong."""

    run: models.Verification
    total: int

    @property
    def found(self) -> bool:
        """Whether bytes were damaged or files lay without a row."""
        return bool(self.run.findings or self.run.orphans)

    def as_json(self) -> dict[str, object]:
        """Plain values for machines."""
        return {
            "level": self.run.level,
            "checked": self.run.checked,
            "checked_bytes": self.run.checked_bytes,
            "findings": self.run.findings,
            "set_aside": self.run.orphans,
            "clean": not self.found,
        }


def recording_claims(after: str = "") -> Iterator[Claim]:
    """What recordings promise; tombstones promise nothing."""
    rows = models.Recording.objects.filter(sha256__gt=after).exclude(state=models.Recording.State.DISPOSED)
    return rows.order_by("sha256").values_list("sha256", "size_bytes").iterator(chunk_size=_PAGE)


def verify(
    *,
    level: store.Level,
    others: Claims,
    now: dt.datetime,
    resume: bool = False,
    on_progress: Progress = lambda _done, _total: None,
    orphan_age: dt.timedelta = ORPHAN_AGE,
) -> Result:
    """Check every promised file at ``level``, then set aside sealed files without a row.

    :param others: what other rooms keep in the store without its being a recording.
    :param resume: go on after the last digest of the unfinished run of this level, with its findings.
    """
    run = _open_run(level, now, resume=resume)
    total = run.checked + _count(others, run.last_sha256)
    saved = time.monotonic()
    for sha256, size in _claims(others, run.last_sha256):
        if problem := store.find_damage(sha256=sha256, size_bytes=size, level=level):
            run.findings.append({"sha256": sha256, "problem": problem})
        run.checked, run.checked_bytes, run.last_sha256 = run.checked + 1, run.checked_bytes + size, sha256
        on_progress(run.checked, total)
        if time.monotonic() - saved > SAVE_SECONDS:
            run.save()
            saved = time.monotonic()
    run.orphans = [*run.orphans, *set_orphans_aside(others, now=now, older_than=orphan_age)]
    _finish(run, now)
    return Result(run, total)


def _open_run(level: str, now: dt.datetime, *, resume: bool) -> models.Verification:
    if resume:
        rows = models.Verification.objects.filter(level=level, finished_at__isnull=True)
        if (run := rows.order_by("-started_at").first()) is not None:
            return run
    return models.Verification.objects.create(level=level, started_at=now)


@transaction.atomic
def _finish(run: models.Verification, now: dt.datetime) -> None:
    run.finished_at = now
    run.save()
    ledger.append(
        kind="evidence.store_verified",
        actor="system:verify",
        subject=f"verification:{run.pk}",
        now=now,
        facts={
            "level": run.level,
            "checked": run.checked,
            "checked_bytes": run.checked_bytes,
            "findings": len(run.findings),
            "set_aside": len(run.orphans),
        },
    )


def _claims(others: Claims, after: str) -> Iterator[Claim]:
    merged = heapq.merge(recording_claims(after), others(after))
    return (next(same) for _sha256, same in itertools.groupby(merged, key=lambda claim: claim[0]))


def _count(others: Claims, after: str) -> int:
    live = models.Recording.objects.filter(sha256__gt=after).exclude(state=models.Recording.State.DISPOSED)
    return live.count() + sum(1 for _ in others(after))


def list_orphans(others: Claims, *, now: dt.datetime, older_than: dt.timedelta = ORPHAN_AGE) -> Iterator[str]:
    """Digests of sealed files that no row knows and that are no longer being taken in."""
    kept = iter(others(""))
    kept_now = next(kept, None)
    for page in _pages(store.list_digests()):
        known = set(models.Recording.objects.filter(sha256__in=page).values_list("sha256", flat=True))
        for sha256 in page:
            while kept_now is not None and kept_now[0] < sha256:
                kept_now = next(kept, None)
            is_kept = kept_now is not None and kept_now[0] == sha256
            if sha256 not in known and not is_kept and _is_older(sha256, now - older_than):
                yield sha256


def set_orphans_aside(others: Claims, *, now: dt.datetime, older_than: dt.timedelta) -> list[str]:
    """Move every file without a row to ``<STORE>/aside/``; their digests."""
    found = list(list_orphans(others, now=now, older_than=older_than))
    for sha256 in found:
        store.set_aside(sha256)
    return found


def _pages(digests: Iterable[str]) -> Iterator[list[str]]:
    rest = iter(digests)
    while page := list(itertools.islice(rest, _PAGE)):
        yield page


def _is_older(sha256: str, moment: dt.datetime) -> bool:
    """Whether the name was linked before ``moment`` (by the file's change time)."""
    try:
        return store.path_of(sha256).stat().st_ctime <= moment.timestamp()
    except FileNotFoundError:
        return False

"""Lists brought in from files: read, kept waiting with what they would change, applied as a whole or not at
all.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid
from dataclasses import asdict

from django.db import transaction

from siyanat.ledger import operations as ledger
from siyanat.lib import errors, tabular
from siyanat.roster import gates, models
from siyanat.roster.imports import sheet as sheets


@transaction.atomic
def upload_import(
    *, viewer: gates.Viewer, sheet: sheets.Sheet, content: bytes, file: str, now: dt.datetime
) -> models.WaitingImport:
    """Read a CSV or XLSX file and let it wait, with its problems if it has any, until it is applied.

    :raises errors.NotFound: when the viewer may not bring such a list.
    :raises errors.InputRefused: ``table.refused`` when the file can't be read, or carries formulas or a bomb.
    """
    _check(viewer, sheet)
    name = file[-200:]
    rows = tabular.read(content=content, file=name, columns=sheet.columns)
    if not rows:
        raise errors.InputRefused(
            "table.refused", [errors.RowProblem(name, 1, "", "", "import.no_rows")], file=name
        )
    plan = sheet.plan(viewer, rows, name, now)
    waiting = models.WaitingImport.objects.create(
        kind=sheet.name,
        file_name=name,
        sha256=hashlib.sha256(content).hexdigest(),
        rows=[[row.number, dict(row.values)] for row in rows],
        problems=[asdict(problem) for problem in plan.problems[: tabular.MAX_PROBLEMS]],
        uploaded_by=viewer.user,
        uploaded_at=now,
    )
    ledger.append(
        kind="roster.upload_import",
        actor=viewer.actor,
        subject=f"import:{waiting.id}",
        now=now,
        facts={
            "sheet": sheet.name,
            "sha256": waiting.sha256,
            "rows": len(rows),
            "problems": len(plan.problems),
            "unit_path": _reach(viewer),
        },
    )
    return waiting


@transaction.atomic
def apply_import(
    *, viewer: gates.Viewer, sheet: sheets.Sheet, waiting: models.WaitingImport, now: dt.datetime
) -> dict[str, int]:
    """Do what a waiting import would do, checked once more; returns how many rows were added, changed,
    the same.

    :raises errors.NotFound: when it is not the viewer's.
    :raises errors.Refusal: ``roster.import_applied`` when it was applied already.
    :raises errors.InputRefused: ``import.refused`` with every problem; nothing is changed then.
    """
    _check(viewer, sheet)
    claimed = models.WaitingImport.objects.filter(
        pk=waiting.pk, kind=sheet.name, uploaded_by=viewer.user, applied_at=None
    ).update(applied_at=now)
    if not claimed:
        raise errors.Refusal("roster.import_applied", file=waiting.file_name)
    plan = plan_of(viewer, sheet, waiting, now=now)
    if plan.problems:
        raise errors.InputRefused(
            "import.refused", plan.problems[: tabular.MAX_PROBLEMS], file=waiting.file_name
        )
    sheet.write(viewer, plan, now)
    outcome = plan.outcome()
    models.WaitingImport.objects.filter(pk=waiting.pk).update(outcome=outcome)
    ledger.append(
        kind="roster.apply_import",
        actor=viewer.actor,
        subject=f"import:{waiting.id}",
        now=now,
        facts={
            "sheet": sheet.name,
            "sha256": waiting.sha256,
            "unit_path": _reach(viewer),
            **outcome,
        },
    )
    return outcome


@transaction.atomic
def discard_import(*, viewer: gates.Viewer, waiting: models.WaitingImport, now: dt.datetime) -> None:
    """Throw away an import that waits.

    :raises errors.NotFound: when it is not the viewer's or was applied.
    """
    removed, _ = models.WaitingImport.objects.filter(
        pk=waiting.pk, uploaded_by=viewer.user, applied_at=None
    ).delete()
    if not removed:
        raise errors.NotFound
    ledger.append(
        kind="roster.discard_import",
        actor=viewer.actor,
        subject=f"import:{waiting.id}",
        now=now,
        facts={"unit_path": _reach(viewer)},
    )


def plan_of(
    viewer: gates.Viewer, sheet: sheets.Sheet, waiting: models.WaitingImport, *, now: dt.datetime
) -> sheets.Plan:
    """What a waiting import would change as things stand now."""
    rows = [tabular.Row(number, values) for number, values in waiting.rows]
    return sheet.plan(viewer, rows, waiting.file_name, now)


def get_import(viewer: gates.Viewer, sheet: sheets.Sheet, import_id: uuid.UUID | str) -> models.WaitingImport:
    """:raises errors.NotFound: when absent, of another kind or somebody else's."""
    rows = models.WaitingImport.objects.filter(kind=sheet.name, uploaded_by=viewer.user)
    return gates.get_in_scope(rows, pk=import_id)


def _check(viewer: gates.Viewer, sheet: sheets.Sheet) -> None:
    if not viewer.holds(*sheet.roles):
        raise errors.NotFound


def _reach(viewer: gates.Viewer) -> str:
    """Where a list belongs: the units that the posts of whoever brought it reach."""
    return gates.common_path(post.path for post in viewer.posts)

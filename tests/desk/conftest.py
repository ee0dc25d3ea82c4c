"""A day at station A: something waits for everybody of the cast."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.test import Client
from procrastinate.contrib.django import app

from siyanat.accounts import models as accounts
from siyanat.archive import models as archive
from siyanat.cameras import models as cameras
from siyanat.cases import models as cases
from siyanat.coverage import models as coverage
from siyanat.ingest import models as ingest
from siyanat.ledger import models as ledger
from siyanat.lib import clock
from siyanat.review import models as review
from siyanat.roster import models as roster
from siyanat.triage import models as triage
from tests import cast as cast_module
from tests.accounts import sessions

HOUR = cast_module.HOUR


@dataclass(frozen=True, slots=True)
class Day:
    """What was written for the day."""

    now: dt.datetime
    cast: cast_module.Cast
    shift: roster.Shift
    review: review.Review
    question: review.Question
    thanks: review.Mark
    case: cases.Case
    action: cases.Action
    excuse: coverage.Excuse
    disposal: archive.Disposal


@pytest.fixture
def sign_in(client: Client, cast: cast_module.Cast) -> Callable[..., Client]:
    """Open a session for one of the cast, as signing in leaves it."""
    return sessions.opener(client, cast)


@pytest.fixture
def day(cast: cast_module.Cast) -> Day:
    """Write it, relative to the present: pages read the clock."""
    now = clock.now().replace(microsecond=0)
    shift = cast_module.make_shift(cast, starts_at=now - 40 * HOUR, code="1405/09/01-0001")
    waiting = _review(cast, shift, now)
    _tonight(cast, now)
    _things(cast, now)
    case = _case(cast, now)
    return Day(
        now=now,
        cast=cast,
        shift=shift,
        review=waiting,
        question=_question(cast, waiting, now),
        thanks=_thanks(cast, now),
        case=case,
        action=cases.Action.objects.create(
            case=case,
            title="Talk to the crew",
            owner=cast.people["leader"],
            due_at=now + 30 * HOUR,
            created_at=now,
        ),
        excuse=_missing(cast, shift, now),
        disposal=archive.Disposal.objects.create(
            unit_path=cast.units["A"].path, proposed_by=_user(cast, "integrity"), proposed_at=now - HOUR
        ),
    )


def _user(cast: cast_module.Cast, name: str) -> accounts.User:
    user = cast.people[name].user
    assert user is not None
    return user


def _plan(shift: roster.Shift, now: dt.datetime) -> triage.Plan:
    return triage.Plan.objects.create(
        shift=shift, made_at=now, inputs_digest="0" * 64, planned_ms=1_320_000, owed_ms=57_600_000
    )


def _review(cast: cast_module.Cast, shift: roster.Shift, now: dt.datetime) -> review.Review:
    return review.Review.objects.create(
        shift=shift, unit=shift.unit, plan=_plan(shift, now), state="escalated", created_at=now - 30 * HOUR,
        due_at=now - HOUR, escalated_at=now - HOUR, begun_at=now - 20 * HOUR, reviewer=_user(cast, "head"),
    )  # fmt: skip


def _question(cast: cast_module.Cast, of: review.Review, now: dt.datetime) -> review.Question:
    return review.Question.objects.create(
        review=of, person=cast.people["arash"], text="What happened at the junction?", asked_by=_user(cast, "head"),
        asked_at=now - 10 * HOUR, due_at=now - HOUR,
    )  # fmt: skip


def _thanks(cast: cast_module.Cast, now: dt.datetime) -> review.Mark:
    earlier = cast_module.make_shift(cast, starts_at=now - 90 * HOUR, code="1405/08/28-0001")
    done = review.Review.objects.create(
        shift=earlier, unit=earlier.unit, plan=_plan(earlier, now), state="signed_off", created_at=now - 80 * HOUR,
        due_at=now, signed_off_at=now - 50 * HOUR,
    )  # fmt: skip
    return review.Mark.objects.create(
        review=done, person=cast.people["arash"], kind="thanks", span=(earlier.starts_at, earlier.ends_at),
        note="Calmed a quarrel", made_by=_user(cast, "head"), made_at=now - 50 * HOUR,
    )  # fmt: skip


def _missing(cast: cast_module.Cast, shift: roster.Shift, now: dt.datetime) -> coverage.Excuse:
    """Arash lacks ten minutes without a reason; Babak gave one, which waits for the head."""
    spans = [(shift.starts_at + HOUR, shift.starts_at + HOUR + dt.timedelta(minutes=10))]
    for name in ("arash", "babak"):
        count = coverage.Count.objects.create(
            shift=shift, person=cast.people[name], counted_at=now, owed_ms=28_800_000, recorded_ms=28_200_000,
            excused_ms=0, unaccounted_ms=600_000,
        )  # fmt: skip
        coverage.Gap.objects.create(count=count, span=spans[0], kind="camera_off")
    return coverage.Excuse.objects.create(
        shift=shift, person=cast.people["babak"], span=spans[0], kind="battery_swap", asked_by=_user(cast, "babak"),
        asked_at=now,
    )  # fmt: skip


def _case(cast: cast_module.Cast, now: dt.datetime) -> cases.Case:
    case = cases.Case.objects.create(
        number="1405-000001", unit=cast.units["A"], handling_unit=cast.units["A"], origin="hand", title="Late start",
        opened_at=now - HOUR, due_at=now + 100 * HOUR, opened_by=_user(cast, "head"),
    )  # fmt: skip
    cases.Concerned.objects.create(case=case, person=cast.people["arash"], notified_at=now)
    return case


def _tonight(cast: cast_module.Cast, now: dt.datetime) -> None:
    """A shift that starts soon without cameras, and a camera that should have come back two days ago."""
    cast_module.make_shift(cast, starts_at=now + HOUR, code="1405/09/02-0009")
    late = cast_module.make_shift(cast, starts_at=now - 60 * HOUR, code="1405/08/30-0001", crew=("babak",))
    cameras.Issue.objects.create(
        camera=cast_module.make_camera(cast, "BWC-0001", state="issued"), person=cast.people["babak"], shift=late,
        issued_at=late.starts_at, due_at=late.ends_at, recorded_at=late.starts_at,
    )  # fmt: skip


def _things(cast: cast_module.Cast, now: dt.datetime) -> None:
    cast_module.make_camera(cast, "BWC-0002", state="faulty")
    cast_module.make_camera(cast, "BWC-0003", state="docked")
    batch = ingest.Batch.objects.create(source="folder", unit=cast.units["A"], started_at=now)
    ingest.Quarantined.objects.create(
        batch=batch, sha256="0" * 64, size_bytes=1, original_name="x.mp4", unit=cast.units["A"], reason="empty",
        received_at=now,
    )  # fmt: skip
    category, _ = archive.RetentionCategory.objects.get_or_create(
        code="complaint", defaults={"name_fa": "شکایت", "name_en": "Complaint", "keep_days": 730}
    )
    archive.PeriodChange.objects.create(
        category=category,
        keep_days=10,
        reason="less room",
        proposed_by=_user(cast, "custodian"),
        proposed_at=now,
    )
    ledger.Checkpoint.objects.create(size=10, root=b"\0" * 32, note="x", signed_at=now - HOUR)
    job = app.configure_task("no.such_task", queue="default", allow_unknown=True).defer()
    _fail(job)


def _fail(job: int) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing' WHERE id = %s", [job])
        cursor.execute("UPDATE procrastinate_jobs SET status = 'failed' WHERE id = %s", [job])

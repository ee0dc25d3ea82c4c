"""Where acts belong in the log, and who therefore reads them."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from siyanat.evidence import models as evidence
from siyanat.evidence import operations as holds
from siyanat.ledger import models, operations, queries, scopes
from siyanat.review import models as review
from siyanat.review.operations.telling import tell
from siyanat.roster import models as roster
from tests import cast as cast_module
from tests.accounts import sessions
from tests.cast import NOW, Cast, make_camera, make_shift

SOURCE = Path(__file__).parents[2] / "src/siyanat"
# Subjects whose entries say themselves where they belong, always.
SAY_IT = {"disposal", "entry", "export", "import"}


def sees(cast: Cast, name: str, entry: models.Entry) -> bool:
    return queries.visible_entries(cast.viewer(name)).filter(pk=entry.pk).exists()


def give(cast: Cast, name: str, role: str, unit: str) -> None:
    roster.HeldPost.objects.create(
        person=cast.people[name], role=role, unit=cast.units[unit], held=cast_module.ALWAYS
    )


def newest() -> models.Entry:
    return models.Entry.objects.latest("id")


def make_review(cast: Cast, *, line: str = "first", unit: str = "A") -> review.Review:
    shift = roster.Shift.objects.first() or make_shift(cast)
    return review.Review.objects.create(
        shift=shift, line=line, unit=cast.units[unit], created_at=NOW, due_at=NOW + dt.timedelta(days=1)
    )


def make_recording(cast: Cast) -> evidence.Recording:
    return evidence.Recording.objects.create(
        sha256=uuid4().hex * 2, size_bytes=1, container="mp4", camera=make_camera(cast, "C1"), unit=cast.units["A"],
        camera_started_at=NOW, received_at=NOW, starts_at=NOW - dt.timedelta(hours=1), ends_at=NOW, duration_ms=3_600_000,
    )  # fmt: skip


def test_of_every_kind_of_subject_it_is_decided_where_it_belongs() -> None:
    kinds = {
        kind
        for path in SOURCE.rglob("*.py")
        for kind in re.findall(r'subject=f"([a-z_]+):', path.read_text())
        if "demo" not in path.parts
    }
    assert kinds - set(scopes.PLACED) - set(scopes.OF_THE_FORCE) - SAY_IT == set()


@pytest.mark.parametrize("kind", scopes.PLACED)
def test_every_kind_of_subject_can_be_looked_up(db: None, kind: str) -> None:
    assert scopes.path_of(f"{kind}:{uuid4()}") == scopes.path_of(f"{kind}:7") == scopes.path_of(kind) == ""


@pytest.mark.parametrize("line", ["first", "second"])
def test_reviews_are_read_by_the_integrity_officer_of_their_province_and_by_no_other(
    cast: Cast, line: str
) -> None:
    give(cast, "stranger_officer", "integrity_officer", "P2")
    with transaction.atomic():
        tell("review_opened", make_review(cast, line=line, unit="A"), actor="system:review", now=NOW)
    entry = newest()
    assert entry.unit_path == cast.units["A"].path
    assert {name for name in cast.people if sees(cast, name, entry)} == {
        "integrity", "custodian", "overseer", "admin",
    }  # fmt: skip


def test_a_national_integrity_officer_reads_what_belongs_to_no_unit(cast: Cast) -> None:
    give(cast, "reviewer", "integrity_officer", "N")
    with transaction.atomic():
        entry = operations.append(kind="test.act", actor="system:test", subject="retention:routine", now=NOW)
    assert {name for name in cast.people if sees(cast, name, entry)} == {"reviewer", "overseer", "admin"}


def test_heads_of_stations_do_not_read_the_log(cast: Cast, client: Client) -> None:
    with transaction.atomic():
        tell("review_opened", make_review(cast), actor="system:review", now=NOW)
    sessions.opener(client, cast)("head")
    assert client.get(reverse("ledger:entry", args=[newest().pk])).status_code == 404
    assert client.get(reverse("ledger:log")).status_code == 404


def test_a_hold_that_a_room_placed_betrays_nothing_to_the_unit_whose_footage_is_held(cast: Cast) -> None:
    covers = holds.Covers(recording=make_recording(cast))
    holds.place_hold(
        covers=covers, reason="case", reference=f"contact:{uuid4()}", actor="system:hotline", now=NOW
    )
    assert newest().unit_path == ""
    assert not sees(cast, "custodian", newest())
    assert sees(cast, "overseer", newest())


def test_a_hold_that_a_person_placed_is_read_where_the_footage_lies(cast: Cast) -> None:
    covers = holds.Covers(recording=make_recording(cast))
    holds.place_hold(
        covers=covers, reason="court", reference="140500123", viewer=cast.viewer("head"), now=NOW
    )
    assert sees(cast, "custodian", newest())


def test_a_look_from_above_is_not_read_by_the_unit_that_was_looked_at(cast: Cast) -> None:
    recording = make_recording(cast)
    holds.log_viewing(
        viewer=cast.viewer("integrity"), recording=recording, purpose="details", now=NOW, span_ms=(0, 9)
    )
    opened = newest()
    holds.close_viewings(now=NOW + dt.timedelta(hours=1))
    assert newest().kind == "evidence.viewed"
    for entry in (opened, newest()):
        assert not sees(cast, "custodian", entry)
        assert sees(cast, "integrity", entry)
    holds.log_viewing(viewer=cast.viewer("head"), recording=recording, purpose="details", now=NOW)
    assert sees(cast, "custodian", newest())


def test_logging_in_is_read_where_the_person_belongs(cast: Cast) -> None:
    user = cast.people["arash"].user
    assert user is not None
    path = cast.units["A"].path
    assert scopes.path_of(f"user:{user.pk}") == scopes.path_of("username:ARASH") == path
    assert scopes.path_of("username:nobody") == ""

"""A small world: whole, deterministic in its figures, told by the ledger, and owed to rooms' own operations."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from django.db import connection, transaction
from pytest_django.fixtures import Settings

from siyanat.accounts import models as accounts
from siyanat.archive import models as archive
from siyanat.archive.operations import retention
from siyanat.cameras import models as cameras
from siyanat.cases import models as cases
from siyanat.coverage import models as coverage
from siyanat.demo import cast as casts
from siyanat.demo import footage, marker, story, witness, world
from siyanat.demo import home as homes
from siyanat.ledger import models as ledger
from siyanat.ledger import submission, witnessing
from siyanat.lib import errors, national_id
from siyanat.review import models as reviews
from siyanat.roster import gates
from siyanat.roster import models as roster
from siyanat.roster import queries as people
from siyanat.triage import models as triage

NOW = dt.datetime(2026, 11, 23, 16, 0, tzinfo=dt.UTC)


@pytest.fixture
def kept() -> homes.Secrets:
    """What a home would remember."""
    return homes.Secrets("demo-abcd-efgh-jkmn", {one.username: "JBSWY3DPEHPK3PXP" for one in casts.CAST})


@pytest.fixture
def marked(db: None) -> None:
    """A database that the demo marked as its own."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE siyanat_demo (lone boolean PRIMARY KEY DEFAULT true CHECK (lone),"
            " marked_at timestamptz NOT NULL, began_at timestamptz, seed integer NOT NULL)"
        )
        cursor.execute("INSERT INTO siyanat_demo (marked_at, seed) VALUES (%s, 7)", [NOW])


@pytest.fixture
def small(marked: None, kept: homes.Secrets, tmp_path: Path) -> Path:
    """A small world; returns the folder with the file of its cameras."""
    world.write(now=NOW, seed=7, kept=kept, files=tmp_path / "files", scale=world.SMALL)
    return tmp_path / "files"


def test_the_world_has_everybody_of_the_cast_and_what_they_work_with(small: Path) -> None:
    station = roster.Unit.objects.get(code=world.STATION)
    assert {one.username for one in casts.CAST} <= set(
        accounts.User.objects.values_list("username", flat=True)
    )
    assert not accounts.User.objects.filter(is_demo=False).exists()
    assert all(national_id.is_valid(one.national_id) for one in roster.Person.objects.all())
    assert cameras.Camera.objects.count() == 60
    assert (small / "cameras.csv").read_text(encoding="utf-8-sig").count("\n") == 61
    assert cameras.Camera.objects.filter(unit=station, state="docked").count() >= 7
    assert roster.Shift.objects.filter(
        unit=station, state="planned", starts_at__gt=NOW - dt.timedelta(hours=1)
    ).exists()
    assert set(cases.Case.objects.values_list("state", flat=True)) == {
        "open",
        "answered",
        "decided",
        "closed",
    }
    assert marker.read().began_at == NOW


def test_the_night_shift_has_two_bearers_an_approved_excuse_and_a_committed_seed(small: Path) -> None:
    night = roster.Shift.objects.get(crew__person__user__username="arash", state="ended")
    assert {one.person.user.username for one in night.crew.all() if one.person.user} == {"arash", "babak"}
    assert night.ends_at - night.starts_at == dt.timedelta(hours=8)
    excuse = coverage.Excuse.objects.get(shift=night)
    assert excuse.state == "approved"
    assert excuse.span.upper - excuse.span.lower == dt.timedelta(minutes=12)
    assert triage.Seed.objects.get(shift=night).committed_at < night.starts_at
    assert night.restrictions.count() == 1


def test_one_review_is_overdue_and_stands_with_the_province(small: Path) -> None:
    overdue = reviews.Review.objects.get(signed_off_at__isnull=True)
    assert overdue.state == "escalated"
    assert overdue.due_at < NOW


def test_past_shifts_have_minutes_seeds_and_reviews_so_that_the_queue_leaves_them_alone(small: Path) -> None:
    past = roster.Shift.objects.filter(code__contains="-H", state="ended")
    assert past.count() >= 30
    for rows in (
        coverage.Count.objects.filter(person=None),
        triage.Seed.objects,
        reviews.Review.objects.filter(line="first"),
    ):
        assert set(past.values_list("pk", flat=True)) <= set(rows.values_list("shift", flat=True))
    assert ledger.Entry.objects.filter(kind="demo.history_written").count() == 1


def test_the_ledger_tells_of_the_acts_in_the_order_in_which_they_happened(small: Path) -> None:
    kinds = list(ledger.Entry.objects.order_by("pk").values_list("kind", flat=True))
    told = (
        "roster.apply_import",
        "cases.case_opened",
        "roster.plan_shift",
        "cameras.issue",
        "cameras.return",
        "coverage.excuse_approved",
    )
    assert [kinds.index(kind) for kind in told] == sorted(kinds.index(kind) for kind in told)


def test_the_same_seed_gives_the_same_people_and_figures(
    marked: None, kept: homes.Secrets, tmp_path: Path
) -> None:
    def write() -> tuple[list[str], list[int]]:
        with transaction.atomic():
            world.write(now=NOW, seed=7, kept=kept, files=tmp_path, scale=world.SMALL)
            names = roster.Person.objects.order_by("personnel_number").values_list("search_key", flat=True)
            sums = coverage.Count.objects.filter(shift__code__contains="-H").order_by("shift__code", "person")
            told = list(names), list(sums.values_list("unexplained_ms", flat=True))
            transaction.set_rollback(True)
        return told

    assert write() == write()


def test_starting_again_plans_tonight_once(small: Path, kept: homes.Secrets) -> None:
    tomorrow = NOW + dt.timedelta(days=1)
    assert world.freshen(now=NOW, kept=kept, files=small) == 0
    assert world.freshen(now=tomorrow, kept=kept, files=small) > 0
    assert world.freshen(now=tomorrow, kept=kept, files=small) == 0


def test_a_database_that_is_not_the_demos_is_refused(db: None) -> None:
    with pytest.raises(errors.Refusal) as refusal:
        marker.claim(now=NOW, seed=7)
    assert refusal.value.code == "demo.foreign_database"
    with pytest.raises(errors.Refusal):
        marker.wipe()


def test_a_marked_database_with_older_accounts_that_are_not_the_demos_is_refused(marked: None) -> None:
    stranger = accounts.User.objects.create_user("stranger", "a long enough password")
    accounts.User.objects.filter(pk=stranger.pk).update(date_joined=NOW - dt.timedelta(days=1))
    with pytest.raises(errors.Refusal):
        marker.claim(now=NOW, seed=7)


def test_accounts_that_were_opened_in_the_demo_are_no_hindrance(marked: None) -> None:
    visitor = accounts.User.objects.create_user("visitor", "a long enough password")
    accounts.User.objects.filter(pk=visitor.pk).update(date_joined=NOW + dt.timedelta(days=1))
    assert marker.claim(now=NOW, seed=7).seed == 7


def test_the_first_camera_of_the_night_misses_nothing_but_what_the_story_tells() -> None:
    scripts = story.plan_scripts(NOW, [f"BWC-{number}" for number in range(7)])
    first, second = (one for one in scripts if one.shift == "night")
    assert first.recorded_ms == (7 * 60 + 41) * 60_000
    assert [pause.duration_ms // 60_000 for pause in first.breaks] == [12, 7]
    kinds = [[incident.kind for incident in one.incidents] for one in (first, second)]
    assert footage.IncidentKind.LENS_COVERED not in kinds[0]
    assert kinds[1].count(footage.IncidentKind.LENS_COVERED) == 1
    assert [one.offset_ms for one in second.incidents] == sorted(one.offset_ms for one in second.incidents)


def test_what_takes_two_persons_waits_for_the_second(small: Path) -> None:
    user = accounts.User.objects.get(username="inspector")
    viewer = gates.load_viewer(user, now=NOW, second_factor=True)
    proposal = people.list_proposals_to_agree(viewer, now=NOW).get()
    assert (proposal.role, proposal.proposed_by.username) == ("evidence_custodian", "admin")
    change = archive.PeriodChange.objects.get(agreed_at=None)
    assert change.proposed_by.username == "keeper"
    retention.agree_period_change(viewer=viewer, change_id=change.pk, now=NOW)


def test_the_demo_s_log_has_a_witness(marked: None, settings: Settings) -> None:
    settings.LEDGER_WITNESS_NAME = "demo.siyanat.local/witness"
    for _ in range(2):
        witness.register(now=NOW)
    settings.LEDGER_WITNESSES = witness.setting("http://127.0.0.1:8000")
    assert submission.list_configured()[0].url == "http://127.0.0.1:8000/ledger/witness"
    assert [one.origin for one in witnessing.list_logs()] == [settings.LEDGER_ORIGIN]

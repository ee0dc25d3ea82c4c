"""Who is kept for how long, and how a period is changed."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings, strategies

from siyanat.archive import models, operations, queries
from siyanat.evidence import models as evidence
from siyanat.evidence import operations as evidence_acts
from siyanat.ledger import models as ledger
from siyanat.lib import errors
from tests import cast as cast_module
from tests.archive.conftest import DAY, NOW, Record, hold, make_national

pytestmark = pytest.mark.django_db


def test_the_shipped_categories_are_there_once(db: None) -> None:
    operations.load_defaults()
    assert operations.load_defaults() == 0
    periods = dict(models.RetentionCategory.objects.values_list("code", "keep_days"))
    assert periods == {"routine": 90, "intentional": 365, "complaint": 365, "custody": 548}


def test_routine_footage_is_kept_ninety_days_from_its_end(record: Record) -> None:
    recording = record(days=10)
    assert queries.kept_until(recording) == recording.ends_at + 90 * DAY


def test_footage_that_came_late_is_kept_from_the_day_it_came(record: Record) -> None:
    recording = record(days=400, classify=False)
    evidence.Recording.objects.filter(pk=recording.pk).update(received_at=NOW)
    operations.classify_recording(recording_id=recording.pk, now=NOW)
    assert queries.kept_until(recording) == NOW + 90 * DAY


def test_footage_that_nobody_classified_is_kept_as_routine(record: Record) -> None:
    recording = record(days=10, classify=False)
    assert not models.Classification.objects.exists()
    assert queries.kept_until(recording) == recording.ends_at + 90 * DAY


def test_intentional_footage_is_kept_a_year(record: Record) -> None:
    recording = record(days=10, classify=False)
    evidence.Recording.objects.filter(pk=recording.pk).update(is_intentional=True)
    operations.classify_recording(recording_id=recording.pk, now=NOW)
    assert queries.kept_until(recording) == recording.ends_at + 365 * DAY


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    members=strategies.dictionaries(
        strategies.sampled_from(["routine", "intentional", "complaint", "custody"]),
        strategies.integers(-400, 400),
    )
)
def test_the_longest_category_wins_whatever_the_order(record: Record, members: dict[str, int]) -> None:
    recording = evidence.Recording.objects.first() or record(days=50, classify=False)
    models.Classification.objects.all().delete()
    days = dict(models.RetentionCategory.objects.values_list("code", "keep_days"))
    for code, shift in members.items():
        since = recording.ends_at + shift * DAY
        operations.classify([recording.pk], code=code, since=since, reference="", now=NOW)
    longest = max([90, *(max(shift, 0) + days[code] for code, shift in members.items())])
    assert queries.kept_until(recording) == recording.ends_at + longest * DAY


def test_a_later_beginning_wins_and_an_earlier_one_changes_nothing(record: Record) -> None:
    recording = record(days=10)
    for days, changed in ((5, 1), (3, 0), (8, 1)):
        since = recording.ends_at + days * DAY
        assert (
            operations.classify([recording.pk], code="complaint", since=since, reference="c", now=NOW)
            == changed
        )
    assert queries.kept_until(recording) == recording.ends_at + (8 + 365) * DAY


def test_an_unknown_category_is_refused(record: Record) -> None:
    with pytest.raises(errors.Refusal) as refused:
        operations.classify([record().pk], code="nothing", since=NOW, reference="", now=NOW)
    assert refused.value.code == "archive.no_such_category"


def test_what_is_held_is_never_due(record: Record, cast: cast_module.Cast) -> None:
    free, held = record(days=100), record(days=100)
    hold(held)
    due = queries.list_due(cast.viewer("custodian"), now=NOW)
    assert list(due) == [free]
    assert due[0].deciding == "routine"


def test_a_case_keeps_its_footage_for_a_year_after_its_release(
    record: Record, cast: cast_module.Cast
) -> None:
    recording = record(days=800, officer="arash")
    shift = recording.attributions.get().shift
    assert shift is not None
    placed = hold(shift=shift, reference="case:7", now=NOW - 300 * DAY)
    operations.classify_case(reference="case:7", now=NOW)
    evidence_acts.release_holds_of(
        reference="case:7", actor="system:test", reason="closed", now=NOW - 10 * DAY
    )
    assert operations.classify_released_cases(now=NOW) == 1
    placed.refresh_from_db()
    assert placed.released_at == NOW - 10 * DAY
    assert queries.kept_until(recording) == NOW + 355 * DAY
    assert not queries.list_due(cast.viewer("custodian"), now=NOW).exists()


def test_nobody_sees_what_is_due_elsewhere(record: Record, cast: cast_module.Cast) -> None:
    record(days=100, unit="B")
    assert not queries.list_due(cast.viewer("custodian"), now=NOW).exists()
    assert queries.list_due(cast.viewer("overseer"), now=NOW).count() == 1


@pytest.fixture
def national(cast: cast_module.Cast) -> None:
    """Keepers over the whole force."""
    make_national(cast, "custodian", "integrity")


def test_a_period_is_no_matter_of_a_station_or_a_province(record: Record, cast: cast_module.Cast) -> None:
    record()
    with pytest.raises(errors.Refusal, match="periods_are_national"):
        propose(cast, 30)
    make_national(cast, "custodian")
    change = propose(cast, 30)
    with pytest.raises(errors.Refusal, match="periods_are_national"):
        operations.agree_period_change(viewer=cast.viewer("integrity"), change_id=change.pk, now=NOW)
    with pytest.raises(errors.Refusal, match="periods_are_national"):
        operations.withdraw_period_change(viewer=cast.viewer("integrity"), change_id=change.pk, now=NOW)
    assert routine().keep_days == 90


def routine() -> models.RetentionCategory:
    return models.RetentionCategory.objects.get(code="routine")


def propose(cast: cast_module.Cast, keep_days: int, reason: str = "the law of 1405") -> models.PeriodChange:
    return operations.propose_period_change(
        viewer=cast.viewer("custodian"), category=routine(), keep_days=keep_days, reason=reason, now=NOW
    )


@pytest.mark.usefixtures("national")
def test_a_shorter_period_shows_what_it_would_make_due(record: Record, cast: cast_module.Cast) -> None:
    due, would_be, held, young = record(days=100), record(days=60), record(days=60), record(days=5)
    hold(held)
    change = propose(cast, 30)
    assert change.preview["recordings"] == 1
    assert change.preview["size_bytes"] == would_be.size_bytes
    assert [row["id"] for row in change.preview["sample"]] == [str(would_be.pk)]
    assert routine().keep_days == 90
    assert {due.pk, young.pk}.isdisjoint({row["id"] for row in change.preview["sample"]})


@pytest.mark.usefixtures("national")
def test_a_period_changes_only_with_a_second_person(record: Record, cast: cast_module.Cast) -> None:
    record()
    change = propose(cast, 30)
    with pytest.raises(errors.NotFound):  # a custodian alone never agrees
        operations.agree_period_change(viewer=cast.viewer("custodian"), change_id=change.pk, now=NOW)
    operations.agree_period_change(viewer=cast.viewer("integrity"), change_id=change.pk, now=NOW)
    assert routine().keep_days == 30
    with pytest.raises(errors.Refusal) as refused:
        operations.agree_period_change(viewer=cast.viewer("integrity"), change_id=change.pk, now=NOW)
    assert refused.value.code == "archive.change_closed"
    kinds = (
        ledger.Entry.objects.filter(subject="retention:routine").order_by("id").values_list("kind", flat=True)
    )
    assert list(kinds) == ["archive.period_proposed", "archive.period_changed"]


@pytest.mark.usefixtures("national")
def test_the_one_who_proposed_never_agrees(record: Record, cast: cast_module.Cast) -> None:
    record()
    change = operations.propose_period_change(
        viewer=cast.viewer("integrity"), category=routine(), keep_days=30, reason="why", now=NOW
    )
    with pytest.raises(errors.Refusal) as refused:
        operations.agree_period_change(viewer=cast.viewer("integrity"), change_id=change.pk, now=NOW)
    assert refused.value.code == "archive.second_person_needed"


@pytest.mark.parametrize(
    ("keep_days", "reason", "code"),
    [(90, "why", "archive.period_unchanged"), (0, "why", "archive.period_out_of_range"), (30, " ", "archive.reason_missing")],
)  # fmt: skip
@pytest.mark.usefixtures("national")
def test_a_proposal_without_sense_is_refused(
    record: Record, cast: cast_module.Cast, keep_days: int, reason: str, code: str
) -> None:
    record()
    with pytest.raises(errors.Refusal) as refused:
        propose(cast, keep_days, reason)
    assert refused.value.code == code


@pytest.mark.usefixtures("national")
def test_one_change_of_a_category_at_a_time_and_a_withdrawn_one_makes_room(
    record: Record, cast: cast_module.Cast
) -> None:
    record()
    change = propose(cast, 30)
    with pytest.raises(errors.Refusal) as refused:
        propose(cast, 40)
    assert refused.value.code == "archive.change_open_already"
    operations.withdraw_period_change(viewer=cast.viewer("custodian"), change_id=change.pk, now=NOW)
    assert propose(cast, 40).keep_days == 40


def test_who_has_no_custody_changes_nothing(record: Record, cast: cast_module.Cast) -> None:
    record()
    for name in ("head", "overseer", "admin", "arash"):
        with pytest.raises(errors.NotFound):
            operations.propose_period_change(
                viewer=cast.viewer(name), category=routine(), keep_days=30, reason="why", now=NOW
            )


def test_the_digest_counts_what_goes_within_the_week(record: Record, cast: cast_module.Cast) -> None:
    recording = record()
    disposal = operations.propose_disposal(
        viewer=cast.viewer("custodian"), recording_ids=[recording.pk], now=NOW
    )
    assert queries.coming_disposals(cast.viewer("custodian"), now=NOW).recordings == 0
    operations.agree_disposal(viewer=cast.viewer("integrity"), disposal_id=disposal.pk, now=NOW)
    soon = queries.coming_disposals(cast.viewer("custodian"), now=NOW + dt.timedelta(hours=1))
    assert (soon.recordings, soon.size_bytes) == (1, recording.size_bytes)


def test_the_grounds_say_what_the_rule_says_the_longest_first(record: Record) -> None:
    recording = record(days=10)
    assert [ground.category.code for ground in queries.grounds_of(recording)] == ["routine"]
    operations.classify([recording.pk], code="intentional", since=recording.ends_at, reference="", now=NOW)
    since = recording.ends_at + 20 * DAY
    operations.classify([recording.pk], code="complaint", since=since, reference="case:1405-7", now=NOW)
    grounds = queries.grounds_of(recording)
    assert [ground.category.code for ground in grounds] == ["complaint", "intentional", "routine"]
    assert grounds[0].until == queries.kept_until(recording)
    assert grounds[0].reference == "case:1405-7"

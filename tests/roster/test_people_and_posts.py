"""People, the posts that they hold over time, and their logins."""

from __future__ import annotations

import datetime as dt

import pytest
from allauth.mfa.totp.internal import auth as totp
from django.contrib.auth import authenticate
from psycopg.types.range import TimestamptzRange

from siyanat.accounts import operations as accounts
from siyanat.ledger import models as ledger
from siyanat.lib import errors, national_id
from siyanat.roster import gates, models, operations, queries
from tests import cast as cast_module
from tests.cast import HOUR, NOW, Cast

DAY = dt.timedelta(days=1)


def particulars(number: str = "۲۰۰۰۰۱", serial: int = 7, family: str = "كريمي") -> operations.Particulars:
    return operations.Particulars(number, national_id.generate(serial), "علي", family, "Ali", "Karimi")


def add(cast: Cast, by: str = "admin", **more: object) -> models.Person:
    return operations.add_person(
        viewer=cast.viewer(by),
        particulars=particulars(**more),
        unit=cast.units["A"],
        now=NOW,  # type: ignore[arg-type]
    )


def test_letters_and_digits_are_stored_as_persian_letters_and_latin_digits(cast: Cast) -> None:
    person = add(cast)
    assert (person.personnel_number, person.family_name_fa) == ("200001", "کریمی")
    assert list(queries.list_people(cast.viewer("head"), now=NOW, q="كريمي علی")) == [person]
    assert list(queries.list_people(cast.viewer("head"), now=NOW, q="۲۰۰۰۰۱")) == [person]


def test_a_name_stands_in_the_log_as_a_commitment_alone(cast: Cast) -> None:
    add(cast)
    entry = ledger.Entry.objects.get(kind="roster.add_person")
    assert "کریمی" not in entry.body
    assert "200001" not in entry.body


def test_a_mistyped_national_id_is_refused(cast: Cast) -> None:
    wrong = operations.Particulars("200001", "1234567890", "علی", "کریمی")
    with pytest.raises(errors.Refusal, match=r"national_id\.invalid"):
        operations.add_person(viewer=cast.viewer("admin"), particulars=wrong, unit=cast.units["A"], now=NOW)


def test_numbers_belong_to_one_person(cast: Cast) -> None:
    add(cast)
    with pytest.raises(errors.Refusal, match="personnel_number_taken"):
        add(cast, serial=8)
    with pytest.raises(errors.Refusal, match="national_id_taken"):
        add(cast, number="200002")


def test_somebody_who_leaves_loses_posts_and_login_and_keeps_their_history(cast: Cast) -> None:
    person = cast.people["babak"]
    operations.let_person_go(viewer=cast.viewer("admin"), person=person, now=NOW)
    person.refresh_from_db()
    assert person.user is not None
    assert not person.user.is_active
    assert not person.posts.filter(held__contains=NOW).exists()
    assert person.posts.filter(held__contains=NOW - HOUR).exists()
    assert person not in queries.list_people(cast.viewer("head"), now=NOW)


def test_a_head_makes_a_shift_leader_of_their_own_people(cast: Cast) -> None:
    post = operations.give_post(
        viewer=cast.viewer("head"),
        person=cast.people["arash"],
        role=gates.Role.SHIFT_LEADER,
        unit=cast.units["A"],
        now=NOW,
    )
    assert cast.viewer("arash").holds(gates.Role.SHIFT_LEADER)
    assert post is not None
    operations.end_post(viewer=cast.viewer("head"), post=post, now=NOW + DAY)
    later = cast.viewer("arash", now=NOW + DAY)
    assert not later.holds(gates.Role.SHIFT_LEADER)
    assert cast.viewer("arash", now=NOW + HOUR).holds(gates.Role.SHIFT_LEADER)


@pytest.mark.parametrize(
    ("by", "role", "unit"),
    [
        ("head", "station_head", "A"),
        ("head", "integrity_officer", "A"),
        ("head", "shift_leader", "B"),
        ("leader", "patrol_officer", "A"),
        ("integrity", "administrator", "A"),
        ("stranger", "shift_leader", "A"),
        ("arash", "patrol_officer", "A"),
        ("integrity", "external_overseer", "P1"),
    ],
)
def test_posts_are_given_by_those_who_may_and_nobody_else(cast: Cast, by: str, role: str, unit: str) -> None:
    with pytest.raises(errors.NotFound):
        operations.give_post(
            viewer=cast.viewer(by), person=cast.people["babak"], role=role, unit=cast.units[unit], now=NOW
        )


def test_nobody_gives_a_post_to_themselves(cast: Cast) -> None:
    with pytest.raises(errors.Refusal, match="concerns_yourself"):
        operations.give_post(
            viewer=cast.viewer("admin"),
            person=cast.people["admin"],
            role=gates.Role.STATION_HEAD,
            unit=cast.units["A"],
            now=NOW,
        )


def test_a_post_is_held_once_and_watchers_do_not_run_what_they_watch(cast: Cast) -> None:
    with pytest.raises(errors.Refusal, match="post_held"):
        operations.give_post(
            viewer=cast.viewer("admin"),
            person=cast.people["head"],
            role="station_head",
            unit=cast.units["A"],
            now=NOW,
        )
    with pytest.raises(errors.Refusal, match="post_incompatible"):
        operations.give_post(
            viewer=cast.viewer("admin"),
            person=cast.people["head"],
            role="evidence_custodian",
            unit=cast.units["A"],
            now=NOW,
        )


def test_a_substitute_holds_the_post_until_the_day_and_no_longer(cast: Cast) -> None:
    post = cast.people["head"].posts.get()
    operations.substitute(
        viewer=cast.viewer("head"), post=post, person=cast.people["leader"], now=NOW, ends_at=NOW + 3 * DAY
    )
    assert cast.viewer("leader").holds("station_head")
    assert not cast.viewer("leader", now=NOW + 3 * DAY).holds("station_head")
    heads = queries.people_who_hold("station_head", unit=cast.units["A"], now=NOW)
    assert {one.given_name_fa for one in heads} == {"head", "leader"}


def until(cast: Cast, name: str, ends_at: dt.datetime) -> models.HeldPost:
    post = cast.people[name].posts.get()
    post.held = TimestamptzRange(cast_module.ALWAYS[0], ends_at, "[)")
    post.save()
    return post


def test_no_substitute_outlives_the_post(cast: Cast) -> None:
    post = until(cast, "head", NOW + DAY)
    with pytest.raises(errors.Refusal, match="substitute_outlives"):
        operations.substitute(
            viewer=cast.viewer("head"),
            post=post,
            person=cast.people["leader"],
            now=NOW,
            ends_at=NOW + 2 * DAY,
        )
    operations.substitute(
        viewer=cast.viewer("head"), post=post, person=cast.people["leader"], now=NOW, ends_at=NOW + DAY
    )
    ended = until(cast, "steward", NOW - HOUR)
    with pytest.raises(errors.Refusal, match="post_ended"):
        operations.substitute(
            viewer=cast.viewer("admin"), post=ended, person=cast.people["arash"], now=NOW, ends_at=NOW + DAY
        )


@pytest.mark.parametrize("by", ["leader", "admin"])
def test_a_substitute_has_no_substitute(cast: Cast, by: str) -> None:
    post = cast.people["head"].posts.get()
    first = operations.substitute(
        viewer=cast.viewer("head"), post=post, person=cast.people["leader"], now=NOW, ends_at=NOW + DAY
    )
    assert first is not None
    with pytest.raises(errors.Refusal, match="substitute_of_substitute"):
        operations.substitute(
            viewer=cast.viewer(by), post=first, person=cast.people["steward"], now=NOW, ends_at=NOW + HOUR
        )


@pytest.mark.parametrize("leaves", [False, True])
def test_ending_a_post_ends_all_that_hangs_on_it(cast: Cast, *, leaves: bool) -> None:
    post, held = cast.people["head"].posts.get(), TimestamptzRange(NOW, NOW + 90 * DAY, "[)")
    for name in ("leader", "steward"):  # a chain of an earlier time
        post = models.HeldPost.objects.create(
            person=cast.people[name],
            role="station_head",
            unit=cast.units["A"],
            held=held,
            substitute_for=post,
        )
    later = NOW + HOUR
    if leaves:
        operations.let_person_go(viewer=cast.viewer("admin"), person=cast.people["head"], now=later)
    else:
        operations.end_post(viewer=cast.viewer("admin"), post=cast.people["head"].posts.get(), now=later)
    for name in ("head", "leader", "steward"):
        assert not cast.viewer(name, now=later).holds("station_head")


def test_an_administrator_names_the_first_integrity_officer_and_no_other(cast: Cast) -> None:
    def give() -> None:
        operations.give_post(
            viewer=cast.viewer("admin"), person=cast.people["babak"], role="integrity_officer",
            unit=cast.units["P2"], now=NOW,
        )  # fmt: skip

    with pytest.raises(errors.NotFound):
        give()
    models.HeldPost.objects.filter(role="integrity_officer").delete()
    give()  # the external overseer is there: it waits for their word
    assert not cast.people["babak"].posts.filter(role="integrity_officer").exists()
    models.HeldPost.objects.filter(role="external_overseer").delete()
    give()
    assert cast.people["babak"].posts.filter(role="integrity_officer").exists()


def test_an_integrity_officer_suspends_a_head_and_their_substitute(cast: Cast) -> None:
    post = cast.people["head"].posts.get()
    operations.substitute(
        viewer=cast.viewer("head"), post=post, person=cast.people["leader"], now=NOW, ends_at=NOW + 3 * DAY
    )
    operations.end_post(viewer=cast.viewer("integrity"), post=post, now=NOW + HOUR)
    for name in ("head", "leader"):
        assert not cast.viewer(name, now=NOW + HOUR).holds("station_head")


def test_the_last_administrator_stays(cast: Cast) -> None:
    second = add(cast)
    models.HeldPost.objects.create(
        person=second, role="administrator", unit=cast.units["N"], held=(NOW, NOW + DAY)
    )
    second.user = accounts.open_account(username="second", actor="test", now=NOW)[0]
    second.save()
    viewer = gates.load_viewer(second.user, now=NOW + HOUR, second_factor=True)
    post = cast.people["admin"].posts.get()
    operations.end_post(viewer=viewer, post=post, now=NOW + HOUR)
    third = gates.load_viewer(cast.people["admin"].user, now=NOW, second_factor=True)  # type: ignore[arg-type]
    with pytest.raises(errors.Refusal, match="last_administrator"):
        operations.end_post(viewer=third, post=second.posts.get(), now=NOW + 2 * HOUR)


def test_an_administrator_opens_a_login_with_a_password_that_must_be_changed(cast: Cast) -> None:
    person = add(cast)
    opened = operations.open_login(viewer=cast.viewer("admin"), person=person, username="Ali.Karimi", now=NOW)
    assert opened is not None
    user, password = opened
    assert (user.username, user.must_change_password) == ("ali.karimi", True)
    assert user.check_password(password)
    assert len(password) == 19
    with pytest.raises(errors.Refusal, match="login_exists"):
        operations.open_login(viewer=cast.viewer("admin"), person=person, username="other", now=NOW)


def test_nobody_but_an_administrator_touches_logins_and_never_their_own(cast: Cast) -> None:
    with pytest.raises(errors.NotFound):
        operations.reset_login_password(viewer=cast.viewer("head"), person=cast.people["arash"], now=NOW)
    with pytest.raises(errors.Refusal, match="concerns_yourself"):
        operations.reset_login_password(viewer=cast.viewer("admin"), person=cast.people["admin"], now=NOW)


def test_a_closed_login_does_not_open_until_it_is_opened_again(cast: Cast) -> None:
    person, admin = cast.people["arash"], cast.viewer("admin")
    password = operations.reset_login_password(viewer=admin, person=person, now=NOW)
    operations.close_login(viewer=admin, person=person, now=NOW)
    assert authenticate(None, username="arash", password=password) is None
    with pytest.raises(errors.Refusal, match="closed_already"):
        operations.close_login(viewer=admin, person=person, now=NOW)
    operations.reopen_login(viewer=admin, person=person, now=NOW)
    assert authenticate(None, username="arash", password=password) == person.user


def test_a_lost_authenticator_is_forgotten(cast: Cast) -> None:
    person, admin = cast.people["arash"], cast.viewer("admin")
    with pytest.raises(errors.Refusal, match="no_second_factor"):
        operations.reset_login_second_factor(viewer=admin, person=person, now=NOW)
    totp.TOTP.activate(person.user, totp.generate_totp_secret())
    assert accounts.has_second_factor(person.user)  # type: ignore[arg-type]
    assert operations.reset_login_second_factor(viewer=admin, person=person, now=NOW)
    assert not accounts.has_second_factor(person.user)  # type: ignore[arg-type]


@pytest.mark.parametrize("by", ["integrity", "overseer"])
def test_a_login_that_sees_footage_is_reset_by_two_persons_and_once(cast: Cast, by: str) -> None:
    person, admin = cast.people["custodian"], cast.viewer("admin")
    before = person.user.password  # type: ignore[union-attr]
    for _ in range(2):
        assert operations.reset_login_password(viewer=admin, person=person, now=NOW) is None
    reset = models.Proposal.objects.get()
    for name in ("head", "stranger", "admin"):
        with pytest.raises(errors.NotFound):
            operations.agree_to_proposal(viewer=cast.viewer(name), proposal_id=reset.pk, now=NOW)
    person.user.refresh_from_db()  # type: ignore[union-attr]
    assert person.user.password == before  # type: ignore[union-attr]
    assert list(queries.list_proposals_to_agree(cast.viewer(by), now=NOW)) == [reset]
    operations.agree_to_proposal(viewer=cast.viewer(by), proposal_id=reset.pk, now=NOW)
    with pytest.raises(errors.Refusal, match="proposal_closed"):
        operations.agree_to_proposal(viewer=cast.viewer(by), proposal_id=reset.pk, now=NOW)
    password = operations.reset_login_password(viewer=admin, person=person, now=NOW + HOUR)
    assert password is not None
    assert authenticate(None, username="custodian", password=password) == person.user
    assert operations.reset_login_password(viewer=admin, person=person, now=NOW + 2 * HOUR) is None


def test_nobody_agrees_to_the_reset_of_their_own_login(cast: Cast) -> None:
    person = cast.people["integrity"]
    assert operations.reset_login_password(viewer=cast.viewer("admin"), person=person, now=NOW) is None
    reset = models.Proposal.objects.get()
    with pytest.raises(errors.Refusal, match="concerns_yourself"):
        operations.agree_to_proposal(viewer=cast.viewer("integrity"), proposal_id=reset.pk, now=NOW)
    assert not queries.list_proposals_to_agree(cast.viewer("integrity"), now=NOW).exists()


def test_neither_a_week_nor_a_post_ended_for_a_day_gets_around_the_second_person(cast: Cast) -> None:
    person, admin = cast.people["custodian"], cast.viewer("admin")
    operations.reset_login_password(viewer=admin, person=person, now=NOW)
    with pytest.raises(errors.Refusal, match="proposal_closed"):
        operations.agree_to_proposal(
            viewer=cast.viewer("integrity"), proposal_id=models.Proposal.objects.get().pk, now=NOW + 7 * DAY
        )
    operations.end_post(viewer=admin, post=person.posts.get(), now=NOW)
    assert operations.reset_login_password(viewer=admin, person=person, now=NOW + DAY) is None
    totp.TOTP.activate(person.user, totp.generate_totp_secret())
    assert operations.reset_login_second_factor(viewer=admin, person=person, now=NOW + DAY) is False
    assert accounts.has_second_factor(person.user)  # type: ignore[arg-type]

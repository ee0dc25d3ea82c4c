"""Nobody who administers makes, alone, somebody who sees footage."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from siyanat.ledger import models as ledger
from siyanat.lib import errors
from siyanat.roster import gates, models, operations, queries
from siyanat.roster.imports import posts as posts_sheet
from siyanat.roster.operations import imports
from tests import cast as cast_module
from tests.cast import NOW, Cast

DAY = dt.timedelta(days=1)


def give(
    cast: Cast,
    by: str = "admin",
    *,
    person: str = "steward",
    role: str = "evidence_custodian",
    unit: str = "A",
) -> models.HeldPost | None:
    return operations.give_post(
        viewer=cast.viewer(by), person=cast.people[person], role=role, unit=cast.units[unit], now=NOW
    )


def agree(cast: Cast, by: str, *, now: dt.datetime = NOW) -> models.Proposal:
    waiting = models.Proposal.objects.get()
    return operations.agree_to_proposal(viewer=cast.viewer(by), proposal_id=waiting.pk, now=now)


def without_oversight(*roles: str) -> None:
    models.HeldPost.objects.filter(role__in=roles or ("integrity_officer", "external_overseer")).delete()


def told(kind: str) -> ledger.Entry:
    return ledger.Entry.objects.filter(kind=kind).latest("id")


@pytest.mark.parametrize("by", ["integrity", "overseer"])
def test_a_post_that_sees_footage_is_given_by_the_word_of_a_second_person(cast: Cast, by: str) -> None:
    for _ in range(2):
        assert give(cast) is None
    assert not cast.viewer("steward").holds("evidence_custodian")
    for name in ("admin", "head", "stranger", "reviewer"):
        with pytest.raises(errors.NotFound):
            agree(cast, name)
        assert not queries.list_proposals_to_agree(cast.viewer(name), now=NOW).exists()
    assert queries.list_proposals_to_agree(cast.viewer(by), now=NOW).count() == 1
    agree(cast, by, now=NOW + DAY)
    assert cast.viewer("steward", now=NOW + DAY).holds_over(cast.units["A"].path, "evidence_custodian")
    assert not cast.viewer("steward").holds("evidence_custodian")  # not before the agreement
    with pytest.raises(errors.Refusal, match="proposal_closed"):
        agree(cast, by, now=NOW + DAY)
    for kind in ("roster.propose", "roster.agree_to_proposal", "roster.give_post"):
        assert told(kind).unit_path == cast.units["A"].path


@pytest.mark.parametrize("role", gates.FOOTAGE_ROLES)
def test_every_role_that_sees_footage_waits(cast: Cast, role: str) -> None:
    if role == gates.Role.INTEGRITY_OFFICER:  # no administrator's to give
        without_oversight(role)
    assert give(cast, person="leader", role=role, unit="P2") is None


def test_what_sees_no_footage_is_given_at_once(cast: Cast) -> None:
    assert give(cast, person="babak", role="camera_steward") is not None


def test_an_integrity_officer_is_no_administrator_and_gives_at_once(cast: Cast) -> None:
    assert give(cast, "integrity") is not None


def test_nobody_agrees_to_a_post_of_their_own(cast: Cast) -> None:
    give(cast, person="overseer", role="provincial_reviewer", unit="P1")
    with pytest.raises(errors.Refusal, match="concerns_yourself"):
        agree(cast, "overseer")
    assert not queries.list_proposals_to_agree(cast.viewer("overseer"), now=NOW).exists()
    agree(cast, "integrity")


def test_who_administers_anything_agrees_to_nothing(cast: Cast) -> None:
    give(cast)
    models.HeldPost.objects.create(
        person=cast.people["integrity"], role="administrator", unit=cast.units["B"], held=cast_module.ALWAYS
    )
    with pytest.raises(errors.NotFound):
        agree(cast, "integrity")


def test_after_a_week_the_proposal_is_void(cast: Cast) -> None:
    give(cast)
    with pytest.raises(errors.Refusal, match="proposal_closed"):
        agree(cast, "integrity", now=NOW + 7 * DAY)


def test_what_has_become_impossible_is_refused_at_the_agreement(cast: Cast) -> None:
    give(cast)
    operations.let_person_go(viewer=cast.viewer("admin"), person=cast.people["steward"], now=NOW)
    with pytest.raises(errors.Refusal, match="person_left"):
        agree(cast, "integrity")


def test_an_installation_begins_with_one_person_and_the_log_says_so(cast: Cast) -> None:
    without_oversight()
    assert give(cast, person="babak", role="integrity_officer", unit="P2") is not None
    assert json.loads(told("roster.give_post").body)["facts"]["second_person"]
    assert give(cast, person="stranger_officer", role="station_head", unit="B") is None  # P2 is overseen now
    assert give(cast) is not None  # P1 is not


def test_where_nobody_oversees_a_unit_those_below_it_have_the_word(cast: Cast) -> None:
    without_oversight("external_overseer")
    assert give(cast, person="stranger_officer", role="external_overseer", unit="N") is None
    agree(cast, "integrity")
    assert cast.viewer("stranger_officer").holds("external_overseer")


def test_the_last_who_oversees_a_unit_is_not_taken_away_by_an_administrator(cast: Cast) -> None:
    person = cast.people["overseer"]
    with pytest.raises(errors.Refusal, match="last_overseer"):
        operations.end_post(viewer=cast.viewer("admin"), post=person.posts.get(), now=NOW)
    with pytest.raises(errors.Refusal, match="last_overseer"):
        operations.let_person_go(viewer=cast.viewer("admin"), person=person, now=NOW)
    operations.let_person_go(viewer=cast.viewer("admin"), person=cast.people["integrity"], now=NOW)


def test_the_operator_of_the_machine_lets_go_of_an_overseer_who_can_name_nobody(cast: Cast) -> None:
    number = cast.people["overseer"].personnel_number
    with pytest.raises(errors.Refusal, match="reason_needed"):
        operations.release_overseer(personnel_number=number, reason=" ", now=NOW)
    assert operations.release_overseer(personnel_number=number, reason="deceased", now=NOW) == 1
    assert told("roster.release_overseer").actor == "system:operator"
    with pytest.raises(errors.NotFound):
        operations.release_overseer(personnel_number=number, reason="again", now=NOW)


def test_an_administrator_names_no_substitute_who_sees_footage_but_the_holder_does(cast: Cast) -> None:
    post = cast.people["head"].posts.get()
    named = [
        operations.substitute(
            viewer=cast.viewer(by), post=post, person=cast.people[person], now=NOW, ends_at=NOW + DAY
        )
        for by, person in (("admin", "steward"), ("head", "leader"))
    ]
    assert named[0] is None
    assert named[1] is not None
    agree(cast, "integrity")
    assert cast.people["steward"].posts.get(role="station_head").substitute_for == post


def test_the_login_of_somebody_who_sees_footage_is_opened_by_two_persons(cast: Cast) -> None:
    person, admin = cast.people["custodian"], cast.viewer("admin")
    person.user = None
    person.save()
    assert operations.open_login(viewer=admin, person=person, username="new", now=NOW) is None
    agree(cast, "overseer")
    opened = operations.open_login(viewer=admin, person=person, username="new", now=NOW)
    assert opened is not None
    person.refresh_from_db()
    assert person.user == opened[0]


def bring(cast: Cast, *lines: str) -> dict[str, int]:
    admin, sheet = cast.viewer("admin"), posts_sheet.SHEET
    content = "\n".join(["personnel_number,role,unit,from,to", *lines]).encode()
    waiting = imports.upload_import(viewer=admin, sheet=sheet, content=content, file="posts.csv", now=NOW)
    return imports.apply_import(viewer=admin, sheet=sheet, waiting=waiting, now=NOW)


def test_a_list_brings_no_post_that_sees_footage_past_the_second_person(cast: Cast) -> None:
    steward, babak = (cast.people[name].personnel_number for name in ("steward", "babak"))
    outcome = bring(
        cast,
        f"{steward},evidence_custodian,A,1405/08/01,",
        f"{babak},camera_steward,A,1405/08/01,",
        f"{steward},provincial_reviewer,P1,1403/08/01,1404/08/01",
    )
    assert outcome == {"added": 2, "changed": 0, "same": 0, "proposed": 1}
    assert not cast.viewer("steward").holds("evidence_custodian", "provincial_reviewer")
    agree(cast, "integrity")
    assert cast.viewer("steward").holds("evidence_custodian")


def test_a_list_does_not_lengthen_a_post_that_sees_footage(cast: Cast) -> None:
    bring(cast, f"{cast.people['steward'].personnel_number},provincial_reviewer,P1,1403/08/01,1404/08/01")
    with pytest.raises(errors.InputRefused) as refused:
        bring(cast, f"{cast.people['steward'].personnel_number},provincial_reviewer,P1,1403/08/01,1410/08/01")
    assert [one.code for one in refused.value.problems] == ["import.change_on_page"]

"""Issue and return with the shift, and corrections of what was written down wrongly."""

from __future__ import annotations

import pytest

from siyanat.cameras import models, operations
from siyanat.cameras.operations import custody
from siyanat.ledger import models as ledger
from siyanat.lib import errors
from siyanat.roster import models as roster
from tests.cast import HOUR, NOW, Cast, issue_camera, make_camera, make_shift


def running(cast: Cast, *crew: str, code: str = "A-1") -> roster.Shift:
    return make_shift(cast, starts_at=NOW - HOUR, crew=crew or ("arash", "babak"), code=code)


def issue(
    cast: Cast, camera: models.Camera, name: str, shift: roster.Shift, *, by: str = "leader"
) -> models.Issue:
    return operations.issue_camera(
        viewer=cast.viewer(by), camera=camera, person=cast.people[name], shift=shift, now=NOW
    )


def test_a_ready_camera_is_issued_and_comes_back_docked(cast: Cast) -> None:
    camera, shift = make_camera(cast, "C1"), running(cast)
    issue(cast, camera, "arash", shift)
    camera.refresh_from_db()
    shift.refresh_from_db()
    assert (camera.state, shift.state) == ("issued", "running")
    readings = operations.Readings(
        battery_percent=20, storage_free_percent=60, clock_drift_ms=-340, firmware="1.2"
    )
    back = operations.return_camera(
        viewer=cast.viewer("leader"), camera=camera, now=NOW + 8 * HOUR, readings=readings
    )
    camera.refresh_from_db()
    shift.refresh_from_db()
    assert (camera.state, camera.battery_percent, camera.clock_drift_ms) == ("docked", 20, -340)
    assert back.returned_at == NOW + 8 * HOUR
    assert shift.state == "ended"
    kinds = set(ledger.Entry.objects.values_list("kind", flat=True))
    assert {"cameras.issue", "cameras.return", "roster.start_shift", "roster.end_shift"} <= kinds


@pytest.mark.parametrize("state", ["in_stock", "issued", "docked", "faulty", "lost", "retired"])
def test_only_a_ready_camera_is_issued(cast: Cast, state: str) -> None:
    with pytest.raises(errors.Refusal, match="wrong_state"):
        issue(cast, make_camera(cast, "C1", state=state), "arash", running(cast))


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("battery_percent", 74, "battery_low"),
        ("battery_percent", None, "battery_low"),
        ("storage_free_percent", 24, "storage_low"),
        ("storage_free_percent", None, "storage_low"),
    ],
)
def test_a_camera_that_would_not_last_the_shift_is_refused(
    cast: Cast, field: str, value: int | None, code: str
) -> None:
    camera = make_camera(cast, "C1")
    setattr(camera, field, value)
    camera.save()
    with pytest.raises(errors.Refusal, match=code):
        issue(cast, camera, "arash", running(cast))


def test_one_active_camera_a_person(cast: Cast) -> None:
    shift = running(cast)
    issue(cast, make_camera(cast, "C1"), "arash", shift)
    with pytest.raises(errors.Refusal, match="person_has_camera"):
        issue(cast, make_camera(cast, "C2"), "arash", shift)


def test_several_are_issued_together_or_none(cast: Cast) -> None:
    shift, good, bad = running(cast), make_camera(cast, "C1"), make_camera(cast, "C2", state="faulty")
    plans = [
        operations.IssuePlan(good, cast.people["arash"]),
        operations.IssuePlan(bad, cast.people["babak"]),
    ]
    with pytest.raises(errors.Refusal, match="wrong_state"):
        operations.issue_cameras(viewer=cast.viewer("leader"), shift=shift, plans=plans, now=NOW)
    assert not models.Issue.objects.exists()


def test_a_camera_goes_to_the_crew_alone_and_in_its_time(cast: Cast) -> None:
    shift, camera = running(cast, "arash"), make_camera(cast, "C1")
    with pytest.raises(errors.Refusal, match="not_in_crew"):
        issue(cast, camera, "babak", shift)
    over = make_shift(cast, crew=("babak",), code="A-2")
    with pytest.raises(errors.Refusal, match="shift_over"):
        issue(cast, camera, "babak", over)
    tomorrow = make_shift(cast, starts_at=NOW + 24 * HOUR, crew=("babak",), code="A-3")
    with pytest.raises(errors.Refusal, match="too_early"):
        issue(cast, camera, "babak", tomorrow)


def test_a_strange_leader_and_another_units_camera_are_refused(cast: Cast) -> None:
    shift = running(cast)
    with pytest.raises(errors.NotFound):
        issue(cast, make_camera(cast, "C1"), "arash", shift, by="stranger")
    with pytest.raises(errors.NotFound):
        issue(cast, make_camera(cast, "C2", unit="B"), "arash", shift)


def test_a_wrong_camera_is_corrected_and_the_earlier_row_stays(cast: Cast) -> None:
    shift, wrong, right = make_shift(cast), make_camera(cast, "C1"), make_camera(cast, "C2")
    old = issue_camera(shift, cast.people["arash"], wrong)
    new = operations.correct_issue(
        viewer=cast.viewer("steward"), issue=old, camera=right, reason="serial misread", now=NOW
    )
    old.refresh_from_db()
    assert old.superseded_at == new.recorded_at == NOW
    assert (new.camera, new.person, new.issued_at) == (right, old.person, old.issued_at)
    with pytest.raises(errors.Refusal, match="already_corrected"):
        operations.correct_issue(
            viewer=cast.viewer("steward"), issue=old, camera=right, reason="again please", now=NOW
        )


def test_two_officers_swapped_cameras(cast: Cast) -> None:
    shift = make_shift(cast)
    one = issue_camera(shift, cast.people["arash"], make_camera(cast, "C1"))
    other = issue_camera(shift, cast.people["babak"], make_camera(cast, "C2"))
    new = custody.swap_issues(
        viewer=cast.viewer("head"), first=one, second=other, reason="taken crosswise", now=NOW
    )
    assert [row.person.given_name_fa for row in new] == ["babak", "arash"]
    assert models.Issue.objects.filter(superseded_at=None).count() == 2


def test_a_correction_never_puts_a_camera_in_two_hands(cast: Cast) -> None:
    shift = make_shift(cast)
    one = issue_camera(shift, cast.people["arash"], make_camera(cast, "C1"))
    other = issue_camera(shift, cast.people["babak"], make_camera(cast, "C2"))
    with pytest.raises(errors.Refusal, match="issue_overlaps"):
        operations.correct_issue(
            viewer=cast.viewer("head"), issue=one, camera=other.camera, reason="serial misread", now=NOW
        )


def test_an_officer_does_not_correct_their_own_issue(cast: Cast) -> None:
    shift = make_shift(cast, crew=("head", "babak"))
    own = issue_camera(shift, cast.people["head"], make_camera(cast, "C1"))
    with pytest.raises(errors.Refusal, match="concerns_yourself"):
        operations.correct_issue(
            viewer=cast.viewer("head"), issue=own, person=cast.people["babak"], reason="it was babak", now=NOW
        )


def test_a_head_in_the_crew_corrects_no_issue_of_that_shift(cast: Cast) -> None:
    shift = make_shift(cast, crew=("arash", "babak", "head"))
    one = issue_camera(shift, cast.people["arash"], make_camera(cast, "C1"))
    other = issue_camera(shift, cast.people["babak"], make_camera(cast, "C2"))
    before = make_shift(cast, crew=("arash", "babak"), code="A-0", starts_at=NOW - 40 * HOUR)
    elsewhere = issue_camera(before, cast.people["arash"], make_camera(cast, "C3"))
    with pytest.raises(errors.Refusal, match="concerns_yourself"):
        operations.correct_issue(
            viewer=cast.viewer("head"), issue=one, issued_at=NOW - 9 * HOUR, reason="issued later", now=NOW
        )
    with pytest.raises(errors.Refusal, match="concerns_yourself"):
        operations.correct_issue(
            viewer=cast.viewer("head"), issue=elsewhere, shift=shift, reason="the other shift", now=NOW
        )
    with pytest.raises(errors.Refusal, match="concerns_yourself"):
        custody.swap_issues(
            viewer=cast.viewer("head"), first=one, second=other, reason="taken crosswise", now=NOW
        )

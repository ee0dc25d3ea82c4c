"""The rest of a camera's life: registration, ready check, faults, loss, transfer, figures."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable

import pytest
from django.test import Client
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from siyanat.cameras import imports, models, operations, policy, queries, states
from siyanat.ledger import models as ledger
from siyanat.lib import errors
from siyanat.roster.operations import imports as import_operations
from tests.cast import HOUR, NOW, Cast, issue_camera, make_camera, make_shift

GOOD = operations.Readings(battery_percent=98, storage_free_percent=95, clock_drift_ms=20, firmware="2.10")
NAMES = itertools.count()


def bring(cast: Cast, content: bytes, by: str = "steward") -> dict[str, int]:
    waiting = import_operations.upload_import(
        viewer=cast.viewer(by), sheet=imports.SHEET, content=content, file="cameras.csv", now=NOW
    )
    return import_operations.apply_import(
        viewer=cast.viewer(by), sheet=imports.SHEET, waiting=waiting, now=NOW
    )


def test_four_thousand_cameras_are_registered_from_a_file_once(cast: Cast) -> None:
    content = "serial,model,unit\n" + "".join(f"bwc-{number:06},Patrol 2,A\n" for number in range(4000))
    assert bring(cast, content.encode()) == {"added": 4000, "changed": 0, "same": 0}
    assert bring(cast, content.encode()) == {"added": 0, "changed": 0, "same": 4000}
    assert queries.count_by_state(cast.viewer("steward"))["in_stock"] == 4000
    assert models.CameraEvent.objects.filter(act="register").count() == 4000
    assert ledger.Entry.objects.filter(kind="cameras.register").count() == 1


def test_a_file_with_a_wrong_row_registers_nothing(cast: Cast) -> None:
    with pytest.raises(errors.InputRefused) as caught:
        bring(cast, b"serial,model,unit\nC-1,P2,A\nC-1,P2,B\n,P2,A\n")
    assert [(one.row, one.code) for one in caught.value.problems] == [
        (3, "import.twice"),
        (3, "import.unknown_unit"),
        (4, "import.missing"),
    ]
    assert not models.Camera.objects.exists()


def test_a_ready_check_wants_charge_space_clock_and_firmware(cast: Cast) -> None:
    steward = cast.viewer("steward")
    camera = operations.register_camera(
        viewer=steward, new=operations.NewCamera("۱۲ ab", "P2", cast.units["A"]), now=NOW
    )
    assert camera.serial == "12AB"
    bad = {
        "readings_old": None,
        "battery_low": operations.Readings(10, 95, 0, "1"),
        "storage_low": operations.Readings(98, 10, 0, "1"),
        "clock_off": operations.Readings(98, 95, 5000, "1"),
    }
    for code, readings in bad.items():
        with pytest.raises(errors.Refusal, match=code):
            operations.make_ready(viewer=steward, camera=camera, readings=readings, now=NOW)
    operations.set_minimum_firmware(viewer=cast.viewer("admin"), model="P2", minimum="2.9", now=NOW)
    old = operations.Readings(98, 95, 0, "2.8")
    with pytest.raises(errors.Refusal, match="firmware_old"):
        operations.make_ready(viewer=steward, camera=camera, readings=old, now=NOW)
    ready = operations.make_ready(viewer=steward, camera=camera, readings=GOOD, now=NOW)
    assert (ready.state, ready.first_ready_at) == ("ready", NOW)


def test_a_clock_that_was_set_right_passes_and_the_drift_stands_in_the_history(cast: Cast) -> None:
    camera = make_camera(cast, "C1", state="docked")
    readings = operations.Readings(98, 95, 7000, "2.10", clock_set=True)
    operations.make_ready(viewer=cast.viewer("steward"), camera=camera, readings=readings, now=NOW)
    assert queries.history_of(camera)[0].readings["clock_drift_ms"] == 7000


def test_an_officer_reports_their_own_camera_lost_and_no_other(cast: Cast) -> None:
    shift, mine, other = (
        make_shift(cast, starts_at=NOW - HOUR),
        make_camera(cast, "C1"),
        make_camera(cast, "C2"),
    )
    operations.issue_camera(
        viewer=cast.viewer("leader"), camera=mine, person=cast.people["arash"], shift=shift, now=NOW
    )
    with pytest.raises(errors.NotFound):
        operations.report_lost(viewer=cast.viewer("arash"), camera=other, reason="fell in the river", now=NOW)
    operations.report_lost(
        viewer=cast.viewer("arash"), camera=mine, reason="fell in the river", now=NOW + HOUR
    )
    issue = models.Issue.objects.get()
    assert issue.returned_at == NOW + HOUR
    mine.refresh_from_db()
    assert mine.state == "lost"


def test_a_camera_moves_to_another_unit_in_stock(cast: Cast) -> None:
    camera = make_camera(cast, "C1")
    operations.transfer_camera(
        viewer=cast.viewer("admin"), camera=camera, unit=cast.units["B"], reason="more patrols there", now=NOW
    )
    camera.refresh_from_db()
    assert (camera.unit, camera.state) == (cast.units["B"], "in_stock")
    with pytest.raises(errors.NotFound):
        operations.transfer_camera(
            viewer=cast.viewer("steward"), camera=camera, unit=cast.units["A"], reason="give it back", now=NOW
        )


@pytest.mark.parametrize(
    "act", [row for row in states.TRANSITIONS if row.act not in ("register", "issue", "return")]
)
@pytest.mark.parametrize("state", [state.value for state in models.Camera.State if state != "issued"])
def test_only_lawful_changes_of_state_happen(cast: Cast, act: states.Transition, state: str) -> None:
    camera = make_camera(cast, f"C{next(NAMES)}", state=state)
    extra = {
        "make_ready": {"readings": GOOD},
        "transfer": {"unit": cast.units["B"], "reason": "some reason"},
    }.get(act.act, {"reason": "some reason"})
    name = {
        "find": "find_camera",
        "repair": "repair_camera",
        "retire": "retire_camera",
        "transfer": "transfer_camera",
    }
    operation = getattr(operations, name.get(act.act, act.act))
    if state in act.sources:
        operation(viewer=cast.viewer("admin"), camera=camera, now=NOW, **extra)
        camera.refresh_from_db()
        assert camera.state == act.target
    else:
        with pytest.raises(errors.Refusal, match="wrong_state"):
            operation(viewer=cast.viewer("admin"), camera=camera, now=NOW, **extra)


def test_the_diagram_shows_every_change() -> None:
    text = states.diagram()
    for row in states.TRANSITIONS:
        for source in row.sources:
            assert f"{source} --> {row.target}: {row.act}" in text


def test_overdue_returns_escalate(cast: Cast) -> None:
    shift = make_shift(cast, starts_at=NOW - HOUR)
    issue = operations.issue_camera(
        viewer=cast.viewer("leader"),
        camera=make_camera(cast, "C1"),
        person=cast.people["arash"],
        shift=shift,
        now=NOW,
    )
    late = issue.due_at + dt.timedelta(minutes=1)
    assert list(queries.overdue_issues(cast.viewer("head"), now=late)) == [issue]
    assert not queries.overdue_issues(cast.viewer("head"), now=issue.due_at)
    assert not queries.overdue_issues(cast.viewer("stranger"), now=late)
    steps = [
        queries.escalation_role(issue, now=issue.due_at + after)
        for after in (
            HOUR,
            policy.ESCALATE_TO_HEAD_AFTER,
            policy.ESCALATE_TO_PROVINCE_AFTER,
        )
    ]
    assert steps == ["shift_leader", "station_head", "provincial_reviewer"]


def test_utilisation_counts_hours_in_hands(cast: Cast) -> None:
    shift = make_shift(cast)
    issue_camera(shift, cast.people["arash"], make_camera(cast, "C1"))
    make_camera(cast, "C2")
    week = dt.timedelta(days=7)
    rows = queries.utilisation(
        cast.viewer("overseer"),
        units=[cast.units["P1"], cast.units["P2"]],
        starts_at=NOW - week,
        ends_at=NOW,
        now=NOW,
    )
    assert [(row.cameras, row.used, row.issues, row.hours) for row in rows] == [
        (2, 1, 1, 8.0),
        (0, 0, 0, 0.0),
    ]
    assert rows[0].used_share == 0.5


def test_the_roll_out_compares_target_and_done_by_month(cast: Cast) -> None:
    camera = make_camera(cast, "C1", state="in_stock")
    operations.make_ready(viewer=cast.viewer("steward"), camera=camera, readings=GOOD, now=NOW)
    operations.set_rollout_target(
        viewer=cast.viewer("admin"), province=cast.units["P1"], year=1405, month=8, cameras=10, now=NOW
    )
    rows = {row.province.code: row for row in queries.rollout(cast.viewer("overseer"), year=1405)}
    month = rows["P1"].months[7]
    assert (month.target, month.done, rows["P1"].share) == (10, 1, 0.1)
    assert (rows["P2"].target, rows["P2"].done, rows["P2"].share) == (0, 0, None)
    assert [row.province.code for row in queries.rollout(cast.viewer("reviewer"), year=1405)] == ["P1"]


class Custody(RuleBasedStateMachine):
    """Whatever is issued, returned, reported and repaired: a camera is in one pair of hands at most."""

    cast: Cast
    shift: object
    cameras = Bundle("cameras")

    @initialize()
    def begin(self) -> None:
        models.Issue.objects.all().delete()
        models.CameraEvent.objects.all().delete()
        models.Camera.objects.all().delete()

    @rule(target=cameras)
    def new_camera(self) -> models.Camera:
        return make_camera(self.cast, f"M{next(NAMES)}")

    def attempt(self, operation: object, **more: object) -> None:
        code = ""
        try:
            operation(viewer=self.cast.viewer("admin2"), now=NOW, **more)  # type: ignore[operator]
        except errors.Refusal as refusal:
            code = refusal.code
        assert code in {"", "cameras.wrong_state", "cameras.person_has_camera"}, code

    @rule(camera=cameras, name=st.sampled_from(["arash", "babak"]))
    def issue(self, camera: models.Camera, name: str) -> None:
        self.attempt(operations.issue_camera, camera=camera, person=self.cast.people[name], shift=self.shift)

    @rule(camera=cameras)
    def bring_back(self, camera: models.Camera) -> None:
        self.attempt(operations.return_camera, camera=camera)

    @rule(camera=cameras)
    def make_ready(self, camera: models.Camera) -> None:
        self.attempt(operations.make_ready, camera=camera, readings=GOOD)

    @rule(
        camera=cameras, act=st.sampled_from(["report_faulty", "report_lost", "find_camera", "repair_camera"])
    )
    def mishap(self, camera: models.Camera, act: str) -> None:
        self.attempt(getattr(operations, act), camera=camera, reason="some reason")

    @invariant()
    def issued_means_in_one_pair_of_hands(self) -> None:
        out = models.Issue.objects.filter(returned_at=None, superseded_at=None)
        issued = models.Camera.objects.filter(state="issued")
        assert sorted(out.values_list("camera_id", flat=True)) == sorted(issued.values_list("pk", flat=True))
        people = list(out.values_list("person_id", flat=True))
        assert len(people) == len(set(people))


def test_a_camera_is_never_in_two_hands_whatever_happens(cast: Cast) -> None:
    from siyanat.roster import models as roster

    everything = cast.people["overseer"]
    for role in ("camera_steward", "shift_leader"):
        roster.HeldPost.objects.create(
            person=everything, role=role, unit=cast.units["A"], held=(NOW - HOUR, None)
        )
    cast.people["admin2"] = everything
    Custody.cast, Custody.shift = cast, make_shift(cast, starts_at=NOW - HOUR)
    run_state_machine_as_test(
        Custody,
        settings=settings(
            max_examples=12, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


@pytest.mark.parametrize("drift_ms", [-86_400_001, 86_400_001, 10**18])
def test_a_drift_of_more_than_a_day_is_not_believed(cast: Cast, drift_ms: int) -> None:
    camera = make_camera(cast, "C1")
    with pytest.raises(errors.Refusal, match="drift_too_large"):
        operations.record_readings(
            viewer=cast.viewer("steward"), camera=camera, now=NOW,
            readings=operations.Readings(clock_drift_ms=drift_ms),
        )  # fmt: skip
    camera.refresh_from_db()
    assert camera.clock_drift_ms is None


def test_nobody_moves_the_clock_of_the_camera_that_they_bore(cast: Cast) -> None:
    shift, camera = make_shift(cast, crew=("steward",)), make_camera(cast, "C1", state="issued")
    issue = issue_camera(shift, cast.people["steward"], camera)
    models.Issue.objects.filter(pk=issue.pk).update(returned_at=None)
    hour = operations.Readings(clock_drift_ms=-3_600_000)
    own = cast.viewer("steward")
    with pytest.raises(errors.Refusal, match="concerns_yourself"):
        operations.record_readings(viewer=own, camera=camera, readings=hour, now=NOW)
    with pytest.raises(errors.Refusal, match="concerns_yourself"):
        operations.return_camera(viewer=own, camera=camera, readings=hour, now=NOW)
    operations.return_camera(viewer=own, camera=camera, now=NOW)
    with pytest.raises(errors.Refusal, match="concerns_yourself"):
        operations.make_ready(viewer=own, camera=camera, readings=GOOD, now=NOW)
    camera.refresh_from_db()
    assert camera.clock_drift_ms is None
    assert models.Issue.objects.get(pk=issue.pk).returned_at == NOW


@pytest.mark.parametrize("page", ["rollout/?year=²", "use/?days=²"])
def test_a_digit_that_is_no_number_is_passed_over(
    cast: Cast, sign_in: Callable[..., Client], page: str
) -> None:
    assert sign_in("head").get(f"/cameras/{page}").status_code == 200

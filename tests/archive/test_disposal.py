"""A list, two persons, seven days, a tombstone, a receipt."""

from __future__ import annotations

import json

import pytest

from siyanat.archive import models, operations, queries
from siyanat.evidence import models as evidence
from siyanat.evidence import store
from siyanat.ledger import checkpoints, keys, verification
from siyanat.ledger import models as ledger
from siyanat.lib import errors, merkle, signed_note
from tests import cast as cast_module
from tests.archive.conftest import DAY, NOW, Record, hold

pytestmark = pytest.mark.django_db
LATER = NOW + 7 * DAY


def propose(
    cast: cast_module.Cast, *recordings: evidence.Recording, by: str = "custodian"
) -> models.Disposal:
    return operations.propose_disposal(
        viewer=cast.viewer(by), recording_ids=[one.pk for one in recordings], now=NOW
    )


def agree(cast: cast_module.Cast, disposal: models.Disposal, by: str = "integrity") -> models.Disposal:
    return operations.agree_disposal(viewer=cast.viewer(by), disposal_id=disposal.pk, now=NOW)


def states(disposal: models.Disposal) -> list[tuple[str, str]]:
    return sorted(disposal.items.values_list("state", "spared_because"))


def refusal_of(code: str) -> pytest.RaisesExc[errors.Refusal]:
    return pytest.raises(errors.Refusal, check=lambda error: error.code == code)


def test_two_persons_and_seven_days_then_the_bytes_go_and_the_row_stays(
    record: Record, cast: cast_module.Cast
) -> None:
    recording, other = record(), record()
    disposal = agree(cast, propose(cast, recording))
    recording.refresh_from_db()
    assert recording.state == evidence.Recording.State.RECYCLED
    assert store.has(recording.sha256)
    with refusal_of("archive.not_yet"):
        operations.carry_out(disposal_id=disposal.pk, now=LATER - DAY)
    assert operations.dispose_due(now=LATER - DAY) == 0
    assert operations.dispose_due(now=LATER) == 1
    recording.refresh_from_db()
    disposal.refresh_from_db()
    assert (recording.state, disposal.state) == ("disposed", "done")
    assert not store.has(recording.sha256)
    assert store.has(other.sha256)
    assert operations.dispose_due(now=LATER + DAY) == 0


def test_the_second_person_is_another_one(record: Record, cast: cast_module.Cast) -> None:
    disposal = propose(cast, record(), by="integrity")
    with refusal_of("archive.second_person_needed"):
        agree(cast, disposal, by="integrity")
    assert agree(cast, disposal, by="custodian").state == models.Disposal.State.AGREED


def test_what_is_not_due_or_held_is_refused(record: Record, cast: cast_module.Cast) -> None:
    young, held = record(days=10), record()
    hold(held)
    for one in (young, held):
        with refusal_of("archive.not_due"):
            propose(cast, one)
    with refusal_of("archive.nothing_chosen"):
        propose(cast)


def test_one_list_at_a_time_holds_a_recording(record: Record, cast: cast_module.Cast) -> None:
    recording = record()
    propose(cast, recording)
    with refusal_of("archive.not_due"):
        propose(cast, recording)


def test_nobody_disposes_of_what_concerns_themselves(record: Record, cast: cast_module.Cast) -> None:
    own_of_custodian = record(officer="custodian")
    with refusal_of("access.concerns_yourself"):
        propose(cast, own_of_custodian)
    own_of_integrity = record(officer="integrity")
    disposal = propose(cast, own_of_integrity)
    with refusal_of("access.concerns_yourself"):
        agree(cast, disposal)


@pytest.mark.parametrize("name", ["head", "overseer", "admin", "stranger", "arash"])
def test_who_has_no_custody_disposes_of_nothing(record: Record, cast: cast_module.Cast, name: str) -> None:
    recording = record()
    with pytest.raises(errors.NotFound):
        propose(cast, recording, by=name)
    disposal = propose(cast, recording)
    with pytest.raises(errors.NotFound):
        agree(cast, disposal, by=name)


def test_a_station_s_custodian_reaches_no_other_station(record: Record, cast: cast_module.Cast) -> None:
    with pytest.raises(errors.NotFound):
        propose(cast, record(unit="B"))


def test_a_hold_placed_in_between_spares_the_recording(record: Record, cast: cast_module.Cast) -> None:
    before, within, free = record(), record(officer="arash"), record()
    disposal = propose(cast, before, within, free)
    hold(before)
    agree(cast, disposal)
    hold(shift=within.attributions.get().shift)
    operations.dispose_due(now=LATER)
    assert states(disposal) == [("done", ""), ("spared", "held"), ("spared", "held")]
    for one in (before, within):
        one.refresh_from_db()
        assert one.state == evidence.Recording.State.SEALED
        assert store.has(one.sha256)


def test_a_longer_category_in_between_spares_the_recording(record: Record, cast: cast_module.Cast) -> None:
    recording = record()
    disposal = agree(cast, propose(cast, recording))
    operations.classify([recording.pk], code="custody", since=NOW, reference="", now=NOW)
    operations.dispose_due(now=LATER)
    assert states(disposal) == [("spared", "kept_longer")]


def test_one_person_alone_withdraws_and_everything_comes_back(record: Record, cast: cast_module.Cast) -> None:
    recording = record()
    disposal = agree(cast, propose(cast, recording))
    with refusal_of("archive.reason_missing"):
        operations.withdraw_disposal(
            viewer=cast.viewer("custodian"), disposal_id=disposal.pk, reason="", now=NOW
        )
    operations.withdraw_disposal(
        viewer=cast.viewer("custodian"), disposal_id=disposal.pk, reason="a court asks", now=NOW
    )
    recording.refresh_from_db()
    assert recording.state == evidence.Recording.State.SEALED
    assert operations.dispose_due(now=LATER) == 0
    assert store.has(recording.sha256)
    assert propose(cast, recording).state == models.Disposal.State.PROPOSED


def test_the_receipt_proves_each_disposal_against_a_signed_checkpoint(
    record: Record, cast: cast_module.Cast
) -> None:
    recording = record()
    disposal = agree(cast, propose(cast, recording))
    operations.dispose_due(now=LATER)
    with refusal_of("ledger.not_sealed_yet"):
        operations.disposal_receipt(disposal)
    checkpoints.seal(now=LATER)
    disposal.refresh_from_db()
    receipt = json.loads(operations.disposal_receipt(disposal))
    assert [one["sha256"] for one in receipt["recordings"]] == [recording.sha256]
    key = keys.load_signer().verifier()
    kinds = set()
    for entry in receipt["log"]:
        leaf = merkle.leaf_hash(entry["body"].encode())
        signed_note.verify_proof(proof=signed_note.Proof.parse(entry["proof"]), leaf=leaf, keys=[key])
        kinds.add(json.loads(entry["body"])["kind"])
    assert {"archive.disposal_proposed", "archive.disposal_agreed", "archive.disposal_done",
            "evidence.recording_disposed"} <= kinds  # fmt: skip
    assert verification.verify_log("hash", now=LATER).findings == []


def test_every_act_is_in_the_log_without_a_name(record: Record, cast: cast_module.Cast) -> None:
    disposal = propose(cast, record())
    operations.withdraw_disposal(
        viewer=cast.viewer("integrity"), disposal_id=disposal.pk, reason="Mr. Test asked", now=NOW
    )
    entries = ledger.Entry.objects.filter(subject=f"disposal:{disposal.pk}").order_by("id")
    assert [entry.kind for entry in entries] == ["archive.disposal_proposed", "archive.disposal_withdrawn"]
    assert not any("Mr. Test" in entry.body for entry in entries)


def test_the_overseer_sees_the_lists_and_a_stranger_none(record: Record, cast: cast_module.Cast) -> None:
    disposal = propose(cast, record())
    assert queries.get_disposal(cast.viewer("overseer"), disposal.pk).count == 1
    with pytest.raises(errors.NotFound):
        queries.get_disposal(cast.viewer("stranger"), disposal.pk)

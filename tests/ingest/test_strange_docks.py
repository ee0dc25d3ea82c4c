"""Whatever lies in a dock's folder, the files beside it are taken in; nothing there is believed for its name."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from siyanat.cameras import models as cameras
from siyanat.evidence import models as evidence
from siyanat.ingest import folder, models, receipts, sources
from siyanat.ingest.operations import intake
from siyanat.ledger import keys
from siyanat.lib import signed_note
from tests.ingest import files

Take = Callable[[], folder.Run]

BAD = {
    "overflow": '{"started_at": "0001-01-01T00:00:00+14:00"}',
    "too deep": "[" * 60_000,
    "nul": '{"serial": "BWC-7\\u0000"}',
    "half a pair": '{"serial": "BWC-7\\ud800"}',
    "a list": '{"serial": ["BWC-7"]}',
    "no time": '{"started_at": 7e99}',
    "too long": " " * (sources.SMALL_BYTES + 1),
}


def kinds(run: folder.Run) -> list[tuple[str, str]]:
    assert run.fault is None
    return [(outcome.kind, outcome.reason) for outcome in run.outcomes]


@pytest.mark.parametrize("kind", BAD)
def test_a_sidecar_that_says_nonsense_stops_nothing(
    dock: folder.Dock, take: Take, camera: cameras.Camera, kind: str
) -> None:
    clip = files.clip(dock.folder / "BWC-7.mp4")
    clip.with_name("BWC-7.mp4.json").write_text(BAD[kind])
    files.clip(dock.folder / "BWC-7_later.mp4", seed=1)
    assert kinds(take()) == [("sealed", ""), ("sealed", "")]
    assert sources.hear(next(sources.list_files(dock.folder))).problem == "sidecar_unreadable"


def test_a_name_that_is_no_text_is_stored_as_text(
    dock: folder.Dock, take: Take, camera: cameras.Camera
) -> None:
    clip = files.clip(dock.folder / "x.mp4")
    clip.rename(dock.folder / os.fsdecode(b"BWC-7 \xd3\xed\x01.mp4"))
    assert kinds(take()) == [("sealed", "")]
    assert evidence.Recording.objects.get().original_name == "BWC-7 \ufffd\ufffd\ufffd.mp4"


def test_a_sidecar_is_no_link_and_no_pipe(dock: folder.Dock, take: Take, camera: cameras.Camera) -> None:
    clip = files.clip(dock.folder / "BWC-7.mp4")
    elsewhere = dock.folder.parent / "secret.json"
    elsewhere.write_text('{"intentional": true}')
    clip.with_name("BWC-7.mp4.json").symlink_to(elsewhere)
    os.mkfifo(files.clip(dock.folder / "BWC-7_2.mp4", seed=1).with_name("BWC-7_2.mp4.json"))
    done = threading.Timer(30, lambda: os._exit(3))  # a pipe that is waited for would hang the run
    done.start()
    assert kinds(take()) == [("sealed", ""), ("sealed", "")]
    done.cancel()
    assert not evidence.Recording.objects.filter(is_intentional=True).exists()


@pytest.mark.expects_errors
def test_what_nobody_foresaw_is_the_matter_of_one_file(
    dock: folder.Dock, take: Take, camera: cameras.Camera, monkeypatch: pytest.MonkeyPatch
) -> None:
    files.clip(dock.folder / "BWC-7_1.mp4")
    files.clip(dock.folder / "BWC-7_2.mp4", seed=1)
    whole = intake.take_in

    def breaks(**given: object) -> intake.Outcome:
        if given["name"] == "BWC-7_1.mp4":
            raise ZeroDivisionError
        return whole(**given)  # type: ignore[arg-type]

    monkeypatch.setattr(intake, "take_in", breaks)
    assert kinds(take()) == [("refused", "not_understood"), ("sealed", "")]
    batch = models.Batch.objects.get()
    assert (batch.refused, batch.sealed, batch.stopped_by) == (1, 1, "")


def test_a_file_that_takes_anothers_name_is_not_read(dock: folder.Dock, camera: cameras.Camera) -> None:
    clip = files.clip(dock.folder / "BWC-7.mp4")
    look = next(sources.list_files(dock.folder))
    elsewhere = dock.folder.parent / "secret"
    elsewhere.write_bytes(b"x")
    clip.unlink()
    clip.symlink_to(elsewhere)
    with pytest.raises(OSError, match="levels of symbolic links"):
        folder._bring(look)
    clip.unlink()
    files.clip(clip, seed=5)
    with pytest.raises(OSError, match="another file"):
        folder._bring(look)


def receipt_of(file: Path) -> dict[str, object]:
    facts: dict[str, object] = json.loads(receipts.path_beside(file).read_text())
    return facts


def forgeries(true: dict[str, object]) -> dict[str, str]:
    other = signed_note.SignerKey.generate(keys.load_signer().name)
    text = signed_note.Note.parse(str(true["signed"])).text
    stranger = signed_note.Note(text=text, signatures=(other.sign(text),)).encode()
    return {
        "unsigned": json.dumps({"sha256": true["sha256"], "size_bytes": true["size_bytes"]}),
        "of another file": json.dumps(true),
        "changed outside": json.dumps({**true, "file": "BWC-7_b.mp4"}),
        "signed by a stranger": json.dumps({**true, "signed": stranger}),
        "no note": json.dumps({**true, "signed": 7}),
        "a list": "[1]",
        "too deep": "[" * 60_000,
        "too long": json.dumps(true) + " " * sources.SMALL_BYTES,
    }


def test_a_forged_receipt_makes_no_file_vanish(dock: folder.Dock, take: Take, camera: cameras.Camera) -> None:
    dock.with_receipts = True
    first = files.clip(dock.folder / "BWC-7_a.mp4")
    take()
    true = receipt_of(first)
    second = dock.folder / "BWC-7_b.mp4"
    for number, (name, text) in enumerate(forgeries(true).items()):
        second.write_bytes(bytes([number]) * first.stat().st_size)
        receipts.path_beside(second).write_text(text)
        outcomes = [outcome for outcome in take().outcomes if outcome.name == second.name]
        assert [(one.kind, one.reason) for one in outcomes] == [("quarantined", "not_media")], name
    dock.done.clear()
    outcomes = take().outcomes
    assert [one.kind for one in outcomes if one.name == first.name] == ["known"]

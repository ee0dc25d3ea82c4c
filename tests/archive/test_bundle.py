"""A bundle verifies on a machine without Siyanat, and no change to it goes unnoticed."""

from __future__ import annotations

import ast
import datetime as dt
import json
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from siyanat.archive import models, operations, verify
from siyanat.cases import operations as cases
from siyanat.evidence import models as evidence
from siyanat.evidence import store
from siyanat.ledger import checkpoints, keys, submission
from siyanat.ledger import models as ledger
from siyanat.lib import cosignature, errors, signed_note
from siyanat.roster import gates
from tests import cast as cast_module
from tests.archive.conftest import NOW, Record, hold

pytestmark = pytest.mark.django_db
Change = Callable[[Path], None]


def ask(
    cast: cast_module.Cast, *recordings: evidence.Recording, by: str = "custodian", **more: object
) -> models.Export:
    return operations.ask_export(
        viewer=cast.viewer(by), recipient="شعبه ۳ دادگاه", reason="نامه ۱۲", now=NOW,
        recording_ids=[one.pk for one in recordings], **more,  # type: ignore[arg-type]
    )  # fmt: skip


def hand_out(viewer: gates.Viewer, export: models.Export, *, at: dt.datetime = NOW) -> models.Export:
    return operations.hand_out(
        viewer=viewer, export_id=export.pk, handed_to="مدیر دفتر شعبه ۳", at=at, now=NOW
    )


def make(export: models.Export) -> Path:
    return Path(operations.build_export(export_id=export.pk, now=NOW).path)


@pytest.fixture
def bundle(record: Record, cast: cast_module.Cast) -> Path:
    recordings = record(officer="arash"), record(officer="babak")
    return make(ask(cast, *recordings, by="integrity", with_disclosures=True))


@pytest.fixture
def key(bundle: Path) -> str:
    return keys.load_signer().verifier().encode()


@pytest.fixture
def unpacked(bundle: Path, tmp_path: Path) -> Path:
    with zipfile.ZipFile(bundle) as archive:
        archive.extractall(tmp_path / "unpacked")
    return tmp_path / "unpacked"


def run(bundle: Path, key: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    code = verify.main([str(bundle), "--key", key, "--language", "en"])
    return code, capsys.readouterr().out


def test_an_untouched_bundle_verifies_as_zip_and_as_folder(
    bundle: Path, unpacked: Path, key: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for path in (bundle, unpacked):
        code, said = run(path, key, capsys)
        assert (code, "NOT VERIFIED" in said) == (0, False), said
        assert "5 files" in said


def test_it_verifies_in_a_bare_interpreter_with_the_verifier_from_the_bundle(
    unpacked: Path, key: str
) -> None:
    done = subprocess.run(
        [sys.executable, "-I", "-S", "verify.py", ".", "--key", key],
        cwd=unpacked, env={}, capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout.decode() + done.stderr.decode()
    assert "تأیید شد" in done.stdout.decode()


def test_a_named_witness_must_have_cosigned(
    record: Record, cast: cast_module.Cast, settings: Settings, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    settings.LEDGER_WITNESS_NAME = "province.example/witness"
    witness = keys.load_cosigner()
    settings.LEDGER_WITNESSES = f"https://province.example/ledger/witness {witness.verifier().encode()}"

    def cosign(_url: str, body: bytes) -> tuple[int, str]:
        note = signed_note.Note.parse(cosignature.Submission.parse(body.decode()).checkpoint)
        return 200, witness.cosign(note.text, time=int(NOW.timestamp())).line()

    monkeypatch.setattr(submission, "_post", cosign)
    bundle = make(ask(cast, record()))
    log_key = keys.load_signer().verifier().encode()
    stranger = cosignature.CosignerSecret.generate("province.example/witness").verifier()
    for key, expected in ((witness.verifier(), 0), (stranger, 1)):
        asked = [str(bundle), "--key", log_key, "--witness-key", key.encode(), "--language", "en"]
        assert verify.main(asked) == expected
        said = capsys.readouterr().out
        assert ("seen at" in said, "not cosigned" in said) == (expected == 0, expected == 1)


def test_the_verifier_is_python_3_8_and_imports_the_standard_library_alone() -> None:
    source = Path(verify.__file__).read_text()
    tree = ast.parse(source, feature_version=(3, 8))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.split(".")[0] for name in imported} <= set(sys.stdlib_module_names)
    compile(source, "verify.py", "exec", dont_inherit=True)


def test_the_originals_are_inside_byte_for_byte(bundle: Path) -> None:
    with zipfile.ZipFile(bundle) as archive:
        for recording in evidence.Recording.objects.all():
            with store.open_sealed(recording.sha256) as original:
                assert archive.read(f"recordings/{recording.sha256}.mp4") == original.read()
        manifest = json.loads(archive.read("manifest.json"))
        assert all(info.compress_type == zipfile.ZIP_STORED for info in archive.infolist())
    assert {one["attributions"][0]["personnel_number"] for one in manifest["recordings"]} == {
        "100001",
        "100002",
    }


def test_the_index_speaks_both_languages_without_script(unpacked: Path) -> None:
    persian = (unpacked / "index.html").read_text()
    english = (unpacked / "index.en.html").read_text()
    assert 'dir="rtl"' in persian.splitlines()[1]
    assert 'dir="ltr"' in english.splitlines()[1]
    for page in (persian, english):
        assert "<script" not in page
        assert "://" not in page


def edit(name: str, before: str, after: str) -> Change:
    def change(folder: Path) -> None:
        path = folder / name
        text = path.read_text()
        assert before in text
        path.write_text(text.replace(before, after, 1))

    return change


def edit_entries(change: Callable[[list[dict[str, object]]], object]) -> Change:
    def apply(folder: Path) -> None:
        path = folder / "log/entries.json"
        entries = json.loads(path.read_text())
        change(entries)
        path.write_text(json.dumps(entries, ensure_ascii=False))

    return apply


def first_recording(folder: Path) -> Path:
    return min((folder / "recordings").iterdir())


def flip_byte(folder: Path) -> None:
    path = first_recording(folder)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))


def lengthen(folder: Path) -> None:
    path = first_recording(folder)
    path.write_bytes(path.read_bytes() + b"\0")


def swap_recordings(folder: Path) -> None:
    one, other = sorted((folder / "recordings").iterdir())
    spare = folder / "spare"
    one.rename(spare)
    other.rename(one)
    spare.rename(other)


def hide_a_recording_with_its_line(folder: Path) -> None:
    gone = first_recording(folder)
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["files"] = [one for one in manifest["files"] if one["name"] != f"recordings/{gone.name}"]
    (folder / "manifest.json").write_text(json.dumps(manifest))
    gone.unlink()


def sign_with_another_key(folder: Path) -> None:
    """Somebody with a key of their own signs the same head: every text agrees but for whose key it is."""
    note = signed_note.Note.parse((folder / "log/checkpoint").read_text())
    other = signed_note.SignerKey.generate(note.signatures[0].name)
    forged = signed_note.sign_note(text=note.text, signers=[other]).encode()
    entries = (folder / "log/entries.json").read_text()
    quoted = json.dumps(note.encode(), ensure_ascii=False)[1:-1]
    (folder / "log/entries.json").write_text(
        entries.replace(quoted, json.dumps(forged, ensure_ascii=False)[1:-1])
    )
    (folder / "log/checkpoint").write_text(forged)


def change_a_value(entries: list[dict[str, object]]) -> None:
    entry = next(entry for entry in entries if entry["disclosures"])
    next(iter(entry["disclosures"].values()))["value"] = "something else"  # type: ignore[attr-defined]


def drop_a_value(entries: list[dict[str, object]]) -> None:
    next(entry for entry in entries if entry["disclosures"])["disclosures"] = {}


def shift_index(entries: list[dict[str, object]]) -> None:
    entries[0]["proof"] = str(entries[0]["proof"]).replace("index 0", "index 1")


TAMPERINGS: dict[str, tuple[Change, str]] = {
    "a byte of an original": (flip_byte, "A file was changed"),
    "an original grows": (lengthen, "another size"),
    "two originals change names": (swap_recordings, "A file was changed"),
    "a file is missing": (lambda folder: first_recording(folder).unlink(), "A file is missing"),
    "a file is added": (lambda folder: (folder / "recordings/extra.mp4").write_bytes(b"x"), "A file was added"),
    "a file and its line go": (hide_a_recording_with_its_line, "The manifest is not the one"),
    "the page for people": (edit("index.html", "SHA-256", "SHA-257"), "another size|A file was changed"),
    "the verifier inside": (edit("verify.py", "return 1", "return 0"), "A file was changed"),
    "a fact in the manifest": (edit("manifest.json", '"is_truncated": false', '"is_truncated": true'), "The manifest"),
    "the manifest's form": (lambda folder: (folder / "manifest.json").write_text("{}"), "malformed"),
    "an entry's body": (edit_entries(lambda log: log[1].update(body=str(log[1]["body"]).replace("evidence", "evidense"))),
                        "does not stand"),
    "an entry is dropped": (edit_entries(lambda log: log.pop(1)), "A log entry is missing"),
    "the binding entry is dropped": (edit_entries(lambda log: log.pop()), "The manifest is not the one"),
    "an entry stands twice": (edit_entries(lambda log: log.append(log[0])), "A log entry was added"),
    "a proof's index": (edit_entries(shift_index), "does not stand"),
    "a personal value": (edit_entries(change_a_value), "personal value"),
    "a personal value is left out": (edit_entries(drop_a_value), "A log entry"),
    "the entries' form": (lambda folder: (folder / "log/entries.json").write_text("[1]"), "malformed"),
    "the checkpoint's size": (edit("log/checkpoint", "\n", "\n1"), "not signed"),
    "the checkpoint by another key": (sign_with_another_key, "not signed by the key"),
    "the checkpoint is gone": (lambda folder: (folder / "log/checkpoint").unlink(), "A file is missing"),
    "the log is gone": (lambda folder: shutil.rmtree(folder / "log"), "A file is missing"),
}  # fmt: skip


@pytest.mark.parametrize("name", TAMPERINGS)
def test_every_kind_of_change_is_found(
    unpacked: Path, key: str, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    change, expected = TAMPERINGS[name]
    change(unpacked)
    code, said = run(unpacked, key, capsys)
    assert code == 1, said
    assert any(part in said for part in expected.split("|")), said
    assert "NOT VERIFIED" in said


def test_any_flipped_byte_of_the_zip_s_contents_is_found(
    bundle: Path, key: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = bundle.read_bytes()
    with zipfile.ZipFile(bundle) as archive:
        places = [info.header_offset + 30 + len(info.filename.encode()) + 24 for info in archive.infolist()]
    for place in places:
        data = bytearray(whole)
        data[place] ^= 0x20
        (tmp_path / "changed.zip").write_bytes(bytes(data))
        assert run(tmp_path / "changed.zip", key, capsys)[0] in (1, 2)


def test_a_key_that_is_none_and_a_bundle_that_is_none_are_calls_that_were_wrong(
    bundle: Path, key: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(bundle, "nonsense", capsys)[0] == 2
    assert run(bundle, key.replace("+", "+0", 1), capsys)[0] == 2
    (tmp_path / "no.zip").write_text("no")
    assert run(tmp_path / "no.zip", key, capsys)[0] == 2
    other = signed_note.SignerKey.generate(keys.load_signer().name).verifier().encode()
    assert run(bundle, other, capsys)[0] == 1


def test_personal_values_travel_only_when_asked_for(record: Record, cast: cast_module.Cast) -> None:
    path = make(ask(cast, record()))
    with zipfile.ZipFile(path) as archive:
        entries = json.loads(archive.read("log/entries.json"))
    assert entries
    assert all(entry["disclosures"] == {} for entry in entries)


def test_a_custodian_adds_no_personal_values(record: Record, cast: cast_module.Cast) -> None:
    with pytest.raises(errors.Refusal, match="disclosures_not_yours"):
        ask(cast, record(), with_disclosures=True)


@pytest.mark.parametrize(("by", "to", "told"), [("integrity", "P1", True), ("integrity", "N", False)])
def test_what_was_handed_up_is_disclosed_to_whom_it_came_alone(
    record: Record, cast: cast_module.Cast, by: str, to: str, *, told: bool
) -> None:
    recording = record(officer="arash")
    case = cases.open_case(
        viewer=cast.viewer("head"), unit=cast.units["A"], origin="hand", title="Papers", now=NOW,
        about=[cast.people["babak"]], shift=recording.attributions.get().shift, summary="SECRET complainant",
        officer_summary="papers", protects_complainant=True,
    )  # fmt: skip
    cases.hand_up(viewer=cast.viewer("head"), case=case, to_unit=cast.units[to], reason="why not", now=NOW)
    path = make(ask(cast, by=by, reference=f"case:{case.pk}", with_disclosures=True))
    with zipfile.ZipFile(path) as archive:
        log = archive.read("log/entries.json").decode()
    assert ("SECRET complainant" in log) is told
    assert str(cast.people["babak"].pk) in log if told else str(cast.people["babak"].pk) not in log
    assert any(entry["disclosures"] for entry in json.loads(log))


def test_whoever_a_case_concerns_discloses_nothing_of_it(record: Record, cast: cast_module.Cast) -> None:
    recording = record(officer="arash")
    case = cases.open_case(
        viewer=cast.viewer("head"), unit=cast.units["A"], origin="hand", title="Papers", now=NOW,
        about=[cast.people["integrity"]], shift=recording.attributions.get().shift, summary="SECRET summary",
    )  # fmt: skip
    path = make(ask(cast, by="integrity", reference=f"case:{case.pk}", with_disclosures=True))
    with zipfile.ZipFile(path) as archive:
        assert "SECRET summary" not in archive.read("log/entries.json").decode()


def test_names_of_other_cases_stay_at_home(record: Record, cast: cast_module.Cast) -> None:
    held = record()
    hold(held, reference="case:9")
    hold(held, reference="case:another")
    with zipfile.ZipFile(make(ask(cast, reference="case:9"))) as archive:
        holds = json.loads(archive.read("manifest.json"))["recordings"][0]["holds"]
    assert {one["reference"] for one in holds} == {"case:9", ""}


def test_an_export_of_a_case_holds_what_its_holds_cover(record: Record, cast: cast_module.Cast) -> None:
    held, by_shift, other = record(), record(officer="arash"), record()
    hold(held, reference="case:9")
    hold(shift=by_shift.attributions.get().shift, reference="case:9")
    path = make(ask(cast, reference="case:9"))
    with zipfile.ZipFile(path) as archive:
        names = {name for name in archive.namelist() if name.startswith("recordings/")}
    assert names == {f"recordings/{one.sha256}.mp4" for one in (held, by_shift)}
    assert other.sha256 not in str(names)


def test_hand_out_leaves_a_receipt_and_every_step_is_in_the_log(
    record: Record, cast: cast_module.Cast
) -> None:
    export = ask(cast, record())
    custodian = cast.viewer("custodian")
    with pytest.raises(errors.Refusal):
        hand_out(custodian, export)
    make(export)
    operations.fetch_export(viewer=custodian, export_id=export.pk, now=NOW)
    handed = hand_out(custodian, export)
    checkpoints.seal(now=NOW)
    receipt = json.loads(operations.hand_out_receipt(handed))
    assert receipt["manifest_sha256"] == handed.manifest_sha256
    assert receipt["handed_to"] == "مدیر دفتر شعبه ۳"
    kinds = (
        ledger.Entry.objects.filter(subject=f"export:{export.pk}")
        .order_by("id")
        .values_list("kind", flat=True)
    )
    assert list(kinds) == [
        "archive.export_asked", "archive.export_built", "archive.export_fetched", "archive.export_handed_out"
    ]  # fmt: skip


def test_who_is_concerned_or_has_no_custody_exports_nothing(record: Record, cast: cast_module.Cast) -> None:
    own = record(officer="custodian")
    with pytest.raises(errors.Refusal) as refused:
        ask(cast, own)
    assert refused.value.code == "access.concerns_yourself"
    for name in ("head", "overseer", "stranger", "arash"):
        with pytest.raises(errors.NotFound):
            ask(cast, own, by=name)


@pytest.mark.expects_errors
def test_bytes_that_differ_from_what_was_sealed_stop_the_export(
    record: Record, cast: cast_module.Cast
) -> None:
    recording = record()
    path = store.path_of(recording.sha256)
    path.chmod(0o640)
    path.write_bytes(b"\0" * recording.size_bytes)
    with pytest.raises(errors.BrokenPromise) as broken:
        make(ask(cast, recording))
    assert broken.value.code == "archive.original_differs"
    assert not list(operations.exports.exports_folder().iterdir())


def test_a_case_is_exported_by_the_number_that_people_know_in_any_digits(
    record: Record, cast: cast_module.Cast
) -> None:
    recording = record(officer="arash")
    shift = recording.attributions.get().shift
    assert shift is not None
    case = cases.open_case(
        viewer=cast.viewer("head"), unit=shift.unit, origin="hand", title="موضوع", about=[cast.people["arash"]],
        now=NOW, shift=shift,
    )  # fmt: skip
    typed = case.number.translate(str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹"))
    export = ask(cast, reference=typed)
    assert export.reference == f"case:{case.pk}"
    with zipfile.ZipFile(make(export)) as archive:
        page, english = (archive.read(name).decode() for name in ("index.html", "index.en.html"))
    assert case.number in page
    assert case.number in english
    assert shift.code in page
    assert cast.people["arash"].personnel_number in page
    assert "یگان A" in page
    assert "مهر و موم" in page  # the chain of custody, in the log's sentences
    assert "نامه ۱۲" in page
    assert "arash آزمون" not in page  # names travel with the personal values alone


@pytest.mark.parametrize("typed", ["1405-999999", "case:0", "7b0c9f4e-0000-4000-8000-000000000000"])
def test_a_case_that_is_not_there_is_answered_with_what_was_typed(
    record: Record, cast: cast_module.Cast, typed: str
) -> None:
    record()
    with pytest.raises(errors.Refusal) as refused:
        ask(cast, reference=typed)
    assert refused.value.code == "archive.reference_unknown"
    assert refused.value.facts["reference"] == typed


def test_a_case_elsewhere_is_answered_as_one_that_there_is_not(
    record: Record, cast: cast_module.Cast
) -> None:
    hold(record(unit="B"), reference="case:77")
    with pytest.raises(errors.Refusal) as refused:
        ask(cast, reference="case:77")
    assert refused.value.code == "archive.reference_unknown"


@pytest.mark.parametrize("hours", [-1, 1])
def test_nothing_is_handed_out_before_it_is_made_or_in_the_future(
    record: Record, cast: cast_module.Cast, hours: int
) -> None:
    export = ask(cast, record())
    make(export)
    with pytest.raises(errors.Refusal) as refused:
        hand_out(cast.viewer("custodian"), export, at=NOW + hours * dt.timedelta(hours=1))
    assert refused.value.code == "archive.hand_out_time_impossible"

"""Lists from files: shown before they are applied, all or nothing, harmless, and the same again changes
nothing.
"""

from __future__ import annotations

import io
import zipfile

import pytest

from siyanat.lib import errors, national_id, tabular
from siyanat.roster import imports, models
from siyanat.roster.operations import imports as operations
from tests.cast import NOW, Cast, make_shift


def csv(*lines: str) -> bytes:
    return "\n".join(lines).encode()


def upload(cast: Cast, kind: str, content: bytes, by: str = "admin") -> models.WaitingImport:
    return operations.upload_import(
        viewer=cast.viewer(by), sheet=imports.SHEETS[kind], content=content, file=f"{kind}.csv", now=NOW
    )


def bring(cast: Cast, kind: str, content: bytes, by: str = "admin") -> dict[str, int]:
    return operations.apply_import(
        viewer=cast.viewer(by), sheet=imports.SHEETS[kind], waiting=upload(cast, kind, content, by), now=NOW
    )


UNITS = csv(
    "code,name_fa,name_en,kind,parent,camera_target",
    # its parent comes later, letters and digits are Arabic and Persian
    "S-2,کلانتري ۲,Station 2,کلانتری,C-7,۱۲",
    "C-7,شهرستان ۷,County 7,county,P1,",
)
PEOPLE = csv(
    "شماره پرسنلی;کد ملی;نام;نام خانوادگی;یگان",
    f"۵۰۰۱;{national_id.generate(501)};سارا;مرادی;A",
    f"5002;{national_id.generate(502)};رضا;کاظمی;a",
)
SHIFTS = csv(
    "shift,unit,starts_at,ends_at,personnel_number,bears_camera,leader,place_fa",
    "X-1,A,1405/09/10 22:00,1405/09/11 06:00,100001,yes,100003,میدان",
    "X-1,A,1405/09/10 22:00,1405/09/11 06:00,100002,خیر,100003,میدان",
)
SAMPLES = {
    "units": (UNITS, 2),
    "people": (PEOPLE, 2),
    "shifts": (SHIFTS, 1),
    "vehicles": (csv("fleet_number,plate,unit", "v-1,12 الف 345,A"), 1),
    "posts": (csv("personnel_number,role,unit,from,to", "100001,سرنوبت,A,1405/09/01,"), 1),
}


@pytest.mark.parametrize("kind", sorted(SAMPLES))
def test_a_list_is_added_once_and_the_same_again_changes_nothing(cast: Cast, kind: str) -> None:
    content, count = SAMPLES[kind]
    assert bring(cast, kind, content) == {"added": count, "changed": 0, "same": 0}
    assert bring(cast, kind, content) == {"added": 0, "changed": 0, "same": count}


def test_units_are_written_under_their_parents_whatever_their_order(cast: Cast) -> None:
    bring(cast, "units", UNITS)
    unit = models.Unit.objects.select_related("parent").get(code="S-2")
    assert unit.path == f"{cast.units['P1'].path}{unit.parent_id}/{unit.pk}/"
    assert (unit.camera_target, unit.name_fa) == (12, "کلانتری 2")


def test_a_shift_gets_its_crew_and_who_bears_a_camera(cast: Cast) -> None:
    bring(cast, "shifts", SHIFTS)
    shift = models.Shift.objects.get(code="X-1")
    assert shift.leader == cast.people["leader"]
    assert dict(shift.crew.values_list("person__personnel_number", "bears_camera")) == {
        "100001": True,
        "100002": False,
    }


def test_one_wrong_row_keeps_the_whole_file_waiting(cast: Cast) -> None:
    waiting = upload(
        cast, "people", PEOPLE + csv("", "5003;1234567890;علی;رضایی;A", "5004;;علی;رضایی;NOWHERE")
    )
    assert [(one["row"], one["field"], one["code"]) for one in waiting.problems] == [
        (4, "national_id", "national_id.invalid"),
        (5, "unit", "import.unknown_unit"),
        (5, "national_id", "national_id.invalid"),
    ]
    with pytest.raises(errors.InputRefused):
        operations.apply_import(
            viewer=cast.viewer("admin"), sheet=imports.SHEETS["people"], waiting=waiting, now=NOW
        )
    assert not models.Person.objects.filter(personnel_number="5001").exists()
    waiting.refresh_from_db()
    assert waiting.applied_at is None or not models.Person.objects.filter(personnel_number="5002").exists()


def test_what_became_wrong_while_it_waited_is_refused_when_applied(cast: Cast) -> None:
    waiting = upload(cast, "people", PEOPLE)
    models.Unit.objects.filter(code="A").update(closed_at=NOW)
    with pytest.raises(errors.InputRefused, match=r"import\.refused"):
        operations.apply_import(
            viewer=cast.viewer("admin"), sheet=imports.SHEETS["people"], waiting=waiting, now=NOW
        )


def test_an_import_is_applied_once_and_by_whom_uploaded_it(cast: Cast) -> None:
    waiting = upload(cast, "people", PEOPLE)
    sheet = imports.SHEETS["people"]
    operations.apply_import(viewer=cast.viewer("admin"), sheet=sheet, waiting=waiting, now=NOW)
    with pytest.raises(errors.Refusal, match="import_applied"):
        operations.apply_import(viewer=cast.viewer("admin"), sheet=sheet, waiting=waiting, now=NOW)
    with pytest.raises(errors.NotFound):
        operations.get_import(cast.viewer("head"), sheet, waiting.id)


def test_who_may_not_bring_a_list_gets_no_further_than_the_door(cast: Cast) -> None:
    with pytest.raises(errors.NotFound):
        upload(cast, "people", PEOPLE, by="head")


def test_a_leader_brings_shifts_of_their_own_station_alone(cast: Cast) -> None:
    assert bring(cast, "shifts", SHIFTS, by="leader")["added"] == 1
    waiting = upload(cast, "shifts", SHIFTS.replace(b",A,", b",B,").replace(b"X-1", b"X-2"), by="leader")
    assert {one["code"] for one in waiting.problems} >= {"import.unknown_unit"}


def test_a_file_puts_nobody_of_another_station_into_a_crew(cast: Cast) -> None:
    other = cast.people["stranger_officer"].personnel_number.encode()
    found = [
        upload(cast, "shifts", SHIFTS.replace(b"100001", number), by="leader").problems
        for number in (other, b"999999")
    ]
    assert [[one["code"] for one in problems] for problems in found] == [["import.unknown_person"]] * 2


def test_a_file_enters_the_past_only_from_above_the_patrol(cast: Cast) -> None:
    past = SHIFTS.replace(b"1405/09/1", b"1405/07/1")

    def codes(content: bytes, by: str) -> set[str]:
        return {one["code"] for one in upload(cast, "shifts", content, by=by).problems}

    assert codes(past, "leader") == {"import.in_the_past", "import.concerns_yourself"}
    assert codes(past.replace(b"100002", b"100004"), "head") == {"import.concerns_yourself"}
    assert bring(cast, "shifts", past, by="head")["added"] == 1


def test_a_shift_of_another_station_is_not_read_out_by_a_file(cast: Cast) -> None:
    make_shift(cast, unit="B", code="X-1", crew=("stranger_officer",))
    problems = upload(cast, "shifts", SHIFTS, by="leader").problems
    assert [one["code"] for one in problems] == ["import.not_yours"]


def test_nobody_patrols_twice_at_once_by_file_either(cast: Cast) -> None:
    waiting = upload(cast, "shifts", SHIFTS + csv("", "X-2,A,1405/09/11 02:00,1405/09/11 09:00,100001,yes,,"))
    assert [one["code"] for one in waiting.problems] == ["import.crew_busy"]


def test_a_known_shift_is_not_changed_by_a_file(cast: Cast) -> None:
    bring(cast, "shifts", SHIFTS)
    waiting = upload(cast, "shifts", SHIFTS.replace(b"06:00", b"07:00"))
    assert {one["code"] for one in waiting.problems} == {"import.shift_known"}


def test_a_circle_of_parents_is_refused(cast: Cast) -> None:
    waiting = upload(cast, "units", csv("code,name_fa,kind,parent", "M-1,ی,post,S-1", "S-1,ی,station,S-1"))
    assert waiting.problems


@pytest.mark.parametrize("cell", ["=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0"])
def test_formulas_are_refused(cast: Cast, cell: str) -> None:
    with pytest.raises(errors.InputRefused) as caught:
        upload(cast, "vehicles", csv("fleet_number,plate,unit", f'V-1,"{cell}",A'))
    assert [problem.code for problem in caught.value.problems] == ["table.formula"]


def test_a_zip_bomb_is_refused(cast: Cast) -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 60_000_000)
    with pytest.raises(errors.InputRefused) as caught:
        upload(cast, "vehicles", bomb.getvalue())
    assert caught.value.problems[0].code == "table.zip_bomb"


@pytest.mark.parametrize("kind", sorted(imports.SHEETS))
def test_a_template_can_be_read_back(kind: str) -> None:
    sheet = imports.SHEETS[kind]
    content = tabular.write_xlsx(header=sheet.header(), rows=sheet.example)
    assert len(tabular.read(content=content, file="template.xlsx", columns=sheet.columns)) == 1

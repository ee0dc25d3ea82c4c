import datetime as dt
import io
import zipfile
from collections.abc import Callable

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siyanat.lib import errors, persian, tabular

COLUMNS = [
    tabular.Column("serial", ("شماره سریال", "Serial number")),
    tabular.Column("note", ("توضیح",), required=False),
]
Writer = Callable[..., bytes]
WRITERS = pytest.mark.parametrize("write", [tabular.write_csv, tabular.write_xlsx])


def read(content: bytes, **limits: int) -> list[dict[str, str]]:
    rows = tabular.read(content=content, file="f", columns=COLUMNS, limits=tabular.Limits(**limits))
    return [dict(row.values) for row in rows]


def problems(content: bytes, **limits: int) -> list[tuple[int, str, str, str]]:
    with pytest.raises(errors.InputRefused) as refused:
        read(content, **limits)
    assert {problem.file for problem in refused.value.problems} == {"f"}
    return [(p.row, p.field, p.value, p.code) for p in refused.value.problems]


def codes(content: bytes, **limits: int) -> set[str]:
    return {code for _, _, _, code in problems(content, **limits)}


def book(*rows: list[object]) -> bytes:
    """A workbook as a person makes it, formulas and all."""
    made, out = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        made.worksheets[0].append(row)
    made.save(out)
    return out.getvalue()


def repacked(content: bytes, name: str, data: bytes) -> bytes:
    """The workbook with one part replaced or added."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.namelist():
            if entry != name:
                new.writestr(entry, old.read(entry))
        new.writestr(name, data)
    return out.getvalue()


@WRITERS
def test_what_was_written_is_read_again(write: Writer) -> None:
    content = write(header=["serial", "note"], rows=[["A1", 12], ["B2", None], ["C3", "گشت «۲»"], ["D", 1.5]])
    assert read(content) == [
        {"serial": "A1", "note": "12"},
        {"serial": "B2", "note": ""},
        {"serial": "C3", "note": "گشت «2»"},
        {"serial": "D", "note": "1.5"},
    ]


CELLS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12).filter(
    lambda text: persian.normalise(text)
)


@settings(max_examples=40, deadline=None)
@given(
    cells=st.lists(CELLS, min_size=1, max_size=5),
    write=st.sampled_from([tabular.write_csv, tabular.write_xlsx]),
)
def test_whatever_is_written_no_spreadsheet_runs_it_and_we_read_it_again(
    cells: list[str], write: Writer
) -> None:
    rows = read(write(header=["serial"], rows=[[cell] for cell in cells]))
    assert not any(tabular.runs_as_formula(row["serial"]) for row in rows)
    harmless = [persian.normalise(tabular.neutralise(cell)) for cell in cells]
    assert [row["serial"] for row in rows] == [cell for cell in harmless if cell]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1256", "utf-16"])
def test_a_csv_file_is_read_in_the_encodings_that_persian_programs_write(encoding: str) -> None:
    assert read("serial,note\r\n7,علي اكبر\r\n".encode(encoding)) == [{"serial": "7", "note": "علی اکبر"}]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_the_separator_is_found(separator: str) -> None:
    assert read(separator.join(["serial", "note"]).encode() + b"\n" + separator.join("ab").encode()) == [
        {"serial": "a", "note": "b"}
    ]


def test_headings_may_stand_in_any_order_and_spelling() -> None:
    assert read("توضيح,شماره  سريال\nx,۱۲\n".encode()) == [{"serial": "12", "note": "x"}]


def test_rows_keep_the_number_that_a_spreadsheet_shows() -> None:
    content = b"serial\n\na\n\n\nb\n"
    assert [row.number for row in tabular.read(content=content, file="f", columns=COLUMNS)] == [3, 6]
    content = book(["serial"], [None], ["a"], [None], [None], ["b"])
    assert [row.number for row in tabular.read(content=content, file="f", columns=COLUMNS)] == [3, 6]


@pytest.mark.parametrize(
    "text", ["=1+1", "+cmd", "-x", "@SUM(A1)", " =1", "＝1", "-1+2", "+1|calc", '"\t=1"', '"\rx"']
)
def test_a_cell_that_a_spreadsheet_would_run_is_refused(text: str) -> None:
    assert codes(f"serial;note\na;{text}\n".encode()) == {"table.formula"}


@pytest.mark.parametrize("text", ["-5", "+989121234567", "-3.5", "+۹۸۹۱۲", "a-b", "1=1"])
def test_signed_numbers_and_signs_inside_are_harmless(text: str) -> None:
    assert read(f"serial;note\na;{text}\n".encode())[0]["note"] == persian.to_latin_digits(text)


def test_a_formula_cell_is_refused_where_it_stands() -> None:
    content = book(["serial", "note"], ["a", "x"], ["b", "=A1+1"])
    assert problems(content) == [(3, "note", "=A1+1", "table.formula")]


def test_an_error_cell_is_refused() -> None:
    assert problems(book(["serial"], ["#REF!"])) == [(2, "serial", "#REF!", "table.error_cell")]


def test_all_problems_are_told_at_once_with_row_and_column() -> None:
    content = b"serial,note\n=1,ok\nb,@x\nc,d,e\n"
    assert problems(content) == [
        (2, "serial", "=1", "table.formula"),
        (3, "note", "@x", "table.formula"),
        (4, "C", "e", "table.cell_without_column"),
    ]


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("note", "table.column_missing"),
        ("serial,other", "table.unknown_column"),
        ("serial,serial", "table.column_twice"),
        ("serial,Serial number", "table.column_twice"),
        ("", "table.no_header"),
    ],
)
def test_headings_that_do_not_fit_are_refused(header: str, code: str) -> None:
    assert codes(header.encode()) == {code}


@WRITERS
def test_a_table_beyond_the_limits_is_refused(write: Writer) -> None:
    content = write(header=["serial", "note"], rows=[["a", "b" * 20]] * 5)
    assert codes(content, rows=4) == {"table.too_many_rows"}
    assert codes(content, columns=1) == {"table.too_many_columns"}
    assert codes(content, cell_chars=19) == {"table.cell_too_long"}
    assert codes(content, file_bytes=50) == {"table.too_large"}
    assert len(read(content, rows=5, columns=2, cell_chars=20)) == 5


def test_problems_stop_at_the_most_that_are_shown() -> None:
    assert len(problems(b"serial\n" + b"=1\n" * 2_000)) == tabular.MAX_PROBLEMS


@pytest.mark.parametrize(
    "content", [b"PK\x03\x04", b"PK\x03\x04" + b"x" * 500, b"serial\n\x00", b'serial\n"a']
)
def test_an_unreadable_file_is_refused(content: bytes) -> None:
    assert codes(content) == {"table.unreadable"}


def test_a_zip_that_is_no_workbook_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("hello.txt", "hello")
    assert codes(out.getvalue()) == {"table.unreadable"}


def test_a_torn_workbook_is_refused() -> None:
    content = book(["serial"], ["a"])
    assert codes(repacked(content, "xl/worksheets/sheet1.xml", b"<worksheet><sheetData><row>")) == {
        "table.unreadable"
    }
    assert codes(content[: len(content) // 2]) == {"table.unreadable"}


def test_an_archive_that_unpacks_to_too_much_is_refused_before_it_is_unpacked() -> None:
    content = book(["serial"], ["a"])
    assert codes(repacked(content, "xl/media/bomb.bin", bytes(20_000_000))) == {"table.zip_bomb"}
    assert codes(content, unpacked_bytes=100) == {"table.zip_bomb"}
    assert codes(content, entries=3) == {"table.zip_entries"}


@pytest.mark.parametrize("far", [0, 1024 * 1024 - 12])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be"])
def test_a_workbook_with_xml_entities_is_refused(encoding: str, far: int) -> None:
    text = f"<!--{' ' * far}-->" + '<!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet/>'
    bomb = text.encode(encoding)
    assert codes(repacked(book(["serial"]), "xl/worksheets/sheet1.xml", bomb), unpacked_ratio=10_000) == {
        "table.xml_entities"
    }


def test_a_sheet_that_lies_about_its_size_costs_nothing() -> None:
    sheet = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        '<dimension ref="A1:XFD1048576"/>'
        '<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>serial</t></is></c></row></sheetData>'
        "</worksheet>"
    )
    assert read(repacked(book(["serial"]), "xl/worksheets/sheet1.xml", sheet.encode())) == []


def test_a_second_sheet_with_cells_is_refused_and_an_empty_one_is_not() -> None:
    made, out = openpyxl.Workbook(), io.BytesIO()
    made.worksheets[0].append(["serial"])
    second = made.create_sheet("دوم")
    made.save(out)
    assert read(out.getvalue()) == []
    second.append(["x"])
    made.save(out := io.BytesIO())
    assert problems(out.getvalue()) == [(0, "دوم", "دوم", "table.second_sheet")]


def test_numbers_dates_and_truths_in_cells_become_plain_text() -> None:
    moments = [dt.datetime(2026, 11, 23), dt.datetime(2026, 11, 23, 17, 5), dt.time(8, 30)]  # noqa: DTZ001
    content = book(["serial"], *([value] for value in [12.0, 1e15, 0.1, True, *moments]))
    assert [row["serial"] for row in read(content)] == [
        "12", "1000000000000000", "0.1", "true", "2026-11-23", "2026-11-23T17:05:00", "08:30:00",
    ]  # fmt: skip


def test_an_export_reads_from_right_to_left_when_asked() -> None:
    content = tabular.write_xlsx(header=["سریال"], rows=[], sheet="دوربین‌ها", right_to_left=True)
    page = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    assert page.sheet_view.rightToLeft
    assert page.title == "دوربین‌ها"


def test_exported_numbers_stay_numbers_and_aware_times_become_text() -> None:
    moment = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
    content = tabular.write_xlsx(header=["a", "b"], rows=[[5, moment]])
    page = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    assert [cell.value for cell in page[2]] == [5, "2026-11-23T00:00:00+00:00"]

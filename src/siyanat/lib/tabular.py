"""Tables in and out: CSV and XLSX from people's spreadsheets, read without trust and written without harm.

Kept here: reading bytes into rows of text by known columns, all or nothing, and writing rows. Refused
before any parser sees them: archives that unpack to too much. Refused by cell: formulas and texts that a
spreadsheet would run. Values come back as normalised text (Persian letters, Latin digits); what they mean
is the caller's.
"""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
import decimal
import io
import re
import zipfile
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import IO, NoReturn
from xml.etree import ElementTree as ET

import openpyxl
from openpyxl import cell as xlsx_cell
from openpyxl import styles
from openpyxl.utils import exceptions as xlsx_exceptions

from siyanat.lib import errors, persian

MAX_PROBLEMS = 500
_SHOWN_CHARS = 200
_RUNS = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_SIGNED_NUMBER = re.compile(r"[+-][0-9]+([.,][0-9]+)?")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")
_DOCTYPES = tuple("<!DOCTYPE".encode(name) for name in ("utf-8", "utf-16-le", "utf-16-be"))
_ENCRYPTED = 0x1
_XLSX_FAULTS = (
    xlsx_exceptions.InvalidFileException, zipfile.BadZipFile, ET.ParseError, KeyError, ValueError, TypeError,
    AttributeError, IndexError, OverflowError, EOFError, NotImplementedError,
)  # fmt: skip


@dataclasses.dataclass(frozen=True, slots=True)
class Limits:
    """The most that is read: of the file, of what its archive unpacks to, and of the table."""

    file_bytes: int = 32 * 1024 * 1024
    unpacked_bytes: int = 256 * 1024 * 1024
    unpacked_ratio: int = 200
    entries: int = 1_000
    rows: int = 200_000
    columns: int = 100
    cell_chars: int = 4_000


DEFAULT_LIMITS = Limits()


@dataclasses.dataclass(frozen=True, slots=True)
class Row:
    """One row: its number as a spreadsheet shows it, and text by column name (empty where the cell is)."""

    number: int
    values: Mapping[str, str]


@dataclasses.dataclass(frozen=True, slots=True)
class Column:
    """A column that is read: its name in code, the headings that people give it, and whether it must be
    there."""

    name: str
    headings: tuple[str, ...] = ()
    required: bool = True


def read(
    *, content: bytes, file: str, columns: Sequence[Column], limits: Limits = DEFAULT_LIMITS
) -> list[Row]:
    """Rows of a CSV or XLSX file, blank rows left out; which of both it is, its bytes say.

    The first row names the columns, in any order and spelling that `persian.search_key` folds together. An
    XLSX file has one sheet with cells. ``file`` is the name to show in messages.

    :raises errors.InputRefused: ``table.refused`` with every problem found, `MAX_PROBLEMS` at most.
    """
    reader = _Reader(file, limits)
    if len(content) > limits.file_bytes:
        reader.stop(0, "", str(len(content)), "table.too_large")
    numbered = reader.xlsx_rows(content) if content.startswith(b"PK\x03\x04") else reader.csv_rows(content)
    header: list[str] | None = None
    rows: list[Row] = []
    for number, cells in numbered:
        if header is None:
            header = reader.header(number, cells, columns)
        elif any(cells):
            rows.append(reader.row(number, cells, header))
    if header is None:
        reader.stop(1, "", "", "table.no_header")
    reader.finish()
    return rows


def write_csv(*, header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """A CSV file in UTF-8 with the mark that Excel needs, lines ended by CR LF, harmless cells."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([neutralise(name) for name in header])
    writer.writerows([_written(value) for value in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def write_xlsx(
    *,
    header: Sequence[str],
    rows: Iterable[Sequence[object]],
    sheet: str = "Sheet1",
    right_to_left: bool = False,
) -> bytes:
    """An XLSX file of one sheet, bold frozen heading; numbers stay numbers, all else is harmless text."""
    book = openpyxl.Workbook(write_only=True)
    page = book.create_sheet(sheet)
    page.sheet_view.rightToLeft = right_to_left
    page.freeze_panes = "A2"
    heading = [xlsx_cell.WriteOnlyCell(page, neutralise(name)) for name in header]
    for one in heading:
        one.font = styles.Font(bold=True)
    page.append(heading)
    for row in rows:
        page.append([_written(value) for value in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def runs_as_formula(text: str) -> bool:
    """Whether a spreadsheet may run the text; a plain signed number (a telephone number) is harmless."""
    start = text.lstrip(" \u00a0")
    return start.startswith(_RUNS) and not _SIGNED_NUMBER.fullmatch(persian.to_latin_digits(start.strip()))


def neutralise(text: str) -> str:
    """The text with an apostrophe before what a spreadsheet would run, and without control characters."""
    text = _CONTROL.sub("", text)
    return f"'{text}" if runs_as_formula(text) else text


def _written(value: object) -> str | int | float | decimal.Decimal | None:
    if value is None or isinstance(value, bool):
        return None if value is None else str(value).lower()
    if isinstance(value, int | float | decimal.Decimal):
        return value
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    return neutralise(str(value))


class _Reader:
    """Reads one file and gathers what is wrong with it."""

    def __init__(self, file: str, limits: Limits) -> None:
        self._file, self._limits = file, limits
        self._problems: list[errors.RowProblem] = []
        self._header: list[str] = []

    def note(self, row: int, field: str, value: str, code: str) -> None:
        """Remember a problem; at the most that are shown, refuse at once."""
        self._problems.append(errors.RowProblem(self._file, row, field, value[:_SHOWN_CHARS], code))
        if len(self._problems) >= MAX_PROBLEMS:
            self.finish()

    def finish(self) -> None:
        """Refuse when anything was noted."""
        if self._problems:
            raise self._refused()

    def stop(self, row: int, field: str, value: str, code: str) -> NoReturn:
        """Refuse at once, with this problem and those before it."""
        self.note(row, field, value, code)
        raise self._refused()

    def _refused(self) -> errors.InputRefused:
        return errors.InputRefused("table.refused", self._problems, file=self._file)

    def header(self, number: int, cells: list[str], columns: Sequence[Column]) -> list[str]:
        """Column name for each place of the heading row; an empty name where the heading is empty."""
        known = {
            persian.search_key(heading): column.name
            for column in columns
            for heading in (column.name, *column.headings)
        }
        names: list[str] = []
        for cell in cells:
            name = known.get(persian.search_key(cell), "") if cell else ""
            if cell and not name:
                self.note(number, cell, cell, "table.unknown_column")
            elif name and name in names:
                self.note(number, name, cell, "table.column_twice")
            names.append(name)
        for column in columns:
            if column.required and column.name not in names:
                self.note(number, column.name, "", "table.column_missing")
        self.finish()
        self._header = names
        return names

    def _field(self, place: int) -> str:
        """The column's name, or its letter where the heading is not read yet or has no such place."""
        return (place < len(self._header) and self._header[place]) or _letter(place)

    def row(self, number: int, cells: list[str], header: Sequence[str]) -> Row:
        """The row by column name."""
        for place, cell in enumerate(cells):
            if cell and (place >= len(header) or not header[place]):
                self.note(number, self._field(place), cell, "table.cell_without_column")
        padded = [*cells, *[""] * (len(header) - len(cells))]
        return Row(number, {name: cell for name, cell in zip(header, padded, strict=False) if name})

    def csv_rows(self, content: bytes) -> Iterator[tuple[int, list[str]]]:
        """Records of a CSV file; the separator is the likeliest of comma, semicolon and tab."""
        text = self._decode(content)
        first_line = text.partition("\n")[0]
        separator = max(",;\t", key=first_line.count)
        records = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
        number = 0
        try:
            for number, record in enumerate(records, start=1):
                yield number, self._cells(number, record)
        except csv.Error as error:
            self.stop(number + 1, "", str(error), "table.unreadable")

    def _decode(self, content: bytes) -> str:
        """UTF-8 or UTF-16 by its mark, else UTF-8, else Windows-1256 as older Persian programs write it."""
        marked = content.startswith((b"\xff\xfe", b"\xfe\xff"))
        for encoding in ("utf-16",) if marked else ("utf-8-sig", "cp1256"):
            try:
                text = content.decode(encoding)
            except UnicodeDecodeError:
                continue
            if not _CONTROL.search(text):
                return text
        self.note(1, "", "", "table.unreadable")
        raise self._refused()

    def xlsx_rows(self, content: bytes) -> Iterator[tuple[int, list[str]]]:
        """Rows of the only sheet with cells; the archive is checked before openpyxl opens it."""
        try:
            self._check_archive(content)
            book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=False)
            pages = list(book.worksheets)
            for page in pages:
                page.reset_dimensions()
            for page in pages[1:]:
                if any(cell.value is not None for row in page.iter_rows(max_row=100) for cell in row):
                    self.stop(0, page.title, page.title, "table.second_sheet")
            for number, row in enumerate(pages[0].iter_rows() if pages else (), start=1):
                yield number, self._cells(number, [self._xlsx_text(number, cell) for cell in row])
        except _XLSX_FAULTS as error:
            self.stop(0, "", type(error).__name__, "table.unreadable")

    def _check_archive(self, content: bytes) -> None:
        """Refuse what unpacks to too much, is encrypted, or brings its own XML entities.

        zipfile unpacks no entry beyond the size that its directory states, so the stated sizes can be
        trusted.
        """
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            unpacked = sum(entry.file_size for entry in entries)
            if len(entries) > self._limits.entries:
                self.stop(0, "", str(len(entries)), "table.zip_entries")
            if unpacked > min(self._limits.unpacked_bytes, self._limits.unpacked_ratio * len(content)):
                self.stop(0, "", str(unpacked), "table.zip_bomb")
            for entry in entries:
                if entry.flag_bits & _ENCRYPTED:
                    self.stop(0, entry.filename, "", "table.encrypted")
                with archive.open(entry) as part:
                    if _has_doctype(part):
                        self.stop(0, entry.filename, "", "table.xml_entities")

    def _xlsx_text(self, number: int, cell: object) -> str:
        """A cell's value as text; whole floats lose their ".0"."""
        value, kind = getattr(cell, "value", None), getattr(cell, "data_type", "n")
        if value is None:
            return ""
        if kind in {"f", "e"}:
            column = self._field(int(getattr(cell, "column", 1)) - 1)
            self.note(number, column, str(value), "table.formula" if kind == "f" else "table.error_cell")
            return ""
        if isinstance(value, bool):
            return str(value).lower()
        if isinstance(value, float):
            return f"{decimal.Decimal(repr(value)):f}".removesuffix(".0")
        if isinstance(value, dt.datetime) and value.time() == dt.time(0):
            return value.date().isoformat()
        return value.isoformat() if isinstance(value, dt.date | dt.time) else str(value)

    def _cells(self, number: int, record: Collection[str]) -> list[str]:
        """Checked and normalised cells, empty ones at the end dropped."""
        if number > self._limits.rows + 1:
            self.stop(number, "", str(number), "table.too_many_rows")
        cells: list[str] = []
        for place, raw in enumerate(record):
            if len(raw) > self._limits.cell_chars:
                self.note(number, self._field(place), raw, "table.cell_too_long")
            elif runs_as_formula(raw):
                self.note(number, self._field(place), raw, "table.formula")
            cells.append(persian.normalise(raw[: self._limits.cell_chars]))
        while cells and not cells[-1]:
            cells.pop()
        if len(cells) > self._limits.columns:
            self.stop(number, "", str(len(cells)), "table.too_many_columns")
        return cells


def _has_doctype(part: IO[bytes]) -> bool:
    """Whether a document type is declared anywhere in the part: no spreadsheet program writes one."""
    tail = b""
    while piece := part.read(1024 * 1024):
        window = tail + piece
        if any(mark in window for mark in _DOCTYPES):
            return True
        tail = window[-len(_DOCTYPES[-1]) :]
    return False


def _letter(place: int) -> str:
    """A spreadsheet's letters for the column at ``place``, counted from 0: A, B ... Z, AA."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import translation

import siyanat
from siyanat.lib import errors
from siyanat.ui import errors as sentences
from siyanat.ui import formatting

SOURCE = Path(siyanat.__file__).parent
ROOMS = sorted(path.parent for path in SOURCE.glob("*/__init__.py"))


def test_a_code_becomes_a_sentence_in_the_readers_language() -> None:
    error = errors.Refusal("jalali.no_such_date", value="1405/13/40")
    with translation.override("en"):
        wanted = f"There is no such date in the calendar: {formatting.isolate('1405/13/40')}."
        assert sentences.describe(error) == wanted
    with translation.override("fa"):
        assert sentences.describe(error).startswith("چنین تاریخی در تقویم نیست")


def test_a_code_without_a_sentence_is_still_told() -> None:
    with translation.override("en"):
        assert "nobody.knows" in sentences.describe(errors.Refusal("nobody.knows"))


def test_a_fact_that_is_missing_reads_as_a_dash() -> None:
    with translation.override("en"):
        assert formatting.DASH in sentences.sentence_for("jalali.no_such_date", {})


def test_each_row_of_a_refused_file_has_its_sentence() -> None:
    row = errors.RowProblem("people.csv", 3, "born", "1405/13/40", "jalali.no_such_date")
    described = sentences.describe_problems(errors.InputRefused("roster.file_refused", [row]))
    assert [(found.row, "1405/13/40" in text) for found, text in described] == [(3, True)]


def raised_codes(room: Path) -> Iterator[str]:
    """Every literal code of an error that people may be told."""
    for path in sorted(room.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            place = {"RowProblem": 4, "Refusal": 0, "PassingFault": 0, "InputRefused": 0}.get(name)
            code = node.args[place] if place is not None and len(node.args) > place else None
            if isinstance(code, ast.Constant) and isinstance(code.value, str):
                yield code.value


def test_every_code_of_the_ground_floors_has_a_sentence() -> None:
    written = re.compile(r'(?<!BrokenPromise\()"((?:jalali|media|national_id|note|store|table)\.[a-z_]+)"')
    files = [*SOURCE.glob("lib/*.py"), *SOURCE.glob("media/*.py")]
    codes = {code for path in files for code in written.findall(path.read_text())}
    assert len(codes) > 30
    assert codes - sentences.messages().keys() == set()


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_every_code_that_a_room_may_tell_has_a_sentence(room: Path) -> None:
    assert set(raised_codes(room)) - sentences.messages().keys() == set()

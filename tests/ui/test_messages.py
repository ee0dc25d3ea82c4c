from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


def load_tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("messages_tool", ROOT / "tools/messages.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


messages = load_tool()


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A room with a message of each kind."""
    monkeypatch.setattr(messages, "ROOT", tmp_path)
    monkeypatch.setattr(messages, "SOURCE", tmp_path)
    folder = tmp_path / "sample"
    (folder / "templates").mkdir(parents=True)
    (folder / "__init__.py").write_text(
        "from django.utils.translation import gettext_lazy as _, ngettext, pgettext\n"
        "A = _('Shift')\nB = pgettext('a verb', 'Shift')\n"
        "C = ngettext('%(n)s shift', '%(n)s shifts', 2)\n"
    )
    (folder / "templates/page.html").write_text(
        "{% translate 'Open' %}\n      {% if x %}\n"
        "  {% blocktranslate with a=b %}By {{ a }}{% endblocktranslate %}{% endif %}"
    )
    messages.update_room(folder)
    return folder


def translate(room: Path, **changes: str) -> None:
    words = {"Shift": "نوبت", "Open": "باز", "By %(a)s": "به دست %(a)s", **changes}
    catalogue = messages.read_catalogue(room)
    for message in catalogue:
        if isinstance(message.id, tuple):
            message.string = ("%(n)s نوبت", "%(n)s نوبت")
        elif message.id:
            message.string = words[message.id]
    messages.write_catalogue(room, catalogue)


def faults(room: Path) -> list[str]:
    return [problem.what for problem in messages.check_room(room)]


def test_python_and_templates_are_extracted(room: Path) -> None:
    found = {messages._key(message) for message in messages.read_catalogue(room) if message.id}
    assert found == {
        ("", "Shift"), ("a verb", "Shift"), ("", "%(n)s shift"), ("", "Open"), ("", "By %(a)s"),
    }  # fmt: skip


def test_a_new_catalogue_is_not_complete_and_a_translated_one_is(room: Path) -> None:
    assert faults(room) == ["not translated"] * 5
    translate(room)
    assert faults(room) == []


def test_placeholders_must_be_the_same(room: Path) -> None:
    translate(room, **{"By %(a)s": "به دست %(b)s"})
    assert faults(room) == ["placeholders differ"]


def test_english_left_in_place_is_a_fault_unless_marked(room: Path) -> None:
    translate(room, Open="Open")
    assert len(faults(room)) == 1
    path = room / messages.CATALOGUE
    path.write_text(path.read_text().replace('msgid "Open"', '# same\nmsgid "Open"'))
    assert faults(room) == []


def test_a_reworded_message_leaves_its_old_persian_until_pruned(room: Path) -> None:
    translate(room)
    (room / "templates/page.html").write_text("{% translate 'Open it' %}")
    messages.update_room(room)
    assert "باز" in (room / messages.CATALOGUE).read_text()
    assert "obsolete" in faults(room)
    messages.update_room(room, prune=True)
    assert "obsolete" not in faults(room)


def test_extracting_twice_changes_nothing(room: Path) -> None:
    translate(room)
    before = (room / messages.CATALOGUE).read_bytes()
    messages.update_room(room)
    assert (room / messages.CATALOGUE).read_bytes() == before


def test_two_rooms_must_not_translate_one_message_differently(room: Path) -> None:
    translate(room)
    other = room.parent / "other"
    other.mkdir()
    (other / "__init__.py").write_text("from django.utils.translation import gettext as _\nA = _('Open')\n")
    messages.update_room(other)
    translate(other, Open="گشوده")
    assert [problem.message for problem in messages.check_agreement([room, other])] == ["Open"]


def test_compiling_is_skipped_while_nothing_changed(room: Path) -> None:
    translate(room)
    assert messages.compile_catalogues() == 1
    assert messages.compile_catalogues() == 0


@pytest.mark.parametrize("room", messages.list_rooms(), ids=lambda room: room.name)
def test_every_message_of_a_room_has_its_persian(room: Path) -> None:
    assert [str(problem) for problem in messages.check_room(room)] == []


def test_no_message_is_translated_in_two_ways() -> None:
    assert [str(problem) for problem in messages.check_agreement(messages.list_rooms())] == []

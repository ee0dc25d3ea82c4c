"""Message catalogues: extract, check and compile, with Babel alone (no gettext programs on the machine).

    python tools/messages.py extract [ROOM…] [--prune]   bring src/siyanat/<room>/locale/fa/… up to date
    python tools/messages.py check [ROOM…]               fail on what is missing, fuzzy, obsolete or unequal
    python tools/messages.py compile [ROOM…]             write the .mo files that Django reads

Message ids are English; the catalogue is Persian. Catalogues carry no line numbers and no dates, so that a
diff shows words only. A translation that rightly equals its English (CSV, TOTP) is marked by a line
``# same`` above the entry. Obsolete entries stay as comments until ``extract --prune``, so that a reworded
message keeps its old Persian in sight.
"""

from __future__ import annotations

import argparse
import io
import itertools
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages import catalog, extract, mofile, pofile

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src/siyanat"
CATALOGUE = "locale/fa/LC_MESSAGES/django.po"
SAME = "same"
PLURAL_FORMS = 2
# Django's own catalogue has these plural forms; one differing would be kept apart from it at run time.
HEADER = """\
msgid ""
msgstr ""
"Language: fa\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=2; plural=(n > 1);\\n"

"""
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None, "gettext": None, "gettext_lazy": None, "gettext_noop": None,
    "ngettext": (1, 2), "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2), "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3), "npgettext_lazy": ((1, "c"), 2, 3),
}  # fmt: skip
PLACEHOLDER = re.compile(r"%\(\w+\)[sdif]|%[sd]|\{\w+\}")

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with one message of one room."""

    room: str
    what: str
    message: str

    def __str__(self) -> str:
        return f"{self.room}: {self.what}: {self.message!r}"


def list_rooms(names: Iterable[str] = ()) -> list[Path]:
    """The folders of the rooms named, or of all."""
    wanted = set(names)
    return [
        folder
        for folder in sorted(SOURCE.iterdir())
        if (folder / "__init__.py").exists() and (not wanted or folder.name in wanted)
    ]


def _sources(room: Path) -> Iterator[tuple[Path, str]]:
    """Each file that may hold messages, with its text as Python's tokenizer can read it."""
    from django.utils.translation.template import templatize

    for path in sorted(room.rglob("*.py")):
        if "migrations" not in path.parts:
            yield path, path.read_text()
    for path in sorted([*room.rglob("templates/**/*.html"), *room.rglob("templates/**/*.txt")]):
        code = templatize(path.read_text(), origin=str(path.relative_to(ROOT)))
        yield path, "\n".join(line.strip() for line in code.splitlines())


def extract_room(room: Path) -> catalog.Catalog:
    """Every message in the source of a room."""
    found = catalog.Catalog(locale="fa", charset="utf-8")
    for path, text in _sources(room):
        stream = io.BytesIO(text.encode())
        options = {"encoding": "utf-8"}
        try:
            messages = list(extract.extract("python", stream, KEYWORDS, ("Translators:",), options))
        except (SyntaxError, ValueError) as error:
            raise SystemExit(f"{path.relative_to(ROOT)}: {error}") from error
        for _line, message, comments, context in messages:
            found.add(message, auto_comments=comments, context=context)
    return found


def read_catalogue(room: Path) -> catalog.Catalog:
    """The room's Persian catalogue; empty when there is none yet."""
    path = room / CATALOGUE
    content = path.read_bytes() if path.exists() else HEADER.encode()
    return pofile.read_po(io.BytesIO(content), locale="fa", charset="utf-8")


def write_catalogue(room: Path, messages: catalog.Catalog, *, prune: bool = False) -> None:
    """Write the catalogue, sorted, without places and dates."""
    path = room / CATALOGUE
    path.parent.mkdir(parents=True, exist_ok=True)
    stream = io.BytesIO()
    pofile.write_po(
        stream, messages, width=0, no_location=True, omit_header=True, sort_output=True, ignore_obsolete=prune
    )
    text = HEADER + stream.getvalue().decode().strip() + "\n"
    if not path.exists() or path.read_text() != text:
        path.write_text(text)


def update_room(room: Path, *, prune: bool = False) -> tuple[int, int]:
    """Bring a room's catalogue up to date; how many messages it has, how many without Persian."""
    found, known = extract_room(room), read_catalogue(room)
    if not len(found) and not len(known):
        return 0, 0
    known.update(found, no_fuzzy_matching=True)
    write_catalogue(room, known, prune=prune)
    return len(known), sum(1 for message in known if message.id and not _is_translated(message))


def _key(message: catalog.Message) -> Key:
    first = message.id if isinstance(message.id, str) else message.id[0]
    return message.context or "", first


def _forms(message: catalog.Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ())


def _is_translated(message: catalog.Message) -> bool:
    wanted = 1 if isinstance(message.id, str) else PLURAL_FORMS
    return len(_forms(message)) == wanted and all(_forms(message))


def check_room(room: Path) -> list[Problem]:
    """What is wrong with a room's catalogue against its source."""
    found = {_key(message): message for message in extract_room(room) if message.id}
    catalogue = read_catalogue(room)
    known = {_key(message): message for message in catalogue if message.id}
    problems = [Problem(room.name, "not in the catalogue", key[1]) for key in found.keys() - known.keys()]
    problems += [Problem(room.name, "no longer in the source", key[1]) for key in known.keys() - found.keys()]
    problems += [
        Problem(room.name, "obsolete", str(_key(message)[1])) for message in catalogue.obsolete.values()
    ]
    for message in known.values():
        problems += [Problem(room.name, what, _key(message)[1]) for what in _faults(message)]
    return sorted(problems, key=str)


def _faults(message: catalog.Message) -> Iterator[str]:
    if message.fuzzy:
        yield "fuzzy"
    if not _is_translated(message):
        yield "not translated"
        return
    ids = (message.id,) if isinstance(message.id, str) else tuple(message.id)
    wanted = set(PLACEHOLDER.findall(ids[-1]))
    forms = _forms(message)
    if set(PLACEHOLDER.findall(forms[-1])) != wanted or any(
        set(PLACEHOLDER.findall(form)) - wanted for form in forms
    ):
        yield "placeholders differ"
    if (
        any(form in ids and re.search("[A-Za-z]", form) for form in forms)
        and SAME not in message.user_comments
    ):
        yield "equals its English (mark it '# same' if that is right)"


def check_agreement(rooms: Iterable[Path]) -> list[Problem]:
    """Messages that two rooms translate differently: Django would show one of them in both."""
    seen: dict[Key, dict[tuple[str, ...], list[str]]] = defaultdict(lambda: defaultdict(list))
    for room in rooms:
        for message in read_catalogue(room):
            if message.id and _is_translated(message):
                seen[_key(message)][_forms(message)].append(room.name)
    return [
        Problem(" and ".join(sorted(itertools.chain(*forms.values()))), "translated differently", key[1])
        for key, forms in seen.items()
        if len(forms) > 1
    ]


def compile_catalogues(names: Iterable[str] = ()) -> int:
    """Compile each catalogue that is newer than its compiled form; how many there were."""
    done = 0
    for room in list_rooms(names):
        source, target = room / CATALOGUE, (room / CATALOGUE).with_suffix(".mo")
        if not source.exists() or (target.exists() and target.stat().st_mtime >= source.stat().st_mtime):
            continue
        part = target.with_suffix(".part")
        with part.open("wb") as stream:
            mofile.write_mo(stream, read_catalogue(room))
        part.replace(target)
        done += 1
    return done


def main(arguments: list[str] | None = None) -> int:
    """Do what the command line asks; 1 when a check fails."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("act", choices=("extract", "check", "compile"))
    parser.add_argument(
        "rooms", nargs="*", metavar="ROOM", help="folders under src/siyanat; all when none is named"
    )
    parser.add_argument("--prune", action="store_true", help="with extract: drop obsolete entries")
    options = parser.parse_args(arguments)
    rooms = list_rooms(options.rooms)
    if options.act == "compile":
        print(f"{compile_catalogues(options.rooms)} catalogues compiled")
        return 0
    if options.act == "extract":
        for room in rooms:
            total, missing = update_room(room, prune=options.prune)
            if total:
                print(f"{room.name}: {total} messages, {missing} without Persian")
        return 0
    problems = [problem for room in rooms for problem in check_room(room)] + check_agreement(list_rooms())
    for problem in problems:
        print(problem)
    print(f"{len(problems)} problems in {len(rooms)} rooms")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())

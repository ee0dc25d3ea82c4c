"""The command line: both languages to the last word, one sentence for each fault, exit codes that mean something."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from siyanat.config import cli, processes
from siyanat.lib import exits

NOWHERE = "postgresql://nobody@/nothing?host=/nowhere"
PERSIAN = re.compile(r"[\u0600-\u06ff]")


def siyanat(*arguments: str, home: Path, language: str = "en") -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "SIYANAT_HOME": str(home), "SIYANAT_DATABASE_URL": NOWHERE}
    environment |= {"SIYANAT_LANGUAGE": language, "DJANGO_SETTINGS_MODULE": "siyanat.config.settings"}
    return subprocess.run(
        [sys.executable, "-m", "siyanat.config.cli", *arguments], env=environment, capture_output=True,
        text=True, check=False, timeout=120,
    )  # fmt: skip


def test_help_and_wrong_calls_speak_both_languages(tmp_path: Path) -> None:
    for language, words in (("en", ("Options", "Exit codes", "No such option")),
                            ("fa", ("گزینه‌ها", "کدهای خروج", "وجود ندارد"))):  # fmt: skip
        told = siyanat("--help", home=tmp_path, language=language)
        wrong = siyanat("verify", "--nothing", home=tmp_path, language=language)
        assert (told.returncode, wrong.returncode) == (exits.DONE, exits.USAGE)
        assert all(word in told.stdout for word in words[:2]), told.stdout
        assert words[2] in wrong.stderr
        assert bool(PERSIAN.search(told.stdout + wrong.stderr)) == (language == "fa")


@pytest.mark.parametrize(
    "command", [("status", "--json"), ("verify",), ("ingest", "/tmp"), ("ledger", "verify")]
)
def test_a_database_that_is_away_is_a_passing_fault_told_in_a_sentence(
    command: tuple[str, ...], tmp_path: Path
) -> None:
    told = siyanat(*command, home=tmp_path)
    assert told.returncode == exits.FAULT
    assert "The database can't be reached" in told.stderr
    assert "Traceback" not in told.stderr


@pytest.mark.django_db(transaction=True)
def test_a_log_that_shrank_is_a_broken_promise(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from django.db import connection, transaction
    from django.utils import translation

    from siyanat.ledger import operations as ledger
    from tests.cast import NOW

    monkeypatch.setenv(processes.KEPT, "1")
    monkeypatch.setenv("LANGUAGE", "en")  # what the command sets ends with the test
    monkeypatch.setattr(sys, "argv", ["siyanat", "ledger", "seal"])
    with transaction.atomic():
        ledger.append(kind="review.item_skipped", actor="system:test", subject="review:1", now=NOW)
    with translation.override("en"):
        assert cli.main() == exits.DONE
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE ledger_entry, ledger_node, ledger_checkpoint, ledger_disclosure CASCADE")
        assert cli.main() == exits.BROKEN
    assert "ledger.log_shrank" in capsys.readouterr().err


def test_every_exit_code_is_told_in_the_help_and_in_the_reference() -> None:
    page = (Path(__file__).parents[2] / "docs/reference/commands.md").read_text()
    epilog = cli.build().epilog or ""
    for code in exits.MEANINGS:
        assert f"| `{code}` |" in page
        assert str(code) in epilog or PERSIAN.search(epilog)

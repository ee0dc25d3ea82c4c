"""What Import Linter does not see: foreign keys point down, modules stay readable, every fact has its steps."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from django.apps import apps
from django.db.models import ForeignKey
from django.utils import translation

from siyanat.jobs import facts
from siyanat.pipeline import flow

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "siyanat"
LONGEST_MODULE = 600


def floors() -> dict[str, int]:
    """Each room's floor, 0 the ground, as the layers contract says."""
    configuration = tomllib.loads((ROOT / "pyproject.toml").read_text())
    layers = configuration["tool"]["importlinter"]["contracts"][0]["layers"]
    return {
        room: floor for floor, layer in enumerate(reversed(layers)) for room in re.findall(r"[a-z]+", layer)
    }


def test_every_foreign_key_points_down_or_stays_in_its_room() -> None:
    floor = floors()
    for model in apps.get_models():
        if not model.__module__.startswith("siyanat."):
            continue
        room = model.__module__.split(".")[1]
        for field in model._meta.get_fields():
            if not isinstance(field, ForeignKey):
                continue
            target = field.related_model.__module__
            if target.startswith("siyanat."):
                other = target.split(".")[1]
                assert other == room or floor[other] < floor[room], f"{model.__name__}.{field.name} points up"


@pytest.mark.parametrize("path", sorted(SOURCE.rglob("*.py")), ids=lambda path: str(path.relative_to(SOURCE)))
def test_no_module_is_too_long_to_read(path: Path) -> None:
    if "migrations" not in path.parts:
        assert path.read_text().count("\n") <= LONGEST_MODULE


def test_every_fact_is_in_the_flow() -> None:
    assert set(flow.FLOW) == facts.ALL


def test_no_room_imports_anothers_views_forms_or_admin() -> None:
    for path in SOURCE.rglob("*.py"):
        room = path.relative_to(SOURCE).parts[0]
        for other, module in re.findall(
            r"^from siyanat\.(\w+)(?:\.\w+)* import .*\b(views|forms|admin)\b",
            path.read_text(),
            flags=re.MULTILINE,
        ):
            assert other in {room, "ui", "config"}, f"{path} imports {module} of {other}"


def test_the_repository_speaks_of_the_product_alone() -> None:
    tracked = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    forbidden = re.compile(
        r"/work/(main|shared|\.library)|files\.pythonhosted|registry\.npmjs", flags=re.IGNORECASE
    )
    for name in tracked:
        path = ROOT / name
        if (
            path.suffix in {".py", ".md", ".ts", ".html", ".toml", ".json", ".po", ".lock", ".typ", ".css"}
            and path.exists()
        ):
            found = forbidden.search(path.read_text(errors="replace"))
            assert not found or path.name == "test_architecture.py", f"{name}: {found and found.group()}"


def test_the_generated_reference_pages_are_what_the_code_says() -> None:
    from siyanat.config import reference

    with translation.override("en"):
        for name, make in reference.PAGES.items():
            written = (ROOT / "docs" / "reference" / name).read_text()
            assert written == make().rstrip() + "\n", f"{name} has drifted: run make reference"


@pytest.mark.django_db
def test_models_and_migrations_agree() -> None:
    from django.core.management import call_command

    call_command("makemigrations", "--check", "--dry-run", verbosity=0)

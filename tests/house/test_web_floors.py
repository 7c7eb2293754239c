"""Do the contracts of the web bite? In a copy of the house each is broken once, and the linter names every break."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest

import keepwell

ROOT = Path(__file__).parents[2]
PACKAGE = Path(keepwell.__file__).parent
WEB = PACKAGE / "web"
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
OUR_LINE = "from keepwell.web.config import settings"

FLOORS = "The house has floors: every import points down"
DJANGO = "No Django below the doors"
NUMBERS = "The web does not calculate"
PERSONS = "The web holds no row of a person"
SLICES = "The web has floors: a slice knows only those below it"
ROOMS = "A slice has rooms: what is shown knows what is kept, never the other way"

PLANTED = [
    (FLOORS, "cli/planted.py", "import keepwell.web.home.views", "keepwell.cli.planted -> keepwell.web.home.views"),
    (FLOORS, "web/home/planted.py", "import keepwell.cli", "keepwell.web.home.planted -> keepwell.cli"),
    (FLOORS, "reports/planted.py", "import keepwell.web", "keepwell.reports.planted -> keepwell.web"),
    (DJANGO, "cli/planted.py", "import django.conf", "keepwell.cli.planted -> django"),
    (DJANGO, "records/planted.py", "from django.db import models", "keepwell.records.planted -> django"),
    (DJANGO, "reports/planted.py", "import psycopg", "keepwell.reports.planted -> psycopg"),
    *(
        (NUMBERS, f"web/home/planted_{name}.py", f"import {name}", f"keepwell.web.home.planted_{name} -> {name}")
        for name in ("duckdb", "ibis", "numpy", "pandas", "pyarrow", "scipy")
    ),
    (
        PERSONS,
        "web/exports/planted.py",
        "import keepwell.records.staff_records",
        "keepwell.web.exports.planted -> keepwell.records.staff_records",
    ),
    (
        SLICES,
        "web/accounts/planted.py",
        "import keepwell.web.audit.actions",
        "keepwell.web.accounts.planted -> keepwell.web.audit.actions",
    ),
    (
        SLICES,
        "web/uploads/planted.py",
        "import keepwell.web.dashboards.apps",
        "keepwell.web.uploads.planted -> keepwell.web.dashboards.apps",
    ),
    (SLICES, "web/places/planted.py", OUR_LINE, "keepwell.web.places.planted -> keepwell.web.config.settings"),
    (
        ROOMS,
        "web/audit/models/planted.py",
        "import keepwell.web.audit.actions",
        "keepwell.web.audit.models.planted -> keepwell.web.audit.actions",
    ),
    (
        ROOMS,
        "web/places/rules/planted.py",
        "import keepwell.web.places.queries",
        "keepwell.web.places.rules.planted -> keepwell.web.places.queries",
    ),
]
"""A contract, a module that breaks it, the line that does, and how the linter names it."""


def lint(root: Path) -> tuple[int, str]:
    """What the linter says of a house: its status, and its words."""
    # From another folder, with the house first on the path: not the one that is installed.
    environment = {**os.environ, "PYTHONPATH": str(root / "src"), "COLUMNS": "200"}
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as lint; lint()", "--no-cache"]
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def said_of(name: str, words: str) -> str:
    """The part of the linter's words on what is broken that is about one contract."""
    _, _, broken = words.partition("Broken contracts")
    return re.split(r"\n-{5,}\n", broken.partition(f"\n{name}\n")[2].lstrip("-\n"))[0]


def a_house(folder: Path, planted: Mapping[str, str]) -> Path:
    """A copy of the house with lines planted in modules of it. A module of ours becomes a folder to take one in."""
    copied = shutil.ignore_patterns("__pycache__", "*.pyc", "static", "templates", "node_modules")
    shutil.copytree(PACKAGE, folder / "src" / "keepwell", ignore=copied)
    shutil.copy(ROOT / "pyproject.toml", folder)
    for name, line in planted.items():
        path = folder / "src" / "keepwell" / name
        if not path.parent.is_dir():
            path.parent.mkdir()
            module = path.parent.with_suffix(".py")
            (
                shutil.move(module, path.parent / "__init__.py")
                if module.is_file()
                else (path.parent / "__init__.py").touch()
            )
        with path.open("a", encoding="utf-8") as file:
            file.write(f"{line}\n")
    return folder


@pytest.fixture(scope="module")
def words_on_planted(tmp_path_factory) -> str:
    lines: dict[str, str] = {}
    for _, name, line, _ in PLANTED:
        lines[name] = f"{lines[name]}\n{line}" if name in lines else line
    status, words = lint(a_house(tmp_path_factory.mktemp("planted"), lines))
    assert status == 1
    return words


@pytest.mark.parametrize(("contract", "named"), [(c, n) for c, _, _, n in PLANTED], ids=[n for *_, n in PLANTED])
def test_a_planted_import_breaks_its_contract(words_on_planted, contract, named):
    assert named in said_of(contract, words_on_planted)


def test_a_new_slice_has_to_be_given_a_floor(tmp_path):
    status, words = lint(a_house(tmp_path, {"web/utils/__init__.py": ""}))
    assert status == 1
    assert "- keepwell.web.utils" in said_of(SLICES, words)


def test_the_command_that_serves_may_open_the_other_door_and_no_other_command(tmp_path):
    planted = {
        "cli/serving.py": "def serve():\n    from keepwell.web.config.serving import run\n    run()",
        "cli/planted.py": "def serve():\n    from keepwell.web.config.serving import run\n    run()",
        "web/config/serving.py": "import django\n\ndef run(): ...",
    }
    for name in ("cli/serving.py", "web/config/serving.py"):
        if (PACKAGE / name).is_file():
            del planted[name]
    status, words = lint(a_house(tmp_path, planted))
    assert status == 1
    assert "keepwell.cli.planted -> keepwell.web.config.serving" in said_of(FLOORS, words)
    assert "keepwell.cli.serving" not in said_of(FLOORS, words)


def test_no_floor_is_forgotten_where_django_is_forbidden():
    named = next(c for c in CONTRACTS if c["name"] == DJANGO)["source_modules"]
    there = {
        p.stem if p.is_file() else p.name
        for p in PACKAGE.iterdir()
        if p.suffix == ".py" or (p / "__init__.py").is_file()
    }
    assert sorted(named) == sorted(f"keepwell.{name}" for name in there - {"__init__", "__main__", "web", "py"})


def test_no_slice_is_forgotten_where_rooms_are_kept():
    named = next(c for c in CONTRACTS if c["name"] == ROOMS)["containers"]
    there = {p.name for p in WEB.iterdir() if (p / "__init__.py").is_file()}
    assert sorted(named) == sorted(f"keepwell.web.{name}" for name in there - {"config"})


def test_every_library_of_the_web_is_forbidden_below_the_doors():
    """By its name as it is imported, which is not always that by which it is installed."""
    imported = {"django_allauth": "allauth", "django_auditlog": "auditlog", "django_axes": "axes", "django_csp": "csp"}
    imported |= {"python_docx": "docx", "python_pptx": "pptx"}
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]["web"]
    names = {re.match(r"[\w-]+", line)[0].replace("-", "_").casefold() for line in wanted}
    forbidden = next(c for c in CONTRACTS if c["name"] == DJANGO)["forbidden_modules"]
    assert {imported.get(name, name) for name in names} - set(forbidden) == set()

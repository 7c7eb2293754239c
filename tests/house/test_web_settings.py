"""Is everything that a deployer may set written down, and read in one place only?"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import keepwell

ROOT = Path(__file__).parents[2]
WEB = Path(keepwell.__file__).parent / "web"
PAGE = ROOT / "docs" / "reference" / "settings.md"
SETTING = re.compile(r"KEEPWELL_[A-Z_]+")
READ_HERE = {"config/settings.py", "config/secrets.py", "config/serving.py"}
"""The last reads nothing of it: it hands it on to its children."""
MODULES = sorted(WEB.rglob("*.py"))


def settings_read(text: str) -> dict[str, str | None]:
    """Every setting that a module reads, with its default where that is a plain word."""
    found: dict[str, str | None] = {}
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        named = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
        if isinstance(node.args[0], ast.Constant) and named and SETTING.fullmatch(named[0]):
            found[named[0]] = named[1] if len(named) > 1 else found.get(named[0])
    return found


def reads_environment(text: str) -> list[int]:
    """The lines on which a module reads the environment; to name the settings module is not to read."""
    tree = ast.parse(text)
    named = {
        id(node.func.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "setdefault"
        and ast.unparse(node.args[0]) == "'DJANGO_SETTINGS_MODULE'"
    }
    return sorted(_environment(tree, named))


def _environment(tree: ast.AST, named: set[int]) -> Iterator[int]:
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv", "environb") and id(node) not in named
        ) or (
            isinstance(node, ast.ImportFrom)
            and node.module == "os"
            and {"environ", "getenv"} & {a.name for a in node.names}
        ):
            yield node.lineno


def rows(page: str) -> dict[str, list[str]]:
    """The rows of the page's tables by their setting: when left out, means, example."""
    found = {}
    for line in page.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if name := SETTING.fullmatch(cells[0].strip("`")):
            found[name[0]] = cells[1:]
    return found


def read_by_the_site() -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    for name in sorted(READ_HERE):
        found |= settings_read((WEB / name).read_text("utf-8"))
    return found


def test_every_setting_is_documented_and_nothing_else_is():
    documented = rows(PAGE.read_text("utf-8"))
    assert sorted(documented) == sorted(read_by_the_site())
    assert all(len(cells) == 3 and all(cells) for cells in documented.values())


def test_a_default_that_is_a_plain_word_is_the_one_that_is_written_down():
    documented = rows(PAGE.read_text("utf-8"))
    wrong = {
        name: default
        for name, default in read_by_the_site().items()
        if default and f"`{default}`" != documented[name][0]
    }
    assert wrong == {}


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.relative_to(WEB).as_posix())
def test_the_environment_is_read_in_one_place(path):
    if path.relative_to(WEB).as_posix() not in READ_HERE:
        assert reads_environment(path.read_text("utf-8")) == []


def test_a_setting_that_is_not_documented_is_noticed():
    planted = settings_read('PORT = int(os.environ.get("KEEPWELL_PLANTED", "7"))\nX = _yes("KEEPWELL_SWITCH")\n')
    assert planted == {"KEEPWELL_PLANTED": "7", "KEEPWELL_SWITCH": None}
    assert not planted.keys() & rows(PAGE.read_text("utf-8")).keys()


@pytest.mark.parametrize(
    "planted",
    [
        "import os\nx = os.environ['KEEPWELL_HOME']\n",
        "import os\nx = os.environ.get('KEEPWELL_HOME')\n",
        "import os\nx = os.getenv('KEEPWELL_HOME')\n",
        "from os import environ\n",
        "import os\nos.environ.setdefault('KEEPWELL_HOME', 'x')\n",
    ],
)
def test_another_module_that_reads_the_environment_is_noticed(planted):
    assert reads_environment(planted)
    assert reads_environment("import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'x')\n") == []

"""Is everything called by the field's word, and nothing a drawer?"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import keepwell
from keepwell.measures import measures

SOURCE = Path(keepwell.__file__).parent
MODULES = sorted(p for p in SOURCE.rglob("*.py"))
DRAWERS = {"utils", "util", "helpers", "helper", "common", "core", "manager", "managers", "misc"}
NOT_OUR_WORDS = {"wte": "fte", "organization": "organisation", "normalize": "normalise", "turnover_rate": "leaver_rate"}
MOST_LINES = 400


def names_in(tree: ast.AST) -> Iterator[str]:
    """What a module itself names: functions, classes, arguments and variables."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id


def faults(path: Path, text: str) -> list[str]:
    """What is wrong with the names of a module, and with its docstring and length."""
    tree = ast.parse(text)
    found = [f"a drawer: {path.stem}"] if path.stem in DRAWERS else []
    found += [] if ast.get_docstring(tree) else ["no docstring"]
    written_by_hand = path.parent.name != "migrations"  # what Django writes is as long as the tables are many
    found += [f"longer than {MOST_LINES} lines"] if text.count("\n") > MOST_LINES and written_by_hand else []
    for name in sorted(set(names_in(tree))):
        words = name.casefold()
        found += [
            f"{name}: our word is {ours}"
            for theirs, ours in NOT_OUR_WORDS.items()
            if re.search(rf"(?:^|_){theirs}(?:$|_)", words)
        ]
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.relative_to(SOURCE).as_posix())
def test_a_module_has_a_docstring_and_the_fields_words(path):
    assert faults(path, path.read_text("utf-8")) == []


@pytest.mark.parametrize(
    ("name", "text", "fault"),
    [
        ("utils.py", '"""What?"""\n', "a drawer: utils"),
        ("planted.py", "x = 1\n", "no docstring"),
        ("planted.py", '"""What?"""\ndef wte_at_start(): ...\n', "wte_at_start: our word is fte"),
        ("planted.py", '"""What?"""\nturnover_rate = 1\n', "turnover_rate: our word is leaver_rate"),
        ("planted.py", '"""What?"""\n' + "x = 1\n" * MOST_LINES, f"longer than {MOST_LINES} lines"),
    ],
)
def test_a_planted_name_is_caught(name, text, fault):
    assert faults(Path(name), text) == [fault]


def test_a_measure_that_is_called_a_rate_index_or_share_is_a_fraction():
    called = [m for m in measures().values() if m.name.endswith(("_rate", "_index", "_share")) or "share" in m.name]
    assert called
    assert {m.unit for m in called} == {"share"}

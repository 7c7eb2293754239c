"""Facts and figures carry over from the guides; sentences do not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from keepwell.content import list_yaml, load_yaml

GUIDES = Path(__file__).parents[3] / "shared" / "seeds"
IN_A_ROW = 8
FOLDERS = ("", "assessments", "cases", "general_practice", "planning")
needs_guides = pytest.mark.skipif(not GUIDES.is_dir(), reason="the guides are not here: shared/seeds")


def words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", text.casefold().replace("’", "").replace("'", ""))


def runs(text: str) -> Iterator[tuple[str, ...]]:
    said = words(text)
    return (tuple(said[i : i + IN_A_ROW]) for i in range(len(said) - IN_A_ROW + 1))


def strings(content: Any) -> Iterator[str]:
    """Every text of a file; an address is no sentence."""
    if isinstance(content, str) and not content.startswith("http"):
        yield content
    elif isinstance(content, dict):
        for name, part in content.items():
            if name not in ("address", "section"):
                yield from strings(part)
    elif isinstance(content, list):
        for part in content:
            yield from strings(part)


@cache
def printed() -> frozenset[tuple[str, ...]]:
    return frozenset(run for guide in GUIDES.iterdir() for run in runs(guide.read_text("utf-8", errors="replace")))


def copied(content: Any) -> list[str]:
    """What of the content stands in a guide, eight words and more in a row."""
    return [" ".join(run) for text in strings(content) for run in runs(text) if run in printed()]


def files() -> list[str]:
    found = []
    for folder in FOLDERS:
        try:
            found += list_yaml(folder)
        except FileNotFoundError:
            continue
    return [name for name in found if name != "guides.yaml"]  # what they are called


@needs_guides
@pytest.mark.parametrize("name", files())
def test_no_sentence_of_a_guide_is_copied(name: str) -> None:
    assert copied(load_yaml(name)) == []


@needs_guides
def test_a_copied_sentence_is_found() -> None:
    planted = "So: Could implementing an e-rostering system support flexible working, or something else?"
    assert copied({"items": [{"text": planted}]})[:1] == ["could implementing an e rostering system support flexible"]

"""Does the manual show the site as it is?"""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MANUAL = ROOT / "docs" / "manual"
PICTURES = ROOT / "docs" / "images" / "manual"
JOURNEYS = ROOT / "tests" / "journeys" / "web"


def shown() -> set[str]:
    """The pictures that the manual names."""
    pages = "\n".join(page.read_text("utf-8") for page in MANUAL.glob("*.md"))
    return set(re.findall(r"\(\.\./images/manual/([\w-]+)\.png\)", pages))


def taken() -> set[str]:
    """The pictures that the journeys take."""
    told = "\n".join(page.read_text("utf-8") for page in JOURNEYS.glob("test_*.py"))
    return set(re.findall(r"\.picture\(\s*\"([\w-]+)\"", told))


def test_every_picture_of_the_manual_is_there_and_each_is_shown():
    there = {path.stem for path in PICTURES.glob("*.png")}
    assert shown() == there


def test_every_picture_is_taken_by_a_journey():
    assert shown() == taken()


def test_every_page_of_the_manual_stands_in_the_menu_and_says_what_its_pictures_show():
    menu = (ROOT / "mkdocs.yml").read_text("utf-8")
    for page in MANUAL.glob("*.md"):
        assert f"manual/{page.name}" in menu, page.name
        assert not re.findall(r"!\[\s*\]", page.read_text("utf-8")), page.name

"""Which tables does a Word document hold, and what stands around them?

Text that was deleted while changes were tracked is not read. Names are compared without their namespaces, of which there
are two kinds in use.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from lxml import etree

from keepwell.web.papers.contents import OURS
from keepwell.web.papers.grids import (
    ACROSS,
    DOWN,
    MOST_COLUMNS,
    MOST_ROWS,
    MOST_TABLES,
    MOST_TEXT,
    Cell,
    Document,
    Grid,
    PlanNotRead,
    clean,
    refuse_too_much,
)
from keepwell.web.papers.opening import Opened

ABOUT_STYLE: Final = "Planabout"
"""The style of the words about a plan in a paper of ours, by its key."""
_SKIPPED: Final = frozenset({"del", "moveFrom", "Fallback", "pPr", "rPr", "instrText", "delText", "footnoteReference"})
_BREAKS: Final = {"br": "\n", "cr": "\n", "tab": " ", "noBreakHyphen": "-", "ptab": " "}
_INSIDE: Final = frozenset({"sdt", "sdtContent", "customXml", "ins", "smartTag", "body"})
"""What only wraps what stands in it."""


def read_docx(opened: Opened) -> Document:
    """The tables of a Word document. Raises PlanNotRead."""
    root = opened.xml("word/document.xml")
    body = next((one for one in root if _name(one) == "body"), None) if root is not None else None
    if body is None:
        raise PlanNotRead(
            "This document is empty.", found="no text in it", attempt="open it first, and see what is in it"
        )
    title, keywords = core_words(opened)
    ours = OURS in keywords
    grids: list[Grid] = []
    around: list[str] = []
    length = 0
    for block in _blocks(body):
        if _name(block) == "tbl":
            grids.append(Grid(f"Table {len(grids) + 1}", _rows(block)))
            refuse_too_much("tables", len(grids), MOST_TABLES)
            length += sum(len(cell.text) for row in grids[-1].rows for cell in row)
        elif (words := clean(_text(block))) and (not ours or _style(block) == ABOUT_STYLE):
            around.append(words)
            length += len(words)
        refuse_too_much("characters", length, MOST_TEXT)
    return Document("docx", grids, around, title, ours)


def core_words(opened: Opened) -> tuple[str, str]:
    """What a document says that it is called, and its keywords."""
    try:
        core = opened.xml("docProps/core.xml")
    except PlanNotRead:  # what it says of itself is not needed
        core = None
    said = {_name(one): "".join(one.itertext()) for one in core} if core is not None else {}
    return clean(said.get("title", "")), said.get("keywords", "")


def _name(element: etree._Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _attribute(element: etree._Element | None, name: str) -> str:
    if element is None:
        return ""
    return next((str(value) for key, value in element.attrib.items() if str(key).rpartition("}")[2] == name), "")


def _within(element: etree._Element | None, *names: str) -> etree._Element | None:
    """The element that is found by going down these names."""
    for name in names:
        element = next((one for one in element if _name(one) == name), None) if element is not None else None
    return element


def _blocks(element: etree._Element) -> Iterator[etree._Element]:
    """The paragraphs and tables of a part, in order, also those in content controls."""
    for one in element:
        if _name(one) in {"p", "tbl"}:
            yield one
        elif _name(one) in _INSIDE:
            yield from _blocks(one)


def _style(paragraph: etree._Element) -> str:
    return _attribute(_within(paragraph, "pPr", "pStyle"), "val")


def _text(element: etree._Element) -> str:
    """The text of a paragraph, or of a cell with its paragraphs and the tables in it, a line each."""
    found: list[str] = []
    waiting = [element]
    while waiting:
        one = waiting.pop()
        name = _name(one)
        if name in _SKIPPED and one is not element:
            continue
        if name == "t":
            found.append(one.text or "")
        elif name in _BREAKS:
            found.append(_BREAKS[name])
        elif name == "p" and found and one is not element:
            found.append("\n")
        waiting.extend(reversed(one))
    return "".join(found)


def _wrapped(element: etree._Element, wanted: str) -> Iterator[etree._Element]:
    for one in element:
        if _name(one) == wanted:
            yield one
        elif _name(one) in _INSIDE:
            yield from _wrapped(one, wanted)


def _rows(table: etree._Element) -> list[list[Cell]]:
    found: list[list[Cell]] = []
    for row in _wrapped(table, "tr"):
        refuse_too_much("rows", len(found) + 1, MOST_ROWS)
        if _within(row, "trPr", "del") is None:  # a row that was deleted while changes were tracked
            found.append(_row(row, found[-1] if found else []))
    wide = max((len(row) for row in found), default=0)
    return [row + [Cell()] * (wide - len(row)) for row in found]


def _row(row: etree._Element, above: list[Cell]) -> list[Cell]:
    found = [Cell()] * _number(_within(row, "trPr", "gridBefore"), 0)
    for one in _wrapped(row, "tc"):
        merged = _within(one, "tcPr", "vMerge")
        goes_on = merged is not None and _attribute(merged, "val") not in {"restart"}
        at = len(found)
        if goes_on and at < len(above):
            found.append(Cell(above[at].text, DOWN))
        else:
            found.append(Cell(clean(_text(one))))
        span = _number(_within(one, "tcPr", "gridSpan"), 1)
        refuse_too_much("columns", at + span, MOST_COLUMNS)
        found += [Cell("", ACROSS)] * (span - 1)
    return found


def _number(element: etree._Element | None, otherwise: int) -> int:
    told = _attribute(element, "val")
    number = int(told) if told.isascii() and told.isdigit() and len(told) < 9 else otherwise
    refuse_too_much("columns", number, MOST_COLUMNS)
    return number

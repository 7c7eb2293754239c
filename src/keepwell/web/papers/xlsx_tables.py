"""What stands in the sheets of a workbook, as its reader sees it?

Formulas are read as the value that was saved with them. A day is a day by the format of its cell.
"""

from __future__ import annotations

import datetime as dt
import posixpath
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from typing import Final

from lxml import etree

from keepwell.web.papers.contents import OURS, PLAN_SHEET
from keepwell.web.papers.docx_tables import core_words
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
    clean,
    refuse_too_much,
)
from keepwell.web.papers.opening import Opened

_CELL: Final = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_BUILT_IN_DAYS: Final = frozenset({*range(14, 18), 22, *range(27, 37), *range(45, 48), *range(50, 59)})
_BUILT_IN_PERCENT: Final = frozenset({9, 10})
_QUOTED: Final = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')
_EPOCH: Final = {False: dt.datetime(1899, 12, 30), True: dt.datetime(1904, 1, 1)}  # noqa: DTZ001
_LAST_DAY: Final = 2_958_465
"""31 December 9999, counted as workbooks do."""
MOST_MERGED: Final = 20_000
SHEET: Final = "worksheet"


def read_xlsx(opened: Opened) -> Document:
    """The sheets of a workbook. Of one that we made, only the sheet Plan. Raises PlanNotRead."""
    title, keywords = core_words(opened)
    ours = OURS in keywords
    book = _Book(opened)
    remarks: list[str] = []
    grids: list[Grid] = []
    for name, part, hidden in book.sheets():
        if ours and name != PLAN_SHEET:
            continue
        grids.append(book.grid(name, part))
        remarks += [f'The sheet "{name}" is hidden in the workbook, and was read.'] if hidden else []
    if ours:
        remarks.append(
            f'This is a workbook of ours: only the sheet "{PLAN_SHEET}" was read, the others tell more of the same.'
        )
    return Document("xlsx", grids, [], title, ours, remarks)


class _Book:
    """What cells refer to: texts that several share, and formats."""

    def __init__(self, opened: Opened) -> None:
        self._opened = opened
        self._length = 0
        self._texts = self._shared()
        self._kinds = self._formats()
        book = opened.xml("xl/workbook.xml")
        told = next((one for one in book.iter() if _name(one) == "workbookPr"), None) if book is not None else None
        self._epoch = _EPOCH[told is not None and told.get("date1904") in {"1", "true"}]
        self._book = book

    def sheets(self) -> Iterator[tuple[str, str, bool]]:
        """Each sheet of cells: its name, its part, and whether it is hidden."""
        targets = self._targets()
        found = [one for one in self._book.iter() if _name(one) == "sheet"] if self._book is not None else []
        refuse_too_much("sheets", len(found), MOST_TABLES)
        for one in found:
            key = next((str(value) for name, value in one.attrib.items() if str(name).endswith("}id")), "")
            part = targets.get(key, "")
            if part in self._opened and part.startswith("xl/worksheets/"):
                yield clean(one.get("name") or "Sheet"), part, one.get("state", "visible") != "visible"

    def _targets(self) -> dict[str, str]:
        root = self._opened.xml("xl/_rels/workbook.xml.rels")
        return {
            one.get("Id", ""): posixpath.normpath(posixpath.join("/xl", one.get("Target", ""))).lstrip("/")
            for one in (root if root is not None else ())
            if isinstance(one.tag, str)
        }

    def grid(self, name: str, part: str) -> Grid:
        """The filled part of a sheet, from its first column; empty rows between filled ones are left out."""
        root = self._opened.xml(part)
        cells = dict(self._cells(root)) if root is not None else {}
        at_rows = sorted({row for row, _ in cells})
        refuse_too_much("rows", len(at_rows), MOST_ROWS)
        wide = max((column for _, column in cells), default=-1) + 1
        refuse_too_much("columns", wide, MOST_COLUMNS)
        for row, column, above, left in _merged(root, set(at_rows), wide):
            first = cells.get((above, left), Cell())
            cells[row, column] = Cell(first.text, DOWN) if column == left else Cell("", ACROSS)
        rows = [[cells.get((row, column), Cell()) for column in range(wide)] for row in at_rows]
        return Grid(name, rows, [row + 1 for row in at_rows])

    def _cells(self, root: etree._Element) -> Iterator[tuple[tuple[int, int], Cell]]:
        row = column = -1
        for one in root.iter():
            name = _name(one)
            if name == "row":
                told = one.get("r", "")
                row, column = (int(told) - 1 if _small(told) else row + 1), -1
            elif name == "c":
                found = _CELL.fullmatch(one.get("r", ""))
                row, column = (int(found[2]) - 1, _column(found[1])) if found else (row, column + 1)
                text = self._value(one)
                if text:
                    self._length += len(text)
                    refuse_too_much("characters", self._length, MOST_TEXT)
                    yield (row, column), Cell(text)

    def _value(self, cell: etree._Element) -> str:
        kind = cell.get("t", "n")
        if kind == "inlineStr":
            return clean(_words(cell))
        told = next((one.text or "" for one in cell if _name(one) == "v"), "")
        if kind == "s":
            return self._texts[int(told)] if _small(told) and int(told) < len(self._texts) else ""
        if kind == "b":
            return {"1": "Yes", "0": "No"}.get(told, told)
        return self._number(told, cell.get("s", "")) if kind == "n" and told else clean(told)

    def _number(self, told: str, style: str) -> str:
        """A number as it is seen: a day, a share, or without the dust of its last digits."""
        try:
            number = float(told)
        except ValueError:
            return clean(told)
        kind = self._kinds[int(style)] if _small(style) and int(style) < len(self._kinds) else ""
        if kind == "day" and 0 < number < _LAST_DAY:
            moment = self._epoch + dt.timedelta(days=number)
            return (
                moment.date().isoformat()
                if moment.time() == dt.time()
                else moment.replace(microsecond=0).isoformat(" ")
            )
        if kind == "percent":
            return f"{number * 100:.10g}%"
        return f"{number:.15g}"

    def _shared(self) -> list[str]:
        root = self._opened.xml("xl/sharedStrings.xml")
        return [clean(_words(one)) for one in root if _name(one) == "si"] if root is not None else []

    def _formats(self) -> list[str]:
        """What the numbers of each style are: "day", "percent" or ""."""
        root = self._opened.xml("xl/styles.xml")
        if root is None:
            return []
        own = {one.get("numFmtId", ""): one.get("formatCode", "") for one in root.iter() if _name(one) == "numFmt"}
        styles = next((one for one in root if _name(one) == "cellXfs"), ())
        return [_kind_of(one.get("numFmtId", ""), own) for one in styles if _name(one) == "xf"]


def _kind_of(number: str, own: dict[str, str]) -> str:
    code = _QUOTED.sub("", own.get(number, "")).casefold()
    if number in own:
        return "percent" if "%" in code else "day" if re.search("[dy]|mmm", code) else ""
    if not _small(number):
        return ""
    return "day" if int(number) in _BUILT_IN_DAYS else "percent" if int(number) in _BUILT_IN_PERCENT else ""


def _merged(root: etree._Element | None, rows: set[int], wide: int) -> Iterator[tuple[int, int, int, int]]:
    """Every cell of a merged range but its first, where there is a filled row: (row, column, first row, first column)."""
    counted = 0
    order = sorted(rows)
    for one in root.iter() if root is not None else ():
        if _name(one) != "mergeCell":
            continue
        ends = [_CELL.fullmatch(end) for end in one.get("ref", "").split(":")]
        if len(ends) != 2 or None in ends:
            continue
        (top, left), (bottom, right) = ((int(end[2]) - 1, _column(end[1])) for end in ends if end)
        counted += 1
        refuse_too_much("merged cells", counted, MOST_MERGED)
        for row in order[bisect_left(order, top) : bisect_right(order, bottom)]:
            for column in range(left, min(right + 1, wide)):
                counted += 1
                refuse_too_much("merged cells", counted, MOST_MERGED)
                if (row, column) != (top, left):
                    yield row, column, top, left


def _name(element: etree._Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _words(element: etree._Element) -> str:
    """The text of a cell or of a shared string, without how it is to be pronounced."""
    told = (one for one in element.iter() if _name(one) == "t")
    return "".join(one.text or "" for one in told if (above := one.getparent()) is None or _name(above) != "rPh")


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def _small(told: str) -> bool:
    return told.isascii() and told.isdigit() and len(told) < 9

"""What does the file say, cell by cell, before we know what it is?

Every format reads through here: a file becomes sheets of text, a sheet with its heading row found
becomes a RawTable. Cells are text as a user sees them; nothing is guessed about what they mean.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

import numpy as np

from keepwell.errors import FileNotUnderstood, counted, listed, rows_named
from keepwell.sources.clean_lines import CleanLines, CodedColumns
from keepwell.sources.coded import Coded, Mask, Numbers
from keepwell.sources.delimited import TextRows, read_delimited, read_large_text
from keepwell.sources.open_file import OpenFile
from keepwell.sources.workbooks import OLE_MAGIC, ZIP_MAGIC, read_workbook

HEADING_ROWS_SEARCHED = 60
HELD_IN_MEMORY = 1 << 24
"""A larger text stays on disk while it is read."""
T = TypeVar("T")
NOTE_START = re.compile(r"(?:[*†‡©]|\(c\) |(?:source|notes?|footnotes?|copyright|contact|published|produced)\b)", re.I)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet of a workbook, or a whole CSV, as rows of text.

    `row_numbers[i]` is the number of `rows[i]` as a spreadsheet shows it: a cell with line breaks is
    one row, however many lines a text editor makes of it. `tall_merges` are the first rows of merged
    cells that span several; `remarks` say what the reading changed or could not know. The rows of a
    clean text are parsed as they are asked for: ask for the first ones, not for all.
    """

    name: str
    rows: Sequence[list[str]]
    row_numbers: Sequence[int]
    hidden: bool = False
    tall_merges: list[int] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Rows that were not taken, and why. Holds row numbers, never a value of a person's."""

    reason: str
    rows: list[int]


@dataclass(frozen=True, slots=True)
class RawTable:
    """A sheet whose heading row is known: `columns[j][i]` is the cell under `headings[j]`, as text.

    No two headings are alike, even without case and punctuation, and none is blank: a second "FTE"
    is named "FTE (2)", a column of cells without a heading "column D". `titles` are the rows above
    the headings, joined; `left_out` and `remarks` say what the reading itself dropped or changed, so
    that nothing is repaired in silence.
    """

    file: str
    sheet: str
    headings: list[str]
    columns: Sequence[list[str]]
    row_numbers: Sequence[int]
    titles: list[str] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def column(self, heading: str) -> list[str]:
        return self.columns[self.headings.index(heading)]

    def coded(self, heading: str) -> Coded[str]:
        """A column with each distinct text once: for large files, where to look at every cell takes long."""
        j = self.headings.index(heading)
        return self.columns.coded(j) if isinstance(self.columns, CodedColumns) else Coded.of(self.columns[j])


def plain(heading: str) -> str:
    """A heading without case, line breaks, punctuation or doubled spaces, for comparing."""
    return " ".join(re.sub(r"[\W_]+", " ", heading.casefold()).split())


def read_sheets(path: Path) -> list[Sheet]:
    """Every sheet of a CSV, XLSX, XLS or ODS file, told apart by content.

    Raises FileNotUnderstood for an empty file, a PDF, a picture, a web page, a workbook with a
    password, a damaged file, or a quotation mark that opens a cell and never closes it.
    """
    if (large := _large_text(path)) is not None:
        return [Sheet("", large.rows, range(1, len(large.rows) + 1), remarks=large.remarks)]
    data = _bytes(path)
    if data.startswith((ZIP_MAGIC, OLE_MAGIC)):
        sheets = [
            Sheet(g.name, g.rows, list(range(1, len(g.rows) + 1)), g.hidden, g.tall_merges, g.remarks)
            for g in read_workbook(path.name, data)
        ]
    else:
        text = read_delimited(path.name, data)
        sheets = [Sheet("", text.rows, range(1, len(text.rows) + 1), remarks=text.remarks)]
    if not any(any(row) for sheet in sheets for row in sheet.rows):
        raise FileNotUnderstood(
            f"{path.name} is empty.",
            found=f"{counted(len(data), 'byte')}, no cells",
            attempt="export it again",
        )
    return sheets


def _large_text(path: Path) -> TextRows | None:
    """A text that is not held in memory, as it is clean and large; None for anything else, an empty file included."""
    try:
        if path.stat().st_size <= HELD_IN_MEMORY:
            return None
        file = OpenFile.at(path)
        first = file.read(0, len(OLE_MAGIC))
    except OSError:  # a folder, or a file that may not be read: to be refused with those that are small
        return None
    if first.startswith((ZIP_MAGIC, OLE_MAGIC)):
        return None
    found = read_large_text(path.name, file)
    return found if found is not None and any(map(any, found.rows)) else None


def on_disk(sheet: Sheet) -> bool:
    """Whether the rows of a sheet are read from the disk as they are asked for."""
    return isinstance(sheet.rows, CleanLines) and sheet.rows.on_disk


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except IsADirectoryError:
        found, attempt = "a folder", "name one file in it"
    except FileNotFoundError:
        found, attempt = "no file of that name", "check the spelling and the folder"
    except OSError as error:
        found, attempt = error.strerror or "an error", "check that you may read it"
    raise FileNotUnderstood(f"{path.name} cannot be read.", found=found, attempt=attempt) from None


def find_headings(sheet: Sheet, is_heading_row: Callable[[Sequence[str]], bool]) -> int | None:
    """The index of the first row, of the first 60, that the format takes for its headings, or None."""
    for i, row in enumerate(sheet.rows[:HEADING_ROWS_SEARCHED]):
        if is_heading_row([plain(cell) for cell in row]):
            return i
    return None


def table_below(
    file: str,
    sheet: Sheet,
    heading_row: int,
    *,
    total_labels: frozenset[str] = frozenset(),
    unread: Callable[[str], bool] = lambda heading: False,
) -> RawTable:
    """The rows under the headings: blank rows skipped, short rows filled, others left out and listed.

    Left out: rows with cells beyond the headings; the headings again; notes below the last full row;
    rows further up with nothing but their first cell; and rows whose first cell is one of
    `total_labels` (compared without case and punctuation). Columns under headings that are `unread`, such
    as names, are not looked at in a clean text, unless somebody asks for them.

    Raises FileNotUnderstood when most rows have more cells than the headings: then nobody can say
    which heading belongs to which cell.
    """
    headings = [" ".join(h.split()) for h in sheet.rows[heading_row]]
    shape = _Shape.of(headings, sheet.rows[heading_row], total_labels)
    taken = (
        _taken_by_columns(sheet.rows, heading_row, shape, [not unread(h) for h in headings])
        if isinstance(sheet.rows, CleanLines)
        else None
    ) or _taken_by_rows(sheet.rows[heading_row + 1 :], shape)
    numbers = sheet.row_numbers[heading_row + 1 :]
    dropped = {reason: [numbers[i] for i in rows] for reason, rows in taken.dropped.items()}
    if len(dropped.get(TOO_LONG, [])) > len(taken.rows):
        raise _headings_too_few(file, heading_row, sheet, len(dropped[TOO_LONG]))
    kept = [j for j, heading in enumerate(headings) if heading or any(taken.columns[j])]
    names, remarks = _distinct_headings(headings, kept)
    if taken.short:
        remarks.append(f"{counted(taken.short, 'row')} shorter than the headings: missing cells taken as empty")
    if merges := [n for n in sheet.tall_merges if n > sheet.row_numbers[heading_row]]:
        remarks.append(f"merged cells over several rows: only the top one has the value ({rows_named(merges)})")
    return RawTable(
        file,
        sheet.name,
        names,
        taken.only(kept),
        taken.numbers(numbers),
        [" ".join(c for c in row if c) for row in sheet.rows[:heading_row] if any(row)],
        [LeftOut(reason, dropped[reason]) for reason in dropped],
        sheet.remarks + remarks,
    )


@dataclass(frozen=True, slots=True)
class _Taken:
    """The rows below the headings that are data, by their places, their columns, and what was dropped and why."""

    rows: Sequence[int]
    columns: Sequence[list[str]]
    dropped: dict[str, list[int]]
    short: int = 0

    def numbers(self, every: Sequence[int]) -> Sequence[int]:
        """The numbers of the rows taken, of the numbers of all."""
        if isinstance(every, range) and isinstance(self.rows, Numbers):
            return Numbers(self.rows.each + every.start)
        return [every[i] for i in self.rows]

    def only(self, kept: list[int]) -> Sequence[list[str]]:
        if isinstance(self.columns, CodedColumns):
            return replace(self.columns, at=kept)
        return [self.columns[j] for j in kept]


def _taken_by_rows(rows: Sequence[list[str]], shape: _Shape) -> _Taken:
    """Row by row, whatever their lengths."""
    end = len(rows)
    while end and shape.may_follow_the_data(rows[end - 1]):
        end -= 1
    taken: list[list[str]] = []
    places: list[int] = []
    dropped: dict[str, list[int]] = {}
    short = 0
    for i, row in enumerate(rows):
        if not any(row):
            continue
        if reason := shape.why_not(row, below_the_data=i >= end):
            dropped.setdefault(reason, []).append(i)
            continue
        short += len(row) < shape.width
        taken.append((row + [""] * (shape.width - len(row)))[: shape.width])
        places.append(i)
    columns = [list(c) for c in zip(*taken, strict=True)] if taken else [[] for _ in range(shape.width)]
    return _Taken(places, columns, dropped, short)


def _taken_by_columns(rows: CleanLines, heading_row: int, shape: _Shape, read: list[bool]) -> _Taken | None:
    """As by rows, where all rows above the notes are as wide as the headings; None where they are not.

    Only rows that may be blank, notes or the like are parsed; what they are is asked as it is row by row.
    """
    first, end = heading_row + 1, len(rows)
    while end > first and shape.may_follow_the_data(rows[end - 1]):
        end -= 1
    at = [j for j in range(shape.width) if read[j] or j == shape.first]
    lines = range(first, end)
    coded = rows.columns(at, shape.width, lines) if shape.width > 1 and lines else None
    if coded is None:
        return None
    known = dict(zip(at, coded, strict=True))
    del coded
    places = np.flatnonzero(rows.filled(lines))
    kept = np.ones(len(places), np.bool_)
    dropped: dict[str, list[int]] = {}
    doubtful = np.flatnonzero(_may_be_no_data(known, shape))
    doubtful_places: list[int] = places[doubtful].tolist()
    doubtful_rows = rows.parsed([first + place for place in doubtful_places])
    for i, place, row in zip(doubtful.tolist(), doubtful_places, doubtful_rows, strict=True):
        reason = shape.why_not(row, below_the_data=False) if any(row) else "blank"
        kept[i] = not reason
        if reason and any(row):
            dropped.setdefault(reason, []).append(place)
    for place, row in enumerate(rows[end:], end - first):
        if any(row):
            dropped.setdefault(shape.why_not(row, below_the_data=True), []).append(place)
    for j in at:
        known[j] = rows.kept_rows(known[j], kept)
    columns = CodedColumns(rows, lines, shape.width, kept, range(shape.width), known)
    return _Taken(Numbers(places[kept].astype(np.int32)), columns, dropped)


def _may_be_no_data(known: Mapping[int, Coded[str]], shape: _Shape) -> Mask:
    """Rows with at most one cell that is filled, and those that begin as the headings or as a total."""
    filled = np.zeros(len(known[shape.first].codes), np.int32)
    for column in known.values():
        filled += ~column.says("")
    first = known[shape.first]
    doubtful: Mask = (filled <= 1) | first.says(shape.heading_cells[shape.first])
    return doubtful | first.where(lambda cell: plain(cell) in shape.totals) if shape.totals else doubtful


TOO_LONG = "more cells than headings"


@dataclass(frozen=True, slots=True)
class _Shape:
    """What the heading row says about the rows below it, to tell data from notes and totals."""

    width: int
    first: int
    headed: int
    heading_cells: list[str]
    totals: frozenset[str]

    @classmethod
    def of(cls, headings: list[str], cells: list[str], total_labels: frozenset[str]) -> _Shape:
        first = next((j for j, heading in enumerate(headings) if heading), 0)
        headed = sum(1 for heading in headings if heading)
        return cls(len(headings), first, headed, cells, frozenset(plain(label) for label in total_labels))

    def why_not(self, row: list[str], *, below_the_data: bool) -> str:
        """Why a row that is not blank is no data; "" if it is."""
        if self.totals and self._is_total(row):
            return "a total, not data"
        if below_the_data:
            return "a note, not data"
        if len(row) > self.width and any(row[self.width :]):
            return TOO_LONG
        if row == self.heading_cells:
            return "the headings again"
        return "only the first cell is filled" if self._only_first_filled(row) else ""

    def may_follow_the_data(self, row: list[str]) -> bool:
        return not any(row) or self._only_first_filled(row) or self._starts_as_note(row) or self._is_total(row)

    def _only_first_filled(self, row: list[str]) -> bool:
        # In one or two columns a single cell may well be the whole row.
        return self.headed > 2 and len(row) - row.count("") == 1 and any(row[: self.first + 1])

    def _starts_as_note(self, row: list[str]) -> bool:
        """A marker in front, and either few cells or not the table's number of them."""
        text = next(cell for cell in row if cell)
        few = 2 * (len(row) - row.count("")) <= self.headed or len(row) != self.width
        return few and NOTE_START.match(text) is not None

    def _is_total(self, row: list[str]) -> bool:
        return plain("".join(row[self.first : self.first + 1])) in self.totals


def _headings_too_few(file: str, heading_row: int, sheet: Sheet, long: int) -> FileNotUnderstood:
    return FileNotUnderstood(
        f"{file} has rows with more cells than headings.",
        found=f"{counted(long, 'such row')} below the headings in row {sheet.row_numbers[heading_row]}",
        attempt="give every column a heading, or quote the cells that hold the separator, and load again",
    )


def _distinct_headings(headings: list[str], kept: list[int]) -> tuple[list[str], list[str]]:
    """A name of its own for every kept column, and the remarks that say which were made up."""
    names: list[str] = []
    seen: set[str] = set()
    unnamed = [f"column {column_letters(j)}" for j in kept if not headings[j]]
    repeated: list[str] = []
    for j in kept:
        name = wanted = headings[j] or f"column {column_letters(j)}"
        copy = 1
        while plain(name) in seen:
            copy += 1
            name = f"{wanted} ({copy})"
        if copy > 1:
            repeated.append(name)
        seen.add(plain(name))
        names.append(name)
    remarks = [f"no heading, named by letter: {listed(unnamed)}"] if unnamed else []
    return names, remarks + ([f"headings that stand more than once, numbered: {listed(repeated)}"] if repeated else [])


def column_letters(index: int) -> str:
    """What a spreadsheet calls the column at this index: A for 0, Z for 25, AA for 26."""
    letters = ""
    number = index + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def repeated_rows(table: RawTable) -> list[int]:
    """The numbers of rows that repeat an earlier row in every cell."""
    if isinstance(table.columns, CodedColumns):
        return [table.row_numbers[i] for i in table.columns.repeated()]
    rows = list(zip(*table.columns, strict=True))
    if len(set(rows)) == len(rows):
        return []
    seen: set[tuple[str, ...]] = set()
    repeats: list[int] = []
    for number, row in zip(table.row_numbers, rows, strict=True):
        if row in seen:
            repeats.append(number)
        seen.add(row)
    return repeats


def map_distinct(cells: Iterable[str], reading: Callable[[str], T]) -> list[T]:
    """`reading` of every cell, worked out once for each distinct text."""
    every = cells if isinstance(cells, list) else list(cells)
    known = {cell: reading(cell) for cell in dict.fromkeys(every)}
    return [known[cell] for cell in every]

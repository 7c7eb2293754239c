"""Which mistakes do real files have, and how do they get into ours?

Every mistake befalls the files of the first organisation of a plan only; the others stay sound to compare with.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

MISTAKES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "byte_order_mark": "Files begin with a UTF-8 byte order mark.",
        "windows_1252": "Files are in Windows-1252, with a dash in a ward's name that UTF-8 cannot read.",
        "semicolons": "Cells are parted by semicolons.",
        "title_rows": "Three rows with a title and the day of the report stand above the headings.",
        "notes_below": "A blank row and two rows of notes stand below the last record.",
        "line_breaks": 'Headings are broken over two lines inside quotes: "Latest Start\\nDate".',
        "repeated_rows": "Every 40th row stands twice.",
        "ragged_rows": "Every 25th row has two empty cells too many at its end.",
        "dot_cells": 'Every 30th record has "." for religion, orientation, disability and recruitment source.',
        "missing_month": "The staff extract of the month in the middle is missing.",
        "two_versions": "The month in the middle has a second extract, which lacks every 50th row and has "
        "other FTE in every 60th.",
        "future_leaving_dates": "The leavers extract holds some people who have given notice and will leave "
        "in the three months after it.",
        "late_leavers": "Every fifth leaver is entered 1 to 3 months late, so that each leavers extract lacks "
        "the latest of them. Staff extracts are sound.",
        "redrawn_identifiers": "From the month in the middle on, everybody has a new Unique NHS Identifier "
        "and a new Employee Number; the leavers extract has those of the month of leaving.",
    }
)

DOTTED: Final = ("Religious Belief", "Sexual Orientation", "Disabled", "Recruitment Source")
SOUND: Final[frozenset[str]] = frozenset()

Row = Sequence[str]


@dataclass(frozen=True, slots=True)
class CsvTable:
    """A table of text, column by column, before it is a file."""

    title: str
    headings: tuple[str, ...]
    columns: tuple[Sequence[str], ...]

    def rows(self) -> Iterator[Row]:
        return zip(*self.columns, strict=True)


def write_csv(path: Path, table: CsvTable, mistakes: frozenset[str] = SOUND, ending: str = "\r\n") -> Path:
    """Write a table, with those mistakes that befall a file's form. Same table, same bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";" if "semicolons" in mistakes else ",", lineterminator=ending)
    if "title_rows" in mistakes:
        writer.writerows([[table.title], ["Report run by Workforce Information"], []])
    writer.writerow(_headings(table, mistakes))
    writer.writerows(_with_mistakes(table, mistakes))
    if "notes_below" in mistakes:
        writer.writerows([[], ["Notes"], ["Source: Electronic Staff Record. Made up; no real person."]])
    path.write_bytes(text.getvalue().encode(_encoding(mistakes)))
    return path


def _encoding(mistakes: frozenset[str]) -> str:
    if "windows_1252" in mistakes:
        return "cp1252"
    return "utf-8-sig" if "byte_order_mark" in mistakes else "utf-8"


def _headings(table: CsvTable, mistakes: frozenset[str]) -> list[str]:
    if "line_breaks" not in mistakes:
        return list(table.headings)
    return ["\n".join(heading.rsplit(" ", 1)) for heading in table.headings]


def _with_mistakes(table: CsvTable, mistakes: frozenset[str]) -> Iterator[Row]:
    rows = table.rows()
    if "dot_cells" in mistakes:
        rows = _dotted(table.headings, rows)
    if "repeated_rows" in mistakes:
        rows = _repeated(rows)
    if "ragged_rows" in mistakes:
        rows = _ragged(rows)
    return rows


def _dotted(headings: Row, rows: Iterator[Row]) -> Iterator[Row]:
    dotted = [heading in DOTTED for heading in headings]
    for number, row in enumerate(rows):
        at_fault = number % 30 == 7
        yield ["." if dot else cell for dot, cell in zip(dotted, row, strict=True)] if at_fault else row


def _repeated(rows: Iterator[Row]) -> Iterator[Row]:
    for number, row in enumerate(rows):
        yield row
        if number % 40 == 3:
            yield row


def _ragged(rows: Iterator[Row]) -> Iterator[Row]:
    for number, row in enumerate(rows):
        yield [*row, "", ""] if number % 25 == 11 else row


def second_version(table: CsvTable) -> CsvTable:
    """The same extract taken again, and not the same: rows lost, other FTE."""
    fte = table.headings.index("FTE")
    rows = [list(row) for number, row in enumerate(table.rows()) if number % 50 != 5]
    for row in rows[::60]:
        row[fte] = "0.50" if row[fte] != "0.50" else "0.60"
    return CsvTable(table.title, table.headings, tuple(zip(*rows, strict=True)))

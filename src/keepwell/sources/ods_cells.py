"""Is this cell a code of the Organisation Data Service, and which day does that one mean?"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from keepwell.errors import DecisionNeeded, FileNotUnderstood, listed
from keepwell.sources.cells import CellNotUnderstood, date_order, is_missing, needs_date_order, read_end_date
from keepwell.sources.formats import Match, ReadOptions
from keepwell.sources.reading import RawTable, Sheet, find_headings, plain

CODE = re.compile(r"[A-Z0-9]{3,8}")
TRUST_CODE = re.compile(r"[RT][A-Z0-9]{2}")
PCN_CODE = re.compile(r"U[0-9]{5}")
SUB_ICB_CODE = re.compile(r"[0-9]{2}[A-Z]|[A-Z][0-9][A-Z][0-9][A-Z]")
ICB_CODE = re.compile(r"Q[A-Z][A-Z0-9]")
REGION_CODE = re.compile(r"Y[56][0-9]")
YEARS_AHEAD = dt.timedelta(days=5 * 366)

Headings = Mapping[str, tuple[str, ...]]


class NotADay:
    """Stands where a cell should hold a day and does not."""


def code_in(cell: str) -> str | None:
    """The ODS code in a cell, in capitals; None where there is none."""
    code = cell.strip().upper()
    return code if CODE.fullmatch(code) else None


def text_in(cell: str) -> str | None:
    """The text of a cell without doubled spaces; None where it is missing."""
    return None if is_missing(cell) else " ".join(cell.split())


def day_reader(file: str, cells: Iterable[str], options: ReadOptions) -> Callable[[str], dt.date | NotADay | None]:
    """How to read the days of this file, from the evidence of all its cells that hold days.

    31/12/9999 and its like are no day. Raises FileNotUnderstood where cells contradict one another,
    DecisionNeeded where none tells whether day or month comes first.
    """
    first = _day_first(file, set(cells), options)
    known: dict[str, dt.date | NotADay | None] = {}

    def read(cell: str) -> dt.date | NotADay | None:
        if cell not in known:
            try:
                known[cell] = read_end_date(cell, first, latest=min(options.today, dt.date(2100, 1, 1)) + YEARS_AHEAD)
            except CellNotUnderstood:
                known[cell] = NotADay()
        return known[cell]

    return read


def _day_first(file: str, cells: set[str], options: ReadOptions) -> bool | None:
    if options.day_first is not None:
        return options.day_first
    order = date_order(cells)
    if not needs_date_order(cells):
        return order != "month first"
    if order == "mixed":
        raise FileNotUnderstood(
            f"{file} writes some dates with the day first and some with the month first.",
            found="both kinds among its dates",
            attempt="save it again with one date format, best 2025-10-31",
        )
    if order is None:
        raise DecisionNeeded(
            f"{file} has dates that can be read two ways, and none that tells which.",
            found="only days up to the 12th",
            attempt="--day-first for 31/10/2025, --month-first for 10/31/2025",
        )
    return order == "day first"


def fields_in(headings: Iterable[str], known: Headings, options: ReadOptions) -> dict[str, str]:
    """field -> plain heading for the fields that these headings hold, the user's own choice first."""
    present = {plain(h) for h in headings if h}
    found = {n: plain(h) for n, h in options.columns.items() if n in known and plain(h) in present}
    for name, aliases in known.items():
        match = next((a for a in aliases if a in present and a not in found.values()), None)
        if name not in found and match:
            found[name] = match
    return found


def match_headings(
    sheets: Sequence[Sheet], known: Headings, needed: Sequence[str], options: ReadOptions
) -> Match | None:
    """The first sheet with a row of headings that holds every field needed."""
    for sheet in sheets:
        row = find_headings(sheet, lambda cells: set(needed) <= fields_in(cells, known, options).keys())
        if row is not None:
            return Match(sheet, row)
    return None


@dataclass(frozen=True, slots=True)
class FieldTable:
    """A table whose fields are known by their headings: `cells(field)` is one cell a row, "" without the column."""

    raw: RawTable
    found: Mapping[str, str]

    @classmethod
    def of(cls, raw: RawTable, known: Headings, options: ReadOptions) -> FieldTable:
        """Raises FileNotUnderstood when the user named a field or a heading that does not exist."""
        _refuse_unknown_columns(raw, known, options)
        by_plain = {plain(h): h for h in reversed(raw.headings)}
        return cls(raw, {name: by_plain[h] for name, h in fields_in(raw.headings, known, options).items()})

    @property
    def numbers(self) -> Sequence[int]:
        return self.raw.row_numbers

    def cells(self, name: str) -> list[str]:
        return self.raw.column(self.found[name]) if name in self.found else [""] * len(self.numbers)

    def rows(self, names: Sequence[str]) -> list[tuple[str, ...]]:
        """The cells of some fields, row by row."""
        return list(zip(*(self.cells(name) for name in names), strict=True))


def _refuse_unknown_columns(raw: RawTable, known: Headings, options: ReadOptions) -> None:
    present = {plain(h) for h in raw.headings}
    for name, heading in options.columns.items():
        if name not in known:
            raise FileNotUnderstood(
                f"{raw.file} has no field called {name}.",
                found=f"--column {name}=…",
                attempt=f"one of {listed(sorted(known), 20)}",
            )
        if plain(heading) not in present:
            raise FileNotUnderstood(
                f'{raw.file} has no heading "{heading}".',
                found=f"headings {listed(raw.headings, 20)}",
                attempt=f'--column {name}="…" with one of these',
            )

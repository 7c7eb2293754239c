"""What do the columns of a staff record hold, as canonical values?

One function a kind of column. Each returns a list as long as the file, and says what could not be read by row
number, so that nobody's value is printed and nothing is dropped in silence.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from keepwell.content import by_words, load_yaml, normalise_status, plain_words
from keepwell.errors import DecisionNeeded, FileNotUnderstood, rows_named
from keepwell.periods import Month, read_month
from keepwell.records.keys import PersonKey
from keepwell.records.staff import CLASSIFIED, NOT_KNOWN
from keepwell.sources.cells import (
    CellNotUnderstood,
    date_order,
    decimal_comma,
    is_missing,
    needs_date_order,
    read_date,
    read_end_date,
    read_flag,
    read_number,
)
from keepwell.sources.formats import ReadOptions
from keepwell.sources.reading import LeftOut, RawTable, map_distinct
from keepwell.sources.staff_columns import Columns, staff_fields

FULL_TIME_HOURS = 37.5
GROWN_UP = dt.timedelta(days=15 * 365)
UNIQUE_PERSON_HEADINGS = ("unique nhs identifier", "unique nhs id")


@dataclass(slots=True)
class StaffTable:
    """A file of staff records while it is read: its columns, its row numbers, and what went wrong where."""

    raw: RawTable
    columns: Columns
    options: ReadOptions
    today: dt.date
    problems: dict[str, list[int]] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)

    @property
    def rows(self) -> int:
        return len(self.raw.row_numbers)

    def complain(self, reason: str, at: int) -> None:
        self.problems.setdefault(reason, []).append(self.raw.row_numbers[at])

    def left_out(self) -> tuple[LeftOut, ...]:
        return (*self.raw.left_out, *(LeftOut(reason, rows) for reason, rows in self.problems.items()))

    def text(self, name: str) -> list[str]:
        """A field as text without doubled spaces; NOT_KNOWN where the cell or the column is missing."""
        cells = self.columns.cells(self.raw, name)
        if cells is None:
            return [NOT_KNOWN] * self.rows
        return map_distinct(cells, lambda c: NOT_KNOWN if is_missing(c) else " ".join(c.split()))

    def numbers(self, name: str) -> list[float | None]:
        """A field as numbers; cells that are none are counted as such and taken as missing."""
        cells = self.columns.cells(self.raw, name)
        if cells is None:
            return [None] * self.rows
        comma = decimal_comma(cells)
        return self._each(cells, lambda c: read_number(c, comma), name, "is not a number: taken as missing")

    def days(self, name: str, *, latest: dt.date) -> list[dt.date | None]:
        """A field as days; see `read_date`. Sentinels of "no end" are no day."""
        cells = self.columns.cells(self.raw, name)
        if cells is None:
            return [None] * self.rows
        first = self.day_first()
        read = read_end_date if name == "end" else read_date
        return self._each(cells, lambda c: read(c, first, latest=latest), name, "is not a date: taken as missing")

    def flags(self, name: str) -> list[bool | None]:
        cells = self.columns.cells(self.raw, name)
        if cells is None:
            return [None] * self.rows
        return self._each(cells, read_flag, name, "is not a yes or no: taken as missing")

    def _each(self, cells: list[str], read: Callable[[str], object], name: str, complaint: str) -> list:  # type: ignore[type-arg]
        bad = object()

        def one(cell: str) -> object:
            try:
                return read(cell)
            except CellNotUnderstood:
                return bad

        values = map_distinct(cells, one)
        rows = [n for n, v in zip(self.raw.row_numbers, values, strict=True) if v is bad]
        if rows:
            heading = self.columns.taken[name]
            self.remarks.append(f"{len(rows):,} cells of {heading} {_in_rows(rows)}: what stands there {complaint}")
        return [None if v is bad else v for v in values]

    def day_first(self) -> bool | None:
        """Whether days come first in this file's dates, from the evidence of all its date columns.

        Raises DecisionNeeded when no cell tells, FileNotUnderstood when cells contradict one another.
        """
        if self.options.day_first is not None:
            return self.options.day_first
        dated = [n for n in self.columns.taken if staff_fields()[n].kind in ("date", "month")]
        cells = [c for n in dated for c in self.raw.column(self.columns.taken[n])]
        if not needs_date_order(cells):
            return date_order(cells) != "month first"
        order = date_order(cells)
        headings = ", ".join(self.columns.taken[n] for n in dated)
        if order == "mixed":
            raise FileNotUnderstood(
                f"{self.raw.file} writes some dates with the day first and some with the month first.",
                found=f"both kinds under {headings}",
                attempt="export it again with one date format, best 2025-10-31",
            )
        if order is None:
            raise DecisionNeeded(
                f"{self.raw.file} has dates that can be read two ways, and none that tells which.",
                found=f"only days up to the 12th under {headings}",
                attempt="--day-first for 31/10/2025, --month-first for 10/31/2025",
            )
        return order == "day first"

    def people(self, key: PersonKey, organisations: list[str]) -> list[str | None]:
        """Keyed hashes of the person numbers. A number is its employer's unless it is the NHS-wide one."""
        cells = self.columns.cells(self.raw, "person") or []
        wide = self.columns.taken["person"].casefold().strip() in UNIQUE_PERSON_HEADINGS
        known: dict[tuple[str, str], str | None] = {}
        hashes = []
        for cell, organisation in zip(cells, organisations, strict=True):
            scope = "nhs" if wide else organisation
            if (scope, cell) not in known:
                known[scope, cell] = None if is_missing(cell) else key.hashed(scope, cell.strip().upper())
            hashes.append(known[scope, cell])
        return hashes

    def organisations(self) -> list[str]:
        """The ODS code of the employer, row by row.

        Raises FileNotUnderstood when neither the file nor the user says it.
        """
        cells = self.columns.cells(self.raw, "organisation")
        if cells is not None:
            given = (self.options.organisation or "").upper()
            return map_distinct(cells, lambda c: given if is_missing(c) else c.strip().upper())
        if self.options.organisation is None:
            raise FileNotUnderstood(
                f"{self.raw.file} does not say which organisation employs these people.",
                found=f"headings {', '.join(self.raw.headings[:12])}",
                attempt='--organisation RXX (its ODS code), or --column organisation="…"',
            )
        return [self.options.organisation.upper()] * self.rows

    def about_people(self) -> list[dict[str, object]]:
        """What every staff record says of a person, row by row: classification, name of employer, FTE, dates."""
        text = {name: self.text(name) for name in CLASSIFIED}
        employer = [None if name == NOT_KNOWN else name for name in self.text("organisation_name")]
        births = self.days("birth", latest=self.today - GROWN_UP)
        started = self.days("start", latest=self.today)
        fte = self.fte()
        return [
            {name: text[name][i] for name in CLASSIFIED}
            | {
                "organisation_name": employer[i],
                "fte": fte[i],
                "birth_month": Month.of(birth).index if (birth := births[i]) else None,
                "started": started[i],
            }
            for i in range(self.rows)
        ]

    def fte(self) -> list[float | None]:
        """Contracted FTE, or contracted hours over 37.5 where there is no FTE. Negative ones are taken as missing."""
        if "fte" in self.columns.taken:
            fte = self.numbers("fte")
        else:
            fte = [None if h is None else h / FULL_TIME_HOURS for h in self.numbers("contracted_hours")]
        below = [n for n, value in zip(self.raw.row_numbers, fte, strict=True) if value is not None and value < 0]
        if below:
            self.remarks.append(f"{len(below):,} FTEs below zero {_in_rows(below)}: taken as missing")
        return [None if value is not None and value < 0 else value for value in fte]

    def columns_in_words(self) -> list[str]:
        """What was dropped on sight, left out as asked, and not taken."""
        lines = []
        if self.columns.dropped:
            lines.append(f"Dropped, never kept: {', '.join(self.columns.dropped)}")
        if left := sorted(set(self.options.leave_out) & set(staff_fields())):
            lines.append(f"Left out as asked: {', '.join(left)}")
        if self.columns.unused:
            lines.append(f"Not taken: {', '.join(self.columns.unused)}")
        return lines

    def months(self) -> list[Month | None]:
        """The month at whose end each row was taken: its column, else a title above the headings, else --month.

        Raises DecisionNeeded when nothing says it.
        """
        cells = self.columns.cells(self.raw, "month")
        if cells is not None and self.options.month is None:
            first = self.day_first()
            return map_distinct(cells, lambda c: _month_of(c, first))
        month = self.options.month or _month_in_titles(self.raw.titles)
        if month is None:
            raise DecisionNeeded(
                f"{self.raw.file} does not say at the end of which month it was taken.",
                found="no column and no title with a date",
                attempt='--month 2025-10, or --column month="…"',
            )
        return [month] * self.rows


def _in_rows(rows: list[int]) -> str:
    return f"({rows_named(rows, 3)})"


def _month_of(cell: str, day_first: bool | None) -> Month | None:
    if (month := read_month(cell)) is not None and not re.match(r"\d{1,2}[-/.]\d", cell.strip()):
        return month
    try:
        day = read_date(cell, day_first)
    except CellNotUnderstood:
        return None
    return Month.of(day) if day else None


def _month_in_titles(titles: list[str]) -> Month | None:
    """A month named in the rows above the headings: "Staff in Post as at 31/10/2025"."""
    for title in titles:
        for found in re.finditer(
            r"\d{1,2}[-/. ]\w{2,9}[-/. ]\d{2,4}|\d{4}-\d{2}(?:-\d{2})?|[A-Za-z]{3,9}[- ]\d{2,4}", title
        ):
            if month := read_month(found[0]):
                return month
    return None


@dataclass(frozen=True, slots=True)
class ContractKind:
    """An assignment category, and whether its holders are staff in post."""

    name: str
    in_scope: bool
    aliases: tuple[str, ...] = ()


def _contracts() -> dict[str, ContractKind]:
    kinds = [
        ContractKind(c["name"], c["in_scope"], tuple(c["aliases"])) for c in load_yaml("contracts.yaml")["contracts"]
    ]
    return by_words(kinds)


def outside_by_contract(cells: list[str]) -> list[bool]:
    """Whether each assignment category is one that is not staff in post (bank, honorary …)."""
    known = _contracts()

    def outside(cell: str) -> bool:
        kind = known.get(plain_words(cell))
        return kind is not None and not kind.in_scope

    return map_distinct(cells, outside)


def states(cells: list[str]) -> list[str | None]:
    """active, paused or excluded for each assignment status; None for a status nobody knows."""

    def state(cell: str) -> str | None:
        status = normalise_status(cell)
        return status.state if status else None

    return map_distinct(cells, state)

"""What do the columns of a staff record hold, as canonical values?

One function a kind of column. Each gives a column as long as the file, works out every distinct text once, and
says what could not be read by row number, so that nobody's value is printed and nothing is dropped in silence.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from keepwell.content import by_words, load_yaml, normalise_status, plain_words
from keepwell.errors import DecisionNeeded, FileNotUnderstood, counted, rows_named
from keepwell.periods import Month
from keepwell.records.keys import PersonKey
from keepwell.records.staff import CLASSIFIED, NOT_KNOWN
from keepwell.sources.cells import (
    IMPLAUSIBLE_BEFORE,
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
from keepwell.sources.coded import Coded, Mask, Texts
from keepwell.sources.contradictions import (
    refuse_other_month,
    refuse_other_organisation,
    refuse_other_title,
    refuse_unreadable,
)
from keepwell.sources.formats import ReadOptions
from keepwell.sources.people_hashed import people_hashed
from keepwell.sources.reading import LeftOut, RawTable
from keepwell.sources.staff_columns import Columns, is_personal_cell, staff_fields
from keepwell.sources.staff_months import month_in_titles, month_of_cell, snapshot_in_titles

FULL_TIME_HOURS = 37.5
MOST_FTE = 2.0
"""Nobody holds more in one contract: what is more stands for hours or percent."""
GROWN_UP = dt.timedelta(days=15 * 365)
UNIQUE_PERSON_HEADINGS = ("unique nhs identifier", "unique nhs id")
SCIENTIFIC = re.compile(r"\d(?:[.,]\d+)?E\+\d+", re.I)
ODS_LIKE = re.compile(r"[A-Z0-9]{3}|(?=.*[0-9])(?=.*[A-Z])[A-Z0-9]{4,8}")
THREE_DIGITS = re.compile(r"\d{3}")
MOSTLY = 0.9
T = TypeVar("T", bound=Hashable)


@dataclass(slots=True)
class StaffTable:
    """A file of staff records while it is read: its columns, its row numbers, and what went wrong where."""

    raw: RawTable
    columns: Columns
    options: ReadOptions
    today: dt.date
    problems: dict[str, list[int]] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    _texts: dict[str, Coded[str]] = field(default_factory=dict)
    _people: list[frozenset[str]] = field(default_factory=list)
    _day_first: list[bool | None] = field(default_factory=list)

    @property
    def rows(self) -> int:
        return len(self.raw.row_numbers)

    def complain(self, reason: str, at: int) -> None:
        self.problems.setdefault(reason, []).append(self.raw.row_numbers[at])

    def complain_of(self, reasons: Mapping[str, Mask]) -> Mask:
        """Complain of each row for the first reason that holds. Returns the rows of which none does."""
        why = np.full(self.rows, -1, np.int8)
        for i, holds in reversed(list(enumerate(reasons.values()))):
            why[holds] = i
        for i in _in_order_of_rows(why):
            self.problems.setdefault(list(reasons)[i], []).extend(self._row_numbers(why == i))
        return why < 0

    def left_out(self) -> tuple[LeftOut, ...]:
        return (*self.raw.left_out, *(LeftOut(reason, rows) for reason, rows in self.problems.items()))

    def _cells(self, name: str) -> Coded[str] | None:
        return self.columns.coded(self.raw, name)

    def _row_numbers(self, wrong: Mask) -> list[int]:
        return [self.raw.row_numbers[i] for i in np.flatnonzero(wrong).tolist()]

    def text(self, name: str) -> Coded[str]:
        """A field as text without doubled spaces; NOT_KNOWN where the cell or the column is missing.

        Somebody's NI number, e-mail address, number or day that got into the column is not kept.
        """
        if name not in self._texts:
            self._texts[name] = self._text(name)
        return self._texts[name]

    def _text(self, name: str) -> Coded[str]:
        cells = self._cells(name)
        if cells is None:
            return Coded.same(NOT_KNOWN, self.rows)

        def read(cell: str) -> str | None:
            if is_missing(cell):
                return NOT_KNOWN
            return None if is_personal_cell(cell) or self._is_a_number(cell) else " ".join(cell.split())

        values = cells.map(read)
        if None in values.values:
            self._say(name, self._row_numbers(values.is_none()), "is a person's, not a name of a place or kind")
        return values.map(lambda value: NOT_KNOWN if value is None else value)

    def _is_a_number(self, cell: str) -> bool:
        """Whether a cell is the number of one of these people."""
        if not THREE_DIGITS.search(cell):
            return False
        if not self._people:
            numbers = self._cells("person")
            self._people.append(frozenset(numbers.values) if numbers else frozenset())
        return cell in self._people[0]

    def _say(self, name: str, rows: list[int], complaint: str) -> None:
        self.remarks.append(
            f"{counted(len(rows), 'cell')} of {self.columns.taken[name]} {_in_rows(rows)}: "
            f"what stands there {complaint}: taken as missing"
        )

    def numbers(self, name: str) -> Coded[float | None]:
        """A field as numbers; cells that are none are counted as such and taken as missing."""
        cells = self._cells(name)
        if cells is None:
            return Coded.same(None, self.rows)
        comma = decimal_comma(cells.values)
        return self._each(cells, lambda c: read_number(c, comma), name, "is not a number")

    def days(self, name: str, *, latest: dt.date) -> Coded[dt.date | None]:
        """A field as days; see `read_date`. Sentinels of "no end" are no day."""
        cells = self._cells(name)
        if cells is None:
            return Coded.same(None, self.rows)
        first = self.day_first()
        read = read_end_date if name == "end" else read_date
        return self._each(cells, lambda c: read(c, first, latest=latest), name, "is not a date")

    def flags(self, name: str) -> Coded[bool | None]:
        cells = self._cells(name)
        if cells is None:
            return Coded.same(None, self.rows)
        return self._each(cells, read_flag, name, "is not a yes or no")

    def _each(self, cells: Coded[str], read: Callable[[str], T | None], name: str, complaint: str) -> Coded[T | None]:
        bad: Any = object()

        def one(cell: str) -> T | None:
            try:
                return read(cell)
            except CellNotUnderstood:
                return bad  # type: ignore[no-any-return]

        return self._without(name, cells.map(one), lambda value: value is bad, complaint)

    def _without(
        self, name: str, values: Coded[T | None], wrong: Callable[[T | None], bool], complaint: str
    ) -> Coded[T | None]:
        """The values without the wrong ones, which are remarked on by row number."""
        if not any(map(wrong, values.values)):
            return values
        rows = self._row_numbers(values.where(wrong))
        refuse_unreadable(self.raw, self.columns.taken[name], name, rows, complaint)
        self._say(name, rows, complaint)
        return values.map(lambda value: None if wrong(value) else value)

    def day_first(self) -> bool | None:
        """Whether days come first in this file's dates, from the evidence of all its date columns.

        Raises DecisionNeeded when no cell tells, FileNotUnderstood when cells contradict one another.
        """
        if not self._day_first:
            told = self.options.day_first
            self._day_first.append(self._order_in_cells() if told is None else told)
        return self._day_first[0]

    def _order_in_cells(self) -> bool:
        dated = [n for n in self.columns.taken if staff_fields()[n].kind in ("date", "month")]
        cells = set().union(*(self.raw.coded(self.columns.taken[n]).values for n in dated))
        order = date_order(cells)
        headings = ", ".join(self.columns.taken[n] for n in dated)
        if order == "mixed":
            raise FileNotUnderstood(
                f"{self.raw.file} writes some dates with the day first and some with the month first.",
                found=f"both kinds under {headings}",
                attempt="export it again with one date format, best 2025-10-31",
            )
        if order is None and needs_date_order(cells):
            raise DecisionNeeded(
                f"{self.raw.file} has dates that can be read two ways, and none that tells which.",
                found=f"only days up to the 12th under {headings}",
                attempt="--day-first for 31/10/2025, --month-first for 10/31/2025",
            )
        return order != "month first"

    def people(self, key: PersonKey, organisations: Coded[str]) -> Coded[str | None]:
        """Keyed hashes of the person numbers. A number is its employer's unless it is the NHS-wide one.

        Raises FileNotUnderstood where Excel has cut numbers down to 1.23E+07: then many people share one.
        """
        cells = self._cells("person") or Coded.same("", self.rows)
        heading = self.columns.taken["person"]
        if any(SCIENTIFIC.fullmatch(c) for c in _not_digits(cells)):
            cut = self._row_numbers(cells.where(lambda c: SCIENTIFIC.fullmatch(c) is not None))
            raise FileNotUnderstood(
                f"{self.raw.file} holds numbers that a spreadsheet has rounded, so people cannot be told apart.",
                found=f"{counted(len(cut), 'cell')} of {heading} such as 1.23E+07 {_in_rows(cut)}",
                attempt="export it again and do not save it in Excel; or format the column as text first",
            )
        numbers: Coded[Any] = cells
        if _not_digits(cells):
            numbers = cells.map(lambda c: None if is_missing(c) else c.strip().upper()).merged()
        if heading.casefold().strip() in UNIQUE_PERSON_HEADINGS:
            organisations = Coded.same("nhs", self.rows)
        return people_hashed(key, numbers, organisations)

    def organisations(self) -> Coded[str]:
        """The ODS code of the employer, row by row; "" for a cell that is none where nearly all others are.

        Raises FileNotUnderstood when neither the file nor the user says it.
        """
        cells = self._cells("organisation")
        given = (self.options.organisation or "").upper()
        if cells is not None:
            codes = cells.map(lambda c: given if is_missing(c) else " ".join(c.split()).upper()).merged()
            if given:
                refuse_other_organisation(self.raw, self.columns.taken["organisation"], codes.each(), given)
            return _places_only(codes, given).merged()
        if not given:
            raise FileNotUnderstood(
                f"{self.raw.file} does not say which organisation employs these people.",
                found=f"headings {', '.join(self.raw.headings[:12])}",
                attempt='--organisation RXX (its ODS code), or --column organisation="…"',
            )
        return Coded.same(given, self.rows)

    def about_people(self) -> dict[str, Coded[Any]]:
        """What every staff record says of a person, by column: classification, name of employer, FTE, birth."""
        births = self.believable("birth", latest=self.today - GROWN_UP)
        return {
            **{name: self.text(name) for name in CLASSIFIED},
            "organisation_name": self.text("organisation_name").map(lambda name: None if name == NOT_KNOWN else name),
            "fte": self.fte(),
            "birth_month": births.map(lambda birth: Month.of(birth).index if birth else None),
        }

    def believable(self, name: str, *, latest: dt.date) -> Coded[dt.date | None]:
        """Days from 1930 to the latest that can be; others are counted as such and taken as missing."""

        def cannot_be(day: dt.date | None) -> bool:
            return day is not None and not IMPLAUSIBLE_BEFORE <= day <= latest

        return self._without(name, self.days(name, latest=latest), cannot_be, "cannot be believed")

    def fte(self) -> Coded[float | None]:
        """Contracted FTE, or contracted hours over 37.5 where there is no FTE.

        Below zero, or more than two full-time posts, is taken as missing. Raises FileNotUnderstood where that is
        half of the column: then it holds hours or percent.
        """
        name, full = ("fte", 1.0) if "fte" in self.columns.taken else ("contracted_hours", FULL_TIME_HOURS)
        fte = self.numbers(name).map(lambda n: None if n is None else n / full)
        high = self._row_numbers(fte.where(lambda value: value is not None and value > MOST_FTE))
        if high and len(high) * 2 >= int((~fte.is_none()).sum()):
            raise FileNotUnderstood(
                f"{self.raw.file} has more than two full-time posts in most cells of {self.columns.taken[name]}.",
                found=f"{counted(len(high), 'cell')} {_in_rows(high)}",
                attempt=f'--column contracted_hours="{self.columns.taken[name]}" if they are hours a week',
            )
        wrong = f"is below zero or more than {MOST_FTE * full:g}"
        return self._without(name, fte, lambda value: value is not None and not 0 <= value <= MOST_FTE, wrong)

    def columns_in_words(self) -> list[str]:
        """What was dropped on sight, left out as asked, and not taken."""
        lines = []
        if self.columns.dropped:
            lines.append(f"Dropped, never kept: {', '.join(self.columns.dropped)}")
        if self.columns.left_out:
            lines.append(f"Left out as asked: {', '.join(self.columns.left_out)}")
        if self.columns.unused:
            lines.append(f"Not taken: {', '.join(self.columns.unused)}")
        return lines

    def months(self) -> Coded[Month | None]:
        """The month at whose end each row was taken: its column, else a title above the headings, else --month.

        Raises DecisionNeeded when nothing says it, FileNotUnderstood when --month and the file do not agree.
        """
        if self.options.month is not None:
            return Coded.same(self._month_as_said(self.options.month), self.rows)
        cells = self._cells("month")
        if cells is not None:
            first = self.day_first()
            months = cells.map(lambda c: month_of_cell(c, first, self.today))
            unread = self._row_numbers(months.is_none() & ~cells.where(is_missing))
            refuse_unreadable(self.raw, self.columns.taken["month"], "month", unread, "is not a month")
            return months.merged()
        month = month_in_titles(self.raw.titles)
        if month is None:
            raise DecisionNeeded(
                f"{self.raw.file} does not say at the end of which month it was taken.",
                found="no column with dates, and above the headings no month, or more than one",
                attempt='--month 2025-10, or --column month="…"',
            )
        self.remarks.append(f"Taken as of the end of {month}: it stands above the headings")
        return Coded.same(month, self.rows)

    def _month_as_said(self, said: Month) -> Month:
        cells = self._cells("month")
        if cells is None:
            refuse_other_title(self.raw, snapshot_in_titles(self.raw.titles), said)
        else:
            first = self.options.day_first
            months = cells.map(lambda c: month_of_cell(c, first, self.today))
            refuse_other_month(self.raw, self.columns.taken["month"], months.each(), said)
        return said


def _in_order_of_rows(why: npt.NDArray[np.int8]) -> list[int]:
    """The reasons that hold, in the order of the first rows that they hold for."""
    held, first = np.unique(why, return_index=True)
    return [int(held[i]) for i in np.argsort(first) if held[i] >= 0]


def _in_rows(rows: list[int]) -> str:
    return f"({rows_named(rows, 3)})"


def _not_digits(cells: Coded[str]) -> list[str]:
    """The distinct texts that are anything but digits: those that want a closer look."""
    texts = cells.values.array if isinstance(cells.values, Texts) else pa.array(cells.values, pa.string())
    return texts.filter(pc.invert(pc.ascii_is_decimal(texts))).to_pylist()  # type: ignore[no-any-return]


def _places_only(codes: Coded[str], given: str) -> Coded[str]:
    """Codes, with "" for what is none: a person's value, or any other text in a column of ODS codes."""
    are_codes = {c for c in codes.values if c == given or ODS_LIKE.fullmatch(c)}
    if int(codes.where(lambda c: c in are_codes).sum()) >= MOSTLY * len(codes.codes):
        return codes.map(lambda c: c if c in are_codes else "")
    return codes.map(lambda c: "" if is_personal_cell(c) else c)


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


def outside_by_contract(cells: Coded[str]) -> Coded[bool]:
    """Whether each assignment category is one that is not staff in post (bank, honorary …)."""
    known = _contracts()

    def outside(cell: str) -> bool:
        kind = known.get(plain_words(cell))
        return kind is not None and not kind.in_scope

    return cells.map(outside)


def states(cells: Coded[str]) -> Coded[str | None]:
    """active, paused or excluded for each assignment status; None for a status nobody knows."""

    def state(cell: str) -> str | None:
        status = normalise_status(cell)
        return status.state if status else None

    return cells.map(state).merged()

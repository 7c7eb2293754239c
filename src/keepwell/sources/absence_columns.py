"""What does each row of a table of absence say: which month, whose staff, why, and how many days?"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from keepwell.errors import DecisionNeeded, FileNotUnderstood, listed, rows_named
from keepwell.periods import Month, read_month
from keepwell.records.absence import ALL_REASONS
from keepwell.records.flows import ALL_STAFF_GROUPS
from keepwell.records.staff import NOT_KNOWN
from keepwell.sources.absence_lines import AbsenceFile, Line, Place
from keepwell.sources.cells import (
    CellNotUnderstood,
    date_order,
    decimal_comma,
    is_missing,
    is_suppressed,
    needs_date_order,
    read_number,
)
from keepwell.sources.formats import Decision, ReadOptions
from keepwell.sources.ods_cells import REGION_CODE, FieldTable, Headings, code_in, text_in
from keepwell.sources.reading import map_distinct, plain
from keepwell.sources.staff_months import month_in_titles, month_of_cell

HEADINGS: Headings = {
    "month": (
        *("date", "month", "tm end date", "month end", "month ending", "period", "month year", "year month"),
        *("period end", "snapshot date"),
    ),
    "region": ("nhse region code", "nhse code", "hee region code", "region code"),
    "region_name": ("nhse region name", "nhse name", "hee region name", "region name"),
    "icb": ("ics code", "icb code"),
    "icb_name": ("ics name", "icb name"),
    "organisation": (
        *("org code", "organisation code", "reporting org code", "ods code", "trust code"),
        *("organisation", "trust"),
    ),
    "organisation_name": ("org name", "organisation name", "reporting org name", "trust name"),
    "organisation_type": ("org type", "organisation type", "cluster group"),
    "staff_group": ("staff group", "staff group 1 name", "staff group name"),
    "reason": ("reason", "absence reason", "sickness reason", "reason for absence", "sickness absence reason"),
    "fte_days_lost_for_reason": ("fte days lost reason", "fte days lost for reason"),
    "fte_days_lost": ("fte days lost", "fte days sick", "fte days absent", "absence fte days", "days lost fte"),
    "fte_days_available": ("fte days available", "available fte days", "days available fte"),
    "rate": (
        *("sickness absence rate percent", "sickness absence rate", "sa rate", "absence rate"),
        *("absence rate percent", "absence fte"),
    ),
}
OF_A_PERSON: Final = frozenset(
    (
        *("employee number", "assignment number", "person number", "unique nhs identifier", "ni number"),
        *("national insurance number", "staff id", "person id", "payroll number", "employee name", "full name"),
        *("last name", "surname", "first name", "forename", "date of birth"),
    )
)
"""Headings of which one is enough: the rows are of persons."""
NO_MONTH: Final = "no month"
NO_ORGANISATION: Final = "no code of an organisation"
EVERYTHING: Final = frozenset(("all", "total", "grand total", "england", "e92000001", "national", "overall"))
NO_DATA: Final = frozenset(("nd", "no data", "nil return", "not available", "not applicable"))
_YEAR_FIRST = re.compile(r"(\d{4})[-/ ]([a-z]{3,9})")


def is_everything(cell: str) -> bool:
    """Whether a cell stands for all there are: All, Total, England, "All organisations"."""
    words = plain(cell)
    return words in EVERYTHING or words.startswith("all ")


def staff_group_in(cell: str) -> str:
    return NOT_KNOWN if is_missing(cell) else ALL_STAFF_GROUPS if is_everything(cell) else " ".join(cell.split())


def reason_in(cell: str) -> str:
    return NOT_KNOWN if is_missing(cell) else ALL_REASONS if is_everything(cell) else " ".join(cell.split())


def refuse_persons(file: str, headings: Iterable[str]) -> None:
    """Raises FileNotUnderstood where the headings tell of persons."""
    if found := sorted(OF_A_PERSON & {plain(heading) for heading in headings}):
        raise FileNotUnderstood(
            f"{file} has rows of persons; only absence of groups is taken, never who was away.",
            found=f"headings {listed(found)}",
            attempt="export FTE days lost and FTE days available by month, organisation, staff group and reason",
        )


def month_in(cell: str, day_first: bool | None, options: ReadOptions) -> Month | None:
    """The month of a cell, also of "2014-APR"; None where it names none."""
    if found := _YEAR_FIRST.fullmatch(cell.strip().casefold()):
        return read_month(f"{found[2]} {found[1]}")
    return month_of_cell(cell, day_first, options.today)


def day_comes_first(file: str, cells: Iterable[str], options: ReadOptions, default: bool | None) -> bool | None:
    """Whether 01/02/2025 is in February: as the user says, as other cells tell, or else as the format has it.

    Raises FileNotUnderstood where cells contradict one another, DecisionNeeded where nothing tells.
    """
    if options.day_first is not None:
        return options.day_first
    dates = set(cells)
    order = date_order(dates)
    if order == "mixed":
        raise FileNotUnderstood(
            f"{file} writes some dates with the day first and some with the month first.",
            found="both kinds among its dates",
            attempt="save it again with one date format, best 2025-10-31",
        )
    if order is None and default is None and needs_date_order(dates):
        raise DecisionNeeded(
            f"{file} has dates that can be read two ways, and none that tells which.",
            found="only days up to the 12th",
            attempt="--day-first for 31/10/2025, --month-first for 10/31/2025",
        )
    return default if order is None else order == "day first"


def days_in(file: str, heading: str, cells: Sequence[str], numbers: Sequence[int]) -> list[float | None]:
    """Days as numbers, null where a marker stands in their place.

    Raises FileNotUnderstood for a cell that is neither, and for a number below nought.
    """
    comma = decimal_comma(cells)

    def days(cell: str) -> float | None:
        if is_missing(cell) or is_suppressed(cell) or plain(cell) in NO_DATA:
            return None
        try:
            value = read_number(cell, comma)
        except CellNotUnderstood:
            return float("nan")
        return value

    found = map_distinct(cells, days)
    bad = [n for n, value in zip(numbers, found, strict=True) if value is not None and not value >= 0]
    if bad:
        raise FileNotUnderstood(
            f"{file} has cells in {heading} that are not counts of days.",
            found=rows_named(bad),
            attempt="download or export the file again; do not edit it in a spreadsheet",
        )
    return found


def decimals_of(cells: Iterable[str]) -> int:
    """The most decimals that any of these numbers is written with, at most five."""
    parts = (re.sub(r"[^0-9.].*$", "", c.strip().replace(",", "")).partition(".")[2] for c in set(cells))
    return min(5, max((len(part) for part in parts), default=0))


@dataclass(frozen=True, slots=True)
class LongTable:
    """A table with one row a month, place, staff group and reason, and its days."""

    table: FieldTable
    absence: AbsenceFile

    def lines(self) -> list[Line]:
        """Its rows as lines, those that cannot be placed complained of; the rate told is checked on the way."""
        table, absence = self.table, self.absence
        lost, available = self._days("fte_days_lost"), self._days("fte_days_available")
        absence.decimals = max(decimals_of(table.cells(n)) for n in ("fte_days_lost", "fte_days_available"))
        groups = self._words("staff_group", ALL_STAFF_GROUPS, staff_group_in)
        reasons = self._words("reason", ALL_REASONS, reason_in)
        lines = []
        rows = zip(table.numbers, self._months(), self._places(), groups, reasons, lost, available, strict=True)
        for number, month, place, group, reason, days, there in rows:
            if month is None:
                absence.complain(NO_MONTH, number)
            elif place is None:
                absence.complain(NO_ORGANISATION, number)
            else:
                lines.append(Line(number, month.index, place, group, reason, days, there))
        self._check_rates(lines)
        return self._with_days_for_reasons(lines) if "fte_days_lost_for_reason" in table.found else lines

    def _days(self, name: str) -> list[float | None]:
        heading = self.table.found.get(name, name)
        return days_in(self.absence.file, heading, self.table.cells(name), self.table.numbers)

    def _words(self, name: str, default: str, reading: object) -> list[str]:
        if name not in self.table.found:
            return [default] * len(self.table.numbers)
        assert callable(reading)
        return map_distinct(self.table.cells(name), reading)

    def _months(self) -> list[Month | None]:
        options, absence = self.absence.options, self.absence
        cells = self.table.cells("month")
        if "month" not in self.table.found:
            month = options.month or month_in_titles(self.table.raw.titles)
            if month is None:
                raise FileNotUnderstood(
                    f"{absence.file} does not say of which month it is.",
                    found=f"headings {listed(self.table.raw.headings, 20)}",
                    attempt='--month 2025-10, or name the heading: --column month="…"',
                )
            return [month] * len(cells)
        first = day_comes_first(absence.file, cells, options, True if absence.published else None)
        return map_distinct(cells, lambda cell: month_in(cell, first, options))

    def _places(self) -> list[Place | None]:
        """Whom each row is about; None where that cannot be said."""
        if "organisation" not in self.table.found:
            return [self._place_without_column()] * len(self.table.numbers)
        names = ("organisation", "organisation_name", "region", "region_name", "icb", "icb_name", "organisation_type")
        known: dict[tuple[str, ...], Place | None] = {}
        found = []
        for cells in self.table.rows(names):
            if cells not in known:
                known[cells] = place_in(cells)
            found.append(known[cells])
        if self.absence.options.organisation and not any(p and p.organisation for p in found):
            return [self._place_without_column()] * len(found)
        return found

    def _place_without_column(self) -> Place:
        organisation = self.absence.options.organisation
        if organisation is None and not self.absence.published:
            raise FileNotUnderstood(
                f"{self.absence.file} does not say which organisation it is about.",
                found=f"headings {listed(self.table.raw.headings, 20)}",
                attempt="--organisation with its ODS code; for a table of all England, --as nhs_sickness",
            )
        return Place(organisation.upper() if organisation else None)

    def _with_days_for_reasons(self, lines: Sequence[Line]) -> list[Line]:
        """Rows that tell the days of all reasons and of one reason side by side, as a line of each."""
        of_number = dict(zip(self.table.numbers, self._days("fte_days_lost_for_reason"), strict=True))
        told: dict[tuple[object, ...], Line] = {}
        found: list[Line] = []
        for x in lines:
            whole = Line(x.number, x.month, x.place, x.staff_group, ALL_REASONS, x.lost, x.available)
            key = (x.month, x.place.organisation or x.place.total_of, x.staff_group)
            before = told.setdefault(key, whole)
            if before is whole or (before.lost, before.available) != (whole.lost, whole.available):
                found.append(whole)  # where it differs from the one before, that is refused later
            if x.reason != ALL_REASONS:
                found.append(
                    Line(x.number, x.month, x.place, x.staff_group, x.reason, of_number[x.number], x.available)
                )
        return found

    def _check_rates(self, lines: Sequence[Line]) -> None:
        """Whether the rates that stand in the file are days lost over days available, within their rounding."""
        if "rate" not in self.table.found:
            return
        texts = dict(zip(self.table.numbers, self.table.cells("rate"), strict=True))
        heading = self.table.found["rate"]
        rates = dict(zip(texts, days_in(self.absence.file, heading, [*texts.values()], [*texts]), strict=True))
        wrong: dict[int, list[int]] = {100: [], 1: []}
        for line in lines:
            rate, text = rates[line.number], texts[line.number].rstrip()
            if rate is None or line.lost is None or not line.available:
                continue
            decimals = decimals_of([text]) + 2 * text.endswith("%")
            for scale, rows in wrong.items():
                if not rate_agrees(rate, decimals, line, scale, self.absence.decimals):
                    rows.append(line.number)
        differ = min(wrong.values(), key=len)
        if differ:
            self.absence.decisions.append(
                Decision(
                    "rate-differs",
                    "The rates in the file are not its days lost over its days available.",
                    rows_named(differ),
                    "check that the columns are the right ones; --accept rate-differs to go by the days",
                    blocks=True,
                )
            )


def rate_agrees(rate: float, decimals: int, line: Line, scale: int, decimals_of_days: int) -> bool:
    """Whether a rate as printed is a line's days lost over days available, as far as both are rounded."""
    assert line.lost is not None
    assert line.available
    ours = line.lost / line.available
    by_days = 0.501 * 0.1**decimals_of_days * (1 + ours) / line.available
    return bool(abs(scale * ours - rate) <= 0.501 * 0.1**decimals + scale * by_days + 1e-9)


def place_in(cells: tuple[str, ...]) -> Place | None:
    """The place that a row's codes and names are of; None where it has no code and is no total.

    The cells are organisation, its name, region, its name, ICB, its name, and the type of organisation.
    """
    named = [None if is_everything(cell) else text_in(cell) for cell in cells]
    code, name = cells[0], cells[1]
    region, icb = (code.upper() if code else None for code in (named[2], named[4]))
    places = (region, named[3], icb, named[5])
    if is_everything(code) or (is_missing(code) and (is_missing(name) or is_everything(name))):
        return Place(None, None, *places)
    organisation = code_in(code)
    if organisation is None:
        return None
    if REGION_CODE.fullmatch(organisation):
        return Place(None, None, organisation, named[3] or named[1])
    return Place(organisation, named[1], *places, named[6])

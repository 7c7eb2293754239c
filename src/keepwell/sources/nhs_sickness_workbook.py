"""The workbook of NHS Sickness Absence Rates: how many days were lost, month by month across its sheets?

Sheets of FTE days lost and of FTE days available are joined, by organisation or by staff group and reason. Rows
of England, regions and ICBs among the organisations are totals: they are checked against the sum of their
organisations and never added to them. "." stands where an organisation did not exist. Most of these workbooks have
rates only; rates cannot be pooled, and such a workbook is refused.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from keepwell.errors import FileNotUnderstood, counted, listed
from keepwell.records.absence import ALL_REASONS
from keepwell.sources.absence_columns import NO_ORGANISATION, days_in, decimals_of, rate_agrees
from keepwell.sources.absence_lines import AbsenceFile, Line
from keepwell.sources.formats import Decision, Match, Reading, ReadOptions, SourceFormat
from keepwell.sources.ods_cells import ICB_CODE
from keepwell.sources.reading import LeftOut, Sheet
from keepwell.sources.sickness_sheets import AVAILABLE, LOST, NOWHERE, RATE, Cell, Layout, SheetTable, layout_of

ABOUT: Final = re.compile(r"sickness[ _-]+(?:absence|rate)|absence due to sickness", re.I)
PUBLISHER: Final = re.compile(
    r"nhs digital|nhs england|health and social care information centre|hscic|nhs sickness absence rates"
    r"|nhs workforce statistics|official statistics",
    re.I,
)
"""Words of which one must stand in the workbook: one of a trust's own must not be taken for published."""
ROWS_A_SHEET: Final = 10**7
SAME_WITHIN: Final = 0.51


@dataclass(frozen=True, slots=True)
class WorkbookMatch(Match):
    layouts: tuple[Layout, ...]


def recognise(sheets: list[Sheet], options: ReadOptions) -> Match | None:
    """A workbook about sickness absence, of the publisher's, with months or reasons across a sheet."""
    named = options.format == FORMAT.name
    layouts = tuple(layout for sheet in sheets if (layout := layout_of(sheet)))
    if not layouts:
        return None
    words = list(_words(sheets, layouts))
    about = any(ABOUT.search(text) for text in words)
    if not (named or (about and any(PUBLISHER.search(text) for text in words))):
        return None
    return WorkbookMatch(layouts[0].sheet, layouts[0].heading_row, layouts)


def _words(sheets: Sequence[Sheet], layouts: Sequence[Layout]) -> Iterator[str]:
    """Names of sheets, titles above headings and notes below the data, but no cell of the data."""
    headings = {id(layout.sheet): layout.heading_row for layout in layouts}
    for sheet in sheets:
        yield sheet.name
        for i, row in enumerate(sheet.rows):
            filled = [cell for cell in row if cell]
            if i < headings.get(id(sheet), len(sheet.rows)) or len(filled) == 1:
                yield " ".join(filled)


def read(file: str, match: Match, options: ReadOptions) -> Reading:
    """The workbook as absence, one row a month, organisation, staff group and reason.

    Raises FileNotUnderstood where it has rates without days, organisations without codes, reasons without a month,
    and as AbsenceFile.reading does.
    """
    assert isinstance(match, WorkbookMatch)
    book = _Book(file, options, [SheetTable.of(file, layout) for layout in match.layouts])
    return book.reading()


@dataclass(slots=True)
class _Book:
    """The sheets of one workbook on their way to lines. Rows are numbered sheet by sheet."""

    file: str
    options: ReadOptions
    tables: list[SheetTable]

    def reading(self) -> Reading:
        absence = AbsenceFile(self.file, self.options, published=True, name_rows=self._rows_named)
        cells = list(self._cells())
        self._refuse_without_days(cells)
        absence.remarks += dict.fromkeys(remark for table in self.tables for remark in table.raw.remarks)
        absence.decimals = decimals_of(c.text for c in cells if c.kind != RATE)
        for cell in cells:
            if cell.place is NOWHERE and cell.kind != RATE:
                absence.complain(NO_ORGANISATION, cell.row)
        usable = [c for c in cells if c.place is not NOWHERE]
        lines = self._joined(usable)
        self._tell_rates(absence, lines, usable)
        lines = _icb_totals_apart(absence, lines)
        read = {x.number for x in lines} | {c.row for c in cells if c.place is NOWHERE and c.kind != RATE}
        return self._told_by_sheet(absence.reading(lines, rows_read=len(read), left_out=[], found_columns={}))

    def _cells(self) -> Iterator[Cell]:
        for place, table in enumerate(self.tables):
            if table.layout.kind is None and table.layout.across == "months":
                continue
            month = table.month(self.options.month) if table.layout.across == "reasons" else None
            if table.layout.across == "reasons" and month is None:
                raise FileNotUnderstood(
                    f"{self.file} does not say of which month its reasons are.",
                    found=f'the sheet "{table.raw.sheet}", no month in its titles',
                    attempt="--month 2025-10",
                )
            if table.named_only:
                raise FileNotUnderstood(
                    f"{self.file} names organisations without their codes.",
                    found=f'the sheet "{table.raw.sheet}", headings {listed(table.raw.headings, 6)}',
                    attempt="add a column with the heading Organisation code, or load the monthly CSV",
                )
            yield from table.cells(month, before=place * ROWS_A_SHEET)

    def _refuse_without_days(self, cells: Sequence[Cell]) -> None:
        kinds = {cell.kind for cell in cells}
        if {LOST, AVAILABLE} <= kinds:
            return
        held = sorted(kinds) or ["neither days nor rates that can be told apart"]
        names = [f'"{t.raw.sheet}"' for t in self.tables]
        raise FileNotUnderstood(
            f"{self.file} does not have both days lost and days available, and rates cannot be pooled.",
            found=f"{' and '.join(held)} in the {'sheet' if len(names) == 1 else 'sheets'} {listed(names)}",
            attempt="load the monthly CSV of the same publication: it has FTE days lost and FTE days available",
        )

    def _joined(self, cells: Sequence[Cell]) -> list[Line]:
        """A line for each thing that the sheets tell of, days lost from one and days available from another."""
        about: dict[tuple[object, ...], dict[str, tuple[Cell, float | None]]] = defaultdict(dict)
        for cell, days in self._days(cells):
            before, told = about[cell.about].setdefault(cell.kind, (cell, days))
            if not _same(told, days):
                raise FileNotUnderstood(
                    f"{self.file} says two different things about the same month, place, staff group and reason.",
                    found=f"{self._rows_named([cell.row])} against {self._rows_named([before.row])}",
                    attempt="download the file again",
                )
        lines = []
        for kinds in about.values():
            first, _ = kinds.get(LOST) or kinds[AVAILABLE]
            lost, there = (kinds[kind][1] if kind in kinds else None for kind in (LOST, AVAILABLE))
            lines.append(Line(first.row, first.month, first.place, first.staff_group, first.reason, lost, there))
        return lines

    def _days(self, cells: Sequence[Cell]) -> Iterator[tuple[Cell, float | None]]:
        """Each cell of days lost or available with its number."""
        for kind in (LOST, AVAILABLE):
            of_kind = [c for c in cells if c.kind == kind]
            rows = [c.row % ROWS_A_SHEET for c in of_kind]
            days = days_in(self.file, f"FTE {kind}", [c.text for c in of_kind], rows)
            yield from zip(of_kind, days, strict=True)

    def _tell_rates(self, absence: AbsenceFile, lines: Sequence[Line], cells: Sequence[Cell]) -> None:
        """Whether rates that stand beside the days are days lost over days available."""
        of_all = [c for c in cells if c.kind == RATE and c.reason == ALL_REASONS]
        days: dict[tuple[object, ...], Line] = {
            (x.month, x.place.organisation or x.place.total_of, x.staff_group, x.reason): x for x in lines
        }
        rates = days_in(self.file, "rates", [c.text for c in of_all], [c.row % ROWS_A_SHEET for c in of_all])
        wrong: dict[int, list[int]] = {100: [], 1: []}
        for cell, rate in zip(of_all, rates, strict=True):
            line = days.get(cell.about)
            if rate is None or line is None or line.lost is None or not line.available:
                continue
            decimals = min(4, decimals_of([cell.text])) + 2 * cell.text.endswith("%")
            for scale, rows in wrong.items():
                if not rate_agrees(rate, decimals, line, scale, absence.decimals):
                    rows.append(cell.row)
        differ = min(wrong.values(), key=len)
        if differ:
            absence.decisions.append(
                Decision(
                    "rate-differs",
                    "The rates in the workbook are not its days lost over its days available.",
                    self._rows_named(sorted(set(differ))),
                    "check that the sheets are of the same months; --accept rate-differs to go by the days",
                    blocks=True,
                )
            )

    def _rows_named(self, rows: list[int]) -> str:
        """Rows as a user finds them: row 17 of "Table 2"."""
        of_sheet: dict[str, list[str]] = defaultdict(list)
        for row in rows:
            of_sheet[self._sheet_of(row)].append(str(row % ROWS_A_SHEET))
        return "; ".join(
            f'{"row" if len(n) == 1 else "rows"} {listed(n, 5)} of "{sheet}"' for sheet, n in of_sheet.items()
        )

    def _sheet_of(self, row: int) -> str:
        return self.tables[row // ROWS_A_SHEET].raw.sheet

    def _told_by_sheet(self, reading: Reading) -> Reading:
        """What was left out, by sheet and with the rows as they are numbered there."""
        left_out = []
        for x in reading.left_out:
            of_sheet: dict[str, list[int]] = defaultdict(list)
            for row in x.rows:
                of_sheet[self._sheet_of(row)].append(row % ROWS_A_SHEET)
            left_out += [LeftOut(f'{x.reason}, on "{sheet}"', rows) for sheet, rows in of_sheet.items()]
        for table in self.tables:
            left_out += [LeftOut(f'{x.reason}, on "{table.raw.sheet}"', x.rows) for x in table.raw.left_out]
        more = sum(len(x.rows) for table in self.tables for x in table.raw.left_out)
        remarks = list(reading.remarks)
        unread = [f'"{t.raw.sheet}"' for t in self.tables if t.layout.kind is None and t.layout.across == "months"]
        if unread:
            remarks.append(f"not read, for nothing says whether they hold days or rates: sheets {listed(unread)}")
        return replace(reading, left_out=tuple(left_out), rows_read=reading.rows_read + more, remarks=tuple(remarks))


def _same(one: float | None, other: float | None) -> bool:
    """Whether two numbers are one and the same, as two sheets may round it."""
    return one == other if one is None or other is None else abs(one - other) <= SAME_WITHIN


def _icb_totals_apart(absence: AbsenceFile, lines: Sequence[Line]) -> list[Line]:
    """Rows with the code of an ICB that hold the days of all its other organisations together are its total.

    An ICB is an employer too, under the same code: its row is a total only where the days say so.
    """
    sums: Counter[tuple[object, ...]] = Counter()
    others: Counter[tuple[object, ...]] = Counter()
    for x in lines:
        if x.place.organisation and x.place.icb and x.place.organisation != x.place.icb:
            sums[x.month, x.place.icb, x.staff_group, x.reason] += x.available or 0.0  # type: ignore[assignment]
            others[x.month, x.place.icb, x.staff_group, x.reason] += 1

    def is_total(x: Line) -> bool:
        code = x.place.organisation or ""
        key = (x.month, code, x.staff_group, x.reason)
        if not ICB_CODE.fullmatch(code) or others[key] < 2 or x.available is None:
            return False
        return abs(x.available - sums[key]) <= absence.slack(others[key])

    totals = {x.place.organisation for x in lines if is_total(x)}
    if totals:
        named = listed(sorted(str(code) for code in totals))
        absence.remarks.append(f"{counted(len(totals), 'row')} under the code of an ICB, taken for its total: {named}")
    return [
        replace(x, place=replace(x.place, organisation=None, icb=x.place.organisation))
        if x.place.organisation in totals
        else x
        for x in lines
    ]


FORMAT = SourceFormat(
    name="nhs_sickness_workbook",
    title="NHS Sickness Absence Rates (workbook with months or reasons across)",
    published=True,
    about=__doc__ or "",
    needs=("a sheet of FTE days lost and one of FTE days available",),
    recognise=recognise,
    read=read,
)

"""HCHS staff in post as published: how many were there, in workbooks whose totals stand among their parts?

Two kinds. A long sheet: one row a month and cell, under Time, Staff_Group (the family), Role_Group (the staff
group), Grade, Ethnicity, Value. And sheets to be read by eye: titles above and notes below, staff groups or months
across, England and regions among the organisations. What is a total of what is told apart and kept apart.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from keepwell.errors import FileNotUnderstood, counted, listed, rows_named
from keepwell.periods import Month
from keepwell.records.counts import total_of
from keepwell.records.staff import NOT_KNOWN
from keepwell.sources.cells import is_missing
from keepwell.sources.count_cells import CountCells, dash_denotes_zero
from keepwell.sources.count_tables import CountRow, checked_counts, is_total
from keepwell.sources.formats import Match, Reading, ReadOptions, SourceFormat
from keepwell.sources.hchs_sheets import HchsSheet, SheetCell, cells_of, hchs_sheet, staff_words, words_around, words_of
from keepwell.sources.ods_cells import FieldTable, match_headings
from keepwell.sources.reading import LeftOut, Sheet, map_distinct, plain, table_below
from keepwell.sources.staff_months import month_of_cell

LONG: Final[dict[str, tuple[str, ...]]] = {
    "month": ("time",),
    "staff_family": ("staff group",),
    "staff_group": ("role group",),
    "grade": ("grade",),
    "ethnicity": ("ethnicity",),
    "ethnicity_type": ("ethnicity type",),
    "sex": ("sex", "gender"),
    "age_band": ("age band", "age group"),
    "nationality": ("nationality",),
    "headcount": ("value",),
}
NEEDED: Final = ("month", "staff_family", "staff_group", "grade", "headcount")
KNOWN: Final = "Known"
NOT_KNOWN_OR_DISCONTINUED: Final = "Not known or discontinued"
_HCHS = re.compile(
    r"\bhchs\b|hospital (?:and|&) community health|nhs workforce statistics|health and social care information centre",
    re.I,
)
_OTHER = re.compile(r"sickness|absence|vacanc|turnover|leavers|joiners|leaving|stability|earnings|redundan", re.I)
_WITHOUT = re.compile(r"unknown|not (?:stated|known|given)|discontinued", re.I)


@dataclass(frozen=True, slots=True)
class Workbook(Match):
    """All the sheets that count: a workbook has often one for people and one for FTE."""

    found: tuple[HchsSheet, ...] = ()


def recognise(sheets: list[Sheet], options: ReadOptions) -> Match | None:
    """The headings of the long kind; or sheets of staff groups or months that say they are of HCHS staff.

    A trust's own workbook does not say so, and must not: what is read here counts as published.
    """
    if long := match_headings(sheets, LONG, NEEDED, options):
        return long
    wanted = options.columns.get("sheet")
    every = [(sheet, hchs_sheet(sheet)) for sheet in sheets]
    if not any(_HCHS.search(words_around(sheet, found)) for sheet, found in every):
        return None
    found = [h for sheet, h in every if h is not None and not sheet.hidden and wanted in (None, sheet.name)]
    found = [h for h in found if not _OTHER.search(" ".join([h.sheet.name, *h.titles]))]
    return Workbook(found[0].sheet, found[0].heading_row, tuple(found)) if found else None


def read(file: str, match: Match, options: ReadOptions) -> Reading:
    """The file as the canonical table `counts`."""
    return _read_sheets(file, match, options) if isinstance(match, Workbook) else _read_long(file, match, options)


def _read_long(file: str, match: Match, options: ReadOptions) -> Reading:
    assert match.heading_row is not None
    raw = table_below(file, match.sheet, match.heading_row)
    table = FieldTable.of(raw, LONG, options)
    fields = tuple(name for name in LONG if name in table.found and name not in ("month", "headcount"))
    values = {name: _values(name, table.cells(name)) for name in fields}
    remarks = _two_totals_of_ethnicity(values, table)
    fields = tuple(values)
    months = map_distinct(table.cells("month"), lambda cell: month_of_cell(cell, options.day_first, options.today))
    if bad := [n for n, month in zip(raw.row_numbers, months, strict=True) if month is None]:
        raise FileNotUnderstood(
            f"{file} has rows whose {table.found['month']} is no month.",
            found=f"{counted(len(bad), 'row')}: {rows_named(bad)}",
            attempt="download the file again; --day-first or --month-first where a date can be read two ways",
        )
    cells = CountCells(file, options, dash_denotes_zero([" ".join(row) for row in match.sheet.rows[-40:]]))
    numbers = cells.read(table.found["headcount"], table.cells("headcount"), raw.row_numbers, whole=True)
    rows = [
        CountRow(number, month, {name: values[name][i] for name in fields}, {"headcount": numbers[i]})
        for i, (number, month) in enumerate(zip(raw.row_numbers, months, strict=True))
        if month is not None
    ]
    return _reading(file, rows, fields, cells, (*raw.remarks, *remarks), raw.left_out)


def _values(name: str, cells: Sequence[str]) -> list[str]:
    total = total_of(name)
    return map_distinct(cells, lambda c: total if is_total(c) else NOT_KNOWN if is_missing(c) else " ".join(c.split()))


def _two_totals_of_ethnicity(values: dict[str, list[str]], table: FieldTable) -> list[str]:
    """Tell "All - Including Unknown…", the total, from "All", which is the total of those whose ethnicity is known."""
    if "ethnicity" not in values:
        return []
    cells = table.cells("ethnicity")
    every = {cell for cell in cells if plain(cell).startswith("all") and "includ" in cell.casefold()}
    if not every:
        return []
    kinds = []
    for i, cell in enumerate(cells):
        is_all = cell in every
        known = not is_all and not _WITHOUT.search(cell)
        kinds.append(total_of("ethnicity_type") if is_all else KNOWN if known else NOT_KNOWN_OR_DISCONTINUED)
        if is_all:
            values["ethnicity"][i] = total_of("ethnicity")
    values["ethnicity_type"] = kinds
    return [f'"All" is the total of those whose ethnicity is known; the total of everybody is "{min(every)}"']


def _read_sheets(file: str, match: Workbook, options: ReadOptions) -> Reading:
    every = [(found, _with_group_of_sheet(found, cells_of(file, found, options.month))) for found in match.found]
    _refuse_cut_otherwise(file, every)
    texts = [" ".join(row) for found in match.found for row in found.sheet.rows if any(row)]
    reader = CountCells(file, options, dash_denotes_zero(texts))
    rows: dict[tuple[object, ...], CountRow] = {}
    for found, cells in every:
        for cell, number in zip(cells, _numbers(reader, cells), strict=True):
            _add(file, found, rows, cell, number)
    if not rows:
        raise FileNotUnderstood(
            f"{file} has sheets of staff in post and no count in them.",
            found=listed([found.sheet.name or "one sheet" for found in match.found]),
            attempt="download the file again from NHS Workforce Statistics",
        )
    read_rows = sum(sum(1 for _ in found.body) for found in match.found)
    remarks = [f"sheets read: {listed([found.sheet.name for found in match.found])}"] if len(match.found) > 1 else []
    remarks += [remark for found in match.found for remark in found.sheet.remarks]
    fields = tuple(dict.fromkeys(name for row in rows.values() for name in row.values))
    return _reading(file, list(rows.values()), fields, reader, remarks, [], read_rows)


def _with_group_of_sheet(found: HchsSheet, cells: list[SheetCell]) -> list[SheetCell]:
    """A sheet that is called by a staff group is about that group, where nothing on it says of which it is."""
    kind, _ = staff_words().get(words_of(found.sheet.name), ("", ""))
    if kind not in ("staff_group", "total") or any("staff_group" in cell.values for cell in cells):
        return cells
    group = found.sheet.name if kind == "staff_group" else total_of("staff_group")
    return [
        SheetCell(c.row, c.heading, c.month, c.measure, {**c.values, "staff_group": group}, c.text, c.name)
        for c in cells
    ]


def _refuse_cut_otherwise(file: str, every: Sequence[tuple[HchsSheet, list[SheetCell]]]) -> None:
    cuts = {frozenset(cells[0].values): found.sheet.name for found, cells in every if cells}
    if len(cuts) > 1:
        raise FileNotUnderstood(
            f"{file} has sheets that are cut by different fields, and two tables are never one.",
            found="; ".join(f"{name}: {', '.join(sorted(cut))}" for cut, name in cuts.items()),
            attempt='name one sheet: --column sheet="…"; load the file once for each',
        )


def _numbers(reader: CountCells, cells: Sequence[SheetCell]) -> list[float | None]:
    """The numbers of a sheet, column by column, so that a refusal names the column."""
    of_column: dict[tuple[str, str], list[int]] = {}
    for i, cell in enumerate(cells):
        of_column.setdefault((cell.heading, cell.measure), []).append(i)
    numbers: list[float | None] = [None] * len(cells)
    for (heading, measure), at in of_column.items():
        read_in = reader.read(heading, [cells[i].text for i in at], [cells[i].row for i in at], whole=measure != "fte")
        for i, number in zip(at, read_in, strict=True):
            numbers[i] = number
    return numbers


def _add(
    file: str, found: HchsSheet, rows: dict[tuple[object, ...], CountRow], cell: SheetCell, number: float | None
) -> None:
    """Put a count beside what other sheets say of the same cell.

    Raises FileNotUnderstood where the same thing is counted twice.
    """
    key = (cell.month, *sorted(cell.values.items()))
    row = rows.get(key)
    if row is not None and cell.measure in row.counts:
        raise FileNotUnderstood(
            f"{file} counts the same cell more than once in a month.",
            found=f'row {cell.row} of "{found.sheet.name}", under {cell.heading}',
            attempt='if its sheets are of different staff, load one at a time: --column sheet="…"',
        )
    counts = {**(row.counts if row else {}), cell.measure: number}
    names = {"organisation_name": cell.name}
    rows[key] = CountRow(row.number if row else cell.row, cell.month, cell.values, counts, names)


def _reading(
    file: str,
    rows: Sequence[CountRow],
    fields: Sequence[str],
    cells: CountCells,
    remarks: Sequence[str],
    left_out: Sequence[LeftOut],
    read_rows: int | None = None,
) -> Reading:
    names = ("organisation_name",) if any(row.names.get("organisation_name") for row in rows) else ()
    made = checked_counts(file, rows, fields, names)
    months: list[Month] = sorted({row.month for row in rows})
    places = set(made.table["organisation"].to_pylist())
    total = {total_of("organisation")}
    return Reading(
        tables={"counts": made.table},
        organisations=tuple(sorted(places - total or places)),
        first_month=months[0],
        last_month=months[-1],
        rows_read=(len(rows) if read_rows is None else read_rows) + sum(len(x.rows) for x in left_out),
        rows_taken=len(rows) if read_rows is None else read_rows,
        left_out=tuple(left_out),
        remarks=(f"cut by {listed([f.replace('_', ' ') for f in fields], 12)}", *remarks, *made.remarks),
        decisions=(*cells.decisions, *made.decisions),
    )


FORMAT = SourceFormat(
    name="hchs_staff_in_post",
    title="HCHS staff in post as published (NHS Workforce Statistics workbooks)",
    published=True,
    about=__doc__ or "",
    needs=("month", "staff_group", "headcount"),
    recognise=recognise,
    read=read,
    headings=LONG,
)

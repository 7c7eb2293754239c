"""A plain table of counts: how many were there, and how many left, in each group and month?

One row a month and group, under headings: the month, any columns that tell groups (organisation, ward, staff
group, whatever they are called), headcount, and where there are any leavers, joiners and FTE. For everything that
has no format of its own. A table of people is refused: it belongs to the formats of staff records.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from keepwell.errors import FileNotUnderstood, counted, listed, rows_named
from keepwell.periods import Month
from keepwell.records.counts import COUNTED, NAMES, total_of
from keepwell.records.staff import NOT_KNOWN
from keepwell.sources.cells import CellNotUnderstood, is_missing, read_number
from keepwell.sources.count_cells import CountCells, dash_denotes_zero, is_hidden
from keepwell.sources.count_tables import CountRow, checked_counts, is_total
from keepwell.sources.formats import Decision, Match, Reading, ReadOptions, SourceFormat
from keepwell.sources.ods_cells import FieldTable, day_reader, fields_in, match_headings
from keepwell.sources.reading import LeftOut, RawTable, Sheet, map_distinct, plain, table_below
from keepwell.sources.staff_columns import found_fields, is_personal, is_personal_cell
from keepwell.sources.staff_months import MONTH_AHEAD, month_in_titles, month_of_cell
from keepwell.sources.staff_positions import future_month

HEADINGS: Final[dict[str, tuple[str, ...]]] = {
    "month": (
        *(
            "month",
            "month end",
            "month ending",
            "period",
            "period end",
            "year month",
            "reporting month",
            "reporting period",
        ),
        *("date", "as at", "as at date", "snapshot date", "effective date", "time", "time period", "tm year month"),
    ),
    "organisation": (
        *("organisation code", "org code", "ods code", "trust code", "provider code", "employer code"),
        *("organisation", "organization", "trust", "employer", "provider"),
    ),
    "organisation_name": ("organisation name", "org name", "trust name", "provider name"),
    "region": ("region code", "nhse region code", "region", "nhs england region"),
    "region_name": ("region name", "nhse region name"),
    "icb": ("icb code", "ics code", "icb", "ics"),
    "icb_name": ("icb name", "ics name"),
    "staff_group": ("staff group", "staffgroup", "staff group name", "staff groups"),
    "grade": ("grade", "band", "pay band", "afc band"),
    "sex": ("sex", "gender"),
    "age_band": ("age band", "age group", "age"),
    "ethnicity": ("ethnicity", "ethnic group", "ethnic origin"),
    "nationality": ("nationality", "nationality group"),
    "unit": ("unit", "ward", "team", "department"),
    "headcount": (
        *("headcount", "head count", "hc", "staff headcount", "headcount at month end", "headcount at end"),
        *("headcount at end of month", "staff in post", "staff in post headcount", "sip headcount", "number of staff"),
        *("employees", "number of employees", "people in post"),
    ),
    "fte": (
        *("fte", "wte", "staff in post fte", "sip fte", "fte in post", "contracted fte", "full time equivalent"),
        *("full time equivalents", "fte at month end"),
    ),
    "joiners": (
        *("joiners", "joiners headcount", "number of joiners", "starters", "new starters", "starters headcount"),
        *("joiners in month", "starters in month", "joiners hc"),
    ),
    "leavers": (
        *("leavers", "leavers headcount", "leaver headcount", "number of leavers", "leavers in month", "leavers hc"),
        *("total leavers", "leavers in the month"),
    ),
}
OF_PEOPLE: Final = ("person", "assignment", "birth", "start", "end", "contracted_hours")
"""Fields that only records of people have."""
PUBLISHED: Final = "published-table"
_DAY = re.compile(r"\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}")


def recognise(sheets: list[Sheet], options: ReadOptions) -> Match | None:
    """Headings with a month and a headcount, months and counts below them, and nothing of a person's."""
    named = options.month is not None and "month" not in options.columns
    needed = ("headcount",) if named else ("month", "headcount")
    match = match_headings(sheets, _known(options), needed, options)
    if match is None or match.heading_row is None:
        return None
    headings = [cell for cell in match.sheet.rows[match.heading_row] if cell]
    people = found_fields(headings, replace(options, columns={})).keys() & set(OF_PEOPLE)
    if people or any(is_personal(h) for h in headings) or not _holds_counts(match, options):
        return None
    return match


def _known(options: ReadOptions) -> dict[str, tuple[str, ...]]:
    """The headings known, with the fields that the user named: any field may be a group."""
    return {**dict.fromkeys(options.columns, ()), **HEADINGS}


def _holds_counts(match: Match, options: ReadOptions) -> bool:
    """Whether most rows have a month and a number, and not every row counts one person, as a list of people would."""
    at = match.heading_row or 0
    headings = [plain(cell) for cell in match.sheet.rows[at]]
    found = fields_in(headings, _known(options), options)
    rows = [
        row + [""] * (len(headings) - len(row)) for row in match.sheet.rows[at + 1 :] if len([c for c in row if c]) > 1
    ]
    months = [row[headings.index(found["month"])] for row in rows] if "month" in found else []
    heads = [row[headings.index(found["headcount"])] for row in rows]
    dated = [m for m in months if _DAY.fullmatch(m) or month_of_cell(m, None, options.today)]
    numbers = [c for c in heads if not c or is_hidden(c) or _is_number(c)]
    ones = heads and all(cell in ("0", "1", "") for cell in heads) and len(heads) >= 10
    return bool(rows) and not ones and 2 * len(dated) >= len(months) and 2 * len(numbers) >= len(heads)


def _is_number(cell: str) -> bool:
    try:
        return read_number(cell) is not None or is_missing(cell)
    except CellNotUnderstood:
        return False


def read(file: str, match: Match, options: ReadOptions) -> Reading:
    """The file as the canonical table `counts`, cut by every column that tells a group."""
    assert match.heading_row is not None
    every = table_below(file, match.sheet, match.heading_row)
    raw, dropped = _without_totals_below(every, FieldTable.of(every, _known(options), options))
    table = FieldTable.of(raw, _known(options), options)
    if not raw.row_numbers:
        raise FileNotUnderstood(
            f"{file} has the headings of a table of counts and no row below them.",
            found=f"headings {listed(raw.headings, 12)}",
            attempt="export it again, with its rows",
        )
    groups, unused = _groups(raw, table, options)
    months = _months(table, options)
    texts = [*raw.titles, *(" ".join(row) for row in match.sheet.rows)]
    cells = CountCells(file, options, dash_denotes_zero(texts))
    names = tuple(n for n in NAMES if n in table.found and n.removesuffix("_name") in groups)
    rows = _rows(table, months, groups, names, cells)
    made = checked_counts(file, rows, tuple(groups), names)
    ahead = [future_month(file, max(months))] if max(months).last_day > options.today + MONTH_AHEAD else []
    return Reading(
        tables={"counts": made.table},
        organisations=tuple(sorted(set(made.table["organisation"].to_pylist()))),
        first_month=min(months),
        last_month=max(months),
        rows_read=len(rows) + sum(len(x.rows) for x in (*raw.left_out, *dropped)),
        rows_taken=len(rows),
        left_out=(*raw.left_out, *dropped),
        remarks=(*raw.remarks, *_told(tuple(groups), unused, options), *_not_known(groups), *made.remarks),
        decisions=(*cells.decisions, *made.decisions, *_gaps(rows, tuple(groups)), *ahead),
        found_columns=dict(table.found),
        published=PUBLISHED in options.accept,
    )


def _rows(
    table: FieldTable,
    months: Sequence[Month],
    groups: Mapping[str, Sequence[str]],
    names: Sequence[str],
    cells: CountCells,
) -> list[CountRow]:
    counts = {
        what: cells.read(table.found[what], table.cells(what), table.numbers, whole=what != "fte")
        for what in COUNTED
        if what in table.found
    }
    named = {name: table.cells(name) for name in names}
    return [
        CountRow(
            number,
            months[i],
            {name: values[i] for name, values in groups.items()},
            {what: numbers[i] for what, numbers in counts.items()},
            {name: texts[i] or None for name, texts in named.items()},
        )
        for i, number in enumerate(table.numbers)
    ]


def _without_totals_below(raw: RawTable, table: FieldTable) -> tuple[RawTable, list[LeftOut]]:
    """Without rows that have no month and say that they are a total: the sum of a spreadsheet's column."""
    if "month" not in table.found:
        return raw, []
    rows = list(zip(*raw.columns, strict=True))
    months = table.cells("month")
    sums = [i for i, row in enumerate(rows) if is_total(months[i]) or (not months[i] and any(map(is_total, row)))]
    keep = [i for i in range(len(rows)) if i not in set(sums)]
    kept = replace(
        raw,
        columns=[[column[i] for i in keep] for column in raw.columns],
        row_numbers=[raw.row_numbers[i] for i in keep],
    )
    return kept, [LeftOut("a total over the months", [raw.row_numbers[i] for i in sums])] if sums else []


def _groups(raw: RawTable, table: FieldTable, options: ReadOptions) -> tuple[dict[str, list[str]], list[str]]:
    """Each field that cuts the table, with its values, and the headings that are not taken.

    A column of numbers that nobody named is a measurement of something, not a group.
    """
    chosen = {name: heading for name, heading in table.found.items() if name not in ("month", *COUNTED, *NAMES)}
    for name in ("organisation", "region", "icb"):
        if name not in chosen and f"{name}_name" in table.found:
            chosen[name] = table.found[f"{name}_name"]
    left_out = {plain(name) for name in options.leave_out}
    used, unused = {*chosen.values(), *table.found.values()}, []
    for heading in raw.headings:
        if heading in used:
            continue
        if plain(heading) in left_out or all(_is_number(cell) for cell in raw.column(heading)):
            unused.append(heading)
        else:
            chosen[plain(heading).replace(" ", "_")] = heading
    groups = {
        name: _values(name, raw.column(heading))
        for name, heading in chosen.items()
        if plain(heading) not in left_out and plain(name) not in left_out
    }
    _refuse_people(raw, chosen, groups)
    if options.organisation and "organisation" not in groups:
        groups = {"organisation": [options.organisation.upper()] * len(raw.row_numbers), **groups}
    return groups, unused


def _values(name: str, cells: Sequence[str]) -> list[str]:
    total = total_of(name)
    return map_distinct(cells, lambda c: total if is_total(c) else NOT_KNOWN if is_missing(c) else " ".join(c.split()))


def _refuse_people(raw: RawTable, chosen: Mapping[str, str], groups: Mapping[str, Sequence[str]]) -> None:
    for name, values in groups.items():
        rows = [n for n, value in zip(raw.row_numbers, values, strict=True) if "@" in value or is_personal_cell(value)]
        if rows and name not in ("organisation", "unit"):
            raise FileNotUnderstood(
                f"{raw.file} has something of a person's under {chosen.get(name, name)}.",
                found=rows_named(rows),
                attempt=f'if that column is not needed: --leave-out "{chosen.get(name, name)}"',
            )


def _months(table: FieldTable, options: ReadOptions) -> list[Month]:
    """The month of every row. Raises FileNotUnderstood where a row names none."""
    raw = table.raw
    if "month" not in table.found:
        month = options.month or month_in_titles(raw.titles)
        assert month is not None
        return [month] * len(raw.row_numbers)
    cells = table.cells("month")
    day_of = day_reader(raw.file, [cell for cell in cells if _DAY.fullmatch(cell)], options)

    def month_of(cell: str) -> Month | None:
        if _DAY.fullmatch(cell):
            day = day_of(cell)
            return Month.of(day) if isinstance(day, dt.date) else None
        return month_of_cell(cell, None, options.today)

    months = map_distinct(cells, month_of)
    if bad := [n for n, month in zip(raw.row_numbers, months, strict=True) if month is None]:
        raise FileNotUnderstood(
            f"{raw.file} has rows whose {table.found['month']} is no month.",
            found=f"{counted(len(bad), 'row')}: {rows_named(bad)}",
            attempt="write the month as 2025-10, or leave those rows out of the file",
        )
    return [month for month in months if month is not None]


def _told(fields: Sequence[str], unused: Sequence[str], options: ReadOptions) -> list[str]:
    found = [f"cut by {listed([f.replace('_', ' ') for f in fields], 12) or 'month alone'}"]
    if unused:
        found.append(f"columns not taken: {listed(list(unused), 12)}")
    if PUBLISHED not in options.accept:
        found.append(f"taken as not published; if all of it is: --accept {PUBLISHED}")
    return found


def _not_known(groups: Mapping[str, Sequence[str]]) -> list[str]:
    return [
        f"{counted(n, 'cell')} of {name.replace('_', ' ')} empty, taken as {NOT_KNOWN}"
        for name, values in groups.items()
        if (n := values.count(NOT_KNOWN))
    ]


def _gaps(rows: Sequence[CountRow], fields: Sequence[str]) -> list[Decision]:
    """Whether groups vanish for some of the file's months and come back: it counts as nobody in between."""
    told = sorted({row.month for row in rows})
    seen: dict[tuple[str, ...], set[Month]] = defaultdict(set)
    for row in rows:
        seen[tuple(row.values[f] for f in fields)].add(row.month)
    holes = [
        (cell, [m for m in told if min(months) < m < max(months) and m not in months]) for cell, months in seen.items()
    ]
    gone = [(cell, missing) for cell, missing in holes if missing]
    if not gone:
        return []
    return [
        Decision(
            "group-missing",
            f"{counted(len(gone), 'group')} vanish for a month or more and come back.",
            listed([f"{' / '.join(cell)} in {listed([str(m) for m in missing], 2)}" for cell, missing in gone], 3),
            "add the missing rows, with 0 where nobody was there; --accept group-missing to count nobody",
            blocks=True,
        )
    ]


FORMAT = SourceFormat(
    name="table_of_counts",
    title="Plain table of counts (any groups, month, headcount, leavers)",
    published=False,
    about=__doc__ or "",
    needs=("month", "headcount"),
    recognise=recognise,
    read=read,
    headings=HEADINGS,
)

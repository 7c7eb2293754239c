"""NHS England turnover benchmarking: who published that how many left which organisation, and in which month?

The file has one row for each month, organisation, staff group and TYPE: staff at the start and at the end
of the month ("denominators"), joiners and leavers, in headcount (HC) and FTE. A missing joiners or leavers
row means nobody. "All staff groups" rows are totals beside their parts. There is no row for England.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import pyarrow as pa

from keepwell.errors import FileNotUnderstood, listed, rows_named
from keepwell.periods import Month, parse_month_range
from keepwell.records.flows import ALL_STAFF_GROUPS, FLOW_COUNTS, INTEGER_COUNTS, PUBLISHED_FLOWS
from keepwell.sources.cells import CellNotUnderstood, decimal_comma, is_missing, read_number
from keepwell.sources.formats import Decision, Match, Reading, ReadOptions, SourceFormat
from keepwell.sources.ods_cells import fields_in, match_headings
from keepwell.sources.reading import LeftOut, RawTable, Sheet, map_distinct, plain, table_below
from keepwell.sources.staff_months import MONTH_AHEAD
from keepwell.sources.staff_positions import future_month

HEADINGS: dict[str, tuple[str, ...]] = {
    "period": ("period",),
    "type": ("type",),
    "region": ("nhse region code", "region code"),
    "region_name": ("nhse region name", "region name"),
    "icb": ("ics code", "icb code"),
    "icb_name": ("ics name", "icb name"),
    "organisation_name": ("reporting org name", "org name", "organisation name"),
    "organisation": ("reporting org code", "org code", "organisation code"),
    "cluster": ("cluster group",),
    "benchmark_group": ("benchmark group",),
    "staff_group": ("staff group 1 name", "staff group name", "staff group"),
    "headcount": ("hc", "headcount"),
    "fte": ("fte",),
}
NEEDED = ("period", "type", "organisation", "staff_group", "headcount", "fte")
TYPES = {
    "denominator at start of period": "at_start",
    "denominator at end of period": "at_end",
    "joiners": "joiners",
    "leavers": "leavers",
}
GROUPS = (
    "organisation",
    "organisation_name",
    "region",
    "region_name",
    "icb",
    "icb_name",
    "cluster",
    "benchmark_group",
)


def recognise(sheets: list[Sheet], options: ReadOptions) -> Match | None:
    """A row of headings that holds every field needed."""
    return match_headings(sheets, HEADINGS, NEEDED, options)


def read(file: str, match: Match, options: ReadOptions) -> Reading:
    """The file as single-month flows, one row a month, organisation and staff group."""
    assert match.heading_row is not None
    raw = table_below(file, match.sheet, match.heading_row)
    found = {name: next(h for h in raw.headings if plain(h) == p) for name, p in _found(raw, options).items()}
    columns = {name: raw.column(found[name]) if name in found else [""] * len(raw.row_numbers) for name in HEADINGS}
    months = _months(raw, columns["period"])
    kinds = map_distinct(columns["type"], lambda cell: TYPES.get(plain(cell)))
    headcounts = _numbers(raw, columns["headcount"], found["headcount"], whole=True)
    fte = _numbers(raw, columns["fte"], found["fte"], whole=False)
    left_out, unknown = list(raw.left_out), _unusable(raw, columns, months, kinds)
    left_out += [LeftOut(reason, rows) for reason, rows in unknown.items()]
    unusable = {n for rows in unknown.values() for n in rows}
    cells: dict[tuple[int, str, str], dict[str, float]] = defaultdict(dict)
    groups: dict[tuple[int, str], tuple[str, ...]] = {}
    again: list[int] = []
    for i, (month, kind) in enumerate(zip(months, kinds, strict=True)):
        if month is None or kind is None or raw.row_numbers[i] in unusable:
            continue
        organisation = columns["organisation"][i].strip().upper()
        cell = cells[month.index, organisation, columns["staff_group"][i]]
        if f"{kind}:headcount" in cell:
            _refuse_if_different(raw, i, cell, kind, headcounts[i], fte[i])
            again.append(raw.row_numbers[i])
            continue
        cell[f"{kind}:headcount"], cell[f"{kind}:fte"] = headcounts[i], fte[i]
        groups[month.index, organisation] = tuple(columns[g][i] for g in GROUPS[1:])
    if again:
        left_out.append(LeftOut("a repeated row", again))
    if not cells:
        raise FileNotUnderstood(
            f"{file} has the headings of a turnover file but no row that can be used.",
            found=f"{len(raw.row_numbers)} rows, none with a known TYPE and PERIOD",
            attempt="download the file again from NHS Workforce Statistics",
        )
    table = _flows(cells, groups)
    all_months = sorted({m for m, _, _ in cells})
    return Reading(
        tables={"flows": table},
        organisations=tuple(sorted({o for _, o, _ in cells})),
        first_month=Month(all_months[0]),
        last_month=Month(all_months[-1]),
        rows_read=len(raw.row_numbers) + sum(len(x.rows) for x in raw.left_out),
        rows_taken=len(raw.row_numbers) - len(unusable) - len(again),
        left_out=tuple(left_out),
        remarks=tuple(raw.remarks),
        decisions=(*_missing_totals(cells), *_ahead(file, Month(all_months[-1]), options)),
        found_columns=found,
    )


def _found(raw: RawTable, options: ReadOptions) -> dict[str, str]:
    return fields_in(raw.headings, HEADINGS, options)


def _unusable(
    raw: RawTable, columns: dict[str, list[str]], months: Sequence[Month | None], kinds: Sequence[str | None]
) -> dict[str, list[int]]:
    """Rows that cannot be placed, by reason."""
    found: dict[str, list[int]] = {}
    cells = zip(raw.row_numbers, months, kinds, columns["organisation"], columns["staff_group"], strict=True)
    for number, month, kind, organisation, staff_group in cells:
        if month is None or kind is None:
            found.setdefault("TYPE or PERIOD not one of those published", []).append(number)
        elif is_missing(organisation) or is_missing(staff_group):
            found.setdefault("no organisation or no staff group", []).append(number)
    return found


def _ahead(file: str, newest: Month, options: ReadOptions) -> list[Decision]:
    return [future_month(file, newest)] if newest.last_day > options.today + MONTH_AHEAD else []


def _months(raw: RawTable, cells: list[str]) -> list[Month | None]:
    """The month in which people came and went: the second of "202509 to 202510", one after the first.

    Raises FileNotUnderstood for a span of more than one month: a 12-month table is another publication,
    and its leavers must never be added to those of single months.
    """
    spans = map_distinct(cells, parse_month_range)
    long = [n for n, span in zip(raw.row_numbers, spans, strict=True) if span and span[1] - span[0] != 1]
    if long:
        raise FileNotUnderstood(
            f"{raw.file} is not the monthly turnover file: its periods are longer than a month.",
            found=f"{rows_named(long)} with such a PERIOD",
            attempt='use the file "Turnover benchmarking … monthly"',
        )
    return [span[1] if span else None for span in spans]


def _numbers(raw: RawTable, cells: list[str], heading: str, *, whole: bool) -> list[float]:
    """Counts. Raises FileNotUnderstood for a cell that is none: a hidden count is not zero."""
    comma = decimal_comma(cells)

    def number(cell: str) -> float:
        try:
            value = read_number(cell, comma)
        except CellNotUnderstood:
            return float("nan")
        return float("nan") if value is None or (whole and not value.is_integer()) else value

    numbers = map_distinct(cells, number)
    bad = [n for n, value in zip(raw.row_numbers, numbers, strict=True) if not value >= 0]
    if bad:
        raise FileNotUnderstood(
            f"{raw.file} has cells in {heading} that are not counts.",
            found=rows_named(bad),
            attempt="download the file again; do not edit it in a spreadsheet",
        )
    return numbers


def _refuse_if_different(
    raw: RawTable, i: int, cell: dict[str, float], kind: str, headcount: float, fte: float
) -> None:
    if (cell[f"{kind}:headcount"], cell[f"{kind}:fte"]) != (headcount, fte):
        raise FileNotUnderstood(
            f"{raw.file} says two different things about the same month, organisation, staff group and TYPE.",
            found=f"row {raw.row_numbers[i]} against an earlier row",
            attempt="download the file again",
        )


def _flows(
    cells: dict[tuple[int, str, str], dict[str, float]], groups: dict[tuple[int, str], tuple[str, ...]]
) -> pa.Table:
    rows = []
    for (month, organisation, staff_group), cell in sorted(cells.items()):
        row: dict[str, object] = {"month": month, "organisation": organisation, "staff_group": staff_group}
        row |= dict(zip(GROUPS[1:], (None if is_missing(c) else c for c in groups[month, organisation]), strict=True))
        for name in FLOW_COUNTS:
            value = cell.get(_cell_name(name), 0.0)
            row[name] = round(value) if name in INTEGER_COUNTS else value
        rows.append(row)
    return pa.Table.from_pylist(rows, schema=PUBLISHED_FLOWS)


def _cell_name(count: str) -> str:
    """Where a flow count stands in the file: "fte_at_start" is the FTE of the rows at the start."""
    if count.startswith(("headcount_", "fte_")):
        unit, when = count.split("_", 1)
        return f"{when}:{unit}"
    return f"{count.removesuffix('_fte')}:{'fte' if count.endswith('_fte') else 'headcount'}"


def _missing_totals(cells: dict[tuple[int, str, str], dict[str, float]]) -> list[Decision]:
    with_total = {(m, o) for m, o, g in cells if g == ALL_STAFF_GROUPS}
    without = sorted({o for m, o, _ in cells if (m, o) not in with_total})
    if not without:
        return []
    return [
        Decision(
            "missing-totals",
            f'{len(without)} organisations have staff groups but no "{ALL_STAFF_GROUPS}" row.',
            found=listed(without),
            attempt="they will be missing from totals; download the file again if they should not be",
            blocks=False,
        )
    ]


FORMAT = SourceFormat(
    name="nhs_turnover",
    title="NHS England turnover benchmarking (monthly, by organisation and staff group)",
    published=True,
    about=__doc__ or "",
    needs=NEEDED,
    recognise=recognise,
    read=read,
    headings=HEADINGS,
)

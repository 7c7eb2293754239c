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
from keepwell.sources.cells import CellNotUnderstood, read_number
from keepwell.sources.formats import Decision, Match, Reading, ReadOptions, SourceFormat
from keepwell.sources.reading import LeftOut, RawTable, Sheet, find_headings, map_distinct, plain, table_below

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


def _is_heading_row(row: Sequence[str]) -> bool:
    cells = set(row)
    return all(cells & set(HEADINGS[name]) for name in NEEDED)


def recognise(sheets: list[Sheet], options: ReadOptions) -> Match | None:
    for sheet in sheets:
        row = find_headings(sheet, _is_heading_row)
        if row is not None:
            return Match(sheet, row)
    return None


def read(file: str, match: Match, options: ReadOptions) -> Reading:
    """The file as single-month flows, one row a month, organisation and staff group."""
    assert match.heading_row is not None
    raw = table_below(file, match.sheet, match.heading_row)
    columns = _columns(raw)
    months = _months(raw, columns["period"])
    kinds = map_distinct(columns["type"], lambda cell: TYPES.get(plain(cell)))
    headcounts, fte = _numbers(raw, columns["headcount"], "HC"), _numbers(raw, columns["fte"], "FTE")
    left_out = list(raw.left_out)
    unknown = [
        n for n, kind, month in zip(raw.row_numbers, kinds, months, strict=True) if kind is None or month is None
    ]
    if unknown:
        left_out.append(LeftOut("TYPE or PERIOD not one of those published", unknown))
    cells: dict[tuple[int, str, str], dict[str, float]] = defaultdict(dict)
    groups: dict[tuple[int, str], tuple[str, ...]] = {}
    again: list[int] = []
    for i, (month, kind) in enumerate(zip(months, kinds, strict=True)):
        if month is None or kind is None:
            continue
        organisation = columns["organisation"][i].upper()
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
        rows_taken=len(raw.row_numbers) - len(unknown) - len(again),
        left_out=tuple(left_out),
        remarks=tuple(raw.remarks),
        decisions=tuple(_missing_totals(cells)),
        found_columns={name: name for name in columns},
    )


def _columns(raw: RawTable) -> dict[str, list[str]]:
    by_name = {plain(heading): cells for heading, cells in zip(raw.headings, raw.columns, strict=True)}
    empty = [""] * len(raw.row_numbers)
    return {name: next((by_name[a] for a in aliases if a in by_name), empty) for name, aliases in HEADINGS.items()}


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


def _numbers(raw: RawTable, cells: list[str], heading: str) -> list[float]:
    def number(cell: str) -> float:
        try:
            value = read_number(cell)
        except CellNotUnderstood:
            return float("nan")
        return float("nan") if value is None else value  # a hidden count is not zero

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
        row |= dict(zip(GROUPS[1:], (value or None for value in groups[month, organisation]), strict=True))
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

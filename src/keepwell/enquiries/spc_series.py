"""Which values make the points of each chart, and which charts may be drawn?"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa

from keepwell.disclosure import Released
from keepwell.enquiries import Enquiry
from keepwell.enquiries.spc_question import SpcQuestion
from keepwell.errors import EnquiryRefused, listed
from keepwell.measures import Measure
from keepwell.periods import Month, Period
from keepwell.spc import ControlCharts, dialect, p_charts, u_charts, xmr_charts

CHARTS: Final = ("xmr", "p", "u")
BETTER: Final = {"lower": "decrease", "higher": "increase", "neither": "neutral"}
VALUE_OF: Final = {"headcount": "headcount_at_end", "fte": "fte_at_end"}
"""The column that holds a measure, where it is not called as the measure."""
COUNTS_OF: Final = {
    "leaver_rate": ("u", "leavers", "average"),
    "joiner_rate": ("u", "joiners", "average"),
    "voluntary_leaver_rate": ("u", "leavers_voluntary", "average"),
    "share_who_left": ("p", "leavers", "headcount_at_start"),
    "stability_index": ("p", "stayers", "headcount_at_start"),
    "retirement_share": ("p", "retired", "leavers"),
    "early_leaving_of_starters": ("p", "starters_gone", "starters"),
}
"""Of a measure the chart of its counts, what is counted, and of how many."""
BEHIND: Final = {
    "average": ("headcount_at_start", "headcount_at_end"),
    "stayers": ("headcount_at_start", "leavers"),
}
"""The columns that a number worked out here is made from."""

FEW = 5
"""Below so many events a point, on average, an XmR chart is rough. Our own choice."""

Row = Mapping[str, Any]
Numbers = np.ndarray[tuple[int, int], np.dtype[np.float64]]


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """Every group of an answer with its row of each point; None where it has none."""

    groups: tuple[Mapping[str, str], ...]
    points: tuple[Period, ...]
    rows: tuple[tuple[Row | None, ...], ...]


def series_of(released: Released, enquiry: Enquiry, points: Sequence[Period]) -> Series:
    """The rows of each group in the order of the points; rows of other periods are left out.

    Raises EnquiryRefused where there is none.
    """
    at = {period.end: i for i, period in enumerate(points)}
    shown = [name for name in enquiry.grouping.shown if name in released.table.column_names]
    rows: dict[tuple[str, ...], list[Row | None]] = {}
    groups: dict[tuple[str, ...], Mapping[str, str]] = {}
    for row in released.rows():
        if row["period_end"] not in at:
            continue
        key = tuple(str(row[name]) for name in enquiry.by)
        rows.setdefault(key, [None] * len(points))[at[row["period_end"]]] = row
        groups[key] = {name: str(row[name] or "") for name in shown}
    if not rows:
        raise EnquiryRefused(
            "There is nobody to chart.",
            found=f"no rows from {points[0].start} to {points[-1].end}",
            attempt="other months, or another --where",
        )
    keys = sorted(rows)
    return Series(tuple(groups[k] for k in keys), tuple(points), tuple(tuple(rows[k]) for k in keys))


def value_column(released: Released, asked: Measure, enquiry: Enquiry) -> str:
    """The column to chart. Raises EnquiryRefused for a measure that has not one number a group and period."""
    names = released.table.column_names
    column = VALUE_OF.get(asked.name, asked.name)
    if released.definition.basis == "fte" and f"{column}_fte" in names:
        column = f"{column}_fte"
    numbers = [n for n in names if n not in {"period_start", "period_end", "hidden", *enquiry.grouping.shown}]
    further = [n for n in numbers if _is_text(released, n) or n == "arrived_in"]
    if column not in names or further:
        raise EnquiryRefused(
            f"{asked.label} is not one number a month: it cannot be one line on a chart.",
            found=f"{asked.name}, by {listed(further)}" if further else listed(numbers, 6),
            attempt="a measure with one number, such as leaver_rate; keepwell measures lists them",
        )
    return column


def _is_text(released: Released, name: str) -> bool:
    return bool(pa.types.is_string(released.table.schema.field(name).type))


def refuse_chart(released: Released, asked: Measure, chart: str) -> None:
    """Raises EnquiryRefused for a chart of counts that the measure is not made of."""
    fits = COUNTS_OF.get(asked.name, ("", "", ""))[0]
    if chart == "xmr" or (chart == fits and released.definition.basis == "headcount"):
        return
    kinds = {"p": "shares of people", "u": "events per head"}
    raise EnquiryRefused(
        f"A {chart} chart is for {kinds.get(chart, 'counts')}, counted in people.",
        found=f"{asked.label.lower()}, counted in {released.definition.basis}",
        attempt="--chart xmr" + (f", or --chart {fits} with --basis headcount" if fits else ""),
    )


def hidden_points(rows: Sequence[Row | None], column: str, asked: Measure, chart: str) -> list[Month]:
    """The months whose point this reader may not see, or not what it is made of."""
    needs = {column}
    if chart != "xmr":
        needs = {name for counted in COUNTS_OF[asked.name][1:] for name in BEHIND.get(counted, (counted,))}
    return [Month.of(row["period_end"]) for row in rows if row and needs & set((row.get("hidden") or "").split(","))]


def charts_of(
    series: Series, which: Sequence[int], column: str, asked: Measure, question: SpcQuestion, name: str
) -> ControlCharts:
    """The control charts of the series named by their numbers, all at once, in the dialect named."""
    anew = [next(i for i, p in enumerate(series.points) if p.last >= m) for m in question.recalculate_at]
    options: dict[str, Any] = {
        "rules": dialect(name),
        "improvement": question.improvement or BETTER[asked.better],
        "groups": [sum(i >= first for first in set(anew)) for i in range(len(series.points))],
        "fix_after_n_points": question.fix_after_n_points,
    }
    if question.chart == "xmr":
        return xmr_charts(_numbers(series, which, lambda row: row[column]), **options)
    kind, events, size = COUNTS_OF[asked.name]
    of_counts = p_charts if kind == "p" else u_charts
    return of_counts(
        _numbers(series, which, lambda row: _counted(row, events)),
        _numbers(series, which, lambda row: _counted(row, size)),
        **options,
    )


def _numbers(series: Series, which: Sequence[int], read: Callable[[Row], Any]) -> Numbers:
    """What is read of each row: a row a series, a column a point; nan where there is nothing."""
    cells = [[_number(read(row)) if row else math.nan for row in series.rows[i]] for i in which]
    return np.array(cells, dtype=np.float64).reshape(len(which), len(series.points))


def _number(value: Any) -> float:
    return math.nan if value is None else float(value)


def _counted(row: Row, name: str) -> Any:
    parts = [row[part] for part in BEHIND.get(name, (name,))]
    if None in parts:
        return None
    if name == "average":
        return sum(parts) / 2
    return parts[0] - parts[1] if name == "stayers" else parts[0]


def few_events(series: Series, which: int, asked: Measure, column: str) -> bool:
    """Whether a series counts so few events a point that an XmR chart of it is rough."""
    name = column if asked.unit == "people" else COUNTS_OF.get(asked.name, ("", "", ""))[1]
    counts = [_counted(row, name) for row in series.rows[which] if row] if name else []
    known = [count for count in counts if count is not None]
    return bool(known) and sum(known) < FEW * len(known)

"""How does a Released table look as CSV, JSON, Parquet or on a terminal?

Column names are those that other people's scripts rely on. Rates are fractions, unrounded; a hidden cell is
empty (CSV) or null, and named in the column `hidden`; zero is 0.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from rich.console import Console
from rich.table import Table

from keepwell.disclosure import Released

FORMATS = ("table", "csv", "json", "parquet")
HIDDEN_MARK = "*"
NO_SHARES = frozenset(
    {"length_of_service", "average_staff", "average_headcount"}
    | {"headcount", "headcount_at_start", "headcount_at_end", "fte", "patients", "net_change"}  # of general practice
)


RUN_BY_SPREADSHEETS = ("=", "+", "-", "@", "\n", "＝", "＋", "－", "＠")
"""What a cell begins with that a spreadsheet would run as a formula."""


def as_csv(released: Released) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(released.table.column_names)
    writer.writerows([_csv_cell(v) for v in row.values()] for row in released.rows())
    return out.getvalue()


def _csv_cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = repr(value) if isinstance(value, float) else str(value)
    return guarded(text) if isinstance(value, str) else text


def guarded(text: str) -> str:
    """Words that a spreadsheet shows and does not run as a formula; carriage returns and tabs within are blanks."""
    plain = text.replace("\r", " ").replace("\t", " ")
    return f"'{plain}" if plain.lstrip(" ").startswith(RUN_BY_SPREADSHEETS) else plain


def as_json(released: Released) -> str:
    """`{definition, policy, notes, rows}`: the definition stands beside the numbers."""
    content = {
        "definition": released.definition.as_dict(),
        "policy": {"name": released.policy.name, "mark": released.policy.mark, "audience": released.audience},
        "notes": list(released.notes),
        "rows": [{k: _json_cell(v) for k, v in row.items()} for row in released.rows()],
    }
    return json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _json_cell(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else value


def as_parquet(released: Released) -> bytes:
    """The table with its definition in the file's metadata, under the key "keepwell"."""
    metadata = {b"keepwell": json.dumps(released.definition.as_dict()).encode()}
    sink = pa.BufferOutputStream()
    pq.write_table(released.table.replace_schema_metadata(metadata), sink)
    return sink.getvalue().to_pybytes()  # type: ignore[no-any-return]


def as_text(released: Released, *, width: int) -> str:
    """The table for a terminal, then what the number is and what must be known before it is used."""
    console = Console(width=width, file=io.StringIO(), highlight=False)
    shown = _shown_columns(released)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in shown:
        table.add_column(name.replace("_", " "), justify="left" if _is_text(released, name) else "right")
    for row in released.rows():
        table.add_row(*[in_words(name, row[name], row["hidden"]) for name in shown])
    console.print(table)
    console.print()
    for line in definition_lines(released):
        console.print(line, soft_wrap=True, markup=False)
    output = console.file
    assert isinstance(output, io.StringIO)
    return "\n".join(line.rstrip() for line in output.getvalue().splitlines()) + "\n"


def definition_lines(released: Released) -> list[str]:
    """What the number is, in a few lines that stand beside it wherever it is shown."""
    d = released.definition
    return [
        f"{d.label}: {d.words}",
        f"  Formula: {d.formula}",
        "  "
        + " · ".join(x for x in (f"Basis: {d.basis}", f"window: {d.window}", f"method: {d.method}", d.leaving) if x),
        f"  Population: {d.population}",
        f"  Source: {d.source} · vintage {d.vintage}",
        *[f"  Note: {note}" for note in released.notes],
        f"  {released.policy.mark}",
    ]


def _shown_columns(released: Released) -> list[str]:
    names: Sequence[str] = released.table.column_names
    empty = {n for n in names if n == "hidden" and not any(r["hidden"] for r in released.rows())}
    other_basis = "fte" if released.definition.basis == "headcount" else "headcount"
    unasked = {n for n in names if n.startswith(f"{other_basis}_at") or n.endswith("_fte")}
    return [n for n in names if n not in empty | (unasked if released.definition.basis == "headcount" else set())]


def _is_text(released: Released, name: str) -> bool:
    return bool(pa.types.is_string(released.table.schema.field(name).type))


def in_words(name: str, value: Any, hidden: str) -> str:
    """A cell as people read it: shares as percentages, counts with thousands, years plain.

    `hidden` are the names of the cells of its row that are hidden, as in the column of that name.
    """
    if value is None:
        return HIDDEN_MARK if name in hidden.split(",") else "–"
    if isinstance(value, float):
        return f"{value:.2%}" if is_share(name) else f"{value:,.1f}"
    if isinstance(value, int) and name != "arrived_in":
        return f"{value:,}"
    return str(value)


def is_share(name: str) -> bool:
    """Whether a column of decimals holds a fraction: all do, but FTE and years."""
    return not (name.startswith("fte_") or name.endswith("_fte") or name in NO_SHARES)

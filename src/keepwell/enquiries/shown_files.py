"""How is a family kept as it was shown?

One row a cell: what is shown of it, null where it is hidden. There is nothing in the file that was not released.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from keepwell.enquiries.families import Cell
from keepwell.enquiries.shown import Shown
from keepwell.periods import Month, Period

SCHEMA = pa.schema([("count", pa.string()), ("period_end", pa.date32()), ("group", pa.string()), ("shown", pa.int64())])


def as_parquet(shown: Shown) -> bytes:
    """The family as bytes, the same for the same family."""
    rows = [
        {"count": cell.count, "period_end": cell.period_end, "group": json.dumps(cell.group), "shown": value}
        for cell, value in sorted(
            shown.cells.items(), key=lambda item: (item[0].period_end, item[0].group, item[0].count)
        )
    ]
    about = {
        "tables": [list(table) for table in shown.tables],
        "periods": [[p.first.index, p.last.index] for p in shown.periods],
        "names": shown.names,
        "proof": [shown.at_least, shown.withheld],
        "within": [[*place, above] for place, above in sorted(shown.within.items())],
    }
    content = json.dumps(about, sort_keys=True).encode()
    table = pa.Table.from_pylist(rows, schema=SCHEMA).replace_schema_metadata({b"keepwell": content})
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink)
    return sink.getvalue().to_pybytes()  # type: ignore[no-any-return]


def from_parquet(content: bytes) -> Shown:
    """A family that was kept."""
    table = pq.read_table(pa.BufferReader(content))
    about: Mapping[str, Any] = json.loads(table.schema.metadata[b"keepwell"])
    cells = {
        Cell(row["count"], row["period_end"], tuple((n, v) for n, v in json.loads(row["group"]))): row["shown"]
        for row in table.to_pylist()
    }
    return Shown(
        cells,
        tuple(tuple(table) for table in about["tables"]),
        tuple(Period(Month(pair[0]), Month(pair[1])) for pair in about["periods"]),
        about["names"],
        {(name, value): above for name, value, above in about["within"]},
        *about["proof"],
    )

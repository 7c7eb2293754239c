"""What are the rows of a table that is too large to be held at once?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

LOT = 1 << 15
"""So many rows are made at a time: a row group of the file that they are written to."""
Places = npt.NDArray[np.signedinteger[Any]]


@dataclass(frozen=True, slots=True, eq=False)
class RowsInLots:
    """A table of which some rows are made when they are asked for, as often as they are.

    `table(which, names)` makes the rows at some places, in order; `places` are the places of the rows of each
    organisation and month.
    """

    schema: pa.Schema
    num_rows: int
    table: Callable[[Places, Sequence[str]], pa.Table]
    places: Mapping[tuple[str, int], Places]

    @property
    def column_names(self) -> list[str]:
        return list(self.schema.names)

    def lots(self) -> Iterator[pa.Table]:
        """All rows, lot by lot."""
        for start in range(0, self.num_rows, LOT):
            yield self.table(np.arange(start, min(start + LOT, self.num_rows)), self.schema.names)

    def whole(self) -> pa.Table:
        return pa.concat_tables(self.lots()).combine_chunks()

"""What can be said of a column that nobody knows, without showing what stands in anybody's row?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from keepwell.sources.cells import CellNotUnderstood, is_missing, read_date, read_number
from keepwell.sources.coded import Coded, Mask, numbered_together
from keepwell.sources.reading import RawTable
from keepwell.sources.staff_columns import is_data, is_personal_cell

FEW_VALUES: Final = 12
MOST_SHOWN: Final = 3
FEWEST_HOLDING: Final = 11
"""A value is shown only where each value of its column is held by so many people."""
LOOKED_AT: Final = 500
MOSTLY: Final = 0.9


@dataclass(frozen=True, slots=True)
class Said:
    """Of a column: how many different values, the share of empty cells (0 to 1), what they look like, and examples.

    `looks_like` is "nothing", "dates", "numbers", "codes" or "text".
    """

    different: int
    share_empty: float
    looks_like: str
    examples: tuple[str, ...]


def said_of(raw: RawTable, headings: Sequence[str], person: str | None) -> dict[str, Said]:
    """What can be said of the columns under some headings. `person` is the heading that tells people apart.

    Without it, people are told apart by the column with the most different values: of all rows of a file of many
    months, a dozen may be of one person.
    """
    columns = {heading: raw.coded(heading) for heading in headings}
    telling = person or max(headings, key=lambda h: len(columns[h].values), default=None)
    people = raw.coded(telling) if telling is not None else None
    return {heading: _said(column, people) for heading, column in columns.items()}


def _said(column: Coded[str], people: Coded[str] | None) -> Said:
    empty = column.where(is_missing)
    values = [value for value in column.values if not is_missing(value)]
    share = float(empty.mean()) if len(empty) else 1.0
    looks_like = _looks_like(values)
    shown = people is not None and looks_like in ("text", "codes") and _held_by_enough(column, people, empty)
    return Said(len(values), share, looks_like, tuple(sorted(values))[:MOST_SHOWN] if shown else ())


def _held_by_enough(column: Coded[str], people: Coded[str], empty: Mask) -> bool:
    """Whether the column has few values, none of them a person's, each held by enough people."""
    values = [value for value in column.values if not is_missing(value)]
    if not 0 < len(values) <= FEW_VALUES or any(is_data(v) or is_personal_cell(v) for v in values):
        return False
    filled = np.flatnonzero(~empty)
    pairs = np.unique(numbered_together([column, people], filled)) // len(people.values)
    return int(np.unique(pairs, return_counts=True)[1].min()) >= FEWEST_HOLDING


def _looks_like(values: Sequence[str]) -> str:
    some = values[:LOOKED_AT]
    if not some:
        return "nothing"
    for kind, holds in (("numbers", _is_number), ("dates", _is_date), ("codes", _is_code)):
        if sum(map(holds, some)) >= MOSTLY * len(some):
            return kind
    return "text"


def _is_number(cell: str) -> bool:
    try:
        return read_number(cell) is not None
    except CellNotUnderstood:
        return False


def _is_date(cell: str) -> bool:
    try:
        return read_date(cell, True) is not None
    except CellNotUnderstood:
        return False


def _is_code(cell: str) -> bool:
    """Short, without spaces, in capitals or with a digit: Y56, RJ1, 0042A."""
    return len(cell) <= 10 and cell.isalnum() and (cell.isupper() or any(c.isdigit() for c in cell))

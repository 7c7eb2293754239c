"""Which one position do the posts make that a person holds in an organisation at a month's end?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from keepwell.records.staff import ACTIVE, PAUSED, POSITIONS
from keepwell.sources.formats import Decision

Columns = Mapping[str, Sequence[Any]]
Held = Mapping[tuple[int, str, str], list[int]]
"""Month, organisation and person, and the rows of the posts held then."""


@dataclass(frozen=True, slots=True)
class Position:
    """What several posts are together: the row that classifies the person, the state and the FTE."""

    row: int
    state: str
    fte: float | None


def together(rows: Sequence[int], columns: Columns) -> Position:
    """One position from the posts of some rows: classified by the primary active one, FTE summed.

    Without a primary flag the post with the most FTE classifies. Somebody with any active post is active.
    """
    state, fte, primary = columns["state"], columns["fte"], columns["primary"]
    active = [i for i in rows if state[i] == ACTIVE]
    counted = active or rows
    first = max(counted, key=lambda i: (primary[i] is True, fte[i] or 0.0))
    return Position(first, ACTIVE if active else PAUSED, sum_known(fte[i] for i in counted))


def sum_known(values: Iterable[float | None]) -> float | None:
    """The sum of those that are known; None where none is."""
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def positions_table(columns: Columns, held: Held) -> pa.Table:
    """POSITIONS of what was held when, one row for each key of `held`."""
    first = [rows[0] for rows in held.values()]
    states, fte = [columns["state"][i] for i in first], [columns["fte"][i] for i in first]
    for at, rows in enumerate(held.values()):
        if len(rows) > 1:
            position = together(rows, columns)
            first[at], states[at], fte[at] = position.row, position.state, position.fte
    own: dict[str, Sequence[Any]] = {
        "month": [month for month, _, _ in held],
        "organisation": [organisation for _, organisation, _ in held],
        "person": [person for _, _, person in held],
        "state": states,
        "fte": fte,
    }
    return taken_rows(columns, pa.array(first, pa.int32()), own, POSITIONS)


def taken_rows(columns: Columns, rows: pa.Array, own: Mapping[str, Sequence[Any]], schema: pa.Schema) -> pa.Table:
    """A table of the schema: its own columns as they are, all others by the rows they are taken from."""
    return pa.table(
        {
            field.name: pa.array(own[field.name], field.type)
            if field.name in own
            else pa.array(columns[field.name], field.type).take(rows)
            for field in schema
        },
        schema=schema,
    )


def future_month(file: str, newest: object) -> Decision:
    """What is to be decided of a file that tells of a month to come."""
    return Decision(
        "future-month",
        f"{file} is dated in the future.",
        f"{newest}",
        "check the order of day and month; --accept future-month if it is right",
        blocks=True,
    )

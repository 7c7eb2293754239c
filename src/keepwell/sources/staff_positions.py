"""Which one position do the posts make that a person holds in an organisation at a month's end?"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from keepwell.records.staff import ACTIVE, PAUSED, POSITIONS
from keepwell.sources.coded import Coded, all_differ, numbered_together
from keepwell.sources.contradictions import FEWEST_ROWS, PEOPLE_IN_ROWS
from keepwell.sources.formats import Decision

Columns = Mapping[str, Sequence[Any]]
CodedColumns = Mapping[str, Coded[Any]]
Places = npt.NDArray[np.int64]
Held = Mapping[tuple[int, str, str], list[int]]
"""Month, organisation and person, and the rows of the posts held then."""


@dataclass(frozen=True, slots=True)
class Position:
    """What several posts are together: the row that classifies the person, the state and the FTE."""

    row: int
    state: str
    fte: float | None


def together(rows: Sequence[int], columns: Columns | CodedColumns) -> Position:
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


@dataclass(frozen=True, slots=True)
class Posts:
    """Rows of a file gathered by month, organisation and person: those of position i are from `starts[i]` on.

    Positions stand in the order of their first rows.
    """

    rows: Places
    starts: Places

    @classmethod
    def of(cls, columns: CodedColumns, counted: Places) -> Posts:
        """Of some rows, whose columns month, organisation and person have no two values alike."""
        keys = numbered_together([columns[name] for name in ("month", "organisation", "person")], counted)
        if all_differ(keys):
            return cls(counted, np.arange(len(counted)))
        by_key = np.argsort(keys, kind="stable")
        begins = np.flatnonzero(np.diff(keys[by_key], prepend=keys[by_key[0]] - 1))
        lengths = np.diff(begins, append=len(keys))
        first = by_key[begins]
        order = np.argsort(first)
        place = np.repeat(np.argsort(order), lengths)  # in the order of first rows
        rows = by_key[np.argsort(place, kind="stable")]
        return cls(counted[rows], np.cumsum(lengths[order]) - lengths[order])

    @property
    def first(self) -> Places:
        return self.rows[self.starts]

    def several(self) -> Iterator[tuple[int, list[int]]]:
        """The positions of more than one post, and their rows."""
        lengths = np.diff(self.starts, append=len(self.rows))
        for i in np.flatnonzero(lengths > 1).tolist():
            yield i, self.rows[self.starts[i] : self.starts[i] + lengths[i]].tolist()

    def held(self, columns: CodedColumns) -> dict[tuple[int, str, str], list[int]]:
        """The same by month, organisation and person, as a mapping."""
        lengths = np.diff(self.starts, append=len(self.rows)).tolist()
        rows = iter(self.rows.tolist())
        keys = zip(*(columns[n].at(self.first) for n in ("month", "organisation", "person")), strict=True)
        return {key: [next(rows) for _ in range(n)] for key, n in zip(keys, lengths, strict=True)}

    def some_are_shared(self, columns: CodedColumns) -> bool:
        """Whether in some organisation and month so few people have so many rows that it wants a closer look."""
        place = numbered_together([columns[name] for name in ("month", "organisation")], self.rows)
        rows = np.bincount(place)
        people = np.bincount(place[self.starts], minlength=len(rows))
        return bool(((rows >= FEWEST_ROWS) & (people < PEOPLE_IN_ROWS * rows)).any())


def positions_of(columns: CodedColumns, posts: Posts) -> pa.Table:
    """As positions_table, of coded columns."""
    first = posts.first.copy()
    changed = {i: together(rows, columns) for i, rows in posts.several()}
    at = np.array(list(changed), np.int64)
    first[at] = [position.row for position in changed.values()]
    active, fte = columns["state"].where(lambda state: state == ACTIVE)[first], columns["fte"].map(_or_nan)
    hours = np.array(fte.values, np.float64)[fte.codes[first]]
    active[at] = [position.state == ACTIVE for position in changed.values()]
    hours[at] = [_or_nan(position.fte) for position in changed.values()]
    own = {
        "state": pa.array([PAUSED, ACTIVE]).take(pa.array(active.astype(np.int32))),
        "fte": pa.array(hours, mask=np.isnan(hours)),
    }
    return pa.table(
        {f.name: own[f.name] if f.name in own else columns[f.name].to_arrow(f.type, first) for f in POSITIONS},
        schema=POSITIONS,
    )


def _or_nan(value: float | None) -> float:
    return math.nan if value is None else value


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

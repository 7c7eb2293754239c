"""Which one position do the posts make that a person holds in an organisation at a month's end?"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from keepwell.records.rows_in_lots import RowsInLots
from keepwell.records.staff import ACTIVE, PAUSED, POSITIONS
from keepwell.sources.coded import Coded, Mask, numbered_together, small, standing_twice
from keepwell.sources.contradictions import FEWEST_ROWS, PEOPLE_IN_ROWS
from keepwell.sources.formats import Decision

HELD_IN_MEMORY = 50_000
"""More positions than that are put together lot by lot, as they are asked for."""
Columns = Mapping[str, Sequence[Any]]
CodedColumns = Mapping[str, Coded[Any]]
Places = npt.NDArray[np.signedinteger[Any]]
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
        shared = np.flatnonzero(standing_twice(keys))
        if not len(shared):
            return cls(counted, np.arange(len(counted), dtype=np.int32))
        keys = keys[shared]
        begins = np.arange(len(counted), dtype=np.int32)  # of each row, the place of the first row of its position
        first, of_key = np.unique(keys, return_index=True, return_inverse=True)[1:]
        begins[shared] = shared[first[of_key]]
        order = np.argsort(begins, kind="stable").astype(np.int32)
        begins = begins[order]
        return cls(counted[order], np.flatnonzero(_first_of_run(begins)).astype(np.int32))

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


def _first_of_run(numbers: Places) -> Mask:
    """Which numbers differ from the one before."""
    differs = np.ones(len(numbers), np.bool_)
    np.not_equal(numbers[1:], numbers[:-1], out=differs[1:])
    return differs


def positions_of(columns: CodedColumns, posts: Posts) -> pa.Table | RowsInLots:
    """As positions_table, of coded columns; in lots where they are many."""
    lots = _PositionLots(columns, posts, {i: together(rows, columns) for i, rows in posts.several()})
    if len(posts.starts) <= HELD_IN_MEMORY:
        return lots.table(np.arange(len(posts.starts)))
    return RowsInLots(POSITIONS, len(posts.starts), lots.table, lots.places())


@dataclass(frozen=True, slots=True)
class _PositionLots:
    """The positions of a file, some at a time; `changed` are those of more than one post."""

    columns: CodedColumns
    posts: Posts
    changed: Mapping[int, Position]

    def table(self, which: Places, names: Sequence[str] = POSITIONS.names) -> pa.Table:
        """The positions at these places in the order of all, which are in order."""
        first = self.posts.first[which]
        changed: list[int] = np.intersect1d(which, self._changed()).tolist()
        at = np.searchsorted(which, changed)
        first[at] = [self.changed[i].row for i in changed]
        schema = pa.schema([POSITIONS.field(name) for name in names])
        own = {"state": self._states, "fte": self._hours}
        return pa.table(
            {
                f.name: own[f.name](first, at, [self.changed[i] for i in changed])
                if f.name in own
                else self.columns[f.name].to_arrow(f.type, first)
                for f in schema
            },
            schema=schema,
        )

    def _changed(self) -> Places:
        return np.fromiter(self.changed, np.int64, len(self.changed))

    def _states(self, first: Places, at: Places, changed: Sequence[Position]) -> pa.Array:
        active = self.columns["state"].where(lambda state: state == ACTIVE)[first]
        active[at] = [position.state == ACTIVE for position in changed]
        return pa.array([PAUSED, ACTIVE]).take(pa.array(active.astype(np.int32)))

    def _hours(self, first: Places, at: Places, changed: Sequence[Position]) -> pa.Array:
        fte = self.columns["fte"].map(_or_nan)
        hours = np.array(fte.values, np.float64)[fte.codes[first]]
        hours[at] = [_or_nan(position.fte) for position in changed]
        return pa.array(hours, mask=np.isnan(hours))

    def places(self) -> dict[tuple[str, int], Places]:
        """The positions of each organisation and month."""
        organisations, months, first = self.columns["organisation"], self.columns["month"], self.posts.first
        numbers = numbered_together([organisations, months], first)
        numbers = small(numbers, len(organisations.values) * len(months.values))
        order = np.argsort(numbers, kind="stable").astype(np.int32)
        begins = np.flatnonzero(_first_of_run(numbers[order]))
        found = {}
        for which in np.split(order, begins[1:]):
            row = int(first[which[0]])
            found[organisations[row], months[row]] = which
        return found


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

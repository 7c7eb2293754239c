"""Small worlds of staff, drawn close to the edges: few months, few people, few places."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from functools import cache

import duckdb
import ibis
import pyarrow as pa
from hypothesis import strategies as st
from slow_count import Position, Window, World

from keepwell.periods import Month, Period
from keepwell.records.counting import StaffRecords, windows
from keepwell.records.spells import spells
from keepwell.records.staff import CLASSIFIED, NOT_KNOWN, POSITIONS
from keepwell.records.staff_records import seen_table

FIRST = Month.parse("2024-10").index
MONTHS = tuple(range(FIRST, FIRST + 6))
EVERY_WINDOW = tuple(Window(a, b) for a in MONTHS for b in MONTHS if a < b)
GROUPINGS = ((), ("organisation",), ("staff_group",), ("organisation", "staff_group"), ("unit",))
LEAVING = ("nhs", "system", "organisation", "staff_group")

Cell = tuple[str, float | None, str, str]
CELLS: list[Cell] = [
    ("active", 1.0, "nurses", "ward 1"),
    ("active", 0.5, "nurses", "ward 1"),
    ("active", 1.0, "nurses", "ward 2"),
    ("active", 1.0, "doctors", "ward 1"),
    ("paused", 1.0, "nurses", "ward 1"),
    ("paused", 0.5, "doctors", "ward 2"),
    ("active", None, "porters", "ward 2"),
]


@st.composite
def worlds(draw: st.DrawFn, *, gaps: bool = True) -> World:
    """Up to five people in one or two organisations; with `gaps`, now and then a month was not looked at."""
    people = draw(st.integers(1, 5))
    organisations = draw(st.sampled_from([("RX1", "RX2"), ("RX1", "RX2"), ("RX1",)]))
    places = st.sampled_from([(o, m) for o in organisations for m in MONTHS])
    unseen = draw(st.one_of(st.just(set()), st.just(set()), st.sets(places, max_size=2))) if gaps else set()
    seen = {o: tuple(m for m in MONTHS if (o, m) not in unseen) for o in organisations}
    few = [None, *draw(st.lists(st.sampled_from(CELLS), min_size=1, max_size=4, unique=True))]
    positions = []
    for person in (f"person {n + 1}" for n in range(people)):
        for organisation in organisations:
            cells = draw(st.lists(st.sampled_from(few), min_size=len(MONTHS), max_size=len(MONTHS)))
            positions += [
                Position(month, organisation, person, *cell)
                for month, cell in zip(MONTHS, cells, strict=True)
                if cell is not None and month in seen[organisation]
            ]
    return World(tuple(positions), seen)


class Database:
    """Tables that are filled with one world after another, so that an expression is compiled only once."""

    def __init__(self) -> None:
        self.positions = ibis.table(ibis.schema(POSITIONS), name="positions")
        self.seen = ibis.table(seen_table({}).schema(), name="seen")
        made = spells(self.positions, self.seen)
        self.records = StaffRecords(ibis.table(made.schema(), name="spells"), self.seen)
        self.make_spells = f"CREATE OR REPLACE TABLE spells AS {sql_of(made)}"
        every = windows([period_of(w) for w in EVERY_WINDOW])
        self.windows = ibis.table(every.schema(), name="windows")
        self.duckdb = duckdb.connect()
        self.duckdb.execute("SET threads = 1")
        self._set("windows", every.to_pyarrow())

    def _set(self, name: str, rows: pa.Table) -> None:
        self.duckdb.register("rows", rows)
        self.duckdb.execute(f"CREATE OR REPLACE TABLE {name} AS SELECT * FROM rows")

    def fill(self, world: World) -> None:
        self._set("positions", positions_of(world))
        self._set("seen", seen_table({o: list(months) for o, months in world.seen.items()}).to_pyarrow())
        self.duckdb.execute(self.make_spells)

    def rows(self, sql: str) -> list[Row]:
        return self.duckdb.sql(sql).to_arrow_table().to_pylist()


Row = dict[str, object]


def sql_of(expression: ibis.Table) -> str:
    return str(ibis.to_sql(expression, dialect="duckdb"))


@cache
def database() -> Database:
    return Database()


@cache
def connection() -> ibis.BaseBackend:
    """The same tables, for what must run through Ibis itself."""
    return ibis.duckdb.from_connection(database().duckdb)


def close() -> None:
    database().duckdb.close()
    connection.cache_clear()
    database.cache_clear()


def compiled(expression: Callable[[StaffRecords, ibis.Table], ibis.Table]) -> Callable[[World], list[Row]]:
    """From a world to the rows of an expression over its records, in every window."""
    base = database()
    sql = sql_of(expression(base.records, base.windows))

    def rows(world: World) -> list[Row]:
        base.fill(world)
        return base.rows(sql)

    return rows


def positions_of(world: World) -> pa.Table:
    nothing = dict.fromkeys(CLASSIFIED, NOT_KNOWN) | {"birth_month": None, "started": None}
    rows = [
        nothing
        | {"organisation_name": f"Trust {p.organisation}"}
        | {name: getattr(p, name) for name in Position.__dataclass_fields__}
        for p in world.positions
    ]
    return pa.Table.from_pylist(rows, schema=POSITIONS)


def period_of(window: Window) -> Period:
    return Period(Month(window.before + 1), Month(window.last))


def window_of(row: Row) -> Window:
    start, end = row["period_start"], row["period_end"]
    assert isinstance(start, dt.date)
    assert isinstance(end, dt.date)
    return Window(Month.of(start).index - 1, Month.of(end).index)


def by_window_and_group(rows: list[Row], by: Sequence[str]) -> dict[tuple[object, ...], Row]:
    """One row a window and group, and the test fails where there are two."""
    found = {(window_of(row), *(row[name] for name in by)): row for row in rows}
    assert len(found) == len(rows)
    return found


def answerable(world: World, *, throughout: bool = False) -> tuple[Window, ...]:
    """The windows of which every organisation was looked at, at both ends or in every month."""
    seen = [set(months) for months in world.seen.values()]
    return tuple(
        w
        for w in EVERY_WINDOW
        if all((set(range(w.before, w.last + 1)) if throughout else {w.before, w.last}) <= have for have in seen)
    )

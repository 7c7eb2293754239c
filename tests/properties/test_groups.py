"""Derived groups: the portable count, the fast one and the slow one over persons say the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import ibis
import pyarrow as pa
import pytest
from hypothesis import Phase, find, given, settings
from hypothesis.errors import NoSuchExample
from slow_count import FLOW_COLUMNS, Counts, Key, Position, Window, World, event, snapshot
from worlds import answerable, by_window_and_group, period_of, positions_of, worlds

from keepwell.content import equality_groups
from keepwell.records import age_bands
from keepwell.records import equality_groups as module
from keepwell.records.age_bands import AGE_BANDS, with_age_bands
from keepwell.records.counting import StaffRecords, event_flows, snapshot_flows, windows
from keepwell.records.engines import DUCKDB, open_engine
from keepwell.records.equality_groups import with_groups
from keepwell.records.flows import Grouping
from keepwell.records.kernels import snapshot_flows_fast
from keepwell.records.spells import spells
from keepwell.records.staff_records import seen_table

UNSHRUNK = settings(max_examples=200, deadline=None, phases=[Phase.generate])
FIELDS = ("full_or_part_time", "nationality_group", "ethnicity_group", "disability_group", "age_band")
# One word a unit or staff group, so that what they are comes from the position that the world has drawn.
NATIONALITY = {"nurses": "Filipino", "doctors": "IRISH", "porters": "Martian"}
ETHNICITY = {"nurses": "SC Filipino", "doctors": "B White - Irish", "porters": ""}
DISABILITY = {"ward 1": "Yes", "ward 2": "no"}
# Born so that the second of them turns 25, the third 65 in the fourth of the six months, at its end.
BORN = {f"person {n}": month for n, month in enumerate([None, 24299 - 25 * 12, 24299 - 65 * 12, 20000, 24100], 1)}


@dataclass(frozen=True)
class Grouped(Position):
    """A position with its groups, from the definitions alone."""

    @property
    def full_or_part_time(self) -> str:
        if self.fte is None:
            return "Not known"
        return "Full time" if self.fte >= 1 else "Part time"

    @property
    def nationality_group(self) -> str:
        return {"nurses": "Rest of world", "doctors": "EU and EEA", "porters": "Not known"}[self.staff_group]

    @property
    def ethnicity_group(self) -> str:
        return {"nurses": "BME", "doctors": "White", "porters": "Not known"}[self.staff_group]

    @property
    def disability_group(self) -> str:
        return {"ward 1": "Disabled", "ward 2": "Not disabled"}[self.unit]

    @property
    def age_band(self) -> str:
        born = BORN[self.person]
        if born is None:
            return "Not known"
        years = (self.month - born) // 12
        return "Under 25" if years < 25 else "65 and over" if years > 64 else AGE_BANDS[(years - 15) // 10]


def rows_of(world: World) -> pa.Table:
    rows = [
        row
        | {"nationality": NATIONALITY[row["staff_group"]], "ethnicity": ETHNICITY[row["staff_group"]]}
        | {"disability": DISABILITY[row["unit"]], "birth_month": BORN[row["person"]]}
        for row in positions_of(world).to_pylist()
    ]
    return pa.Table.from_pylist(rows, schema=positions_of(world).schema)


def records_of(connection: ibis.BaseBackend, world: World) -> StaffRecords:
    def kept(name: str, rows: pa.Table | ibis.Table) -> ibis.Table:
        table = ibis.memtable(rows) if isinstance(rows, pa.Table) else rows
        return connection.create_table(ibis.util.gen_name(name), table, temp=True)

    positions = kept("positions", rows_of(world))
    seen = kept("seen", seen_table({o: list(months) for o, months in world.seen.items()}))
    return StaffRecords(with_groups(kept("spells", with_age_bands(spells(positions, seen)))), seen)


def slow(world: World, window: Window, field: str, leaving: str) -> dict[Key, Counts]:
    grouped = World(
        tuple(Grouped(*(getattr(p, n) for n in Position.__dataclass_fields__)) for p in world.positions), world.seen
    )
    return snapshot(grouped, window, (field,), leaving)


def fault_in(connection: ibis.BaseBackend, world: World, field: str, count: Callable[..., ibis.Table]) -> str | None:
    chosen = answerable(world)
    if not chosen or not world.positions:
        return None
    made = count(records_of(connection, world), windows([period_of(w) for w in chosen]), Grouping((field,)))
    found = by_window_and_group(connection.to_pyarrow(made).to_pylist(), (field,))
    for window in chosen:
        expected = slow(world, window, field, "organisation")
        mine = {key[1:]: row for key, row in found.items() if key[0] == window}
        wanted = {key: {n: pytest.approx(v) for n, v in counts.items()} for key, counts in expected.items()}
        if {key: {n: row[n] for n in FLOW_COLUMNS} for key, row in mine.items()} != wanted:
            return f"{field} in {window}"
    return None


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("road", ["portable", "fast"])
def test_flows_by_a_derived_group_are_those_counted_person_by_person(field: str, road: str) -> None:
    connection = open_engine(DUCKDB)

    def fast(records: StaffRecords, periods: ibis.Table, grouping: Grouping) -> ibis.Table:
        return snapshot_flows_fast(connection, records, periods, grouping)

    @settings(max_examples=12, deadline=None)
    @given(worlds())
    def equal(world: World) -> None:
        assert fault_in(connection, world, field, snapshot_flows if road == "portable" else fast) is None

    equal()
    connection.disconnect()


def test_a_birthday_inside_a_spell_is_no_leaving_and_no_joining() -> None:
    """Somebody who is there throughout and turns 25 leaves nobody's records by the event method."""
    connection = open_engine(DUCKDB)
    months = tuple(range(24297, 24303))
    world = World(
        tuple(Position(m, "RX1", "person 2", "active", 1.0, "nurses", "ward 1") for m in months), {"RX1": months}
    )
    records = records_of(connection, world)
    assert connection.to_pyarrow(records.spells.count()).as_py() == 2
    made = event_flows(records, windows([period_of(Window(24297, 24302))]), Grouping(("age_band",)))
    rows = {row["age_band"]: row for row in connection.to_pyarrow(made).to_pylist()}
    assert event(world, Window(24297, 24302), (), "organisation")[()]["leavers"] == 0
    assert [rows[band]["leavers"] + rows[band]["joiners"] for band in ("Under 25", "25 to 34")] == [0, 0]
    assert [rows[band]["headcount_at_start"] for band in ("Under 25", "25 to 34")] == [1, 0]
    assert [rows[band]["headcount_at_end"] for band in ("Under 25", "25 to 34")] == [0, 1]
    connection.disconnect()


@pytest.mark.parametrize(
    ("where", "name", "planted", "field"),
    [
        (module, "WHOLE_FTE", 0.5, "full_or_part_time"),
        (age_bands, "_FROM_AGES", (None, 26, 35, 45, 55, 65), "age_band"),
        (age_bands, "_FROM_AGES", (None, 25, 35, 45, 55, 66), "age_band"),
    ],
)
def test_a_wrong_limit_is_found(
    monkeypatch: pytest.MonkeyPatch, where: object, name: str, planted: object, field: str
) -> None:
    """The planted fault."""
    monkeypatch.setattr(where, name, planted)
    connection = open_engine(DUCKDB)
    found = find(
        worlds(), lambda world: fault_in(connection, world, field, snapshot_flows) is not None, settings=UNSHRUNK
    )
    assert found.positions
    connection.disconnect()


def test_a_group_given_to_the_wrong_word_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted fault."""
    true = equality_groups()["nationality_group"]
    planted = replace(true, words={**true.words, "irish": "UK"})
    monkeypatch.setattr(module, "equality_groups", lambda: {**equality_groups(), "nationality_group": planted})
    connection = open_engine(DUCKDB)
    find(
        worlds(),
        lambda world: fault_in(connection, world, "nationality_group", snapshot_flows) is not None,
        settings=UNSHRUNK,
    )
    with pytest.raises(NoSuchExample):
        find(
            worlds(),
            lambda world: fault_in(connection, world, "disability_group", snapshot_flows) is not None,
            settings=settings(max_examples=5, deadline=None),
        )
    connection.disconnect()


@pytest.mark.parametrize(
    ("fte", "group"),
    [
        (0.7 + 0.2 + 0.1, "Full time"),
        (0.99999, "Part time"),
        (1.2, "Full time"),
        (0.0, "Part time"),
        (None, "Not known"),
    ],
)
def test_parts_that_make_a_whole_are_full_time(fte: float | None, group: str) -> None:
    rows = with_groups(ibis.memtable(pa.table({"fte": pa.array([fte], pa.float64())})))
    assert open_engine(DUCKDB).to_pyarrow(rows).to_pylist()[0]["full_or_part_time"] == group

"""The fast flows say what the portable ones say, at every level and in every group."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample
from slow_count import Position, World
from worlds import (
    EVERY_WINDOW,
    GROUPINGS,
    LEAVING,
    MONTHS,
    Row,
    answerable,
    compiled,
    connection,
    database,
    period_of,
    worlds,
)

from keepwell.errors import EnquiryRefused
from keepwell.periods import Month, Period
from keepwell.records import flows_of_positions as at_once
from keepwell.records import kernels
from keepwell.records.counting import StaffRecords, snapshot_flows, windows
from keepwell.records.flows import Grouping
from keepwell.records.flows_of_positions import flows_of_positions
from keepwell.records.kernels import snapshot_flows_fast

NAMES_TOO = [*GROUPINGS, ("organisation", "unit", "staff_group")]


def in_order(rows: list[Row]) -> list[Row]:
    return sorted(rows, key=repr)


def fast(world: World, grouping: Grouping, leaving: str) -> list[Row]:
    """From the table that the world was filled into."""
    base = database()
    base.fill(world)
    records = StaffRecords(connection().table("spells"), connection().table("seen"))
    table = snapshot_flows_fast(connection(), records, connection().table("windows"), grouping, leaving)
    return in_order(table.to_pyarrow().to_pylist())


def portable(grouping: Grouping, leaving: str) -> Callable[[World], list[Row]]:
    rows = compiled(lambda records, periods: snapshot_flows(records, periods, grouping, leaving))
    return lambda world: in_order(rows(world))


@pytest.mark.parametrize("leaving", LEAVING)
def test_fast_and_portable_flows_are_equal(leaving: str) -> None:
    count = {by: portable(Grouping(by), leaving) for by in NAMES_TOO}

    @settings(max_examples=15)
    @given(worlds(), st.sampled_from(NAMES_TOO))
    def equal(world: World, by: tuple[str, ...]) -> None:
        assert fast(world, Grouping(by), leaving) == count[by](world)

    equal()


WHERE = [
    (("staff_group", ("nurses",)),),
    (("unit", ("WARD 1",)), ("organisation", ("trust rx1", "RX2"))),
]
NURSE = Position(MONTHS[0], "RX1", "a nurse", "active", 1.0, "nurses", "ward 1")
ELSEWHERE = Position(MONTHS[0], "RX2", "another", "active", 1.0, "nurses", "ward 1")


def chosen(by: tuple[str, ...], where: tuple[tuple[str, tuple[str, ...]], ...]) -> Callable[[World], list[Row]]:
    """The portable flows of values chosen, whose names are looked for in a world that has them all."""
    grouping = Grouping(by, where)

    def rows(world: World) -> list[Row]:
        base = database()
        base.fill(world)
        records = StaffRecords(connection().table("spells"), connection().table("seen"))
        return in_order(snapshot_flows(records, connection().table("windows"), grouping).to_pyarrow().to_pylist())

    return rows


@pytest.mark.parametrize("where", WHERE)
@settings(max_examples=5)
@given(world=worlds(gaps=False))
def test_they_are_equal_of_values_chosen_too(where: tuple[tuple[str, tuple[str, ...]], ...], world: World) -> None:
    world = World(
        (*(p for p in world.positions if p.person != "a nurse"), NURSE, ELSEWHERE),
        dict.fromkeys(("RX1", "RX2"), MONTHS),
    )
    assert fast(world, Grouping(("unit",), where), "organisation") == chosen(("unit",), where)(world)


def shifted(sql: str) -> str:
    return sql.replace("(here >> (last", "(here >> (1 + last")


def as_if_active(sql: str) -> str:
    return sql.replace("WHERE active AND chosen", "WHERE chosen")


def the_paused_present(sql: str) -> str:
    return sql.replace("bit_or(bits) FILTER (active)", "bit_or(bits)")


def short(sql: str) -> str:
    return sql.replace("(high + 1)", "high")


@pytest.mark.parametrize("fault", [shifted, as_if_active, the_paused_present, short])
def test_a_planted_fault_is_caught(fault: Callable[[str], str], monkeypatch: pytest.MonkeyPatch) -> None:
    sound = kernels._sql
    monkeypatch.setattr(kernels, "_sql", lambda *given: fault(sound(*given)))
    count = portable(Grouping(("staff_group",)), "organisation")

    def differs(world: World) -> bool:
        return fast(world, Grouping(("staff_group",)), "organisation") != count(world)

    try:
        find(worlds(gaps=False), differs, settings=settings(max_examples=50, phases=[Phase.generate], database=None))
    except NoSuchExample:
        pytest.fail("nobody noticed")


def test_more_months_than_bits_are_counted_in_lots(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernels, "MOST_MONTHS", 6)
    worker = [Position(m, "RX1", f"person {n}", "active", 1.0, "nurses", "ward 1") for n in (1, 2) for m in MONTHS[::n]]
    world = World(tuple(worker), {"RX1": MONTHS})
    lots = fast(world, Grouping(("unit",)), "organisation")
    assert lots == portable(Grouping(("unit",)), "organisation")(world)


def test_a_window_of_more_months_than_bits_is_counted_the_portable_way() -> None:
    database().fill(World((NURSE,), {"RX1": MONTHS}))
    records = StaffRecords(connection().table("spells"), connection().table("seen"))
    century = windows([Period(Month(MONTHS[0] + 1), Month(MONTHS[0] + 1200))])
    (row,) = snapshot_flows_fast(connection(), records, century, Grouping()).to_pyarrow().to_pylist()
    assert (row["headcount_at_start"], row["leavers"]) == (1, 1)


def straight(world: World, length: int, grouping: Grouping, leaving: str) -> tuple[list[Row], list[Row]]:
    """Flows of every window of a length, straight from positions, and the portable ones from spells."""
    base = database()
    base.fill(world)
    periods = windows([period_of(w) for w in answerable(world) if w.last - w.before == length])
    records = StaffRecords(connection().table("spells"), connection().table("seen"))
    found = flows_of_positions(connection(), connection().table("positions"), periods, grouping, leaving)
    told = snapshot_flows(records, periods, grouping, leaving)
    return in_order(found.to_pyarrow().to_pylist()), in_order(told.to_pyarrow().to_pylist())


@settings(max_examples=8, deadline=None)
@given(
    world=worlds(),
    length=st.sampled_from([1, 2, 4]),
    by=st.sampled_from(NAMES_TOO),
    leaving=st.sampled_from(LEAVING),
    lot=st.sampled_from([5, 62]),
)
def test_flows_straight_from_positions_are_the_portable_ones(
    world: World, length: int, by: tuple[str, ...], leaving: str, lot: int
) -> None:
    if not any(w.last - w.before == length for w in answerable(world)):
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(at_once, "MOST_MONTHS", lot)
        found, told = straight(world, length, Grouping(by), leaving)
    assert found == told


def held(month: int, organisation: str, state: str = "active", fte: float = 1.0, unit: str = "ward 1") -> Position:
    return Position(month, organisation, "a nurse", state, fte, "nurses", unit)


A, B, C, *_ = MONTHS
TELLING = World(
    (
        *(NURSE, held(B, "RX1", fte=0.5), held(C, "RX1", "paused", 0.5), held(A, "RX2"), held(C, "RX2", unit="ward 2")),
        *(replace(held(A, organisation), person="gone from both at once") for organisation in ("RX1", "RX2")),
    ),
    dict.fromkeys(("RX1", "RX2"), MONTHS),
)


@pytest.mark.parametrize("where", [(), *WHERE])
def test_straight_from_positions_values_chosen_are_counted_too(where: tuple[tuple[str, tuple[str, ...]], ...]) -> None:
    for by in NAMES_TOO:
        for leaving in ("organisation", "system"):
            found, told = straight(TELLING, 1, Grouping(by, where), leaving)
            assert found == told


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("bit_or(bits) FILTER (active)", "bit_or(bits)"),
        ("& (here >> 1)) AS leaver", "& here) AS leaver"),
        ("(bits >> 1) - ((bits >> 1) & here)", "(bits >> 1)"),
        ("& (paused >> 1)", "& paused"),
        ("WHERE active AND chosen", "WHERE active"),
        ("bit_or(bits) AS bits, bit_or(leaver)", "bit_or(bits) AS bits, sum(leaver)::BIGINT"),
    ],
)
def test_a_fault_planted_in_one_pass_is_caught(old: str, new: str, monkeypatch: pytest.MonkeyPatch) -> None:
    sound, planted = at_once._sql, []

    def faulty(*given: object) -> str:
        sql = " ".join(sound(*given).split())  # type: ignore[arg-type]
        planted.append(old in sql)
        return sql.replace(old, new)

    monkeypatch.setattr(at_once, "_sql", faulty)
    differs = []
    for by in NAMES_TOO:
        found, told = straight(TELLING, 1, Grouping(by, WHERE[1]), "organisation")
        differs.append(found != told)
    for leaving in LEAVING:
        found, told = straight(TELLING, 1, Grouping(("staff_group",)), leaving)
        differs.append(found != told)
    assert any(planted)
    assert any(differs)


def test_periods_of_several_lengths_are_not_counted_in_one_pass() -> None:
    database().fill(TELLING)
    uneven = windows([period_of(w) for w in EVERY_WINDOW])
    with pytest.raises(EnquiryRefused, match="one pass"):
        flows_of_positions(connection(), connection().table("positions"), uneven, Grouping())

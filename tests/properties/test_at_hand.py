"""What is counted at hand is what the portable definitions count, in every window, group and scope."""

from __future__ import annotations

import math
from collections.abc import Callable

import ibis
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from slow_count import World
from worlds import EVERY_WINDOW, GROUPINGS, LEAVING, MONTHS, Row, connection, database, period_of, worlds

from keepwell.enquiries.asking import with_rates
from keepwell.enquiries.from_staff import PEOPLE
from keepwell.measures import at_hand as measured
from keepwell.measures.at_hand import FAST, rates
from keepwell.records.at_hand import AtHand
from keepwell.records.counting import StaffRecords, event_flows, snapshot_flows, windows
from keepwell.records.flows import Grouping
from keepwell.records.flows_at_hand import event_flows_at_hand, snapshot_flows_at_hand

PORTABLE = {"snapshot": snapshot_flows, "event": event_flows}
FLOWS = {"snapshot": snapshot_flows_at_hand, "event": event_flows_at_hand}
BY = [*GROUPINGS, ("organisation", "unit", "staff_group")]
WHERE = [(), (("staff_group", ("nurses",)),), (("unit", ("WARD 1",)), ("organisation", ("trust rx1", "RX2")))]
PERIODS = [period_of(w) for w in EVERY_WINDOW]


def told(world: World) -> World:
    """The world with days of birth and of starting where the kind of post says so: some known, some not."""
    return world


def filled(world: World) -> tuple[StaffRecords, AtHand]:
    """The same spells in a table of the engine and at hand, with births and starts that differ from person to person."""
    base = database()
    base.fill(world)
    number = "CAST(right(person, 1) AS INTEGER)"
    base.duckdb.execute(
        f"UPDATE spells SET birth_month = CASE WHEN {number} < 4 THEN {MONTHS[0]} - 12 * (50 + 5 * {number}) END,"
        f" started = CASE WHEN {number} < 5 THEN DATE '2024-12-20' - INTERVAL (300 * ({number} - 1)) DAY END"
    )
    records = StaffRecords(connection().table("spells"), connection().table("seen"))
    return records, AtHand(records.spells.to_pyarrow(), world.seen)


def rows_of(table: pa.Table) -> list[Row]:
    """In an order of their own, decimals as far as adding up in another order leaves them."""
    rows = [
        {k: round(v, 9) if isinstance(v, float) and not math.isnan(v) else v for k, v in row.items()}
        for row in table.to_pylist()
    ]
    return sorted(rows, key=repr)


def slowly(expression: ibis.Table) -> list[Row]:
    return rows_of(connection().to_pyarrow(expression))


@pytest.mark.parametrize("leaving", LEAVING)
@pytest.mark.parametrize("method", PORTABLE)
@settings(max_examples=5, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(world=worlds(), by=st.sampled_from(BY), where=st.sampled_from(WHERE))
def test_flows_at_hand_are_the_portable_ones(
    world: World, by: tuple[str, ...], where: tuple[tuple[str, tuple[str, ...]], ...], method: str, leaving: str
) -> None:
    records, hand = filled(world)
    grouping = Grouping(by, where)
    if not hand.knows(grouping):
        return
    found = FLOWS[method](hand, PERIODS, grouping, leaving)
    flows = PORTABLE[method](records, windows(PERIODS), grouping, leaving)
    assert rows_of(found) == slowly(flows)
    for basis in ("headcount", "fte"):
        stable = method == "snapshot"
        assert rows_of(rates(found, basis, stable=stable)) == slowly(with_rates(flows, basis, stable=stable))


@pytest.mark.parametrize("name", FAST)
@settings(max_examples=8, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(world=worlds(), by=st.sampled_from(BY), where=st.sampled_from(WHERE))
def test_measures_at_hand_are_the_portable_ones(
    world: World, by: tuple[str, ...], where: tuple[tuple[str, tuple[str, ...]], ...], name: str
) -> None:
    records, hand = filled(world)
    grouping = Grouping(by, where)
    if not hand.knows(grouping):
        return
    for followed in (12, 2):
        found = with_followed(name, followed, lambda: FAST[name](hand, PERIODS, grouping))
        slow = with_followed(name, followed, lambda: PEOPLE[name](records, windows(PERIODS), grouping))
        assert found.column_names == list(slow.columns)
        assert rows_of(found) == slowly(slow)


def with_followed(name: str, months: int, made: Callable[[], object]):
    """Starters followed for a few months only, since the worlds here are six months long."""
    from keepwell.measures import early_leaving_of_starters as portable

    before = portable.FOLLOWED_MONTHS
    portable.FOLLOWED_MONTHS = measured.FOLLOWED_MONTHS = months
    try:
        return made()
    finally:
        portable.FOLLOWED_MONTHS = measured.FOLLOWED_MONTHS = before

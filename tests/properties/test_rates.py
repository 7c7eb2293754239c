"""Rates stay where rates can be, levels of leaving are nested, and totals are never mixed with parts."""

from __future__ import annotations

import ibis
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slow_count import World
from worlds import GROUPINGS, MONTHS, answerable, by_window_and_group, compiled, worlds

from keepwell.errors import EnquiryRefused
from keepwell.measures.joiner_rate import joiner_rate
from keepwell.measures.leaver_rate import leaver_rate
from keepwell.measures.stability_index import stability_index
from keepwell.periods import Month, Period
from keepwell.records.counting import event_flows, snapshot_flows
from keepwell.records.flows import ALL_STAFF_GROUPS, FLOW_COUNTS, PUBLISHED_FLOWS, Grouping, published_flows

BY = ("organisation", "staff_group")


def test_rates_are_shares_and_stability_is_one_minus_the_share_that_left() -> None:
    """Of the average never more than twice: all of those at the start left, and nobody came."""
    count = {
        by: compiled(
            lambda r, w, by=by: stability_index(
                joiner_rate(leaver_rate(snapshot_flows(r, w, Grouping(by), "staff_group")))
            )
        )
        for by in GROUPINGS
    }

    @settings(max_examples=25)
    @given(worlds(), st.sampled_from(GROUPINGS))
    def inside(world: World, by: tuple[str, ...]) -> None:
        for row in count[by](world):
            start, end, left = row["headcount_at_start"], row["headcount_at_end"], row["leavers"]
            assert 0 <= row["leavers_paused"] <= left <= start
            assert 0 <= row["joiners"] <= end
            assert 0 <= row["leaver_rate"] <= 2
            assert 0 <= row["joiner_rate"] <= 2
            assert row["stability_index"] == (1 - left / start if start else None)

    inside()


def test_whoever_leaves_the_system_leaves_the_organisation_and_the_staff_group() -> None:
    """At the level of organisation and staff group, by both methods; the NHS is the system that is loaded."""
    ways = {"snapshot": snapshot_flows, "event": event_flows}
    levels = ("nhs", "system", "organisation", "staff_group")
    count = {
        (way, level): compiled(lambda r, w, f=flows, level=level: f(r, w, Grouping(BY), level))
        for way, flows in ways.items()
        for level in levels
    }

    @settings(max_examples=8)
    @given(worlds())
    def nested(world: World) -> None:
        for way in ways:
            these = answerable(world, throughout=way == "event")
            rows = [by_window_and_group(count[way, level](world), BY) for level in levels]
            for key in (k for k in rows[0] | rows[-1] if k[0] in these):
                nhs, system, organisation, group = (r[key]["leavers"] if key in r else 0 for r in rows)
                assert nhs == system <= organisation <= group

    nested()


def test_by_event_start_and_joiners_less_leavers_is_the_end() -> None:
    count = compiled(lambda r, w: event_flows(r, w, Grouping(BY), "staff_group"))

    @settings(max_examples=25)
    @given(worlds())
    def balanced(world: World) -> None:
        these = answerable(world, throughout=True)
        for key, row in by_window_and_group(count(world), BY).items():
            if key[0] in these:
                net = row["joiners"] - row["leavers"]
                assert row["headcount_at_end"] == row["headcount_at_start"] + net

    balanced()


counts = st.fixed_dictionaries({name: st.integers(0, 3) for name in FLOW_COUNTS})
PARTS = ("Midwives", "Managers")


@st.composite
def turnover_tables(draw: st.DrawFn) -> list[dict[str, object]]:
    """Three months of two organisations, with totals that are not the sum of their parts, as published."""
    rows: list[dict[str, object]] = []
    for month in MONTHS[:3]:
        for organisation in ("RX1", "RX2"):
            for group in (ALL_STAFF_GROUPS, *draw(st.sets(st.sampled_from(PARTS)))):
                place = {"month": month, "organisation": organisation, "staff_group": group, "region": "Y99"}
                rows.append(place | draw(counts))
    return rows


@settings(max_examples=25)
@given(
    turnover_tables(), st.sampled_from([(), ("organisation",), ("region",), ("staff_group",), BY]), st.integers(1, 3)
)
def test_totals_are_never_added_to_parts(table: list[dict[str, object]], by: tuple[str, ...], months: int) -> None:
    last = Month(MONTHS[2])
    period = Period.ending(last, months)
    flows = ibis.memtable(pa.Table.from_pylist(table, schema=PUBLISHED_FLOWS))
    expected: dict[tuple[object, ...], dict[str, float]] = {}
    for row in table:
        if (row["staff_group"] == ALL_STAFF_GROUPS) != ("staff_group" in by) and period.first.index <= row["month"]:
            group = expected.setdefault(tuple(row[name] for name in by), dict.fromkeys(FLOW_COUNTS, 0))
            for name in FLOW_COUNTS:
                when = {"start": period.first.index, "end": last.index}.get(name.rpartition("_")[2], row["month"])
                group[name] += row[name] if row["month"] == when else 0
    rows = published_flows(flows, [period], Grouping(by)).to_pyarrow().to_pylist()
    assert {tuple(row[name] for name in by): {c: row[c] for c in FLOW_COUNTS} for row in rows} == expected


@pytest.mark.parametrize("by", [(), ("staff_group",)])
def test_a_total_among_its_parts_is_refused(by: tuple[str, ...]) -> None:
    rows = [
        dict.fromkeys(FLOW_COUNTS, 1) | {"month": MONTHS[0], "organisation": "RX1", "staff_group": group}
        for group in (ALL_STAFF_GROUPS, *PARTS)
    ]
    flows = ibis.memtable(pa.Table.from_pylist(rows, schema=PUBLISHED_FLOWS))
    month = Period(Month(MONTHS[0]), Month(MONTHS[0]))
    with pytest.raises(EnquiryRefused, match="must not be added to its parts"):
        published_flows(flows, [month], Grouping(by, (("staff_group", ("all STAFF groups", "Midwives")),)))

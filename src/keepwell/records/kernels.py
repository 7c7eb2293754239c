"""Many windows at once, on one machine: the same flows in less time.

The portable expressions in records/counting.py are the definition. What is here says the same in DuckDB's own
SQL, and a test holds the two equal.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import ibis

from keepwell.records.counting import SCOPES, WINDOW_KEYS, StaffRecords, snapshot_flows
from keepwell.records.flows import FLOW_COUNTS, Grouping, has_values, refuse_unknown
from keepwell.records.staff import ACTIVE

MOST_MONTHS = 120
"""So many month ends fit into the bits of one number (HUGEINT has 127)."""


def snapshot_flows_fast(
    connection: Any, records: StaffRecords, periods: ibis.Table, grouping: Grouping, leaving: str = "organisation"
) -> ibis.Table:
    """As counting.snapshot_flows, counted at once where the connection is of DuckDB.

    Spells must be tables of that connection. Presence is a number with a bit for each month end: whether
    somebody of the start is there at the end is one look at a bit, and no second list of people. Columns and
    values are those of snapshot_flows.
    """
    rows = connection.to_pyarrow(periods.order_by("before")).to_pylist()
    if connection.name != "duckdb" or not rows or max(row["last"] - row["before"] for row in rows) >= MOST_MONTHS:
        return snapshot_flows(records, periods, grouping, leaving)
    refuse_unknown(records.spells, grouping)
    spells = connection.compile(_needed(records.spells, grouping, leaving))
    name = ibis.util.gen_name("flows")
    lots = [f"({_sql(spells, chunk, grouping, leaving)})" for chunk in in_lots(rows, MOST_MONTHS)]
    connection.con.execute(f"CREATE TEMP TABLE {name} AS {' UNION ALL '.join(lots)}")
    return connection.table(name)


def _needed(spells: ibis.Table, grouping: Grouping, leaving: str) -> ibis.Table:
    """The spells with what is asked about them: whether active, and whether among the values chosen."""
    columns = dict.fromkeys([*SCOPES[leaving], "person", *grouping.shown, "fte", "first_month", "last_month"])
    return spells.select(*columns, active=spells.state == ACTIVE, chosen=has_values(spells, grouping))


def in_lots(windows: Sequence[dict[str, Any]], most_months: int) -> list[list[dict[str, Any]]]:
    """The windows, in order of their starts, in lots that span few enough months."""
    lots: list[list[dict[str, Any]]] = []
    for window in windows:
        if not lots or window["last"] - lots[-1][0]["before"] >= most_months:
            lots.append([])
        lots[-1].append(window)
    return lots


def _sql(spells: str, windows: Sequence[dict[str, Any]], grouping: Grouping, leaving: str) -> str:
    first, last = windows[0]["before"], max(w["last"] for w in windows)
    scope, keys = ", ".join(SCOPES[leaving]), ", ".join([*WINDOW_KEYS, *grouping.by])
    names = [name for name in grouping.shown if name not in grouping.by]
    values = ", ".join(
        f"(DATE '{w['period_start']}', DATE '{w['period_end']}', {w['before']}, {w['last']})" for w in windows
    )
    people_names = "".join(f"max({name}) AS {name}, " for name in names)
    counts = ", ".join(f"{how} AS {name}" for name, how in COUNTS.items())
    return f"""
    WITH spells AS MATERIALIZED (
        SELECT *, greatest(first_month, {first}) - {first} AS low, least(last_month, {last}) - {first} AS high
        FROM ({spells}) WHERE first_month <= {last} AND last_month >= {first}),
    presence AS (
        SELECT {scope},
            coalesce(bit_or(bits) FILTER (active), 0) AS here, coalesce(bit_or(bits) FILTER (NOT active), 0) AS paused
        FROM (SELECT *, ((1::HUGEINT << (high + 1)) - (1::HUGEINT << low)) AS bits FROM spells) GROUP BY {scope}),
    windows ({", ".join(WINDOW_KEYS)}, before, last) AS (VALUES {values}),
    at_ends AS (
        SELECT *, first_month <= before AND last_month >= before AS was,
            first_month <= last AND last_month >= last AS is_now,
            (here >> (before - {first})) & 1 = 1 AS was_there, (here >> (last - {first})) & 1 = 1 AS is_there,
            (paused >> (last - {first})) & 1 = 1 AS is_paused
        FROM spells JOIN presence USING ({scope})
        JOIN windows ON first_month <= last AND last_month >= before
        WHERE active AND chosen AND (was OR is_now)),
    people AS (
        SELECT {keys}, {people_names} bool_or(was) AS was, bool_or(is_now) AS is_now,
            bool_or(was AND NOT is_there) AS leaver, bool_or(is_now AND NOT was_there) AS joiner,
            bool_or(was AND NOT is_there AND is_paused) AS leaver_paused,
            sum(fte) FILTER (was) AS fte_was, sum(fte) FILTER (is_now) AS fte_now,
            sum(fte) FILTER (is_now AND NOT was_there) AS fte_joiner, sum(fte) FILTER (was AND NOT is_there) AS fte_leaver
        FROM at_ends GROUP BY {keys}, person)
    SELECT {", ".join([*WINDOW_KEYS, *(f"max({n}) AS {n}" if n in names else n for n in grouping.shown)])}, {counts}
    FROM people GROUP BY {keys}
    """


COUNTS = {
    "headcount_at_start": "count(*) FILTER (was)",
    "headcount_at_end": "count(*) FILTER (is_now)",
    "fte_at_start": "coalesce(sum(fte_was), 0.0)",
    "fte_at_end": "coalesce(sum(fte_now), 0.0)",
    "joiners": "count(*) FILTER (joiner)",
    "leavers": "count(*) FILTER (leaver)",
    "joiners_fte": "coalesce(sum(fte_joiner), 0.0)",
    "leavers_fte": "coalesce(sum(fte_leaver), 0.0)",
    "leavers_paused": "count(*) FILTER (leaver_paused)",
}
assert tuple(COUNTS) == (*FLOW_COUNTS, "leavers_paused")

"""Who was there, who came, who went, straight from what each month said, before there are spells?

Spells make every later question quick, but to make them takes longer than one question. Here positions become
flows in one pass: a number with a bit for each month says when somebody was there in the same group and hours.
The portable expressions in records/counting.py are the definition, and a test holds the two equal.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import ibis

from keepwell.errors import EnquiryRefused, listed
from keepwell.records.counting import SCOPES, WINDOW_KEYS
from keepwell.records.flows import NAMED, Grouping, has_values, refuse_unknown
from keepwell.records.kernels import COUNTS, in_lots
from keepwell.records.staff import ACTIVE

MOST_MONTHS = 62
"""So many month ends fit into the bits of one number that machines count fast (BIGINT has 63)."""


def flows_of_positions(
    connection: Any, positions: ibis.Table, periods: ibis.Table, grouping: Grouping, leaving: str = "organisation"
) -> ibis.Table:
    """As counting.snapshot_flows of the spells that these positions make, of periods of one length.

    For periods at both ends of which every organisation was seen (counting.seen_throughout). The connection is
    of DuckDB. Columns and values are those of snapshot_flows.

    Raises EnquiryRefused for an unknown field or value, for periods of several lengths or of more than 61 months.
    """
    windows = connection.to_pyarrow(periods.order_by("before")).to_pylist()
    refuse_unknown(positions, grouping)
    _refuse_uneven(windows)
    columns = dict.fromkeys(["organisation", "person", *SCOPES[leaving], *grouping.shown, "fte", "month"])
    needed = positions.select(*columns, active=positions.state == ACTIVE, chosen=has_values(positions, grouping))
    name, rows = ibis.util.gen_name("flows"), connection.compile(needed)
    for i, lot in enumerate(in_lots(windows, MOST_MONTHS)):
        into = f"INSERT INTO {name}" if i else f"CREATE TEMP TABLE {name} AS"
        connection.con.execute(f"{into} {_sql(rows, lot, grouping, leaving)}")
    return connection.table(name)


def _refuse_uneven(windows: Sequence[Mapping[str, Any]]) -> None:
    lengths = {w["last"] - w["before"] for w in windows}
    if len(lengths) != 1 or max(lengths) >= MOST_MONTHS:
        raise EnquiryRefused(
            "These periods cannot be counted in one pass.",
            found=f"periods of {listed([str(n) for n in sorted(lengths)])} months",
            attempt=f"periods of one length, of at most {MOST_MONTHS - 1} months",
        )


def _sql(positions: str, windows: Sequence[Mapping[str, Any]], grouping: Grouping, leaving: str) -> str:
    first, last, months = windows[0]["before"], windows[-1]["last"], windows[0]["last"] - windows[0]["before"]
    scope, keys = ", ".join(SCOPES[leaving]), "".join(f"{key}, " for key in grouping.by)
    asked = ("active", "chosen") if grouping.where else ("active",)
    held = ", ".join(dict.fromkeys(["organisation", "person", *SCOPES[leaving], *grouping.by, "fte", *asked]))
    once = "organisation" in grouping.by  # a person has one position a month in an organisation
    people = "marked" if once else f"(SELECT {keys} person, {_MERGED} FROM marked GROUP BY {keys} person)"
    ends = sorted({w[end] - first for w in windows for end in ("before", "last")})
    named = {NAMED[code]: code for code in grouping.by if NAMED.get(code) in grouping.shown}
    shown = [f"{name}.{name}" if name in named else f"there.{name}" for name in grouping.shown]
    return f"""
    WITH held AS MATERIALIZED (
        SELECT {held}, bit_or(1::BIGINT << (month - {first})) AS bits
        FROM ({positions}) WHERE month BETWEEN {first} AND {last} GROUP BY {held}),
    presence AS (
        SELECT {scope}, coalesce(bit_or(bits) FILTER (active), 0) AS here,
            coalesce(bit_or(bits) FILTER (NOT active), 0) AS paused FROM held GROUP BY {scope}),
    marked AS MATERIALIZED (
        SELECT {keys} {"" if once else "person,"} fte, bits, {_masks(months)}
        FROM held JOIN presence USING ({scope}) WHERE {" AND ".join(asked)}),
    {"".join(f"{n} AS (SELECT {c}, max({n}) AS {n} FROM ({positions}) GROUP BY {c})," for n, c in named.items())}
    windows ({", ".join(WINDOW_KEYS)}, before, last) AS (VALUES {_values(windows, first)}),
    there AS ({_grouped(keys, f"{_of_each_month(ends, 'heads')}, {_of_each_month(ends, 'hours')}", "marked")}),
    heads AS ({_grouped(keys, _of_each_month(ends, "heads"), people)}),
    moved AS ({_moved(keys, "marked")}),
    moved_heads AS ({_moved(keys, people)}),
    counted AS (
        SELECT {", ".join([*WINDOW_KEYS, *shown])},
            {"there" if once else "heads"}.heads[windows.before + 1] AS headcount_at_start,
            {"there" if once else "heads"}.heads[windows.last + 1] AS headcount_at_end,
            there.hours[windows.before + 1] AS fte_at_start, there.hours[windows.last + 1] AS fte_at_end,
            {", ".join(f"coalesce({'m' if once else 'h'}.{kind}, 0) AS {kind}" for kind in _MOVES)},
            coalesce(m.joiners_fte, 0.0) AS joiners_fte, coalesce(m.leavers_fte, 0.0) AS leavers_fte
        FROM there CROSS JOIN windows
        {"".join(f" LEFT JOIN {n} ON {n}.{c} = there.{c}" for n, c in named.items())}
        {"" if once else f"JOIN heads ON {_alike(grouping, 'heads', 'there')}"}
        LEFT JOIN moved m ON m.before = windows.before AND {_alike(grouping, "m", "there")}
        {"" if once else f"LEFT JOIN moved_heads h ON h.before = windows.before AND {_alike(grouping, 'h', 'there')}"})
    SELECT {", ".join([*WINDOW_KEYS, *grouping.shown, *COUNTS])}
    FROM counted WHERE headcount_at_start > 0 OR headcount_at_end > 0
    """


_MARKS = ("bits", "leaver", "joiner", "leaver_paused")
_MERGED = ", ".join(f"bit_or({mark}) AS {mark}" for mark in _MARKS)
_MOVES = {"joiners": "joiner", "leavers": "leaver", "leavers_paused": "leaver_paused"}


def _masks(months: int) -> str:
    """At the bit of the month before a window: who left by its end, who is new at its end, and of those who left
    who is paused then."""
    return f"""bits - (bits & (here >> {months})) AS leaver,
        (bits >> {months}) - ((bits >> {months}) & here) AS joiner,
        (bits - (bits & (here >> {months}))) & (paused >> {months}) AS leaver_paused"""


def _of_each_month(ends: Sequence[int], what: str) -> str:
    """A list with a number for each month: of the people with its bit, or of their hours."""
    each = dict.fromkeys(range(ends[-1] + 1), "NULL")
    for month in ends:
        bit = f"((bits >> {month}) & 1)"
        each[month] = f"sum({bit})::BIGINT" if what == "heads" else f"coalesce(sum(fte) FILTER ({bit} = 1), 0.0)"
    return f"[{', '.join(each.values())}] AS {what}"


def _moved(keys: str, rows: str) -> str:
    """Those who came or went, by the windows in which they did: few people in a few windows each."""
    counts = ", ".join(f"sum(({mark} >> before) & 1)::BIGINT AS {kind}" for kind, mark in _MOVES.items())
    hours = ", ".join(
        f"sum(fte) FILTER (({_MOVES[kind]} >> before) & 1 = 1) AS {kind}_fte" for kind in ("joiners", "leavers")
    )
    return f"""
        SELECT {keys} before, {counts}{f", {hours}" if rows == "marked" else ""}
        FROM (FROM {rows} WHERE (leaver | joiner) <> 0) came_or_went
        JOIN windows ON ((leaver | joiner) >> before) & 1 = 1 GROUP BY {keys} before"""


def _grouped(keys: str, counts: str, rows: str) -> str:
    return f"SELECT {keys} {counts} FROM {rows} came {f'GROUP BY {keys[:-2]}' if keys else ''}"


def _alike(grouping: Grouping, one: str, other: str) -> str:
    return " AND ".join(f"{one}.{key} IS NOT DISTINCT FROM {other}.{key}" for key in grouping.by) or "true"


def _values(windows: Sequence[Mapping[str, Any]], first: int) -> str:
    return ", ".join(
        f"(DATE '{w['period_start']}', DATE '{w['period_end']}', {w['before'] - first}, {w['last'] - first})"
        for w in windows
    )

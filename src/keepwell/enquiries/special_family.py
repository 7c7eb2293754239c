"""Which numbers of a special category may be told of each organisation, and which never?

One family for each organisation and category: years to 31 March (the day of the WRES and the WDES), everybody and the
large staff groups. Which staff groups are large is settled in the first year that is told, by their totals and by what
is told of the whole, for all years after. What may be told of a year is decided in keepwell.disclosure.blocks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from keepwell.content import equality_groups
from keepwell.disclosure.blocks import SMALLEST_TOLD, Flows, Partition, levels_told, table_told
from keepwell.disclosure.hiding import Whole
from keepwell.enquiries.families import COUNTS
from keepwell.enquiries.session import Session
from keepwell.periods import Month, Period
from keepwell.records.counting import windows
from keepwell.records.flows import Grouping
from keepwell.records.kernels import snapshot_flows_fast

YEAR_ENDS_IN: Final = 3
OTHERS: Final = "Other staff groups"
LARGE_ENOUGH: Final = 2 * SMALLEST_TOLD
"""So many leavers of its smallest part a staff group must have, going by the whole organisation, to stand by itself."""


@dataclass(frozen=True, slots=True)
class Year:
    """A year of one organisation: its counts as they are, never to be shown, and the partitions that may be told.

    `whole` and `table` are places in the partitions, None where nothing is told: of everybody, and of each of `places`
    (a staff group, or OTHERS).
    """

    period: Period
    everybody: Flows
    places: Mapping[str, Flows]
    whole: int | None
    table: int | None


@dataclass(frozen=True, slots=True)
class Told:
    """What may be told of one organisation: `grouped` are the staff groups in OTHERS."""

    organisation: str
    name: str | None
    years: tuple[Year, ...]
    grouped: tuple[str, ...]


def told_of(session: Session, source: str, characteristic: str) -> tuple[Told, ...]:
    """What may be told of each organisation by one special category, made once while a session is open."""
    key = f"special {source} {characteristic}"
    if key not in session.families:
        session.families[key] = _told_of(session, source, characteristic)
    made = session.families[key]
    assert isinstance(made, tuple)
    return made


def _told_of(session: Session, source: str, characteristic: str) -> tuple[Told, ...]:
    records = session.staff(source)
    seen: dict[str, set[int]] = {}
    for row in records.seen.select("organisation", "month").to_pyarrow().to_pylist():
        seen.setdefault(row["organisation"], set()).add(row["month"])
    years = sorted({p for months in seen.values() for p in _whole_years(months)}, key=lambda p: p.start)
    if not years:
        return ()
    grouping = Grouping(("organisation", characteristic, "staff_group"))
    counted = snapshot_flows_fast(session.connection, records, windows(years), grouping).to_pyarrow().to_pylist()
    return tuple(_family(rows, seen[code], characteristic) for code, rows in _by(counted, "organisation").items())


def _whole_years(months: set[int]) -> list[Period]:
    """The years to 31 March of which both ends were seen."""
    ends = [m for m in months if Month(m).last_day.month == YEAR_ENDS_IN and m - 12 in months]
    return [Period.ending(Month(m), 12) for m in ends]


def _by(rows: Sequence[Mapping[str, Any]], name: str) -> dict[str, list[Mapping[str, Any]]]:
    found: dict[str, list[Mapping[str, Any]]] = {}
    for row in sorted(rows, key=lambda row: str(row[name])):
        found.setdefault(row[name], []).append(row)
    return found


def _family(rows: Sequence[Mapping[str, Any]], seen: set[int], characteristic: str) -> Told:
    """The years of one organisation, and what is told of each: decided from the first year on, forwards alone."""
    periods = sorted(_whole_years(seen), key=lambda p: p.start)
    groups, cut = equality_groups()[characteristic].groups, partitions(characteristic)
    flows = {p: _places(rows, p, characteristic, groups) for p in periods}
    gaps = list(_without_gaps(periods))
    whole = dict(zip(gaps, levels_told([_sum(flows[p]) if p in flows else None for p in gaps], cut), strict=True))
    first = next((p for p in gaps if whole[p] is not None), None)
    large = frozenset() if first is None else _large(flows[first], cut)
    after = [p for p in gaps if first is not None and p.start >= first.start and len(large) > 1]
    placed = {p: _together(flows[p], large) for p in periods}
    table = dict(zip(after, table_told([placed.get(p) for p in after], [whole[p] for p in after], cut), strict=True))
    return Told(
        rows[0]["organisation"],
        rows[0]["organisation_name"],
        tuple(Year(p, _sum(flows[p]), placed[p], whole[p], table.get(p)) for p in periods),
        tuple(sorted({name for p in periods for name in flows[p]} - large)),
    )


def partitions(characteristic: str) -> tuple[Partition, ...]:
    """How finely a category may be told, finest first: each group, or those not known with the first, larger group."""
    groups = equality_groups()[characteristic].groups
    return tuple((i,) for i in range(len(groups))), ((0, len(groups) - 1), *((i,) for i in range(1, len(groups) - 1)))


def _without_gaps(periods: Sequence[Period]) -> list[Period]:
    """Every year from the first to the last, also those not seen."""
    if not periods:
        return []
    return [Period.ending(Month(m), 12) for m in range(periods[0].last.index, periods[-1].last.index + 1, 12)]


def _places(
    rows: Sequence[Mapping[str, Any]], period: Period, characteristic: str, groups: Sequence[str]
) -> dict[str, Flows]:
    """The counts of a year by staff group."""
    counts: dict[str, dict[str, Whole]] = {}
    for row in rows:
        if row["period_end"] == period.end:
            place = counts.setdefault(row["staff_group"], {n: np.zeros(len(groups), dtype=np.int64) for n in COUNTS})
            for name in COUNTS:
                place[name][groups.index(row[characteristic])] += row[name]
    return {
        name: Flows(c["headcount_at_start"], c["headcount_at_end"], c["leavers"], c["joiners"])
        for name, c in sorted(counts.items())
    }


def _sum(places: Mapping[str, Flows]) -> Flows:
    """Everybody: a person has one position in an organisation, and so one staff group."""
    return added(list(places.values()))


def _large(places: Mapping[str, Flows], cut: Sequence[Partition]) -> frozenset[str]:
    """The staff groups that stand by themselves: chosen by their totals and by what is told of the whole alone."""
    whole = _sum(places).together(cut[-1])

    every = int(whole.leavers.sum())
    share = int(whole.leavers[whole.leavers > 0].min(initial=every)) / max(every, 1)

    def expected(flows: Flows) -> float:
        return share * min(int(flows.leavers.sum()), int(flows.joiners.sum()))

    large = {name for name, flows in places.items() if expected(flows) >= LARGE_ENOUGH}
    while large and large != set(places) and expected(_together(places, frozenset(large))[OTHERS]) < LARGE_ENOUGH:
        large.remove(min(large, key=lambda name: (int(places[name].at_start.sum()), name)))
    return frozenset(large)


def _together(places: Mapping[str, Flows], large: frozenset[str]) -> dict[str, Flows]:
    """Each large staff group, and all others as one."""
    others = {name: flows for name, flows in places.items() if name not in large}
    found = {name: places[name] for name in sorted(large & places.keys())}
    return found | ({OTHERS: _sum(others)} if others else {})


def added(places: Sequence[Flows]) -> Flows:
    """The counts of several places as one."""
    return Flows(
        np.sum([flows.at_start for flows in places], axis=0),
        np.sum([flows.at_end for flows in places], axis=0),
        np.sum([flows.leavers for flows in places], axis=0),
        np.sum([flows.joiners for flows in places], axis=0),
    )

"""What do the measures of leavers say of records that are at hand?

The same numbers as the functions of the same names in this folder, which are the definitions; a test holds them equal.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import numpy as np
import pyarrow as pa

from keepwell.measures.at_hand import shares
from keepwell.measures.reasons_for_leaving import UNKNOWN, VOLUNTARY
from keepwell.periods import Period
from keepwell.records.at_hand import Bools, Ints, table_of
from keepwell.records.flows import Grouping
from keepwell.records.leavers_at_hand import LeaversAtHand

OF_REASONS: Final = ("reason", "reason_group")


class _Cut:
    """The leavers of each period that a cut keeps, and their groups."""

    def __init__(
        self, hand: LeaversAtHand, periods: Sequence[Period], organisations: Sequence[str], grouping: Grouping
    ) -> None:
        groups = hand.groups(grouping)
        assert groups is not None
        self.hand, self.periods, self.grouping, self.groups = hand, periods, grouping, groups
        chosen = hand.chosen(grouping.where)
        rows = [hand.in_period(period, organisations) for period in periods]
        self.rows = rows if chosen is None else [those[chosen[those]] for those in rows]

    def count(self, which: Bools | None = None) -> Ints:
        """How many rows of each period are in each group."""
        kept = self.rows if which is None else [rows[which[rows]] for rows in self.rows]
        return np.stack([np.bincount(self.groups.codes[rows], minlength=self.groups.number) for rows in kept])

    def table(self, counts: Mapping[str, Any], there: Bools) -> pa.Table:
        return table_of(self.hand, self.periods, self.grouping, there, counts)


def reasons_known(
    hand: LeaversAtHand, periods: Sequence[Period], organisations: Sequence[str], grouping: Grouping
) -> pa.Table:
    cut = _Cut(hand, periods, organisations, grouping)
    unknown = hand.has("reason_group", {UNKNOWN})
    leavers, nothing = cut.count(), cut.count(unknown)
    other, provisional = cut.count(~hand.reason_known & ~unknown), cut.count(hand.provisional)
    counts = {
        "leavers": leavers,
        "reason_unknown": nothing,
        "reason_other_or_not_known": other,
        "provisional_leavers": provisional,
        "reasons_known": shares(leavers - nothing - other, leavers),
    }
    return cut.table(counts, leavers > 0)


def retirement_share(
    hand: LeaversAtHand, periods: Sequence[Period], organisations: Sequence[str], grouping: Grouping
) -> pa.Table:
    cut = _Cut(hand, periods, organisations, grouping)
    retired = hand.has("reason_group", {"retirement"})
    leavers, those = cut.count(), cut.count(retired)
    back = None if hand.returned is None else cut.count(retired & hand.returned)
    counts = {
        "leavers": leavers,
        "retired": those,
        "retired_and_returned": np.zeros_like(those) if back is None else back,
    }
    table = cut.table(counts | {"retirement_share": shares(those, leavers)}, leavers > 0)
    if back is not None:
        return table
    return table.set_column(
        table.column_names.index("retired_and_returned"), "retired_and_returned", pa.nulls(table.num_rows, pa.int64())
    )


def reasons_for_leaving(
    hand: LeaversAtHand, periods: Sequence[Period], organisations: Sequence[str], grouping: Grouping
) -> pa.Table:
    families = "reason_group" in grouping.by
    outer = tuple(name for name in grouping.by if name not in OF_REASONS)
    inner = Grouping((*outer, "reason_group", *(() if families else ("reason",))), grouping.where)
    whole = _Cut(hand, periods, organisations, Grouping(outer, grouping.where))
    cut = _Cut(hand, periods, organisations, inner)
    unknown, voluntary = hand.has("reason_group", {UNKNOWN}), hand.has("reason_group", {VOLUNTARY})
    of_whole = np.zeros(cut.groups.number, np.int64)
    of_whole[cut.groups.codes] = whole.groups.codes
    every, nothing = whole.count()[:, of_whole], whole.count(unknown)[:, of_whole]
    only_voluntary = whole.count(voluntary & ~hand.reason_known)[:, of_whole]
    mine, tells = cut.count(), cut.count(hand.reason_known) > 0
    is_unknown = _of_group(cut, unknown) if families else ~tells
    may_also = nothing if families else nothing + np.where(_of_group(cut, voluntary), only_voluntary, 0)
    counts = {
        "leavers": every,
        "leavers_with_reason": mine,
        "reasons_for_leaving": shares(mine, every),
        "lowest_share": shares(np.where(is_unknown, 0, mine), every),
        "highest_share": shares(np.where(is_unknown, mine, mine + may_also), every),
    }
    return cut.table(counts, mine > 0)


def _of_group(cut: _Cut, rows: Bools) -> Bools:
    """Whether each group is of these rows; all of a group's rows are, or none."""
    found = np.zeros(cut.groups.number, np.bool_)
    found[cut.groups.codes] = rows
    return found


Counted = Callable[[LeaversAtHand, Sequence[Period], Sequence[str], Grouping], pa.Table]
FAST_LEAVERS: Final[dict[str, Counted]] = {
    "reasons_for_leaving": reasons_for_leaving,
    "reasons_known": reasons_known,
    "retirement_share": retirement_share,
}


def leavers_by_will(
    hand: LeaversAtHand, periods: Sequence[Period], organisations: Sequence[str], grouping: Grouping
) -> pa.Table:
    """Leavers, those who resigned, and those whose reason is not known: what voluntary_leaver_rate counts of leavers."""
    cut = _Cut(hand, periods, organisations, grouping)
    unknown = hand.has("reason_group", {UNKNOWN})
    leavers = cut.count()
    counts = {
        "leavers": leavers,
        "leavers_voluntary": cut.count(hand.voluntary & ~unknown),
        "leavers_reason_unknown": cut.count(unknown),
    }
    return cut.table(counts, leavers > 0)


COUNTED: Final = ("headcount_at_start", "headcount_at_end", "leavers", "leavers_voluntary", "leavers_reason_unknown")


def voluntary_leaver_rate(leavers: pa.Table, staff: pa.Table, grouping: Grouping) -> pa.Table:
    """As the measure of this name, from what leavers_by_will counts and from staff with headcounts, by the groups."""
    keys = ("period_start", "period_end", *grouping.by)
    rows: dict[tuple[Any, ...], dict[str, Any]] = {}
    for table in (staff, leavers):
        for row in table.to_pylist():
            found = rows.setdefault(tuple(row[key] for key in keys), dict.fromkeys(COUNTED, 0))
            found |= {name: value for name, value in row.items() if name in COUNTED or found.get(name) is None}
    ordered = sorted(rows, key=lambda key: [(part is None, part if part is not None else "") for part in key[1:]])
    made = [rows[key] for key in ordered]
    counts = {name: np.array([row[name] for row in made], np.int64) for name in COUNTED}
    average = (counts["headcount_at_start"] + counts["headcount_at_end"]) / 2
    will, unknown = counts["leavers_voluntary"], counts["leavers_reason_unknown"]
    columns: dict[str, Any] = {
        name: pa.array([row[name] for row in made], staff.schema.field(name).type)
        for name in ("period_start", "period_end", *grouping.shown)
    }
    columns |= counts | {
        "leavers_not_voluntary": counts["leavers"] - will - unknown,
        "voluntary_leaver_rate": pa.array(shares(will, average), from_pandas=True),
        "highest_voluntary_leaver_rate": pa.array(shares(will + unknown, average), from_pandas=True),
    }
    return pa.table(columns)

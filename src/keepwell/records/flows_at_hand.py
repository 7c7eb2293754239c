"""How many were there, who came and who went, of records that are at hand?

The same as snapshot_flows and event_flows of records/counting.py, which are the definition; a test holds them equal.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from keepwell.periods import Period
from keepwell.records.at_hand import NONE, AtHand, Bools, Floats, Groups, Ints, table_of
from keepwell.records.flows import FLOW_COUNTS, Grouping
from keepwell.records.staff import ACTIVE, PAUSED

MOST_FILTERS = 3
Where = tuple[tuple[str, tuple[str, ...]], ...]
WITHOUT_PLACE = ("system", "nhs")
"""Scopes in which somebody can cross the edge with several posts at once."""


class Chosen:
    """Those whom a filter keeps, and the spells of them that hold on each month's end asked for."""

    def __init__(self, hand: AtHand, where: Where) -> None:
        self.hand, self.chosen = hand, hand.chosen(where)
        self._at: dict[tuple[int, str | None], Ints] = {}

    def keep(self, rows: Ints) -> Ints:
        return rows if self.chosen is None else rows[self.chosen[rows]]

    def at(self, month: int, *, state: str | None = ACTIVE) -> Ints:
        if self.chosen is None:
            return self.hand.at(month, state=state)
        if (month, state) not in self._at:
            self._at[month, state] = self.keep(self.hand.at(month, state=state))
        return self._at[month, state]


def chosen_by(hand: AtHand, where: Where) -> Chosen:
    """The same filter is asked for many times in a row: of each thread the newest few are kept."""
    newest: dict[Where, Chosen] = hand.of_thread.__dict__.setdefault("newest", {})
    found = newest.pop(where, None) or Chosen(hand, where)
    while len(newest) >= MOST_FILTERS:
        newest.pop(next(iter(newest)))
    newest[where] = found
    return found


class Cut:
    """A cut of records at hand: whom it keeps, and of whom the groups are."""

    def __init__(self, hand: AtHand, grouping: Grouping) -> None:
        groups = hand.groups(grouping)
        assert groups is not None
        self.hand, self.groups = hand, groups
        self.those = chosen_by(hand, grouping.where)

    def keep(self, rows: Ints) -> Ints:
        return self.those.keep(rows)

    def at(self, month: int, *, state: str | None = ACTIVE) -> Ints:
        """The spells kept that hold on a month's end."""
        return self.those.at(month, state=state)

    def rows(self, rows: Ints) -> Ints:
        """How many rows are in each group."""
        return _counted(rows, self.groups)

    def people(self, rows: Ints) -> Ints:
        """How many people are in each group, each once."""
        twice = rows[self.hand.several[rows]]
        if not len(twice):
            return self.rows(rows)
        return self.rows(rows) - self.rows(twice) + self.different_people(twice)

    def pairs(self, rows: Ints) -> Ints:
        """Of each row one number for its group and its person."""
        return self.groups.codes[rows] * self.hand.persons + self.hand.person[rows]

    def different_people(self, rows: Ints) -> Ints:
        """As people, of rows that may tell of the same person in one organisation more than once."""
        return np.bincount(np.unique(self.pairs(rows)) // self.hand.persons, minlength=self.groups.number)

    def fte(self, rows: Ints) -> Floats:
        if self.groups.number == 1:
            return np.array([self.hand.fte[rows].sum()])
        sums = np.bincount(self.groups.codes[rows], self.hand.fte[rows], self.groups.number)
        return sums.astype(np.float64, copy=False)


def _counted(rows: Ints, groups: Groups) -> Ints:
    if groups.number == 1:
        return np.array([len(rows)])
    return np.bincount(groups.codes[rows], minlength=groups.number)


def snapshot_flows_at_hand(
    hand: AtHand, periods: Sequence[Period], grouping: Grouping, leaving: str = "organisation"
) -> pa.Table:
    """As counting.snapshot_flows."""
    asked = ("snapshot", tuple(periods), grouping, leaving)
    return hand.answered(asked, lambda: _snapshot_flows(hand, periods, grouping, leaving))


def _snapshot_flows(hand: AtHand, periods: Sequence[Period], grouping: Grouping, leaving: str) -> pa.Table:
    cut, (key, _) = Cut(hand, grouping), hand.scope(leaving)
    cells = _empty(len(periods), cut)
    ends = {m: _at_end(cut, m) for p in periods for m in (p.month_before.index, p.last.index)}
    for i, period in enumerate(periods):
        before, last = period.month_before.index, period.last.index
        for name, month in (("start", before), ("end", last)):
            cells[f"headcount_at_{name}"][i], cells[f"fte_at_{name}"][i] = ends[month]
        was, now = cut.at(before), cut.at(last)
        left = was[~hand.here(last, leaving)[key[was]]]
        joined = now[~hand.here(before, leaving)[key[now]]]
        paused = left[hand.here(last, leaving, state=PAUSED)[key[left]]]
        cells["joiners"][i], cells["joiners_fte"][i] = cut.people(joined), cut.fte(joined)
        cells["leavers"][i], cells["leavers_fte"][i] = cut.people(left), cut.fte(left)
        cells["leavers_paused"][i] = cut.people(paused)
    there = (cells["headcount_at_start"] > 0) | (cells["headcount_at_end"] > 0)
    return table_of(hand, periods, grouping, there, cells)


def _at_end(cut: Cut, month: int, state: str | None = ACTIVE) -> tuple[Ints, Floats]:
    rows = cut.at(month, state=state)
    return cut.people(rows), cut.fte(rows)


def _empty(periods: int, cut: Cut) -> dict[str, npt.NDArray[Any]]:
    shape = periods, cut.groups.number
    kinds = {name: np.float64 if "fte" in name else np.int64 for name in (*FLOW_COUNTS, "leavers_paused")}
    return {name: np.zeros(shape, kind) for name, kind in kinds.items()}


def event_flows_at_hand(
    hand: AtHand, periods: Sequence[Period], grouping: Grouping, leaving: str = "organisation"
) -> pa.Table:
    """As counting.event_flows."""
    asked = ("event", tuple(periods), grouping, leaving)
    return hand.answered(asked, lambda: _event_flows(hand, periods, grouping, leaving))


def _event_flows(hand: AtHand, periods: Sequence[Period], grouping: Grouping, leaving: str) -> pa.Table:
    cut = Cut(hand, grouping)
    cells = _empty(len(periods), cut)
    events = {"joiners": arrivals_at_hand(hand, leaving), "leavers": departures_at_hand(hand, leaving)}
    for i, period in enumerate(periods):
        before, last = period.month_before.index, period.last.index
        for name, month in (("start", before), ("end", last)):
            cells[f"headcount_at_{name}"][i], cells[f"fte_at_{name}"][i] = _at_end(cut, month, None)
        for name, (rows, months) in events.items():
            inside = (months > before) & (months <= last)
            if cut.those.chosen is not None:
                inside &= cut.those.chosen[rows]
            cells[name][i] = _occurrences(cut, rows[inside], months[inside], leaving)
            cells[f"{name}_fte"][i] = cut.fte(rows[inside])
    there = np.any([cells[n] > 0 for n in ("headcount_at_start", "headcount_at_end", "joiners", "leavers")], axis=0)
    return table_of(hand, periods, grouping, there, cells)


def _occurrences(cut: Cut, rows: Ints, months: Ints, leaving: str) -> Ints:
    """Crossings of the scope's edge in each group: of one person in one month, one."""
    if leaving not in WITHOUT_PLACE or not len(rows):
        return cut.rows(rows)
    span = int(months.max()) + 1
    crossings = cut.pairs(rows) * span + months
    return np.bincount(np.unique(crossings) // (cut.hand.persons * span), minlength=cut.groups.number)


def departures_at_hand(hand: AtHand, leaving: str = "organisation") -> tuple[Ints, Ints]:
    """As counting.departures: the spells that ended with the person gone, and the months in which they went."""

    def find() -> tuple[Ints, Ints]:
        gone_in = _neighbour(hand, hand.last, 1)
        rows = np.flatnonzero(gone_in != NONE)
        return _without(hand, rows, gone_in[rows], gone_in[rows], leaving)

    return hand.kept(("departures", leaving), find)


def arrivals_at_hand(hand: AtHand, leaving: str = "organisation") -> tuple[Ints, Ints]:
    """As counting.arrivals: the spells that began with the person new, and the months in which they came."""

    def find() -> tuple[Ints, Ints]:
        seen_before = _neighbour(hand, hand.first, -1)
        rows = np.flatnonzero(seen_before != NONE)
        return _without(hand, rows, seen_before[rows], hand.first[rows], leaving)

    return hand.kept(("arrivals", leaving), find)


def _neighbour(hand: AtHand, months: Ints, way: int) -> Ints:
    """Of each spell the month seen of its organisation next to (after, before) a month that was seen itself."""
    found = np.full(len(months), NONE, np.int64)
    for code, organisation in enumerate(hand.values["organisation"]):
        have = np.array(hand.seen.get(organisation or "", ()), np.int64)
        if len(have) < 2:
            continue
        rows = np.flatnonzero(hand.codes["organisation"] == code)
        at = np.searchsorted(have, months[rows])
        was_seen = (at < len(have)) & (have[np.minimum(at, len(have) - 1)] == months[rows])
        beside = at + way
        rows, beside = rows[was_seen], beside[was_seen]
        inside = (beside >= 0) & (beside < len(have))
        found[rows[inside]] = have[beside[inside]]
    return found


def _without(hand: AtHand, rows: Ints, at: Ints, months: Ints, leaving: str) -> tuple[Ints, Ints]:
    """Rows whose person has no spell in the scope at a month, with the months in which it happened."""
    key, _ = hand.scope(leaving)
    apart: Bools = np.ones(len(rows), np.bool_)
    for month in np.unique(at):
        these = at == month
        apart[these] = ~hand.here(int(month), leaving, state=None)[key[rows[these]]]
    return rows[apart], months[apart]

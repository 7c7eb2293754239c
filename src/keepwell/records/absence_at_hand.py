"""How many days were lost, of counts that are at hand?

The same as pooled_absence of records/absence.py, which is the definition, for the questions asked most: without
reasons, by what the rows themselves tell. A test holds them equal.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from keepwell.periods import Month, Period
from keepwell.records.absence import ALL_REASONS, ENGLAND
from keepwell.records.at_hand import Bools, Coded, table_of
from keepwell.records.flows import ALL_STAFF_GROUPS, Grouping

FIELDS = frozenset({"organisation", "staff_group"})


class AbsenceAtHand(Coded):
    """Days lost and available, a row a month, organisation, staff group and reason."""

    def __init__(self, absence: pa.Table) -> None:
        super().__init__(absence)
        self.month = absence["month"].to_numpy().astype(np.int64)
        self.months = [Month(int(month)) for month in np.unique(self.month)]
        self.lost = absence["fte_days_lost"].fill_null(0.0).to_numpy()
        self.available = absence["fte_days_available"].fill_null(0.0).to_numpy()
        self._whole = self.has("reason", {ALL_REASONS.casefold()})
        self._plain = not (self.has("organisation", {ENGLAND.casefold()}).any() or self._untold(absence))

    def _untold(self, absence: pa.Table) -> bool:
        """Whether a cell that is needed is empty, in rows of all reasons."""
        needed = ("fte_days_lost", "fte_days_available", "organisation", "organisation_name", "staff_group")
        whole = absence.select(needed).filter(pa.array(self._whole))
        return any(whole[name].null_count for name in needed)

    def answers(self, grouping: Grouping, periods: Sequence[Period]) -> bool:
        """Whether the question is one of those answered here, about months and values that are there.

        One staff group may be chosen: among several some can be the sums of others.
        """
        told = {month for period in periods for month in (period.first + i for i in range(period.months))}
        groups = dict(grouping.where).get("staff_group", ())
        return (
            self._plain
            and len(groups) <= 1
            and set(grouping.fields) <= FIELDS
            and told <= set(self.months)
            and self.knows(grouping)
        )

    def _rows(self, grouping: Grouping) -> Bools:
        chosen = self.chosen(grouping.where)
        rows = self._whole if chosen is None else self._whole & chosen
        if "staff_group" in dict(grouping.where):
            return rows
        total = self.has("staff_group", {ALL_STAFF_GROUPS.casefold()})
        return rows & (~total if "staff_group" in grouping.by else total)

    def rates(self, periods: Sequence[Period], grouping: Grouping) -> pa.Table:
        """As sickness_absence_rate of pooled_absence, by period and group."""
        groups = self.groups(grouping)
        assert groups is not None
        rows = self._rows(grouping)
        counted = []
        for period in periods:
            inside = np.flatnonzero(rows & (self.month >= period.first.index) & (self.month <= period.last.index))
            codes = groups.codes[inside]
            sums = [np.bincount(codes, days[inside], groups.number) for days in (self.lost, self.available)]
            counted.append((np.bincount(codes, minlength=groups.number) > 0, *sums))
        there, lost, available = (np.stack([made[i] for made in counted]) for i in range(3))
        days = np.array([[(period.end - period.start).days + 1] for period in periods])
        with np.errstate(invalid="ignore", divide="ignore"):
            rate = np.where(available > 0, lost / available, np.nan)
        cells = {
            "fte_days_lost": lost,
            "fte_days_available": available,
            "sickness_absence_rate": rate,
            "fte_lost_equivalent": lost / days,
        }
        return table_of(self, periods, grouping, there, cells)

    def not_throughout(self, periods: Sequence[Period], grouping: Grouping) -> list[str]:
        """As absence.not_throughout, of what the question chose."""
        chosen = self.chosen(grouping.where)
        months = {m for p in periods for m in range(p.first.index, p.last.index + 1)}
        inside = np.isin(self.month, list(months))
        rows = np.flatnonzero(inside if chosen is None else inside & chosen)
        pairs = np.unique(self.codes["organisation"][rows] * (12 * 10_000) + self.month[rows])
        names, told = self.values["organisation"], np.bincount(pairs // (12 * 10_000))
        return sorted(str(names[code]) for code in np.flatnonzero(told) if told[code] < len(months))

"""Who left, as numbers in memory?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from keepwell.periods import Period
from keepwell.records.at_hand import Bools, Coded, Ints, yes
from keepwell.records.flows import Grouping


class LeaversAtHand(Coded):
    """Leavers as arrays. `returned` says of each row whether the person was soon in post again; None if nobody can say."""

    def __init__(self, leavers: pa.Table, returned: Bools | None) -> None:
        super().__init__(leavers)
        self.month = leavers["month"].to_numpy().astype(np.int64)
        self.returned = returned
        self.voluntary, self.reason_known, self.provisional = (
            yes(leavers[name]) for name in ("voluntary", "reason_known", "provisional")
        )

    def in_period(self, period: Period, organisations: Sequence[str]) -> Ints:
        """The rows of a period in some organisations."""

        def find() -> Ints:
            theirs = np.array([value in organisations for value in self.values["organisation"]], np.bool_)
            inside = (self.month >= period.first.index) & (self.month <= period.last.index)
            return np.flatnonzero(inside & theirs[self.codes["organisation"]])

        return self.answered(("in", period, tuple(organisations)), find)

    def knows_in(self, grouping: Grouping, rows: Ints) -> bool:
        """As knows, with every value chosen among these rows."""
        if not self.knows(grouping):
            return False
        return all(
            len(rows) and self.has(name, {value.casefold()})[rows].any()
            for name, values in grouping.where
            for value in values
        )

"""Where would another dialect read the same chart differently?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from keepwell.spc.control_charts import ControlCharts
from keepwell.spc.icons import Words, special_causes, variation
from keepwell.spc.limits import Flags


@dataclass(frozen=True, slots=True, eq=False)
class Disagreement:
    """Where two readings of the same series differ.

    `points`: a row a series, true where one dialect says of a point what the other does not. `variation`: the other
    dialect's icons, empty where it gives none. `icons` and `limits`: of each series, whether its variation icon or
    any of its limits differ.
    """

    points: Flags
    variation: Words
    icons: Flags
    limits: Flags

    @property
    def any(self) -> Flags:
        """Of each series, whether the dialects disagree on a point or an icon: limits alone change no reading."""
        return self.icons | self.points.any(axis=1)


def disagreement(ours: ControlCharts, theirs: ControlCharts) -> Disagreement:
    """Where two dialects' charts of the same series say different things. Raises ValueError for other series."""
    if not np.array_equal(ours.values, theirs.values, equal_nan=True):
        raise ValueError("these are charts of different series")
    limits = _differ(ours.lower_process_limit, theirs.lower_process_limit)
    limits |= _differ(ours.upper_process_limit, theirs.upper_process_limit)
    other = variation(theirs)
    points = special_causes(ours) != special_causes(theirs)
    icons = np.atleast_1d(variation(ours) != other)
    return Disagreement(points, other, icons, np.atleast_1d(limits.any(axis=1)))


def _differ(one: NDArray[np.float64], other: NDArray[np.float64]) -> Flags:
    return ~np.isclose(one, other, rtol=1e-12, atol=0, equal_nan=True)

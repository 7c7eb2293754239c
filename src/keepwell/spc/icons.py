"""What do the two icons of Making Data Count say of a chart?"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from keepwell.spc.control_charts import ControlCharts
from keepwell.spc.rules import Signs

Words = NDArray[np.str_]

COMMON_CAUSE = "common_cause"
VARIATIONS = (
    COMMON_CAUSE,
    "improvement_high",
    "improvement_low",
    "concern_high",
    "concern_low",
    "neutral_high",
    "neutral_low",
)
ASSURANCES = ("pass", "fail", "inconsistent")


def special_causes(charts: ControlCharts) -> Words:
    """Of each point what it is: common_cause, or improvement, concern or neutral with _high or _low.

    Empty where there is no point, or none is judged. High and low are what the rule says, up or down.
    """
    words = _words(charts.rule, charts.direction, charts.improvement)
    return np.where(_judged(charts), words, "")


def variation(charts: ControlCharts) -> Words:
    """The variation icon of each series: what its last point is, not what any earlier one was.

    One of `VARIATIONS`; empty where nothing is judged.
    """
    found = _words(charts.at_last(charts.rule), charts.at_last(charts.direction), charts.improvement)
    return np.where(charts.at_last(_judged(charts)), found, "")


def assurance(charts: ControlCharts, target: ArrayLike) -> Words:
    """The assurance icon of each series: will the process as it is meet the target?

    pass or fail where the target lies outside the last limits, inconsistent where it lies on or between them: hit
    and miss, by chance. Empty without a target (nan), without limits, and where neither way is improvement. `target`
    is one for all series or one for each.
    """
    aim = np.broadcast_to(np.asarray(target, dtype=np.float64), charts.values.shape[:1])
    lower, upper = charts.at_last(charts.lower_process_limit), charts.at_last(charts.upper_process_limit)
    return assured(lower, upper, aim, charts.improvement)


def assured(lower: ArrayLike, upper: ArrayLike, target: ArrayLike, improvement: int) -> Words:
    """pass, fail or inconsistent for limits and a target; `improvement` is +1 where higher is better, -1 or 0.

    A target above both limits is failed where higher is better, and passed where lower is; below both, the reverse.
    """
    low, high, aim = np.broadcast_arrays(*(np.asarray(x, dtype=np.float64) for x in (lower, upper, target)))
    unknown = np.isnan(low) | np.isnan(high) | np.isnan(aim) | (improvement == 0)
    above, below = ("fail", "pass") if improvement > 0 else ("pass", "fail")
    outside = np.where(aim > high, above, np.where(aim < low, below, "inconsistent"))
    return np.where(unknown, "", outside)


def _judged(charts: ControlCharts) -> NDArray[np.bool_]:
    return ~np.isnan(charts.values) & ~np.isnan(charts.lower_process_limit)


def _words(rule: Signs, direction: Signs, improvement: int) -> Words:
    """What a point of that rule and direction is called."""
    high, low = {1: ("improvement", "concern"), -1: ("concern", "improvement")}.get(improvement, ("neutral",) * 2)
    return np.where(rule == 0, COMMON_CAUSE, np.where(direction > 0, f"{high}_high", f"{low}_low"))

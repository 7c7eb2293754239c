"""What do many series look like as control charts, all at once?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from keepwell.spc.dialects import Dialect, dialect
from keepwell.spc.limits import Flags, Floats, Limits, p_limits, u_limits, xmr_limits
from keepwell.spc.rules import Signals, Signs, signals

IMPROVEMENT = {"increase": 1, "decrease": -1, "neutral": 0}
FEWEST_TO_FIX = 12

Kind = TypeVar("Kind", bound=np.generic)
Groups = NDArray[np.intp]
LimitsOf = Callable[[Floats, Flags], Limits]


@dataclass(frozen=True, slots=True, eq=False)
class ControlCharts:
    """Control charts of many series: a row a series, a column a point; nan where there is nothing.

    `group` numbers the stretches between recalculations. `rule` is the number in `RULES` of the rule that a point
    is a signal by, 0 for none; `direction` is +1 where it says high, -1 where it says low. `on_trial`: of a stretch
    with fewer points than the dialect wants for firm limits. `no_width`: the limits fall on the mean although the
    values differ, so that they tell nothing. `improvement` is +1 where higher is better, -1 where lower is, else 0.
    """

    values: Floats
    mean: Floats
    lower_process_limit: Floats
    upper_process_limit: Floats
    moving_range: Floats
    group: Groups
    rule: Signs
    direction: Signs
    on_trial: Flags
    no_width: Flags
    improvement: int
    dialect: Dialect

    @property
    def last(self) -> Groups:
        """The column of the last point of each series that has a value; 0 where none has."""
        there = ~np.isnan(self.values)
        return np.where(there.any(axis=1), there.shape[1] - 1 - np.argmax(there[:, ::-1], axis=1), 0)

    def at_last(self, table: NDArray[Kind]) -> NDArray[Kind]:
        """Of each series what a table of this shape says at its last point."""
        return np.take_along_axis(table, self.last[:, None], axis=1)[:, 0]


def xmr_charts(
    values: ArrayLike,
    *,
    rules: Dialect | None = None,
    improvement: str = "neutral",
    groups: ArrayLike | None = None,
    fix_after_n_points: int | None = None,
) -> ControlCharts:
    """XmR charts: single values with limits from their moving ranges (see xmr_limits).

    `values` is one series or a row a series, nan for a gap. `improvement` is increase, decrease or neutral.
    `groups` numbers the stretches between recalculations, for all series or for each: limits and rules of one know
    nothing of another. With `fix_after_n_points` the limits come from the first so many points of a stretch.

    Raises ValueError for fewer than 12 points to fix, an unknown improvement, infinite values or shapes that differ.
    """
    table = _table("values", values)
    chosen = rules or dialect()
    return _charts(
        table, lambda y, baseline: xmr_limits(y, baseline, chosen), chosen, improvement, groups, fix_after_n_points
    )


def p_charts(
    events: ArrayLike,
    people: ArrayLike,
    *,
    rules: Dialect | None = None,
    improvement: str = "neutral",
    groups: ArrayLike | None = None,
    fix_after_n_points: int | None = None,
) -> ControlCharts:
    """P charts: shares of people, with limits as wide as chance alone makes them (see p_limits).

    Where there is nobody there is no point. The rest as in xmr_charts. Raises ValueError also for a count that is
    negative, or more events than people.
    """
    count, size = _counts(events, people)
    if np.any(count > size):
        raise ValueError("there are more events than people")
    return _of_counts(p_limits, count, size, rules, improvement, groups, fix_after_n_points)


def u_charts(
    events: ArrayLike,
    exposure: ArrayLike,
    *,
    rules: Dialect | None = None,
    improvement: str = "neutral",
    groups: ArrayLike | None = None,
    fix_after_n_points: int | None = None,
) -> ControlCharts:
    """U charts: events per exposure, with limits as wide as chance alone makes them (see u_limits).

    Where there is no exposure there is no point. The rest as in xmr_charts. Raises ValueError also for negative
    counts.
    """
    count, size = _counts(events, exposure)
    return _of_counts(u_limits, count, size, rules, improvement, groups, fix_after_n_points)


def _of_counts(
    limits_of: Callable[[Floats, Floats, Flags], Limits],
    count: Floats,
    size: Floats,
    rules: Dialect | None,
    improvement: str,
    groups: ArrayLike | None,
    fix_after_n_points: int | None,
) -> ControlCharts:
    def limits(y: Floats, baseline: Flags) -> Limits:
        there = ~np.isnan(y)
        return limits_of(np.where(there, count, np.nan), np.where(there, size, np.nan), baseline)

    return _charts(count / size, limits, rules or dialect(), improvement, groups, fix_after_n_points)


def _charts(
    values: Floats,
    limits_of: LimitsOf,
    rules: Dialect,
    improvement: str,
    groups: ArrayLike | None,
    fix_after_n_points: int | None,
) -> ControlCharts:
    if fix_after_n_points is not None and fix_after_n_points < FEWEST_TO_FIX:
        raise ValueError(f"limits are fixed after {FEWEST_TO_FIX} points or more, not {fix_after_n_points}")
    if improvement not in IMPROVEMENT:
        raise ValueError(f"improvement is {' or '.join(IMPROVEMENT)}, not {improvement}")
    way = IMPROVEMENT[improvement]
    group = np.broadcast_to(np.asarray(0 if groups is None else groups, dtype=np.intp), values.shape)
    stretches = [
        _stretch(np.where(group == number, values, np.nan), limits_of, rules, way, fix_after_n_points)
        for number in np.unique(group)
    ]
    one = stretches[0] if len(stretches) == 1 else _together(stretches, group)
    return ControlCharts(
        values,
        one.limits.mean,
        one.limits.lower,
        one.limits.upper,
        one.limits.moving_range,
        group,
        one.found.rule,
        one.found.direction,
        one.on_trial,
        one.no_width,
        way,
        rules,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Stretch:
    limits: Limits
    found: Signals
    on_trial: Flags
    no_width: Flags


def _stretch(
    values: Floats, limits_of: LimitsOf, rules: Dialect, improvement: int, fix_after_n_points: int | None
) -> _Stretch:
    """The charts of one stretch between recalculations: everything outside it is a gap."""
    there = ~np.isnan(values)
    number = there.sum(axis=1, keepdims=True)
    baseline = there if fix_after_n_points is None else there & (np.cumsum(there, axis=1) <= fix_after_n_points)
    limits = limits_of(values, baseline)
    found = signals(values, limits, rules, improvement)
    if np.any(number < rules.fewest_points):
        judged = number >= rules.fewest_points
        limits = Limits(*[np.where(judged, getattr(limits, f.name), np.nan) for f in fields(limits)])
        found = Signals(np.where(judged, found.rule, np.int8(0)), np.where(judged, found.direction, np.int8(0)))
    differ = np.any(there & (values != limits.mean), axis=1, keepdims=True)
    no_width = there & differ & (limits.upper == limits.lower)
    return _Stretch(limits, found, there & (number < rules.trial_points), no_width)


def _together(stretches: list[_Stretch], group: Groups) -> _Stretch:
    """Stretches side by side again, each in its own columns."""
    which = [group == number for number in np.unique(group)]

    def joined(tables: list[NDArray[Kind]]) -> NDArray[Kind]:
        together: NDArray[Kind] = np.select(which, tables, tables[0].dtype.type(0))
        return together

    return _Stretch(
        Limits(*[joined([getattr(s.limits, f.name) for s in stretches]) for f in fields(Limits)]),
        Signals(*[joined([getattr(s.found, f.name) for s in stretches]) for f in fields(Signals)]),
        joined([s.on_trial for s in stretches]),
        joined([s.no_width for s in stretches]),
    )


def _table(name: str, values: ArrayLike) -> Floats:
    table = np.atleast_2d(np.asarray(values, dtype=np.float64))
    if table.ndim != 2:
        raise ValueError(f"{name} has a row a series and a column a point")
    if np.any(np.isinf(table)):
        raise ValueError(f"{name} holds an infinite value")
    return table


def _counts(events: ArrayLike, exposure: ArrayLike) -> tuple[Floats, Floats]:
    count, size = _table("events", events), _table("exposure", exposure)
    if count.shape != size.shape:
        raise ValueError("events and exposure do not have the same shape")
    if np.any(count < 0) or np.any(size < 0):
        raise ValueError("a count is negative")
    known = ~np.isnan(count) & (size > 0)
    return np.where(known, count, np.nan), np.where(known, size, np.nan)

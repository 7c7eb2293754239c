"""Which points are more than noise?

The four rules of Making Data Count, on many series at once: a row a series, a column a point. A gap (nan, or a
side of 0) ends every run.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from keepwell.spc.dialects import Dialect
from keepwell.spc.limits import Flags, Floats, Limits

Signs = NDArray[np.int8]

COMMON_CAUSE, OUTSIDE, TREND, TWO_IN_THREE, SHIFT = range(5)
RULES = ("", "outside", "trend", "two_in_three", "shift")
"""The rules in their order of precedence; the first is none."""


@dataclass(frozen=True, slots=True, eq=False)
class Signals:
    """For each point the rule that it is a signal by (0: none), and whether it says high (+1) or low (-1)."""

    rule: Signs
    direction: Signs


def signals(values: Floats, limits: Limits, dialect: Dialect, improvement: int) -> Signals:
    """Every point with the first rule that it is a signal by.

    The order is outside, trend, two in three, shift. In a dialect where improvement wins, a rule that says
    improvement goes before one that says concern. `improvement` is +1 where higher is better, -1 where lower is.
    """
    side = _signs(values > limits.mean, values < limits.mean)
    out = outside(values, limits)
    rising, falling = trends(values, dialect.trend_points)
    near = _signs(values > limits.upper_two_sigma, values < limits.lower_two_sigma) != 0
    if dialect.two_in_three == "between":
        near &= out == 0
    pair = np.where(two_in_three(near, side), side, 0)
    run = np.where(shift(side, dialect.shift_points), side, 0)
    found = [out, _to_the_right(values, rising, falling), pair, run]
    hits = [found_by != 0 for found_by in found]
    if dialect.conflict == "improvement" and improvement:
        better = [out == improvement, rising if improvement > 0 else falling, pair == improvement, run == improvement]
        hits, found = [*better, *hits], [*[np.full_like(out, improvement)] * 4, *found]
    rules = [OUTSIDE, TREND, TWO_IN_THREE, SHIFT] * (len(hits) // 4)
    return Signals(
        np.select(hits, [np.int8(rule) for rule in rules], np.int8(0)).astype(np.int8),
        np.select(hits, found, np.int8(0)).astype(np.int8),
    )


def outside(values: Floats, limits: Limits) -> Signs:
    """+1 above the upper process limit, -1 below the lower; on a limit is not outside."""
    return _signs(values > limits.upper, values < limits.lower)


def trends(values: Floats, points: int) -> tuple[Flags, Flags]:
    """Which points are part of so many in a row that each rise, and which of so many that fall; ties break both."""
    steps = np.diff(values, axis=1)
    first = np.zeros((len(values), 1), bool)
    rising, falling = (
        part_of(completes(np.hstack([first, way]), points - 1), points) for way in (steps > 0, steps < 0)
    )
    return rising, falling


def two_in_three(near: Flags, side: Signs) -> Flags:
    """The near points of three in a row on one side of the mean, of which two or more are near a limit."""
    three = np.zeros(near.shape, bool)
    if near.shape[1] >= 3:
        enough = near[:, 2:].astype(np.int8) + near[:, 1:-1] + near[:, :-2] >= 2
        three[:, 2:] = enough & (np.abs(side[:, 2:] + side[:, 1:-1] + side[:, :-2]) == 3)
    return part_of(three, 3) & near


def shift(side: Signs, points: int) -> Flags:
    """Which points are part of so many in a row on one side of the mean; on the mean is on neither."""
    return part_of(completes(side > 0, points), points) | part_of(completes(side < 0, points), points)


def completes(hits: Flags, number: int) -> Flags:
    """Whether a point is at least the so-manieth hit in a row."""
    done = np.zeros(hits.shape, bool)
    if hits.shape[1] >= number:
        width = hits.shape[1] - number + 1
        done[:, number - 1 :] = np.logical_and.reduce([hits[:, k : k + width] for k in range(number)])
    return done


def part_of(done: Flags, number: int) -> Flags:
    """Whether a point is one of the so many that end at a completed run."""
    part = done.copy()
    for back in range(1, min(number, done.shape[1])):
        part[:, :-back] |= done[:, back:]
    return part


def _to_the_right(values: Floats, rising: Flags, falling: Flags) -> Signs:
    """The trend of each point; the turning point of two opposite ones takes the direction to its right."""
    after = np.zeros(values.shape, bool)
    after[:, :-1] = np.diff(values, axis=1) > 0
    return _signs(rising & (~falling | after), falling & (~rising | ~after))


def _signs(high: Flags, low: Flags) -> Signs:
    return high.astype(np.int8) - low.astype(np.int8)

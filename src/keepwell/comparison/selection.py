"""Those we pick because they stand high will fall by themselves: by how much?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from keepwell.comparison.intervals import Floats, amounts

FAR_OUT = 4.0
"""Standard deviations: so far out by chance lies about one place in 15,000."""

Places = NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Shrunken:
    """What the rates of places would be if it were measured again, place by place; nan where there is no rate.

    `average` is that of the place's own group, `lasting` the share of its distance from the average that is
    not chance, `expected` the rate to expect. `between` is the variance between places of one group, relative
    to the square of their average: its root is how far they truly differ, as a fraction of the average.
    `exceptional` are places too far out even for that: something happened there.
    """

    average: Floats
    lasting: Floats
    expected: Floats
    between: float
    exceptional: NDArray[np.bool_]


def shrunken_rates(x: ArrayLike, denominator: ArrayLike, group: ArrayLike) -> Shrunken:
    """The rate to expect of each place when it is measured again with nothing changed (empirical Bayes).

        expected = average + lasting (x / denominator − average)    lasting = between / (between + 1/E)
        E = average × denominator: the events that the group's average leads to expect

    `between` is the variance of x / E beyond that of chance, by the method of moments, all groups pooled:
    max(0, (Q − (k − g)) / Σ(ΣE − ΣE²/ΣE)), Q the squares about each group's mean weighted by E, k places in g
    groups. Places more than 4 standard deviations out are left out of it, and it is made again until
    none is: one service transferred must not make all the others look lasting. A place is compared only with
    its own group; places of nobody do not count.

    What lasts from one period to the next can be less: what happened once does not come back, and is no
    chance either. So the fall is at least what this says.

    Raises ValueError when a number is negative.
    Source: DerSimonian and Laird (1986); Efron and Morris (1975), JASA 70; pooling over groups is ours.
    """
    count, size = amounts("x", x), amounts("denominator", denominator)
    names, at = np.unique(np.asarray(group, dtype=str), return_inverse=True)
    known = (size > 0) & ~np.isnan(count)
    average = _averages(count, size, at, known, len(names))
    with np.errstate(divide="ignore", invalid="ignore"):
        expected = np.where(known & (average > 0), size * average, np.nan)
        between, inside = _between(count / expected, expected, at)
        lasting = between / (between + 1 / expected)
        again = average + lasting * (count / size - average)
    return Shrunken(average, lasting, again, between, ~inside & ~np.isnan(expected))


def _averages(count: Floats, size: Floats, at: Places, known: NDArray[np.bool_], groups: int) -> Floats:
    """Of each place, the figure of its group."""
    events = np.bincount(at, np.where(known, count, 0.0), groups)
    people = np.bincount(at, np.where(known, size, 0.0), groups)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(known, (events / people)[at], np.nan)


def _between(ratio: Floats, expected: Floats, at: Places) -> tuple[float, NDArray[np.bool_]]:
    """The variance between places, and the places it was made from."""
    inside, before = ~np.isnan(expected), -1
    between = 0.0
    while inside.sum() != before:
        before = int(inside.sum())
        between, mean = _moments(ratio[inside], expected[inside], at[inside], int(at.max(initial=0)) + 1)
        inside = inside & (np.abs(ratio - mean[at]) <= FAR_OUT * np.sqrt(between + 1 / expected))
    return between, inside


def _moments(ratio: Floats, weight: Floats, at: Places, groups: int) -> tuple[float, Floats]:
    """The variance beyond chance by the method of moments, and the mean of each group."""
    total = np.bincount(at, weight, groups)
    mean = np.bincount(at, weight * ratio, groups) / total
    there = total > 0
    room = (total[there] - np.bincount(at, weight**2, groups)[there] / total[there]).sum()
    excess = (weight * (ratio - mean[at]) ** 2).sum() - (len(ratio) - there.sum())
    return max(0.0, float(excess / room)) if room > 0 else 0.0, mean

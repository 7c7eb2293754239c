"""Which counts does a policy hide, and what does it show of the others?

A policy cuts the whole numbers into classes: nought by itself, the numbers it hides, and above them either each
number by itself or fives around a multiple of five. What is shown of a cell tells its class and nothing else.

Nought is shown under all four. Most cells of a staff table are empty because there can be nobody (no midwives in an
ambulance trust); an outsider knows that, and hiding them would hide the table and protect no one. A team of which
nobody answered a survey is shown as 0 responses for the same reason: no person's answer stands behind it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

Whole = NDArray[np.int64]
Yes = NDArray[np.bool_]

AT_LEAST = 4
"""So many numbers stay possible for a hidden cell, unless another number is asked for."""
BOUNDLESS = 10**9
"""More than any count: the top of a class that has none."""


@dataclass(frozen=True, slots=True)
class HidingPolicy:
    """Counts from `hides_from` to `hides_to` are hidden; others are shown exactly, or to the nearest `step`.

    `mark` stands in place of every hidden number, whatever the reason it is hidden.
    """

    name: str
    title: str
    hides_to: int
    step: int | None = None
    hides_from: int = 1
    mark: str = "*"

    @property
    def rounds(self) -> bool:
        """Whether what is shown is rounded."""
        return self.step is not None

    def hides(self, counts: Whole) -> Yes:
        """Whether a count is small enough to be hidden for its own sake."""
        return (counts >= self.hides_from) & (counts <= self.hides_to)

    def lowest_alike(self, counts: Whole) -> Whole:
        """The lowest count that would be shown as this one is: the bottom of its class."""
        shown = counts if self.step is None else np.maximum(self._rounded(counts) - self.step // 2, self.hides_to + 1)
        return np.where(counts < self.hides_from, counts, np.where(self.hides(counts), self.hides_from, shown))

    def highest_alike(self, counts: Whole) -> Whole:
        """The highest count that would be shown as this one is: the top of its class."""
        shown = counts if self.step is None else self._rounded(counts) + (self.step - 1) // 2
        return np.where(counts < self.hides_from, counts, np.where(self.hides(counts), self.hides_to, shown))

    def _rounded(self, counts: Whole) -> Whole:
        step = self.step or 1
        return np.asarray((2 * counts + step) // (2 * step) * step, dtype=np.int64)


HIDING: Mapping[str, HidingPolicy] = MappingProxyType(
    {
        policy.name: policy
        for policy in (
            HidingPolicy("nhs", "1 to 7 hidden, other counts rounded to the nearest 5", hides_to=7, step=5),
            HidingPolicy("under_5", "1 to 4 hidden, other counts exact (not rounded)", hides_to=4),
            HidingPolicy("under_10", "1 to 9 hidden, other counts exact (not rounded)", hides_to=9),
            HidingPolicy("survey_11", "groups of 1 to 10 responses hidden, others exact (not rounded)", hides_to=10),
        )
    }
)


def shown(policy: HidingPolicy, counts: Whole, also_hidden: Yes | None = None) -> NDArray[np.float64]:
    """What is shown of each count: nought as it is, others exact or to the nearest step; not a number where hidden.

    `also_hidden` names cells hidden to protect others. By itself this is no protection: see `protect`.
    Source: for `nhs`, NHS Digital's rule for sub-national counts since September 2018.
    """
    if (counts < 0).any():
        raise ValueError("a count is not below zero")
    away = policy.hides(counts) if also_hidden is None else policy.hides(counts) | also_hidden
    return np.where(away, np.nan, policy._rounded(counts))


def count_shown(policy: HidingPolicy, count: int) -> int | None:
    """What is shown of one count that stands by itself, as `shown` shows it; None where it is hidden."""
    [seen] = shown(policy, np.array([count], dtype=np.int64)).tolist()
    return None if np.isnan(seen) else int(seen)

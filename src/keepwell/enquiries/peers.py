"""How do the places of one group lie around its average?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from keepwell.comparison import (
    HIGH,
    HIGHER,
    LOW,
    LOWER,
    NOT_SIGNIFICANT,
    Dispersion,
    Interval,
    Limits,
    adjusted_limits,
    adjusted_rate_limits,
    average_of,
    dispersion,
    proportion_limits,
    proportion_significance,
    rate_dispersion,
    rate_interval,
    rate_limits,
    rate_significance,
    significance,
    wilson_interval,
)

POSITION_WORDS = {
    HIGHER: "above 99.8% limit",
    HIGH: "above 95% limit",
    NOT_SIGNIFICANT: "within limits",
    LOW: "below 95% limit",
    LOWER: "below 99.8% limit",
}
ABOVE, BELOW = POSITION_WORDS[HIGHER], POSITION_WORDS[LOWER]
TOO_SMALL, NO_ONES_PEER = "too small to show", "no group or no figure"
TOO_FEW, NOBODY = "too few to compare", "nobody counted in the group"
TOO_MANY_HIDDEN = "too many of the group are hidden"
MOST_HIDDEN = 0.1
"""Those hidden are those with few counted: without more of them than this the average is no longer the group's."""


@dataclass(frozen=True, slots=True, eq=False)
class Counts:
    """Numerator, denominator and figure of each place; nan where it has none or they are `hidden`."""

    x: np.ndarray
    n: np.ndarray
    figure: np.ndarray
    hidden: np.ndarray
    share: bool


@dataclass(frozen=True, slots=True, eq=False)
class Funnel:
    """The places of one group that have a figure, by their row, and their funnel; none where they are too few."""

    group: str
    rows: tuple[int, ...]
    interval: Interval
    average: float = float("nan")
    why_not: str = ""
    rank: tuple[int, ...] = ()
    limits: Limits | None = None
    labels: tuple[str, ...] = ()
    found: Dispersion | None = None
    adjusted: Limits | None = None
    adjusted_labels: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        return len(self.rows)

    @property
    def compared(self) -> bool:
        return self.limits is not None

    def columns(self) -> dict[str, Sequence[Any]]:
        """What a table says of each place, by column."""
        columns: dict[str, Sequence[Any]] = {
            "lower_95": self.interval.lower.tolist(),
            "upper_95": self.interval.upper.tolist(),
            "compared": [self.size] * self.size,
        }
        if self.limits is None or self.found is None:
            return columns | {"position": [self.why_not] * self.size}
        columns |= {"group_average": [self.average] * self.size, "rank": self.rank, "position": self.labels}
        columns |= _by_name(self.limits, "limit")
        columns |= {"phi": [self.found.phi] * self.size, "tau2": [self.found.tau2] * self.size}
        if self.adjusted is None:
            return columns
        return columns | _by_name(self.adjusted, "adjusted") | {"adjusted_position": self.adjusted_labels}

    def in_words(self, place: str) -> str:
        """Who is compared with whom, and whether they differ more than by chance."""
        if self.found is None:
            return ""
        words = f"{self.group}: {self.size} {place}s, together {self.average:.2%}; phi {self.found.phi:.2f}"
        if self.adjusted is None:
            return f"{words}: they differ no more than chance makes them."
        return f"{words}, tau² {self.found.tau2:.5f}: they differ more than chance makes them; adjusted limits allow for it."


def funnels_of(counts: Counts, groups: Sequence[str | None], fewest: int) -> list[Funnel]:
    """The funnel of every group, in the order of their names.

    None has a group of fewer than `fewest` places with a figure, or one where more than a tenth are hidden.
    """
    known = ~np.isnan(counts.x)
    names = sorted({group for group, there in zip(groups, known, strict=True) if group is not None and there})
    found = []
    for name in names:
        rows = tuple(i for i, group in enumerate(groups) if group == name and known[i])
        hidden = sum(gone for group, gone in zip(groups, counts.hidden, strict=True) if group == name)
        why_not = TOO_FEW if len(rows) < fewest else ""
        if hidden > MOST_HIDDEN * (len(rows) + hidden):
            why_not = TOO_MANY_HIDDEN
        found.append(_funnel(name, rows, counts, why_not))
    return found


def _funnel(name: str, rows: tuple[int, ...], counts: Counts, why_not: str) -> Funnel:
    x, n = counts.x[list(rows)], counts.n[list(rows)]
    interval = wilson_interval(x, n) if counts.share else rate_interval(x, n)
    average = average_of(x, n)
    if why_not or average == 0:
        return Funnel(name, rows, interval, average, why_not or NOBODY)
    limits = proportion_limits(n, average) if counts.share else rate_limits(n, average)
    labels = proportion_significance(x, n, average) if counts.share else rate_significance(x, n, average)
    spread = dispersion(x, n, "PR") if counts.share else rate_dispersion(x, n)
    adjusted: Limits | None = None
    adjusted_labels: tuple[str, ...] = ()
    if spread.more_than_chance:
        adjusted = adjusted_limits(spread, n) if counts.share else adjusted_rate_limits(spread, n, average)
        adjusted_labels = _in_words(significance(x / n, adjusted))
    rank = tuple(int(1 + (x / n > figure).sum()) for figure in x / n)
    return Funnel(name, rows, interval, average, "", rank, limits, _in_words(labels), spread, adjusted, adjusted_labels)


def _in_words(labels: np.ndarray) -> tuple[str, ...]:
    return tuple(POSITION_WORDS[str(label)] for label in labels)


def _by_name(limits: Limits, kind: str) -> dict[str, Sequence[float]]:
    return {f"{kind}_{name}": getattr(limits, name).tolist() for name in limits.__slots__}

"""What can an outsider work out of what was released?

The other side, for the tests: it shares no code with `protect` and is told nothing by it. It takes what is shown, the
sums, and what else it has been given, and asks plain linear programming for the least and the most of each hidden cell.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import linprog


@dataclass(frozen=True, slots=True)
class Fact:
    """Something else the outsider has: the weighted sum of these cells lies between two numbers."""

    cells: Mapping[int, float]
    least: float
    most: float


@dataclass(frozen=True, slots=True)
class Held:
    """All that an outsider holds: what is shown (not a number where hidden), how it was rounded, and the sums.

    A sum is (total, {part: sign}, at most). `hidden_between` is what the outsider takes for granted of a hidden cell:
    from 0 on, of whom nothing is known; from 1 to 7, where nothing but small numbers is hidden.
    """

    shown: NDArray[np.float64]
    step: int | None
    sums: Sequence[tuple[int, Mapping[int, int], bool]]
    hidden_between: tuple[float, float] = (0, np.inf)
    facts: Sequence[Fact] = ()


@dataclass(frozen=True, slots=True)
class Worked:
    """The least and the most a hidden cell can be."""

    cell: int
    least: float
    most: float

    @property
    def candidates(self) -> float:
        """How many whole numbers lie between them."""
        return np.inf if self.most == np.inf else floor(self.most + 1e-6) - ceil(self.least - 1e-6) + 1

    @property
    def recovered(self) -> bool:
        """Whether the cell is known."""
        return self.candidates == 1


def worked_out(held: Held, cells: Sequence[int] | None = None) -> list[Worked]:
    """For each hidden cell (or those named) the least and the most it can be, each by its own linear program."""
    equal, loose, most = _rows(held)
    hidden = [int(c) for c in np.flatnonzero(np.isnan(held.shown))]
    found = []
    for cell in hidden if cells is None else cells:
        ends = []
        for sense in (1.0, -1.0):
            cost = np.zeros(len(held.shown))
            cost[cell] = sense
            answer = linprog(
                cost, A_ub=loose, b_ub=most, A_eq=equal, b_eq=np.zeros(equal.shape[0]), bounds=_bounds(held)
            )
            ends.append(sense * answer.fun if answer.status == 0 else sense * -np.inf)
        found.append(Worked(cell, *ends))
    return found


def recovered(held: Held) -> list[int]:
    """The hidden cells that are known after all."""
    return [w.cell for w in worked_out(held) if w.recovered]


def _bounds(held: Held) -> list[tuple[float, float]]:
    half = 0 if held.step is None else held.step // 2
    return [
        held.hidden_between if np.isnan(value) else (value, value) if value == 0 else (value - half, value + half)
        for value in held.shown.tolist()
    ]


def _rows(held: Held) -> tuple[sparse.csr_matrix, sparse.csr_matrix | None, NDArray[np.float64] | None]:
    cells = len(held.shown)
    equal = sparse.lil_matrix((sum(not at_most for *_, at_most in held.sums), cells))
    loose: list[tuple[dict[int, float], float]] = []
    row = 0
    for total, parts, at_most in held.sums:
        if at_most:
            loose.append(({total: 1.0, **dict.fromkeys(parts, -1.0)}, 0.0))
            loose += [({p: 1.0, total: -1.0}, 0.0) for p in parts]
            continue
        equal[row, total] = -1.0
        for part, sign in parts.items():
            equal[row, part] = float(sign)
        row += 1
    for fact in held.facts:
        loose += [(dict(fact.cells), fact.most), ({c: -w for c, w in fact.cells.items()}, -fact.least)]
    if not loose:
        return equal.tocsr(), None, None
    matrix = sparse.lil_matrix((len(loose), cells))
    for k, (weights, _) in enumerate(loose):
        for cell, weight in weights.items():
            matrix[k, cell] = weight
    return equal.tocsr(), matrix.tocsr(), np.array([most for _, most in loose])


def counts_given_back(rate: float, digits: int, numerators: range, denominators: Sequence[Fraction | int]) -> set[int]:
    """The counts that a rate shown to so many digits leaves possible, given what its denominator can be."""
    return {
        n for n in numerators for d in denominators if d and abs(float(Fraction(n) / d) - rate) <= 0.5 * 10**-digits
    }

"""Which numbers can a hidden cell have, in tables of whole numbers that come out the same?

Everything is told as a difference from the counts as they are, in the cells that are free: nought is the true table,
and a difference within the limits of the choice is another table that looks the same. First one free cell alone is
moved; then HiGHS moves many, one cell at a time to its least and most, from one model whose costs alone change.

A cell is called weak only when it is certain that it has too few numbers, so the answer does not depend on where the
search began: every table that looks the same has the same weak cells.
"""

from __future__ import annotations

from dataclasses import dataclass

import highspy
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from keepwell.disclosure.choosing import Choice
from keepwell.disclosure.hiding import Whole, Yes
from keepwell.disclosure.structure import Family

FAR = 10**6
"""Further from the true number no search goes: limits beyond it are no limits."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Another table: the free cells that differ, and by how much."""

    cells: tuple[int, ...]
    by: tuple[int, ...]


@dataclass(frozen=True)
class Space:
    """All tables that look the same, as differences of free cells from the counts as they are.

    `rows` times the differences lie between `low` and `high`; the first `len(cell)` rows are the cells named.
    """

    family: Family
    columns: Whole
    low: Whole
    high: Whole
    rows: sparse.csr_matrix
    row_low: Whole
    row_high: Whole
    row_of: Whole
    column_of: Whole

    @property
    def by_column(self) -> sparse.csc_matrix:
        return sparse.csc_matrix(self.rows)


def space_of(family: Family, counts: Whole, choice: Choice, cells: Yes) -> Space:
    """The tables that differ from the counts only in the free cells among those named."""
    below = np.maximum(np.minimum(choice.lowest - counts, 0), -FAR)
    above = np.minimum(np.maximum(choice.highest - counts, 0), FAR)
    free = family.free
    place = np.flatnonzero(cells[free] & (above > below)[free])
    columns = free[place]
    whole = family.by_free[:, place].tocsr()
    derived = np.flatnonzero((family.defining >= 0) & (np.diff(whole.indptr) > 0))
    bound, kind = family.bindings
    bound_here = bound[:, place]
    touched = np.flatnonzero(np.diff(bound_here.indptr))
    slack = np.asarray(np.rint(bound[touched] @ counts[free]), dtype=np.int64)
    taken, held = _taken(family, counts, choice)
    rows = sparse.vstack([whole[derived], bound_here[touched], taken[:, place]]).tocsr()
    low = [below[derived], np.where(kind[touched] == 0, 0, -slack), [x.lowest for x in choice.limits] - held]
    high = [above[derived], np.where(kind[touched] == 0, 0, FAR), [x.highest for x in choice.limits] - held]
    row_of, column_of = np.full(len(family), -1), np.full(len(family), -1)
    row_of[derived], column_of[columns] = np.arange(len(derived)), np.arange(len(columns))
    return Space(
        family,
        columns,
        below[columns],
        above[columns],
        rows,
        np.maximum(np.concatenate(low).astype(np.int64), -FAR),
        np.minimum(np.concatenate(high).astype(np.int64), FAR),
        row_of,
        column_of,
    )


def _taken(family: Family, counts: Whole, choice: Choice) -> tuple[sparse.csr_matrix, Whole]:
    """The limits of the choice in free cells, and where the counts stand in each."""
    sizes = [len(limit.cells) for limit in choice.limits]
    cells = np.concatenate([np.zeros(0, dtype=np.int64), *(limit.cells for limit in choice.limits)])
    signs = np.concatenate([np.zeros(0, dtype=np.int64), *(limit.sign for limit in choice.limits)])
    at = (np.repeat(np.arange(len(sizes)), sizes), cells)
    matrix = sparse.csr_matrix((signs, at), shape=(len(sizes), len(family)))
    return sparse.csr_matrix(matrix @ family.from_free), np.asarray(matrix @ counts, dtype=np.int64)


class Search:
    """Numbers found possible for each cell asked about, and for each number a table that shows it."""

    def __init__(self, asked: Whole, cells: int, at_least: int) -> None:
        self.asked = asked
        self.at_least = at_least
        self.reach = max(8, 2 * at_least)
        self.place = np.full(cells, -1, dtype=np.int64)
        self.place[asked] = np.arange(len(asked))
        width = 2 * self.reach + 1
        self.seen = np.zeros((len(asked), width), dtype=bool)
        self.seen[:, self.reach] = True
        self._table = np.full((len(asked), width), -1, dtype=np.int64)
        self._alone = np.full((len(asked), width), -1, dtype=np.int64)
        self._sign = np.zeros((len(asked), width), dtype=np.int8)
        self._tables: list[Difference] = []

    @property
    def found(self) -> Whole:
        """How many numbers were found possible for each cell asked about, the true one among them."""
        return np.asarray(self.seen.sum(axis=1), dtype=np.int64)

    def lacking(self) -> Whole:
        """The places of the cells that have not enough yet."""
        return np.flatnonzero(self.found < self.at_least)

    def differences(self, place: int) -> tuple[Difference, ...]:
        """A table for each other number found for the cell, nearest first, no more than are needed."""
        offsets = np.flatnonzero(self.seen[place]) - self.reach
        nearest = sorted((int(o) for o in offsets if o), key=lambda o: (abs(o), o))[: self.at_least - 1]
        return tuple(self._difference(place, o) for o in nearest)

    def _difference(self, place: int, offset: int) -> Difference:
        at = (place, offset + self.reach)
        if (alone := int(self._alone[at])) >= 0:
            return Difference((alone,), (offset * int(self._sign[at]),))
        return self._tables[int(self._table[at])]

    def move_one(self, space: Space) -> None:
        """Every free cell alone, as far as it goes."""
        entries = space.by_column.tocoo()
        sign, row, column = np.rint(entries.data).astype(np.int64), entries.row, entries.col
        up, down = space.high.copy(), -space.low
        np.minimum.at(up, column, np.where(sign > 0, space.row_high[row], -space.row_low[row]))
        np.minimum.at(down, column, np.where(sign > 0, -space.row_low[row], space.row_high[row]))
        up[np.unique(column[abs(sign) != 1])] = 0
        down[np.unique(column[abs(sign) != 1])] = 0
        effect = self._effect(space).tocoo()
        by, at, j = np.rint(effect.data).astype(np.int64), effect.row, effect.col
        for offset in [*range(-self.reach, 0), *range(1, self.reach + 1)]:
            moved = offset * by
            can = (abs(by) == 1) & (moved <= up[j]) & (-moved <= down[j]) & ~self.seen[at, offset + self.reach]
            self.seen[at[can], offset + self.reach] = True
            self._alone[at[can], offset + self.reach] = space.columns[j[can]]
            self._sign[at[can], offset + self.reach] = by[can]

    def _effect(self, space: Space) -> sparse.csr_matrix:
        """Cells asked about by free cells of the space."""
        family = space.family
        position = np.searchsorted(family.free, space.columns)
        return sparse.csr_matrix(family.by_free[:, position].tocsr()[self.asked])

    def move_many(self, space: Space, *, settle: bool) -> list[int]:
        """Each cell that lacks numbers, to its least and its most among the tables of the space.

        Returns the place of the first cell of which it is certain that it has too few; only where `settle`, for it is
        certain only if the space holds all tables that look the same.
        """
        effect = self._effect(space)
        reached = np.diff(effect.indptr) > 0
        solver = _Solver(space)
        for place in self.lacking():
            if self.seen[place].sum() >= self.at_least:
                continue
            if reached[place]:
                self._move_to_ends(space, solver, effect, int(place))
            if settle and self.seen[place].sum() < self.at_least:
                return [int(place)]
        return []

    def _move_to_ends(self, space: Space, solver: _Solver, effect: sparse.csr_matrix, place: int) -> None:
        held = slice(effect.indptr[place], effect.indptr[place + 1])
        columns, costs = effect.indices[held], effect.data[held]
        target = _Target(int(self.asked[place]), columns, costs)
        ends = []
        for sense in (-1, 1):
            moved = solver.furthest(target, sense, -self.reach, self.reach)
            if moved is None:
                return
            self._note(space, effect, moved)
            ends.append(int(np.rint(moved[columns] @ costs)))
        for offset in range(min(ends) + 1, max(ends)):
            if self.seen[place].sum() >= self.at_least or max(ends) - min(ends) + 1 < self.at_least:
                return
            if not self.seen[place, offset + self.reach]:
                moved = solver.furthest(target, 1, offset, offset)
                if moved is not None:
                    self._note(space, effect, moved)

    def _note(self, space: Space, effect: sparse.csr_matrix, moved: Whole) -> None:
        offset = np.rint(effect @ moved).astype(np.int64)
        near = np.flatnonzero(abs(offset) <= self.reach)
        new = near[~self.seen[near, offset[near] + self.reach]]
        if not len(new):
            return
        nonzero = np.flatnonzero(moved)
        cells, by = space.columns[nonzero].tolist(), moved[nonzero].tolist()
        self._tables.append(Difference(tuple(cells), tuple(by)))
        self.seen[new, offset[new] + self.reach] = True
        self._table[new, offset[new] + self.reach] = len(self._tables) - 1


@dataclass(frozen=True, slots=True)
class _Target:
    """A cell as a sum of columns."""

    cell: int
    columns: NDArray[np.int32]
    costs: NDArray[np.float64]


class _Solver:
    """One HiGHS model of a space: only costs and the limits of the cell looked at change between runs."""

    def __init__(self, space: Space) -> None:
        self.space = space
        self.highs = highspy.Highs()  # type: ignore[no-untyped-call]
        for option, value in (("output_flag", False), ("presolve", "off"), ("simplex_strategy", 4), ("threads", 1)):
            self.highs.setOptionValue(option, value)
        self.highs.passModel(_model(space))
        self._costed: NDArray[np.int32] = np.zeros(0, dtype=np.int32)

    def furthest(self, target: _Target, sense: int, least: int, most: int) -> Whole | None:
        """A whole table of the space with the cell at its most (sense 1) or least (-1) between two numbers."""
        self._limit(target, least, most)
        self._cost(target, sense)
        try:
            moved = self._run()
            return moved if moved is not None and self._holds(moved) else self._in_whole_numbers()
        finally:
            self._limit(target, -FAR, FAR)

    def _limit(self, target: _Target, least: int, most: int) -> None:
        column, row = int(self.space.column_of[target.cell]), int(self.space.row_of[target.cell])
        if column >= 0:
            self.highs.changeColBounds(
                column, float(max(least, self.space.low[column])), float(min(most, self.space.high[column]))
            )
        elif row >= 0:
            self.highs.changeRowBounds(
                row, float(max(least, self.space.row_low[row])), float(min(most, self.space.row_high[row]))
            )

    def _cost(self, target: _Target, sense: int) -> None:
        self.highs.changeColsCost(len(self._costed), self._costed, np.zeros(len(self._costed)))
        self._costed = target.columns.astype(np.int32)
        self.highs.changeColsCost(len(self._costed), self._costed, -sense * target.costs.astype(float))

    def _run(self) -> Whole | None:
        self.highs.run()
        if self.highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        return np.asarray(np.rint(np.array(self.highs.getSolution().col_value)), dtype=np.int64)

    def _holds(self, moved: Whole) -> bool:
        """Whether the rounded answer is a table of the space, reckoned in whole numbers."""
        rows = np.rint(self.space.rows @ moved).astype(np.int64)
        return bool(
            (moved >= self.space.low).all()
            and (moved <= self.space.high).all()
            and (rows >= self.space.row_low).all()
            and (rows <= self.space.row_high).all()
            and abs(np.array(self.highs.getSolution().col_value) - moved).max(initial=0) < 1e-6
        )

    def _in_whole_numbers(self) -> Whole | None:
        """The same, asked for in whole numbers: only where the plain answer was not whole."""
        if self.highs.getModelStatus() == highspy.HighsModelStatus.kInfeasible:
            return None
        columns = np.arange(len(self.space.columns), dtype=np.int32)
        kinds = np.full(len(columns), int(highspy.HighsVarType.kInteger), dtype=np.uint8)
        self.highs.changeColsIntegrality(len(columns), columns, kinds)
        moved = self._run()
        whole = moved if moved is not None and self._holds(moved) else None
        self.highs.changeColsIntegrality(len(columns), columns, np.zeros(len(columns), dtype=np.uint8))
        return whole


def _model(space: Space) -> highspy.HighsLp:
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = len(space.columns), space.rows.shape[0]
    model.col_cost_ = np.zeros(len(space.columns))
    model.col_lower_, model.col_upper_ = space.low.astype(float), space.high.astype(float)
    model.row_lower_, model.row_upper_ = space.row_low.astype(float), space.row_high.astype(float)
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = space.rows.indptr
    model.a_matrix_.index_ = space.rows.indices
    model.a_matrix_.value_ = space.rows.data.astype(float)
    return model

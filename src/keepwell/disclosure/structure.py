"""Which cells make a family of tables, and how do they add up?

A family is all that one audience is to have: every cell of every table, each once, and the sums that bind them. An
outsider can add up as well as we can, so a sum that is left out here is protection that is not there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from keepwell.disclosure.hiding import Whole
from keepwell.errors import KeepwellError, counted


class FamilyRefused(KeepwellError):
    """Tables that cannot be protected together as they were declared."""


@dataclass(frozen=True, slots=True)
class Sums:
    """Equations, one after the other: the cell `total[e]` is the signed sum of its parts.

    The parts of equation e are `part[start[e]:start[e + 1]]` with `sign` +1 or -1. Where `at_most[e]`, the total is
    not the sum: it is at most the sum of its parts and at least each of them (people counted once who are in two).
    """

    total: Whole
    start: Whole
    part: Whole
    sign: Whole
    at_most: Whole

    @staticmethod
    def of(equations: Sequence[tuple[int, Mapping[int, int], bool]]) -> Sums:
        """From (total, {part: sign}, at most) one by one."""
        sizes = [len(parts) for _, parts, _ in equations]
        flat = [(cell, sign) for _, parts, _ in equations for cell, sign in parts.items()]
        return Sums(
            np.array([total for total, _, _ in equations], dtype=np.int64),
            np.concatenate([[0], np.cumsum(sizes, dtype=np.int64)]).astype(np.int64),
            np.array([cell for cell, _ in flat], dtype=np.int64),
            np.array([sign for _, sign in flat], dtype=np.int64),
            np.array([loose for _, _, loose in equations], dtype=np.int64),
        )

    def __len__(self) -> int:
        return len(self.total)

    def __iter__(self) -> Iterator[tuple[int, Whole, Whole, bool]]:
        for e in range(len(self)):
            held = slice(self.start[e], self.start[e + 1])
            yield int(self.total[e]), self.part[held], self.sign[held], bool(self.at_most[e])

    @property
    def equation_of_part(self) -> Whole:
        return np.repeat(np.arange(len(self), dtype=np.int64), np.diff(self.start))

    def matrix(self, cells: int) -> sparse.csr_matrix:
        """Equations by cells: the signs of the parts."""
        return sparse.csr_matrix((self.sign, (self.equation_of_part, self.part)), shape=(len(self), cells))


@dataclass(frozen=True)
class Family:
    """Cells, the sums that bind them, and in which order they are given up.

    `labels` has a row a cell. `rank` says what is hidden first to protect another (lowest first); it is fixed by the
    caller or by the structure, never by the counts. `blocks` cut the cells into those that are searched together first,
    small ones before large ones.
    """

    labels: pa.Table
    sums: Sums
    rank: Whole
    blocks: tuple[Whole, ...] = ()

    def __len__(self) -> int:
        return len(self.rank)

    @cached_property
    def defining(self) -> Whole:
        """For each cell the equation that gives it from its parts, or -1 for a cell that is free."""
        found = np.full(len(self), -1, dtype=np.int64)
        exact = np.flatnonzero(self.sums.at_most == 0)[::-1]
        found[self.sums.total[exact]] = exact
        return found

    @cached_property
    def free(self) -> Whole:
        """The cells from which all others follow."""
        return np.flatnonzero(self.defining < 0)

    @cached_property
    def from_free(self) -> sparse.csr_matrix:
        """Cells by free cells: every cell as a sum of free ones."""
        cells, free = len(self), self.free
        rows = sparse.csr_matrix((np.ones(len(free)), (free, np.arange(len(free)))), shape=(cells, len(free)))
        derived = np.flatnonzero(self.defining >= 0)
        parts = self.sums.matrix(cells)[self.defining[derived]]
        steps = (
            sparse.csr_matrix((np.ones(len(derived)), (derived, np.arange(len(derived)))), shape=(cells, len(derived)))
            @ parts
        )
        whole, added = rows, rows
        while (added := steps @ added).nnz:
            whole = whole + added
        return sparse.csr_matrix(whole)

    @cached_property
    def by_free(self) -> sparse.csc_matrix:
        """The same, quick to cut to some free cells."""
        return sparse.csc_matrix(self.from_free)

    @cached_property
    def bindings(self) -> tuple[sparse.csr_matrix, Whole]:
        """What the free cells must still obey: rows, and per row whether it is an equation (0) or not below nought (1)."""
        cells = len(self)
        whole = self.from_free
        others = np.setdiff1d(np.flatnonzero(self.sums.at_most == 0), self.defining)
        same = (self.sums.matrix(cells)[others] @ whole - whole[self.sums.total[others]]).tocsr()
        same.eliminate_zeros()
        same = same[np.flatnonzero(np.diff(same.indptr))]
        loose = np.flatnonzero(self.sums.at_most)
        below = self.sums.matrix(cells)[loose] @ whole - whole[self.sums.total[loose]]
        inside = np.flatnonzero(self.sums.at_most[self.sums.equation_of_part])
        above = whole[self.sums.total[self.sums.equation_of_part[inside]]] - whole[self.sums.part[inside]]
        kind = np.repeat([0, 1, 1], [same.shape[0], below.shape[0], above.shape[0]])
        return sparse.csr_matrix(sparse.vstack([same, below, above])), kind.astype(np.int64)

    @cached_property
    def component(self) -> Whole:
        """Which cells hang together through sums: each such part is protected by itself."""
        between = (self.sums.equation_of_part, self.sums.part)
        links = sparse.csr_matrix(
            (np.ones(len(self.sums.part)), (self.sums.total[between[0]], between[1])), shape=(len(self), len(self))
        )
        return np.asarray(connected_components(links, directed=False)[1], dtype=np.int64)

    @cached_property
    def depth(self) -> Whole:
        """How many sums lie below a cell at most: parts always lie lower than their total."""
        depth = np.zeros(len(self), dtype=np.int64)
        for _ in range(len(self) + 1):
            above = np.zeros(len(self), dtype=np.int64)
            np.maximum.at(above, self.sums.total[self.sums.equation_of_part], depth[self.sums.part] + 1)
            if (above == depth).all():
                return depth
            depth = above
        raise FamilyRefused(
            "The tables go round in a circle: a cell is a part of its own total.",
            found=counted(len(self.sums), "sum"),
            attempt="declare each total once, from its parts",
        )

    def check(self, counts: Whole) -> None:
        """Refuse counts that break the sums declared. Names the number of sums broken, never a count."""
        sums = self.sums.matrix(len(self)) @ counts
        total = counts[self.sums.total]
        part = counts[self.sums.part]
        over = np.zeros(len(self.sums), dtype=bool)
        np.logical_or.at(over, self.sums.equation_of_part, part > total[self.sums.equation_of_part])
        loose = self.sums.at_most == 1
        broken = np.where(loose, (total > sums) | over, total != sums)
        if broken.any() or (counts < 0).any():
            raise FamilyRefused(
                "The counts do not add up as the tables were declared.",
                found=f"{counted(int(broken.sum()), 'sum')} of {len(self.sums):,} broken, "
                f"{counted(int((counts < 0).sum()), 'count')} below nought",
                attempt="declare totals that are not the sum of their parts as such, and leave out sums that do not hold",
            )

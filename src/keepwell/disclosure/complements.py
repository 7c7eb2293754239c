"""Which cells go with a hidden one where all others are shown exactly?

Anybody can take the shown cells of a sum from its total and has the sum of those hidden. It must leave room: it may not
lie close to the least or to the most that the hidden cells can make. Where it does, the next cell in the fixed order
is hidden too, and so on; each hidden cell then stands in other sums, which are looked at in turn.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass

import numpy as np

from keepwell.disclosure.hiding import BOUNDLESS, Whole, Yes
from keepwell.disclosure.structure import Family


@dataclass(frozen=True, slots=True)
class Limit:
    """A decision taken on the way: the signed sum of these cells lies between `lowest` and `highest`."""

    cells: Whole
    sign: Whole
    lowest: int
    highest: int


@dataclass(frozen=True, slots=True)
class Fixed:
    """Cells about which there is no choice: hidden before, shown before, and known to everybody."""

    hidden_before: Yes
    shown_before: Yes
    public: Yes

    @staticmethod
    def none(cells: int) -> Fixed:
        no = np.zeros(cells, dtype=bool)
        return Fixed(no, no, no)


@dataclass(frozen=True, slots=True)
class _Look:
    """A sum, looked at: whether it leaves room, and the limit that says so."""

    leaves_room: bool
    limit: Limit | None


def complements(
    family: Family, counts: Whole, room: Whole, fixed: Fixed, hidden: Yes, lowest: Whole, highest: Whole
) -> list[Limit]:
    """Hide more cells (in place, in `hidden`) until every sum with a hidden cell leaves room, or has no more to hide.

    Cells that are nought, public or shown before are no help and stay. Returns the decisions as limits on the cells
    that are hidden at the end.
    """
    sums = _Incidence(family)
    barred = fixed.public | fixed.shown_before | (counts == 0)
    waiting = sorted({int(e) for c in np.flatnonzero(hidden) for e in sums.of_cell(int(c))})
    queued, standing, limits = set(waiting), dict[int, Limit | None](), list[Limit]()
    while waiting:
        e = heapq.heappop(waiting)
        queued.discard(e)
        if (earlier := standing.pop(e, None)) is not None:
            limits.append(earlier)
        look = _look(sums, e, counts, int(room[sums.total[e]]), hidden, lowest, highest)
        chosen = None if look.leaves_room else _next(sums, e, hidden, barred, family.rank)
        standing[e] = look.limit
        if chosen is None:
            continue
        hidden[chosen] = True
        for other in map(int, sums.of_cell(chosen)):
            if other not in queued:
                queued.add(other)
                heapq.heappush(waiting, other)
    limits += [limit for limit in standing.values() if limit is not None]
    return _on_hidden_cells(limits, counts, hidden)


class _Incidence:
    """Each sum with its total among its parts (sign -1), and each cell with its sums."""

    def __init__(self, family: Family) -> None:
        sums = family.sums
        self.total, self.loose = sums.total, sums.at_most == 1
        equation = np.concatenate([np.arange(len(sums)), sums.equation_of_part])
        cell, sign = np.concatenate([sums.total, sums.part]), np.concatenate([-np.ones(len(sums), int), sums.sign])
        order = np.lexsort((cell, equation))
        self.cell, self.sign = cell[order], sign[order]
        self.start = np.searchsorted(equation[order], np.arange(len(sums) + 1))
        by_cell = np.argsort(cell, kind="stable")
        self._sums = equation[by_cell]
        self._of = np.searchsorted(cell[by_cell], np.arange(len(family) + 1))

    def of_cell(self, cell: int) -> Whole:
        return self._sums[self._of[cell] : self._of[cell + 1]]

    def cells(self, e: int) -> Whole:
        return self.cell[self.start[e] : self.start[e + 1]]

    def signs(self, e: int) -> Whole:
        return self.sign[self.start[e] : self.start[e + 1]]


def _look(sums: _Incidence, e: int, counts: Whole, room: int, hidden: Yes, lowest: Whole, highest: Whole) -> _Look:
    cells, signs = sums.cells(e), sums.signs(e)
    away = hidden[cells]
    if not away.any():
        return _Look(leaves_room=True, limit=None)
    out, sign = cells[away], signs[away]
    least = int(np.where(sign > 0, lowest[out], -highest[out]).sum())
    most = int(np.where(sign > 0, highest[out], -lowest[out]).sum())
    if sums.loose[e]:
        return _look_loose(cells[~away], signs[~away], counts, room, most)
    held = int((sign * counts[out]).sum())
    low, high = least + room, most - room
    if held < low:
        return _Look(False, Limit(out, sign, -BOUNDLESS, low - 1))
    if held > high:
        return _Look(False, Limit(out, sign, max(low, high + 1), BOUNDLESS))
    return _Look(True, Limit(out, sign, low, high))


def _look_loose(cells: Whole, signs: Whole, counts: Whole, room: int, most: int) -> _Look:
    """A total that is at most the sum of its parts: what is shown of them may not ask for nearly all the rest."""
    held = int((signs * counts[cells]).sum())
    if held + most >= room:
        return _Look(True, Limit(cells, signs, room - most, BOUNDLESS))
    return _Look(False, Limit(cells, signs, -BOUNDLESS, room - most - 1))


def _next(sums: _Incidence, e: int, hidden: Yes, barred: Yes, rank: Whole) -> int | None:
    """The first cell of the sum, in the fixed order, that can still be hidden."""
    cells = sums.cells(e)
    free = cells[~hidden[cells] & ~barred[cells]]
    return int(free[np.argmin(rank[free])]) if len(free) else None


def _on_hidden_cells(limits: list[Limit], counts: Whole, hidden: Yes) -> list[Limit]:
    """Limits with what is shown taken out; one that speaks of no hidden cell says nothing."""
    found = []
    for limit in limits:
        away = hidden[limit.cells]
        if away.any():
            rest = int((limit.sign * counts[limit.cells])[~away].sum())
            found.append(Limit(limit.cells[away], limit.sign[away], limit.lowest - rest, limit.highest - rest))
    return found

"""Is there enough room for every hidden cell?

All that hangs together is taken by itself: either every hidden cell in it is proven, or all of it is withheld. There
is no second try with more hidden, and that is on purpose. A second try would itself be seen in what is hidden and
would say that the first had failed, and tables that fail are few; with the counts of a single small table they gave
hidden cells back. How much room is asked for is therefore settled beforehand, for all tables alike.

Whether the one try fails is the same for all tables that look the same, so each table of a proof, released afresh,
is the same bytes.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from keepwell.disclosure.choosing import Choice, choose
from keepwell.disclosure.complements import Fixed, Limit
from keepwell.disclosure.hiding import HidingPolicy, Whole, Yes
from keepwell.disclosure.searching import Difference, Search, space_of
from keepwell.disclosure.structure import Family

SMALL_PART = 300
"""Cells that hang together: up to so many they are searched at once, above that block by block first."""


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be protected, and how well. `room`: how many values more than one each sum must leave."""

    family: Family
    counts: Whole
    policy: HidingPolicy
    fixed: Fixed
    at_least: int
    room: int
    keep_totals: bool


@dataclass(slots=True)
class Proven:
    """The choice that is released, and what was found for each hidden cell."""

    choice: Choice
    withheld: Yes
    found: dict[int, int] = field(default_factory=dict)
    differences: dict[int, tuple[Difference, ...]] = field(default_factory=dict)


def proven(task: Task) -> Proven:
    """Choose what is hidden, and search each part of the family; what has a cell with too few numbers is withheld."""
    family = task.family
    room = np.full(len(family), task.room, dtype=np.int64)
    choice = choose(family, task.counts, task.policy, room, task.fixed, keep_totals=task.keep_totals)
    result = Proven(choice, np.zeros(len(family), dtype=bool))
    limits = _limits_by_part(family, choice)
    for part in map(int, np.unique(family.component[choice.hidden])):
        cells = family.component == part
        own = Choice(choice.hidden, choice.lowest, choice.highest, limits.get(part, ()))
        search = _searched(task, own, cells)
        if search is None:
            result.withheld |= cells
            continue
        for place, cell in enumerate(search.asked.tolist()):
            result.found[cell] = int(search.found[place])
            result.differences[cell] = search.differences(place)
    return result


def _limits_by_part(family: Family, choice: Choice) -> dict[int, tuple[Limit, ...]]:
    found: dict[int, list[Limit]] = {}
    for limit in choice.limits:
        found.setdefault(int(family.component[limit.cells[0]]), []).append(limit)
    return {part: tuple(limits) for part, limits in found.items()}


def _searched(task: Task, choice: Choice, cells: Yes) -> Search | None:
    """The numbers found for the hidden cells of one part of the family, or None if one has too few."""
    search = Search(np.flatnonzero(choice.hidden & cells), len(task.family), task.at_least)
    _search_blocks(task, choice, cells, search)
    space = space_of(task.family, task.counts, choice, cells)
    search.move_one(space)
    return None if search.move_many(space, settle=True) else search


def _search_blocks(task: Task, choice: Choice, cells: Yes, search: Search) -> None:
    """Tables that differ in one block only: quick, and enough for most cells of a large family."""
    if int(cells.sum()) <= SMALL_PART:
        return
    for block_of in task.family.blocks:
        blocks = np.unique(block_of[cells & (block_of >= 0)])
        for block in blocks if len(blocks) > 1 else ():
            space = space_of(task.family, task.counts, choice, cells & (block_of == block))
            search.move_one(space)
            search.move_many(space, settle=False)


def changed(family: Family, counts: Whole, difference: Difference) -> Whole:
    """The other table, whole."""
    free = counts[family.free].copy()
    np.add.at(free, np.searchsorted(family.free, difference.cells), difference.by)
    return np.asarray(np.rint(family.from_free @ free), dtype=np.int64)

"""What of a family's counts may be shown?

The bridge from counts with names to the engine that knows only numbers and sums (disclosure/protecting.py).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pyarrow as pa

from keepwell.disclosure.hiding import HIDING, Whole
from keepwell.disclosure.protecting import protect
from keepwell.disclosure.structure import Family, Sums
from keepwell.enquiries.families import COUNTS, Cell, Gathered, Wanted
from keepwell.enquiries.shown import Shown
from keepwell.errors import EnquiryRefused

Equation = tuple[int, Mapping[int, int], bool]


def protected(wanted: Wanted, gathered: Gathered, policy: str, at_least: int, before: Shown | None) -> Shown:
    """The family as it may be shown under a hiding policy. What was hidden `before` stays hidden.

    Raises FamilyRefused where the policy cannot leave so many values possible.
    """
    number = numbered(gathered)
    named = [cell for cell, i in sorted(number.items(), key=lambda item: item[1])]
    cells = list({number[cell]: cell for cell in reversed(named)}.values())[::-1]
    counts = np.array([gathered.cells[cell] for cell in cells], dtype=np.int64)
    had = before.cells if before else {}
    hidden_before = {number[cell] for cell in number if cell in had and had[cell] is None}
    hidden_before |= set(number.values()) - {i for cell, i in number.items() if cell.count in wanted.counts}
    shown_before = {number[cell] for cell in number if had.get(cell) is not None}
    result = protect(
        family(gathered, number, cells, counts),
        counts,
        HIDING[policy],
        given=np.array([i in hidden_before for i in range(len(cells))], dtype=bool),
        shown_before=np.array([i in shown_before for i in range(len(cells))], dtype=bool),
        at_least=at_least,
    )
    if result.withheld.all():
        raise _nothing_proven(policy)
    told = [None if math.isnan(value) else int(value) for value in result.shown]
    shown = {cell: told[i] for cell, i in number.items()}
    return Shown(
        shown,
        wanted.tables,
        wanted.periods,
        gathered.names,
        gathered.within,
        at_least,
        int(result.withheld.sum()),
    )


def _nothing_proven(policy: str) -> EnquiryRefused:
    return EnquiryRefused(
        "Of these tables nothing can be shown: for none of it could it be proven that what is small stays hidden.",
        found=f"the policy {policy}, and small numbers that the others would give away",
        attempt="longer periods, one table in place of two, larger groups, fewer --counts, or the policy nhs, which rounds",
    )


def numbered(gathered: Gathered) -> dict[Cell, int]:
    """A number for each cell, finest first: an order that says nothing of the counts in them.

    Cells that are one count under two names have one number: totals of the same parts, and the start of a period that is
    the end of the one before.
    """
    cells = sorted(gathered.cells, key=lambda c: (-len(c.group), c.period_end, c.group, COUNTS.index(c.count)))
    place = {cell: i for i, cell in enumerate(cells)}
    same: dict[Cell, Cell] = {}
    for one, other in [*_of_the_same_parts(gathered), *_carried(gathered)]:
        first, second = sorted((_first(same, one), _first(same, other)), key=place.__getitem__)
        if first != second:
            same[second] = first
    firsts = dict.fromkeys(_first(same, cell) for cell in cells)
    numbers = {cell: i for i, cell in enumerate(firsts)}
    return {cell: numbers[_first(same, cell)] for cell in cells}


def _of_the_same_parts(gathered: Gathered) -> Iterator[tuple[Cell, Cell]]:
    """Totals of a single part with it, and totals of the same parts with one another: the same people."""
    seen: dict[frozenset[Cell], Cell] = {}
    for added in gathered.sums:
        parts = frozenset(added.parts)
        yield added.total, seen.setdefault(parts, next(iter(parts)) if len(parts) == 1 else added.total)


def _first(same: Mapping[Cell, Cell], cell: Cell) -> Cell:
    """The name by which a count goes that has several."""
    while cell in same:
        cell = same[cell]
    return cell


def family(gathered: Gathered, number: Mapping[Cell, int], cells: Sequence[Cell], counts: Whole) -> Family:
    """Numbers and sums, as the engine takes them. What is hidden first to protect another is what is finest."""
    equations = dict.fromkeys(
        (total, tuple(parts.items()), at_most)
        for total, parts, at_most in (*_sums(gathered, number, counts), *_balances(gathered, number))
        if total not in parts
    )
    sums = Sums.of([(total, dict(parts), at_most) for total, parts, at_most in equations])
    labels = pa.table({"count": [cell.count for cell in cells]})
    ends = sorted({cell.period_end for cell in cells})
    places = {place: i for i, place in enumerate(sorted({_place(cell) for cell in cells}))}
    period = np.array([ends.index(cell.period_end) for cell in cells], dtype=np.int64)
    place = np.array([places[_place(cell)] for cell in cells], dtype=np.int64)
    return Family(labels, sums, np.arange(len(cells), dtype=np.int64), (period * len(places) + place, period))


def _place(cell: Cell) -> str:
    return dict(cell.group).get("organisation", "")


def _sums(gathered: Gathered, number: Mapping[Cell, int], counts: Whole) -> Iterator[Equation]:
    for added in gathered.sums:
        total, parts = number[added.total], [number[part] for part in added.parts]
        if added.exact or _may_overlap(counts, total, parts):
            yield total, dict.fromkeys(parts, 1), not added.exact


def _may_overlap(counts: Whole, total: int, parts: list[int]) -> bool:
    """Whether a total of people who may be in two parts behaves like one. Published leavers need not: who leaves one of two staff groups has left it, and is no leaver of the total."""
    return bool(counts[parts].max() <= counts[total] <= counts[parts].sum())


def _balances(gathered: Gathered, number: Mapping[Cell, int]) -> Iterator[Equation]:
    """At the end = at the start + joiners - leavers, where nobody comes or goes otherwise."""
    for end, group in gathered.balances:
        start, at_end, joiners, leavers = (
            number[Cell(count, end, group)]
            for count in ("headcount_at_start", "headcount_at_end", "joiners", "leavers")
        )
        yield at_end, {start: 1, joiners: 1, leavers: -1}, False


def _carried(gathered: Gathered) -> Iterator[tuple[Cell, Cell]]:
    """At the start of a period is at the end of the one before, where the two are of the same organisations."""
    ends = sorted({cell.period_end for cell in gathered.cells})
    following = dict(itertools.pairwise(ends))
    for cell, value in gathered.cells.items():
        if cell.count == "headcount_at_end" and cell.period_end in following:
            after = Cell("headcount_at_start", following[cell.period_end], cell.group)
            if gathered.cells.get(after) == value:
                yield cell, after

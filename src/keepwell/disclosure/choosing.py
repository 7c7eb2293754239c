"""Which cells are hidden, and what follows from that for all tables that would look the same?

Hiding a cell only where it is in danger gives it away: who sees it hidden knows that it was in danger, and a cell in
danger is one that is nearly known. So whether a total is hidden depends on what is already shown of its parts, and on
whether the total is beyond a limit made from that alone, set wide enough that both sides of it leave room.
Under a policy that rounds, totals are decided from the bottom to the top and nothing else is needed (`totals`). Under
one that does not, cells beside a hidden one are hidden too, in a fixed order, until the sum of those hidden, which
anybody can work out, leaves room (`complements`); each such decision is a limit on a sum, and is kept.

So a `Choice` is more than the cells hidden: it is a set of limits, and every table of whole numbers within them goes
through the same decisions and comes out the same. The proof looks for tables within those limits and nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from keepwell.disclosure.complements import Fixed, Limit, complements
from keepwell.disclosure.hiding import BOUNDLESS, HidingPolicy, Whole, Yes
from keepwell.disclosure.structure import Family


@dataclass(frozen=True, slots=True)
class Choice:
    """The cells hidden, and the limits within which every table leads to the same choice and the same numbers."""

    hidden: Yes
    lowest: Whole
    highest: Whole
    limits: tuple[Limit, ...] = ()


@dataclass(frozen=True, slots=True)
class _State:
    """`lowest`, `highest`: within which numbers a cell is decided upon alike. `least`, `most`: what its parts leave of it."""

    hidden: Yes
    lowest: Whole
    highest: Whole
    least: Whole
    most: Whole


@dataclass(frozen=True, slots=True)
class _Layer:
    """Sums whose totals are decided together, and what is known of their parts."""

    total: Whole
    loose: Yes
    least: Whole
    most: Whole
    hidden_parts: Whole
    open_parts: Whole
    steady_parts: Whole
    one_part: Whole

    @property
    def alike(self) -> Yes:
        """The total is the one part that is open: it is hidden if that is, and shown if that is."""
        return np.asarray((self.open_parts == 1) & (self.steady_parts == 0) & ~self.loose & (self.one_part >= 0))


def choose(
    family: Family, counts: Whole, policy: HidingPolicy, room: Whole, fixed: Fixed, *, keep_totals: bool = True
) -> Choice:
    """Hide what the policy hides and what must go with it, so that each sum leaves `room` values more than one.

    `room` has a number a cell (the same for all cells that hang together); BOUNDLESS hides every total with a hidden
    part, and without `keep_totals` that is all that is done under a policy that shows exact numbers.
    """
    state = _by_itself(counts, policy, fixed)
    for depth in range(1, int(family.depth.max(initial=0)) + 1):
        _totals(counts, policy, room, fixed, state, _layer(family, state, depth))
    if policy.rounds:
        return Choice(state.hidden, state.lowest, state.highest)
    limits: list[Limit] = []
    if keep_totals:
        limits = complements(family, counts, room, fixed, state.hidden, state.lowest, state.highest)
    seen = ~state.hidden
    return Choice(
        state.hidden, np.where(seen, counts, state.lowest), np.where(seen, counts, state.highest), tuple(limits)
    )


def _by_itself(counts: Whole, policy: HidingPolicy, fixed: Fixed) -> _State:
    """Each cell before any sum is looked at."""
    hidden, lowest, highest = _classes(counts, policy, fixed, policy.hides_from, policy.hides_to, BOUNDLESS)
    return _State(hidden, lowest, highest, lowest.copy(), highest.copy())


def _classes(
    counts: Whole, policy: HidingPolicy, fixed: Fixed, first: Whole | int, up_to: Whole | int, from_on: Whole | int
) -> tuple[Yes, Whole, Whole]:
    """Whether a cell is hidden, and within which numbers it would be decided upon alike.

    Hidden from `first` to `up_to`, and from `from_on` on; where the two meet, from `first` on.
    """
    joined = np.asarray(from_on <= np.asarray(up_to) + 1)
    low, high = (counts >= first) & (counts <= up_to), (counts > up_to) & (counts >= from_on)
    before = fixed.hidden_before
    bottom = np.where(low | (high & joined), np.where(before, 0, first), np.where(high, from_on, np.asarray(up_to) + 1))
    top = np.where(high | (low & joined), BOUNDLESS, np.where(low, up_to, np.asarray(from_on) - 1))
    nought = ~low & ~high & (counts < first)
    bottom = np.where(nought, 0, bottom)
    top = np.where(nought, np.where(before, up_to, 0), top)
    hidden = low | high | before
    if policy.rounds:
        bottom = np.where(hidden, bottom, policy.lowest_alike(counts))
        top = np.where(hidden, top, policy.highest_alike(counts))
    seen = fixed.shown_before & ~policy.hides(counts)
    exact = fixed.public | (seen & (not policy.rounds))
    hidden = hidden & ~fixed.public & ~seen
    bottom = np.where(seen, policy.lowest_alike(counts), bottom)
    top = np.where(seen, policy.highest_alike(counts), top)
    return hidden, np.where(exact, counts, bottom), np.where(exact, counts, np.minimum(top, BOUNDLESS))


def _layer(family: Family, state: _State, depth: int) -> _Layer:
    sums = np.flatnonzero(family.depth[family.sums.total] == depth)
    matrix = family.sums.matrix(len(family))[sums]
    plus, minus = matrix.maximum(0).tocsr(), (-matrix).maximum(0).tocsr()
    part = (plus + minus).tocsr()
    is_open = state.most > state.least
    number = np.arange(len(family), dtype=np.int64) * is_open
    only = plus @ number
    return _Layer(
        family.sums.total[sums],
        family.sums.at_most[sums] == 1,
        plus @ state.least - minus @ state.most,
        np.minimum(plus @ state.most - minus @ state.least, BOUNDLESS),
        part @ state.hidden.astype(np.int64),
        part @ is_open.astype(np.int64),
        part @ (~is_open & (state.least != 0)).astype(np.int64),
        np.where(plus @ is_open.astype(np.int64) == 1, only, -1),
    )


def _totals(counts: Whole, policy: HidingPolicy, room: Whole, fixed: Fixed, state: _State, layer: _Layer) -> None:
    """Is a total hidden, seeing what is shown of its parts?"""
    up_to, from_on = _limits(policy, layer, room[layer.total])
    cells, place = np.unique(layer.total, return_inverse=True)
    reach, high = np.full(len(cells), policy.hides_to), np.full(len(cells), BOUNDLESS)
    first = np.full(len(cells), policy.hides_from)
    np.maximum.at(reach, place, up_to)
    np.minimum.at(high, place, from_on)
    np.minimum.at(first, place, np.where((up_to > 0) & (layer.least <= 0), 0, policy.hides_from))
    of_cells = Fixed(fixed.hidden_before[cells], fixed.shown_before[cells], fixed.public[cells])
    state.hidden[cells], state.lowest[cells], state.highest[cells] = _classes(
        counts[cells], policy, of_cells, first, reach, high
    )
    _as_their_part(counts, policy, fixed, state, layer)
    state.least[cells], state.most[cells] = state.lowest[cells], state.highest[cells]
    np.maximum.at(state.least, layer.total, np.where(layer.loose, 0, layer.least))
    np.minimum.at(state.most, layer.total, layer.most)


def _limits(policy: HidingPolicy, layer: _Layer, room: Whole) -> tuple[Whole, Whole]:
    """Up to which number, and from which on, a total is hidden: made from the parts as they are shown.

    A class of the total that ends less than `room` above the least its parts can make, or begins less than `room`
    below the most, would nearly give them. It is hidden together with the next class that leaves room.
    """
    wanted = (layer.hidden_parts > 0) & ~layer.alike
    least, most = np.clip(layer.least, 0, BOUNDLESS), np.clip(layer.most, 0, BOUNDLESS)
    narrow = policy.highest_alike(least) - least < room
    top = np.minimum(policy.highest_alike(np.minimum(least + room, BOUNDLESS)), BOUNDLESS)
    up_to = np.where(wanted & narrow & ~layer.loose, top, 0)
    close = (most < BOUNDLESS) & (most - policy.lowest_alike(most) < room)
    bottom = np.maximum(policy.lowest_alike(np.maximum(most - room, 0)), 1)
    from_on = np.where(wanted & close, bottom, BOUNDLESS)
    return np.where(wanted & (room >= BOUNDLESS), BOUNDLESS, up_to), from_on


def _as_their_part(counts: Whole, policy: HidingPolicy, fixed: Fixed, state: _State, layer: _Layer) -> None:
    """A total that is one part by another name is hidden with it."""
    same = layer.alike & (layer.hidden_parts > 0)
    total, part = layer.total[same], layer.one_part[same]
    can = ~fixed.public[total] & ~(fixed.shown_before[total] & ~policy.hides(counts[total]))
    total, part = total[can], part[can]
    state.hidden[total] = True
    state.lowest[total], state.highest[total] = state.lowest[part], state.highest[part]

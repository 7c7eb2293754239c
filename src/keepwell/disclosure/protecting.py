"""What may be shown of a family of tables, so that nothing hidden can be worked out again?

For every cell that is hidden at least `at_least` numbers stay possible for an outsider who holds all that is shown
and all public figures, knows every sum, the policy, the order and this program. Shown by execution: for each number a
table of whole numbers that has it in that cell, obeys every sum, and would have been released as the very same bytes.
It does so because what is hidden is decided step by step from what is already shown and from limits (`choosing`), and
the other table keeps to the same side of every limit.

All that hangs together through sums is proven together or withheld whole; there is no second try (`proving` says why).

What the proof does not cover. What an outsider knows beside the release and the public figures: that somebody left,
that there is one midwife, what was said in a corridor. Audiences that pool what they were given. Corrections: a cell
shown before and changed since tells its change. A group all alike: where all of twenty leavers are of one group, that
is shown, and speaks of each of them. How likely each number is: four possible numbers need not be equally likely.
And that a family was withheld, which says that it could not be proven.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from keepwell.disclosure.complements import Fixed
from keepwell.disclosure.hiding import AT_LEAST, BOUNDLESS, HidingPolicy, Whole, Yes, shown
from keepwell.disclosure.proving import Proven, Task, changed, proven
from keepwell.disclosure.searching import Difference
from keepwell.disclosure.structure import Family, FamilyRefused
from keepwell.errors import counted


@dataclass(frozen=True, slots=True)
class Proof:
    """For each hidden cell how many numbers stay possible, and tables that show it.

    `candidates` has a number a cell: at least so many numbers stay possible (the search stops once it has enough);
    0 for cells that are shown, withheld or public. `cells` are the cells proven, and `differences` has for each of
    them the tables that differ in it, as differences of free cells from the true table: nothing to be released.
    """

    candidates: Whole
    cells: Whole
    differences: tuple[tuple[Difference, ...], ...]

    @property
    def fewest(self) -> int:
        """The fewest numbers that stay possible for any hidden cell; 0 if none is hidden."""
        return int(self.candidates[self.cells].min(initial=BOUNDLESS)) if len(self.cells) else 0

    def tables(self, family: Family, counts: Whole, place: int) -> list[Whole]:
        """The other tables for the cell `cells[place]`, whole."""
        return [changed(family, counts, difference) for difference in self.differences[place]]


@dataclass(frozen=True, slots=True)
class Protected:
    """What may be shown of a family to one audience.

    `shown` has not a number where hidden. `hidden` and `withheld` (hidden because the proof failed for all that hangs
    together) name cells. The shares say how much stays visible: of the cells that are not nought, and of the people in
    the finest cells.
    """

    shown: NDArray[np.float64]
    hidden: Yes
    withheld: Yes
    proof: Proof
    share_of_cells: float
    share_of_people: float

    def released(self) -> bytes:
        """All that leaves, as bytes: two tables are alike to an outsider if these are equal."""
        return np.where(np.isnan(self.shown), -1.0, self.shown).tobytes() + self.withheld.tobytes()


def protect(
    family: Family,
    counts: Whole,
    policy: HidingPolicy,
    *,
    given: Yes | None = None,
    shown_before: Yes | None = None,
    public: Yes | None = None,
    order: Sequence[int] | None = None,
    at_least: int = AT_LEAST,
    room: int | None = None,
    keep_totals: bool = False,
) -> Protected:
    """Hide what the policy hides and what must go with it, and prove that it stays hidden.

    `given`: cells this audience had hidden before; they stay hidden. `shown_before`: cells it has had; to hide them
    now would be no protection (one that is small now is hidden all the same). `public`: cells everybody knows exactly.
    `order`: a number a cell, hidden first where low, in place of the family's. `room`: how many values more than one
    each sum must leave; more hides more and is proven more surely.
    Under a policy that does not round, a total with a hidden part is hidden, which can always be proven; with
    `keep_totals` other parts are hidden in its place, and where that cannot be proven all is withheld.
    Settle `room`, `order` and `keep_totals` for an audience before its counts are seen. Same counts, same answer, always.

    Raises FamilyRefused where the counts break the family's sums, or `at_least` is more than the policy can give.
    """
    family.check(counts)
    if not 2 <= at_least <= policy.hides_to - policy.hides_from + 1:
        raise FamilyRefused(
            f"The policy {policy.name} cannot keep that many numbers possible.",
            found=f"at least {at_least}, of {counted(policy.hides_to - policy.hides_from + 1, 'number')} it hides",
            attempt=f"at least 4, or no more than {policy.hides_to - policy.hides_from + 1}",
        )
    ordered = family if order is None else _in_order(family, order)
    no = np.zeros(len(family), dtype=bool)
    fixed = Fixed(*(no if mask is None else mask for mask in (given, shown_before, public)))
    task = Task(ordered, counts, policy, fixed, at_least, _room(policy, at_least, room, keep_totals), keep_totals)
    return _released(task, proven(task))


def _room(policy: HidingPolicy, at_least: int, room: int | None, keep_totals: bool) -> int:
    if policy.rounds or keep_totals:
        return room if room is not None else (2 if policy.rounds else 3) * at_least
    return BOUNDLESS


def _in_order(family: Family, order: Sequence[int]) -> Family:
    return Family(family.labels, family.sums, np.asarray(order, dtype=np.int64), family.blocks)


def _released(task: Task, result: Proven) -> Protected:
    family, counts, policy = task.family, task.counts, task.policy
    small_public = task.fixed.public & policy.hides(counts)
    hidden = result.choice.hidden | small_public | result.withheld
    numbers = shown(policy, counts, hidden)
    candidates = np.zeros(len(family), dtype=np.int64)
    proven_cells = np.array(sorted(c for c in result.found if not result.withheld[c]), dtype=np.int64)
    candidates[proven_cells] = [result.found[c] for c in proven_cells.tolist()]
    proof = Proof(candidates, proven_cells, tuple(result.differences[c] for c in proven_cells.tolist()))
    counted_cells, finest = counts > 0, np.zeros(len(family), dtype=bool)
    finest[family.free] = True
    finest[family.sums.total] = False
    people = int(counts[finest].sum())
    return Protected(
        numbers,
        hidden,
        result.withheld,
        proof,
        float((~hidden & counted_cells).sum() / max(1, counted_cells.sum())),
        float(counts[finest & ~hidden].sum() / max(1, people)),
    )
